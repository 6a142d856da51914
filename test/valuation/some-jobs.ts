import fc from 'fast-check';
import {
  durationMs,
  epochMs,
  micros,
  probability,
  quantity,
  ticker,
} from '../../src/domain/units.js';
import type { MarketEvidence } from '../../src/messages/evidence.js';
import type { MarketJudgement } from '../../src/messages/inference.js';
import type { Holding, ValuationJob, ValuationSettings } from '../../src/messages/valuation.js';
import type { SelectedMarket } from '../../src/messages/window.js';
import { at, eventOf, jobOf, type Quoted } from './sample.js';

const hour = 3_600_000;

const weather = (fahrenheit: number, ageMs: number): MarketEvidence => ({
  evidence: {
    kind: 'weather',
    station: 'KNYC',
    quantity: 'daily_high',
    from: epochMs(at - 6 * hour),
    to: epochMs(at + 18 * hour),
    forecast: {
      issuedAt: epochMs(at - ageMs),
      hourly: Array.from({ length: 24 }, (_, i) => ({
        at: epochMs(at + (i - 6) * hour),
        fahrenheit: fahrenheit - Math.abs(i - 9),
      })),
    },
    sigmaF: null,
    observed: null,
    official: null,
  },
  noSignal: null,
  ageMs: durationMs(ageMs),
});

const judged = (p: number, ageMs: number): MarketJudgement => ({
  judgement: { p: probability(Math.min(p, 0.99)), sigma: 0.05, samples: 3 },
  refusal: null,
  ageMs: durationMs(ageMs),
});

const strikes = [
  { strikeType: 'less', cap: 76 },
  { strikeType: 'between', floor: 76, cap: 77 },
  { strikeType: 'between', floor: 78, cap: 79 },
  { strikeType: 'between', floor: 80, cap: 81 },
  { strikeType: 'between', floor: 82, cap: 83 },
  { strikeType: 'greater', floor: 83 },
] as const;

const quotes = fc.array(
  fc.record({
    bid: fc.integer({ min: 1, max: 60 }),
    spread: fc.integer({ min: 1, max: 10 }),
    size: fc.constantFrom(0, 300, 20_000, 3_000_000),
    isThin: fc.boolean(),
    trust: fc.constantFrom('fresh', 'fresh', 'fresh', 'listing', 'stale', 'unknown'),
    held: fc.constantFrom(0, 0, 0, 0, 5_000, -5_000),
  }),
  { minLength: strikes.length, maxLength: strikes.length },
);
const someSettings: fc.Arbitrary<Partial<ValuationSettings>> = fc.record({
  mispricingThreshold: fc.constantFrom(0.005, 0.01, 0.03),
  minEdge: fc.constantFrom(0.005, 0.02),
  maxEdge: fc.constantFrom(0.3, 0.9),
  exitEdge: fc.constantFrom(null, 0, 0.02),
  kellyFraction: fc.constantFrom(0.1, 0.25, 1),
  maxFractionPerTrade: fc.constantFrom(0.01, 0.06, 0.5),
  maxFractionPerEvent: fc.constantFrom(0.02, 0.06, 0.5),
  maxTotalFractionPerCycle: fc.constantFrom(0.02, 0.2, 1),
  maxGrossFraction: fc.constantFrom(0.03, 1),
  maxTradesPerCycle: fc.constantFrom(1, 5, 5, 5),
  minFractionPerTrade: fc.constantFrom(0, 0.005),
  enforceEventMutex: fc.constantFrom(true, true, true, false),
  forceTestCandidate: fc.boolean(),
  feeMarginBps: fc.constantFrom(0, 15, 15, 15, Number.NaN),
  adaptive: fc.constantFrom(null, {
    floor: 0.01,
    volumeRef: 50_000,
    spreadRef: 12,
    liquidityWeight: 0.55,
    spreadWeight: 0.25,
    confidenceWeight: 0.2,
  }),
});
/** Jobs of one event in which everything that can decide does so somewhere. */
export const jobs: fc.Arbitrary<ValuationJob> = fc
  .record({
    quotes,
    over: someSettings,
    isExclusive: fc.constantFrom(true, true, true, false),
    voice: fc.constantFrom('nobody', 'weather', 'weather', 'claude'),
    fahrenheit: fc.integer({ min: 70, max: 90 }),
    ageMs: fc.constantFrom(1_000, 3 * hour, 4 * hour),
    dollars: fc.constantFrom(50, 1_000, 100_000),
    isBarred: fc.boolean(),
  })
  .map(({ quotes: rows, over, isExclusive, voice, fahrenheit, ageMs, dollars, isBarred }) => {
    const names = rows.map((_, i) => `KXHIGHNY-26JUN15-B${i}`);
    const markets = eventOf(
      rows.map(
        ({ bid, spread, size, isThin }, i): Quoted => ({
          ...strikes[i],
          name: names[i] as string,
          bid: bid * 100,
          ask: (bid + spread) * 100,
          size,
          market: {
            vertical: 'weather',
            mutuallyExclusive: isExclusive,
            volume24h: quantity(isThin ? 100 : 500_000),
          },
        }),
      ),
    ).map(
      (one, i): SelectedMarket => ({
        ...one,
        book: { ...one.book, trust: rows[i]?.trust as SelectedMarket['book']['trust'] },
        ...(voice === 'weather' ? { evidence: weather(fahrenheit, ageMs) } : {}),
        ...(voice === 'claude' ? { judgement: judged((fahrenheit - 68) / 22, ageMs) } : {}),
      }),
    );
    return jobOf(markets, {
      settings: over,
      bankroll: micros(dollars * 1_000_000),
      barred: isBarred ? [{ ticker: ticker(names[2] as string), reason: 'cooldown' }] : [],
      holdings: rows.flatMap(({ held, bid }, i): Holding[] =>
        held === 0
          ? []
          : [
              {
                ticker: ticker(names[i] as string),
                position: quantity(held),
                cost: micros(Math.abs(held) * bid * 100),
              },
            ],
      ),
    });
  });
