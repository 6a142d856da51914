#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { program as called } from './commands/terminal.js';
import { commandOf } from './config/modes.js';
import { didYouMean } from './config/suggest.js';

type Register = (program: Command) => void;

/** One file a command; only the one that is asked for is loaded. */
const commands: Readonly<Record<string, () => Promise<Register>>> = {
  run: async () => (await import('./commands/run.js')).registerRun,
  demo: async () => (await import('./commands/demo.js')).registerDemo,
  replay: async () => (await import('./commands/replay.js')).registerReplay,
  backtest: async () => (await import('./commands/backtest.js')).registerBacktest,
  'synthetic-replay': async () =>
    (await import('./commands/synthetic-replay.js')).registerSyntheticReplay,
  record: async () => (await import('./commands/record.js')).registerRecord,
  sweep: async () => (await import('./commands/sweep.js')).registerSweep,
  worker: async () => (await import('./commands/worker.js')).registerWorker,
  simulator: async () => (await import('./commands/simulator.js')).registerSimulator,
  config: async () => (await import('./commands/config.js')).registerConfig,
  ledger: async () => (await import('./commands/ledger.js')).registerLedger,
  pause: async () => (await import('./commands/control.js')).registerPause,
  kill: async () => (await import('./commands/control.js')).registerKill,
  resume: async () => (await import('./commands/control.js')).registerResume,
  'true-up': async () => (await import('./commands/control.js')).registerTrueUp,
  status: async () => (await import('./commands/status.js')).registerStatus,
  calibrate: async () => (await import('./commands/calibrate.js')).registerCalibrate,
  summary: async () => (await import('./commands/summary.js')).registerSummary,
  tearsheet: async () => (await import('./commands/tearsheet.js')).registerTearsheet,
  export: async () => (await import('./commands/export.js')).registerExport,
  import: async () => (await import('./commands/import.js')).registerImport,
  'import-history': async () =>
    (await import('./commands/import-history.js')).registerImportHistory,
  value: async () => (await import('./commands/value.js')).registerValue,
  why: async () => (await import('./commands/why.js')).registerWhy,
  alerts: async () => (await import('./commands/alerts.js')).registerAlerts,
  dashboard: async () => (await import('./commands/dashboard.js')).registerDashboard,
  doctor: async () => (await import('./commands/doctor.js')).registerDoctor,
};

/** Has no name to type: only the environment asks for it. */
const smokeTest = 'smoke-test';
const spelledOnly: typeof commands = {
  [smokeTest]: async () => (await import('./commands/smoke-test.js')).registerSmokeTest,
};

const usage = 2;

/** What the environment's spelling of a command stands for on the command line. */
function typedFor(choice: string, args: readonly string[]): readonly string[] {
  switch (choice) {
    case 'once':
      return ['run', '--once', ...args];
    case 'summary':
      return ['summary', ...args];
    case 'synthetic_replay':
      return ['synthetic-replay', ...args];
    case 'smoke_test':
      return [smokeTest, ...args];
    default:
      return ['run', ...args];
  }
}

async function main(argv: readonly string[]): Promise<void> {
  const [first, ...rest] = argv;
  const isNamed = first !== undefined && !first.startsWith('-');
  let args: readonly string[] = argv;
  if (isNamed && first !== 'help' && commands[first] === undefined) {
    const names = Object.keys(commands);
    process.stderr.write(
      `unknown command ${JSON.stringify(first)}${didYouMean(first, names)} (${names.join(', ')})\n`,
    );
    process.exitCode = usage;
    return;
  }
  const wantsHelp =
    !isNamed && argv.some((arg) => ['-h', '--help', '-V', '--version'].includes(arg));
  if (!wantsHelp && (!isNamed || first === 'run')) {
    const choice = commandOf(process.env, isNamed ? first : undefined);
    if (!choice.ok) {
      process.stderr.write(`${choice.error.message}\n`);
      process.exitCode = usage;
      return;
    }
    const { value } = choice;
    const typed = isNamed ? rest : argv;
    args = typedFor(value.command === 'run' && value.once ? 'once' : value.command, typed);
  }
  const program = new Command(called)
    .description('Autonomous trading engine for event markets. No command means run.')
    .version('0.1.0');
  const load = commands[args[0] ?? ''] ?? spelledOnly[args[0] ?? ''];
  const registers = load === undefined ? Object.values(commands) : [load];
  for (const register of await Promise.all(registers.map((each) => each()))) register(program);
  // A command added by its file inherits nothing on its own.
  const output = {
    // A suggestion stays on the line of what it is about.
    outputError: (text: string, write: (line: string) => void): void =>
      write(`${text.trim().replaceAll('\n', ' ')}\n`),
  };
  for (const command of [program, ...program.commands])
    command.exitOverride().showSuggestionAfterError().configureOutput(output);
  await program.parseAsync([...args], { from: 'user' });
}

// A reader that left (`| head`) or is full is no reason to crash in the middle of trading. Whoever is full has not been told.
let isUntold = false;
process.stderr.on('error', () => {});
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE' || isUntold) return;
  isUntold = true;
  process.stderr.write(`stdout cannot be written: ${error.message}\n`);
});
process.on('exit', () => {
  if (isUntold && !process.exitCode) process.exitCode = 1;
});

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.exitCode === 0 ? 0 : usage;
}
