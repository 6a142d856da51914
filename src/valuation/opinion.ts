import type { FairValue } from '../messages/valuation.js';
import type { SelectedMarket } from '../messages/window.js';
import { blended } from './blend.js';
import { heuristic } from './heuristic.js';

/**
 * What a market is worth: the word of the model that knows most about it, calibrated and pooled with the market's price.
 * Another model is one more branch here, with the age of its evidence.
 */
export function opinionOf(selected: SelectedMarket): FairValue | null {
  const word = heuristic(selected);
  return word === null ? null : blended(word, selected, null);
}
