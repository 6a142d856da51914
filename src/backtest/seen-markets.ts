import type { Account } from '../domain/account.js';
import type { ListedMarket } from '../domain/market.js';
import type { Ticker } from '../domain/units.js';
import type { Catalog } from '../messages/window.js';

/** Markets as last listed, for as long as they are listed, held or awaited: an exchange tells of one that left its list. */
export class SeenMarkets {
  private readonly seen = new Map<Ticker, ListedMarket>();

  hear({ markets }: Catalog, account: Account | null): void {
    const listed = new Set<Ticker>();
    for (const market of markets) {
      this.seen.set(market.ticker, market);
      listed.add(market.ticker);
    }
    for (const ticker of this.seen.keys())
      if (!listed.has(ticker) && !isNeeded(account, ticker)) this.seen.delete(ticker);
  }

  get(ticker: Ticker): ListedMarket | null {
    return this.seen.get(ticker) ?? null;
  }
}

const isNeeded = (account: Account | null, ticker: Ticker): boolean =>
  account !== null && (account.positions.has(ticker) || account.awaited.has(ticker));
