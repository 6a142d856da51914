import { err, type Result } from '../domain/result.js';
import type { DurationMs, EpochMs } from '../domain/units.js';
import type { NoSignal } from '../messages/evidence.js';
import type { BlendTable, FairValue } from '../messages/valuation.js';
import type { SelectedMarket } from '../messages/window.js';
import { blended } from './blend.js';
import { crypto } from './crypto.js';
import { heuristic } from './heuristic.js';
import { sports } from './sports.js';
import { weatherFair } from './weather.js';

/** Who said what on the way to a fair value. */
export type OpinionSteps = {
  /** What the event's own quotes say. */
  readonly quotes: FairValue | null;
  /** The word of the model that knows most, before it is pooled; null when there is none. */
  readonly word: FairValue | null;
  /** Why no closed form spoke; null when one did. */
  readonly noSignal: NoSignal | null;
  /** Of what the word rests on, real ms. */
  readonly ageMs: DurationMs | null;
  readonly fair: FairValue | null;
};

/**
 * What a market is worth: the word of the model that knows most about it, calibrated and pooled with what the event's own
 * quotes say. Without a word those quotes stand alone. Where a closed form speaks, Claude has no say. `quotes`: where what
 * they say is known already.
 */
export function opinionOf(
  selected: SelectedMarket,
  at: EpochMs,
  blend: BlendTable,
  quotes: FairValue | null = heuristic(selected),
): FairValue | null {
  return opinionSteps(selected, at, blend, quotes).fair;
}

export function opinionSteps(
  selected: SelectedMarket,
  at: EpochMs,
  blend: BlendTable,
  quotes: FairValue | null = heuristic(selected),
): OpinionSteps {
  const closed = specialist(selected, at);
  const noSignal = closed.ok ? null : closed.error;
  const word = closed.ok ? closed.value : judgement(selected);
  if (word === null) return { quotes, word, noSignal, ageMs: null, fair: quotes };
  const { ageMs } = closed.ok ? selected.evidence : selected.judgement;
  return { quotes, word, noSignal, ageMs, fair: blended(word, selected, ageMs, blend, quotes) };
}

/** The closed form for the evidence there is, or why it cannot say. */
export function specialist(selected: SelectedMarket, at: EpochMs): Result<FairValue, NoSignal> {
  const { evidence, noSignal } = selected.evidence;
  if (evidence === null) return err(noSignal ?? 'no_data');
  switch (evidence.kind) {
    case 'weather':
      return weatherFair(selected.market, evidence, at);
    case 'crypto':
      return crypto(selected, evidence, at);
    case 'sports':
      return sports(selected, evidence, at);
  }
}

/** There is nothing that a closed form could ever read of such a market. */
const neverRead: ReadonlySet<NoSignal | null> = new Set<NoSignal | null>([
  'no_station',
  'unknown_rules',
  'not_this_subject',
]);

/**
 * Whether Claude is the one to ask: no closed form reads this market, now or once its evidence is there. A market whose
 * source is slow or silent waits for it.
 */
export function isLeftToClaude(selected: SelectedMarket, at: EpochMs): boolean {
  switch (selected.market.vertical) {
    case 'weather':
    case 'crypto':
      return neverRead.has(selected.evidence.noSignal);
    case 'sports':
    case 'other':
      return !specialist(selected, at).ok;
  }
}

/** What Claude thinks of it, if it was asked and its answer can be used. */
function judgement({ judgement: { judgement } }: SelectedMarket): FairValue | null {
  if (judgement === null) return null;
  return { model: 'claude', fair: judgement.p, sigma: judgement.sigma };
}
