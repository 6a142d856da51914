import { createHash } from 'node:crypto';
import type { BacktestTotals, FillEstimate } from '../backtest/job.js';
import { canonical } from '../domain/canonical.js';

/** Market time, both ends inclusive. */
export type Span = { readonly fromMs: number; readonly toMs: number };

/** One backtest as a sweep hands it out: the recording by its content, so that it means the same on any machine. */
export type SweepJob = {
  /** Setting keys and values as `--set` takes them. */
  readonly settings: Readonly<Record<string, string>>;
  /** Content hash of the recording. */
  readonly recording: string;
  /** The build that must run it. */
  readonly build: string;
  readonly seed: number;
  readonly fills: FillEstimate;
  readonly span: Span;
};

/** What is kept of a backtest's totals. */
export type JobTotals = Omit<BacktestTotals, 'days' | 'tape'>;

/** `detail` names no path: a failure reads the same wherever the job ran. */
export type JobFailure = { readonly code: string; readonly detail: string };

export type JobOutcome =
  | { readonly ok: true; readonly totals: JobTotals }
  | { readonly ok: false; readonly failure: JobFailure };

/** The job ended its worker each time: the same words on this machine and on others. */
export const poisoned = (attempts: number): JobOutcome => ({
  ok: false,
  failure: { code: 'job_poisoned', detail: `its worker ended without an answer ${attempts} times` },
});

/** SHA-256 over everything a job's totals depend on: equal jobs have equal ids, on any machine. */
export const jobIdOf = ({ settings, recording, build, seed, fills, span }: SweepJob): string =>
  createHash('sha256')
    .update(canonical({ build, fills, recording, seed, settings, span }))
    .digest('hex');
