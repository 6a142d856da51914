import { err, ok, type Result } from '../domain/result.js';
import { barrierMaximum } from './barrier.js';

/**
 * Kelly for several bets at once. Everything is in shares of one bankroll; outcomes exclude each other and one of them
 * comes true.
 */

export type JointProblem = 'not_a_number' | 'too_many' | 'wealth_gone' | 'not_solved';

/** A contract that may be bought: all-in dollars it costs, the outcomes in which it pays $1, the most to spend on it. */
export type Instrument = {
  readonly cost: number;
  readonly pays: readonly boolean[];
  readonly cap: number;
};

export type JointRequest = {
  /** Of each outcome; they sum to one. */
  readonly probabilities: readonly number[];
  readonly instruments: readonly Instrument[];
  /** Wealth in each outcome before buying anything: 1 everywhere when nothing is held. */
  readonly wealth: readonly number[];
  /** The most to spend on all together. */
  readonly budget: number;
};

export type JointShares = {
  /** Spent on each instrument. */
  readonly shares: readonly number[];
  /** Expected logarithm of wealth. */
  readonly growth: number;
  /** No feasible answer has more growth than this one by more than that. */
  readonly gap: number;
};

/** A ladder of twenty markets with both sides. */
export const instrumentsMax = 40;
/** Twelve independent bets enumerated. */
export const outcomesMax = 4_096;
/** Probabilities may miss one by that much. */
const sumSlack = 1e-9;
/** An answer that cannot be shown to be this close to the best growth is no answer. */
const gapMax = 1e-6;
/** Shares below this are what the barrier leaves of a zero. */
const dust = 2e-9;

/**
 * YES and NO contracts, holdings and caps together: maximise Σⱼ qⱼ ln Wⱼ with Wⱼ = wealthⱼ + Σᵢ xᵢ(aᵢⱼ/cᵢ − 1) over
 * 0 ≤ xᵢ ≤ capᵢ, Σxᵢ ≤ budget (VALUATION §5.5). Concave; solved by a Newton barrier and then certified: F lies under its
 * tangent, so the best of the linear program over the same set bounds what was missed. Deterministic; bounded.
 */
export function jointKelly(request: JointRequest): Result<JointShares, JointProblem> {
  const { probabilities, instruments, wealth, budget } = request;
  const problem = problemOf(request);
  if (problem !== null) return err(problem);
  const likely = probabilities.map((_, j) => j).filter((j) => (probabilities[j] as number) > 0);
  const open = instruments
    .map((_, i) => i)
    .filter((i) => (instruments[i] as Instrument).cap > dust && budget > dust);
  const q = likely.map((j) => probabilities[j] as number);
  const base = likely.map((j) => wealth[j] as number);
  const caps = open.map((i) => Math.min((instruments[i] as Instrument).cap, budget));
  const returns = open.map((i) => {
    const { cost, pays } = instruments[i] as Instrument;
    return likely.map((j) => (pays[j] === true ? 1 / cost - 1 : -1));
  });
  const program = { q, base, returns, caps, budget };
  const found = barrierMaximum(program).map((x) => (x > dust ? x : 0));
  const { growth, gradient } = growthAt(program, found);
  const gap = best(gradient, caps, budget) - dot(gradient, found);
  // Written so that NaN refuses.
  if (!(gap <= gapMax)) return err('not_solved');
  const shares = instruments.map(() => 0);
  for (const [place, i] of open.entries()) shares[i] = found[place] as number;
  return ok({ shares, growth, gap: Math.max(gap, 0) });
}

function problemOf(request: JointRequest): JointProblem | null {
  const { probabilities: q, instruments, wealth, budget } = request;
  if (instruments.length > instrumentsMax || q.length > outcomesMax) return 'too_many';
  const total = q.reduce((sum, each) => sum + each, 0);
  const areNumbers =
    q.every((each) => each >= 0) &&
    Math.abs(total - 1) <= sumSlack &&
    q.length === wealth.length &&
    wealth.every(Number.isFinite) &&
    budget >= 0 &&
    instruments.every(
      ({ cost, pays, cap }) => cost > 0 && cost < 1 && cap >= 0 && pays.length === q.length,
    );
  if (!areNumbers) return 'not_a_number';
  return wealth.every((each) => each > 0) ? null : 'wealth_gone';
}

/** Σ q ln W and its gradient Σⱼ qⱼ(aᵢⱼ/cᵢ − 1)/Wⱼ. */
function growthAt(
  { q, base, returns }: Pick<Parameters<typeof barrierMaximum>[0], 'q' | 'base' | 'returns'>,
  x: readonly number[],
): { readonly growth: number; readonly gradient: readonly number[] } {
  const wealth = base.map((each, j) =>
    returns.reduce((sum, row, i) => sum + (row[j] as number) * (x[i] as number), each),
  );
  const growth = q.reduce((sum, each, j) => sum + each * Math.log(wealth[j] as number), 0);
  const gradient = returns.map((row) =>
    row.reduce((sum, each, j) => sum + ((q[j] as number) * each) / (wealth[j] as number), 0),
  );
  return { growth, gradient };
}

const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, each, i) => sum + each * (b[i] as number), 0);

/** The most of g·y over 0 ≤ y ≤ caps, Σy ≤ budget: the steepest first. */
function best(gradient: readonly number[], caps: readonly number[], budget: number): number {
  const order = gradient
    .map((_, i) => i)
    .sort((a, b) => (gradient[b] as number) - (gradient[a] as number));
  let left = budget;
  let sum = 0;
  for (const i of order) {
    const slope = gradient[i] as number;
    // NaN goes on, so that the certificate is none.
    if (slope <= 0 || left <= 0) break;
    const taken = Math.min(caps[i] as number, left);
    sum += slope * taken;
    left -= taken;
  }
  return sum;
}
