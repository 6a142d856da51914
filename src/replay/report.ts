import type { RecordingProblem } from './chain-reader.js';
import { type Recounted, recountedText } from './recount.js';
import type { DecisionsCompared } from './replay-recording.js';
import type { BookLevels, Divergence, ReplayTotals } from './target.js';

type Ends = {
  readonly seqLast: number;
  readonly decisionsHash: string | null;
  readonly ledgerHash: string | null;
};

/** What one replay came to, before it is printed. */
export type Report = {
  readonly inputs: number;
  /** A decoded cache was read. */
  readonly isDecoded: boolean;
  /** Lines that could not be taken as they are. */
  readonly problems: number;
  readonly totals: ReplayTotals;
  /** First byte read to last input handled. */
  readonly seconds: number;
  readonly diverged: Divergence | null;
  /** What is wrong with the recording itself; null for captures, whose lines are told one by one. */
  readonly damage: RecordingProblem | null;
  readonly verify: {
    readonly recorded: Ends;
    readonly recomputed: Ends;
    readonly decisions: DecisionsCompared | null;
  } | null;
  /** What lay between `--from` and `--to`; null when neither was given. */
  readonly between: Recounted | null;
  readonly books: Readonly<Record<string, BookLevels>> | null;
};

const perSecond = ({ inputs, seconds }: Report): number =>
  seconds > 0 ? Math.round(inputs / seconds) : 0;

/** The `--json` line, without its line end. */
export function reportLine(report: Report): string {
  const { inputs, totals, problems, diverged, damage, verify, between, books } = report;
  return JSON.stringify({
    schemaVersion: 1,
    inputs,
    ...totals,
    inputsPerSecond: perSecond(report),
    decoded: report.isDecoded,
    problems,
    diverged,
    ...(damage === null ? {} : { damage }),
    ...(verify === null ? {} : { verify }),
    ...(between === null ? {} : { between }),
    ...(books === null ? {} : { books }),
  });
}

export const grouped = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, ',');

/** The same for a person. */
export function reportText(report: Report): string {
  const { inputs, totals, problems, diverged, verify, between, books, seconds } = report;
  const { orders } = totals;
  const rows: [string, string][] = [
    [
      'inputs',
      `${grouped(inputs)} in ${seconds.toFixed(2)} s (${grouped(perSecond(report))}/s${report.isDecoded ? ', decoded' : ''})`,
    ],
    [
      'feed',
      `${grouped(totals.bookDeltas)} deltas, ${grouped(totals.trades)} trades, ${grouped(totals.snapshots)} snapshots, ${grouped(totals.gaps)} gaps`,
    ],
    ['markets', grouped(totals.markets)],
    ['windows', grouped(totals.windows)],
    [
      'orders',
      `${orders.submitted} submitted: ${orders.filled} filled, ${orders.partial} partial, ${orders.canceled} canceled, ${orders.rejected} rejected, ${orders.unknown} unknown`,
    ],
    ['decisions', totals.decisionsHash],
    ['ledger', totals.ledgerHash ?? 'none'],
  ];
  if (problems > 0) rows.push(['problems', `${grouped(problems)}, listed above`]);
  if (between !== null) rows.push(['between', recountedText(between)]);
  if (verify !== null) {
    const ends = ({ seqLast, decisionsHash, ledgerHash }: Ends): string =>
      `up to input ${grouped(seqLast)}, decisions ${decisionsHash ?? 'unknown'}, ledger ${ledgerHash ?? 'unknown'}`;
    rows.push(['recorded', ends(verify.recorded)], ['recomputed', ends(verify.recomputed)]);
    if (verify.decisions !== null) rows.push(['compared', comparedText(verify.decisions)]);
  }
  const isSame = problems === 0 ? 'no' : 'not up to what is listed above';
  rows.push(['diverged', diverged === null ? isSame : divergedText(diverged)]);
  for (const { field, recorded, recomputed } of diverged?.decision?.fields ?? [])
    rows.push([
      '',
      `${field}: recorded ${recorded ?? 'nothing'}, recomputed ${recomputed ?? 'nothing'}`,
    ]);
  const table = rows.map(([name, value]) => `${name.padEnd(11)} ${value}\n`).join('');
  return books === null ? table : table + bookText(books);
}

const comparedText = ({ same, unrecorded }: DecisionsCompared): string =>
  `${grouped(same)} decisions are the recorded ones${unrecorded === 0 ? '' : `, ${grouped(unrecorded)} have none to compare with`}`;

function divergedText({ seq, what, recorded, recomputed, cause, decision }: Divergence): string {
  const market = decision?.market ?? null;
  const place = decision?.number ?? null;
  const named = [
    `at input ${seq}, ${what}`,
    market === null ? '' : ` on ${market}`,
    place === null ? '' : ` (decision ${grouped(place)})`,
    cause === undefined ? '' : `; caused by ${cause}`,
  ].join('');
  return `${named}: recorded ${recorded ?? 'nothing'}, recomputed ${recomputed ?? 'nothing'}`;
}

function bookText(books: Readonly<Record<string, BookLevels>>): string {
  let text = '';
  for (const [ticker, { yes, no }] of Object.entries(books)) {
    text += `\n${ticker}\n`;
    for (const [side, levels] of [['yes', yes] as const, ['no', no] as const]) {
      const shown = levels.map(([price, size]) => `${size} @ ${price}`).join(', ');
      text += `  ${side.padEnd(3)} ${shown === '' ? 'empty' : shown}\n`;
    }
  }
  return text;
}
