import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
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
import { type CostSplit, type Explanation, explain } from '../../src/valuation/explain.js';
import { clipFair, expit, logit, pool } from '../../src/valuation/numbers.js';
import { valueMarkets } from '../../src/valuation/value.js';
import { at, eventOf, jobOf, type Quoted } from './sample.js';

// Goal: an explanation never says anything but what was decided, and its numbers add up to the verdict.
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
const jobs: fc.Arbitrary<ValuationJob> = fc
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

const addsUp = (split: CostSplit): void => {
  expect(split.price + split.fee + split.slippage + split.margin).toBeCloseTo(split.cost, 9);
  expect(split.fair - split.cost).toBeCloseTo(split.edge, 12);
};

describe('an explanation', () => {
  it('is of the very verdict that is decided, and its numbers lead there', () => {
    const seen = new Map<string, number>();
    const saw = (what: string): void => void seen.set(what, (seen.get(what) ?? 0) + 1);
    fc.assert(
      fc.property(jobs, (job) => {
        const { verdicts, allocations } = valueMarkets(job);
        for (const [index, verdict] of verdicts.entries()) {
          // Refusals are many and alike: one of them a job, and every bet.
          if (!verdict.taken && index !== job.markets.length - 1) continue;
          const told = explain(job, index) as Explanation;
          expect(told.verdict).toEqual(verdict);
          expect(told.order?.allocation).toEqual(
            allocations.find((each) => each.ticker === verdict.ticker),
          );
          check(job, told, saw);
        }
      }),
      { numRuns: 250 },
    );
    // A chain that never came about has not been checked.
    for (const what of [
      'pooled weather',
      'pooled claude',
      'unheard',
      'order',
      'joint',
      'refused size',
    ])
      expect(seen.get(what) ?? 0, what).toBeGreaterThan(5);
    for (const binding of ['kelly', 'book', 'per_trade_cap', 'per_event_cap', 'gross_cap'])
      expect(seen.get(binding), binding).toBeGreaterThan(0);
  }, 60_000);

  it('is nothing for a market that is not there', () => {
    expect(explain(jobOf([]), 0)).toBeNull();
  });
});

function check(job: ValuationJob, told: Explanation, saw: (what: string) => void): void {
  const { verdict, opinion, order, size } = told;
  expect(opinion.fair?.fair ?? null).toBe(verdict.fair);
  expect(opinion.fair?.sigma ?? null).toBe(verdict.sigma);
  for (const split of [told.yes, told.no, order?.split]) if (split != null) addsUp(split);

  if (told.pool !== null && opinion.fair !== null) {
    const { weight, anchor, calibrated, shift, moved } = told.pool;
    const isHeld = Math.abs(moved) < Math.abs(shift) - 1e-9;
    if (isHeld) saw('held back');
    const price = clipFair(anchor.fair);
    const expected = isHeld ? expit(logit(price) + moved) : pool(price, calibrated, weight);
    expect(opinion.fair.fair).toBeCloseTo(weight === 0 ? anchor.fair : expected, 12);
    if (isHeld) expect(Math.abs(moved)).toBeCloseTo(1, 9);
    saw(weight > 0 ? `pooled ${opinion.word?.model}` : 'unheard');
  }

  const edges = [told.yes, told.no].flatMap((split) => (split === null ? [] : [split.edge]));
  const shown = order?.split ?? (verdict.side === null ? null : told[verdict.side]);
  expect(shown?.edge ?? null).toBe(verdict.edge);
  expect(shown?.cost ?? null).toBe(verdict.cost);
  if (verdict.side !== null && verdict.sigma !== null) {
    const first = told[verdict.side]?.edge ?? Number.NaN;
    expect(first).toBe(Math.max(...edges));
    const multiplier = first > 0 ? first ** 2 / (first ** 2 + verdict.sigma ** 2) : 0;
    expect(told.confidence).toBeCloseTo(multiplier, 12);
    expect(verdict.confidence).toBe(told.confidence);
  }

  if (size !== null) {
    const rooms = size.caps.map(([, room]) => room);
    if (size.share > 0) expect(size.share).toBeLessThanOrEqual(Math.min(...rooms) + 1e-9);
    expect(size.share).toBeLessThanOrEqual(size.wanted + 1e-12);
    if (order === null) saw('refused size');
    if (size.jointLegs === null) expect(size.share).toBe(Math.min(size.wanted, ...rooms));
    else saw('joint');
    const { binding } = size;
    saw(binding);
    const cap = size.caps.find(([name]) => name === binding);
    if (cap !== undefined) expect(Math.max(cap[1], 0)).toBeCloseTo(Math.max(size.share, 0), 6);
    if (binding === 'kelly') expect(size.share).toBe(size.wanted);
  }
  if (order !== null) {
    saw('order');
    expect(order.split.count).toBe(order.allocation.count);
    if (size !== null)
      expect(order.allocation.worstCost).toBeLessThanOrEqual(size.share * job.bankroll + 1e-6);
  }
}
