import type { ListedMarket, Market } from '../../src/domain/market.js';
import {
  durationMs,
  epochMs,
  eventTicker,
  micros,
  price,
  probability,
  quantity,
  seriesTicker,
  shard,
  ticker,
} from '../../src/domain/units.js';
import type { FeedRun } from '../../src/messages/dashboard-feed.js';
import type { MarketEvidence } from '../../src/messages/evidence.js';
import { noJudgement } from '../../src/messages/inference.js';
import type { Level, MarketEvent } from '../../src/messages/market-event.js';
import type {
  Allocation,
  BlendTerms,
  ValuationSettings,
  Verdict,
} from '../../src/messages/valuation.js';
import type {
  BookShot,
  Catalog,
  MarketSummary,
  SelectedMarket,
  Selection,
  Window,
} from '../../src/messages/window.js';
import { startingBlend } from '../../src/valuation/blend.js';
import type { Learnt } from '../../src/valuation/learn.js';

/** An ordinary market of an ordinary event: active, liquid, quoted 48/52. Tests change what they are about. */
export const aMarket = (name: string, changes: Partial<Market> = {}): Market => ({
  ticker: ticker(name),
  eventTicker: eventTicker('KXHIGHNY-26AUG10'),
  title: 'Highest temperature in New York',
  yesSubTitle: '',
  status: 'active',
  openAt: epochMs(0),
  closeAt: epochMs(86_400_000),
  settlementTimerMs: durationMs(1_000),
  strikeType: 'greater',
  floorStrike: 90,
  capStrike: null,
  rulesPrimary: '',
  priceRanges: [{ start: price(0), end: price(10_000), step: price(100) }],
  shard: shard(0),
  volume: quantity(500_000),
  volume24h: quantity(100_000),
  openInterest: quantity(0),
  quote: {
    yesBid: price(4_800),
    yesBidSize: quantity(1_000),
    yesAsk: price(5_200),
    yesAskSize: quantity(1_000),
  },
  isMultivariate: false,
  isProvisional: false,
  feeWaiverUntil: null,
  settlementValue: null,
  ...changes,
});

export const aListedMarket = (name: string, changes: Partial<ListedMarket> = {}): ListedMarket => ({
  ...aMarket(name),
  seriesTicker: seriesTicker('KXHIGHNY'),
  vertical: 'weather',
  mutuallyExclusive: true,
  settlementSources: [],
  fees: { type: 'quadratic', multiplierPpm: 1_000_000 },
  ...changes,
});

export const aCatalog = (
  markets: readonly ListedMarket[],
  changes: Partial<Catalog> = {},
): Catalog => ({
  scannedAt: epochMs(0),
  scanned: markets.length,
  markets,
  dropped: {},
  watched: [],
  problems: [],
  ...changes,
});

export const aSummary = (name: string, changes: Partial<MarketSummary> = {}): MarketSummary => ({
  ticker: ticker(name),
  firstBid: price(4_800),
  firstAsk: price(5_200),
  bid: price(4_800),
  ask: price(5_200),
  midHigh2: 10_000,
  midLow2: 10_000,
  midMean2: null,
  spread: price(400),
  bidDepth: quantity(1_000),
  askDepth: quantity(1_000),
  trades: 0,
  volume: quantity(0),
  lastTradePrice: null,
  changes: 0,
  gaps: 0,
  trust: 'fresh',
  ageMs: durationMs(0),
  ...changes,
});

export const aWindow = (index: number, summaries: readonly MarketSummary[]): Window => ({
  index,
  from: epochMs(0),
  to: epochMs(1),
  summaries,
});

export const aShot = (changes: Partial<BookShot> = {}): BookShot => ({
  yesAsks: [[price(5_200), quantity(1_000)]],
  noAsks: [[price(5_200), quantity(1_000)]],
  trust: 'fresh',
  ageMs: durationMs(0),
  ...changes,
});

