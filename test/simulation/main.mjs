// `npm run sim -- --seeds N [--from S] [--traces N] [--crashes N]`: the whole engine on virtual time against the simulator, fault
// mixes by seed. Exit 1 with one line a failure that brings it back. `--seed X [--faults a,b|none] [--bug name]` runs one,
// `--crash-before N`, `--crash-after N` going down at its port call N.

import { readFileSync, writeFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { scriptOptions, wrong } from '../support/script-options.mjs';
import { Coverage, coverageProblems } from './coverage.mjs';
import { crashMixes, crashPlan, kindsMissed } from './crash-plan.mjs';
import { faultNames } from './faults.mjs';
import { freshTraces } from './fresh-traces.mjs';
import { plantedBugs } from './planted-bugs.mjs';
import { reproducer, runSeed, shrunk } from './run-seed.mjs';
import { runJobs } from './seed-pool.mjs';

const failingPath = new URL('./failing-seeds.json', import.meta.url);
/** In words; all of them are in what `--json` prints. */
const pairsToldMax = 20;
const print = (text) => process.stderr.write(`${text}\n`);

function options() {
  const { values, whole } = scriptOptions({
    seeds: { type: 'string', default: '200' },
    from: { type: 'string', default: '1' },
    seed: { type: 'string' },
    faults: { type: 'string' },
    bug: { type: 'string' },
    crashes: { type: 'string', default: '2' },
    'crash-before': { type: 'string' },
    'crash-after': { type: 'string' },
    traces: { type: 'string' },
    json: { type: 'boolean', default: false },
  });
  const faults =
    values.faults === undefined ? null : values.faults === 'none' ? [] : values.faults.split(',');
  for (const name of faults ?? [])
    if (!faultNames.includes(name)) wrong(`no fault ${name}; there are ${faultNames.join(', ')}`);
  const bug = values.bug ?? null;
  if (bug !== null && !(bug in plantedBugs))
    wrong(`no planted bug ${bug}; there are ${Object.keys(plantedBugs).join(', ')}`);
  const seeds = whole('seeds');
  const call = whole('crash-before') ?? whole('crash-after');
  return {
    seeds,
    from: whole('from'),
    // Seeds that are run twice here and once in a fresh process.
    traces: Math.min(seeds, whole('traces') ?? Math.min(100, Math.ceil(seeds / 4))),
    seed: whole('seed'),
    crashes: whole('crashes'),
    crashAt: call === null ? null : { call, after: values['crash-after'] !== undefined },
    faults,
    bug,
    json: values.json,
  };
}

const { seeds, from, seed, traces: twice, faults, bug, crashes, crashAt, json } = options();

if (seed !== null) {
  const result = await runSeed({ seed, only: faults, bug, crashAt });
  const { coverage: _, ...told } = result;
  process.stdout.write(`${JSON.stringify(told)}\n`);
  if (result.violation !== null) {
    const less = crashAt === null ? await shrunk(result, bug) : { ...result, crashAt };
    print(`${less.violation.detail}\n${reproducer(less, bug)}`);
  }
  process.exit(result.violation === null ? 0 : 1);
}

const kept = JSON.parse(readFileSync(failingPath, 'utf8'));
const coverage = new Coverage();
const traces = new Map();
const failures = [];
/** What is wrong with the run as a whole: nothing a seed could bring back. */
const problems = [];
const sums = {
  seeds: 0,
  inputs: 0,
  portCalls: 0,
  runs: 0,
  orders: 0,
  fills: 0,
  faults: 0,
  crashes: 0,
};
const startedMs = performance.now();

const plan = await crashPlan(crashes, bug);
if (plan.failed !== null) failures.push(plan.failed);
const missed = kindsMissed(plan.kinds);
if (crashes >= crashMixes.length && plan.failed === null && missed.length > 0)
  problems.push(`nothing went down at a call of kind ${missed.join(', ')}`);

const ordinary = (count) =>
  Array.from({ length: count }, (_, at) => ({ seed: from + at, only: faults, bug }));
const jobs = [
  // Those that failed before come first, and what is long before what is short.
  ...kept.map((one) => ({ seed: one.seed, only: one.faults, bug, isKept: true })),
  ...plan.jobs,
  // Twice, on whichever thread: the same to the last bit.
  ...ordinary(twice),
  ...ordinary(seeds),
];
const fresh = twice > 0 ? freshTraces({ from, count: twice, only: faults, bug }) : new Map();

const traceKey = (of, only) => `${of}/${only === null ? 'own' : only.join(',')}`;
const differs = (result, how) =>
  failures.push({
    ...result,
    violation: { invariant: 'I17', isTrace: true, detail: `I17: seed ${result.seed} ${how}` },
  });

/** A kept seed takes each of its faults: one at which some no longer hit is another run than the one that was kept. */
function notHit({ seed: one, faults: named, hits }) {
  const hit = new Map(hits);
  const idle = named.filter((name) => !hit.has(name));
  if (idle.length === 0) return [];
  return [`kept seed ${one} is not what it was: ${idle.join(', ')} no longer hit; take it out`];
}

let at = 0;
let toldMs = startedMs;
// Ctrl-C ends a long run with the sums so far; a second one ends it at once.
let isCut = false;
process.once('SIGINT', () => {
  isCut = true;
});
await runJobs(
  () => (isCut ? null : (jobs[at++] ?? null)),
  (result, job) => {
    if (job.everyCall === true) {
      sums.crashes += result.runs;
      if (result.failed !== null) failures.push(result.failed);
      return;
    }
    sums.seeds += 1;
    for (const key of ['inputs', 'portCalls', 'runs', 'orders', 'fills']) sums[key] += result[key];
    for (const [, count] of result.hits) sums.faults += count;
    coverage.add(result.coverage);
    if (result.violation !== null) {
      failures.push(result);
      print(`seed ${job.seed}: ${result.violation.detail.split('\n')[0]}`);
    } else if (job.isKept === true) problems.push(...notHit(result));
    const key = traceKey(job.seed, job.only);
    const before = traces.get(key);
    if (before === undefined) traces.set(key, result.trace);
    else if (before !== result.trace) differs(result, 'ran differently twice');
    if (performance.now() - toldMs > 10_000) {
      toldMs = performance.now();
      print(`${sums.seeds} seeds, ${failures.length} failed`);
    }
  },
);
for (const [one, trace] of await fresh)
  if (traces.get(traceKey(one, faults)) !== trace)
    differs({ seed: one, faults }, 'ran differently in a fresh process');

const seconds = (performance.now() - startedMs) / 1_000;
failures.sort((a, b) => a.seed - b.seed);
const told = [];
for (const failure of failures.slice(0, 10)) {
  const isOrdinary = failure.crashAt === undefined && failure.violation.isTrace !== true;
  const less = isOrdinary ? await shrunk(failure, bug) : failure;
  told.push(less);
  print(`${less.violation.detail}\n  ${reproducer(less, bug)}`);
  const isKnown = kept.some(
    (one) => one.seed === less.seed && String(one.faults) === String(less.faults),
  );
  if (isOrdinary && bug === null && !isKnown)
    kept.push({ seed: less.seed, faults: less.faults, why: less.violation.detail.slice(0, 120) });
}
if (bug === null && told.length > 0)
  writeFileSync(failingPath, `${JSON.stringify(kept, null, 2)}\n`);

print(coverage.text());
const empty = coverage.empty();
print(
  `pairs that never met: ${empty.length === 0 ? 'none' : `${empty.length}: ${empty.slice(0, pairsToldMax).join(' ')}${empty.length > pairsToldMax ? ' …' : ''}`}`,
);
if (bug === null && faults === null) problems.push(...coverageProblems(coverage, sums.seeds));
print(
  `${twice} seeds ran the same twice in this process and once in a fresh one: ${failures.some(({ violation }) => violation.isTrace === true) ? 'NO' : 'yes'}`,
);
print(
  `went down before and after every port call of ${crashes} seeds: ${[...plan.kinds].map(([kind, count]) => `${kind} ${count}`).join(', ')}`,
);
if (isCut)
  problems.push(`cut short after ${sums.seeds} of ${jobs.length - plan.jobs.length} seeds`);
for (const problem of problems) print(problem);
print(
  `${sums.seeds} seeds in ${seconds.toFixed(0)} s (${Math.round((60 * sums.seeds) / seconds)} a minute), ${sums.inputs} events, ${sums.faults} faults, ` +
    `${sums.runs - sums.seeds} restarts, ${sums.orders} orders, ${sums.fills} fills, ${sums.crashes} runs of crash at every call; ${failures.length} violations`,
);
/** Of those that were run twice. */
const seedTraces = Object.fromEntries(
  Array.from({ length: twice }, (_, one) => [
    String(from + one),
    traces.get(traceKey(from + one, faults)),
  ]),
);
if (json)
  process.stdout.write(
    `${JSON.stringify({ schemaVersion: 1, ...sums, seconds, violations: told, problems, emptyCells: empty, traces: seedTraces })}\n`,
  );
process.exitCode = failures.length === 0 && problems.length === 0 ? 0 : 1;
