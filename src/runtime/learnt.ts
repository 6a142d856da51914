import { limits } from '../limits.js';
import type { Outcome } from '../messages/effect.js';
import type { Ledger } from '../sinks/ledger/ledger.js';
import { startingBlend } from '../valuation/blend.js';
import { learning } from '../valuation/learn.js';
import { WordsKept } from '../valuation/settled.js';

/** Learns from the ledger up to a record, in pieces between which the engine goes on. Never rejects. */
export async function learnt(
  ledger: Pick<Ledger, 'flush' | 'settled'>,
  throughSeq: number,
): Promise<Outcome> {
  const failed = (detail: string): Outcome => ({
    kind: 'failed',
    code: 'disk_failed',
    sent: false,
    detail,
  });
  const flushed = await ledger.flush(throughSeq);
  if (!flushed.ok) return failed(flushed.error.text);
  const words = new WordsKept(limits.learnSnapshotsMax);
  const read = await ledger.settled(throughSeq, ({ ticker, word }) => words.add(ticker, word));
  if (!read.ok) return failed(read.error.text);
  const steps = learning(words.snapshots(), startingBlend);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return { kind: 'calibration', output: step.value };
    // tidy-ok: not a moment, only later than what waits
    await new Promise((resolve) => setImmediate(resolve));
  }
}
