// A process of its own: `node fresh-traces.mjs '{"from","count","only","bug"}'` prints the traces of these seeds. They are run from the last
// to the first, so that what an earlier run leaves behind in a process is another than in the process they are compared with.

import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { runSeed } from './run-seed.mjs';

const self = fileURLToPath(import.meta.url);

/** Seed → trace, as a fresh process has them. */
export function freshTraces(options) {
  const child = spawn(process.execPath, [self, JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let out = '';
  child.stdout.on('data', (data) => {
    out += data;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(new Map(JSON.parse(out)));
      else reject(new Error(`the fresh process ended with ${code}`));
    });
  });
}

if (process.argv[1] === self) {
  const { from, count, only, bug } = JSON.parse(process.argv[2]);
  const traces = [];
  for (let seed = from + count - 1; seed >= from; seed -= 1)
    traces.push([seed, (await runSeed({ seed, only, bug })).trace]);
  process.stdout.write(JSON.stringify(traces));
}
