import {
  clockText,
  DAY,
  HOUR,
  local,
  MINUTE,
  SECOND,
  standardTime,
  textDate,
  tickerDate,
  tickerTime,
} from './calendar.js';
import { CITIES, type City } from './cities.js';
import { between, pick, type Stream, stream } from './draws.js';
import { activity, LINEAR, liquidity } from './listing.js';
import type { EventPlan, Line, MarketPlan } from './plan.js';
import { makeTemperature, type Temperature } from './temperature.js';
import type { SimMarket, SimSeries } from './types.js';

/**
 * Daily highs (settled by the climate report of the named station) and temperatures at a minute of the hour, both as
 * partitions of six. Hourly events of different cities end at different tens of minutes.
 */
export type Weather = {
  readonly temperature: (city: City) => Temperature;
  /** Lines in the order in which a growing listing takes them; there is no last one. */
  readonly lines: (count: number) => Line[];
};

/** From this climate day on, the listed source is The Weather Company instead of the NWS report. */
const SOURCE_CHANGE_MS = Date.UTC(2026, 7, 14);

export function makeWeather(seed: number, originMs: number): Weather {
  const truths = new Map<string, Temperature>();
  const temperature = (city: City): Temperature => {
    const found = truths.get(city.station);
    if (found !== undefined) return found;
    const made = makeTemperature(seed, city);
    truths.set(city.station, made);
    return made;
  };

  /** Round k of a listing of `count` lines holds hourly, today, tomorrow, and then ever later ones per city. */
  function lines(count: number): Line[] {
    const n = CITIES.length;
    const rounds = Math.ceil(count / n);
    const isHourly = (round: number): boolean => round === 0 || round % 4 === 3;
    const hourlyRounds = Array.from({ length: rounds }, (_, r) => r).filter(isHourly);
    const made: Line[] = [];
    for (let i = 0; i < count; i += 1) {
      const round = Math.floor(i / n);
      const hourly = isHourly(round);
      // Every city's stride is the number of lines of this kind that the city really has.
      const mine = (r: number): boolean => r * n + (i % n) < count;
      const strideHourly = hourlyRounds.filter(mine).length;
      const strideDaily =
        Array.from({ length: rounds }, (_, r) => r).filter((r) => mine(r)).length - strideHourly;
      const index = hourly
        ? hourlyRounds.indexOf(round)
        : round - hourlyRounds.filter((r) => r < round).length;
      const city = CITIES[(i * 7) % n];
      if (city === undefined) continue;
      made.push(
        hourly ? hourlyLine(city, index, strideHourly) : dailyLine(city, index, strideDaily),
      );
    }
    return made;
  }

  function dailyLine(city: City, index: number, stride: number): Line {
    const truth = temperature(city);
    const endOf = (day: number): number => truth.dayStart(day) + DAY - MINUTE;
    const today = truth.dayOf(originMs + 3 * MINUTE);
    return {
      id: `high/${city.station}/${index}`,
      first: today + index,
      stride,
      plan: (day) => planDaily(seed, originMs, city, truth, day, endOf(day - stride), endOf(day)),
    };
  }

  function hourlyLine(city: City, index: number, stride: number): Line {
    const truth = temperature(city);
    const offset = ((CITIES.indexOf(city) * 5) % 6) * 10 * MINUTE;
    const endOf = (hour: number): number => hour * HOUR + offset;
    const next = Math.floor((originMs + 3 * MINUTE - offset) / HOUR) + 1;
    return {
      id: `hourly/${city.station}/${index}`,
      first: next + index,
      stride,
      plan: (hour) => planHourly(seed, city, truth, endOf(hour - stride), endOf(hour)),
    };
  }

  return { temperature, lines };
}

function planDaily(
  seed: number,
  originMs: number,
  city: City,
  truth: Temperature,
  day: number,
  beforeMs: number,
  endMs: number,
): EventPlan {
  const date = standardTime(truth.dayStart(day) + DAY / 2, city.zone);
  const ticker = `${city.series}-${tickerDate(date)}`;
  const of = stream(seed, `weather/${ticker}`);
  const openMs = beforeMs;
  const byCompany = originMs >= SOURCE_CHANGE_MS;
  const source = byCompany
    ? { name: 'The Weather Company', url: 'https://weather.com/kalshi' }
    : {
        name: 'NWS Climatological Report',
        url: `https://forecast.weather.gov/product.php?site=${city.office}&product=CLI&issuedby=${city.cli}`,
      };
  const sourceText = byCompany
    ? 'The Weather Company'
    : "the National Weather Service's Climatological Report (Daily)";
  const series: SimSeries = {
    ticker: city.series,
    title: `Highest temperature in ${city.title}`,
    category: 'Climate and Weather',
    tags: ['Daily temperature'],
    frequency: 'daily',
    settlementSources: [source],
    feeType: 'quadratic',
    feeMultiplier: 1,
    exchangeIndex: 0,
  };
  const markets = partition(of, ticker, truth.high(day, openMs).mean, {
    openMs,
    closeMs: endMs,
    expectedExpirationMs: endMs + 10 * HOUR,
    settlementTimerSeconds: 120,
    title: (range) => `Will the **high temp in ${city.title}** be ${range} on ${textDate(date)}?`,
    rules: (range) =>
      `If the maximum temperature recorded at ${city.name} (CLI${city.cli}) for ${textDate(date)}, is ${range} fahrenheit according to ${sourceText}, then the market resolves to Yes.`,
    secondary:
      'Not all weather data is the same. The climate day runs from midnight to midnight local standard time. The official and final value used to determine this market is the highest temperature reported for the day by the source named in the rules above. Preliminary reports may be subject to rounding and conversion nuances.',
  });
  return {
    vertical: 'weather',
    series,
    event: {
      ticker,
      seriesTicker: city.series,
      title: `Highest temperature in ${city.title} on ${textDate(date)}?`,
      subTitle: `On ${textDate(date)}`,
      category: series.category,
      mutuallyExclusive: true,
      strikeDateMs: truth.dayStart(day) + DAY,
      exchangeIndex: 0,
    },
    markets,
    openMs,
    endMs,
    determineMs: endMs + 6 * MINUTE,
    latent: {
      at: (ms) => truth.high(day, ms),
      final: () => truth.settledHigh(day),
      print: String,
    },
    lookMs: 7 * MINUTE,
    lagMs: 4 * MINUTE,
  };
}

