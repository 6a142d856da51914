import type { Ticker } from '../domain/units.js';
import type { FairValue } from '../messages/valuation.js';
import type { MarketSummary, SelectedMarket } from '../messages/window.js';
import { heuristic } from '../valuation/heuristic.js';

type Known = {
  readonly key: string;
  readonly summary: MarketSummary;
  readonly quotes: FairValue | null;
};

/**
 * What an event's quotes say of a market, worked out once for the same quotes: between windows most news leaves them where
 * they were, and this is the dear part of an opinion. One entry a market, of the window's own markets.
 */
export class QuotesMemo {
  private readonly known = new Map<Ticker, Known>();

  /** Equals `heuristic(selected)`. */
  of(selected: SelectedMarket): FairValue | null {
    const { market, summary, book, siblings } = selected;
    const key = JSON.stringify([
      book.yesAsks[0],
      book.noAsks[0],
      siblings.map(({ bid, ask }) => [bid, ask]),
    ]);
    const known = this.known.get(market.ticker);
    if (known?.key === key && known.summary === summary) return known.quotes;
    const quotes = heuristic(selected);
    this.known.set(market.ticker, { key, summary, quotes });
    return quotes;
  }

  /** Of another window: its markets and summaries are others. */
  clear(): void {
    this.known.clear();
  }
}
