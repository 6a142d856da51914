import { normalBelow } from './normal.js';

/**
 * Two-parameter distributions of the number an event settles on, fitted to the probabilities of cells by weighted least
 * squares (Levenberg-Marquardt on location and log scale). Small, allocation-light, deterministic.
 */

/** Which shape. Temperatures and prices lie between the two. */
export type Family = 'logistic' | 'normal';
export const families: readonly Family[] = ['logistic', 'normal'];

/** Intervals with what is believed of each: probability `value` ± `sigma`. An infinite sigma is no observation. */
export type Observed = {
  readonly low: number;
  readonly high: number;
  readonly value: number;
  readonly sigma: number;
};

/** Everything below `floor` is piled up at it: a maximum that has already been reached. */
export type Shape = { readonly family: Family; readonly floor: number };
export type Parameters = { readonly mu: number; readonly logScale: number };

export type Fit = Parameters & {
  /** Σ ((fitted − value) / sigma)², plus what the weak prior on the parameters adds. */
  readonly chi2: number;
  /** Inverse covariance of (mu, logScale): [mu·mu, mu·scale, scale·scale]. */
  readonly information: readonly [number, number, number];
};

/** Where the parameters may lie, as wide normals, so that the fit is determined whatever the quotes say. */
export type Prior = {
  readonly mu: number;
  readonly muSigma: number;
  readonly logScale: number;
  readonly logScaleSigma: number;
};

const density0 = 0.3989422804014327;

/** P(number < x) and its derivatives by mu and by log scale. Reused between calls: read before the next one. */
const at = { p: 0, byMu: 0, byScale: 0 };
function below(shape: Shape, mu: number, scale: number, x: number): void {
  at.byMu = 0;
  at.byScale = 0;
  if (x <= shape.floor || x === Number.NEGATIVE_INFINITY) {
    at.p = 0;
    return;
  }
  if (x === Number.POSITIVE_INFINITY) {
    at.p = 1;
    return;
  }
  const z = (x - mu) / scale;
  let slope: number;
  if (shape.family === 'logistic') {
    at.p = 1 / (1 + Math.exp(-z));
    slope = at.p * (1 - at.p);
  } else {
    at.p = normalBelow(z);
    slope = density0 * Math.exp((-z * z) / 2);
  }
  at.byMu = -slope / scale;
  at.byScale = -z * slope;
}

/** Probability of an interval, with its derivatives. Fresh numbers in `into`. */
export type Mass = { p: number; byMu: number; byScale: number };
export function massOf(
  shape: Shape,
  { mu, logScale }: Parameters,
  cell: { readonly low: number; readonly high: number },
  into: Mass,
): Mass {
  const scale = Math.exp(logScale);
  below(shape, mu, scale, cell.low);
  const { p, byMu, byScale } = at;
  below(shape, mu, scale, cell.high);
  into.p = at.p - p;
  into.byMu = at.byMu - byMu;
  into.byScale = at.byScale - byScale;
  return into;
}

const stepsMax = 12;

/** The best parameters from a start on. */
export function fitCurve(
  observed: readonly Observed[],
  shape: Shape,
  start: Parameters,
  prior: Prior,
): Fit {
  let now = normalEquations(observed, shape, start, prior);
  let damping = 1e-2;
  for (let step = 0; step < stepsMax; step += 1) {
    const [a, b, c] = now.information;
    const da = a * (1 + damping);
    const dc = c * (1 + damping);
    const determinant = da * dc - b * b;
    const mu = now.mu - (dc * now.byMu - b * now.byScale) / determinant;
    const logScale = now.logScale - (da * now.byScale - b * now.byMu) / determinant;
    const next = normalEquations(observed, shape, { mu, logScale }, prior);
    if (next.chi2 < now.chi2) {
      const gain = now.chi2 - next.chi2;
      now = next;
      damping = damping / 4;
      if (gain < 1e-7 * (1 + now.chi2)) break;
    } else {
      damping = damping * 6;
      if (damping > 1e8) break;
    }
  }
  return now;
}

type Equations = Fit & { readonly byMu: number; readonly byScale: number };

const mass: Mass = { p: 0, byMu: 0, byScale: 0 };

function normalEquations(
  observed: readonly Observed[],
  shape: Shape,
  parameters: Parameters,
  prior: Prior,
): Equations {
  const fromMu = (parameters.mu - prior.mu) / prior.muSigma;
  const fromScale = (parameters.logScale - prior.logScale) / prior.logScaleSigma;
  let chi2 = fromMu * fromMu + fromScale * fromScale;
  let byMu = fromMu / prior.muSigma;
  let byScale = fromScale / prior.logScaleSigma;
  let a = 1 / (prior.muSigma * prior.muSigma);
  let b = 0;
  let c = 1 / (prior.logScaleSigma * prior.logScaleSigma);
  for (const cell of observed) {
    if (!(cell.sigma < Number.POSITIVE_INFINITY)) continue;
    massOf(shape, parameters, cell, mass);
    const weight = 1 / (cell.sigma * cell.sigma);
    const miss = mass.p - cell.value;
    chi2 += miss * miss * weight;
    byMu += miss * mass.byMu * weight;
    byScale += miss * mass.byScale * weight;
    a += mass.byMu * mass.byMu * weight;
    b += mass.byMu * mass.byScale * weight;
    c += mass.byScale * mass.byScale * weight;
  }
  return { ...parameters, chi2, byMu, byScale, information: [a, b, c] };
}

/** Variance of a cell's fitted probability, from the parameters' own uncertainty. */
export function fittedVariance(fit: Fit, { byMu, byScale }: Mass): number {
  const [a, b, c] = fit.information;
  return (byMu * byMu * c - 2 * byMu * byScale * b + byScale * byScale * a) / (a * c - b * b);
}
