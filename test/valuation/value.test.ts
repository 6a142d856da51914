import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { worstCost } from '../../src/domain/fees.js';
import { micros, type Price, price, quantity, ticker } from '../../src/domain/units.js';
import { depthWithin } from '../../src/domain/walk.js';
import type { ValuationSettings, Verdict } from '../../src/messages/valuation.js';
import { allocate } from '../../src/valuation/allocate.js';
import { candidatesOf } from '../../src/valuation/candidates.js';
import { asksOf, betterSide, edgePerDay, termsOf } from '../../src/valuation/edge.js';
import { rewalk } from '../../src/valuation/rewalk.js';
import { valueMarkets, valueRange } from '../../src/valuation/value.js';
import type { Valued } from '../../src/valuation/value-one.js';
import { at, dear, eventOf, jobOf, settings } from './sample.js';

const markets = eventOf(dear);

const verdict = (over: Parameters<typeof jobOf>[1], selected = markets): Verdict => {
  const result = valueMarkets(jobOf(selected, over));
  expect(result.verdicts.map(({ ticker: name }) => name)).toEqual(
    selected.map(({ market }) => market.ticker),
  );
  return result.verdicts[3] as Verdict;
};

describe('valueMarkets', () => {
  it('takes the market its siblings contradict, and says why it refuses the rest', () => {
    const { verdicts, allocations } = valueMarkets(jobOf(markets));
    expect(allocations).toHaveLength(1);
    expect(allocations[0]).toMatchObject({
      ticker: 'KXHIGHNY-26JUN15-3',
      side: 'no',
      limit: 5_100,
      reason: 'taken',
    });
    expect(allocations[0]?.edge).toBeGreaterThan(0.08);
    expect(verdicts[3]).toMatchObject({ taken: true, reason: 'taken', side: 'no', mid2: 10_000 });
    expect(verdicts.filter(({ taken }) => taken)).toHaveLength(1);
    expect(verdicts[2]).toMatchObject({ taken: false, reason: 'below_threshold', fraction: 0 });
    expect(verdicts[2]?.fair).not.toBeNull();
    expect(verdicts[2]?.edge).not.toBeNull();
  });

  it('says what a day of locked capital earns, until the settlement timer has run out', () => {
    const { verdicts } = valueMarkets(jobOf(markets));
    const { edge, cost, edgePerDay: perDay } = verdicts[3] as Verdict;
    // Closes in six hours, pays a minute later.
    expect(perDay).toBeCloseTo((edge as number) / (cost as number) / (361 / 1_440), 9);
    const { market } = markets[3] as (typeof markets)[number];
    expect(edgePerDay({ edge: 0.05, cost: 0.5 }, market, market.closeAt)).toBeCloseTo(144, 9);
    const late = (market.closeAt + market.settlementTimerMs) as typeof at;
    expect(edgePerDay({ edge: 0.05, cost: 0.5 }, market, late)).toBeNull();
    expect(edgePerDay({ edge: 0.05, cost: 0 }, market, at)).toBeNull();
    expect(edgePerDay({ edge: Number.NaN, cost: 0.5 }, market, at)).toBeNull();
    expect(edgePerDay({ edge: 0.05, cost: Number.NaN }, market, at)).toBeNull();
  });

  it('is the same in one piece, split, and after a passage through JSON', () => {
    const job = jobOf(markets);
    const whole = valueMarkets(job);
    expect(valueMarkets(JSON.parse(JSON.stringify(job)))).toEqual(whole);
    expect([...valueRange(job, 0, 2), ...valueRange(job, 2, 6)]).toEqual(valueRange(job, 0, 6));
  });

  it.each<[string, Parameters<typeof jobOf>[1], Verdict['reason']]>([
    [
      'barred',
      { barred: [{ ticker: ticker('KXHIGHNY-26JUN15-3'), reason: 'cooldown' }] },
      'cooldown',
    ],
    ['implausible', { settings: { maxEdge: 0.1 } }, 'edge_implausible'],
    ['too soon', { settings: { closesTooSoonMs: 7 * 3_600_000 } }, 'closes_too_soon'],
    ['too far', { settings: { maxDaysToClose: 0.2 } }, 'too_far'],
    ['threshold', { settings: { mispricingThreshold: 0.25 } }, 'below_threshold'],
    ['minimum edge', { settings: { minEdge: 0.25 } }, 'below_min_edge'],
    ['no trades', { settings: { maxTradesPerCycle: 0 } }, 'trades_per_cycle'],
    ['cycle cap', { settings: { maxTotalFractionPerCycle: 0.001 } }, 'per_cycle_cap'],
    ['minimum share', { settings: { minFractionPerTrade: 0.07 } }, 'below_min_fraction'],
    ['tiny bankroll', { bankroll: micros(1_000_000) }, 'too_small'],
    ['depth share', { settings: { maxDepthShare: 0.0001 } }, 'no_depth'],
    [
      'holding',
      {
        holdings: [
          {
            ticker: ticker('KXHIGHNY-26JUN15-3'),
            position: quantity(-120_000),
            cost: micros(600_000_000),
          },
        ],
      },
      'holding',
    ],
    ['NaN threshold', { settings: { mispricingThreshold: Number.NaN } }, 'below_threshold'],
    ['NaN minimum', { settings: { minEdge: Number.NaN } }, 'below_min_edge'],
    ['NaN maximum', { settings: { maxEdge: Number.NaN } }, 'edge_implausible'],
    ['NaN days', { settings: { maxDaysToClose: Number.NaN } }, 'too_far'],
    ['NaN kelly', { settings: { kellyFraction: Number.NaN } }, 'below_min_fraction'],
    ['NaN per trade', { settings: { maxFractionPerTrade: Number.NaN } }, 'below_min_fraction'],
    ['NaN per cycle', { settings: { maxTotalFractionPerCycle: Number.NaN } }, 'per_cycle_cap'],
    ['NaN trades', { settings: { maxTradesPerCycle: Number.NaN } }, 'trades_per_cycle'],
    ['NaN bankroll', { bankroll: Number.NaN as never }, 'below_min_fraction'],
    ['NaN margin', { settings: { feeMarginBps: Number.NaN } }, 'no_depth'],
  ])('%s refuses', (_, over, reason) => {
    expect(verdict(over)).toMatchObject({ taken: false, reason, fraction: 0 });
  });

  const changed = (over: Partial<(typeof markets)[number]>) =>
    markets.map((one, i) => (i === 3 ? { ...one, ...over } : one));
  it('refuses by trust, fees and missing quotes', () => {
    const one = markets[3] as (typeof markets)[number];
    const book = (trust: 'stale' | 'unknown' | 'listing') =>
      verdict({}, changed({ book: { ...one.book, trust } })).reason;
    expect(book('stale')).toBe('book_stale');
    expect(book('unknown')).toBe('no_book');
    expect(book('listing')).toBe('taken');
    const unpriced = changed({ market: { ...one.market, fees: null } });
    expect(verdict({}, unpriced)).toMatchObject({ reason: 'fees_unknown', edge: null });
    const empty = changed({ book: { ...one.book, yesAsks: [] } });
    expect(verdict({}, empty)).toMatchObject({ reason: 'no_signal', fair: null });
  });

  it('fills up from the fallback, but never below the absolute minimum', () => {
    const backfill = { mispricingThreshold: 0.25, minCandidates: 3 };
    expect(verdict({ settings: backfill })).toMatchObject({ taken: true, reason: 'backfill' });
    expect(verdict({ settings: { ...backfill, minEdge: 0.3 } }).reason).toBe('below_min_edge');
    expect(verdict({ settings: { ...backfill, minCandidates: 0 } }).reason).toBe('below_threshold');
  });

  it('injects one contract, deterministically, when asked for a test and nothing passes', () => {
    const over = {
      settings: { mispricingThreshold: 0.29, minEdge: 0.29, forceTestCandidate: true },
    };
    const { allocations, verdicts } = valueMarkets(jobOf(markets, over));
    expect(allocations).toHaveLength(1);
    expect(allocations[0]).toMatchObject({ count: 100, reason: 'forced_test' });
    expect(verdicts.filter(({ reason }) => reason === 'forced_test')).toHaveLength(1);
    expect(
      valueMarkets(jobOf(markets, { settings: { forceTestCandidate: true } })).allocations,
    ).toMatchObject([{ reason: 'taken' }]);
  });

  it('does not touch a second leg of an event unless told to', () => {
    const loose = { mispricingThreshold: -1, minEdge: -1, minFractionPerTrade: 0 };
    const reasons = (enforceEventMutex: boolean) =>
      valueMarkets(jobOf(markets, { settings: { ...loose, enforceEventMutex } })).verdicts.map(
        ({ reason }) => reason,
      );
    expect(reasons(true)).toContain('event_mutex');
    expect(reasons(false)).not.toContain('event_mutex');
  });
});

