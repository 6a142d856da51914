import type { SelectedMarket } from '../messages/window.js';
import {
  type Family,
  families,
  fitCurve,
  fittedVariance,
  type Mass,
  massOf,
  type Observed,
  type Parameters,
  type Prior,
  type Shape,
} from './curve.js';
import { type Cell, cellsOf, isPartition } from './outcome-line.js';

/**
 * Which quote of an event is the wrong one? Two parameters explain all markets of an event, so every pair of
 * hypotheses "all quotes are right" and "the quote of market k alone is wrong" can be compared by how well a curve
 * through the quotes that are believed explains them. In a complete partition the quotes must also sum to one, which
 * says that something is wrong, and by how much; the curve says where.
 */
export type SiblingOpinion = {
  /** Posterior probability that this market's own quote is the wrong one. */
  readonly wrong: number;
  /** What the siblings make of it, if it is. */
  readonly p: number;
  readonly sigma: number;
};

/** One quote in twenty is wrong, then by this much. */
const wrongShare = 0.05;
const wrongSigma = 0.18;
/** How far a right quote is from the truth beyond its spread, and the truth from any two-parameter curve. */
const quoteSigma = 0.006;
const shapeSigma = 0.01;
/** A right set of quotes adds up to one within this, plus what their spreads allow. */
const sumSigma = 0.008;
/** Two parameters need this many quotes, so that one wrong one is outvoted. */
const quotesMin = 4;
/** Nearest neighbours on the line; further ones say more about tails than about this cell. */
const neighboursMax = 8;
/** A quote at or below this is as good as impossible: the number may be known to be above that cell. */
const deadMid = 0.03;
const floorShare = 0.2;

type Seen = Cell & { readonly mid: number; readonly noise: number };

/** What the other markets of its event say about a market; null when they cannot say. */
export function siblingOpinion({ market, siblings }: SelectedMarket): SiblingOpinion | null {
  const cells = cellsOf(siblings);
  const { seen, target } = nearest(cells, market.ticker);
  const own = seen[target];
  if (own === undefined || seen.length <= quotesMin) return null;
  const isWhole = seen.length === cells.length && isPartition(cells);
  const span = spanOf(seen);
  if (span === null) return null;
  const explanations: Explanation[] = [];
  for (const floor of floors(seen))
    for (const family of families) explain(seen, { family, floor }, span, isWhole, explanations);
  return weigh(explanations, seen.length, target);
}

/** One hypothesis explained by one shape. `wrong` −1: all quotes are right. */
type Explanation = {
  readonly wrong: number;
  readonly logLikelihood: number;
  readonly chi2: number;
  /** The wrong cell's probability under the curve. */
  readonly p: number;
  readonly variance: number;
};

function explain(
  seen: readonly Seen[],
  shape: Shape,
  span: Span,
  isWhole: boolean,
  into: Explanation[],
): void {
  const prior = priorOf(span, shape.family);
  const starts = startsOf(seen, shape, span);
  let sum = -1;
  let variance = sumSigma * sumSigma;
  for (const { mid, noise } of seen) {
    sum += mid;
    variance += noise * noise;
  }
  const sigmaOfSum = Math.sqrt(variance);
  const logPrior = Math.log(Number.isFinite(shape.floor) ? floorShare : 1 - floorShare);
  const mass: Mass = { p: 0, byMu: 0, byScale: 0 };
  for (let wrong = -1; wrong < seen.length; wrong += 1) {
    const observed = seen.map((cell, i): Observed => {
      const { low, high, mid } = cell;
      if (i !== wrong)
        return { low, high, value: mid, sigma: Math.sqrt(cell.noise ** 2 + shapeSigma ** 2) };
      // A wrong quote is no observation, but in a partition the others leave exactly this much.
      return {
        low,
        high,
        value: mid - sum,
        sigma: isWhole ? sigmaOfSum : Number.POSITIVE_INFINITY,
      };
    });
    const fit = fitCurve(observed, shape, bestStart(starts, observed), prior);
    const [a, b, c] = fit.information;
    let log = logPrior - fit.chi2 / 2 - Math.log(a * c - b * b) / 2;
    for (const [i, { sigma }] of observed.entries()) if (i !== wrong) log -= Math.log(sigma);
    let chi2 = fit.chi2;
    mass.p = Number.NaN;
    const cell = seen[wrong];
    if (cell === undefined) {
      log += Math.log(1 - wrongShare);
      if (isWhole) {
        chi2 += (sum / sigmaOfSum) ** 2;
        log -= (sum / sigmaOfSum) ** 2 / 2;
      }
    } else {
      massOf(shape, fit, cell, mass);
      const off = (cell.mid - mass.p) / wrongSigma;
      log += Math.log(wrongShare) - (off * off) / 2 - Math.log(wrongSigma);
    }
    into.push({
      wrong,
      logLikelihood: log,
      chi2,
      p: mass.p,
      variance: cell === undefined ? 0 : fittedVariance(fit, mass) + shapeSigma ** 2,
    });
  }
}

