// Demos of many seeds, one row each, and what they come to together.
// `npm run seeds -- --seeds 20 --cycles 12 [--from 1] [--agent-lag 1] [--at-once 1] [--speed X] [--json FILE]`
//
// In process and on virtual time (`src/synthetic`), unless there is a speed: then `demo` itself runs, over sockets.
//
// `realized` is the ledger's: settled positions, less the fees of all fills, also of those that are still open. `at truth`
// is the judge's: what every fill was worth, net of its fee, by the simulator's own probability at that moment; no luck is
// in it, and what is still open counts. Exit 1 when a run failed or disagreed with its exchange.

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { demoOriginMs } from '../dist/synthetic/demo.js';
import { booksOf, recordsOf } from './seed-books.mjs';

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const draws = 10_000;

function numberOf(name, text, min, max) {
  const value = Number(text);
  if (text.trim() !== '' && value >= min && value <= max) return value;
  process.stderr.write(`seeds: --${name} must be a number from ${min} to ${max}, not '${text}'\n`);
  process.exit(2);
}

function optionsOf(argv) {
  let values;
  try {
    ({ values } = parseArgs({
      args: argv,
      options: {
        seeds: { type: 'string', default: '20' },
        from: { type: 'string', default: '1' },
        cycles: { type: 'string', default: '12' },
        speed: { type: 'string' },
        'agent-lag': { type: 'string', default: '1' },
        'at-once': { type: 'string', default: '1' },
        json: { type: 'string' },
      },
    }));
  } catch (error) {
    process.stderr.write(`seeds: ${error.message}\n`);
    process.exit(2);
  }
  return {
    seeds: Math.round(numberOf('seeds', values.seeds, 1, 10_000)),
    from: Math.round(numberOf('from', values.from, 0, 4_000_000_000)),
    cycles: Math.round(numberOf('cycles', values.cycles, 1, 100_000)),
    speed: values.speed === undefined ? null : numberOf('speed', values.speed, 0.1, 1_000),
    agentLag: numberOf('agent-lag', values['agent-lag'], 0, 100),
    atOnce: Math.round(numberOf('at-once', values['at-once'], 1, 16)),
    json: values.json,
  };
}

/** What `demo --json` printed, or why it printed nothing. */
function demo({ cycles, speed, agentLag }, seed, dataDir) {
  const args = ['demo', '--json', '--no-ui', '--seed', seed, '--cycles', cycles];
  args.push('--speed', speed, '--agent-lag', agentLag);
  return new Promise((done) => {
    const child = spawn(process.execPath, [main, ...args.map(String)], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, BOT_DATA_DIR: dataDir },
    });
    let out = '';
    let complaint = '';
    child.stdout.on('data', (text) => {
      out += text;
    });
    child.stderr.on('data', (text) => {
      complaint = `${complaint}${text}`.slice(-1_000);
    });
    child.once('close', (code) => {
      const line = out.trim().split('\n').at(-1) ?? '';
      if (line.startsWith('{')) done({ code, summary: JSON.parse(line) });
      else done({ code, failed: complaint.trim() || `exit code ${code} and no output` });
    });
  });
}

const sum = (values) => values.reduce((total, value) => total + value, 0);

/** `demo` over sockets, in a data directory of its own. */
async function overSockets(options, seed) {
  const dataDir = mkdtempSync(join(tmpdir(), 'seeds-'));
  try {
    const { code, summary, failed } = await demo(options, seed, dataDir);
    if (failed !== undefined) return { failed };
    // Nothing compared: the run ended early, which says nothing about the books.
    if (!summary.agreesWithVenue && summary.compared === 0)
      return { failed: `the run was cut short, exit code ${code}` };
    const records = await recordsOf(dirname(dirname(summary.recording)));
    const { orders, feesMicros, realizedPnlMicros, agreesWithVenue, brier = null } = summary;
    const isFine = code === 0;
    return { records, orders, feesMicros, realizedPnlMicros, agreesWithVenue, brier, isFine };
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** The same in process, in a thread of its own. */
function onVirtualTime({ cycles, agentLag }, seed) {
  return new Promise((done) => {
    const worker = new Worker(new URL('./seed-worker.mjs', import.meta.url), {
      workerData: { seed, cycles, agentLag },
    });
    worker.once('message', done);
    worker.once('error', (error) => done({ failed: error.stack ?? String(error) }));
  });
}

async function measured(options, seed) {
  const startedMs = performance.now();
  const run = await (options.speed === null ? onVirtualTime : overSockets)(options, seed);
  if (run.failed !== undefined) return { seed, failed: run.failed };
  const { records, feesMicros, realizedPnlMicros, ...kept } = run;
  const { agentLag } = options;
  const { fills, forecasts } = booksOf({ records, seed, agentLag, originMs: demoOriginMs });
  const markets = new Map(fills.map(({ ticker, outcome }) => [ticker, outcome !== null]));
  return {
    seed,
    ...kept,
    wallSeconds: (performance.now() - startedMs) / 1_000,
    markets: markets.size,
    settled: [...markets.values()].filter(Boolean).length,
    fees: feesMicros / 1e6,
    realized: realizedPnlMicros / 1e6,
    won: sum(fills.map(({ won }) => won ?? 0)),
    atTruth: sum(fills.map(({ expected }) => expected ?? 0)),
    predicted: sum(fills.map(({ predicted }) => predicted)),
    openCost: sum(fills.map((f) => (f.outcome === null ? f.contracts * f.price : 0))),
    forecasts,
    fills,
  };
}

/** The middle 95 % of means of as many seeds, drawn with a generator of fixed start: the same rows, the same interval. */
function interval(values) {
  let state = 1;
  const draw = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 4_294_967_296) * values.length);
  };
  const means = Array.from(
    { length: draws },
    () => sum(values.map(() => values[draw()])) / values.length,
  ).sort((a, b) => a - b);
  return { low: means[Math.floor(draws * 0.025)], high: means[Math.floor(draws * 0.975)] };
}

