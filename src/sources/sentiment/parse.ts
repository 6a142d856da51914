import { z } from 'zod';
import { ok, type Result } from '../../domain/result.js';
import { type EpochMs, epochMs } from '../../domain/units.js';
import { countField, problem, readJson, type SourceProblem, told } from '../known.js';

/** The Fear & Greed index of a day: 0 is fear, 100 is greed. */
export type Sentiment = { readonly index: number; readonly at: EpochMs };

const Answer = z.object({
  data: z
    .array(z.object({ value: countField, timestamp: countField }))
    .min(1)
    .max(10_000),
  metadata: z.object({ error: z.unknown() }).nullish(),
});

/** Alternative.me's form: numbers as strings, times in seconds, newest first, errors with status 200. */
export function parseSentiment(body: string): Result<Sentiment, SourceProblem> {
  const where = 'fear & greed';
  const read = readJson(Answer, body, where);
  if (!read.ok) return read;
  const { data, metadata } = read.value;
  if (metadata?.error != null) return problem('refused', where, told(metadata.error));
  const newest = data.reduce((a, b) => (b.timestamp > a.timestamp ? b : a));
  const atMs = newest.timestamp * 1_000;
  if (newest.value > 100 || !Number.isSafeInteger(atMs))
    return problem('bad_value', where, `${newest.value} at ${newest.timestamp}`);
  return ok({ index: newest.value, at: epochMs(atMs) });
}
