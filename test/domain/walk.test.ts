import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BookLevel } from '../../src/domain/book.js';
import { feesAt } from '../../src/domain/fees.js';
import { isOnGrid } from '../../src/domain/grid.js';
import type { PriceRange } from '../../src/domain/market.js';
import { epochMs, micros, type Price, price, quantity } from '../../src/domain/units.js';
import {
  costPerContract,
  depthWithin,
  edgeAtWalk,
  fairOf,
  marginalClears,
  planOrder,
  type WalkTerms,
  walk,
} from '../../src/domain/walk.js';

function nextOnGrid(ranges: readonly PriceRange[], side: 'yes' | 'no', at: Price): Price | null {
  for (let next = at + 1; next < 10_000; next += 1)
    if (isOnGrid(ranges, side, next)) return price(next);
  return null;
}

const fees = feesAt({ type: 'quadratic', multiplierPpm: 1_000_000 }, null, epochMs(0));
if (fees === null) throw new Error('expected fees');
const terms: WalkTerms = { fees, cashUnit: micros(100), feeMarginBps: 15, slippageBps: 20 };
const level = (at: number, size: number): BookLevel => [price(at), quantity(size)];
const cents: readonly PriceRange[] = [{ start: price(0), end: price(10_000), step: 100 as Price }];
const tenths: readonly PriceRange[] = [{ start: price(0), end: price(10_000), step: 10 as Price }];
const book = [level(5_000, 1_000), level(5_100, 2_000), level(5_500, 10_000)];

describe('walk', () => {
  it('pays each level its own price and exact fee', () => {
    const walked = walk(book, quantity(2_000), price(9_900), terms);
    expect(walked).toEqual({
      filled: 2_000,
      notional: 5_000 * 1_000 + 5_100 * 1_000,
      // 10 @ .50: .1750; 10 @ .51: .17493 → .1750
      fees: 175_000 + 175_000,
      marginal: 5_100,
    });
    // .505 a contract + .0175 + 35 bps
    expect(costPerContract(walked, terms)).toBeCloseTo(0.505 + 0.0175 + 0.0035, 12);
  });

  it('stops at the limit and says what there was', () => {
    expect(walk(book, quantity(2_000), price(5_000), terms).filled).toBe(1_000);
    expect(walk(book, quantity(2_000), price(4_900), terms)).toMatchObject({
      filled: 0,
      marginal: null,
    });
    expect(edgeAtWalk(book, 'yes', 0.6, quantity(2_000), price(4_900), terms)).toBeNull();
    expect(edgeAtWalk(book, 'yes', 0.6, quantity(1_000), price(9_900), terms)?.edge).toBeCloseTo(
      0.6 - 0.5 - 0.0175 - 0.0035,
      12,
    );
    expect(edgeAtWalk(book, 'no', 0.4, quantity(1_000), price(9_900), terms)?.edge).toBeCloseTo(
      0.6 - 0.5 - 0.0175 - 0.0035,
      12,
    );
    expect(depthWithin(book, price(5_100))).toBe(3_000);
  });

  it('refuses NaN in every place', () => {
    expect(edgeAtWalk(book, 'yes', Number.NaN, quantity(100), price(9_900), terms)).toBeNull();
    expect(edgeAtWalk(book, 'yes', 0.6, Number.NaN as never, price(9_900), terms)).toBeNull();
    expect(edgeAtWalk(book, 'yes', 0.6, quantity(100), Number.NaN as never, terms)).toBeNull();
    const holey = [[Number.NaN, 100] as never, [price(5_000), Number.NaN] as never];
    expect(edgeAtWalk(holey, 'yes', 0.6, quantity(100), price(9_900), terms)).toBeNull();
    const slipping = { ...terms, slippageBps: Number.NaN };
    expect(edgeAtWalk(book, 'yes', 0.6, quantity(100), price(9_900), slipping)).toBeNull();
  });

  const books = fc
    .array(
      fc.record({
        up: fc.integer({ min: 1, max: 90 }),
        size: fc.integer({ min: 1, max: 30_000 }),
      }),
      { minLength: 1, maxLength: 12 },
    )
    .map((steps): BookLevel[] => {
      let at = 0;
      const levels: BookLevel[] = [];
      for (const { up, size } of steps) {
        at += up * 10;
        if (at < 10_000) levels.push(level(at, size));
      }
      return levels;
    });

  it('never gets cheaper per contract as more is taken', () => {
    fc.assert(
      fc.property(books, fc.integer({ min: 1, max: 200 }), (levels, contracts) => {
        const some = walk(levels, quantity(contracts * 100), price(9_999), terms);
        const more = walk(levels, quantity(contracts * 100 + 100), price(9_999), terms);
        expect(more.filled).toBeGreaterThanOrEqual(some.filled);
        expect(more.notional * some.filled).toBeGreaterThanOrEqual(some.notional * more.filled);
        expect(more.fees).toBeGreaterThanOrEqual(some.fees);
        expect(more.marginal ?? 0).toBeGreaterThanOrEqual(some.marginal ?? 0);
      }),
    );
  });
});