/** Markets of their own events with a fair value handed in, so that sizing is tested apart from opinion. */
const arbitrarySettings: fc.Arbitrary<Partial<ValuationSettings>> = fc.record({
  mispricingThreshold: fc.double({ min: 0, max: 0.15, noNaN: true }),
  minEdge: fc.double({ min: 0, max: 0.1, noNaN: true }),
  maxFractionPerTrade: fc.constantFrom(0, 0.01, 0.06, 0.1),
  maxEdge: fc.constantFrom(0.3, 1),
  maxTotalFractionPerCycle: fc.constantFrom(0.02, 0.07, 0.2, 1),
  minFractionPerTrade: fc.constantFrom(0, 0.005),
  maxTradesPerCycle: fc.nat({ max: 6 }),
  kellyFraction: fc.constantFrom(0.1, 0.25, 1),
  maxDepthShare: fc.constantFrom(0.1, 0.25, 1),
  enforceEventMutex: fc.boolean(),
  cashUnit: fc.constantFrom(micros(100), micros(10_000)),
});
const opinions = fc.array(
  fc.record({
    event: fc.nat({ max: 4 }),
    bid: fc.integer({ min: 1, max: 90 }),
    spread: fc.integer({ min: 1, max: 8 }),
    fair: fc.oneof(
      { weight: 5, arbitrary: fc.double({ min: 0.01, max: 0.99, noNaN: true }) },
      { weight: 1, arbitrary: fc.constant(Number.NaN) },
    ),
    sigma: fc.oneof(fc.double({ min: 0.005, max: 0.2, noNaN: true }), fc.constant(Number.NaN)),
    size: fc.integer({ min: 50, max: 200_000 }),
    held: fc.oneof(
      { weight: 3, arbitrary: fc.constant(0) },
      { weight: 1, arbitrary: fc.integer({ min: -20_000, max: 20_000 }) },
    ),
  }),
  { minLength: 1, maxLength: 12 },
);

