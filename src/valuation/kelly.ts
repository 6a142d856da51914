import { clipFair } from './numbers.js';

/**
 * Kelly for one binary contract. `q`: probability that the bought side pays $1; `c`: all-in dollars it costs. `q` is
 * clipped to [.002, .998], because no model is certain.
 */

/** Share of the bankroll to spend: f* = (q − c)/(1 − c) (VALUATION §5.2). 0 without an edge; NaN refuses. */
export function kellyFraction(q: number, c: number): number {
  if (!(q >= 0 && q <= 1 && c > 0 && c < 1)) return 0;
  return Math.max(0, (clipFair(q) - c) / (1 - c));
}

/** Growth of the logarithm of wealth when share `f` is spent. */
export const growth = (f: number, q: number, c: number): number =>
  q * Math.log(1 + (f * (1 - c)) / c) + (1 - q) * Math.log(1 - f);

/** What a market is already worth to us in either outcome, in dollars, seen from the side about to be bought. */
export type Held = {
  /** Paid out if the bought side wins, and if it loses. */
  readonly ifWon: number;
  readonly ifLost: number;
  /** What it cost. */
  readonly cost: number;
};
export const nothingHeld: Held = { ifWon: 0, ifLost: 0, cost: 0 };

/**
 * Dollars to spend on a contract, given what is held in the same market. Fractional Kelly with factor λ is full Kelly
 * on λ of the bankroll, with the holding inside of that part, so that asking again after buying asks for nothing more:
 * maximise q ln(W₁ − x + x/c) + (1 − q) ln(W₀ − x), W = λB − cost + payoff.
 */
export function kellyDollars(
  q: number,
  c: number,
  bankroll: number,
  lambda: number,
  held: Held,
): number {
  if (!(q >= 0 && q <= 1 && c > 0 && c < 1 && bankroll > 0 && lambda > 0)) return 0;
  const fair = clipFair(q);
  const base = lambda * bankroll - held.cost;
  const lost = base + held.ifLost;
  const won = base + held.ifWon;
  // Wealth that would be gone in one outcome cannot be bet on.
  if (!(lost > 0 && won > 0)) return 0;
  const spend = fair * lost - ((1 - fair) * won * c) / (1 - c);
  return spend > 0 ? Math.min(spend, lost) : 0;
}
