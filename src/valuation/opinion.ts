import type { EpochMs } from '../domain/units.js';
import type { BlendTable, FairValue } from '../messages/valuation.js';
import type { SelectedMarket } from '../messages/window.js';
import { blended } from './blend.js';
import { crypto } from './crypto.js';
import { heuristic } from './heuristic.js';
import { weatherFair } from './weather.js';

/** Who said what on the way to a fair value. */
export type OpinionSteps = {
  /** What the event's own quotes say. */
  readonly quotes: FairValue | null;
  /** The word of the model that knows most, before it is pooled; null when there is none. */
  readonly word: FairValue | null;
  readonly fair: FairValue | null;
};

/**
 * What a market is worth: the word of the model that knows most about it, calibrated and pooled with what the event's own
 * quotes say. Without evidence those quotes stand alone. Another model is one more branch in `specialist`.
 */
export function opinionOf(
  selected: SelectedMarket,
  at: EpochMs,
  blend: BlendTable,
): FairValue | null {
  return opinionSteps(selected, at, blend).fair;
}

export function opinionSteps(
  selected: SelectedMarket,
  at: EpochMs,
  blend: BlendTable,
): OpinionSteps {
  const quotes = heuristic(selected);
  const word = specialist(selected, at);
  const fair =
    word === null ? quotes : blended(word, selected, selected.evidence.ageMs, blend, quotes);
  return { quotes, word, fair };
}

/** The closed form for the evidence there is; null when it cannot say. */
function specialist(selected: SelectedMarket, at: EpochMs): FairValue | null {
  const { evidence } = selected.evidence;
  if (evidence === null) return null;
  switch (evidence.kind) {
    case 'weather':
      return weatherFair(selected.market, evidence, at);
    case 'crypto': {
      const value = crypto(selected, evidence, at);
      return value.ok ? value.value : null;
    }
    // No reaction to injuries has been measured, so that there is nothing to say (VALUATION §2.3).
    case 'sports':
      return null;
  }
}
