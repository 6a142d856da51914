import { err, ok, type Result } from '../../domain/result.js';
import type { Probability } from '../../domain/units.js';
import type { Judgement, JudgementRefusal } from '../../messages/inference.js';
import { logit, median } from '../../valuation/numbers.js';
import type { Estimate } from './answer.js';
import type { Variant } from './variants.js';

export type Sample = { readonly variant: Variant; readonly estimate: Pick<Estimate, 'p'> };

/** Surer than this no language model is believed (VALUATION §4.2-3). */
const pMin = 0.01;
const pMax = 0.99;
/** From the lowest to the highest sample: more is no opinion (VALUATION §8-9). */
const dispersionMax = 0.25;
/** The question and its negation add up to one within this (VALUATION §8-7). */
const negationMax = 0.15;
/**
 * Standard deviations in log-odds. What all samples of one model get wrong alike: the best calibration error measured
 * is .12 (KalshiBench, VALUATION §4.1), which is .48 at even odds. What one sample hides: a tenth at even odds, until
 * others are there to show it; it counts as one sample more.
 */
const commonSd = 0.48;
const betweenSd = 0.4;

/** 0.75 − 0.5 may come out above a quarter by the last bit. */
const rounding = 1e-9;

const clamp = (p: number): number => Math.min(pMax, Math.max(pMin, p));

/**
 * One judgement from samples of one content: their median, with a standard deviation from how far they lie apart in
 * log-odds and what they have in common. Samples that contradict each other are refused.
 */
export function judgementOf(samples: readonly Sample[]): Result<Judgement, JudgementRefusal> {
  if (samples.length === 0) return err('not_asked');
  const values = samples.map(({ estimate }) => estimate.p);
  if (!values.every((p) => p >= 0 && p <= 1)) return err('out_of_range');
  if (!(Math.max(...values) - Math.min(...values) <= dispersionMax + rounding))
    return err('samples_disagree');
  if (!addsUp(samples)) return err('samples_disagree');

  const p = clamp(median(values)) as Probability;
  const logits = values.map((value) => logit(clamp(value)));
  const mean = logits.reduce((sum, x) => sum + x, 0) / logits.length;
  const squares = logits.reduce((sum, x) => sum + (x - mean) ** 2, 0);
  const variance = (squares + betweenSd ** 2) / samples.length + commonSd ** 2;
  return ok({ p, sigma: Math.sqrt(variance) * p * (1 - p), samples: samples.length });
}

/** Whether each negated sample fits the median of those asked straight, where there are any. */
function addsUp(samples: readonly Sample[]): boolean {
  const straight = samples.filter(({ variant }) => variant !== 'negated');
  if (straight.length === 0) return true;
  const middle = median(straight.map(({ estimate }) => estimate.p));
  return samples.every(
    ({ variant, estimate }) =>
      variant !== 'negated' || Math.abs(estimate.p - middle) <= negationMax + rounding,
  );
}