/** Adds up what all shapes say. When even the best explanation is poor, every one of them is doubted alike. */
function weigh(
  explanations: readonly Explanation[],
  quotes: number,
  target: number,
): SiblingOpinion | null {
  let least = Number.POSITIVE_INFINITY;
  for (const { chi2 } of explanations) least = Math.min(least, chi2);
  const doubt = Math.max(1, least / Math.max(1, quotes - 3));
  let best = Number.NEGATIVE_INFINITY;
  for (const { logLikelihood } of explanations) best = Math.max(best, logLikelihood);
  if (!Number.isFinite(best)) return null;
  let all = 0;
  let mine = 0;
  let mean = 0;
  let square = 0;
  for (const { wrong, logLikelihood, p, variance } of explanations) {
    const weight = Math.exp((logLikelihood - best) / doubt);
    all += weight;
    if (wrong !== target) continue;
    mine += weight;
    mean += weight * p;
    square += weight * (p * p + variance * doubt);
  }
  if (!(all > 0 && mine > 0)) return { wrong: 0, p: 0.5, sigma: 1 };
  const p = mean / mine;
  return { wrong: mine / all, p, sigma: Math.sqrt(Math.max(0, square / mine - p * p)) };
}

/** The cell of `ticker` and its nearest quoted neighbours, in order. `target` −1: it has no quote or no strike. */
function nearest(
  cells: readonly Cell[],
  ticker: string,
): { readonly seen: readonly Seen[]; readonly target: number } {
  const quoted: Seen[] = [];
  for (const cell of cells) {
    if (cell.mid === null) continue;
    const noise = Math.sqrt(quoteSigma ** 2 + (cell.spread / 4) ** 2);
    quoted.push({ ...cell, mid: cell.mid, noise });
  }
  const place = quoted.findIndex((cell) => cell.ticker === ticker);
  if (place < 0) return { seen: [], target: -1 };
  const most = neighboursMax + 1;
  const from = Math.max(0, Math.min(place - neighboursMax / 2, quoted.length - most));
  return { seen: quoted.slice(from, from + most), target: place - from };
}

/** Where the distribution may be cut off: nowhere, or where the first cell that is not dead begins. */
function floors(seen: readonly Seen[]): readonly number[] {
  let dead = false;
  for (const cell of seen) {
    if (cell.mid <= deadMid) dead ||= cell.high < Number.POSITIVE_INFINITY;
    else {
      const isCut = dead && Number.isFinite(cell.low);
      return isCut ? [Number.NEGATIVE_INFINITY, cell.low] : [Number.NEGATIVE_INFINITY];
    }
  }
  return [Number.NEGATIVE_INFINITY];
}

type Span = { readonly from: number; readonly width: number };

function spanOf(seen: readonly Seen[]): Span | null {
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  for (const { low, high } of seen)
    for (const bound of [low, high]) {
      if (!Number.isFinite(bound)) continue;
      from = Math.min(from, bound);
      to = Math.max(to, bound);
    }
  return to > from ? { from, width: to - from } : null;
}

/** Standard deviation of a logistic with scale 1. */
const logisticSigma = 1.8138;

const priorOf = ({ from, width }: Span, family: Family): Prior => ({
  mu: from + width / 2,
  muSigma: width,
  logScale: Math.log(width / 4 / (family === 'logistic' ? logisticSigma : 1)),
  logScaleSigma: 1,
});

type Start = Parameters & { readonly fitted: readonly number[] };
const widths = [0.03, 0.07, 0.15, 0.3, 0.6] as const;

/** A coarse grid of curves: the fit starts from the best of them, because the error has more than one valley. */
function startsOf(seen: readonly Seen[], shape: Shape, { from, width }: Span): readonly Start[] {
  const starts: Start[] = [];
  const mass: Mass = { p: 0, byMu: 0, byScale: 0 };
  for (let k = -4; k <= 16; k += 2)
    for (const share of widths) {
      const parameters = { mu: from + (width * k) / 12, logScale: Math.log(width * share) };
      const fitted = seen.map((cell) => massOf(shape, parameters, cell, mass).p);
      starts.push({ ...parameters, fitted });
    }
  return starts;
}

function bestStart(starts: readonly Start[], observed: readonly Observed[]): Parameters {
  let best: Parameters = { mu: 0, logScale: 0 };
  let least = Number.POSITIVE_INFINITY;
  for (const start of starts) {
    const { fitted } = start;
    let chi2 = 0;
    for (let i = 0; i < observed.length; i += 1) {
      const { value, sigma } = observed[i] as Observed;
      // Plain loop and product: this runs hundreds of times for every opinion.
      const miss = ((fitted[i] ?? 0) - value) / sigma;
      chi2 += miss * miss;
    }
    if (chi2 < least) {
      least = chi2;
      best = start;
    }
  }
  return best;
}
