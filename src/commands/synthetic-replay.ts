import type { Command } from 'commander';
import type { Flags } from '../config/layers.js';
import { assert } from '../domain/assert.js';
import { orderColumns, type Totals } from '../domain/run-totals.js';
import { StepFigures } from '../report/step-figures.js';
import type { TearsheetSource } from '../report/tearsheet.js';
import { dollars, signedDollars, table } from '../sinks/console/text.js';
import {
  type ReplayJob,
  type ReplayTotals,
  replayJob,
  syntheticReplay,
} from '../synthetic/replay.js';
import { pageRefusal, writePage } from './page-file.js';
import { refuse } from './refuse.js';
import { collectSet, flagsOf } from './settings-options.js';

type SyntheticReplayOptions = {
  readonly json?: true;
  readonly tearsheet?: string;
  readonly force?: true;
  readonly config?: string;
  readonly set: Flags;
};

const failure = 1;
const usage = 2;

/** `synthetic-replay`: synthetic days of a seeded world through the live engine, and what they add up to. */
export function registerSyntheticReplay(program: Command): void {
  program
    .command('synthetic-replay')
    .description('run synthetic days of the simulated world through the engine, in process')
    .option('--tearsheet <file>', 'also write one HTML page of it')
    .option('--force', 'replace a page that is there')
    .option('--json', 'one line of JSON on stdout')
    .option('--config <path>', 'settings file')
    .option('--set <name=value>', 'set one setting; may be repeated', collectSet, {})
    .action((options: SyntheticReplayOptions) => {
      process.exitCode = replay(options);
    });
}

function replay(options: SyntheticReplayOptions): number {
  const { json, tearsheet, force } = options;
  const found = replayJob(process.env, flagsOf(options));
  if (!found.ok) return refuse(found.problems);
  for (const { message } of found.warnings) process.stderr.write(`warning: ${message}\n`);
  const refusal = tearsheet === undefined ? null : pageRefusal(tearsheet, force === true);
  if (refusal !== null) {
    process.stderr.write(`${refusal}\n`);
    return usage;
  }
  const { job } = found;
  const { isTTY } = process.stderr;
  const readings = tearsheet === undefined ? null : new StepFigures(job.settings.dayZone);
  const done = syntheticReplay(job, {
    onCycle: (cycles) => {
      if (isTTY) process.stderr.write(`\r${cycles} of ${job.cycles} cycles`);
    },
    onStep: (step) => readings?.hear(step),
  });
  if (isTTY) process.stderr.write('\r\u001b[K');
  const written =
    tearsheet === undefined ? null : writePage(tearsheet, replayPage(job, done, readings));
  const pageAt = written?.ok === true ? tearsheet : undefined;
  if (json === true)
    process.stdout.write(`${JSON.stringify({ schemaVersion: 1, ...done, tearsheet: pageAt })}\n`);
  else {
    const lines = [...replayLines(done), ...(written?.ok === true ? [written.line] : [])];
    process.stdout.write(`${lines.join('\n')}\n`);
  }
  if (written?.ok === false) process.stderr.write(`${written.problem}\n`);
  return done.agreesWithVenue && done.balanced && written?.ok !== false ? 0 : failure;
}

function replayPage(
  { days }: ReplayJob,
  done: ReplayTotals,
  readings: StepFigures | null,
): Omit<TearsheetSource, 'library'> {
  const figures = readings?.figures() ?? null;
  assert(figures !== null, 'a run has opened its ledger');
  return {
    title: `Synthetic replay, ${days} ${days === 1 ? 'day' : 'days'} of world ${done.seed}`,
    figures,
    notes: [
      'A simulated world: fills are estimates. Books, outcomes and news are the simulator’s, and no real exchange or money had a part in it.',
      ...(done.agreesWithVenue
        ? []
        : ['The simulated exchange does not hold the same cash and positions as the ledger.']),
      ...(done.balanced ? [] : ['The ledger does not balance.']),
    ],
    tables: [],
  };
}

const head = ['day', ...orderColumns.map(([name]) => name), 'fees', 'expected', 'realized', 'open'];

const row = (name: string, totals: Totals, openPositions: number): readonly string[] => [
  name,
  ...orderColumns.map(([, of]) => String(of(totals.orders))),
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
