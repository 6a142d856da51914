import type { Account } from '../domain/account.js';
import type { EpochMs, Ticker } from '../domain/units.js';
import type { Notice } from '../messages/step.js';
import type { Catalog } from '../messages/window.js';
import type { KnownMarkets } from './known-markets.js';
import { OutcomeAsks } from './outcome-asks.js';
import { WatchReport } from './watch-report.js';

/** What a new list of markets leads to. */
export type Listed = {
  readonly notices: readonly Notice[];
  /** Markets that have books from now on. */
  readonly tickers: readonly Ticker[];
  /** Markets whose own listing is asked for: they left the list and may be over. */
  readonly asks: readonly Ticker[];
};

/** Takes the lists of markets as they come: who is known, what watched names mean, who has to be looked after. */
export class Listings {
  private readonly known: KnownMarkets;
  private readonly watch = new WatchReport();
  private readonly outcomeAsks = new OutcomeAsks();
  private scannedAt: EpochMs | null = null;

  constructor(known: KnownMarkets) {
    this.known = known;
  }

  /** Why the settings forbid to go on with this exchange's markets, if they do. */
  get refusal(): string | null {
    return this.watch.refusal;
  }

  /** `needed`: markets with something held or in flight. */
  take(
    catalog: Catalog,
    needed: ReadonlySet<Ticker>,
    awaited: Account['awaited'],
    isStrict: boolean,
  ): Listed {
    this.known.take(catalog, needed);
    const notices = this.watch.take(catalog, isStrict);
    const tickers = [...new Set([...catalog.markets.map((market) => market.ticker), ...needed])];
    return { notices, tickers, asks: this.leftTheList(catalog, needed, awaited) };
  }

  /**
   * What is held, ordered or was valued and left the list may be over: a market closes early, and its end may have gone
   * unheard, as all do without a feed.
   */
  private leftTheList(
    { scannedAt, markets }: Catalog,
    needed: ReadonlySet<Ticker>,
    awaited: Account['awaited'],
  ): readonly Ticker[] {
    // What the venue says between scans renews the catalog too.
    if (scannedAt === this.scannedAt) return [];
    this.scannedAt = scannedAt;
    const listed = new Set(markets.map((market) => market.ticker));
    return [
      ...[...needed].filter((ticker) => !listed.has(ticker)),
      ...this.outcomeAsks.next(awaited, listed, needed),
    ];
  }
}