export const aSnapshot = (
  name: string,
  yes: readonly (readonly [number, number])[],
  no: readonly (readonly [number, number])[],
  from: 'feed' | 'book' | 'listing' = 'feed',
): MarketEvent & { readonly kind: 'snapshot' } => ({
  kind: 'snapshot',
  ticker: ticker(name),
  yes: levels(yes),
  no: levels(no),
  exchangeAt: null,
  from,
});

export const aDelta = (
  name: string,
  side: 'yes' | 'no',
  at: number,
  change: number,
  exchangeAt: number | null = null,
): MarketEvent & { readonly kind: 'delta' } => ({
  kind: 'delta',
  ticker: ticker(name),
  side,
  price: price(at),
  change: quantity(change),
  exchangeAt: exchangeAt === null ? null : epochMs(exchangeAt),
});

const levels = (pairs: readonly (readonly [number, number])[]): readonly Level[] =>
  pairs.map(([at, size]) => [price(at), quantity(size)]);

export const someSettings: ValuationSettings = {
  mispricingThreshold: 0.08,
  minEdge: 0.08,
  exitEdge: null,
  maxEdge: 0.3,
  minCandidates: 0,
  fallbackThreshold: 0.02,
  adaptive: null,
  feeMarginBps: 15,
  slippageBps: 20,
  kellyFraction: 0.25,
  maxTradesPerCycle: 5,
  maxFractionPerTrade: 0.05,
  maxTotalFractionPerCycle: 0.2,
  minFractionPerTrade: 0,
  enforceEventMutex: true,
  maxFractionPerEvent: 0.06,
  maxFractionPerUnderlyingDay: 0.12,
  maxGrossFraction: 1,
  maxDepthShare: 0.25,
  forceTestCandidate: false,
  closesTooSoonMs: 60_000,
  maxDaysToClose: 30,
  cashUnit: micros(100),
  allowHeuristic: true,
};

export const aVerdict = (name: string, changes: Partial<Verdict> = {}): Verdict => ({
  ticker: ticker(name),
  side: 'yes',
  model: 'heuristic',
  fair: probability(0.6),
  sigma: 0.05,
  mid2: 10_000,
  cost: 0.53,
  edge: 0.05,
  edgePerDay: 0.1,
  threshold: 0.08,
  confidence: 0.5,
  kelly: 0.1,
  fraction: 0,
  taken: false,
  reason: 'below_threshold',
  word: null,
  noSignal: null,
  quoteAgeMs: durationMs(0),
  volume24h: quantity(0),
  vertical: 'other',
  ...changes,
});

export const anAllocation = (name: string, changes: Partial<Allocation> = {}): Allocation => ({
  ticker: ticker(name),
  shard: shard(0),
  side: 'yes',
  fair: probability(0.65),
  edge: 0.1,
  limit: price(5_200),
  count: quantity(100),
  worstCost: micros(550_000),
  reason: 'taken',
  ...changes,
});

/** What is known of a market that nobody asked about. */
export const noEvidence: MarketEvidence = { evidence: null, noSignal: 'not_asked', ageMs: null };

/** A market as a window hands it on: quoted, and nobody was asked about it. */
export const aSelectedMarket = (
  name: string,
  changes: Partial<SelectedMarket> = {},
): SelectedMarket => ({
  market: aListedMarket(name),
  summary: aSummary(name),
  book: aShot(),
  siblings: [],
  evidence: noEvidence,
  judgement: noJudgement,
  ...changes,
});

export const aSelection = (index: number, markets: readonly SelectedMarket[]): Selection => ({
  window: aWindow(index, []),
  catalog: aCatalog([]),
  markets,
  dropped: {},
});

/** What a calibration made of the crypto model; all other weights are those a new ledger starts with. */
export const aLearnt = (terms: BlendTerms): Learnt => ({
  table: { ...startingBlend, 'crypto/crypto': terms },
  parts: [{ model: 'crypto', vertical: 'crypto', snapshots: 300, events: 100, kept: null, terms }],
});

/** What a page is told first of a live run on the simulated exchange. */
export const aRunMessage: FeedRun = {
  kind: 'run',
  mode: 'live',
  venue: 'paper_sim',
  environment: 'loopback',
  account: 'main',
  run: 1,
  version: 'test',
  speed: 1,
};
