import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  micros,
  type Probability,
  quantity,
  seriesTicker,
  ticker,
} from '../../src/domain/units.js';
import { fairOf } from '../../src/domain/walk.js';
import type { Holding, ValuationJob, ValuationSettings } from '../../src/messages/valuation.js';
import type { SelectedMarket } from '../../src/messages/window.js';
import { allocate, type Sized } from '../../src/valuation/allocate.js';
import { candidatesOf } from '../../src/valuation/candidates.js';
import { confidenceOf } from '../../src/valuation/confidence.js';
import { betterSide, termsOf } from '../../src/valuation/edge.js';
import { jointKelly } from '../../src/valuation/joint-kelly.js';
import { kellyFraction } from '../../src/valuation/kelly.js';
import { underlyingDayOf } from '../../src/valuation/underlying.js';
import type { Valued } from '../../src/valuation/value-one.js';
import { at, eventOf, jobOf, type Quoted } from './sample.js';

// Goal: legs of which only one can win are one bet under one budget; every cap holds, whatever is held.
type Belief = {
  readonly name: string;
  readonly bid: number;
  readonly ask: number;
  readonly fair: number;
  readonly sigma?: number;
  readonly model?: string;
  readonly size?: number;
  readonly isExclusive?: boolean;
};

const deep = 10_000_000;
const loose: Partial<ValuationSettings> = {
  mispricingThreshold: 0.01,
  minEdge: 0.01,
  maxEdge: 1,
  feeMarginBps: 0,
  slippageBps: 0,
  minFractionPerTrade: 0,
  maxFractionPerTrade: 1,
  maxFractionPerEvent: 1,
  maxFractionPerUnderlyingDay: 1,
  maxTotalFractionPerCycle: 1,
  maxTradesPerCycle: 20,
  maxDepthShare: 1,
  kellyFraction: 1,
};

function setUp(
  beliefs: readonly Belief[],
  over: Partial<ValuationSettings>,
  rest: Partial<Omit<ValuationJob, 'settings'>> = {},
): { job: ValuationJob; valued: readonly Valued[] } {
  const markets = beliefs.flatMap(({ name, bid, ask, size = deep, isExclusive = true }) =>
    eventOf([
      {
        name,
        bid,
        ask,
        size,
        market: {
          mutuallyExclusive: isExclusive,
          seriesTicker: seriesTicker(name.split('-')[0] ?? ''),
        },
      } satisfies Quoted,
    ]),
  );
  const job = jobOf(markets, { ...rest, settings: { ...loose, ...over } });
  const valued = beliefs.map(({ fair, sigma = 0.02, model = 'heuristic' }, i): Valued => {
    const selected = markets[i] as SelectedMarket;
    const terms = termsOf(selected, job.settings, at);
    const best = terms === null ? null : betterSide(selected, fair, terms);
    const confidence = best === null ? 0 : confidenceOf(best.edge, sigma);
    return {
      refused: best === null ? 'no_depth' : null,
      fair: { model: model as 'heuristic', fair: fair as Probability, sigma },
      noSignal: null,
      best,
      confidence,
      threshold: job.settings.mispricingThreshold,
      kelly: 0,
    };
  });
  return { job, valued };
}

function sizes(
  beliefs: readonly Belief[],
  over: Partial<ValuationSettings> = {},
  rest: Partial<Omit<ValuationJob, 'settings'>> = {},
): readonly (Sized | undefined)[] {
  const { job, valued } = setUp(beliefs, over, rest);
  const names = job.markets.map(({ market }) => market);
  const sized = allocate(job, valued, candidatesOf(valued, names, job.settings).ranked);
  return beliefs.map((_, i) => sized.get(i));
}
const fractionOf = (sized: Sized | undefined): number => (sized?.ok === true ? sized.fraction : 0);
const reasonOf = (sized: Sized | undefined): string =>
  sized === undefined ? 'no candidate' : sized.ok ? sized.allocation.reason : sized.reason;

/** Two brackets underpriced, one overpriced. */
const three: readonly Belief[] = [
  { name: 'KXHIGHNY-26JUN15-B1', bid: 2_000, ask: 2_200, fair: 0.3 },
  { name: 'KXHIGHNY-26JUN15-B2', bid: 1_800, ask: 2_000, fair: 0.25 },
  { name: 'KXHIGHNY-26JUN15-B3', bid: 3_500, ask: 3_700, fair: 0.2 },
];

