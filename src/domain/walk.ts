import type { BookLevel, BookSide } from './book.js';
import { contractCost, type Fees, fillFee } from './fees.js';
import { gridFloor } from './grid.js';
import type { PriceRange } from './market.js';
import {
  contract,
  dollar,
  type Micros,
  micros,
  type Price,
  priceMax,
  type Quantity,
  quantity,
} from './units.js';

/**
 * Walking a book as a buyer: levels are asks of the bought side in its own notation, cheapest first. Used when a bet is
 * sized and again, unchanged, right before its order leaves.
 */
export type Walk = {
  readonly filled: Quantity;
  /** Price × quantity, without fees. */
  readonly notional: Micros;
  /** Exact fees, one fill per level. */
  readonly fees: Micros;
  /** Price of the last contract; null when nothing can be had. */
  readonly marginal: Price | null;
};

/** What a fill costs beyond its price. Both margins are bps of the $1 payout: 15 is $0.0015 a contract. */
export type WalkTerms = {
  readonly fees: Fees;
  readonly cashUnit: Micros;
  readonly feeMarginBps: number;
  readonly slippageBps: number;
};

/** Takes up to `count` at up to `limit`. */
export function walk(
  levels: readonly BookLevel[],
  count: Quantity,
  limit: Price,
  terms: WalkTerms,
): Walk {
  let filled = 0;
  let notional = 0;
  let fees = 0;
  let marginal: Price | null = null;
  for (const [at, size] of levels) {
    if (!(at <= limit && filled < count)) break;
    const taken = Math.min(size, count - filled);
    if (!(taken > 0)) continue;
    filled += taken;
    notional += at * taken;
    fees += fillFee(terms.fees, 'taker', 'buy', at, quantity(taken), terms.cashUnit);
    marginal = at;
  }
  return { filled: quantity(filled), notional: micros(notional), fees: micros(fees), marginal };
}

/** All-in dollars per contract of a walk: average price, exact fee, slippage and safety margin. Null for no fill. */
export function costPerContract(walked: Walk, terms: WalkTerms): number | null {
  if (!(walked.filled > 0)) return null;
  const cash = (walked.notional + walked.fees) / dollar;
  return cash / (walked.filled / contract) + (terms.slippageBps + terms.feeMarginBps) / 10_000;
}

export type EdgeAtWalk = {
  readonly walked: Walk;
  /** Dollars per contract; NaN-free. */
  readonly cost: number;
  /** Fair value of the bought side − cost. */
  readonly edge: number;
};

/** Probability that the bought side pays, from that of YES. */
export const fairOf = (side: BookSide, fairYes: number): number =>
  side === 'yes' ? fairYes : 1 - fairYes;

/**
 * The edge of buying up to `count` of `side` at up to `limit` from a displayed book, given the fair value of YES. Null
 * when the book offers nothing there, or anything is not a number.
 */
export function edgeAtWalk(
  levels: readonly BookLevel[],
  side: BookSide,
  fairYes: number,
  count: Quantity,
  limit: Price,
  terms: WalkTerms,
): EdgeAtWalk | null {
  const walked = walk(levels, count, limit, terms);
  const cost = costPerContract(walked, terms);
  if (cost === null) return null;
  const edge = fairOf(side, fairYes) - cost;
  return Number.isFinite(edge) ? { walked, cost, edge } : null;
}

/** Displayed size at or below `limit`. */
export function depthWithin(levels: readonly BookLevel[], limit: Price): Quantity {
  let total = 0;
  for (const [at, size] of levels) if (at <= limit && size > 0) total += size;
  return quantity(total);
}

/**
 * Whether a contract bought at `at` still clears `threshold` after its exact fee and the safety margin. Slippage is not
 * charged here: at the limit it has already happened. `fair` is the bought side's. NaN refuses.
 */
export function marginalClears(
  fair: number,
  at: Price,
  threshold: number,
  terms: WalkTerms,
): boolean {
  const cost = contractCost(terms.fees, at, terms.cashUnit) + terms.feeMarginBps / 10_000;
  return fair - cost >= threshold;
}

/** The worst grid price at which the marginal contract clears `threshold`; null when even the best one does not. */
export function dearestClearing(
  ranges: readonly PriceRange[],
  side: BookSide,
  fair: number,
  threshold: number,
  terms: WalkTerms,
): Price | null {
  // Fees are never negative, so no price above this clears.
  let at = gridFloor(ranges, side, (fair - threshold) * priceMax);
  while (at !== null && !marginalClears(fair, at, threshold, terms))
    at = gridFloor(ranges, side, at - 1);
  return at;
}

export type Plan = { readonly limit: Price; readonly count: Quantity };
export type PlanRequest = {
  readonly levels: readonly BookLevel[];
  readonly side: BookSide;
  readonly ranges: readonly PriceRange[];
  /** Probability that YES pays. */
  readonly fair: number;
  /** Least edge of the marginal contract, dollars. */
  readonly threshold: number;
  /** Most that is wanted; whole contracts come out. */
  readonly count: Quantity;
  /** Share of the displayed depth within the limit that may be asked for. */
  readonly depthShare: number;
  readonly terms: WalkTerms;
};

/**
 * The limit and count of an order: limit = the dearest grid price at which the marginal contract clears the threshold,
 * never more than `slippageBps` above the walked price; count in whole contracts, at most `depthShare` of what is
 * displayed within the limit. Null when that leaves less than one contract.
 */
export function planOrder(request: PlanRequest): Plan | null {
  const { levels, side, ranges, threshold, depthShare, terms } = request;
  const fair = fairOf(side, request.fair);
  const dearest = dearestClearing(ranges, side, fair, threshold, terms);
  if (dearest === null) return null;
  let limit: Price = dearest;
  let count = wholeContracts(request.count);
  // A smaller count walks less far, which can lower the limit, which can lower the count. Falls until it stands.
  for (;;) {
    count = Math.min(count, wholeContracts(depthWithin(levels, limit) * depthShare));
    if (!(count >= contract)) return null;
    const { marginal } = walk(levels, quantity(count), limit, terms);
    if (marginal === null) return null;
    const bounded = gridFloor(ranges, side, Math.min(dearest, marginal + terms.slippageBps));
    if (bounded === null) return null;
    if (bounded >= limit) return { limit, count: quantity(count) };
    limit = bounded;
  }
}

/** Rounded down to whole contracts; NaN becomes 0. */
export function wholeContracts(count: number): number {
  if (!(count >= contract)) return 0;
  return Math.floor(count / contract) * contract;
}
