import { z } from 'zod';
import { ok, type Result } from '../../domain/result.js';
import type { EpochMs } from '../../domain/units.js';
import type { WeatherEvidence } from '../../messages/evidence.js';
import { problem, readJson, type SourceProblem } from '../known.js';
import { hourMs, intervalOf } from './dates.js';
import { listOf, quantityField, temperatureOf, timeField } from './read.js';

/** A forecast as evidence carries it: °F, one value an hour or a period, ascending. Missing values leave holes. */
export type Forecast = NonNullable<WeatherEvidence['forecast']>;
type Hour = Forecast['hourly'][number];

/** Two weeks of hours; the service gives about one. */
const hoursMax = 336;

const Period = z.object({
  startTime: timeField,
  /** A plain number beside its unit, or, where the service is asked so, a quantity. */
  temperature: z.union([z.number(), quantityField, z.null()]),
  temperatureUnit: z.string().nullish(),
});

const Periods = z.object({
  properties: z.object({
    updateTime: timeField,
    periods: listOf(Period),
  }),
});

/** `…/forecast/hourly`, and `…/forecast` of half days, which has the same form. */
export function parseForecast(body: string): Result<Forecast, SourceProblem> {
  const read = readJson(Periods, body, 'forecast');
  if (!read.ok) return read;
  const { updateTime, periods } = read.value.properties;
  const hours = periods.flatMap(({ startTime, temperature, temperatureUnit }): readonly Hour[] => {
    const fahrenheit =
      temperature === null || typeof temperature === 'number'
        ? temperatureOf(temperature, temperatureUnit ?? 'F')
        : temperatureOf(temperature.value, temperature.unitCode);
    return fahrenheit === null ? [] : [{ at: startTime, fahrenheit }];
  });
  return ordered(updateTime, hours);
}

const Grid = z.object({
  properties: z.object({
    updateTime: timeField,
    temperature: z.object({
      uom: z.string(),
      values: listOf(z.object({ validTime: z.string(), value: z.number().nullable() })),
    }),
  }),
});

/** The raw grid, `/gridpoints/{office}/{x},{y}`: its `temperature` layer, where a value may hold for several hours. */
export function parseGrid(body: string): Result<Forecast, SourceProblem> {
  const read = readJson(Grid, body, 'grid');
  if (!read.ok) return read;
  const { updateTime, temperature } = read.value.properties;
  const hours: Hour[] = [];
  for (const { validTime, value } of temperature.values) {
    const interval = intervalOf(validTime);
    const fahrenheit = temperatureOf(value, temperature.uom);
    if (interval === null) return problem('unknown_shape', 'grid.temperature', validTime);
    if (fahrenheit === null) continue;
    for (let ms = 0; ms < interval.lengthMs && hours.length < hoursMax; ms += hourMs)
      hours.push({ at: (interval.from + ms) as EpochMs, fahrenheit });
  }
  return ordered(updateTime, hours);
}

/** Ascending, the first of equal times; cut to what a market can ask about. */
function ordered(issuedAt: EpochMs, hours: readonly Hour[]): Result<Forecast, SourceProblem> {
  const sorted = [...hours].sort((a, b) => a.at - b.at);
  const hourly = sorted.filter((hour, i) => i === 0 || hour.at > (sorted[i - 1]?.at ?? 0));
  return ok({ issuedAt, hourly: hourly.slice(0, hoursMax) });
}
