import type { ListedMarket, Market } from '../domain/market.js';
import type { Ticker } from '../domain/units.js';
import type { Catalog } from '../messages/window.js';

/**
 * What is known of the markets that matter: those of the catalog, and those held or ordered that have since left it.
 * Bounded by both.
 */
export class KnownMarkets {
  private markets = new Map<Ticker, ListedMarket>();

  readonly get = (ticker: Ticker): ListedMarket | null => this.markets.get(ticker) ?? null;

  /** A new catalog; `needed` are kept although they left it. */
  take(catalog: Catalog, needed: Iterable<Ticker>): void {
    const next = new Map(catalog.markets.map((market) => [market.ticker, market]));
    for (const ticker of needed) {
      const known = this.markets.get(ticker);
      if (known !== undefined && !next.has(ticker)) next.set(ticker, known);
    }
    this.markets = next;
  }

  add(market: ListedMarket): void {
    this.markets.set(market.ticker, market);
  }

  /** A listing on its own, with what was known of its event and series. Unknown fees stay unknown. */
  readonly dress = (market: Market): ListedMarket => {
    const known = this.markets.get(market.ticker);
    return {
      ...market,
      seriesTicker: known?.seriesTicker ?? null,
      vertical: known?.vertical ?? 'other',
      mutuallyExclusive: known?.mutuallyExclusive ?? false,
      fees: known?.fees ?? null,
      settlementSources: known?.settlementSources ?? [],
    };
  };
}
