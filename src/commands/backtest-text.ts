import type { BacktestTotals, FillEstimate, TapeReport } from '../backtest/job.js';
import { contract } from '../domain/units.js';
import * as page from '../report/format.js';
import { dollars, signedDollars, table } from '../sinks/console/text.js';

/** One recording's totals, an estimate each. */
export type Estimated = {
  readonly recording: string;
  readonly totals: Readonly<Partial<Record<FillEstimate, BacktestTotals>>>;
};

/** How figures are spelled. */
type Spelling = {
  readonly dollars: (micros: number) => string;
  readonly gain: (micros: number) => string;
  readonly score: (value: number | null) => string;
};
type Row = readonly [name: string, of: (totals: BacktestTotals, as: Spelling) => string];

const onTerminal: Spelling = {
  dollars,
  gain: signedDollars,
  score: (value) => (value === null ? 'none yet' : value.toFixed(4)),
};
export const onPage: Spelling = {
  dollars: page.dollars,
  gain: page.gain,
  score: (value) => (value === null ? 'none yet' : page.score(value)),
};

/** Two spaces before a name: a part of the row above it. */
const rows: readonly Row[] = [
  ['windows', ({ cycles }) => String(cycles)],
  ['orders', ({ orders }) => String(orders.submitted)],
  ['  filled', ({ orders }) => String(orders.filled)],
  ['  partly', ({ orders }) => String(orders.partial)],
  ['  canceled', ({ orders }) => String(orders.canceled)],
  ['  rejected', ({ orders }) => String(orders.rejected)],
  ['contracts', ({ filled }) => (filled / contract).toFixed(2)],
  ['fees', ({ feesMicros }, as) => as.dollars(feesMicros)],
  ['expected', ({ expectedPnlMicros }, as) => as.gain(expectedPnlMicros)],
  ['realized', ({ realizedPnlMicros }, as) => as.gain(realizedPnlMicros)],
  ['with open positions', ({ markedPnlMicros }, as) => as.gain(markedPnlMicros)],
  ['largest fall', ({ maxDrawdownMicros }, as) => as.dollars(maxDrawdownMicros)],
  ['settled', ({ settled }) => String(settled)],
  ['Brier score', ({ brier }, as) => as.score(brier)],
  ["  the market's", ({ marketBrier }, as) => as.score(marketBrier)],
];

const entriesOf = ({
  totals,
}: Pick<Estimated, 'totals'>): readonly (readonly [FillEstimate, BacktestTotals])[] =>
  Object.entries(totals) as [FillEstimate, BacktestTotals][];

/** A row a figure, a column an estimate. */
export function estimateRows(
  estimated: Pick<Estimated, 'totals'>,
  as: Spelling,
): readonly (readonly string[])[] {
  const entries = entriesOf(estimated);
  return rows.map(([name, of]) => [name, ...entries.map(([, totals]) => of(totals, as))]);
}

/** The estimates beside each other, and what a reader has to know about the recording. */
export function backtestLines(estimated: Estimated): readonly string[] {
  const entries = entriesOf(estimated);
  const [[, first] = []] = entries;
  if (first === undefined) return [];
  return [
    `${estimated.recording}: ${first.inputs} inputs`,
    '',
    ...table(
      ['<', ...entries.map(() => '>' as const)],
      [['', ...entries.map(([name]) => name)], ...estimateRows(estimated, onTerminal)],
    ),
    '',
    'expected: edges of the filled contracts, net of fees. with open positions: realized, and what is held at its last exit price.',
    ...tapeLines(first.tape),
    ...entries.map(
      ([name, { decisionsHash, ledgerHash }]) =>
        `${name}: decisions ${decisionsHash.slice(0, 16)}, ledger ${ledgerHash.slice(0, 16)}`,
    ),
  ];
}

/** What the recording could not answer, and what else a reader has to know about it. */
export function tapeLines({ asked, latency, warnings }: TapeReport): readonly string[] {
  const short = Object.entries(asked).filter(([, { older, missing }]) => older + missing > 0);
  const source =
    latency.source === 'default'
      ? 'assumed'
      : `measured on ${latency.samples} ${latency.source === 'orders' ? 'orders' : 'frames'}`;
  return [
    `latency: median ${Math.round(latency.medianMs)} ms, 95 % within ${Math.round(latency.p95Ms)} ms, ${source}`,
    ...(short.length === 0
      ? ['everything that was asked was answered from the recording']
      : short.map(
          ([kind, { answered, older, missing }]) =>
            `${kind}: ${answered + older + missing} asked, ${older} answered with something older, ${missing} not in the recording`,
        )),
    ...warnings.map(({ code, text }) => `warning: ${text} (${code})`),
  ];
}
