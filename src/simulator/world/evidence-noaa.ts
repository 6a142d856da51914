import { DAY, HOUR, isoLocal, isoUtc, local, MINUTE } from './calendar.js';
import { CITIES, type City } from './cities.js';
import { climateProduct, climateProducts } from './evidence-climate.js';
import { geoJson, problem } from './replies.js';
import { SAMPLE, type Temperature } from './temperature.js';
import type { EvidenceReply } from './types.js';
import type { Weather } from './weather.js';

/** api.weather.gov as far as a reader of highs needs it. Forecasts are issued on the hour, observations every 5 minutes. */
export function noaa(
  weather: Weather,
  path: string,
  query: URLSearchParams,
  atMs: number,
): EvidenceReply | null {
  const parts = path.split('/').filter((part) => part !== '');
  switch (parts[0]) {
    case 'points':
      return points(parts[1] ?? '');
    case 'gridpoints':
      return gridpoints(weather, parts.slice(1), atMs);
    case 'stations':
      return stations(weather, parts.slice(1), query, atMs);
    case 'products': {
      if (parts[1] !== 'types') return climateProduct(weather, parts[1] ?? '', atMs);
      return parts[2] === 'CLI' ? climateProducts(weather, parts[4] ?? '', atMs) : notFound();
    }
    case 'alerts':
      return geoJson({
        '@context': [],
        type: 'FeatureCollection',
        features: [],
        title: 'Current watches, warnings, and advisories',
        updated: isoUtc(atMs),
      });
    default:
      return null;
  }
}

const ROOT = 'https://api.weather.gov';
/** An observation is public this long after it was taken. */
const OBSERVATION_DELAY_MS = 4 * MINUTE;
const OBSERVATIONS_MAX = 500;
const FORECAST_HOURS = 156;

const notFound = (): EvidenceReply => problem(404, 'NotFound', 'Not Found');
const celsius = (fahrenheit: number): number => ((fahrenheit - 32) * 5) / 9;
const gridOf = (city: City): string =>
  `${ROOT}/gridpoints/${city.office}/${city.gridX},${city.gridY}`;

/** The nearest cell of this small country answers for every point. */
function points(text: string): EvidenceReply {
  const match = /^(-?\d+(?:\.\d{1,4})?),(-?\d+(?:\.\d{1,4})?)$/.exec(decodeURIComponent(text));
  if (match === null) return problem(404, 'InvalidPoint', 'Data Unavailable For Requested Point');
  const [latitude, longitude] = [Number(match[1]), Number(match[2])];
  const far = (city: City): number =>
    Math.hypot(city.latitude - latitude, city.longitude - longitude);
  const city = CITIES.reduce((best, one) => (far(one) < far(best) ? one : best));
  if (far(city) > 30) return problem(404, 'InvalidPoint', 'Data Unavailable For Requested Point');
  return geoJson({
    id: `${ROOT}/points/${latitude},${longitude}`,
    type: 'Feature',
    geometry: { type: 'Point', coordinates: [longitude, latitude] },
    properties: {
      '@id': `${ROOT}/points/${latitude},${longitude}`,
      '@type': 'wx:Point',
      cwa: city.office,
      forecastOffice: `${ROOT}/offices/${city.office}`,
      gridId: city.office,
      gridX: city.gridX,
      gridY: city.gridY,
      forecast: `${gridOf(city)}/forecast`,
      forecastHourly: `${gridOf(city)}/forecast/hourly`,
      forecastGridData: gridOf(city),
      observationStations: `${gridOf(city)}/stations`,
      relativeLocation: {
        type: 'Feature',
        geometry: { type: 'Point', coordinates: [city.longitude, city.latitude] },
        properties: { city: city.title, state: city.state },
      },
      timeZone: city.zone.name,
      radarStation: city.station,
    },
  });
}

