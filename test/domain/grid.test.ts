import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gridCeil, gridFloor, isOnGrid } from '../../src/domain/grid.js';
import type { PriceRange } from '../../src/domain/market.js';
import { type Price, price } from '../../src/domain/units.js';

const band = (start: number, end: number, step: number): PriceRange => ({
  start: price(start),
  end: price(end),
  step: step as Price,
});
const linear = [band(0, 10_000, 100)];
const tapered = [band(0, 1_000, 10), band(1_000, 9_000, 100), band(9_000, 10_000, 10)];
/** Not symmetric: NO prices lie elsewhere than YES prices. */
const lopsided = [band(50, 1_050, 100), band(2_000, 9_000, 500)];

const listed = (ranges: readonly PriceRange[], side: 'yes' | 'no'): number[] => {
  const found = new Set<number>();
  for (const { start, end, step } of ranges)
    for (let at = start as number; at <= end; at += step)
      if (at > 0 && at < 10_000) found.add(side === 'yes' ? at : 10_000 - at);
  return [...found].sort((a, b) => a - b);
};

describe('the price grid', () => {
  it('finds the nearest listed price on each side, as a plain list would', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(linear, tapered, lopsided),
        fc.constantFrom('yes' as const, 'no' as const),
        fc.oneof(
          fc.integer({ min: -50, max: 10_050 }),
          fc.double({ min: 0, max: 10_000, noNaN: true }),
        ),
        (ranges, side, at) => {
          const prices = listed(ranges, side);
          expect(gridFloor(ranges, side, at)).toBe(prices.findLast((p) => p <= at) ?? null);
          expect(gridCeil(ranges, side, at)).toBe(prices.find((p) => p >= at) ?? null);
          expect(isOnGrid(ranges, side, at)).toBe(prices.includes(at));
        },
      ),
    );
  });

  it('offers nothing for NaN, for no bands, and for a band without a step', () => {
    expect(gridFloor(linear, 'yes', Number.NaN)).toBeNull();
    expect(gridCeil(linear, 'no', Number.NaN)).toBeNull();
    expect(gridFloor([], 'yes', 5_000)).toBeNull();
    for (const step of [0, -100, Number.NaN])
      expect(gridFloor([band(0, 10_000, step)], 'yes', 5_000)).toBeNull();
  });
});
