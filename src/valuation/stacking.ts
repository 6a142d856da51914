import type { AgeWeight, BlendTerms, Calibration } from '../messages/valuation.js';
import { weightMax, within } from './blend.js';
import { expit } from './numbers.js';

/** Fewer events than this move nothing. */
export const eventsMin = 20;
/** Evidence is young in the first quarter of the time it counts for. */
const youngShare = 0.25;
/** A quote that has stood longer may not have noticed the evidence, real ms. */
const quoteFreshMs = 60_000;
const stepsMax = 50;

/** A word and the market's in log-odds, and how much their event leaves to the snapshot. Ages in real ms. */
export type Row = {
  readonly x: number;
  readonly m: number;
  readonly share: number;
  readonly evidenceAgeMs: number | null;
  readonly quoteAgeMs: number | null;
  readonly isThin: boolean;
  readonly outcome: 0 | 1;
};

/** A multiple of the starting weights and its standard deviation. */
type Factor = { readonly f: number; readonly sd: number };

/**
 * Starting terms with what history says of the weights: logit q = logit m + f·w₀·(logit c − logit m), a stacked logistic
 * regression in which `f` multiplies the starting weights w₀ (VALUATION §4.2-7). It is held to 1 with the standard
 * deviation that they claim, and per age of evidence and quote to what it is over all ages.
 */
export function* weighted(
  events: readonly (readonly Row[])[],
  start: BlendTerms,
  calibration: Calibration,
): Generator<null, BlendTerms> {
  const { weight, weightThin, weightSigma, evidenceAgeMsMax } = start;
  const fMax = weightMax / weight;
  const sd = weightSigma / weight;
  const all = yield* fitFactor(events.flat(), start, calibration, { f: 1, sd }, fMax);
  const scaled = ({ f }: Factor) => ({
    weight: Math.min(weightMax, f * weight),
    weightThin: Math.min(weightMax, f * weightThin),
  });
  const young = evidenceAgeMsMax === null ? null : evidenceAgeMsMax * youngShare;
  // In this order: a row belongs to the first that fits.
  const buckets = [
    { evidenceAgeMsMax: young, quoteAgeMsMax: quoteFreshMs },
    { evidenceAgeMsMax: young, quoteAgeMsMax: null },
    { evidenceAgeMsMax: null, quoteAgeMsMax: quoteFreshMs },
    { evidenceAgeMsMax: null, quoteAgeMsMax: null },
  ].map((ages) => ({ ages, rows: [] as Row[], events: 0 }));
  for (const rows of events) {
    const seen = new Set<object>();
    for (const row of rows) {
      const bucket = buckets.find(
        ({ ages }) =>
          within(row.evidenceAgeMs, ages.evidenceAgeMsMax) &&
          within(row.quoteAgeMs, ages.quoteAgeMsMax),
      );
      if (bucket === undefined) continue;
      bucket.rows.push(row);
      if (!seen.has(bucket)) bucket.events += 1;
      seen.add(bucket);
    }
  }
  yield null;
  const byAge: AgeWeight[] = [];
  for (const { ages, rows, events: count } of buckets) {
    const prior = { f: all.f, sd };
    const own = count < eventsMin ? all : yield* fitFactor(rows, start, calibration, prior, fMax);
    byAge.push({ ...ages, ...scaled(own) });
  }
  return {
    ...start,
    ...scaled(all),
    weightSigma: all.sd * weight,
    byAge,
    calibration,
    source: `learnt from ${events.length} settled events`,
  };
}

/**
 * Newton on Σ log loss + (f − f₀)²/2sd², which is convex: the best of 0 … `fMax` is then the nearest to its minimum.
 * A pass over the rows is a step.
 */
function* fitFactor(
  rows: readonly Row[],
  start: BlendTerms,
  calibration: Calibration,
  prior: Factor,
  fMax: number,
): Generator<null, Factor> {
  // A weight that is certain cannot be taught.
  if (!(prior.sd > 0)) return prior;
  const firm = 1 / (prior.sd * prior.sd);
  let f = prior.f;
  let bend = firm;
  for (let step = 0; step < stepsMax; step += 1) {
    let slope = firm * (f - prior.f);
    bend = firm;
    for (const { isThin, x, m, share, outcome } of rows) {
      const c = calibration.alpha + calibration.beta * x;
      const by = (isThin ? start.weightThin : start.weight) * (c - m);
      const q = expit(m + f * by);
      slope += share * (q - outcome) * by;
      bend += share * q * (1 - q) * by * by;
    }
    // Far from the solution a whole step may overshoot.
    const by = Math.min(1, Math.max(-1, slope / bend));
    f -= by;
    yield null;
    if (Math.abs(by) < 1e-9) break;
  }
  return { f: Math.min(fMax, Math.max(0, f)), sd: 1 / Math.sqrt(bend) };
}