describe('allocation', () => {
  it('never beats a cap, never takes NaN, and keeps the edge of every bet', () => {
    let bets = 0;
    fc.assert(
      fc.property(
        opinions,
        arbitrarySettings,
        fc.integer({ min: 20, max: 50_000 }),
        (rows, over, dollars) => {
          const selected = rows.flatMap(({ event, bid, spread, size }, i) =>
            eventOf([{ name: `E-${event}-${i}`, bid: bid * 100, ask: (bid + spread) * 100, size }]),
          );
          const job = jobOf(selected, {
            settings: over,
            bankroll: micros(dollars * 1_000_000),
            holdings: rows.map(({ held, bid }, i) => ({
              ticker: ticker(`E-${rows[i]?.event}-${i}`),
              position: quantity(held),
              cost: micros(Math.abs(held) * bid * 100),
            })),
          });
          const all = settings(over);
          const valued = rows.map(({ fair, sigma }, i): Valued => {
            const one = selected[i] as (typeof selected)[number];
            const terms = termsOf(one, all, at);
            const best = terms === null ? null : betterSide(one, fair, terms);
            return {
              refused: best === null ? 'no_depth' : null,
              fair: { model: 'heuristic', fair: fair as never, sigma },
              noSignal: null,
              best,
              confidence: Number.isNaN(sigma) ? 0 : 0.5,
              threshold: all.mispricingThreshold,
              kelly: 0,
            };
          });
          const { ranked } = candidatesOf(
            valued,
            selected.map(({ market }) => market),
            all,
          );
          const sized = allocate(job, valued, ranked);
          let spent = 0;
          let trades = 0;
          const events = new Set<string>();
          for (const { index, threshold } of ranked) {
            const result = sized.get(index);
            if (result?.ok !== true) continue;
            const { side, limit, count, worstCost: worst, edge } = result.allocation;
            const one = selected[index] as (typeof selected)[number];
            bets += 1;
            trades += 1;
            spent += worst;
            expect(Number.isNaN(rows[index]?.fair)).toBe(false);
            expect(edge).toBeGreaterThanOrEqual(Math.max(threshold, all.minEdge));
            expect(worst).toBeLessThanOrEqual(all.maxFractionPerTrade * job.bankroll);
            expect(count % 100).toBe(0);
            expect(count).toBeLessThanOrEqual(
              depthWithin(asksOf(one, side), limit) * all.maxDepthShare,
            );
            const terms = termsOf(one, all, at);
            if (terms !== null)
              expect(worst).toBe(worstCost(terms.fees, limit, count, all.cashUnit));
            if (all.enforceEventMutex) expect(events.has(one.market.eventTicker)).toBe(false);
            events.add(one.market.eventTicker);
          }
          expect(trades).toBeLessThanOrEqual(all.maxTradesPerCycle);
          expect(spent).toBeLessThanOrEqual(all.maxTotalFractionPerCycle * job.bankroll);
        },
      ),
      { numRuns: 300 },
    );
    // The property is about bets, so there have to be some.
    expect(bets).toBeGreaterThan(100);
  });

  it('ranks by edge × confidence and breaks ties by ticker', () => {
    const one = (edge: number, confidence: number): Valued => ({
      refused: null,
      fair: null,
      noSignal: null,
      best: { side: 'yes', cost: 0.5, edge },
      confidence,
      threshold: 0.08,
      kelly: 0,
    });
    const valued = [one(0.1, 0.5), one(0.2, 0.5), one(0.1, 0.5), one(0.12, 0.9)];
    const names = ['D', 'C', 'A', 'B'].map((name) => ({ ticker: name }));
    const { ranked } = candidatesOf(valued, names, settings());
    expect(ranked.map(({ index }) => names[index]?.ticker)).toEqual(['B', 'C', 'A', 'D']);
  });
});

