import { runBacktest } from '../backtest/backtest.js';
import type { JobOutcome, SweepJob } from './job.js';

/** What a thread is given: the job, and where its recording lies on this machine. */
export type ThreadTask = { readonly job: SweepJob; readonly folder: string };

/** Runs one backtest in a thread of its own, and brings back what is kept of it. */
export default async function runJob({ job, folder }: ThreadTask): Promise<JobOutcome> {
  const { settings, seed, fills, span } = job;
  let isDamaged: { readonly code: string; readonly detail: string } | null = null;
  const run = await runBacktest(
    { recording: folder, settings, seed, fills, fromMs: span.fromMs, toMs: span.toMs },
    {
      onProblem: ({ code, detail }) => {
        isDamaged ??= { code, detail };
      },
    },
  );
  const failure = (code: string, detail: string): JobOutcome => ({
    ok: false,
    // Paths differ from machine to machine, outcomes do not.
    failure: { code, detail: detail.replaceAll(folder, 'the recording') },
  });
  if (!run.ok) return failure(run.error.code, run.error.detail);
  // Assigned in a callback, which the compiler does not follow.
  const damage = isDamaged as { readonly code: string; readonly detail: string } | null;
  // Totals of half a span would be compared with those of whole ones.
  if (damage !== null) return failure(damage.code, damage.detail);
  const { days: _, tape: __, ...totals } = run.value;
  return { ok: true, totals };
}
