import { type Command, InvalidArgumentError } from 'commander';
import { ignoreElements, tap } from 'rxjs';
import type { Flags } from '../config/layers.js';
import { demoHomeOf, settingsAtHome } from '../config/modes.js';
import { readConfig } from '../config/read.js';
import type { Runtime } from '../runtime.js';
import {
  type Comparison,
  compareBooks,
  comparisonLines,
  isAgreed,
  RunBooks,
  uncompared,
} from './compare-books.js';
import { configPlan } from './config-plan.js';
import { nextDemoHome } from './demo-home.js';
import { killSignal } from './kill-signal.js';
import { refuse } from './refuse.js';
import { RunScore } from './run-score.js';
import { runSummary, runSummaryLines } from './run-summary.js';
import { exitCodeOfEnd, session } from './session.js';
import { collectSet, flagsOf } from './settings-options.js';
import { type SimulatorChild, simulatorChild } from './simulator-child.js';
import { watchedAtHome } from './watched-settings.js';

/** Market time of every demo's beginning, so that the same seed is the same world: a Monday morning in New York. */
const originMs = Date.UTC(2026, 10, 23, 14, 0, 0);
/** A ten-minute window in ten seconds. */
const speedDefault = 60;
const seedDefault = 7;
const agentLagDefault = 1;
/** The simulator's own sources are asked about every market that is valued: nobody else waits for them. */
const enrichmentMarkets = '250';
const venueUnreachable = 5;
const compareMsMax = 10_000;
const compareEveryMs = 400;

type DemoOptions = {
  readonly cycles?: number;
  readonly seed: number;
  readonly speed: number;
  readonly agentLag: number;
  readonly ui: boolean;
  readonly json?: true;
  readonly quiet?: true;
  readonly config?: string;
  readonly set: Flags;
};

const whole =
  (min: number, max: number) =>
  (text: string): number => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || !(value >= min && value <= max))
      throw new InvalidArgumentError(`must be a whole number from ${min} to ${max}`);
    return value;
  };

const factor =
  (min: number, max: number) =>
  (text: string): number => {
    const value = Number(text);
    if (!/^\d+(\.\d+)?$/.test(text) || !(value >= min && value <= max))
      throw new InvalidArgumentError(`must be a number from ${min} to ${max}`);
    return value;
  };

/** `demo`: the engine against a simulator of its own, over real sockets, with real orders there. */
export function registerDemo(program: Command): void {
  program
    .command('demo')
    .description('trade on a simulated exchange, over real sockets, until interrupted')
    .option('--cycles <n>', 'stop after n windows', whole(1, 1_000_000))
    .option('--seed <n>', 'of the simulated world', whole(0, 4_294_967_295), seedDefault)
    .option('--speed <x>', 'market seconds per second', factor(0.1, 1_000), speedDefault)
    .option(
      '--agent-lag <factor>',
      "how far the simulator's quotes lag the truth; 0 for not at all",
      factor(0, 100),
      agentLagDefault,
    )
    .option('--no-ui', 'no dashboard')
    .option('--json', 'one line of JSON on stdout at the end')
    .option('--quiet', 'nothing but warnings, and the end')
    .option('--config <path>', 'settings file')
    .option('--set <name=value>', 'set one setting; may be repeated', collectSet, {})
    .action(async (options: DemoOptions) => {
      process.exitCode = await demo(options);
    });
}

async function demo(options: DemoOptions): Promise<number> {
  const { seed, speed, agentLag } = options;
  const child = await simulatorChild({ seed, speed, agentLag, originMs });
  if (!child.ok) {
    process.stderr.write(`${child.error}\n`);
    return venueUnreachable;
  }
  try {
    return await demoOn(child.value, options);
  } finally {
    await child.value.stop();
  }
}

async function demoOn(child: SimulatorChild, options: DemoOptions): Promise<number> {
  const flags: Flags = {
    enrichmentMarkets,
    ...flagsOf(options),
    ...child.flags,
    seed: String(options.seed),
    exchangeBackend: 'paper_sim',
    executionMode: 'live',
    allowHeuristicInLive: 'true',
  };
  const read = readConfig(process.env, flags);
  if (!read.ok) return refuse(read.error);
  const { loaded, path } = read.value;
  for (const { message } of loaded.warnings) process.stderr.write(`warning: ${message}\n`);
  const home = nextDemoHome(loaded.settings, demoHomeOf);
  const settings = settingsAtHome(loaded, home);
  const json = options.json === true;
  const quiet = options.quiet === true;
  const print = (line: string): void => void process.stdout.write(`${line}\n`);
  const say = (line: string): void => {
    if (!json && !quiet) print(line);
  };
  say(
    `EventTradingBot demo · seed ${options.seed} · speed ${options.speed}× · simulated exchange at ${child.rest}`,
  );
  say(
    'This is live mode with heuristic valuation, on a simulated exchange: the real order path, no real money.',
  );
  say(`Books in ${home}. Ctrl-C stops, compares the books and prints a summary.`);
  say(`First results in about ${settings.scanWsDeltaWindowSecs + 1} seconds.`);
  const books = new RunBooks();
  const score = new RunScore();
  let comparison = uncompared('books', 'the run broke off before its end');
  const kill = killSignal(home);
  const end = await session({
    kill,
    settings,
    secrets: child.secrets,
    home,
    cyclesMax: options.cycles ?? null,
    json,
    quiet,
    controlDir: home,
    ui: options.ui ? { config: configPlan(path, process.env, flags) } : null,
    configChanges$: watchedAtHome(read.value, flags, home),
    listen: (runtime) => (steps$) =>
      steps$.pipe(
        tap((step) => {
          const { account } = runtime().engine;
          if (step.kind !== 'records' || account === null) return;
          books.hear(step.records, account);
          score.hear(step.records);
        }),
        ignoreElements(),
      ),
    beforeStop: async (runtime) => {
      await child.freeze();
      comparison = await settled(runtime, books);
    },
  }).finally(kill.off);
  if (typeof end === 'number') return end;
  const { compared, differences } = comparison;
  const agreesWithVenue = isAgreed(comparison);
  if (json) {
    const line = {
      ...runSummary(end),
      brier: score.brier(),
      agreesWithVenue,
      compared,
      differences,
      recording: end.recording,
    };
    process.stdout.write(`${JSON.stringify(line)}\n`);
  } else {
    const lines = [...runSummaryLines(end), score.line(), ...comparisonLines(comparison)];
    for (const line of [...(quiet ? [] : ['']), ...lines]) print(line);
  }
  const exitCode = exitCodeOfEnd(end);
  return agreesWithVenue ? exitCode : 1;
}

/** The exchange stands still now; what it did last may still be on its way to the engine. */
async function settled(runtime: Runtime, books: RunBooks): Promise<Comparison> {
  for (let waitedMs = 0; ; waitedMs += compareEveryMs) {
    await new Promise((resolve) => setTimeout(resolve, compareEveryMs));
    const { account } = runtime.engine;
    if (account === null) return uncompared('books', 'the run had opened no account yet');
    const comparison = await compareBooks(runtime.venue, account, books);
    if (comparison.differences.length === 0 || waitedMs >= compareMsMax) return comparison;
  }
}
