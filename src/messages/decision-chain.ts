/**
 * One decision, from what was stored when it was made: what `why --json` prints and the page's drawer shows. Units as in
 * `dashboard.ts`: money in micro-dollars, prices in $0.0001, quantities in 0.01 contract, probabilities 0..1 and of YES
 * unless a field says otherwise, shares of the bankroll 0..1, ages in real ms, times in ms since the epoch of market time.
 * Null: unknown, or there is none; what was once known and is not kept any more is named in `missing`. Texts of others
 * (titles, rules, questions, answers) are texts, never markup.
 */
export type DecisionChain = {
  readonly schemaVersion: 1;
  /** `run.cycle.TICKER` for a window's verdict, `run.cycle.TICKER.n` for its n-th intent between windows. */
  readonly id: string;
  readonly kind: 'window' | 'between_windows';
  readonly run: number;
  readonly cycle: number;
  readonly ticker: string;
  /** When it was decided. */
  readonly at: number;
  readonly outcome: ChainOutcome;
  /** Parts of the chain that are not on disk any more, or never were, each with the reason. Empty: it is whole. */
  readonly missing: readonly ChainGap[];
  readonly market: ChainMarket | null;
  readonly book: ChainBook | null;
  readonly evidence: ChainEvidence | null;
  readonly claude: ChainClaude | null;
  readonly opinion: ChainOpinion | null;
  readonly edge: ChainEdge | null;
  readonly size: ChainSize | null;
  readonly verdict: ChainVerdict | null;
  readonly order: ChainOrder | null;
  readonly settlement: ChainSettlement | null;
  readonly score: ChainScore | null;
};

/** How it ended, in one word and one place. */
export type ChainOutcome = {
  /** `ordered`: an order was written down. `refused`: none was. `open`: taken, and nothing is known yet of what came of it. */
  readonly kind: 'ordered' | 'refused' | 'open';
  /**
   * Who said so last: the valuation, the second look at the book before the intent, the executor (before it was written
   * down, or before it was sent), or the exchange.
   */
  readonly by: 'valuation' | 'second_look' | 'executor' | 'exchange';
  /** Code of the refusal, or how the order stands (`filled`, `partial`, `resting`, `settled` …). See docs/errors.md. */
  readonly code: string;
};

export type ChainGap = {
  /** `chain`: what it was decided on. `ledger`: what the ledger says of it. */
  readonly part: 'chain' | 'claude' | 'ledger';
  readonly why: string;
};

export type ChainMarket = {
  readonly title: string;
  readonly yesMeans: string;
  readonly rules: string;
  /** SHA-256 of the rules, hex. */
  readonly rulesHash: string;
  readonly event: string;
  readonly series: string | null;
  readonly vertical: string;
  readonly status: string;
  readonly closesAt: number;
  readonly settlementTimerMs: number;
  readonly isExclusive: boolean;
  /** Other markets of its event that were looked at with it. */
  readonly siblings: number;
  readonly volume: number;
  readonly volume24h: number;
  readonly openInterest: number;
  readonly shard: number;
  readonly feeType: string | null;
  /** Fee multiplier in millionths; null: fees unknown. */
  readonly feePpm: number | null;
};

export type ChainLevel = readonly [price: number, size: number];

/** The book as the decision saw it, as a buyer meets it: best first. */
export type ChainBook = {
  readonly bid: number | null;
  readonly ask: number | null;
  readonly yesAsks: readonly ChainLevel[];
  readonly noAsks: readonly ChainLevel[];
  readonly trust: string;
  readonly ageMs: number;
  /** What the window saw of this market; null between windows. */
  readonly window: {
    readonly changes: number;
    readonly trades: number;
    readonly volume: number;
    readonly gaps: number;
    /** Middles × 2. */
    readonly midHigh2: number | null;
    readonly midLow2: number | null;
    readonly lastTradePrice: number | null;
  } | null;
};

