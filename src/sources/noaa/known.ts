import { ok, type Result } from '../../domain/result.js';
import type { EpochMs } from '../../domain/units.js';
import type { Outcome } from '../../messages/effect.js';
import { entryAfter, type SourceEntry, type SourceProblem } from '../known.js';
import { dayMs } from './dates.js';
import {
  type ClimateReport,
  type ProductEntry,
  parseProduct,
  parseProducts,
} from './parse-climate.js';
import { type Forecast, parseForecast, parseGrid } from './parse-forecast.js';
import { type Observations, parseObservations } from './parse-observations.js';
import { type GridPaths, parsePoints } from './parse-points.js';

/** One question to the weather service: a path under its base, query included. Answers are kept by it. */
export type NoaaRequest = {
  readonly kind: NoaaAnswer['kind'];
  readonly path: string;
  /** How long an answer stands before it is asked again, market time. */
  readonly ttlMs: number;
};

/** What each kind of answer holds. */
export type AnswerValues = {
  readonly points: GridPaths;
  readonly hourly: Forecast;
  readonly grid: Forecast;
  readonly observations: Observations;
  readonly products: readonly ProductEntry[];
  readonly product: readonly ClimateReport[];
};

export type NoaaAnswer = {
  [Kind in keyof AnswerValues]: { readonly kind: Kind; readonly value: AnswerValues[Kind] };
}[keyof AnswerValues];

/** Everything known of the service, by path. */
export type NoaaKnown = ReadonlyMap<string, SourceEntry<NoaaAnswer>>;

/**
 * A path's entry after an answer that arrived at `at` (market time). `base` is the configured address of the service, to
 * which links in bodies may point. Never throws, whatever the body.
 */
export const noaaEntryAfter = (
  before: SourceEntry<NoaaAnswer> | undefined,
  { kind, path }: NoaaRequest,
  outcome: Outcome,
  at: EpochMs,
  base: string,
): SourceEntry<NoaaAnswer> =>
  entryAfter(before, path, outcome, at, (body) => answerOf(kind, body, base));

/** Without entries that nothing has refreshed for this long: paths of past days are not asked again. */
export function noaaKnownWithin(known: NoaaKnown, at: EpochMs): NoaaKnown {
  const lastOf = ({ good, failed }: SourceEntry<NoaaAnswer>): number =>
    Math.max(good?.receivedAt ?? 0, failed?.at ?? 0);
  return new Map([...known].filter(([, entry]) => at - lastOf(entry) <= keptMs));
}
const keptMs = 3 * dayMs;

function answerOf(
  kind: NoaaAnswer['kind'],
  body: string,
  base: string,
): Result<NoaaAnswer, SourceProblem> {
  switch (kind) {
    case 'points':
      return answer(kind, parsePoints(body, base));
    case 'hourly':
      return answer(kind, parseForecast(body));
    case 'grid':
      return answer(kind, parseGrid(body));
    case 'observations':
      return answer(kind, parseObservations(body));
    case 'products':
      return answer(kind, parseProducts(body));
    case 'product':
      return answer(kind, parseProduct(body));
  }
}

const answer = <Kind extends NoaaAnswer['kind'], Value>(
  kind: Kind,
  read: Result<Value, SourceProblem>,
): Result<{ readonly kind: Kind; readonly value: Value }, SourceProblem> =>
  read.ok ? ok({ kind, value: read.value }) : read;
