// Seeds on as many threads as there are cores. Each job is one seed; results come as they are done.

import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';

const threadsMax = 4;
/** A seed's objects die with it: few of them need to be copied out of a nursery that holds several seeds. */
const maxYoungGenerationSizeMb = 128;

/**
 * Runs `next()`'s jobs (options of `runSeed`, null: no more) and calls `done(result, job)` for each. Resolves when all are
 * done. `next` may look at what is done so far.
 */
export function runJobs(next, done) {
  const threads = Math.min(threadsMax, availableParallelism());
  const one = () =>
    new Promise((resolve, reject) => {
      const worker = new Worker(new URL('./seed-worker.mjs', import.meta.url), {
        resourceLimits: { maxYoungGenerationSizeMb },
      });
      let job = null;
      const step = () => {
        job = next();
        if (job === null) void worker.terminate().then(() => resolve());
        else worker.postMessage(job);
      };
      worker.on('message', (result) => {
        done(result, job);
        step();
      });
      worker.on('error', reject);
      step();
    });
  return Promise.all(Array.from({ length: threads }, one));
}
