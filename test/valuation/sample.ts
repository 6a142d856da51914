import type { ListedMarket, StrikeType } from '../../src/domain/market.js';
import {
  durationMs,
  epochMs,
  eventTicker,
  micros,
  type Price,
  price,
  quantity,
  seriesTicker,
  shard,
  ticker,
} from '../../src/domain/units.js';
import { noJudgement } from '../../src/messages/inference.js';
import type { ValuationJob, ValuationSettings } from '../../src/messages/valuation.js';
import type { MarketSummary, SelectedMarket, Sibling } from '../../src/messages/window.js';
import { startingBlend } from '../../src/valuation/blend.js';
import { noEvidence } from '../support/fixtures.js';

/** Builders of plausible messages for tests of valuation; every field can be overridden. */

export const at = epochMs(1_790_000_000_000);

export const settings = (over: Partial<ValuationSettings> = {}): ValuationSettings => ({
  mispricingThreshold: 0.08,
  minEdge: 0.08,
  maxEdge: 0.3,
  exitEdge: null,
  minCandidates: 0,
  fallbackThreshold: 0.02,
  adaptive: null,
  feeMarginBps: 15,
  slippageBps: 20,
  kellyFraction: 0.25,
  maxTradesPerCycle: 5,
  maxFractionPerTrade: 0.06,
  maxTotalFractionPerCycle: 0.2,
  minFractionPerTrade: 0.005,
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
  ...over,
});

export const listed = (name: string, over: Partial<ListedMarket> = {}): ListedMarket => ({
  ticker: ticker(name),
  eventTicker: eventTicker(over.eventTicker ?? name.split('-').slice(0, 2).join('-')),
  title: '',
  yesSubTitle: '',
  status: 'active',
  openAt: epochMs(at - 3_600_000),
  closeAt: epochMs(at + 6 * 3_600_000),
  settlementTimerMs: durationMs(60_000),
  strikeType: 'none',
  floorStrike: null,
  capStrike: null,
  rulesPrimary: '',
  priceRanges: [{ start: price(0), end: price(10_000), step: 100 as Price }],
  shard: shard(0),
  volume: quantity(1_000_000),
  volume24h: quantity(500_000),
  openInterest: quantity(100_000),
  quote: { yesBid: null, yesBidSize: quantity(0), yesAsk: null, yesAskSize: quantity(0) },
  isMultivariate: false,
  isProvisional: false,
  feeWaiverUntil: null,
  settlementValue: null,
  seriesTicker: seriesTicker('KXTEST'),
  vertical: 'other',
  mutuallyExclusive: false,
  settlementSources: [],
  fees: { type: 'quadratic', multiplierPpm: 1_000_000 },
  ...over,
});

export const summaryOf = (
  name: string,
  bid: number | null,
  ask: number | null,
  over: Partial<MarketSummary> = {},
): MarketSummary => ({
  ticker: ticker(name),
  firstBid: bid as Price | null,
  firstAsk: ask as Price | null,
  bid: bid as Price | null,
  ask: ask as Price | null,
  midHigh2: null,
  midLow2: null,
  midMean2: null,
  spread: bid !== null && ask !== null ? ((ask - bid) as Price) : null,
  bidDepth: quantity(10_000),
  askDepth: quantity(10_000),
  trades: 0,
  volume: quantity(0),
  lastTradePrice: null,
  changes: 0,
  gaps: 0,
  trust: 'fresh',
  ageMs: durationMs(100),
  ...over,
});

export type Quoted = {
  readonly name: string;
  readonly bid: number | null;
  readonly ask: number | null;
  readonly strikeType?: StrikeType;
  readonly floor?: number;
  readonly cap?: number;
  readonly market?: Partial<ListedMarket>;
  readonly summary?: Partial<MarketSummary>;
  /** Contracts × 100 on each of three levels a cent apart. */
  readonly size?: number;
};

const levels = (best: number | null, size: number): [Price, ReturnType<typeof quantity>][] => {
  if (best === null) return [];
  return [0, 100, 200]
    .filter((up) => best + up < 10_000)
    .map((up) => [price(best + up), quantity(size)]);
};

/** The markets of one event with their books, each seeing all as siblings. */
export function eventOf(quotes: readonly Quoted[]): SelectedMarket[] {
  const siblings = quotes.map(
    (quoted): Sibling => ({
      ticker: ticker(quoted.name),
      strikeType: quoted.strikeType ?? 'none',
      floorStrike: quoted.floor ?? null,
      capStrike: quoted.cap ?? null,
      bid: quoted.bid as Price | null,
      ask: quoted.ask as Price | null,
    }),
  );
  return quotes.map((quoted): SelectedMarket => {
    const { name, bid, ask, size = 100_000 } = quoted;
    return {
      market: listed(name, {
        strikeType: quoted.strikeType ?? 'none',
        floorStrike: quoted.floor ?? null,
        capStrike: quoted.cap ?? null,
        ...quoted.market,
      }),
      summary: summaryOf(name, bid, ask, quoted.summary),
      book: {
        yesAsks: levels(ask, size),
        noAsks: levels(bid === null ? null : 10_000 - bid, size),
        trust: 'fresh',
        ageMs: durationMs(100),
      },
      siblings,
      evidence: noEvidence,
      judgement: noJudgement,
    };
  });
}

export const jobOf = (
  markets: readonly SelectedMarket[],
  over: Partial<Omit<ValuationJob, 'settings'>> & { settings?: Partial<ValuationSettings> } = {},
): ValuationJob => ({
  cycle: 1,
  at,
  bankroll: micros(10_000_000_000),
  holdings: [],
  barred: [],
  blend: startingBlend,
  markets,
  ...over,
  settings: settings(over.settings),
});

/** Six brackets in which the fourth is 20 cents too dear: buying its NO is the trade. */
export const dear: readonly Quoted[] = (
  [
    ['less', undefined, 76, null, 600],
    ['between', 76, 77, 1_500, 1_700],
    ['between', 78, 79, 3_200, 3_400],
    ['between', 80, 81, 4_900, 5_100],
    ['between', 82, 83, 1_200, 1_400],
    ['greater', 83, undefined, 200, 400],
  ] as const
).map(([strikeType, floor, cap, bid, ask], i) => ({
  name: `KXHIGHNY-26JUN15-${i}`,
  strikeType,
  ...(floor === undefined ? {} : { floor }),
  ...(cap === undefined ? {} : { cap }),
  bid,
  ask,
}));
