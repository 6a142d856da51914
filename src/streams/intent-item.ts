import type { EpochMs, Ticker } from '../domain/units.js';
import type { Intent } from '../messages/intent.js';
import type { IntentBasis } from '../messages/repricing.js';
import type { Allocation, RefusalCode } from '../messages/valuation.js';
import type { BookShot, Trust } from '../messages/window.js';

/**
 * `book_unconfirmed`: the venue's own book was asked for and did not come. `superseded`: a newer window was valued while
 * the bet waited for a book.
 */
export type IntentRefusal = RefusalCode | 'book_unconfirmed' | 'superseded';

/** A candidate becomes an intent, or says why it did not. */
export type IntentItem =
  | { readonly kind: 'intent'; readonly intent: Intent; readonly basis: IntentBasis }
  | {
      readonly kind: 'refused';
      readonly cycle: number;
      readonly ticker: Ticker;
      readonly code: IntentRefusal;
      /** Null: nothing was looked at. */
      readonly basis: IntentBasis | null;
    };

export const intentOf = (
  cycle: number,
  allocation: Allocation,
  reason: Intent['reason'],
  keyless: boolean,
  decidedAt: EpochMs,
  basis: IntentBasis,
): IntentItem => {
  const { ticker, shard, side, fair, edge, limit, count, worstCost } = allocation;
  return {
    kind: 'intent',
    intent: {
      cycle,
      ticker,
      shard,
      side,
      fair,
      edge,
      limit,
      count,
      worstCost,
      reason,
      keyless,
      decidedAt,
    },
    basis,
  };
};

/** Nothing trades on an unknown or stale book; on a listed quote only where there is no feed. */
export function untrusted({ trust }: BookShot, hasFeed: boolean): RefusalCode | null {
  const refusals: Readonly<Record<Trust, RefusalCode | null>> = {
    fresh: null,
    listing: hasFeed ? 'book_stale' : null,
    stale: 'book_stale',
    unknown: 'no_book',
  };
  return refusals[trust];
}
