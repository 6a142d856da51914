import type { Model, ValuationSettings } from '../messages/valuation.js';
import { confidenceOf } from './confidence.js';

/** How far a model's word goes when bets are sized. */
export type SizingRule = {
  /** Most of full Kelly, whatever the setting says. */
  readonly kellyMost: number;
  /** Whether its edge is still to be shrunk by e²/(e² + s²): false for one that already is a posterior mean. */
  readonly isShrunk: boolean;
};

/**
 * By model. The heuristic weighs its siblings by the chance that they are right, so its value is a posterior mean and
 * full Kelly at it is exact (VALUATION §5.3). Claude is bet on with a tenth of Kelly until its history says more (§5.3).
 */
export const sizingRules: Readonly<Record<string, SizingRule>> = {
  heuristic: { kellyMost: 1, isShrunk: false },
  weather: { kellyMost: 1, isShrunk: true },
  crypto: { kellyMost: 1, isShrunk: true },
  sports: { kellyMost: 1, isShrunk: true },
  claude: { kellyMost: 0.1, isShrunk: true },
};
/** Whoever is not in the table is trusted no further than Claude. */
const cautious: SizingRule = { kellyMost: 0.1, isShrunk: true };

const ruleOf = (model: Model): SizingRule => sizingRules[model] ?? cautious;

/** The share of full Kelly for a bet on a model's word. NaN stays NaN, and refuses. */
export const kellyShareOf = (settings: ValuationSettings, model: Model): number =>
  Math.min(settings.kellyFraction, ruleOf(model).kellyMost);

/**
 * The probability of winning that a bet is sized at. Betting k = e²/(e² + s²) of Kelly is full Kelly at c + k·e, because
 * a single stake is linear in the edge (VALUATION §5.2, §5.3); so joint and single sizes shrink alike.
 */
export function sizedAt(model: Model, won: number, cost: number, sigma: number): number {
  if (!ruleOf(model).isShrunk) return won;
  const edge = won - cost;
  return edge > 0 ? cost + confidenceOf(edge, sigma) * edge : won;
}
