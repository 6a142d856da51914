import { contract, priceMax } from '../domain/units.js';
import type { ValuationSettings } from '../messages/valuation.js';
import type { SelectedMarket } from '../messages/window.js';

/** One cent in units of a price. */
const cent = 100;

/**
 * The least edge that makes a market a candidate: base − (base − floor) × (wL·min(1, volume/ref) + wS·max(0, 1 −
 * spread/ref) + wC·confidence)/(wL + wS + wC). A market without both quotes has no tight spread. NaN stays NaN, and
 * refuses.
 */
export function thresholdOf(
  { market, book }: Pick<SelectedMarket, 'market' | 'book'>,
  confidence: number,
  { mispricingThreshold: base, adaptive }: ValuationSettings,
): number {
  if (adaptive === null) return base;
  const { floor, volumeRef, spreadRef, liquidityWeight, spreadWeight, confidenceWeight } = adaptive;
  const [ask, noAsk] = [book.yesAsks[0]?.[0], book.noAsks[0]?.[0]];
  const spread =
    ask === undefined || noAsk === undefined
      ? Number.POSITIVE_INFINITY
      : (ask + noAsk - priceMax) / cent;
  const liquidity = Math.min(1, market.volume / contract / volumeRef);
  // A crossed book is no tighter than a closed one.
  const tightness = Math.min(1, Math.max(0, 1 - spread / spreadRef));
  const weights = liquidityWeight + spreadWeight + confidenceWeight;
  const ease =
    (liquidityWeight * liquidity + spreadWeight * tightness + confidenceWeight * confidence) /
    weights;
  return base - (base - floor) * ease;
}
