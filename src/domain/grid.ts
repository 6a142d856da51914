import type { BookSide } from './book.js';
import type { PriceRange } from './market.js';
import { type Price, priceMax } from './units.js';

/**
 * A market's price grid. Its bands are given in YES prices; a NO price is on it when its complement is. 0 and 1 are
 * payouts, never prices. A band without a positive step is passed over, so that a malformed grid offers nothing.
 */
export function isOnGrid(ranges: readonly PriceRange[], side: BookSide, at: number): boolean {
  return gridFloor(ranges, side, at) === at;
}

/** The dearest grid price of `side` that is not above `at` (any number); null when there is none. */
export function gridFloor(ranges: readonly PriceRange[], side: BookSide, at: number): Price | null {
  return side === 'yes' ? below(ranges, at) : complemented(above(ranges, priceMax - at));
}

/** The cheapest grid price of `side` that is not below `at` (any number); null when there is none. */
export function gridCeil(ranges: readonly PriceRange[], side: BookSide, at: number): Price | null {
  return side === 'yes' ? above(ranges, at) : complemented(below(ranges, priceMax - at));
}

const complemented = (at: Price | null): Price | null =>
  at === null ? null : ((priceMax - at) as Price);

function below(ranges: readonly PriceRange[], at: number): Price | null {
  let best = 0;
  for (const { start, end, step } of ranges) {
    if (!(step > 0)) continue;
    const top = Math.min(at, end, priceMax - 1);
    if (!(top >= start)) continue;
    const found = start + Math.floor((top - start) / step) * step;
    if (found > best) best = found;
  }
  return best > 0 ? (best as Price) : null;
}

function above(ranges: readonly PriceRange[], at: number): Price | null {
  let best: number = priceMax;
  for (const { start, end, step } of ranges) {
    if (!(step > 0)) continue;
    const bottom = Math.max(at, start, 1);
    const found = start + Math.ceil((bottom - start) / step) * step;
    if (found <= end && found < best) best = found;
  }
  return best < priceMax ? (best as Price) : null;
}
