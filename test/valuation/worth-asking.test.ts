import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Micros, micros, quantity } from '../../src/domain/units.js';
import type { BlendTable } from '../../src/messages/valuation.js';
import type { SelectedMarket } from '../../src/messages/window.js';
import { startingBlend } from '../../src/valuation/blend.js';
import { worthAsking } from '../../src/valuation/worth-asking.js';
import { at, eventOf, settings } from './sample.js';

// Goal: a question is worth what its answer could earn after every cost, and nothing where no answer could earn anything.
const bankroll = micros(10_000_000_000);
const market = (bid: number, ask: number, size = 100_000, change: Partial<SelectedMarket> = {}) => {
  const [one] = eventOf([{ name: 'KXA-B-C', bid, ask, size }]);
  if (one === undefined) throw new Error('no market');
  return { ...one, ...change };
};
const worth = (
  selected: SelectedMarket,
  change: Partial<ReturnType<typeof settings>> = {},
  blend: BlendTable = startingBlend,
  money: Micros = bankroll,
): number => worthAsking(selected, settings(change), blend, money, at);
const weighing = (weight: number, weightSigma = 0): BlendTable => ({
  claude: {
    ...(startingBlend['claude'] as NonNullable<BlendTable['claude']>),
    weight,
    weightThin: weight,
    weightSigma,
  },
});

describe('what asking is worth', () => {
  it('is nothing where its word would weigh nothing, or no word could pay for the fee', () => {
    expect(worth(market(4_800, 5_200))).toBeGreaterThan(0);
    // A spread over eight cents, a book that is not to be believed, no price, no fees, no weight.
    expect(worth(market(4_000, 5_000))).toBe(0);
    const here = market(4_800, 5_200);
    expect(worth({ ...here, book: { ...here.book, trust: 'stale' } })).toBe(0);
    expect(worth({ ...here, book: { ...here.book, yesAsks: [] } })).toBe(0);
    expect(worth({ ...here, market: { ...here.market, fees: null } })).toBe(0);
    expect(worth(here, {}, weighing(0))).toBe(0);
    expect(worth(here, {}, {})).toBe(0);
    // Whatever it said, it could not move this price by the threshold.
    expect(worth(here, {}, weighing(0.01))).toBe(0);
    expect(worth(here, { mispricingThreshold: 0.29, minEdge: 0.29 })).toBe(0);
    expect(worth(here, {}, weighing(Number.NaN))).toBe(0);
  });

  it('grows with the depth that is there, the money there is, and what history may still make of the weight', () => {
    expect(worth(market(4_800, 5_200, 20_000))).toBeLessThan(worth(market(4_800, 5_200, 40_000)));
    const deep = market(4_800, 5_200, 100_000_000);
    expect(worth(deep, {}, startingBlend, micros(10_000_000))).toBeLessThan(worth(deep));
    expect(worth(deep, {}, weighing(0.15, 0))).toBeLessThan(worth(deep, {}, weighing(0.15, 0.1)));
    expect(worth(deep, {}, weighing(0.6, 1))).toBe(worth(deep, {}, weighing(0.6, 0)));
    const thin = market(4_800, 5_200, 20_000);
    const share = (maxDepthShare: number): number => worth(thin, { maxDepthShare });
    expect(share(0.5)).toBeCloseTo(2 * share(0.25), 9);
    // A tenth of a cent off every edge opens as many bets, and each earns less.
    expect(worth(thin, { feeMarginBps: 25 })).toBeLessThan(worth(thin, { feeMarginBps: 15 }));
  });

  it('is never more than two cents a contract of the largest bet: a word that opens a wide edge is rare', () => {
    const cents = fc.integer({ min: 2, max: 95 });
    fc.assert(
      fc.property(
        cents,
        fc.integer({ min: 1, max: 8 }),
        fc.integer({ min: 1, max: 1e7 }),
        (bid, wide, size) => {
          const found = worth(market(bid * 100, (bid + wide) * 100, size));
          const contracts = (size / 100) * settings().maxDepthShare;
          expect(found).toBeGreaterThanOrEqual(0);
          expect(found).toBeLessThanOrEqual(contracts * 0.02);
          expect(Number.isFinite(found)).toBe(true);
        },
      ),
    );
  });

  it('counts the liquid as the least worth: a known price is hard to beat', () => {
    const thin = market(4_800, 5_200);
    const volume24h = quantity(10_000_000);
    const liquid = { ...thin, market: { ...thin.market, volume24h } };
    expect(worth(liquid)).toBeLessThan(
      worth({ ...thin, market: { ...thin.market, volume24h: quantity(1_000) } }),
    );
  });
});