function gridpoints(weather: Weather, parts: readonly string[], atMs: number): EvidenceReply {
  const cell = decodeURIComponent(parts[1] ?? '');
  const city = CITIES.find(
    (one) => one.office === parts[0] && `${one.gridX},${one.gridY}` === cell,
  );
  if (city === undefined) return problem(404, 'InvalidGridpoint', 'Grid point not found');
  const truth = weather.temperature(city);
  const issuedMs = Math.floor(atMs / HOUR) * HOUR;
  const kind = parts.slice(2).join('/');
  if (kind === 'forecast/hourly')
    return forecast(city, atMs, hourly(city, truth, issuedMs), 'Hourly');
  if (kind === 'forecast') return forecast(city, atMs, halfDays(city, truth, issuedMs), 'Baseline');
  if (kind === 'stations') {
    return geoJson({
      type: 'FeatureCollection',
      features: [stationFeature(city)],
      observationStations: [`${ROOT}/stations/${city.station}`],
    });
  }
  return kind === '' ? grid(city, truth, issuedMs) : notFound();
}

function forecast(city: City, atMs: number, periods: readonly object[], generator: string) {
  const issuedMs = Math.floor(atMs / HOUR) * HOUR;
  return geoJson({
    type: 'Feature',
    geometry: { type: 'Point', coordinates: [city.longitude, city.latitude] },
    properties: {
      units: 'us',
      forecastGenerator: `${generator}ForecastGenerator`,
      generatedAt: isoUtc(atMs),
      updateTime: isoUtc(issuedMs),
      validTimes: `${isoUtc(issuedMs)}/P6DT12H`,
      elevation: { unitCode: 'wmoUnit:m', value: 30 },
      periods: periods.map((period, i) => ({ number: i + 1, ...period })),
    },
  });
}

const dry = {
  temperatureUnit: 'F',
  temperatureTrend: null,
  probabilityOfPrecipitation: { unitCode: 'wmoUnit:percent', value: 0 },
  windSpeed: '5 to 10 mph',
  windDirection: 'SW',
};

function hourly(city: City, truth: Temperature, issuedMs: number): object[] {
  return Array.from({ length: FORECAST_HOURS }, (_, i) => {
    const ms = issuedMs + i * HOUR;
    const temperature = truth.forecast(ms, issuedMs);
    const { hour } = local(ms, city.zone);
    const isDaytime = hour >= 6 && hour < 18;
    return {
      name: '',
      startTime: isoLocal(ms, city.zone),
      endTime: isoLocal(ms + HOUR, city.zone),
      isDaytime,
      temperature: Math.round(temperature),
      ...dry,
      dewpoint: { unitCode: 'wmoUnit:degC', value: celsius(temperature - 14) },
      relativeHumidity: { unitCode: 'wmoUnit:percent', value: 58 },
      shortForecast: isDaytime ? 'Mostly Sunny' : 'Mostly Clear',
      detailedForecast: '',
    };
  });
}

/** Day and night periods of twelve hours from 6 to 6 local time, the first one cut to what is left of it. */
function halfDays(city: City, truth: Temperature, issuedMs: number): object[] {
  const offsetMs = local(issuedMs, city.zone).offset * HOUR;
  const first = Math.floor((issuedMs + offsetMs - 6 * HOUR) / (12 * HOUR));
  return Array.from({ length: 13 }, (_, i) => {
    const startMs = (first + i) * 12 * HOUR + 6 * HOUR - offsetMs;
    const isDaytime = (first + i) % 2 === 0;
    const day = truth.dayOf(startMs + 6 * HOUR);
    const { weekday } = local(startMs, city.zone);
    const temperature = isDaytime
      ? Math.round(Math.max(truth.high(day, issuedMs).mean, truth.high(day, issuedMs).floor))
      : Math.round(
          Math.min(...[8, 10, 12].map((h) => truth.forecast(startMs + h * HOUR, issuedMs))),
        );
    const name =
      i === 0 ? (isDaytime ? 'Today' : 'Tonight') : `${weekday}${isDaytime ? '' : ' Night'}`;
    return {
      name,
      startTime: isoLocal(Math.max(startMs, issuedMs), city.zone),
      endTime: isoLocal(startMs + 12 * HOUR, city.zone),
      isDaytime,
      temperature,
      ...dry,
      shortForecast: isDaytime ? 'Mostly Sunny' : 'Mostly Clear',
      detailedForecast: `${isDaytime ? 'Mostly sunny, with a high' : 'Mostly clear, with a low'} near ${temperature}.`,
    };
  });
}

