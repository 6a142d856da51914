import type { ListedMarket } from '../domain/market.js';
import type { DurationMs, EpochMs, Price, Quantity, Ticker } from '../domain/units.js';
import type { WatchEntry } from '../domain/watch-list.js';
import type { MarketEvidence } from './evidence.js';
import type { MarketJudgement } from './inference.js';

/** How far a book can be relied on. Nothing trades on anything but `fresh`. */
export type Trust = 'fresh' | 'stale' | 'unknown' | 'listing';

/** One side of a book as someone who buys meets it: price to pay, size there; best first. */
export type AskLevel = readonly [price: Price, size: Quantity];

/** Both sides as a buyer meets them, plus how old and how trustworthy. Plain; safe to hand to a worker. */
export type BookShot = {
  /** To buy YES: ascending YES prices. */
  readonly yesAsks: readonly AskLevel[];
  /** To buy NO: ascending NO prices. */
  readonly noAsks: readonly AskLevel[];
  readonly trust: Trust;
  /** Market time since this book last changed or was confirmed, real milliseconds (already divided by the speed). */
  readonly ageMs: DurationMs;
};

/** What one window saw of one market. Prices are of the YES side; a missing quote is null. */
export type MarketSummary = {
  readonly ticker: Ticker;
  readonly firstBid: Price | null;
  readonly firstAsk: Price | null;
  readonly bid: Price | null;
  readonly ask: Price | null;
  /** Mid × 2, so that it stays an integer. */
  readonly midHigh2: number | null;
  readonly midLow2: number | null;
  /** Mean of mid × 2 over the changes seen, rounded down; null without any. */
  readonly midMean2: number | null;
  readonly spread: Price | null;
  /** Sizes within `depthBand` of the touch. */
  readonly bidDepth: Quantity;
  readonly askDepth: Quantity;
  readonly trades: number;
  readonly volume: Quantity;
  readonly lastTradePrice: Price | null;
  readonly changes: number;
  readonly gaps: number;
  readonly trust: Trust;
  readonly ageMs: DurationMs;
};

/** Window `index` is (from, to] in market time. One summary for every market of the catalog. */
export type Window = {
  readonly index: number;
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly summaries: readonly MarketSummary[];
};

/** Why a listed market was left out of a scan's kept set or a window's selection. */
export type DropReason =
  | 'multivariate'
  | 'provisional'
  | 'not_active'
  | 'malformed'
  | 'over_scan_max'
  | 'no_book'
  | 'low_volume'
  | 'wide_spread'
  | 'no_quote'
  | 'fees_unknown'
  | 'over_valuation_max';

export type DropCounts = Readonly<Partial<Record<DropReason, number>>>;

/** The kept markets of the last full scan. `scanned` counts distinct markets listed, before any filter. */
export type Catalog = {
  readonly scannedAt: EpochMs;
  readonly scanned: number;
  readonly markets: readonly ListedMarket[];
  readonly dropped: DropCounts;
  /** The watch list's entries; the markets they mean are among `markets`, first of all. */
  readonly watched: readonly WatchEntry[];
  /** Listing pages refused or cut short: the scan is then not full and says why. */
  readonly problems: readonly string[];
};

/** What goes to valuation from one window. */
export type Selection = {
  readonly window: Window;
  readonly catalog: Catalog;
  readonly markets: readonly SelectedMarket[];
  readonly dropped: DropCounts;
};

export type SelectedMarket = {
  readonly market: ListedMarket;
  readonly summary: MarketSummary;
  readonly book: BookShot;
  /** Mids (× 2) and strikes of every market of the same event, this one included: what coherence is judged by. */
  readonly siblings: readonly Sibling[];
  readonly evidence: MarketEvidence;
  readonly judgement: MarketJudgement;
};

export type Sibling = {
  readonly ticker: Ticker;
  readonly strikeType: ListedMarket['strikeType'];
  readonly floorStrike: number | null;
  readonly capStrike: number | null;
  readonly bid: Price | null;
  readonly ask: Price | null;
};
