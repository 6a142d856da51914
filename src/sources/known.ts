import { z } from 'zod';
import { assertNever } from '../domain/assert.js';
import { err, ok, type Result } from '../domain/result.js';
import type { EpochMs } from '../domain/units.js';
import { limits } from '../limits.js';
import type { EvidenceSource, Outcome } from '../messages/effect.js';
import type { NoSignal } from '../messages/evidence.js';

/** One GET, as data. Answers are kept by URL. */
export type SourceRequest<Kind extends string> = {
  readonly kind: Kind;
  readonly source: EvidenceSource;
  readonly url: string;
  /** How long an answer stands before it is asked again, market time. */
  readonly ttlMs: number;
};

/** Why an answer is of no use. */
export type SourceProblem = {
  readonly code: /** No answer: timeout, network, too large, redirect. */
    | 'unreachable'
    /** An error that passes: 5xx, 429, 408. */
    | 'unavailable'
    /** An error that stays, in whatever form the service says it. */
    | 'refused'
    | 'too_large'
    | 'not_json'
    | 'unknown_shape'
    /** The right shape with a value that cannot be. */
    | 'bad_value'
    /** Dated long before it was sent. */
    | 'stale'
    /** A link to somewhere that is not the service. */
    | 'foreign_link';
  readonly where: string;
  readonly text: string;
};

/** What one URL last said. A failure never takes away an earlier answer; that only gets older. */
export type SourceEntry<Value> = {
  readonly good: { readonly value: Value; readonly receivedAt: EpochMs } | null;
  /** Failures since then. */
  readonly failed: {
    readonly problem: SourceProblem;
    readonly at: EpochMs;
    readonly times: number;
  } | null;
};

const problemTextMax = 160;

/** What a market's evidence lacks when an answer that it needs is of no use. */
export function noSignalOf({ code }: SourceProblem): NoSignal {
  switch (code) {
    case 'unreachable':
    case 'unavailable':
    case 'refused':
      return 'source_failed';
    case 'stale':
      return 'source_stale';
    case 'too_large':
    case 'not_json':
    case 'unknown_shape':
    case 'bad_value':
    case 'foreign_link':
      return 'bad_answer';
    default:
      return assertNever(code);
  }
}

/** Control characters are replaced, so that a log line stays one line. */
export const problem = (
  code: SourceProblem['code'],
  where: string,
  text: string,
): Result<never, SourceProblem> =>
  err({ code, where, text: text.slice(0, problemTextMax).replace(/[\p{Cc}\u2028\u2029]/gu, ' ') });

/** A value that a service sent as its error, for the record; what is nested says only what it is. */
export const told = (value: unknown): string =>
  typeof value === 'string' ? value : value === null ? 'null' : typeof value;

/** A URL's entry after an outcome that arrived at `at`, market time. Never throws, whatever the body. */
export function entryAfter<Value>(
  before: SourceEntry<Value> | undefined,
  where: string,
  outcome: Outcome,
  at: EpochMs,
  parse: (body: string) => Result<Value, SourceProblem>,
): SourceEntry<Value> {
  const read = bodyOf(where, outcome);
  const value = read.ok ? parse(read.value) : read;
  if (value.ok) return { good: { value: value.value, receivedAt: at }, failed: null };
  const times = (before?.failed?.times ?? 0) + 1;
  return { good: before?.good ?? null, failed: { problem: value.error, at, times } };
}

function bodyOf(where: string, outcome: Outcome): Result<string, SourceProblem> {
  if (outcome.kind === 'failed') return problem('unreachable', where, outcome.code);
  if (outcome.kind !== 'http') return problem('unreachable', where, outcome.kind);
  const { status, body } = outcome;
  if (status === 200) return ok(body);
  const passes = status >= 500 || status === 429 || status === 408;
  return problem(passes ? 'unavailable' : 'refused', where, `HTTP ${status} ${body}`);
}

/** What keeps failing is asked ever more rarely; what is refused stays refused for a while. Market time. */
const retryMs = 5_000;
const retryMsMax = 600_000;
const retryDoublingsMax = 10;

/** Whether a URL should be asked (again). */
export function isDue<Value>(
  entry: SourceEntry<Value> | undefined,
  ttlMs: number,
  at: EpochMs,
): boolean {
  if (entry === undefined) return true;
  const { good, failed } = entry;
  if (failed !== null) {
    const doublings = failed.problem.code === 'refused' ? retryDoublingsMax : failed.times - 1;
    return (
      at - failed.at >= Math.min(retryMs * 2 ** Math.min(doublings, retryDoublingsMax), retryMsMax)
    );
  }
  return good === null || at - good.receivedAt >= ttlMs;
}

/** A JSON body by a schema, or why not. Never throws. */
export function readJson<Output>(
  schema: z.ZodType<Output>,
  body: string,
  where: string,
): Result<Output, SourceProblem> {
  if (body.length > limits.evidenceBytesMax)
    return problem('too_large', where, `${body.length} characters`);
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return problem('not_json', where, body);
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return ok(parsed.data);
  const issue = parsed.error.issues[0];
  return problem(
    issue?.code === 'custom' ? 'bad_value' : 'unknown_shape',
    [where, ...(issue?.path ?? []).map(String)].join('.'),
    issue?.message ?? '',
  );
}

/** A plain decimal, as a JSON number or as text; never an exponent in text, never infinite. */
export const numberField = z
  .union([z.number(), z.string().regex(/^-?\d{1,18}(?:\.\d{1,18})?$/)])
  .transform(Number);

/** The same, above zero. */
export const positiveField = numberField.refine((value) => value > 0 && value < 1e18, {
  error: 'not above zero',
});

/** The same, zero or more. */
export const countField = numberField.refine((value) => value >= 0 && value < 1e18, {
  error: 'below zero',
});
