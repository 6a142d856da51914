import { parentPort } from 'node:worker_threads';
import { crashAtEveryCall, runSeed } from './run-seed.mjs';

parentPort.on('message', (job) => {
  const work = job.everyCall === true ? crashAtEveryCall(job) : runSeed(job);
  work.then(
    (result) => parentPort.postMessage(result),
    (error) => {
      throw error;
    },
  );
});
