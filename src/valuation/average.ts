import { normalBelow } from './normal.js';
import { unitStudentCdf } from './student-t.js';

/** What is known, at one moment, of the average of an index's last prints before settlement. */
export type AverageView = {
  /** Dollars, at the moment. */
  readonly spot: number;
  /** Annualised volatility of log returns. */
  readonly volatility: number;
  /** From the moment to settlement; 0 and below: every print is out. */
  readonly secondsLeft: number;
  /** The prints seen so far and their mean; null: none. */
  readonly window: { readonly seen: number; readonly mean: number } | null;
  /** The highest and the lowest fifth of the prints do not count. */
  readonly isTrimmed: boolean;
};

/** What the bare formula leaves out. */
export type AverageWidening = {
  /** Our prices differ from the index by about this much: standard deviation of the logarithm. */
  readonly basis: number;
  /**
   * Shape of short moves: a Student distribution of variance 1 below `fullSeconds`, fading into the normal one at
   * `goneSeconds`, so that no probability jumps as time passes. Null: normal throughout.
   */
  readonly tails: {
    readonly degrees: number;
    readonly fullSeconds: number;
    readonly goneSeconds: number;
  } | null;
};

/** Prints in the average, one a second. */
export const averagePrints = 60;
export const yearSeconds = 31_536_000;

/**
 * A mean without its highest and lowest fifth varies by as much as a plain one that had this much longer to go: 21.47
 * instead of 20.50 seconds for sixty prints of a random walk (300,000 simulated windows).
 */
const trimmedExtraSeconds = 0.967;

/** Seconds of variance in the mean of `count` prints that walk away from a known price. */
const meanSeconds = (count: number): number =>
  count === 0 ? 0 : ((count + 1) * (2 * count + 1)) / (6 * count);

/**
 * P(average > strike), dollars, drift 0. Before the last minute the average varies like a spot price that had 39.5
 * seconds less to go; inside it the prints seen are fixed and the rest must make up the difference. Prints that are out
 * but were not seen lie between the last seen one and the moment: they walk away from its price backwards. NaN in, NaN out.
 */
export function averageAbove(strike: number, view: AverageView, widening: AverageWidening): number {
  const { spot, volatility, secondsLeft, window } = view;
  const seen = window === null ? 0 : Math.min(averagePrints, window.seen);
  const rest = averagePrints - seen;
  if (rest === 0) return fromSeenOnly(strike, view, widening);
  // What the rest must average for all to reach the strike.
  const needed = (averagePrints * strike - seen * (window?.mean ?? 0)) / rest;
  if (needed <= 0) return 1;
  const share = averagePrints / rest;
  const seconds =
    restSeconds(secondsLeft, rest) + (view.isTrimmed ? trimmedExtraSeconds * share * share : 0);
  const basis = widening.basis * share;
  const variance = (volatility * volatility * seconds) / yearSeconds + basis * basis;
  return above(Math.log(spot / needed), variance, secondsLeft, widening);
}

/** Seconds of variance in the mean of the `rest` prints that are not seen. */
function restSeconds(secondsLeft: number, rest: number): number {
  if (secondsLeft >= averagePrints) return secondsLeft - averagePrints + meanSeconds(rest);
  const ahead = Math.min(rest, Math.max(0, Math.ceil(secondsLeft)));
  const missed = rest - ahead;
  return (
    (ahead * ahead * meanSeconds(ahead) + missed * missed * meanSeconds(missed)) / (rest * rest)
  );
}

/** Every print is known: only what our prices and the trimming may change is left. */
function fromSeenOnly(strike: number, view: AverageView, widening: AverageWidening): number {
  const mean = view.window?.mean ?? Number.NaN;
  const { basis } = widening;
  const trimming = view.isTrimmed
    ? (view.volatility * view.volatility * trimmedExtraSeconds) / yearSeconds
    : 0;
  const variance = trimming + basis * basis;
  if (variance === 0) return mean > strike ? 1 : mean <= strike ? 0 : Number.NaN;
  return above(Math.log(mean / strike), variance, 0, widening);
}

function above(
  log: number,
  variance: number,
  secondsLeft: number,
  { tails }: AverageWidening,
): number {
  const z = (log - variance / 2) / Math.sqrt(variance);
  if (tails === null || secondsLeft >= tails.goneSeconds) return normalBelow(z);
  const faded =
    (tails.goneSeconds - secondsLeft) / Math.max(1e-9, tails.goneSeconds - tails.fullSeconds);
  const weight = Math.min(1, faded);
  return weight * unitStudentCdf(z, tails.degrees) + (1 - weight) * normalBelow(z);
}
