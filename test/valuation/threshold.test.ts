import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quantity } from '../../src/domain/units.js';
import type { AdaptiveThreshold } from '../../src/messages/valuation.js';
import type { SelectedMarket } from '../../src/messages/window.js';
import { thresholdOf } from '../../src/valuation/threshold.js';
import { valueMarkets } from '../../src/valuation/value.js';
import { dear, eventOf, jobOf, settings } from './sample.js';

// Goal: the seed's formula, per market, visible in the verdict; off, everyone has the same threshold.
const adaptive: AdaptiveThreshold = {
  floor: 0.01,
  volumeRef: 50_000,
  spreadRef: 12,
  liquidityWeight: 0.55,
  spreadWeight: 0.25,
  confidenceWeight: 0.2,
};
const one = (contracts: number, bid: number | null, ask: number | null): SelectedMarket =>
  eventOf([
    { name: 'A-B-C', bid, ask, market: { volume: quantity(contracts * 100) } },
  ])[0] as SelectedMarket;
const on = (over: Partial<AdaptiveThreshold> = {}) =>
  settings({ adaptive: { ...adaptive, ...over } });

describe('a threshold', () => {
  it.each`
    contracts  | bid      | ask      | confidence | expected
    ${50_000}  | ${4_999} | ${5_001} | ${1}       | ${0.08 - 0.07 * (0.55 + 0.25 * (1 - 0.02 / 12) + 0.2)}
    ${500_000} | ${4_900} | ${5_100} | ${0.5}     | ${0.08 - 0.07 * (0.55 + (0.25 * 10) / 12 + 0.1)}
    ${25_000}  | ${4_900} | ${5_100} | ${0.5}     | ${0.08 - 0.07 * (0.275 + (0.25 * 10) / 12 + 0.1)}
    ${0}       | ${4_000} | ${6_000} | ${0}       | ${0.08}
    ${0}       | ${4_400} | ${5_600} | ${0}       | ${0.08}
    ${0}       | ${null}  | ${5_600} | ${0}       | ${0.08}
    ${0}       | ${4_400} | ${null}  | ${1}       | ${0.08 - 0.07 * 0.2}
    ${0}       | ${6_000} | ${5_000} | ${0}       | ${0.08 - 0.07 * 0.25}
  `(
    'of $contracts contracts at $bid/$ask, confidence $confidence',
    ({ contracts, bid, ask, confidence, expected }) => {
      expect(thresholdOf(one(contracts, bid, ask), confidence, on())).toBeCloseTo(expected, 12);
      expect(thresholdOf(one(contracts, bid, ask), confidence, settings())).toBe(0.08);
    },
  );

  it('divides by the sum of the weights', () => {
    const double = on({ liquidityWeight: 1.1, spreadWeight: 0.5, confidenceWeight: 0.4 });
    const here = one(20_000, 4_900, 5_100);
    expect(thresholdOf(here, 0.3, double)).toBeCloseTo(thresholdOf(here, 0.3, on()), 12);
  });

  it('stays between floor and base, and NaN stays NaN', () => {
    const weight = fc.double({ min: 0.01, max: 1, noNaN: true });
    fc.assert(
      fc.property(
        fc.nat({ max: 1_000_000 }),
        fc.integer({ min: 1, max: 9_998 }),
        fc.integer({ min: 1, max: 9_998 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        weight,
        weight,
        (contracts, bid, ask, confidence, liquidityWeight, spreadWeight) => {
          const all = on({ liquidityWeight, spreadWeight });
          const threshold = thresholdOf(one(contracts, bid, ask), confidence, all);
          expect(threshold).toBeGreaterThanOrEqual(0.01 - 1e-12);
          expect(threshold).toBeLessThanOrEqual(0.08);
        },
      ),
    );
    const here = one(1, 4_900, 5_100);
    expect(thresholdOf(here, Number.NaN, on())).toBeNaN();
    expect(thresholdOf(here, 0, on({ floor: Number.NaN }))).toBeNaN();
    const weightless = on({ liquidityWeight: 0, spreadWeight: 0, confidenceWeight: 0 });
    expect(thresholdOf(here, 0, weightless)).toBeNaN();
  });

  it('makes a candidate of what the base would refuse, and says so in the verdict', () => {
    const markets = eventOf(
      dear.map((one) => ({ ...one, market: { volume: quantity(10_000_000) } })),
    );
    const base = { mispricingThreshold: 0.25, minEdge: 0.01 };
    const strict = valueMarkets(jobOf(markets, { settings: base }));
    expect(strict.allocations).toEqual([]);
    expect(strict.verdicts.map(({ threshold }) => threshold)).toEqual(markets.map(() => 0.25));
    const loose = valueMarkets(jobOf(markets, { settings: { ...base, adaptive } }));
    const [taken] = loose.verdicts.filter((verdict) => verdict.taken);
    expect(taken?.reason).toBe('taken');
    expect(taken?.threshold).toBeLessThan(0.1);
    expect(taken?.edge).toBeGreaterThanOrEqual(taken?.threshold ?? 1);
    const kept = valueMarkets(jobOf(markets, { settings: { ...base, minEdge: 0.24, adaptive } }));
    expect(kept.allocations).toEqual([]);
    expect(kept.verdicts.map(({ reason }) => reason)).toContain('below_min_edge');
  });

  it('shown is the fallback for what filled up, and none for a forced test', () => {
    const [quiet] = eventOf([{ name: 'A-B-C', bid: 4_900, ask: 5_100 }]);
    const forced = { forceTestCandidate: true, mispricingThreshold: 0.5, minEdge: 0.5 };
    const test = valueMarkets(jobOf([quiet as SelectedMarket], { settings: forced }));
    expect(test.verdicts).toMatchObject([{ reason: 'forced_test', threshold: null }]);
    const filling = {
      mispricingThreshold: 0.5,
      minEdge: -1,
      fallbackThreshold: -0.5,
      minCandidates: 1,
    };
    const filled = valueMarkets(jobOf([quiet as SelectedMarket], { settings: filling }));
    expect(filled.verdicts).toMatchObject([{ threshold: -0.5 }]);
  });
});
