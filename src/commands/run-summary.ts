import type { RunEnd } from '../runtime.js';
import { dollars, signedDollars } from '../sinks/console/text.js';

/** The `--json` line of `run` and `demo`: of this run, whatever the ledger holds from before. Money in micro-dollars. */
export function runSummary({ before, orders, totals }: RunEnd) {
  const { cycles, markets, valuations, candidates, decisionsHash, ledger } = totals;
  const { submitted, filled, partial, canceled, rejected, unknown, open } = orders;
  return {
    schemaVersion: 1,
    cycles,
    markets,
    valuations,
    candidates,
    // What had no outcome when the run ended is not known to have one.
    orders: { submitted, filled, partial, canceled, rejected, unknown: unknown + open },
    feesMicros: totals.feesMicros - before.feesMicros,
    realizedPnlMicros: totals.realizedPnlMicros - before.realizedPnlMicros,
    inferenceMicros: totals.inferenceMicros - before.inferenceMicros,
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
