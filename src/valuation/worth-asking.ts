import { contract, dollar, type EpochMs, type Micros } from '../domain/units.js';
import type { BlendTable, ValuationSettings } from '../messages/valuation.js';
import type { SelectedMarket } from '../messages/window.js';
import { blendTermsOf, pooled, weightMax, weightOf } from './blend.js';
import { asksOf, betterSide, termsOf } from './edge.js';
import { expit, logit } from './numbers.js';
import { ownPrice } from './own-price.js';
import { untradable } from './value-one.js';

/** How far a blind estimate lies from the price, standard deviation in log-odds, as long as nothing better is known. */
const disagreementSd = 0.8;
/**
 * The weight counts as the highest that settled history may still raise it to, in its own standard deviations: a model
 * that is never asked never gets a history. What is learnt of the weight narrows this, either way.
 */
const optimism = 2;
/** The estimates that are tried, in standard deviations. */
const steps = Array.from({ length: 17 }, (_, place) => (place - 8) / 2);
const densities = steps.map((z) => Math.exp((-z * z) / 2));
const densityTotal = densities.reduce((sum, density) => sum + density, 0);

/**
 * What asking Claude about a market can be expected to earn, dollars: the edge over every cost that its word would open,
 * times the contracts that could be bought at the touch, over how far such a word usually lies from the price. A market
 * that cannot be traded, where its weight is 0, or where no word it could give pays for the fee, is worth nothing.
 */
export function worthAsking(
  selected: SelectedMarket,
  settings: ValuationSettings,
  blend: BlendTable,
  bankroll: Micros,
  at: EpochMs,
): number {
  const own = ownPrice(selected);
  const terms = blendTermsOf(blend, 'claude', selected.market.vertical);
  const costs = termsOf(selected, settings, at);
  if (own === null || terms === undefined || costs === null) return 0;
  if (untradable(selected, settings, at) !== null) return 0;
  const known = weightOf(terms, selected, own.spread, 0);
  if (!(known > 0)) return 0;
  const weight = Math.min(weightMax, known + optimism * terms.weightSigma);
  const least = Math.max(
    settings.minEdge,
    Math.min(settings.mispricingThreshold, settings.maxEdge),
  );
  let worth = 0;
  for (const [place, z] of steps.entries()) {
    const word = expit(logit(own.p) + z * disagreementSd);
    const best = betterSide(selected, pooled('claude', own.p, word, weight), costs);
    if (best === null || !(best.edge >= least)) continue;
    const [touch] = asksOf(selected, best.side);
    const depth = ((touch?.[1] ?? 0) / contract) * settings.maxDepthShare;
    const affordable = (settings.maxFractionPerTrade * bankroll) / dollar / best.cost;
    worth += ((densities[place] ?? 0) / densityTotal) * best.edge * Math.min(depth, affordable);
  }
  return worth;
}
