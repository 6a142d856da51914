import type { BacktestTotals, FillEstimate, TapeReport } from '../backtest/job.js';
import { contract } from '../domain/units.js';
import { dollars, signedDollars, table } from '../sinks/console/text.js';

/** One recording's totals, an estimate each. */
export type Estimated = {
  readonly recording: string;
  readonly totals: Readonly<Partial<Record<FillEstimate, BacktestTotals>>>;
};

type Row = readonly [name: string, of: (totals: BacktestTotals) => string];

const score = (value: number | null): string => (value === null ? 'none yet' : value.toFixed(4));

const rows: readonly Row[] = [
  ['windows', ({ cycles }) => String(cycles)],
  ['orders', ({ orders }) => String(orders.submitted)],
  ['  filled', ({ orders }) => String(orders.filled)],
  ['  partly', ({ orders }) => String(orders.partial)],
  ['  canceled', ({ orders }) => String(orders.canceled)],
  ['  rejected', ({ orders }) => String(orders.rejected)],
  ['contracts', ({ filled }) => (filled / contract).toFixed(2)],
  ['fees', ({ feesMicros }) => dollars(feesMicros)],
  ['expected', ({ expectedPnlMicros }) => signedDollars(expectedPnlMicros)],
  ['realized', ({ realizedPnlMicros }) => signedDollars(realizedPnlMicros)],
  ['with open positions', ({ markedPnlMicros }) => signedDollars(markedPnlMicros)],
  ['largest fall', ({ maxDrawdownMicros }) => dollars(maxDrawdownMicros)],
  ['settled', ({ settled }) => String(settled)],
  ['Brier score', ({ brier }) => score(brier)],
  ["  the market's", ({ marketBrier }) => score(marketBrier)],
];

const entriesOf = ({ totals }: Estimated): readonly (readonly [FillEstimate, BacktestTotals])[] =>
  Object.entries(totals) as [FillEstimate, BacktestTotals][];

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
      [
        ['', ...entries.map(([name]) => name)],
        ...rows.map(([name, of]) => [name, ...entries.map(([, totals]) => of(totals))]),
      ],
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

function tapeLines({ asked, latency, warnings }: TapeReport): readonly string[] {
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
