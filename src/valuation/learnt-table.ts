import type { AgeWeight, BlendTable, BlendTerms } from '../messages/valuation.js';
import { weightMax } from './blend.js';
import type { Learnt, LearntPart } from './learn.js';

/**
 * Reads what was learnt, possibly after a journey through a recording. Null for anything that is not a whole table of
 * numbers as `learn` makes them: a weight out of bounds or a slope that turns forecasts round would be traded on.
 */
export function learntOf(value: unknown): Learnt | null {
  if (!isObject(value) || !isObject(value['table']) || !Array.isArray(value['parts'])) return null;
  const { table, parts } = value as { readonly table: object; readonly parts: readonly unknown[] };
  return Object.values(table).every(isTerms) && parts.every(isPart)
    ? { table: table as BlendTable, parts: parts as readonly LearntPart[] }
    : null;
}

type Fields = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null;
// Written so that NaN is refused.
const within = (value: unknown, from: number, to: number): boolean =>
  typeof value === 'number' && value >= from && value <= to;
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0;
const isAge = (value: unknown): boolean => value === null || within(value, 0, Number.MAX_VALUE);
/** A model that stands alone has all the weight; every other has at most what learning allows. */
const isWeight = (value: unknown): boolean => value === 1 || within(value, 0, weightMax);

function isTerms(value: unknown): value is BlendTerms {
  if (!isObject(value)) return false;
  const { weight, weightThin, weightSigma, evidenceAgeMsMax, byAge, calibration, source } = value;
  return (
    isWeight(weight) &&
    isWeight(weightThin) &&
    within(weightSigma, 0, 1) &&
    isAge(evidenceAgeMsMax) &&
    Array.isArray(byAge) &&
    byAge.every(isAgeWeight) &&
    isObject(calibration) &&
    within(calibration['alpha'], -10, 10) &&
    within(calibration['beta'], Number.MIN_VALUE, 10) &&
    within(calibration['sigma'], 0, 10) &&
    typeof source === 'string'
  );
}

const isAgeWeight = (value: unknown): value is AgeWeight =>
  isObject(value) &&
  isAge(value['evidenceAgeMsMax']) &&
  isAge(value['quoteAgeMsMax']) &&
  within(value['weight'], 0, weightMax) &&
  within(value['weightThin'], 0, weightMax);

const isPart = (value: unknown): value is LearntPart =>
  isObject(value) &&
  typeof value['model'] === 'string' &&
  typeof value['vertical'] === 'string' &&
  isCount(value['snapshots']) &&
  isCount(value['events']) &&
  (value['kept'] === null || value['kept'] === 'too_few_events' || value['kept'] === 'no_gain') &&
  isTerms(value['terms']);
