import type { Vertical } from '../domain/market.js';
import type { BetReason } from '../domain/order.js';
import type {
  DurationMs,
  EpochMs,
  Micros,
  Price,
  Probability,
  Quantity,
  Shard,
  Ticker,
} from '../domain/units.js';
import type { NoSignal } from './evidence.js';
import type { SelectedMarket } from './window.js';

/** The settings a valuation and an allocation depend on; a plain copy, so that a worker needs no config. */
export type ValuationSettings = {
  readonly mispricingThreshold: number;
  readonly minEdge: number;
  readonly maxEdge: number;
  /** Least edge of selling what is held, dollars per contract; null: positions are held to settlement. */
  readonly exitEdge: number | null;
  readonly minCandidates: number;
  readonly fallbackThreshold: number;
  /** Null: every market has the same threshold. */
  readonly adaptive: AdaptiveThreshold | null;
  readonly feeMarginBps: number;
  readonly slippageBps: number;
  readonly kellyFraction: number;
  readonly maxTradesPerCycle: number;
  readonly maxFractionPerTrade: number;
  readonly maxTotalFractionPerCycle: number;
  readonly minFractionPerTrade: number;
  readonly enforceEventMutex: boolean;
  readonly maxFractionPerEvent: number;
  readonly maxFractionPerUnderlyingDay: number;
  readonly maxGrossFraction: number;
  readonly maxDepthShare: number;
  readonly forceTestCandidate: boolean;
  readonly closesTooSoonMs: number;
  readonly maxDaysToClose: number;
  /** Unit the exchange rounds cash to, in micros: 100 for $0.0001, 10000 for $0.01. */
  readonly cashUnit: Micros;
  /** Whether the heuristic alone may be traded on: live mode fails closed unless it is told to. */
  readonly allowHeuristic: boolean;
};

/** How far liquidity, a tight spread and confidence lower a market's threshold, and what counts as fully so. */
export type AdaptiveThreshold = {
  readonly floor: number;
  /** Contracts. */
  readonly volumeRef: number;
  /** Cents. */
  readonly spreadRef: number;
  readonly liquidityWeight: number;
  readonly spreadWeight: number;
  readonly confidenceWeight: number;
};

/** What is already held or in flight in a market, at worst case. + YES, − NO. */
export type Holding = {
  readonly ticker: Ticker;
  readonly position: Quantity;
  readonly cost: Micros;
};

/** Platt's calibration: logit q = α + β·logit p. `sigma`: standard deviation of the fit, in log-odds. */
export type Calibration = { readonly alpha: number; readonly beta: number; readonly sigma: number };

/** A weight for evidence and a quote no older than this, real ms; null: of any age. */
export type AgeWeight = {
  readonly evidenceAgeMsMax: number | null;
  readonly quoteAgeMsMax: number | null;
  readonly weight: number;
  readonly weightThin: number;
};

/** What a model's word weighs against the market's. Data: starting values here, learnt ones later. */
export type BlendTerms = {
  /** On a market that trades, and on one that hardly does. */
  readonly weight: number;
  readonly weightThin: number;
  /** Standard deviation of the weight itself: how far from it settled history may still move it. */
  readonly weightSigma: number;
  /** Older evidence than this weighs nothing, real ms; null: the model needs none. */
  readonly evidenceAgeMsMax: number | null;
  /** Where history tells ages apart, the first that fits goes before `weight` and `weightThin`; none at the start. */
  readonly byAge: readonly AgeWeight[];
  readonly calibration: Calibration;
  /** Where the numbers are from. */
  readonly source: string;
};

/** By `model/vertical`, else by `model`. */
export type BlendTable = Readonly<Record<string, BlendTerms>>;

/** One window's work for the pool. */
export type ValuationJob = {
  readonly cycle: number;
  readonly at: EpochMs;
  readonly settings: ValuationSettings;
  /** Sizing bankroll: min(BOT_BANKROLL, cash + positions at cost). */
  readonly bankroll: Micros;
  readonly holdings: readonly Holding[];
  /** Markets that may not be entered now (order in flight, frozen, cooling down), with the reason. */
  readonly barred: readonly { readonly ticker: Ticker; readonly reason: RefusalCode }[];
  /** What each model's word weighs now. */
  readonly blend: BlendTable;
  readonly markets: readonly SelectedMarket[];
};

export type RefusalCode =
  | 'no_signal'
  | 'heuristic_only'
  | 'no_book'
  | 'book_stale'
  | 'below_threshold'
  | 'below_min_edge'
  | 'edge_implausible'
  | 'closes_too_soon'
  | 'too_far'
  | 'fees_unknown'
  | 'barred'
  | 'in_flight'
  | 'frozen'
  | 'cooldown'
  | 'holding'
  | 'event_mutex'
  | 'below_min_fraction'
  | 'too_small'
  | 'no_depth'
  | 'per_cycle_cap'
  | 'per_event_cap'
  | 'per_underlying_cap'
  | 'gross_cap'
  | 'trades_per_cycle';

/** Who said what a market is worth.  */
export type Model = 'heuristic' | 'weather' | 'weather_point' | 'crypto' | 'sports' | 'claude';

/** What a model itself said of YES, before calibration and the market's price were mixed in. Kept to learn from. */
export type Word = {
  readonly model: Model;
  readonly p: Probability;
  /** Real ms; null: it needs none, or its age is unknown. */
  readonly evidenceAgeMs: number | null;
};

/** What a market is worth, by whom and how sure. */
export type FairValue = {
  readonly model: Model;
  /** Of YES, here and wherever a fair value is passed on. */
  readonly fair: Probability;
  /** Standard deviation of `fair`. */
  readonly sigma: number;
  /** The word that was pooled into it, with whatever weight. */
  readonly word?: Word;
};

/** Every valued market leaves one, taken or refused. Edge is dollars per $1 contract, net of all cost. */
export type Verdict = {
  readonly ticker: Ticker;
  readonly side: 'yes' | 'no' | null;
  readonly model: Model | null;
  readonly fair: Probability | null;
  readonly sigma: number | null;
  readonly mid2: number | null;
  /** All-in cost per contract at the walked size, dollars. */
  readonly cost: number | null;
  readonly edge: number | null;
  /** Edge a day and dollar of capital that it locks up until it is paid out; null without an edge. */
  readonly edgePerDay: number | null;
  /** Least edge that would have made, or did make, it a candidate; the absolute minimum holds besides. */
  readonly threshold: number | null;
  readonly confidence: number | null;
  readonly kelly: number | null;
  /** Share of the bankroll after caps; 0 when refused. */
  readonly fraction: number;
  readonly taken: boolean;
  readonly reason: RefusalCode | BetReason;
  readonly word: Word | null;
  /** Why no specialist had a word; null when one had. */
  readonly noSignal: NoSignal | null;
  /** Of the book it was valued on, real ms. */
  readonly quoteAgeMs: DurationMs;
  readonly volume24h: Quantity;
  readonly vertical: Vertical;
};

/** A sized bet. `limit` and `count` are of the bought side (NO prices for NO). */
export type Allocation = {
  readonly ticker: Ticker;
  readonly shard: Shard;
  readonly side: 'yes' | 'no';
  readonly fair: Probability;
  readonly edge: number;
  readonly limit: Price;
  readonly count: Quantity;
  /** Worst case with fees, what has to be reserved. */
  readonly worstCost: Micros;
  readonly reason: BetReason;
};

/** A window's result: a verdict for every market of the job, in the job's order. */
export type ValuationResult = {
  readonly cycle: number;
  readonly verdicts: readonly Verdict[];
  readonly allocations: readonly Allocation[];
};
