import type { Command } from 'commander';
import { readConfig } from '../config/read.js';
import type { LedgerRecord } from '../domain/records.js';
import {
  LedgerSummary,
  type LedgerTotals,
  orderColumns,
  type Totals,
} from '../domain/run-totals.js';
import { dollars, signedDollars, smallDollars, table } from '../sinks/console/text.js';
import { exportRecords } from '../sinks/ledger/inspect.js';
import { homeFor, type LedgerCommandOptions, withLedgerOptions } from './ledger-home.js';
import { flagsOf } from './settings-options.js';

/** `summary`: what the ledger adds up to, in total and by day, without trading. */
export function registerSummary(program: Command): void {
  withLedgerOptions(
    program
      .command('summary')
      .description(
        'orders, fees and profit of the ledger the settings select, in total and by day',
      ),
  )
    .option('--json', 'one line of JSON on stdout')
    .action(async (options: LedgerCommandOptions) => {
      process.exitCode = await summary(options);
    });
}

async function summary(options: LedgerCommandOptions): Promise<number> {
  const home = homeFor(options);
  if (typeof home === 'number') return home;
  const read = readConfig(process.env, flagsOf(options));
  const zone = read.ok ? read.value.loaded.settings.dayZone : 'UTC';
  const sums = new LedgerSummary(zone);
  const problem = await exportRecords(home, (line) => {
    sums.add(JSON.parse(line) as LedgerRecord);
    return null;
  });
  const totals = sums.totals();
  if (problem !== null || totals === null) {
    process.stderr.write(`${problem?.text ?? `${home}: the ledger has no records yet`}\n`);
    return 1;
  }
  if (options.json === true)
    process.stdout.write(`${JSON.stringify({ schemaVersion: 1, ...totals })}\n`);
  else for (const line of lines(totals)) process.stdout.write(`${line}\n`);
  return 0;
}

const row = (name: string, totals: Totals): readonly string[] => [
  name,
  ...orderColumns.map(([, of]) => String(of(totals.orders))),
  dollars(totals.notionalMicros),
  dollars(totals.feesMicros),
  signedDollars(totals.expectedPnlMicros),
  dollars(totals.gainsMicros),
  dollars(totals.lossesMicros),
  signedDollars(totals.realizedPnlMicros),
  smallDollars(totals.inferenceMicros),
];

function lines(totals: LedgerTotals): readonly string[] {
  const head = [
    'day',
    ...orderColumns.map(([name]) => name),
    'traded',
    'fees',
    'expected',
    'gains',
    'losses',
    'realized',
    'Claude',
  ];
  return [
    `${totals.runs} runs, ${totals.cycles} cycles, ${totals.records} ledger records`,
    '',
    ...table(
      ['<', ...head.slice(1).map(() => '>' as const)],
      [head, ...totals.days.map((day) => row(day.day, day)), row('total', totals)],
    ),
    '',
    'expected: edges of the filled contracts, net of fees. realized: gains less losses less fees. Claude: bills, not in realized.',
    `at risk now: ${dollars(totals.exposureMicros)} in ${totals.openPositions} positions${latestDay(totals)}`,
    ...treasuryLines(totals),
  ];
}

/** What the last day of the ledger came to so far. */
const latestDay = ({ days }: LedgerTotals): string => {
  const last = days.at(-1);
  return last === undefined
    ? ''
    : `; realized on ${last.day}: ${signedDollars(last.realizedPnlMicros)}`;
};

function treasuryLines({
  treasury,
  inferenceMicros,
  realizedPnlMicros,
}: LedgerTotals): readonly string[] {
  const { calls, appropriatedMicros, reserveMicros, grantedMicros, payableMicros } = treasury;
  if (calls === 0 && appropriatedMicros === 0) return [];
  const ratio = treasury.selfFundingRatio;
  const estimated = treasury.estimatedMicros;
  return [
    `Claude: ${calls} questions, ${smallDollars(inferenceMicros)}; profit net of it ${signedDollars(realizedPnlMicros - inferenceMicros)}`,
    `profit set aside for it ${smallDollars(appropriatedMicros)}, of which ${smallDollars(reserveMicros)} is left; the operator's grant paid ${smallDollars(grantedMicros)}; self-funding ${ratio === null ? 'not yet known' : `${ratio.toFixed(2)} ×`}`,
    ...(payableMicros > 0
      ? [
          `pending: ${smallDollars(payableMicros)} of its bills are owed out of profit; moving that money is up to you`,
        ]
      : []),
    ...(estimated > 0
      ? [
          `${smallDollars(estimated)} was booked without a bill; \`true-up\` books what the provider really charged`,
        ]
      : []),
  ];
}