describe('rewalk', () => {
  const job = jobOf(markets);
  const [allocation] = valueMarkets(job).allocations;
  const one = markets[3];
  if (allocation === undefined || one === undefined) throw new Error('expected a bet');
  const again = (noAsks: readonly (readonly [Price, ReturnType<typeof quantity>])[]) =>
    rewalk(allocation, one.market, { ...one.book, noAsks }, job, at);

  it('keeps the bet on an unchanged book', () => {
    const same = again(one.book.noAsks);
    expect(same).toMatchObject({
      ok: true,
      value: { count: allocation.count, limit: allocation.limit },
    });
  });
  it('never grows on a better book, shrinks on a thinner one, refuses a dearer one', () => {
    const better = again([[price(4_800), quantity(10_000_000)]]);
    expect(better.ok && better.value.count).toBeLessThanOrEqual(allocation.count);
    expect(better.ok && better.value.limit).toBeLessThanOrEqual(allocation.limit);
    const thin = again([[price(5_100), quantity(4_000)]]);
    expect(thin).toMatchObject({ ok: true, value: { count: 1_000 } });
    expect(again([[price(6_500), quantity(10_000)]])).toEqual({ ok: false, error: 'no_depth' });
    expect(again([])).toEqual({ ok: false, error: 'no_depth' });
  });
});
