import type { RunEnd } from '../runtime.js';
import { dollars, signedDollars } from '../sinks/console/text.js';

/** The `--json` line of `run` and `demo`: of this run, whatever the ledger holds from before. Money in micro-dollars. */
export function runSummary({ before, totals }: RunEnd) {
  const { cycles, markets, valuations, candidates, decisionsHash, ledger } = totals;
  const since = (pick: (counts: typeof totals.orders) => number): number =>
    pick(totals.orders) - pick(before.orders);
  return {
    schemaVersion: 1,
    cycles,
    markets,
    valuations,
    candidates,
    orders: {
      submitted: since((orders) => orders.submitted),
      filled: since((orders) => orders.filled),
      partial: since((orders) => orders.partial),
      canceled: since((orders) => orders.canceled),
      rejected: since((orders) => orders.rejected),
      // What had no outcome when the run ended is not known to have one.
      unknown: since((orders) => orders.unknown + orders.open),
    },
    feesMicros: totals.feesMicros - before.feesMicros,
    realizedPnlMicros: totals.realizedPnlMicros - before.realizedPnlMicros,
    decisionsHash,
    ledger,
  };
}

/** The same for a person. */
export function runSummaryLines(end: RunEnd): readonly string[] {
  const { cycles, markets, valuations, candidates, orders, feesMicros, realizedPnlMicros, ledger } =
    runSummary(end);
  const { exposureMicros, positions } = end.totals;
  return [
    `cycles ${cycles} · markets ${markets} · valuations ${valuations} · candidates ${candidates}`,
    `orders ${orders.submitted}: ${orders.filled} filled, ${orders.partial} partial, ${orders.canceled} canceled, ${orders.rejected} rejected, ${orders.unknown} unknown`,
    `fees ${dollars(feesMicros)} · realized ${signedDollars(realizedPnlMicros)} net of fees · ${positions} positions at risk, ${dollars(exposureMicros)}`,
    `ledger ${ledger.records} records, ${ledger.balanced ? 'books balance' : 'BOOKS DO NOT BALANCE'}, head ${ledger.headHash.slice(0, 16)}…`,
    `recording ${end.recording}`,
  ];
}
