import { expit } from './numbers.js';

/** logit q = α + β·logit p. */
export type PlattFit = { readonly alpha: number; readonly beta: number };
export type PlattPrior = PlattFit & { readonly sd: number };

/** No correction, held loosely. */
export const weakPrior: PlattPrior = { alpha: 0, beta: 1, sd: 1 };

const cells = 280;
const edge = 7;
const stepsMax = 50;
/** A slope below this would turn forecasts round. */
const betaMin = 0.05;

/** How often forecasts came true, in cells of log-odds a twentieth wide: all that a fit needs, whatever the rows. */
export class LogitCounts {
  readonly n = new Float64Array(cells);
  readonly won = new Float64Array(cells);
  readonly sum = new Float64Array(cells);

  /** `weight`: less than one where forecasts share their event's fate. */
  add(at: number, outcome: 0 | 1, weight = 1): void {
    const cell = Math.floor(((at + edge) / (2 * edge)) * cells);
    const place = Math.min(cells - 1, Math.max(0, cell));
    (this.n[place] as number) += weight;
    (this.won[place] as number) += weight * outcome;
    (this.sum[place] as number) += weight * at;
  }
}

/**
 * Platt's α and β by penalised likelihood: Newton on Σ log loss + ((α − α₀)² + (β − β₀)²)/2sd² (VALUATION §4.2-6). The
 * prior is "no correction" for all forecasts together and their joint fit for those of one vertical.
 */
export function fitPlatt(counts: LogitCounts, { alpha, beta, sd }: PlattPrior): PlattFit {
  const firm = 1 / (sd * sd);
  let [a, b] = [alpha, beta];
  for (let step = 0; step < stepsMax; step += 1) {
    const slope = slopeAt(counts, a, b, firm);
    const ga = slope.ga + firm * (a - alpha);
    const gb = slope.gb + firm * (b - beta);
    const { haa, hab, hbb } = slope;
    const determinant = haa * hbb - hab * hab;
    const da = (hbb * ga - hab * gb) / determinant;
    const db = (haa * gb - hab * ga) / determinant;
    // Far from the solution a whole step may overshoot.
    const size = Math.min(1, 2 / (Math.abs(da) + Math.abs(db)));
    a -= size * da;
    b = Math.max(betaMin, b - size * db);
    if (Math.abs(da) + Math.abs(db) < 1e-10) break;
  }
  return { alpha: a, beta: b };
}

/**
 * How far off a fit is, in log-odds: the square root of the mean of Var(α + β·logit p) over the forecasts it was made
 * from, by the curvature of what `fitPlatt` minimised. 0 without any.
 */
export function plattError(
  counts: LogitCounts,
  { alpha, beta }: PlattFit,
  { sd }: PlattPrior,
): number {
  const { haa, hab, hbb } = slopeAt(counts, alpha, beta, 1 / (sd * sd));
  const determinant = haa * hbb - hab * hab;
  let [all, variance] = [0, 0];
  for (let cell = 0; cell < cells; cell += 1) {
    const n = counts.n[cell] as number;
    if (n === 0) continue;
    const x = (counts.sum[cell] as number) / n;
    all += n;
    variance += (n * (hbb - 2 * x * hab + x * x * haa)) / determinant;
  }
  return all > 0 ? Math.sqrt(variance / all) : 0;
}

/** Gradient of the log loss and curvature of the penalised one; `firm` is what the prior adds to the latter. */
function slopeAt(counts: LogitCounts, a: number, b: number, firm: number) {
  let [ga, gb] = [0, 0];
  let [haa, hab, hbb] = [firm, 0, firm];
  for (let cell = 0; cell < cells; cell += 1) {
    const n = counts.n[cell] as number;
    if (n === 0) continue;
    const x = (counts.sum[cell] as number) / n;
    const q = expit(a + b * x);
    const miss = n * q - (counts.won[cell] as number);
    const bend = n * q * (1 - q);
    ga += miss;
    gb += miss * x;
    haa += bend;
    hab += bend * x;
    hbb += bend * x * x;
  }
  return { ga, gb, haa, hab, hbb };
}
