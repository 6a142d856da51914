import { err, ok, type Result } from '../domain/result.js';
import type { ExecutorProblem, JobExecutor } from './executor.js';
import type { Plan, PlannedJob } from './plan.js';
import type { Results } from './results.js';

export type Progress = {
  /** Of this rung. */
  readonly done: number;
  readonly total: number;
  readonly rung: number;
  readonly rungs: number;
};

export type Swept = {
  /** Every job the sweep stands on, once, in the order of the plan. */
  readonly jobs: readonly PlannedJob[];
  /** How many of them were run now; the others had their outcome. */
  readonly ran: number;
};

/**
 * Runs what is missing, rung by rung. What has an outcome is never run again, so that an interrupted sweep goes on where
 * it was, and a finished one answers at once.
 */
export async function sweep(
  plan: Plan,
  results: Results,
  executor: JobExecutor,
  {
    signal,
    onProgress,
  }: { readonly signal: AbortSignal; readonly onProgress: (progress: Progress) => void },
): Promise<Result<Swept, ExecutorProblem>> {
  const all = new Map<string, PlannedJob>();
  let ran = 0;
  const rungs = plan.rungs.length;
  for (let rung = 0; rung < rungs; rung += 1) {
    const jobs = plan.jobs(rung, results.get);
    // Two folds may ask for the same job: it is one.
    for (const job of jobs) if (!all.has(job.jobId)) all.set(job.jobId, job);
    const different = [...new Map(jobs.map((job) => [job.jobId, job])).values()];
    const missing = different.filter(({ jobId }) => results.get(jobId) === undefined);
    const total = different.length;
    let done = total - missing.length;
    onProgress({ done, total, rung, rungs });
    if (missing.length === 0) continue;
    const run = await executor.run(missing, {
      signal,
      onOutcome: (jobId, outcome) => {
        if (!results.add(jobId, outcome)) return;
        ran += 1;
        done += 1;
        onProgress({ done, total, rung, rungs });
      },
    });
    if (!run.ok) return err(run.error);
  }
  return ok({ jobs: [...all.values()], ran });
}
