import { err, ok, type Result } from '../../src/domain/result.js';

// Joint sizes found in another way than the engine finds them: a closed form, and every outcome written out.

type ExclusiveShares = {
  /** Bought outcomes, in the order they were taken up. */
  readonly chosen: readonly number[];
  /** Wealth left when none of the bought outcomes comes true. */
  readonly reserve: number;
  /** Spent on each outcome. */
  readonly shares: readonly number[];
};

/**
 * YES contracts of mutually exclusive outcomes, in closed form: take outcomes up by q/c while that exceeds the reserve
 * R = (1 − Σq)/(1 − Σc) of those taken; spend q − R·c on each (Smoczynski & Tomkins 2010; VALUATION §5.4). Σq below 1
 * leaves room for outcomes that cannot be bought. `riskless`: the bought outcomes are all there
 * are and cost less than they surely pay, which is no bet to be sized.
 */
export function exclusiveKelly(
  q: readonly number[],
  c: readonly number[],
): Result<ExclusiveShares, 'not_a_number' | 'riskless'> {
  const total = q.reduce((sum, each) => sum + each, 0);
  if (q.length !== c.length || !(q.every((each) => each >= 0) && total <= 1 + 1e-9))
    return err('not_a_number');
  if (!c.every((each) => each > 0 && each < 1)) return err('not_a_number');
  const ratio = (i: number): number => (q[i] as number) / (c[i] as number);
  const order = q.map((_, i) => i).sort((a, b) => ratio(b) - ratio(a) || a - b);
  const chosen: number[] = [];
  let reserve = 1;
  let [won, paid] = [0, 0];
  for (const i of order) {
    if (!(ratio(i) > reserve)) break;
    won += q[i] as number;
    paid += c[i] as number;
    if (!(paid < 1 && won < 1 - 1e-9)) return err('riskless');
    chosen.push(i);
    reserve = (1 - won) / (1 - paid);
  }
  const shares = q.map((each, i) => (chosen.includes(i) ? each - reserve * (c[i] as number) : 0));
  return ok({ chosen, reserve, shares });
}

/**
 * Independent bets as one set of outcomes: every combination of won and lost, with its probability (VALUATION §5.6). For
 * at most twelve.
 */
export function independentOutcomes(won: readonly number[]): {
  readonly probabilities: readonly number[];
  readonly pays: readonly (readonly boolean[])[];
} {
  const count = 2 ** won.length;
  const isWon = (i: number, outcome: number): boolean => Math.floor(outcome / 2 ** i) % 2 === 1;
  const outcomes = Array.from({ length: count }, (_, outcome) => outcome);
  return {
    probabilities: outcomes.map((outcome) =>
      won.reduce((product, p, i) => product * (isWon(i, outcome) ? p : 1 - p), 1),
    ),
    pays: won.map((_, i) => outcomes.map((outcome) => isWon(i, outcome))),
  };
}
