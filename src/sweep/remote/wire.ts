import { z } from 'zod';
import { fillEstimates } from '../../backtest/job.js';
import { isSettingKey } from '../../config/schema.js';
import { limits } from '../../limits.js';
import { type JobOutcome, jobIdOf, type SweepJob } from '../job.js';
import { hashOf, isRecordedFile, type RecordedFile } from '../recording-content.js';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const whole = z.int();
const hash = z.string().max(128);

/** What may come with a job: data for a backtest. No address, no path, nothing that could be run. */
const jobShape = z.strictObject({
  settings: z.record(z.string().refine(isSettingKey), z.string().max(4_096)),
  recording: sha256,
  build: z.string().regex(/^[0-9a-f]{16}$/),
  seed: whole.min(0),
  fills: z.enum(fillEstimates),
  span: z.strictObject({ fromMs: whole, toMs: whole }),
});

const totalsShape = z.strictObject({
  cycles: whole,
  inputs: whole,
  orders: z.strictObject({
    submitted: whole,
    filled: whole,
    partial: whole,
    canceled: whole,
    rejected: whole,
    unknown: whole,
  }),
  filled: whole,
  feesMicros: whole,
  realizedPnlMicros: whole,
  markedPnlMicros: whole,
  expectedPnlMicros: whole,
  maxDrawdownMicros: whole,
  settled: whole,
  brier: z.number().nullable(),
  marketBrier: z.number().nullable(),
  decisionsHash: hash,
  ledgerHash: hash,
});

const outcomeShape = z.discriminatedUnion('ok', [
  z.strictObject({ ok: z.literal(true), totals: totalsShape }),
  z.strictObject({
    ok: z.literal(false),
    failure: z.strictObject({ code: z.string().max(64), detail: z.string().max(4_096) }),
  }),
]);

const listingShape = z
  .array(
    z.strictObject({
      // Names become paths: only those of a recording's own files, none of which holds a separator.
      name: z.string().refine(isRecordedFile),
      bytes: whole.min(0),
      sha256,
    }),
  )
  .min(1)
  .max(limits.sweepRecordingFilesMax);

function parsed<Shape>(shape: z.ZodType<Shape>, text: string): Shape | null {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return null;
  }
  const read = shape.safeParse(json);
  return read.success ? read.data : null;
}

/** A job as it came, with the id that it has by its content; null when it is none. */
export function jobFrom(text: string): { readonly jobId: string; readonly job: SweepJob } | null {
  const job = parsed(jobShape, text);
  return job === null ? null : { jobId: jobIdOf(job), job };
}

export const outcomeFrom = (text: string): JobOutcome | null =>
  parsed<JobOutcome>(outcomeShape, text);

/** The files of the recording with this hash; null when the list is not what the hash was made of. */
export function listingFrom(text: string, recording: string): readonly RecordedFile[] | null {
  const files = parsed(listingShape, text);
  return files !== null && hashOf(files) === recording ? files : null;
}

const presenceShape = z.strictObject({
  build: z.string().max(64),
  name: z.string().max(128),
  threads: whole,
});
/** A worker's answer to the question who is there. */
export type Presence = z.output<typeof presenceShape>;
export const presenceFrom = (text: string): Presence | null => parsed(presenceShape, text);
