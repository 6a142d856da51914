import type {
  DurationMs,
  EpochMs,
  EventTicker,
  Price,
  Quantity,
  SeriesTicker,
  Shard,
  Ticker,
} from './units.js';

/** The subjects with evidence of their own; everything else is `other` and is ranked last in a scan. */
export type Vertical = 'weather' | 'sports' | 'crypto' | 'other';

/** One band of a market's price grid: prices from `start` to `end` lie on multiples of `step` above `start`. */
export type PriceRange = { readonly start: Price; readonly end: Price; readonly step: Price };

export type MarketStatus =
  | 'initialized'
  | 'inactive'
  | 'active'
  | 'closed'
  | 'determined'
  | 'disputed'
  | 'amended'
  | 'finalized'
  /** A status this build does not know: never traded. */
  | 'unknown';

export type StrikeType =
  | 'greater'
  | 'greater_or_equal'
  | 'less'
  | 'less_or_equal'
  | 'between'
  | 'functional'
  | 'custom'
  | 'structured'
  | 'none'
  | 'unknown';

/** Top of book as a listing gives it. A missing side is null, never 0 or 1. */
export type Quote = {
  readonly yesBid: Price | null;
  readonly yesBidSize: Quantity;
  readonly yesAsk: Price | null;
  readonly yesAskSize: Quantity;
};

/** One contract as the exchange lists it, without what belongs to its event or series. */
export type Market = {
  readonly ticker: Ticker;
  readonly eventTicker: EventTicker;
  readonly title: string;
  readonly yesSubTitle: string;
  readonly status: MarketStatus;
  readonly openAt: EpochMs;
  readonly closeAt: EpochMs;
  readonly settlementTimerMs: DurationMs;
  readonly strikeType: StrikeType;
  readonly floorStrike: number | null;
  readonly capStrike: number | null;
  readonly rulesPrimary: string;
  readonly priceRanges: readonly PriceRange[];
  readonly shard: Shard;
  readonly volume: Quantity;
  readonly volume24h: Quantity;
  readonly openInterest: Quantity;
  readonly quote: Quote;
  readonly isMultivariate: boolean;
  readonly isProvisional: boolean;
  readonly feeWaiverUntil: EpochMs | null;
  /** Payout of one YES once determined, else null. */
  readonly settlementValue: Price | null;
};

export type FeeType =
  | 'quadratic'
  | 'quadratic_with_maker_fees'
  | 'quadratic_with_combo_maker_fees'
  | 'flat'
  /** Not in our table: the market is not traded. */
  | 'unknown';

/** `multiplierPpm`: 1_000_000 is the normal fee. */
export type FeeSchedule = { readonly type: FeeType; readonly multiplierPpm: number };

/** A question with one or more markets. (`Event` alone is the platform's word.) */
export type MarketEventInfo = {
  readonly ticker: EventTicker;
  readonly seriesTicker: SeriesTicker;
  readonly title: string;
  /** Only one of its markets can resolve YES. */
  readonly mutuallyExclusive: boolean;
  readonly feeOverride: FeeSchedule | null;
};

export type Series = {
  readonly ticker: SeriesTicker;
  readonly title: string;
  readonly category: string;
  readonly tags: readonly string[];
  readonly fees: FeeSchedule;
  readonly settlementSources: readonly { readonly name: string; readonly url: string }[];
};

/** A market with everything a decision needs to know about it. `fees` null: unknown, so not traded. */
export type ListedMarket = Market & {
  readonly seriesTicker: SeriesTicker | null;
  readonly vertical: Vertical;
  readonly mutuallyExclusive: boolean;
  readonly fees: FeeSchedule | null;
  /** Of its series; empty when that is not known. */
  readonly settlementSources: Series['settlementSources'];
};
