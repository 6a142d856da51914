/**
 * The seam between the simulated exchange (matching, accounts, wire) and the seeded world behind it
 * (truths, agents that quote, evidence). The world never sees an account; the exchange never sees a truth.
 * Prices are in $0.0001, quantities in 0.01 contract, times in epoch ms of market time. No code is shared with the engine.
 */

export type SimSeries = {
  readonly ticker: string;
  readonly title: string;
  readonly category: string;
  readonly tags: readonly string[];
  readonly frequency: string;
  readonly settlementSources: readonly { readonly name: string; readonly url: string }[];
  readonly feeType: 'quadratic' | 'quadratic_with_maker_fees' | 'flat';
  readonly feeMultiplier: number;
  readonly exchangeIndex: number;
};

export type SimEvent = {
  readonly ticker: string;
  readonly seriesTicker: string;
  readonly title: string;
  readonly subTitle: string;
  readonly category: string;
  readonly mutuallyExclusive: boolean;
  readonly strikeDateMs: number;
  readonly exchangeIndex: number;
};

export type SimMarket = {
  readonly ticker: string;
  readonly eventTicker: string;
  readonly title: string;
  readonly yesSubTitle: string;
  readonly strikeType: 'greater' | 'greater_or_equal' | 'less' | 'between' | 'structured';
  readonly floorStrike: number | null;
  readonly capStrike: number | null;
  readonly customStrike: Readonly<Record<string, string>> | null;
  readonly rulesPrimary: string;
  readonly rulesSecondary: string;
  readonly openMs: number;
  readonly closeMs: number;
  readonly expectedExpirationMs: number;
  readonly settlementTimerSeconds: number;
  readonly priceLevelStructure: string;
  readonly priceRanges: readonly {
    readonly start: number;
    readonly end: number;
    readonly step: number;
  }[];
  /** Volume the market starts with, so that illiquid ones can be told apart from the first scan on. */
  readonly volume: number;
  readonly volume24h: number;
  readonly openInterest: number;
  readonly exchangeIndex: number;
  readonly provisional: boolean;
  readonly multivariate: boolean;
};

/** What the world does to the exchange. Applied in order, at the time of the event that produced them. */
export type WorldCommand =
  | { readonly kind: 'series'; readonly series: SimSeries }
  | { readonly kind: 'event'; readonly event: SimEvent }
  | { readonly kind: 'market'; readonly market: SimMarket }
  /** Replaces every resting order of this agent in this market. Levels are YES bids and NO bids (NO prices). */
  | {
      readonly kind: 'quote';
      readonly agent: string;
      readonly ticker: string;
      readonly yes: readonly (readonly [price: number, quantity: number])[];
      readonly no: readonly (readonly [price: number, quantity: number])[];
    }
  /** An immediate-or-cancel order of a background trader: it prints a trade if it meets anything. */
  | {
      readonly kind: 'take';
      readonly agent: string;
      readonly ticker: string;
      readonly side: 'yes' | 'no';
      readonly limit: number;
      readonly quantity: number;
    }
  | { readonly kind: 'close'; readonly ticker: string }
  /** `settlementValue` is the payout of one YES in $0.0001 (10000 or 0 for a binary). The exchange adds the timer and settles. */
  | {
      readonly kind: 'determine';
      readonly ticker: string;
      readonly result: 'yes' | 'no' | 'scalar';
      readonly settlementValue: number;
      readonly expirationValue: string;
    };

/** Something the world wants to be woken for. `kind` and `key` name the draw: draws are keyed by (seed, kind, key, count). */
export type WorldEvent = {
  readonly atMs: number;
  readonly kind: string;
  readonly key: string;
  readonly count: number;
};

export type WorldStep = {
  readonly commands: readonly WorldCommand[];
  readonly wake: readonly WorldEvent[];
};

/**
 * A seeded world. Same seed, origin, market count and agent lag: same steps, to the byte, whatever is traded: nothing
 * flows back from the exchange, so orders change books but never the draws.
 */
export type World = {
  readonly start: () => WorldStep;
  readonly handle: (event: WorldEvent) => WorldStep;
  /** Bodies of the evidence endpoints at a market time, in the real services' shapes. Null: no such path. */
  readonly evidence: (
    source: EvidenceSource,
    path: string,
    query: URLSearchParams,
    atMs: number,
  ) => EvidenceReply | null;
  /** Value of an index at a market time, dollars; null: no such index. */
  readonly index: (id: string, atMs: number) => number | null;
};

export type EvidenceSource = 'noaa' | 'injuries' | 'sentiment' | 'onchain' | 'spot';
export type EvidenceReply = {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
};

export type WorldOptions = {
  readonly seed: number;
  readonly originMs: number;
  /** Open markets to start with, all kinds together. */
  readonly markets: number;
  /** Multiplier of how far quoting agents lag the truth; 0 means no lag, no mispricing. */
  readonly agentLag: number;
  /** Nobody looks at a market more often than this, in market time; a second unless set. */
  readonly lookMsMin?: number;
};
