import { pick, type Stream, uniform } from './draws.js';
import type { SimMarket } from './types.js';

/** One agent's two-sided book in one market, with prices in $0.0001 and sizes in 0.01 contract, best level first. */
export type Levels = readonly (readonly [price: number, quantity: number])[];
export type Quote = { readonly yes: Levels; readonly no: Levels };

export const NO_QUOTE: Quote = { yes: [], no: [] };

/** The nearest price on the market's grid that is not above `price`; 0 when there is none inside the book. */
export function snapDown(ranges: SimMarket['priceRanges'], price: number): number {
  let best = 0;
  for (const { start, end, step } of ranges) {
    if (price < start) continue;
    best = start + Math.floor((Math.min(price, end) - start) / step) * step;
  }
  return best;
}

/** Distance from a price to the next lower one. */
function stepBelow(ranges: SimMarket['priceRanges'], price: number): number {
  for (const { start, end, step } of ranges) if (price > start && price <= end) return step;
  return 100;
}

/** Deeper levels stand on multiples of five cents, $0.0001. */
const ROUND = 500;

/**
 * Levels downward from the best price at or below `top`: two near the touch, the others on round prices, where they
 * can stay while the touch moves. A size belongs to its price. Nothing at or below zero, nothing at a dollar.
 */
export function ladder(
  ranges: SimMarket['priceRanges'],
  top: number,
  count: number,
  of: Stream,
  n: number,
  size: number,
): [number, number][] {
  const levels: [number, number][] = [];
  let price = snapDown(ranges, Math.min(top, 9_990));
  for (let level = 0; level < count && price > 0; level += 1) {
    const deep = level >= 2 ? 2.5 : 1;
    const contracts = size * (0.4 + 1.2 * uniform(of, n * 20_000 + price)) * deep;
    const whole = Math.max(1, Math.round(contracts)) * 100;
    // One size in six is fractional.
    const odd = pick(of, n * 20_000 + 10_000 + price, 600);
    levels.push([price, odd < 100 ? whole + odd : whole]);
    const step = stepBelow(ranges, price);
    const next = level === 0 ? price - (step < 100 ? step * 5 : step) : roundBelow(price);
    price = snapDown(ranges, next);
  }
  return levels;
}

/** The next round price below; under ten cents the cents themselves are round. */
const roundBelow = (price: number): number =>
  price <= 1_000 ? price - 100 : Math.ceil(price / ROUND - 1) * ROUND;

/** Best YES ask that these NO bids make, or a dollar. */
export const askOf = (quote: Quote): number => 10_000 - (quote.no[0]?.[0] ?? 0);
/** Best YES bid, or nothing. */
export const bidOf = (quote: Quote): number => quote.yes[0]?.[0] ?? 0;

/** Whether the two could rest in one book without meeting. */
export const apart = (one: Quote, other: Quote): boolean =>
  bidOf(one) < askOf(other) && bidOf(other) < askOf(one);
