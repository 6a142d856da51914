import type { LedgerRecord, VerdictRow } from '../domain/records.js';
import type { EpochMs, Price, Ticker } from '../domain/units.js';
import { limits } from '../limits.js';
import { startingBlend } from '../valuation/blend.js';
import { type Learnt, learn } from '../valuation/learn.js';
import { settledVerdict, WordsKept } from '../valuation/settled.js';

const hourMs = 3_600_000;

type Word = { readonly row: VerdictRow; readonly at: EpochMs };

/**
 * What a ledger on disk would teach, without one: the same function of the same records. Of each model's words on a
 * market the first of an hour is kept, because learning uses no other.
 */
export class History {
  private words: Word[] = [];
  private readonly outcomes = new Map<Ticker, Price>();
  private readonly hours = new Map<string, number>();

  hear(records: readonly LedgerRecord[]): void {
    for (const { body, at } of records) {
      if (body.kind === 'outcome') this.outcomes.set(body.ticker, body.yesValue);
      else if (body.kind === 'cycle')
        for (const row of body.verdicts)
          if (this.isFirstOfHour(row, at)) this.words.push({ row, at });
    }
  }

  /** From the records so far. */
  learnt(): Learnt {
    const words = new WordsKept(limits.learnSnapshotsMax);
    for (const { row, at } of this.words) {
      const yesValue = this.outcomes.get(row[0] as Ticker);
      const settled = yesValue === undefined ? null : settledVerdict(row, at, yesValue);
      if (settled !== null) words.add(settled.ticker, settled.word);
    }
    return learn(words.snapshots(), startingBlend);
  }

  private isFirstOfHour(row: VerdictRow, at: EpochMs): boolean {
    const [ticker, , , fair, , mid2, , , , , , , , model, word] = row;
    if (fair === null || mid2 === null || model === null || word === null) return false;
    const key = `${model} ${ticker}`;
    const hour = Math.floor(at / hourMs);
    if (this.hours.get(key) === hour) return false;
    this.hours.set(key, hour);
    return true;
  }
}