function grid(city: City, truth: Temperature, issuedMs: number): EvidenceReply {
  const today = truth.dayOf(issuedMs);
  return geoJson({
    id: gridOf(city),
    type: 'Feature',
    properties: {
      '@id': gridOf(city),
      '@type': 'wx:Gridpoint',
      updateTime: isoUtc(issuedMs),
      validTimes: `${isoUtc(issuedMs)}/P6DT12H`,
      forecastOffice: `${ROOT}/offices/${city.office}`,
      gridId: city.office,
      // Numbers in /points, strings here: so it is.
      gridX: String(city.gridX),
      gridY: String(city.gridY),
      temperature: {
        uom: 'wmoUnit:degC',
        values: Array.from({ length: FORECAST_HOURS }, (_, i) => ({
          validTime: `${isoUtc(issuedMs + i * HOUR)}/PT1H`,
          value: celsius(truth.forecast(issuedMs + i * HOUR, issuedMs)),
        })),
      },
      maxTemperature: {
        uom: 'wmoUnit:degC',
        values: [0, 1, 2, 3, 4, 5].map((i) => {
          const known = truth.high(today + i, issuedMs);
          return {
            validTime: `${isoUtc(truth.dayStart(today + i) + 7 * HOUR)}/PT13H`,
            value: celsius(Math.round(Math.max(known.mean, known.floor))),
          };
        }),
      },
    },
  });
}

function stationFeature(city: City): object {
  return {
    id: `${ROOT}/stations/${city.station}`,
    type: 'Feature',
    geometry: { type: 'Point', coordinates: [city.longitude, city.latitude] },
    properties: {
      '@id': `${ROOT}/stations/${city.station}`,
      '@type': 'wx:ObservationStation',
      stationIdentifier: city.station,
      name: city.stationName,
      timeZone: city.zone.name,
    },
  };
}

function stations(
  weather: Weather,
  parts: readonly string[],
  query: URLSearchParams,
  atMs: number,
): EvidenceReply {
  const city = CITIES.find((one) => one.station === parts[0]);
  if (city === undefined) return notFound();
  if (parts.length === 1) return geoJson(stationFeature(city));
  if (parts[1] !== 'observations') return notFound();
  const truth = weather.temperature(city);
  const latestMs = Math.floor((atMs - OBSERVATION_DELAY_MS) / SAMPLE) * SAMPLE;
  if (parts[2] === 'latest') return geoJson(observation(city, truth, latestMs));
  if (parts.length > 2) return notFound();
  const time = (name: string, otherwise: number): number => {
    const parsed = Date.parse(query.get(name) ?? '');
    return Number.isNaN(parsed) ? otherwise : parsed;
  };
  const limit = Number(query.get('limit') ?? OBSERVATIONS_MAX);
  if (!Number.isInteger(limit) || limit < 1 || limit > OBSERVATIONS_MAX) {
    return problem(400, 'InvalidParameter', 'Bad Request');
  }
  const fromMs = time('start', latestMs - 7 * DAY);
  const features: object[] = [];
  let ms = Math.min(latestMs, Math.floor(time('end', latestMs) / SAMPLE) * SAMPLE);
  for (; features.length < limit && ms >= fromMs; ms -= SAMPLE) {
    features.push(observation(city, truth, ms));
  }
  return geoJson({ type: 'FeatureCollection', features });
}

/** Tenths of a degree Celsius, as the automatic stations report. */
function observation(city: City, truth: Temperature, ms: number): object {
  const value = Math.round(celsius(truth.at(ms)) * 10) / 10;
  const id = `${ROOT}/stations/${city.station}/observations/${isoUtc(ms)}`;
  return {
    id,
    type: 'Feature',
    geometry: { type: 'Point', coordinates: [city.longitude, city.latitude] },
    properties: {
      '@id': id,
      '@type': 'wx:ObservationStation',
      station: `${ROOT}/stations/${city.station}`,
      timestamp: isoUtc(ms),
      rawMessage: '',
      textDescription: 'Mostly Clear',
      temperature: { unitCode: 'wmoUnit:degC', value, qualityControl: 'V' },
      dewpoint: {
        unitCode: 'wmoUnit:degC',
        value: Math.round((value - 8) * 10) / 10,
        qualityControl: 'V',
      },
      maxTemperatureLast24Hours: { unitCode: 'wmoUnit:degC', value: null },
      minTemperatureLast24Hours: { unitCode: 'wmoUnit:degC', value: null },
    },
  };
}
