// Demos of many seeds, one row each, and what they come to together.
// `npm run seeds -- --seeds 20 --cycles 12 [--from 1] [--speed 120] [--agent-lag 1] [--at-once 1] [--json FILE] [--keep DIR]`
//
// `realized` is the ledger's: settled positions, less the fees of all fills, also of those that are still open. `at truth`
// is the judge's: what every fill was worth, net of its fee, by the simulator's own probability at that moment; no luck is
// in it, and what is still open counts. Exit 1 when a run failed or disagreed with its exchange.

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { row } from './measure.mjs';
import { fillsOf } from './seed-books.mjs';

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
        speed: { type: 'string', default: '120' },
        'agent-lag': { type: 'string', default: '1' },
        'at-once': { type: 'string', default: '1' },
        json: { type: 'string' },
        keep: { type: 'string' },
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
    speed: numberOf('speed', values.speed, 0.1, 1_000),
    agentLag: numberOf('agent-lag', values['agent-lag'], 0, 100),
    atOnce: Math.round(numberOf('at-once', values['at-once'], 1, 16)),
    json: values.json,
    keep: values.keep,
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

async function measured(options, seed) {
  const dataDir =
    options.keep === undefined
      ? mkdtempSync(join(tmpdir(), 'seeds-'))
      : resolve(options.keep, `seed${seed}-lag${options.agentLag}`);
  rmSync(dataDir, { recursive: true, force: true });
  const startedMs = performance.now();
  try {
    const { code, summary, failed } = await demo(options, seed, dataDir);
    if (failed !== undefined) return { seed, failed };
    const home = resolve(dirname(dirname(summary.recording)));
    const originMs = Date.UTC(2026, 10, 23, 14);
    const fills = await fillsOf({ home, seed, agentLag: options.agentLag, originMs });
    const markets = new Map(fills.map(({ ticker, outcome }) => [ticker, outcome !== null]));
    return {
      seed,
      code,
      wallSeconds: (performance.now() - startedMs) / 1_000,
      orders: summary.orders,
      markets: markets.size,
      settled: [...markets.values()].filter(Boolean).length,
      fees: summary.feesMicros / 1e6,
      realized: summary.realizedPnlMicros / 1e6,
      won: sum(fills.map(({ won }) => won ?? 0)),
      atTruth: sum(fills.map(({ expected }) => expected ?? 0)),
      predicted: sum(fills.map(({ predicted }) => predicted ?? 0)),
      openCost: sum(fills.map((f) => (f.outcome === null ? f.contracts * f.price : 0))),
      agreesWithVenue: summary.agreesWithVenue,
      brier: summary.brier ?? null,
      fills,
    };
  } finally {
    if (options.keep === undefined) rmSync(dataDir, { recursive: true, force: true });
  }
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
const brierOf = (part) =>
  part == null ? '-' : `${part.engine?.toFixed(3)}/${part.market?.toFixed(3)} n=${part.n}`;
const print = (line) => process.stdout.write(`${line}\n`);
const line = (name, cells) =>
  row(name, ...cells.slice(0, 2)) +
  cells
    .slice(2)
    .map((c) => String(c).padStart(11))
    .join('');

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
    const { orders, settled, markets, agreesWithVenue, brier } = one;
    const cells = [orders.submitted, `${settled}/${markets}`];
    cells.push(...[one.fees, one.realized, one.won, one.atTruth, one.predicted].map(money));
    cells.push(money(one.openCost), agreesWithVenue);
    const scores = brier === null ? '' : `  ${brierOf(brier.weather)}  ${brierOf(brier.crypto)}`;
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
const wallSeconds = (performance.now() - startedMs) / 1_000;
print(`${done.length} of ${rows.length} seeds, ${wallSeconds.toFixed(0)} s`);
if (options.json !== undefined)
  writeFileSync(options.json, `${JSON.stringify({ options, wallSeconds, totals, rows })}\n`);
process.exitCode = rows.some((one) => one.failed !== undefined || one.code !== 0) ? 1 : 0;
