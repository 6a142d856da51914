import type { Probability } from '../domain/units.js';
import type { FairValue } from '../messages/valuation.js';
import type { SelectedMarket } from '../messages/window.js';
import { clipFair, pool } from './numbers.js';
import { type OwnPrice, ownPrice, steadied } from './own-price.js';
import { type SiblingOpinion, siblingOpinion } from './siblings.js';

/**
 * The heuristic: the market is right unless its own siblings contradict it. It knows nothing about the world, only that
 * the markets of one event are views of one number and have to agree.
 *
 * Assumptions, all of which settled history may correct:
 * - most quotes are right within their spread; one in twenty is wrong, then by some 18 cents;
 * - mistakes come one at a time: neighbours of a wrong quote are mostly right;
 * - the settled number has one hump, roughly logistic over the strikes near a market;
 * - a market without such siblings is right, give or take a cent.
 *
 * How far it leaves the market is therefore the posterior probability that the quote is wrong, given how far the
 * siblings disagree and how sure they are: 3 cents from good siblings is noise, 15 cents from bad ones too.
 */
export function heuristic(selected: SelectedMarket): FairValue | null {
  const own = ownPrice(selected);
  if (own === null) return null;
  const opinion = siblingOpinion(selected);
  const settled = opinion === null ? steadied(own, selected.summary) : together(own, opinion);
  const fair = clipFair(settled.p);
  // NaN refuses.
  if (!(fair >= 0 && fair <= 1 && settled.sigma > 0)) return null;
  return { model: 'heuristic', fair: fair as Probability, sigma: settled.sigma };
}

type Estimate = { readonly p: number; readonly sigma: number };

/** Own quote and siblings' value, weighed in log-odds by the chance that the quote is the wrong one. */
function together(own: OwnPrice, opinion: SiblingOpinion): Estimate {
  const { wrong: w } = opinion;
  const distance = opinion.p - own.p;
  const variance =
    w * opinion.sigma * opinion.sigma +
    (1 - w) * own.sigma * own.sigma +
    w * (1 - w) * distance * distance;
  return { p: pool(own.p, clipFair(opinion.p), w), sigma: Math.sqrt(variance) };
}