const money = (value) => value.toFixed(2);
const distance = (part) =>
  part === null ? '-' : `${part.engine.toFixed(4)}/${part.market.toFixed(4)}`;
const brierOf = (part) =>
  part === null ? '-' : `${part.engine.toFixed(4)}/${part.market.toFixed(4)} (${part.n})`;
const print = (line) => process.stdout.write(`${line}\n`);
const line = (name, cells) =>
  name.padEnd(6) + cells.map((cell, index) => String(cell).padStart(index < 8 ? 10 : 15)).join('');

const options = optionsOf(process.argv.slice(2));
const rows = [];
const waiting = Array.from({ length: options.seeds }, (_, index) => options.from + index);
print(
  line('seed', [
    'orders',
    'settled',
    'fees',
    'realized',
    'won',
    'at truth',
    'predicted',
    'open at',
    'agrees',
    'weather',
    'crypto',
  ]),
);
async function worker() {
  for (let seed = waiting.shift(); seed !== undefined; seed = waiting.shift()) {
    const one = await measured(options, seed);
    rows.push(one);
    if (one.failed !== undefined) {
      print(line(`${seed}`, ['failed']));
      process.stderr.write(`seed ${seed}: ${one.failed}\n`);
      continue;
    }
    const { orders, settled, markets, agreesWithVenue, forecasts, brier = null } = one;
    const cells = [orders.submitted, `${settled}/${markets}`];
    cells.push(...[one.fees, one.realized, one.won, one.atTruth, one.predicted].map(money));
    cells.push(money(one.openCost), agreesWithVenue);
    cells.push(distance(forecasts.weather), distance(forecasts.crypto));
    const scores =
      brier === null ? '' : `  Brier ${brierOf(brier.weather)} ${brierOf(brier.crypto)}`;
    print(line(`${seed}`, cells) + scores);
  }
}
const startedMs = performance.now();
await Promise.all(Array.from({ length: options.atOnce }, worker));
rows.sort((a, b) => a.seed - b.seed);
const done = rows.filter(({ failed }) => failed === undefined);
const totals = {};
for (const name of ['realized', 'won', 'atTruth', 'predicted', 'fees', 'openCost']) {
  const values = done.map((one) => one[name]);
  totals[name] = { sum: sum(values), mean: sum(values) / values.length, ...interval(values) };
  const { mean, low, high } = totals[name];
  print(
    `${name.padEnd(10)} ${money(totals[name].sum).padStart(12)}   a seed ${money(mean).padStart(9)} [${money(low)}, ${money(high)}]`,
  );
}
for (const vertical of ['weather', 'crypto']) {
  const known = done.flatMap(({ forecasts }) => forecasts[vertical] ?? []);
  const gaps = known.map(({ engine, market }) => engine - market);
  totals[vertical] = { mean: sum(gaps) / gaps.length, ...interval(gaps) };
  const { mean, low, high } = totals[vertical];
  print(
    `${vertical.padEnd(10)} expected Brier, engine less market ${mean.toFixed(5)} [${low.toFixed(5)}, ${high.toFixed(5)}]`,
  );
}
const wallSeconds = (performance.now() - startedMs) / 1_000;
print(`${done.length} of ${rows.length} seeds, ${wallSeconds.toFixed(0)} s`);
if (options.json !== undefined)
  writeFileSync(options.json, `${JSON.stringify({ options, wallSeconds, totals, rows })}\n`);
process.exitCode = rows.some((one) => !one.isFine) ? 1 : 0;
