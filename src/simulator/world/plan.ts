import { normalCdf } from './draws.js';
import type { SimEvent, SimMarket, SimSeries } from './types.js';

/**
 * What is known at a moment about the number an event will settle on: normal with this mean and standard deviation,
 * but never below `floor` (a maximum already observed). All in the unit of the strikes.
 */
export type Knowledge = { readonly mean: number; readonly sd: number; readonly floor: number };

/** The truth behind an event. `at` reveals nothing later than its argument; `final` is what settles, already rounded. */
export type Latent = {
  readonly at: (ms: number) => Knowledge;
  readonly final: () => number;
  /** `expiration_value` as the exchange prints it. */
  readonly print: (final: number) => string;
};

export type Liquidity = 'liquid' | 'thin' | 'wide' | 'one_sided' | 'empty';

export type MarketPlan = {
  readonly market: SimMarket;
  /** YES pays when the settled number lies in [low, high), on a continuous scale. */
  readonly low: number;
  readonly high: number;
  readonly liquidity: Liquidity;
};

/** One event the world runs, from its opening to its determination. */
export type EventPlan = {
  readonly vertical: 'weather' | 'crypto' | 'sports' | 'other';
  readonly series: SimSeries;
  readonly event: SimEvent;
  readonly markets: readonly MarketPlan[];
  readonly openMs: number;
  /** When trading really ends; a game's `close_time` is later than that. */
  readonly endMs: number;
  readonly determineMs: number;
  readonly latent: Latent;
  /** How quickly news arrives: how often agents look, and how far they lag, in ms. */
  readonly lookMs: number;
  readonly lagMs: number;
};

/** A place in the listing that always has one open event: when one ends, the next opens a moment later. */
export type Line = {
  readonly id: string;
  /** Number of the event that is open at the origin. */
  readonly first: number;
  readonly stride: number;
  readonly plan: (n: number) => EventPlan;
};

/** Probability that the market pays YES, given what is known. */
export function chance(plan: MarketPlan, known: Knowledge): number {
  return distribution(plan.high, known) - distribution(plan.low, known);
}

function distribution(x: number, known: Knowledge): number {
  if (x <= known.floor || x === Number.NEGATIVE_INFINITY) return 0;
  if (x === Number.POSITIVE_INFINITY) return 1;
  if (known.sd <= 0) return known.mean < x ? 1 : 0;
  return normalCdf((x - known.mean) / known.sd);
}

/** Whether the settled number makes the market pay. Uses the published strikes, not the continuous bounds. */
export function pays(plan: MarketPlan, final: number): boolean {
  const { strikeType, floorStrike, capStrike } = plan.market;
  const floor = floorStrike ?? Number.NEGATIVE_INFINITY;
  const cap = capStrike ?? Number.POSITIVE_INFINITY;
  switch (strikeType) {
    case 'greater':
      return final > floor;
    case 'greater_or_equal':
      return final >= floor;
    case 'less':
      return final < cap;
    case 'between':
      return final >= floor && final <= cap;
    case 'structured':
      return final >= plan.low && final < plan.high;
  }
}
