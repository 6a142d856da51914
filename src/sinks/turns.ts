import type { Ticker } from '../domain/units.js';

/** Counts what was decided of each market between windows, anew in each cycle: the `n` of `run.cycle.TICKER.n`. */
export class Turns {
  private readonly counts = new Map<Ticker, number>();
  private cycle = 0;

  next(cycle: number, ticker: Ticker): number {
    if (cycle !== this.cycle) this.counts.clear();
    this.cycle = cycle;
    const n = (this.counts.get(ticker) ?? 0) + 1;
    this.counts.set(ticker, n);
    return n;
  }
}
