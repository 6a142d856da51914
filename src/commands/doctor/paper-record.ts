import type { LedgerTotals } from '../../domain/run-totals.js';
import { limits } from '../../limits.js';
import { signedDollars } from '../../sinks/console/text.js';
import type { CalibrationReport } from '../../valuation/calibration.js';
import { type Check, type Finding, failure, pass, unchecked, warning } from './check.js';

/** What the paper ledger of the same exchange and account adds up to. */
export type PaperRecord = { readonly totals: LedgerTotals; readonly forecasts: CalibrationReport };

export type PaperPorts = {
  /** Whether real orders are about to be sent. */
  readonly isLive: boolean;
  /** Null: there is no paper ledger; a text: why it cannot be read. */
  readonly paper: () => Promise<PaperRecord | string | null>;
};

/** A hint before live, and no more than that: a profit on paper is none. */
export const paperCheck = ({ isLive, paper }: PaperPorts): Check => ({
  code: 'paper_record',
  proves: 'what paper trading with these forecasts came to so far',
  exitCode: 1,
  atStart: false,
  run: async () => {
    const record = await paper();
    if (typeof record === 'string') return failure(record);
    if (record === null) {
      const text = 'none yet; run on paper for some days before real orders are sent';
      return isLive ? warning(text) : unchecked(text);
    }
    return judged(record, isLive);
  },
});

function judged({ totals, forecasts }: PaperRecord, isLive: boolean): Finding {
  const { cycles, days, orders, realizedPnlMicros: realized } = totals;
  const { events, brier, marketBrier } = forecasts;
  const since = days[0]?.day;
  const text = [
    `${cycles} windows`,
    `${orders.submitted} orders${since === undefined ? '' : ` since ${since}`}`,
    `${signedDollars(realized)} realized net of fees`,
    `${forecasts.rows} forecasts of ${events} settled events`,
    ...(brier === null || marketBrier === null
      ? []
      : [`Brier ${brier.toFixed(4)}, the market's ${marketBrier.toFixed(4)}`]),
  ].join('; ');
  const doubts = [
    ...(brier !== null && marketBrier !== null && !(brier < marketBrier)
      ? ['the market forecast better']
      : []),
    ...(realized > 0 ? [] : ['nothing was earned']),
  ];
  const isShort = !(events >= limits.paperEventsMin);
  if (isShort) doubts.unshift(`fewer than ${limits.paperEventsMin} events say little`);
  if (doubts.length === 0) return pass(`${text}: no reason against going live`);
  const told = `${text}: ${doubts.join(', ')}; stay on paper`;
  return isShort && !isLive ? unchecked(told) : warning(told);
}
