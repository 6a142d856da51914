import type { Result } from '../domain/result.js';
import type { JobOutcome, SweepJob } from './job.js';
import type { RecordingContent } from './recording-content.js';

/** A job with its id. */
export type NamedJob = { readonly jobId: string; readonly job: SweepJob };

/** Why jobs could not be run at all. A job that fails is no such thing: it has an outcome. */
export type ExecutorProblem = {
  readonly code:
    | 'sweep_interrupted'
    | 'build_mismatch'
    | 'broker_unreachable'
    | 'broker_refused'
    | 'broker_failed'
    | 'remote_unsafe';
  readonly detail: string;
};

export type RunOptions = {
  /** Once for each job, in whatever order they end. */
  readonly onOutcome: (jobId: string, outcome: JobOutcome) => void;
  /** Aborted: no more jobs are begun, and the run ends as `sweep_interrupted`. */
  readonly signal: AbortSignal;
};

/** Where jobs are run: threads of this process, or machines behind a broker. Results do not depend on which. */
export type JobExecutor = {
  readonly run: (
    jobs: readonly NamedJob[],
    options: RunOptions,
  ) => Promise<Result<null, ExecutorProblem>>;
  readonly close: () => Promise<void>;
};

/** The recordings of a sweep, by content hash. */
export type Recordings = ReadonlyMap<string, RecordingContent>;