describe('legs of an event', () => {
  it('are sized as the joint program says, when no book or cap is in the way', () => {
    const { job, valued } = setUp(three, {});
    const answer = jointKelly({
      probabilities: [0.3, 0.25, 0.2, 0.25],
      wealth: [1, 1, 1, 1],
      budget: 1,
      instruments: valued.map(({ best }, i) => ({
        cost: best?.cost ?? Number.NaN,
        cap: 1,
        pays: [0, 1, 2, 3].map((j) => (j === i) === (best?.side === 'yes')),
      })),
    });
    const sized = sizes(three, {});
    expect(sized.map(reasonOf)).toEqual(['taken', 'taken', 'taken']);
    expect(valued.map(({ best }) => best?.side)).toEqual(['yes', 'yes', 'no']);
    for (const [i, one] of sized.entries()) {
      const wanted = answer.ok ? (answer.value.shares[i] as number) : Number.NaN;
      expect(wanted).toBeGreaterThan(0.01);
      // Worst-case fees and whole contracts take a little.
      expect(fractionOf(one)).toBeLessThanOrEqual(wanted * (1 + 1e-9));
      expect(fractionOf(one)).toBeGreaterThan(wanted * 0.97);
    }
    expect(job.settings.enforceEventMutex).toBe(true);
  });

  it('share one budget, a quarter of Kelly, and count as trades', () => {
    const total = (over: Partial<ValuationSettings>) =>
      sizes(three, over).reduce((sum, one) => sum + fractionOf(one), 0);
    expect(total({})).toBeGreaterThan(0.3);
    expect(total({ kellyFraction: 0.25 })).toBeLessThanOrEqual(total({}) * 0.25 * 1.01);
    for (const cap of [
      { maxFractionPerEvent: 0.06 },
      { maxFractionPerUnderlyingDay: 0.06 },
      { maxGrossFraction: 0.06 },
      { maxTotalFractionPerCycle: 0.06 },
    ]) {
      expect(total(cap)).toBeLessThanOrEqual(0.06);
      expect(total(cap)).toBeGreaterThan(0.055);
    }
    const two = sizes(three, { maxTradesPerCycle: 2 }).map(reasonOf);
    expect(two.filter((reason) => reason === 'taken')).toHaveLength(2);
    expect(two).toContain('trades_per_cycle');
  });

  it('are each for themselves with the mutex off, and only one when they do not exclude each other', () => {
    const alone = three.map((belief) => fractionOf(sizes([belief])[0]));
    const off = sizes(three, { enforceEventMutex: false });
    expect(off.map(fractionOf)).toEqual(alone);
    const ladder = three.map((belief) => ({ ...belief, isExclusive: false }));
    expect(sizes(ladder).map(reasonOf).sort()).toEqual(['event_mutex', 'event_mutex', 'taken']);
  });

  it('that contradict the ones before stay out', () => {
    const sure = three.map((belief, i) => (i < 2 ? { ...belief, fair: 0.55 + i * 0.01 } : belief));
    expect(sizes(sure).map(reasonOf)).toEqual(['event_mutex', 'taken', 'below_min_fraction']);
  });

  it('too small to be worth it give way, and who is left alone is a single bet', () => {
    const lean = { kellyFraction: 0.25, maxFractionPerEvent: 0.06, minFractionPerTrade: 0.05 };
    const left = sizes(three, lean);
    const kept = left.findIndex((one) => one?.ok === true);
    expect(left.filter((one) => one?.ok === true)).toHaveLength(1);
    expect(left.map(reasonOf).filter((reason) => reason === 'below_min_fraction')).toHaveLength(2);
    expect(fractionOf(left[kept])).toBe(fractionOf(sizes([three[kept] as Belief], lean)[0]));
  });

  it('shrink when the book cannot give the leg that hedged them', () => {
    const [first, second] = three as readonly [Belief, Belief];
    const both = sizes([first, second]);
    const thin = sizes([first, { ...second, size: 2_000 }]);
    const none = sizes([first, { ...second, size: 20 }]);
    expect(fractionOf(thin[1])).toBeLessThan(fractionOf(both[1]) / 10);
    expect(fractionOf(thin[0])).toBeLessThan(fractionOf(both[0]));
    expect(reasonOf(none[1])).toBe('no_depth');
    expect(fractionOf(none[0])).toBe(fractionOf(sizes([first])[0]));
  });

  it('ask for nothing more once they are held, and for less when another outcome is', () => {
    const held = (fractions: readonly (Sized | undefined)[]): Holding[] =>
      fractions.flatMap((one) => {
        if (one?.ok !== true) return [];
        const { ticker: name, side, count, worstCost } = one.allocation;
        return [
          { ticker: name, position: quantity(side === 'yes' ? count : 0 - count), cost: worstCost },
        ];
      });
    const first = sizes(three);
    const again = sizes(three, { minFractionPerTrade: 0.005 }, { holdings: held(first) });
    expect(again.map(reasonOf)).toEqual(['holding', 'holding', 'holding']);
    const other: Holding = {
      ticker: ticker('KXHIGHNY-26JUN15-B9'),
      position: quantity(100_000),
      cost: micros(300_000_000),
    };
    // Nobody says what the other market is worth, so what it cost is gone.
    const after = sizes(three, {}, { holdings: [other] });
    const sum = (all: readonly (Sized | undefined)[]) =>
      all.reduce((x, one) => x + fractionOf(one), 0);
    expect(sum(after)).toBeLessThan(sum(first));
    expect(sum(after)).toBeGreaterThan(sum(first) * 0.9);
    const capped = sizes(three, { maxFractionPerEvent: 0.06 }, { holdings: [other] });
    expect(sum(capped)).toBeLessThanOrEqual(0.03);
  });

  it.each([
    ['maxFractionPerEvent', 'per_event_cap'],
    ['maxFractionPerUnderlyingDay', 'per_underlying_cap'],
    ['maxGrossFraction', 'gross_cap'],
    ['maxTotalFractionPerCycle', 'per_cycle_cap'],
  ])('are refused by name when %s is used up or not a number', (name, reason) => {
    for (const value of [0, Number.NaN, -1])
      for (const beliefs of [three, three.slice(0, 1)])
        for (const one of sizes(beliefs, { [name]: value })) expect(reasonOf(one)).toBe(reason);
  });

  it('refuse NaN wherever it comes from', () => {
    for (const broken of [
      { kellyFraction: Number.NaN },
      { maxFractionPerTrade: Number.NaN },
      { minFractionPerTrade: Number.NaN },
      { maxDepthShare: Number.NaN },
      { maxTradesPerCycle: Number.NaN },
    ])
      for (const one of sizes(three, broken)) expect(one?.ok).toBe(false);
    for (const one of sizes(three, {}, { bankroll: Number.NaN as never }))
      expect(one?.ok).toBe(false);
    const odd = { ticker: ticker('KXHIGHNY-26JUN15-B1'), position: Number.NaN, cost: 0 } as Holding;
    for (const one of sizes(three, {}, { holdings: [odd] })) expect(one?.ok).toBe(false);
  });
});