function planHourly(
  seed: number,
  city: City,
  truth: Temperature,
  beforeMs: number,
  endMs: number,
): EventPlan {
  const at = local(endMs, city.zone);
  const ticker = `${city.hourlySeries}-${tickerDate(at)}${tickerTime(endMs, city.zone, true)}`;
  const of = stream(seed, `weather/${ticker}`);
  const openMs = beforeMs;
  const moment = `${clockText(at)} on ${textDate(at)}`;
  const series: SimSeries = {
    ticker: city.hourlySeries,
    title: `${city.title} hourly temperature`,
    category: 'Climate and Weather',
    tags: ['Hourly temperature'],
    frequency: 'hourly',
    settlementSources: [{ name: 'Synoptic Data', url: 'https://synopticdata.com' }],
    feeType: 'quadratic',
    feeMultiplier: 1,
    exchangeIndex: 0,
  };
  const markets = partition(of, ticker, truth.spot(endMs, openMs).mean, {
    openMs,
    closeMs: endMs,
    expectedExpirationMs: endMs + 2 * MINUTE,
    settlementTimerSeconds: 30,
    title: (range) => `Will the **temperature in ${city.title}** be ${range} at ${moment}?`,
    rules: (range) =>
      `If the temperature recorded at ${city.name} (${city.station}) at ${moment}, is ${range} fahrenheit according to Synoptic Data, then the market resolves to Yes.`,
    secondary:
      'The temperature is the observation in force at the named minute, rounded to a whole degree fahrenheit. It is not the maximum of the hour or of the day.',
  });
  return {
    vertical: 'weather',
    series,
    event: {
      ticker,
      seriesTicker: city.hourlySeries,
      title: `Temperature in ${city.title} at ${moment}?`,
      subTitle: `At ${moment}`,
      category: series.category,
      mutuallyExclusive: true,
      strikeDateMs: endMs,
      exchangeIndex: 0,
    },
    markets,
    openMs,
    endMs,
    determineMs: endMs + Math.floor(between(of, 900, 20, 50)) * SECOND,
    latent: {
      at: (ms) => truth.spot(endMs, ms),
      final: () => Math.round(truth.at(endMs)),
      print: String,
    },
    lookMs: 4 * MINUTE,
    lagMs: 2 * MINUTE,
  };
}

type PartitionText = {
  readonly openMs: number;
  readonly closeMs: number;
  readonly expectedExpirationMs: number;
  readonly settlementTimerSeconds: number;
  readonly title: (range: string) => string;
  readonly rules: (range: string) => string;
  readonly secondary: string;
};

/** Two tails and four inclusive two-degree brackets around `center`, °F: exactly one pays for every whole degree. */
function partition(of: Stream, event: string, center: number, text: PartitionText): MarketPlan[] {
  const base = Math.round(center) - 4 + pick(of, 901, 2);
  const shape = (n: number): Pick<SimMarket, 'strikeType' | 'floorStrike' | 'capStrike'> => {
    if (n === 0) return { strikeType: 'less', floorStrike: null, capStrike: base };
    if (n === 5) return { strikeType: 'greater', floorStrike: base + 7, capStrike: null };
    const floor = base + 2 * (n - 1);
    return { strikeType: 'between', floorStrike: floor, capStrike: floor + 1 };
  };
  return [0, 1, 2, 3, 4, 5].map((n) => {
    const { strikeType, floorStrike, capStrike } = shape(n);
    const [suffix, range, subTitle, low, high] =
      floorStrike === null
        ? [`T${base}`, `less than ${base}°`, `${base - 1}° or below`, -Infinity, base - 0.5]
        : capStrike === null
          ? [
              `T${floorStrike}`,
              `greater than ${floorStrike}°`,
              `${floorStrike + 1}° or above`,
              floorStrike + 0.5,
              Infinity,
            ]
          : [
              `B${floorStrike}.5`,
              `between ${floorStrike}-${capStrike}°`,
              `${floorStrike}° to ${capStrike}°`,
              floorStrike - 0.5,
              capStrike + 0.5,
            ];
    const kind = liquidity(of, n);
    return {
      low,
      high,
      liquidity: kind,
      market: {
        ticker: `${event}-${suffix}`,
        eventTicker: event,
        title: text.title(
          range
            .replace(/^between /, '')
            .replace(/^less than /, '<')
            .replace(/^greater than /, '>'),
        ),
        yesSubTitle: subTitle,
        strikeType,
        floorStrike,
        capStrike,
        customStrike: null,
        rulesPrimary: text.rules(range),
        rulesSecondary: text.secondary,
        openMs: text.openMs,
        closeMs: text.closeMs,
        expectedExpirationMs: text.expectedExpirationMs,
        settlementTimerSeconds: text.settlementTimerSeconds,
        ...LINEAR,
        ...activity(of, 100 + n, kind),
        exchangeIndex: 0,
        provisional: false,
        multivariate: false,
      },
    };
  });
}
