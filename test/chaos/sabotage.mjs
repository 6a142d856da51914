/**
 * Loaded into the engine's process before the engine (`NODE_OPTIONS=--import`): does what no proxy can. Commands are lines of
 * the file that CHAOS_SABOTAGE names: `clock MS` moves the wall clock, `stall MS` keeps the event loop busy, `hog` takes
 * memory until there is none.
 */
import { readFileSync, watch, writeFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

const path = process.env.CHAOS_SABOTAGE;
const realNow = Date.now;
let offsetMs = 0;
Date.now = () => realNow() + offsetMs;

const acts = {
  clock: (ms) => {
    offsetMs = ms;
  },
  stall: (ms) => {
    const end = realNow() + ms;
    while (realNow() < end);
  },
  hog: () => {
    const kept = [];
    for (;;) kept.push(Array.from({ length: 100_000 }, (_, at) => ({ at })));
  },
};

if (isMainThread && path !== undefined) {
  let done = 0;
  writeFileSync(path, '');
  watch(path, { persistent: false }, () => {
    const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
    for (const line of lines.slice(done)) {
      done += 1;
      const [name, value] = line.split(' ');
      acts[name](Number(value));
    }
  });
}
