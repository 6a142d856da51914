import { z } from 'zod';
import { ok, type Result } from '../../domain/result.js';
import type { EpochMs } from '../../domain/units.js';
import { readJson, type SourceProblem } from '../known.js';
import { hourMs } from './dates.js';
import { fahrenheitOf, listOf, quantityField, temperatureOf, timeField } from './read.js';

/** One reading of a station, °F. The true temperature lies within ± `halfStep` of `fahrenheit`. */
export type Reading = {
  readonly at: EpochMs;
  readonly fahrenheit: number;
  readonly halfStep: number;
};

/** What a station has reported, oldest first. */
export type Observations = {
  readonly readings: readonly Reading[];
  /** Highest and lowest of the six hours that end at `at`, from the reports that carry them. */
  readonly sixHours: readonly {
    readonly at: EpochMs;
    readonly high: number | null;
    readonly low: number | null;
  }[];
};

/** Half of a tenth of a degree Celsius, and half of a whole one, in °F. */
const tenthHalfStep = 0.09;
const wholeHalfStep = 0.9;
export const sixHoursMs = 6 * hourMs;

/** Marks of the service's own quality control for a value it does not believe. */
const rejected: ReadonlySet<string> = new Set(['X', 'B', 'Q']);

const Observation = z.object({
  properties: z.object({
    timestamp: timeField,
    rawMessage: z.string().nullish(),
    temperature: quantityField.extend({ qualityControl: z.string().nullish() }),
  }),
});
const Features = z.object({ features: listOf(Observation) });

/**
 * `/stations/{id}/observations`. Values are °C; a remark `T02610217` has the tenths that the value may lack, `10272` and
 * `20233` the extremes of six hours. Readings that are missing, impossible or rejected are left out.
 */
export function parseObservations(body: string): Result<Observations, SourceProblem> {
  const read = readJson(Features, body, 'observations');
  if (!read.ok) return read;
  const readings: Reading[] = [];
  const sixHours: Observations['sixHours'][number][] = [];
  for (const { properties } of read.value.features) {
    const { timestamp: at, temperature } = properties;
    const remarks = /\bRMK\b(.*)$/s.exec(properties.rawMessage ?? '')?.[1] ?? '';
    if (rejected.has(temperature.qualityControl ?? '')) continue;
    const exact = tenthsOf(/\bT([01])(\d{3})[01]\d{3}\b/.exec(remarks));
    const fahrenheit = exact ?? temperatureOf(temperature.value, temperature.unitCode);
    if (fahrenheit !== null) {
      const isTenths = exact !== null || !Number.isInteger(temperature.value);
      readings.push({ at, fahrenheit, halfStep: isTenths ? tenthHalfStep : wholeHalfStep });
    }
    const high = tenthsOf(/(?:^|\s)1([01])(\d{3})(?=\s|$)/.exec(remarks));
    const low = tenthsOf(/(?:^|\s)2([01])(\d{3})(?=\s|$)/.exec(remarks));
    if (high !== null || low !== null) sixHours.push({ at, high, low });
  }
  readings.sort((a, b) => a.at - b.at);
  return ok({ readings, sixHours });
}

/** Sign digit and tenths of a degree Celsius, as °F. */
function tenthsOf(match: RegExpExecArray | null): number | null {
  if (match === null) return null;
  const celsius = (Number(match[2]) / 10) * (match[1] === '1' ? -1 : 1);
  return temperatureOf(fahrenheitOf(celsius), 'F');
}

// `+ 0`: a rounded −0 would not survive canonical bytes.
/** The highest whole degree that a maximum is certain to have reached, given one reading; the lowest for a minimum. */
export const certainHigh = (fahrenheit: number, halfStep: number): number =>
  Math.floor(fahrenheit - halfStep + 0.5) + 0;
export const certainLow = (fahrenheit: number, halfStep: number): number =>
  Math.ceil(fahrenheit + halfStep - 0.5) + 0;
/** Extremes of six hours come in tenths. */
export const extremeHalfStep = tenthHalfStep;
