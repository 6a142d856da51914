import { feesAt } from '../domain/fees.js';
import { contract, type EpochMs, priceMax, quantity } from '../domain/units.js';
import { edgeAtWalk, type WalkTerms } from '../domain/walk.js';
import type { ValuationSettings } from '../messages/valuation.js';
import type { SelectedMarket } from '../messages/window.js';

/** What trading this market costs beyond prices; null when its fees are not known at `at`. */
export function termsOf(
  { market }: Pick<SelectedMarket, 'market'>,
  settings: ValuationSettings,
  at: EpochMs,
): WalkTerms | null {
  const fees = feesAt(market.fees, market.feeWaiverUntil, at);
  if (fees === null) return null;
  const { cashUnit, feeMarginBps, slippageBps } = settings;
  return { fees, cashUnit, feeMarginBps, slippageBps };
}

export const asksOf = (
  { book }: Pick<SelectedMarket, 'book'>,
  side: 'yes' | 'no',
): SelectedMarket['book']['yesAsks'] => (side === 'yes' ? book.yesAsks : book.noAsks);

export type SideEdge = {
  readonly side: 'yes' | 'no';
  /** Dollars a contract, everything included, and fair value minus that. */
  readonly cost: number;
  readonly edge: number;
};

/**
 * The better side for one contract. When asks sum to a dollar or more at most one side can have an edge; of two equal
 * ones YES is taken. Null when nothing is offered on either.
 */
export function betterSide(
  selected: SelectedMarket,
  fairYes: number,
  terms: WalkTerms,
): SideEdge | null {
  let best: SideEdge | null = null;
  for (const side of ['yes', 'no'] as const) {
    const dearest = (priceMax - 1) as never;
    const one = edgeAtWalk(
      asksOf(selected, side),
      side,
      fairYes,
      quantity(contract),
      dearest,
      terms,
    );
    if (one !== null && (best === null || one.edge > best.edge))
      best = { side, cost: one.cost, edge: one.edge };
  }
  return best;
}
