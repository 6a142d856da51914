import { z } from 'zod';
import { ok, type Result } from '../../domain/result.js';
import type { EpochMs } from '../../domain/units.js';
import type { Outcome } from '../../messages/effect.js';
import { dayMs, minuteMs } from './dates.js';
import {
  type ClimateReport,
  type ProductEntry,
  parseProduct,
  parseProducts,
} from './parse-climate.js';
import { type Forecast, parseForecast, parseGrid } from './parse-forecast.js';
import { type Observations, parseObservations } from './parse-observations.js';
import { type GridPaths, parsePoints } from './parse-points.js';
import { type NoaaProblem, problem, readBody } from './read.js';

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

/** What one path last said. A failure never takes away an earlier answer; that only gets older. */
export type NoaaEntry = {
  readonly good: { readonly answer: NoaaAnswer; readonly receivedAt: EpochMs } | null;
  /** Failures since then. */
  readonly failed: {
    readonly problem: NoaaProblem;
    readonly at: EpochMs;
    readonly times: number;
  } | null;
};

/** Everything known of the service, by path. */
export type NoaaKnown = ReadonlyMap<string, NoaaEntry>;

/**
 * A path's entry after an answer that arrived at `at` (market time). `base` is the configured address of the service, to
 * which links in bodies may point. Never throws, whatever the body.
 */
export function noaaEntryAfter(
  before: NoaaEntry | undefined,
  request: NoaaRequest,
  outcome: Outcome,
  at: EpochMs,
  base: string,
): NoaaEntry {
  const read = answerOf(request, outcome, base);
  if (read.ok) return { good: { answer: read.value, receivedAt: at }, failed: null };
  const times = (before?.failed?.times ?? 0) + 1;
  return { good: before?.good ?? null, failed: { problem: read.error, at, times } };
}

/** Without entries that nothing has refreshed for this long: paths of past days are not asked again. */
export function noaaKnownWithin(known: NoaaKnown, at: EpochMs): NoaaKnown {
  const lastOf = ({ good, failed }: NoaaEntry): number =>
    Math.max(good?.receivedAt ?? 0, failed?.at ?? 0);
  return new Map([...known].filter(([, entry]) => at - lastOf(entry) <= keptMs));
}
const keptMs = 3 * dayMs;

function answerOf(
  { kind, path }: NoaaRequest,
  outcome: Outcome,
  base: string,
): Result<NoaaAnswer, NoaaProblem> {
  if (outcome.kind === 'failed') return problem('unreachable', path, outcome.code);
  if (outcome.kind !== 'http') return problem('unreachable', path, outcome.kind);
  if (outcome.status !== 200) return refusal(path, outcome.status, outcome.body);
  switch (kind) {
    case 'points':
      return answer(kind, parsePoints(outcome.body, base));
    case 'hourly':
      return answer(kind, parseForecast(outcome.body));
    case 'grid':
      return answer(kind, parseGrid(outcome.body));
    case 'observations':
      return answer(kind, parseObservations(outcome.body));
    case 'products':
      return answer(kind, parseProducts(outcome.body));
    case 'product':
      return answer(kind, parseProduct(outcome.body));
  }
}

const answer = <Kind extends NoaaAnswer['kind'], Value>(
  kind: Kind,
  read: Result<Value, NoaaProblem>,
): Result<{ readonly kind: Kind; readonly value: Value }, NoaaProblem> =>
  read.ok ? ok({ kind, value: read.value }) : read;

const ProblemJson = z.object({ type: z.string(), title: z.string() });

/** The service explains itself as problem+json; in front of it stand others that do not. */
function refusal(path: string, status: number, body: string): Result<never, NoaaProblem> {
  const explained = readBody(ProblemJson, body, path);
  const text = explained.ok
    ? `${explained.value.type.split('/').at(-1)} ${explained.value.title}`
    : '';
  const passes = status >= 500 || status === 429 || status === 408;
  return problem(passes ? 'unavailable' : 'refused', path, `HTTP ${status} ${text}`);
}

/** The service asks to wait some five seconds after an error; what keeps failing is asked ever more rarely. */
const retryMs = 5_000;
const retryMsMax = 10 * minuteMs;

/** Whether a path should be asked (again). */
export function isDue(entry: NoaaEntry | undefined, ttlMs: number, at: EpochMs): boolean {
  if (entry === undefined) return true;
  const { good, failed } = entry;
  if (failed !== null) {
    const passes = failed.problem.code === 'unavailable' || failed.problem.code === 'unreachable';
    const waitMs = passes ? retryMs * 2 ** (failed.times - 1) : retryMsMax;
    return at - failed.at >= Math.min(waitMs, retryMsMax);
  }
  return good === null || at - good.receivedAt >= ttlMs;
}
