// `npm run sim:oracle`: every planted bug against seeds 1, 2, 3 … until one convicts it. A judge that has never been seen to convict
// proves nothing.

import { performance } from 'node:perf_hooks';
import { scriptOptions, wrong } from '../support/script-options.mjs';
import { plantedBugs } from './planted-bugs.mjs';
import { runJobs } from './seed-pool.mjs';

function options() {
  const { values, whole } = scriptOptions({
    'seeds-max': { type: 'string', default: '10000' },
    bugs: { type: 'string' },
    json: { type: 'boolean', default: false },
  });
  const seedsMax = whole('seeds-max');
  if (seedsMax === 0) wrong('--seeds-max must be at least 1');
  const names = values.bugs?.split(',') ?? Object.keys(plantedBugs);
  for (const name of names)
    if (!(name in plantedBugs))
      wrong(`no planted bug ${name}; there are ${Object.keys(plantedBugs).join(', ')}`);
  return { seedsMax, names, json: values.json };
}

const { seedsMax, names, json } = options();
const rows = new Map(
  names.map((name) => [
    name,
    { bug: name, seeds: 0, suspicion: null, invariant: null, detail: '' },
  ]),
);
const isOpen = ({ seeds, suspicion, invariant }) =>
  invariant === null && (suspicion !== null || seeds < seedsMax);
/** Bugs a thread is on, so that two do not work on one. */
const taken = new Set();
/** Seeds in a row for one bug, before others have had as many: the one that hides longest holds up nobody. */
const turn = 25;
const nextRow = () => {
  let next = null;
  for (const row of rows.values()) {
    if (!isOpen(row) || taken.has(row.bug)) continue;
    if (next === null || Math.floor(row.seeds / turn) < Math.floor(next.seeds / turn)) next = row;
  }
  return next;
};
const startedMs = performance.now();

await runJobs(
  () => {
    const row = nextRow();
    if (row === null) return null;
    taken.add(row.bug);
    // A seed that fails without the bug as well convicts nobody.
    if (row.suspicion !== null) return { seed: row.seeds, suspect: row.bug };
    return { seed: row.seeds + 1, bug: row.bug };
  },
  (result, job) => {
    const row = rows.get(job.suspect ?? job.bug);
    taken.delete(row.bug);
    row.seeds = job.seed;
    if (job.suspect === undefined) {
      row.suspicion = result.violation;
      return;
    }
    const { suspicion } = row;
    row.suspicion = null;
    if (result.violation !== null) return;
    row.invariant = suspicion.invariant;
    row.detail = suspicion.detail.split('\n')[0].slice(0, 100);
    process.stderr.write(`${row.bug}: ${row.detail}\n`);
  },
);

const convicted = [...rows.values()].filter(({ invariant }) => invariant !== null);
process.stdout.write(
  `${'planted bug'.padEnd(34)}${'convicted'.padEnd(11)}${'seeds'.padStart(6)}  invariant\n`,
);
for (const { bug, seeds, invariant, detail } of rows.values())
  process.stdout.write(
    `${bug.padEnd(34)}${(invariant === null ? 'NO' : 'yes').padEnd(11)}${String(seeds).padStart(6)}  ${invariant === null ? '' : detail}\n`,
  );
const seconds = (performance.now() - startedMs) / 1_000;
process.stdout.write(`${convicted.length} of ${rows.size} convicted, ${seconds.toFixed(0)} s\n`);
if (json)
  process.stdout.write(
    `${JSON.stringify({ schemaVersion: 1, seedsMax, bugs: [...rows.values()] })}\n`,
  );
process.exitCode = convicted.length === rows.size ? 0 : 1;
