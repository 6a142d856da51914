import { assert } from '../domain/assert.js';
import { err, ok } from '../domain/result.js';
import type { JobExecutor, Recordings } from './executor.js';
import { jobThreads } from './threads.js';

/** Runs jobs on threads of this machine. `file`: see `jobThreads`. */
export function localExecutor(
  recordings: Recordings,
  { threads, file }: { readonly threads: number; readonly file?: URL },
): JobExecutor {
  const pool = jobThreads(threads, file);
  return {
    run: async (jobs, { onOutcome, signal }) => {
      const left = [...jobs].reverse();
      const hand = async (): Promise<void> => {
        for (let next = left.pop(); next !== undefined && !signal.aborted; next = left.pop()) {
          const { jobId, job } = next;
          const folder = recordings.get(job.recording)?.folder;
          assert(folder !== undefined, `no recording ${job.recording} in this sweep`);
          const outcome = await pool.run(job, folder);
          // What was cut short by closing is no outcome.
          if (!signal.aborted) onOutcome(jobId, outcome);
        }
      };
      // As many at a time as there are threads: the queue is this list, so that it can be left.
      await Promise.all(Array.from({ length: pool.count }, hand));
      return signal.aborted
        ? err({ code: 'sweep_interrupted', detail: 'what has ended is kept' })
        : ok(null);
    },
    close: pool.close,
  };
}
