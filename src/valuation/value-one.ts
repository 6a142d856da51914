import type { EpochMs } from '../domain/units.js';
import type { NoSignal } from '../messages/evidence.js';
import type {
  BlendTable,
  FairValue,
  RefusalCode,
  ValuationSettings,
} from '../messages/valuation.js';
import type { SelectedMarket } from '../messages/window.js';
import { confidenceOf } from './confidence.js';
import { betterSide, type SideEdge, termsOf } from './edge.js';
import { kellyFraction } from './kelly.js';
import { type OpinionSteps, opinionSteps } from './opinion.js';
import { thresholdOf } from './threshold.js';

/** One market valued on its own: what it is worth and what one contract would earn. Plain; crosses threads. */
export type Valued = {
  /** Why it cannot be traded now, whatever its edge; null when it can. */
  readonly refused: RefusalCode | null;
  readonly fair: FairValue | null;
  /** Why no closed form has a part in it; null when one has. */
  readonly noSignal: NoSignal | null;
  /** The better side for one contract; null when nothing is offered or nothing is known. */
  readonly best: SideEdge | null;
  readonly confidence: number;
  /** Least edge that makes it a candidate. */
  readonly threshold: number;
  /** Full Kelly of the first contract, share of the bankroll. */
  readonly kelly: number;
};

const day = 86_400_000;

/**
 * The part of a valuation that needs no other market's result, and so runs in parallel. An opinion is given
 * where an earlier one stays in force.
 */
export function valueOne(
  selected: SelectedMarket,
  settings: ValuationSettings,
  at: EpochMs,
  barred: RefusalCode | null,
  blend: BlendTable,
  opinion: Pick<OpinionSteps, 'fair' | 'noSignal'> = opinionSteps(selected, at, blend),
): Valued {
  const { fair, noSignal } = opinion;
  const terms = termsOf(selected, settings, at);
  const best = fair === null || terms === null ? null : betterSide(selected, fair.fair, terms);
  const confidence = best === null || fair === null ? 0 : confidenceOf(best.edge, fair.sigma);
  const won = fair === null || best === null ? 0 : best.side === 'yes' ? fair.fair : 1 - fair.fair;
  return {
    refused:
      barred ??
      untradable(selected, settings, at) ??
      (terms === null ? 'fees_unknown' : fair === null ? 'no_signal' : null) ??
      (fair?.model === 'heuristic' && !settings.allowHeuristic ? 'heuristic_only' : null) ??
      (best === null ? 'no_depth' : null),
    fair,
    noSignal,
    best,
    confidence,
    threshold: thresholdOf(selected, confidence, settings),
    kelly: best === null ? 0 : kellyFraction(won, best.cost),
  };
}

/**
 * What the market itself rules out. A `listing` book may be a candidate: without a feed its real book is fetched before
 * anything is sent. Written so that NaN refuses.
 */
export function untradable(
  { market, book }: SelectedMarket,
  settings: ValuationSettings,
  at: EpochMs,
): RefusalCode | null {
  if (book.trust === 'unknown') return 'no_book';
  if (book.trust === 'stale') return 'book_stale';
  const left = market.closeAt - at;
  if (market.status !== 'active' || !(left >= settings.closesTooSoonMs)) return 'closes_too_soon';
  if (!(left <= settings.maxDaysToClose * day)) return 'too_far';
  return null;
}
