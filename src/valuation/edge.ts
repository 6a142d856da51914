import { feesAt } from '../domain/fees.js';
import { contract, type EpochMs, type Price, priceMax, quantity } from '../domain/units.js';
import { type EdgeAtWalk, edgeAtWalk, type WalkTerms } from '../domain/walk.js';
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

const day = 86_400_000;

/**
 * What a day of locked capital earns, a share of it: edge ÷ cost ÷ days until the payout, which comes when the market's
 * settlement timer after its close has run out. Null when that is past, and for what is not a number.
 */
export function edgePerDay(
  { edge, cost }: Pick<SideEdge, 'edge' | 'cost'>,
  { closeAt, settlementTimerMs }: Pick<SelectedMarket['market'], 'closeAt' | 'settlementTimerMs'>,
  at: EpochMs,
): number | null {
  const days = (closeAt + settlementTimerMs - at) / day;
  if (!(days > 0 && cost > 0)) return null;
  const rate = edge / cost / days;
  return Number.isFinite(rate) ? rate : null;
}

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
    const one = firstContract(selected, side, fairYes, terms);
    if (one !== null && (best === null || one.edge > best.edge))
      best = { side, cost: one.cost, edge: one.edge };
  }
  return best;
}

/** The edge of one contract of a side at whatever is offered; null when nothing is. */
export const firstContract = (
  selected: SelectedMarket,
  side: 'yes' | 'no',
  fairYes: number,
  terms: WalkTerms,
): EdgeAtWalk | null =>
  edgeAtWalk(
    asksOf(selected, side),
    side,
    fairYes,
    quantity(contract),
    (priceMax - 1) as Price,
    terms,
  );
