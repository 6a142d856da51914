/** Maximise Σⱼ qⱼ ln(baseⱼ + Σᵢ xᵢ returnsᵢⱼ) over 0 < xᵢ < capsᵢ, Σx < budget. All q, base, caps and budget above 0. */
export type LogProgram = {
  readonly q: readonly number[];
  readonly base: readonly number[];
  readonly returns: readonly (readonly number[])[];
  readonly caps: readonly number[];
  readonly budget: number;
};

const weightFirst = 1e-2;
const weightLast = 1e-12;
const weightFactor = 0.1;
const newtonStepsMax = 60;
const halvingsMax = 60;
/** How much of the way to the nearest wall a step may go. */
const toTheWall = 0.95;
/** What rounding may hide of a rise, relative to the value. */
const noise = 4e-16;

/**
 * Interior-point maximum: for a falling weight μ, Newton on F(x) + μ(Σ ln x + Σ ln(cap − x) + ln(budget − Σx)), each
 * step kept inside by construction. What it leaves undone is at most μ × the number of walls. At most
 * 11 × `newtonStepsMax` steps of one Cholesky factorisation each; no chance, no clock.
 */
export function barrierMaximum(program: LogProgram): readonly number[] {
  const { caps, budget, base } = program;
  const n = caps.length;
  if (n === 0) return [];
  const room = Math.min(budget, ...base) / (2 * n);
  let x: number[] = caps.map((cap) => Math.min(cap / 2, room));
  for (let weight = weightFirst; weight >= weightLast * 0.99; weight *= weightFactor) {
    for (let step = 0; step < newtonStepsMax; step += 1) {
      const { gradient, curvature } = slopes(program, x, weight);
      const direction = solved(curvature, gradient);
      if (direction === null) break;
      const gain = direction.reduce((sum, each, i) => sum + each * (gradient[i] as number), 0);
      if (!(gain > weight * 1e-6)) break;
      const next = moved(program, x, direction, weight, gain);
      if (next === null) break;
      x = next;
    }
  }
  return x;
}

const wealthOf = ({ base, returns }: LogProgram, x: readonly number[]): number[] => {
  const wealth = [...base];
  for (const [i, row] of returns.entries())
    for (let j = 0; j < wealth.length; j += 1)
      (wealth[j] as number) += (row[j] as number) * (x[i] as number);
  return wealth;
};
const total = (x: readonly number[]): number => x.reduce((sum, each) => sum + each, 0);

/** F + μ × barrier; −∞ outside. */
function valueAt(program: LogProgram, x: readonly number[], weight: number): number {
  const { q, caps, budget } = program;
  const left = budget - total(x);
  if (!(left > 0)) return Number.NEGATIVE_INFINITY;
  let sum = weight * Math.log(left);
  for (const [i, each] of x.entries()) {
    const under = (caps[i] as number) - each;
    if (!(each > 0 && under > 0)) return Number.NEGATIVE_INFINITY;
    sum += weight * (Math.log(each) + Math.log(under));
  }
  for (const [j, wealth] of wealthOf(program, x).entries()) {
    if (!(wealth > 0)) return Number.NEGATIVE_INFINITY;
    sum += (q[j] as number) * Math.log(wealth);
  }
  return sum;
}

/** Gradient, and minus the Hessian: positive definite inside. */
function slopes(
  program: LogProgram,
  x: readonly number[],
  weight: number,
): { readonly gradient: readonly number[]; readonly curvature: number[][] } {
  const { q, returns, caps, budget } = program;
  const wealth = wealthOf(program, x);
  const pull = q.map((each, j) => each / (wealth[j] as number));
  const bend = pull.map((each, j) => each / (wealth[j] as number));
  const left = budget - total(x);
  const gradient = returns.map((row, i) => {
    const slope = row.reduce((sum, each, j) => sum + each * (pull[j] as number), 0);
    const under = (caps[i] as number) - (x[i] as number);
    return slope + weight * (1 / (x[i] as number) - 1 / under - 1 / left);
  });
  const shared = weight / (left * left);
  const curvature = returns.map((row, i) => {
    const bent = row.map((each, j) => each * (bend[j] as number));
    return returns.slice(0, i + 1).map((other, k) => {
      const sum = other.reduce((all, each, j) => all + each * (bent[j] as number), shared);
      if (k !== i) return sum;
      const under = (caps[i] as number) - (x[i] as number);
      return sum + weight * (1 / ((x[i] as number) * (x[i] as number)) + 1 / (under * under));
    });
  });
  return { gradient, curvature };
}

/** The point along a direction, short of the nearest wall, that is higher; null when none is. */
function moved(
  program: LogProgram,
  x: readonly number[],
  direction: readonly number[],
  weight: number,
  gain: number,
): number[] | null {
  const { caps, budget } = program;
  let size = 1;
  const keepInside = (distance: number, speed: number): void => {
    if (speed > 0) size = Math.min(size, (toTheWall * distance) / speed);
  };
  for (const [i, each] of x.entries()) {
    const speed = direction[i] as number;
    keepInside(each, -speed);
    keepInside((caps[i] as number) - each, speed);
  }
  keepInside(budget - total(x), total(direction));
  const before = valueAt(program, x, weight);
  const unseen = noise * (1 + Math.abs(before));
  for (let halving = 0; halving < halvingsMax; halving += 1, size /= 2) {
    const next = x.map((each, i) => each + size * (direction[i] as number));
    if (valueAt(program, next, weight) >= before + 0.1 * size * gain - unseen) return next;
  }
  return null;
}

/** Solves A·d = g by Cholesky, A given as its lower triangle; null when A is not positive definite. */
function solved(lower: number[][], g: readonly number[]): number[] | null {
  const n = g.length;
  for (let i = 0; i < n; i += 1) {
    const row = lower[i] as number[];
    for (let k = 0; k <= i; k += 1) {
      const other = lower[k] as number[];
      let sum = row[k] as number;
      for (let m = 0; m < k; m += 1) sum -= (row[m] as number) * (other[m] as number);
      if (k < i) row[k] = sum / (other[k] as number);
      else if (sum > 0) row[i] = Math.sqrt(sum);
      else return null;
    }
  }
  const d = [...g];
  for (let i = 0; i < n; i += 1) {
    const row = lower[i] as number[];
    for (let m = 0; m < i; m += 1) (d[i] as number) -= (row[m] as number) * (d[m] as number);
    (d[i] as number) /= row[i] as number;
  }
  for (let i = n - 1; i >= 0; i -= 1) {
    for (let m = i + 1; m < n; m += 1)
      (d[i] as number) -= ((lower[m] as number[])[i] as number) * (d[m] as number);
    (d[i] as number) /= (lower[i] as number[])[i] as number;
  }
  return d;
}
