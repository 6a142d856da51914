/** Fair values stay inside: no model is ever surer than this, and Kelly at 0 or 1 would bet everything. */
export const fairMin = 0.002;
export const fairMax = 0.998;

/** NaN stays NaN, so that the guards after it refuse. */
export const clipFair = (p: number): number => Math.min(fairMax, Math.max(fairMin, p));

export const logit = (p: number): number => Math.log(p / (1 - p));
export const expit = (x: number): number => 1 / (1 + Math.exp(-x));

/** Logarithmic opinion pool: weight `w` on `b`, the rest on `a`. Vectors: VALUATION §4.2. */
export const pool = (a: number, b: number, w: number): number =>
  expit((1 - w) * logit(a) + w * logit(b));

/** Density of a normal with mean 0, up to the constant factor. */
export const density = (x: number, sd: number): number => Math.exp((-x * x) / (2 * sd * sd)) / sd;

/** Middle of the sorted values; NaN for none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}