describe('planOrder', () => {
  const request = {
    levels: book,
    side: 'yes' as const,
    ranges: cents,
    fair: 0.65,
    threshold: 0.08,
    count: quantity(100_000),
    depthShare: 0.25,
    terms,
  };

  it('takes a quarter of what the limit reaches, and no further above the walked price than slippage', () => {
    // Clears up to .55 by the marginal rule, but a quarter of the depth there walks only to .55's level.
    expect(planOrder(request)).toEqual({ limit: 5_500, count: 3_200 });
    // Few contracts walk only the first level: the limit stays there (20 bps are less than a cent).
    expect(planOrder({ ...request, count: quantity(250) })).toEqual({ limit: 5_000, count: 200 });
    // On a finer grid the slippage has room.
    expect(planOrder({ ...request, ranges: tenths, count: quantity(250) })).toEqual({
      limit: 5_020,
      count: 200,
    });
  });

  it('has no order when the best price does not clear, or a quarter of the depth is under one contract', () => {
    expect(planOrder({ ...request, fair: 0.59 })).toBeNull();
    expect(planOrder({ ...request, levels: [level(5_000, 399)] })).toBeNull();
    expect(planOrder({ ...request, levels: [] })).toBeNull();
    for (const bad of ['fair', 'threshold', 'count', 'depthShare'])
      expect(planOrder({ ...request, [bad]: Number.NaN })).toBeNull();
  });

  const requests = fc.record({
    levels: fc
      .array(fc.tuple(fc.integer({ min: 1, max: 99 }), fc.integer({ min: 1, max: 50_000 })), {
        minLength: 1,
        maxLength: 15,
      })
      .map((levels) =>
        [...new Map(levels)].sort((a, b) => a[0] - b[0]).map(([p, s]) => level(p * 100, s)),
      ),
    side: fc.constantFrom('yes' as const, 'no' as const),
    ranges: fc.constantFrom(cents, tenths),
    fair: fc.double({ min: 0.02, max: 0.98, noNaN: true }),
    threshold: fc.double({ min: 0, max: 0.2, noNaN: true }),
    count: fc.integer({ min: 1, max: 100_000 }).map(quantity),
    depthShare: fc.constantFrom(0.05, 0.25, 1),
  });
  it('keeps its rule: the contract at the limit clears, and nothing dearer than the rule is allowed', () => {
    fc.assert(
      fc.property(requests, (rest) => {
        const full = { ...rest, terms };
        const plan = planOrder(full);
        if (plan === null) return;
        const { fair, threshold, levels, side, ranges } = full;
        expect(plan.count % 100).toBe(0);
        expect(plan.count).toBeLessThanOrEqual(full.count);
        expect(plan.count).toBeLessThanOrEqual(depthWithin(levels, plan.limit) * full.depthShare);
        expect(marginalClears(fairOf(side, fair), plan.limit, threshold, terms)).toBe(true);
        const walked = walk(levels, plan.count, plan.limit, terms);
        expect(walked.filled).toBe(plan.count);
        const next = nextOnGrid(ranges, side, plan.limit);
        // The next grid price either fails the marginal rule or is out of slippage's reach.
        if (next !== null)
          expect(
            !marginalClears(fairOf(side, fair), next, threshold, terms) ||
              next > (walked.marginal ?? 0) + 20,
          ).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
