import { setFlagsFromString } from 'node:v8';
import { Piscina } from 'piscina';
import { limits } from '../limits.js';
import type { JobOutcome, SweepJob } from './job.js';
import type { ThreadTask } from './job-thread.js';

export type Threads = {
  /** Runs a job, again when its thread ended without an answer, a few times. Never rejects unless closed. */
  readonly run: (job: SweepJob, folder: string) => Promise<JobOutcome>;
  readonly count: number;
  readonly close: () => Promise<void>;
};

/** The compiled thread, also when this file itself runs from its TypeScript source. */
const builtThread = (): URL =>
  import.meta.url.endsWith('.ts')
    ? new URL('../../dist/sweep/job-thread.js', import.meta.url)
    : new URL('./job-thread.js', import.meta.url);

/** `count` threads that run backtests and know no environment. `file`: the built one unless a test brings another. */
export function jobThreads(count: number, file: URL = builtThread()): Threads {
  // One thread a core: helpers of one's garbage collector would take the core of another.
  setFlagsFromString('--no-parallel-scavenge');
  const piscina = new Piscina({
    filename: file.href,
    minThreads: count,
    maxThreads: count,
    // Threads compute; they need none of the settings and none of the secrets in the environment.
    env: {},
    // Its module is imported: a thread that is ended while it loads one by `require` takes the process with it (Node 20).
    execArgv: ['--no-experimental-require-module'],
    resourceLimits: {
      maxOldGenerationSizeMb: limits.sweepThreadMegabytesMax,
      maxYoungGenerationSizeMb: limits.sweepThreadYoungMegabytes,
    },
  });
  // A thread that dies while idle is replaced; there is nobody to tell.
  piscina.on('error', () => {});
  return {
    run: async (job, folder) => {
      let detail = '';
      for (let attempt = 1; attempt <= limits.sweepAttemptsMax; attempt += 1) {
        try {
          return (await piscina.run({ job, folder } satisfies ThreadTask)) as JobOutcome;
        } catch (error) {
          detail = error instanceof Error ? error.message : String(error);
        }
      }
      return { ok: false, failure: { code: 'job_crashed', detail } };
    },
    count,
    close: () => piscina.destroy(),
  };
}