/** A fact as it was read, with its source and the time it is from. */
export type ChainFact = {
  /** "forecast", "observed", "official", "spot" … */
  readonly name: string;
  /** Where it is from: "noaa", "spot", a station … */
  readonly source: string;
  readonly text: string;
  /** Time the fact is from, market ms; null: the source does not say. */
  readonly from: number | null;
};

export type ChainEvidence = {
  readonly kind: 'weather' | 'crypto' | 'sports' | 'none';
  /** Why there is none. */
  readonly noSignal: string | null;
  /** Of the oldest part that counts. */
  readonly ageMs: number | null;
  readonly facts: readonly ChainFact[];
  /** As it was read, whole. */
  readonly raw: unknown;
};

/** What Claude was asked about this market and said. */
export type ChainClaude = {
  /** Null: there is no estimate that could be used. */
  readonly p: number | null;
  readonly sigma: number | null;
  readonly samples: number;
  /** Why there is none, or it has no weight. */
  readonly refusal: string | null;
  readonly ageMs: number | null;
  /** The questions the estimate rests on, oldest first. */
  readonly calls: readonly ChainCall[];
};

export type ChainCall = {
  readonly callId: string;
  readonly model: string;
  readonly at: number;
  /** All markets of the same question: the cost is of all of them together. */
  readonly tickers: readonly string[];
  /** JSON as it was sent and as it came, to the byte; null: not kept, or no answer. */
  readonly request: string | null;
  readonly answer: string | null;
  /** Why there is no answer. */
  readonly failure: string | null;
  /** Most one attempt could cost; what was billed; of that booked at its most, without a bill. Null: not yet billed. */
  readonly maxCostMicros: number | null;
  readonly costMicros: number | null;
  readonly estimatedMicros: number | null;
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
};

/** What somebody says the market is worth. `sigma`: standard deviation. */
export type ChainWord = {
  readonly model: string;
  readonly fair: number;
  readonly sigma: number | null;
};

export type ChainOpinion = {
  /** Of the quotes of the event alone. */
  readonly quotes: ChainWord | null;
  /** Of the model that knows most, before calibration and pooling. */
  readonly word: ChainWord | null;
  /** Of what the word rests on. */
  readonly wordAgeMs: number | null;
  /** Why no specialist spoke. */
  readonly noSignal: string | null;
  /** How the word was pooled with the market in log-odds; null: it stands alone, or there is none. */
  readonly pool: {
    readonly anchorFair: number;
    readonly anchorSigma: number;
    readonly alpha: number;
    readonly beta: number;
    readonly calibrated: number;
    readonly weight: number;
    /** By its weight the word would move the price so far in log-odds, and moves it so far. */
    readonly shift: number;
    readonly moved: number;
  } | null;
  /** What it was decided on. */
  readonly fair: ChainWord | null;
  /** Between windows: the fair value that was in force until then. */
  readonly before: ChainWord | null;
};

/**
 * What `count` contracts of a side cost and are worth. Exact integers:
 * `priceMicros + feeMicros + slippageMicros + marginMicros = costMicros` and `worthMicros − costMicros = edgeMicros`.
 * `worthMicros` is fair × count, and the two margins are bps × count, each rounded to a micro-dollar.
 */
export type ChainSum = {
  readonly side: 'yes' | 'no';
  readonly count: number;
  readonly priceMicros: number;
  readonly feeMicros: number;
  readonly slippageMicros: number;
  readonly marginMicros: number;
  readonly costMicros: number;
  /** Probability that this side pays. */
  readonly fair: number;
  readonly worthMicros: number;
  readonly edgeMicros: number;
  /** Dollars per contract: what was compared with the threshold. */
  readonly edgePerContract: number;
};

export type ChainEdge = {
  /** One contract of each side; null where nothing is offered or fees are unknown. */
  readonly yes: ChainSum | null;
  readonly no: ChainSum | null;
  /** Dollars per contract that the edge had to reach; null: none was asked for. */
  readonly threshold: number | null;
  /** Share of full Kelly that the error of the fair value leaves. */
  readonly confidence: number;
  /** Of the capital it locks up, a day. */
  readonly edgePerDay: number | null;
};