describe('what a model’s word is worth', () => {
  const [first] = three as readonly [Belief];
  const share = (model: string, sigma: number, kelly = 1): number =>
    fractionOf(sizes([{ ...first, model, sigma }], { kellyFraction: kelly })[0]);

  it('shrinks by e²/(e² + s²) at the posterior mean, but not for the heuristic', () => {
    expect(share('heuristic', 0.01)).toBe(share('heuristic', 0.2));
    const { valued } = setUp([first], {});
    const { cost = Number.NaN, edge = Number.NaN } = valued[0]?.best ?? {};
    for (const sigma of [0.02, 0.05, 0.1]) {
      const expected = confidenceOf(edge, sigma) * kellyFraction(fairOf('yes', first.fair), cost);
      expect(share('weather', sigma)).toBeGreaterThan(expected * 0.97);
      expect(share('weather', sigma)).toBeLessThanOrEqual(expected);
    }
    expect(share('weather', Number.NaN)).toBe(0);
  });

  it('is a tenth of Kelly at most for Claude, and for whoever is unknown', () => {
    expect(share('claude', 0, 0.25)).toBeLessThanOrEqual(share('weather', 0, 0.25) * 0.41);
    expect(share('claude', 0, 0.05)).toBe(share('weather', 0, 0.05));
    expect(share('rumour', 0, 0.25)).toBe(share('claude', 0, 0.25));
    const mixed = three.map((belief, i) => ({
      ...belief,
      sigma: 0,
      model: i === 0 ? 'claude' : 'weather',
    }));
    const all = three.map((belief) => ({ ...belief, sigma: 0, model: 'claude' }));
    expect(sizes(mixed, { kellyFraction: 0.25 }).map(fractionOf)).toEqual(
      sizes(all, { kellyFraction: 0.25 }).map(fractionOf),
    );
  });
});

