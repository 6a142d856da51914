import { err, ok, type Result } from '../domain/result.js';
import type { EpochMs, Probability } from '../domain/units.js';
import type { CryptoEvidence, NoSignal } from '../messages/evidence.js';
import type { FairValue } from '../messages/valuation.js';
import type { SelectedMarket } from '../messages/window.js';
import { type AverageView, type AverageWidening, averageAbove, yearSeconds } from './average.js';
import { cryptoTerms } from './crypto-terms.js';
import { clipFair } from './numbers.js';
import { cellsOf } from './outcome-line.js';

/** What the specialist assumes beyond the formula; settled history may correct every number. */
export type CryptoParameters = AverageWidening & {
  /** Standard deviation of the logarithm of the volatility that will turn out, given the one measured. */
  readonly volatilityError: number;
  /** No opinion is surer than this: standard deviation of the probability. */
  readonly sigmaMin: number;
  /** Older prices give no signal, however well their age is accounted for. */
  readonly spotAgeMsMax: number;
  /** A few hours of realised volatility say nothing about more than this. */
  readonly horizonMsMax: number;
};

/** VALUATION §3.4: t with 4 to 5 degrees below a quarter of an hour; the index stays within a basis point of its venues. */
export const cryptoParameters: CryptoParameters = {
  basis: 1e-4,
  tails: { degrees: 5, fullSeconds: 120, goneSeconds: 900 },
  volatilityError: 0.2,
  sigmaMin: 0.01,
  spotAgeMsMax: 300_000,
  horizonMsMax: 172_800_000,
};

/**
 * What a digital or a range on a coin's sixty-second average is worth, from spot and volatility alone. All markets of an
 * event share one distribution of that average, so ladders fall and complete ranges sum to one. The clock is that of the
 * price: what it may have done since is part of the uncertainty of both the outcome and the answer.
 */
export function crypto(
  selected: SelectedMarket,
  evidence: CryptoEvidence,
  at: EpochMs,
  parameters: CryptoParameters = cryptoParameters,
): Result<FairValue, NoSignal> {
  const { market } = selected;
  const terms = cryptoTerms(market);
  if (!terms.ok) return terms;
  if (terms.value.asset !== evidence.asset) return err('not_this_subject');
  const { spot, volatility, spotAt, window } = evidence;
  if (!(spot > 0 && spot < 1e12 && volatility > 0 && volatility < 50)) return err('bad_answer');
  const ageMs = Math.max(0, at - spotAt);
  if (!(ageMs <= parameters.spotAgeMsMax)) return err('source_stale');
  if (!(market.closeAt - spotAt <= parameters.horizonMsMax)) return err('no_data');
  const bounds = boundsOf(selected);
  if (bounds === null) return err('unknown_rules');
  const view: AverageView = {
    spot,
    volatility,
    secondsLeft: (market.closeAt - spotAt) / 1_000,
    window,
    isTrimmed: terms.value.isTrimmed,
  };
  const worth = (seen: AverageView): number =>
    chanceBetween(bounds.low, bounds.high, seen, parameters);
  const fair = clipFair(worth(view));
  const sigma = uncertaintyOf(worth, view, ageMs, parameters);
  // NaN refuses.
  if (!(fair >= 0 && fair <= 1 && sigma > 0)) return err('bad_answer');
  return ok({ model: 'crypto', fair: fair as Probability, sigma });
}

/** P(low < average ≤ high); an infinite bound is no bound. */
export function chanceBetween(
  low: number,
  high: number,
  view: AverageView,
  widening: AverageWidening,
): number {
  const aboveLow = low === Number.NEGATIVE_INFINITY ? 1 : averageAbove(low, view, widening);
  const aboveHigh = high === Number.POSITIVE_INFINITY ? 0 : averageAbove(high, view, widening);
  return Math.max(0, aboveLow - aboveHigh);
}

/** The market's interval on the line of its event, so that neighbouring ranges touch; null without usable strikes. */
function boundsOf({ market, siblings }: SelectedMarket): { low: number; high: number } | null {
  const cell = cellsOf(siblings).find(({ ticker }) => ticker === market.ticker);
  return cell === undefined ? null : { low: cell.low, high: cell.high };
}

/** How far the probability would move with the volatility, with the index's distance, and with the age of the price. */
function uncertaintyOf(
  worth: (view: AverageView) => number,
  view: AverageView,
  ageMs: number,
  { volatilityError, basis, sigmaMin }: CryptoParameters,
): number {
  const { spot, volatility } = view;
  const byVolatility =
    (worth({ ...view, volatility: volatility * Math.exp(volatilityError) }) -
      worth({ ...view, volatility: volatility * Math.exp(-volatilityError) })) /
    2;
  const drift = volatility * Math.sqrt(ageMs / 1_000 / yearSeconds);
  const step = Math.sqrt(basis * basis + drift * drift);
  const bySpot =
    (worth({ ...view, spot: spot * Math.exp(step) }) -
      worth({ ...view, spot: spot * Math.exp(-step) })) /
    2;
  return Math.sqrt(byVolatility ** 2 + bySpot ** 2 + sigmaMin ** 2);
}
