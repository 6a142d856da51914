import type { Command } from 'commander';
import type { Flags } from '../config/layers.js';
import type { Totals } from '../domain/run-totals.js';
import { dollars, signedDollars, table } from '../sinks/console/text.js';
import { type ReplayTotals, replayJob, syntheticReplay } from '../synthetic/replay.js';
import { collectSet } from './config.js';
import { refuse } from './session.js';

type SyntheticReplayOptions = {
  readonly json?: true;
  readonly config?: string;
  readonly set: Flags;
};

const failure = 1;

/** `synthetic-replay`: synthetic days of a seeded world through the live engine, and what they add up to. */
export function registerSyntheticReplay(program: Command): void {
  program
    .command('synthetic-replay')
    .description('run synthetic days of the simulated world through the engine, in process')
    .option('--json', 'one line of JSON on stdout')
    .option('--config <path>', 'settings file')
    .option('--set <name=value>', 'set one setting; may be repeated', collectSet, {})
    .action((options: SyntheticReplayOptions) => {
      process.exitCode = replay(options);
    });
}

function replay({ json, config, set }: SyntheticReplayOptions): number {
  const flags = config === undefined ? set : { ...set, configPath: config };
  const found = replayJob(process.env, flags);
  if (!found.ok) return refuse(found.problems);
  for (const { message } of found.warnings) process.stderr.write(`warning: ${message}\n`);
  const { job } = found;
  const { isTTY } = process.stderr;
  const done = syntheticReplay(job, (cycles) => {
    if (isTTY) process.stderr.write(`\r${cycles} of ${job.cycles} cycles`);
  });
  if (isTTY) process.stderr.write('\r\u001b[K');
  if (json === true) process.stdout.write(`${JSON.stringify({ schemaVersion: 1, ...done })}\n`);
  else process.stdout.write(`${replayLines(done).join('\n')}\n`);
  return done.agreesWithVenue && done.balanced ? 0 : failure;
}

const head = [
  'day',
  'orders',
  'filled',
  'partial',
  'canceled',
  'rejected',
  'unknown',
  'fees',
  'expected',
  'realized',
  'open',
];

const row = (name: string, totals: Totals, openPositions: number): readonly string[] => [
  name,
  String(totals.orders.submitted),
  String(totals.orders.filled),
  String(totals.orders.partial),
  String(totals.orders.canceled),
  String(totals.orders.rejected),
  String(totals.orders.unknown + totals.orders.open),
  dollars(totals.feesMicros),
  signedDollars(totals.expectedPnlMicros),
  signedDollars(totals.realizedPnlMicros),
  String(openPositions),
];

export function replayLines(done: ReplayTotals): readonly string[] {
  const { totals, days } = done;
  return [
    `${totals.cycles} cycles, ${done.cyclesPerDay} a day (every ${done.windowSeconds} s of market time), seed ${done.seed}, ${dollars(done.bankrollMicros)}`,
    '',
    ...table(
      ['<', ...head.slice(1).map(() => '>' as const)],
      [
        head,
        ...days.map((day) => row(day.day, day, day.openPositions)),
        row('total', totals, totals.openPositions),
      ],
    ),
    '',
    'expected: edges of the filled contracts, net of fees. realized: settled positions, less the fees of all fills. open: positions held.',
    `at risk at the end: ${dollars(totals.exposureMicros)}`,
    done.agreesWithVenue
      ? 'the simulated exchange holds the same cash and positions as the ledger'
      : 'the simulated exchange DOES NOT hold the same cash and positions as the ledger',
    ...(done.balanced ? [] : ['the ledger DOES NOT balance']),
    `decisions ${done.decisionsHash.slice(0, 16)}, ledger ${done.ledgerHash.slice(0, 16)}`,
  ];
}