const caps = {
  maxFractionPerTrade: fc.constantFrom(0.02, 0.06, 0.3),
  maxFractionPerEvent: fc.constantFrom(0, 0.03, 0.06, 0.2, 0.5),
  maxFractionPerUnderlyingDay: fc.constantFrom(0.02, 0.12, 1),
  maxGrossFraction: fc.constantFrom(0.05, 0.3, 1),
  maxTotalFractionPerCycle: fc.constantFrom(0.02, 0.2, 1),
  minFractionPerTrade: fc.constantFrom(0, 0.005),
  maxTradesPerCycle: fc.nat({ max: 8 }),
  kellyFraction: fc.constantFrom(0.25, 1),
  enforceEventMutex: fc.boolean(),
  maxDepthShare: fc.constantFrom(0.25, 1),
};
const rows = fc.array(
  fc.record({
    event: fc.constantFrom(
      'KXHIGHNY-26JUN15',
      'KXHIGHNY-26JUN15',
      'KXHIGHNY-26JUN15',
      'KXLOWTNYC-26JUN15',
      'KXHIGHNY-26JUN16',
      'KXBTC-26JUN1517',
      'KXFED-26JUN',
    ),
    bid: fc.integer({ min: 2, max: 25 }),
    spread: fc.integer({ min: 1, max: 5 }),
    // Cents beside the mid.
    off: fc.oneof(
      { weight: 9, arbitrary: fc.integer({ min: -10, max: 20 }) },
      { weight: 1, arbitrary: fc.constant(Number.NaN) },
    ),
    model: fc.constantFrom('heuristic', 'weather', 'claude'),
    size: fc.integer({ min: 100, max: 2_000_000 }),
    held: fc.oneof(
      { weight: 4, arbitrary: fc.constant(0) },
      { weight: 1, arbitrary: fc.integer({ min: -20_000, max: 20_000 }) },
    ),
  }),
  { minLength: 2, maxLength: 14 },
);

describe('all caps together', () => {
  it('hold for every allocation, joint or single, with what is held', () => {
    let joint = 0;
    fc.assert(
      fc.property(rows, fc.record(caps), (all, over) => {
        const beliefs = all.map(
          ({ event, bid, spread, off, ...each }, i): Belief => ({
            ...each,
            fair: Math.max(0.01, (bid + spread / 2 + off) / 100),
            name: `${event}-B${i}`,
            bid: bid * 100,
            ask: (bid + spread) * 100,
          }),
        );
        const holdings = all.flatMap(({ held, bid, event }, i): Holding[] =>
          held === 0
            ? []
            : [
                {
                  ticker: ticker(`${event}-B${i}`),
                  position: quantity(held),
                  cost: micros(Math.abs(held) * bid * 100),
                },
              ],
        );
        const { job } = setUp(beliefs, over, { holdings });
        const share = (amount: number) => amount / job.bankroll;
        const byEvent = new Map<string, number>();
        const byUnderlying = new Map<string, number>();
        const taken = new Map<string, number>();
        let gross = 0;
        const count = (market: SelectedMarket['market'], cost: number): void => {
          gross += cost;
          byEvent.set(market.eventTicker, (byEvent.get(market.eventTicker) ?? 0) + cost);
          const on = underlyingDayOf(market);
          const key = on === null ? '' : `${on.underlying} ${on.day}`;
          if (on !== null) byUnderlying.set(key, (byUnderlying.get(key) ?? 0) + cost);
        };
        const marketOf = (name: string) =>
          (job.markets.find(({ market }) => market.ticker === name) as SelectedMarket).market;
        for (const { ticker: name, cost } of holdings) count(marketOf(name), cost);
        const before = { gross, byEvent: new Map(byEvent), byUnderlying: new Map(byUnderlying) };
        const bets = sizes(beliefs, over, { holdings }).flatMap((one) =>
          one?.ok === true ? [one] : [],
        );
        let spent = 0;
        for (const { allocation, fraction } of bets) {
          const market = marketOf(allocation.ticker);
          const own = holdings.find((holding) => holding.ticker === allocation.ticker)?.cost ?? 0;
          count(market, allocation.worstCost);
          spent += allocation.worstCost;
          taken.set(market.eventTicker, (taken.get(market.eventTicker) ?? 0) + 1);
          expect(Number.isNaN(allocation.fair)).toBe(false);
          expect(fraction).toBeCloseTo(share(allocation.worstCost), 12);
          expect(share(allocation.worstCost + own)).toBeLessThanOrEqual(
            over.maxFractionPerTrade + 1e-12,
          );
        }
        expect(bets.length).toBeLessThanOrEqual(over.maxTradesPerCycle);
        expect(share(spent)).toBeLessThanOrEqual(over.maxTotalFractionPerCycle + 1e-12);
        // Where something was over its cap before, nothing may be added.
        const within = (now: number, was: number, cap: number) =>
          expect(share(now)).toBeLessThanOrEqual(Math.max(cap, share(was)) + 1e-12);
        within(gross, before.gross, over.maxGrossFraction);
        for (const [event, cost] of byEvent)
          within(cost, before.byEvent.get(event) ?? 0, over.maxFractionPerEvent);
        for (const [key, cost] of byUnderlying)
          within(cost, before.byUnderlying.get(key) ?? 0, over.maxFractionPerUnderlyingDay);
        if (over.enforceEventMutex && [...taken.values()].some((legs) => legs > 1)) joint += 1;
      }),
      { numRuns: 500 },
    );
    // The property is about joint bets too, so there have to be some.
    expect(joint).toBeGreaterThan(30);
  });
});