/** One cap on the way to the size: shares of the bankroll before and after it. */
export type ChainCap = {
  readonly code: string;
  /** What it leaves by itself; may be negative where it is overdrawn. */
  readonly leaves: number;
  readonly before: number;
  /** min(before, leaves), not below 0. */
  readonly after: number;
  readonly isBinding: boolean;
};

export type ChainSize = {
  readonly bankrollMicros: number;
  readonly heldCount: number;
  readonly heldCostMicros: number;
  /** Full Kelly of the first contract at the fair value. */
  readonly kelly: number;
  /** Null from here on: it was no candidate, or stood in as a test. */
  readonly sizing: {
    /** Probability of winning that it was sized at, and full Kelly there. */
    readonly won: number;
    readonly full: number;
    /** Part of full Kelly that is bet at most, and what that asks for, given what is held. */
    readonly kellyShare: number;
    readonly wanted: number;
    readonly caps: readonly ChainCap[];
    /** What might be spent after all of them. */
    readonly share: number;
    /** `kelly`, `book` (the displayed depth at an edge), or the cap's code. */
    readonly binding: string;
    /** Legs of its event that were sized together; null: it was sized by itself. */
    readonly jointLegs: number | null;
  } | null;
};

export type ChainVerdict = {
  readonly taken: boolean;
  /** `taken`, `backfill`, `forced_test`, `exit`, `between_windows`, or the code of the refusal. */
  readonly reason: string;
  readonly side: 'yes' | 'no' | null;
  readonly model: string | null;
  readonly fair: number | null;
  readonly sigma: number | null;
  readonly mid2: number | null;
  readonly cost: number | null;
  readonly edge: number | null;
  readonly fraction: number;
  /** The bet as it was sized, of the bought side; null when refused. */
  readonly bet: {
    readonly limit: number;
    readonly count: number;
    readonly worstCostMicros: number;
    readonly sum: ChainSum | null;
  } | null;
  /** The second look at the book, right before the intent; null: there was none, or it is not kept. */
  readonly look: {
    readonly at: number;
    /** Code of the refusal, from it or from the executor; null: an order was written down. */
    readonly refusal: string | null;
    /** The book it saw; null: it saw none. */
    readonly trust: string | null;
    readonly ageMs: number | null;
    /** Offers of the bought side, best first. */
    readonly asks: readonly ChainLevel[];
    readonly limit: number | null;
    readonly count: number | null;
    readonly sum: ChainSum | null;
  } | null;
};

export type ChainOrder = {
  readonly clientOrderId: string;
  readonly orderId: string | null;
  readonly side: 'yes' | 'no';
  readonly limit: number;
  readonly count: number;
  readonly worstCostMicros: number;
  /** Probability of YES and dollars per contract, as they were written down. */
  readonly fair: number;
  readonly edge: number;
  readonly reason: string;
  readonly status: string;
  readonly why: string | null;
  /** Its life, oldest first, fills included. */
  readonly events: readonly { readonly at: number; readonly kind: string; readonly text: string }[];
  readonly fills: readonly ChainFill[];
  /** Sums over `fills`, exact. */
  readonly filled: number;
  readonly fillMicros: number;
  readonly feeMicros: number;
};

export type ChainFill = {
  readonly tradeId: string;
  readonly at: number;
  readonly count: number;
  /** Of the bought side. */
  readonly price: number;
  /** price × count, exact. */
  readonly costMicros: number;
  readonly feeMicros: number;
  readonly isTaker: boolean;
};

export type ChainSettlement = {
  readonly at: number;
  /** What one YES pays, $0.0001. */
  readonly yesValue: number;
  /** What the fills of this order brought: payout − price − fee, micros; null: none filled. Exact, whatever closed what. */
  readonly profitMicros: number | null;
  /** Of the whole position of the market, as the ledger booked it; null: nothing was held. */
  readonly realizedMicros: number | null;
};

/** Squared error of the probability of YES, ours and the market's middle at the same moment. */
export type ChainScore = {
  readonly outcome: number;
  readonly fair: number;
  readonly mid: number;
  readonly ours: number;
  readonly market: number;
};
