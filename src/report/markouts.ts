import type { VerdictRow } from '../domain/records.js';
import { contract, type EpochMs, priceMax } from '../domain/units.js';

/** Where the mid stood some time after our fills, seen from the side that was bought. `centsMean` null: nobody knows. */
export type Markout = {
  readonly minutes: number;
  readonly known: number;
  readonly unknown: number;
  /** Mid less price paid, cents a contract, by contracts. Above 0: the market came our way. */
  readonly centsMean: number | null;
};

const minutes = [1, 5, 10] as const;
const minuteMs = 60_000;
/** A mid this much sooner or later than its moment still speaks for it. */
const early = 0.75;
const late = 1.5;

type Waiting = {
  readonly at: EpochMs;
  readonly count: number;
  readonly yesPrice: number;
  /** The nearest mid so far of each moment. */
  readonly nearest: ({ readonly offMs: number; readonly mid2: number } | null)[];
};

/** Takes mids from the verdicts that follow a fill. Remembers fills of the last quarter of an hour. */
export class MarkoutScore {
  private readonly waiting = new Map<string, Waiting[]>();
  private readonly sums = minutes.map(() => ({ known: 0, unknown: 0, contracts: 0, cents: 0 }));

  /** `count` + bought YES, − bought NO. */
  filled(ticker: string, at: EpochMs, count: number, yesPrice: number): void {
    const fills = this.waiting.get(ticker) ?? [];
    this.waiting.set(ticker, fills);
    fills.push({ at, count, yesPrice, nearest: minutes.map(() => null) });
  }

  hear(at: EpochMs, rows: readonly VerdictRow[]): void {
    for (const [ticker, , , , , mid2] of rows) {
      if (mid2 === null) continue;
      for (const fill of this.waiting.get(ticker) ?? []) {
        for (const [index, minute] of minutes.entries()) {
          const dueMs = minute * minuteMs;
          const afterMs = at - fill.at;
          const offMs = Math.abs(afterMs - dueMs);
          const nearest = fill.nearest[index]?.offMs ?? Number.POSITIVE_INFINITY;
          if (afterMs >= early * dueMs && afterMs <= late * dueMs && offMs < nearest)
            fill.nearest[index] = { offMs, mid2 };
        }
      }
    }
    const longestMs = late * minuteMs * Math.max(...minutes);
    for (const [ticker, fills] of this.waiting) {
      const left: Waiting[] = [];
      for (const fill of fills)
        if (at - fill.at <= longestMs) left.push(fill);
        else this.close(fill);
      if (left.length === 0) this.waiting.delete(ticker);
      else this.waiting.set(ticker, left);
    }
  }

  private close({ count, yesPrice, nearest }: Waiting): void {
    for (const [index, sum] of this.sums.entries()) {
      const mid2 = nearest[index]?.mid2;
      if (mid2 === undefined) sum.unknown += 1;
      else {
        sum.known += 1;
        sum.contracts += Math.abs(count) / contract;
        sum.cents += (count / contract) * ((mid2 / 2 - yesPrice) / (priceMax / 100));
      }
    }
  }

  /** Fills that still wait count with what is known of them. */
  result(): readonly Markout[] {
    for (const fills of this.waiting.values()) for (const fill of fills) this.close(fill);
    this.waiting.clear();
    return minutes.map((each, index) => {
      const { known, unknown, contracts, cents } = this.sums[index] as (typeof this.sums)[number];
      return { minutes: each, known, unknown, centsMean: known > 0 ? cents / contracts : null };
    });
  }
}
