import type { OrderCounts } from '../messages/step.js';

/** Over all windows: what the exchange listed, what was kept, what was selected to be valued, and why the rest was not. */
export type Screening = {
  readonly windows: number;
  readonly scanned: number;
  readonly kept: number;
  readonly selected: number;
  readonly dropped: Readonly<Record<string, number>>;
};

export type Counts = ReadonlyMap<string, number>;

/** From what is listed to what is filled, with the reasons of those that fell out on the way. */
export type Funnel = {
  /** Null: the ledger does not hold it, and no cycle reports were at hand. */
  readonly screening: Screening | null;
  readonly valued: number;
  /** Valued, and somebody had a word on what it is worth. */
  readonly withFair: number;
  readonly refusedInValuation: Counts;
  /** Sized bets that went to the executor from windows. */
  readonly taken: number;
  /** Taken up by the executor, from windows and between them. */
  readonly intents: number;
  readonly betweenWindows: number;
  readonly refusedByExecutor: Counts;
  readonly withdrawn: Counts;
  readonly orders: OrderCounts;
  readonly rejectedWhy: Counts;
  readonly anomalies: number;
};

/** Texts of the exchange may be among reasons: beyond so many they are told as one. */
const reasonsMax = 40;

export function count(counts: Map<string, number>, reason: string, by = 1): void {
  const key = counts.has(reason) || counts.size < reasonsMax ? reason : 'other';
  counts.set(key, (counts.get(key) ?? 0) + by);
}

/** Adds up cycle reports; `add` takes what `CycleReport` says of its scan. */
export class ScreeningSum {
  private windows = 0;
  private scanned = 0;
  private kept = 0;
  private selected = 0;
  private readonly dropped = new Map<string, number>();

  add(report: Omit<Screening, 'windows'>): void {
    this.windows += 1;
    this.scanned += report.scanned;
    this.kept += report.kept;
    this.selected += report.selected;
    for (const [reason, by] of Object.entries(report.dropped)) count(this.dropped, reason, by);
  }

  /** Null: there were none. */
  result(): Screening | null {
    const { windows, scanned, kept, selected } = this;
    const dropped = Object.fromEntries(this.dropped);
    return windows === 0 ? null : { windows, scanned, kept, selected, dropped };
  }
}
