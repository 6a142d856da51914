import fc from 'fast-check';
import { expect, it } from 'vitest';
import { feesAt, worstCost } from '../../src/domain/fees.js';
import { epochMs, micros, type Price, price, quantity } from '../../src/domain/units.js';
import { depthWithin, edgeAtWalk, type WalkTerms } from '../../src/domain/walk.js';
import { fitOrder } from '../../src/valuation/fit-order.js';

const fees = feesAt({ type: 'quadratic', multiplierPpm: 1_000_000 }, null, epochMs(0));
if (fees === null) throw new Error('expected fees');

const requests = fc.record({
  levels: fc
    .array(
      fc.record({
        up: fc.integer({ min: 1, max: 4 }),
        size: fc.integer({ min: 10, max: 3_000 }),
      }),
      { minLength: 1, maxLength: 8 },
    )
    .map((steps) => {
      let at = 4_000;
      return steps.map(({ up, size }) => {
        at += up * 10;
        return [price(at), quantity(size * 10)] as const;
      });
    }),
  fair: fc.double({ min: 0.45, max: 0.6, noNaN: true }),
  threshold: fc.constantFrom(0.02, 0.05, 0.08),
  budget: fc.integer({ min: 100_000, max: 500_000_000 }),
  depthShare: fc.constantFrom(0.25, 1),
  slippageBps: fc.constantFrom(0, 20, 100),
});

it('stays within budget, depth and threshold as a whole, and uses what it is given', () => {
  const outcomes = new Map<string, number>();
  fc.assert(
    fc.property(requests, ({ slippageBps, ...rest }) => {
      const terms: WalkTerms = { fees, cashUnit: micros(100), feeMarginBps: 15, slippageBps };
      const ranges = [{ start: price(0), end: price(10_000), step: 10 as Price }];
      const fitted = fitOrder({ ...rest, ranges, side: 'yes', terms });
      const outcome = fitted.ok ? 'fits' : fitted.error;
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      if (!fitted.ok) return;
      const { limit, count } = fitted.value;
      const { levels, fair, threshold, budget, depthShare } = rest;
      expect(worstCost(fees, limit, count, terms.cashUnit)).toBeLessThanOrEqual(budget);
      expect(count).toBeLessThanOrEqual(depthWithin(levels, limit) * depthShare);
      const walked = edgeAtWalk(levels, 'yes', fair, count, limit, terms);
      expect(walked?.walked.filled).toBe(count);
      expect(walked?.edge).toBeGreaterThanOrEqual(threshold);
    }),
    { numRuns: 1_000 },
  );
  // Every way to end was seen.
  expect([...outcomes.keys()].sort()).toEqual(['below_threshold', 'fits', 'no_depth', 'too_small']);
});
