import type { Outcomes } from '../domain/awaited.js';
import type { Ticker } from '../domain/units.js';
import { limits } from '../limits.js';

/** Which awaited markets are asked about next: without a feed, or after a pause, nobody says what became of them. */
export class OutcomeAsks {
  /** Asked since all were. */
  private asked = new Set<Ticker>();

  /**
   * At most `limits.outcomeAsksPerScanMax`, those awaited longest first, each once before any is asked again. Who is
   * still listed is not over; `others` are asked about anyway.
   */
  next(
    awaited: Outcomes['awaited'],
    listed: ReadonlySet<Ticker>,
    others: ReadonlySet<Ticker>,
  ): readonly Ticker[] {
    const due = [...awaited]
      .filter(([ticker]) => !listed.has(ticker) && !others.has(ticker))
      .sort(([a, left], [b, right]) => left - right || (a < b ? -1 : 1))
      .map(([ticker]) => ticker);
    const fresh = due.filter((ticker) => !this.asked.has(ticker));
    const next = (fresh.length > 0 ? fresh : due).slice(0, limits.outcomeAsksPerScanMax);
    const before = fresh.length > 0 ? due.filter((ticker) => this.asked.has(ticker)) : [];
    this.asked = new Set([...before, ...next]);
    return next;
  }
}
