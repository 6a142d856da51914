import type { LedgerRecord } from '../../domain/records.js';
import { err, ok, type Result } from '../../domain/result.js';
import type { Price, Ticker } from '../../domain/units.js';
import { limits } from '../../limits.js';
import { type SettledVerdict, settledVerdicts } from '../../valuation/settled.js';
import { type LedgerProblem, reasonOf } from './problem.js';
import type { Store } from './store.js';

/** Hands every record's text to `visit`, oldest first. What went wrong, or null. */
export type Reader = (visit: (text: string) => void) => Promise<LedgerProblem | null>;

/**
 * The records of a store that may be written to meanwhile, up to one of them. At most `limits.learnReadBytesMax` in one
 * go; then whatever else waits has its turn.
 */
export const readerOf =
  (store: Store, throughSeq: number, isOpen: () => boolean): Reader =>
  async (visit) => {
    // Keys are 32 bit.
    const end = Math.min(throughSeq, 0xffff_fffe) + 1;
    for (let next = 1; next < end; ) {
      if (!isOpen()) return { code: 'closed', text: 'the ledger is closed' };
      let bytes = 0;
      const from = next;
      for (const { key, value } of store.records.getRange({ start: from, end })) {
        visit(value);
        next = key + 1;
        bytes += value.length;
        if (bytes >= limits.learnReadBytesMax) break;
      }
      if (next === from) return null;
      // tidy-ok: not a moment, only later than what waits
      await new Promise((resolve) => setImmediate(resolve));
    }
    return null;
  };

/** Two passes, so that memory grows with the outcomes and not with the verdicts. The newest outcomes are kept. */
export async function eachSettled(
  read: Reader,
  visit: (verdict: SettledVerdict) => void,
): Promise<Result<null, LedgerProblem>> {
  const outcomes = new Map<Ticker, Price>();
  try {
    const problem = await read((text) => {
      // Most records are something else, and parsing is what costs.
      if (!text.includes('"kind":"outcome"')) return;
      const { body } = JSON.parse(text) as LedgerRecord;
      if (body.kind !== 'outcome') return;
      outcomes.set(body.ticker, body.yesValue);
      const [oldest] = outcomes.keys();
      if (outcomes.size > limits.learnSnapshotsMax && oldest !== undefined) outcomes.delete(oldest);
    });
    if (problem !== null) return err(problem);
    if (outcomes.size === 0) return ok(null);
    const again = await read((text) => {
      if (!text.includes('"kind":"cycle"')) return;
      const { body, at } = JSON.parse(text) as LedgerRecord;
      if (body.kind !== 'cycle') return;
      for (const verdict of settledVerdicts(body, at, (ticker) => outcomes.get(ticker)))
        visit(verdict);
    });
    return again === null ? ok(null) : err(again);
  } catch (error) {
    return err({ code: 'file_damaged', text: `the ledger could not be read: ${reasonOf(error)}` });
  }
}
