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

  add(at: number, outcome: 0 | 1): void {
    const cell = Math.floor(((at + edge) / (2 * edge)) * cells);
    const place = Math.min(cells - 1, Math.max(0, cell));
    (this.n[place] as number) += 1;
    (this.won[place] as number) += outcome;
    (this.sum[place] as number) += at;
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
    let [ga, gb] = [firm * (a - alpha), firm * (b - beta)];
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
