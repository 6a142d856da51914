import type { Vertical } from '../domain/market.js';
import type { RecordBody, VerdictRow } from '../domain/records.js';
import { type EpochMs, type Price, priceMax, type Ticker } from '../domain/units.js';
import type { Model } from '../messages/valuation.js';
import { isThin } from './blend.js';
import { eventOf } from './calibration.js';
import type { LearningSnapshot } from './learn.js';

/** A verdict of the ledger whose market has an outcome: what was thought, what the market said, what came true. */
export type SettledVerdict = {
  readonly ticker: string;
  readonly vertical: Vertical;
  readonly fair: number;
  readonly mid: number;
  readonly outcome: 0 | 1;
  /** Null where only the quotes spoke. */
  readonly word: LearningSnapshot | null;
};

const unit = 1e9;

/** Null: not valued, not quoted, or settled at neither 0 nor 1. */
export function settledVerdict(
  row: VerdictRow,
  at: EpochMs,
  yesValue: Price,
): SettledVerdict | null {
  const [ticker, , , fair, , mid2, , , , , , , , wordModel, word, evidenceAgeMs, quoteAgeMs] = row;
  const [volume24h, vertical] = [row[17], row[18]];
  if (fair === null || mid2 === null || (yesValue !== 0 && yesValue !== priceMax)) return null;
  const mid = mid2 / 2 / priceMax;
  const outcome = yesValue === priceMax ? 1 : 0;
  return {
    ticker,
    vertical,
    fair: fair / unit,
    mid,
    outcome,
    word:
      wordModel === null || word === null
        ? null
        : {
            model: wordModel as Model,
            vertical,
            at,
            event: eventOf(ticker),
            p: word / unit,
            mid,
            evidenceAgeMs,
            quoteAgeMs,
            isThin: isThin(volume24h),
            outcome,
          },
  };
}

/** The settled verdicts of one window, given what is known of outcomes. */
export function settledVerdicts(
  { verdicts }: Extract<RecordBody, { kind: 'cycle' }>,
  at: EpochMs,
  outcomeOf: (ticker: Ticker) => Price | undefined,
): readonly SettledVerdict[] {
  return verdicts.flatMap((row) => {
    const yesValue = outcomeOf(row[0] as Ticker);
    const settled = yesValue === undefined ? null : settledVerdict(row, at, yesValue);
    return settled === null ? [] : [settled];
  });
}

const hourMs = 3_600_000;

/**
 * The words to learn from, given oldest first: one an hour of each model on each market, for windows in between hardly
 * differ; of those the newest `max`.
 */
export class WordsKept {
  readonly #max: number;
  readonly #hours = new Map<string, number>();
  #kept: LearningSnapshot[] = [];

  constructor(max: number) {
    this.#max = max;
  }

  add(ticker: string, word: LearningSnapshot | null): void {
    if (word === null) return;
    const hour = Math.floor(word.at / hourMs);
    const key = `${word.model} ${ticker}`;
    if (this.#hours.get(key) === hour) return;
    this.#hours.set(key, hour);
    this.#kept.push(word);
    // Cut seldom, for every cut copies.
    if (this.#kept.length >= 2 * this.#max) this.#kept = this.#kept.slice(-this.#max);
  }

  snapshots(): readonly LearningSnapshot[] {
    return this.#kept.slice(-this.#max);
  }
}
