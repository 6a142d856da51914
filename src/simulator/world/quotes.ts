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

/** Levels downward from the best price at or below `top`. Nothing at or below zero, nothing at a dollar. */
export function ladder(
  ranges: SimMarket['priceRanges'],
  top: number,
  count: number,
  of: Stream,
  n: number,
  size: number,
): [number, number][] {
  const levels: [number, number][] = [];
  let price = snapDown(ranges, Math.min(top, 9_999));
  if (price >= 10_000) price -= stepBelow(ranges, price);
  for (let level = 0; level < count && price > 0; level += 1) {
    // Depth grows away from the touch; one size in six is fractional.
    const contracts = size * (0.4 + 1.2 * uniform(of, n * 20_000 + price)) * (1 + level * 0.8);
    const whole = Math.max(1, Math.round(contracts)) * 100;
    const odd = pick(of, n * 20_000 + 10_000 + price, 600);
    levels.push([price, odd < 100 ? whole + odd : whole]);
    const step = stepBelow(ranges, price);
    // Fine edges are quoted in coarser jumps, as a person would.
    price = snapDown(ranges, price - (step < 100 ? step * 5 : step * (level < 2 ? 1 : 2)));
  }
  return levels;
}

/** Best YES ask that these NO bids make, or a dollar. */
export const askOf = (quote: Quote): number => 10_000 - (quote.no[0]?.[0] ?? 0);
/** Best YES bid, or nothing. */
export const bidOf = (quote: Quote): number => quote.yes[0]?.[0] ?? 0;

/** Whether the two could rest in one book without meeting. */
export const apart = (one: Quote, other: Quote): boolean =>
  bidOf(one) < askOf(other) && bidOf(other) < askOf(one);
