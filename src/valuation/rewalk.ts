import { worstCost } from '../domain/fees.js';
import type { ListedMarket } from '../domain/market.js';
import { err, ok, type Result } from '../domain/result.js';
import { type EpochMs, type Price, quantity } from '../domain/units.js';
import { edgeAtWalk } from '../domain/walk.js';
import type { Allocation, RefusalCode, ValuationSettings } from '../messages/valuation.js';
import type { BookShot } from '../messages/window.js';
import { asksOf, termsOf } from './edge.js';
import { fitOrder } from './fit-order.js';

/**
 * The same bet on the book as it is now: smaller or refused, never larger, never dearer. The edge has to reach the
 * absolute minimum again, that of an exit the exit's own; a forced test only has to find something to buy.
 */
export function rewalk(
  allocation: Allocation,
  market: ListedMarket,
  book: BookShot,
  { settings }: { readonly settings: ValuationSettings },
  at: EpochMs,
): Result<Allocation, RefusalCode> {
  const { side, fair, limit, count } = allocation;
  const terms = termsOf({ market }, settings, at);
  if (terms === null) return err('fees_unknown');
  const levels = asksOf({ book }, side).filter(([price]) => price <= limit);
  if (allocation.reason === 'forced_test') {
    const there = edgeAtWalk(levels, side, fair, count, limit, terms);
    return there === null ? err('no_depth') : ok({ ...allocation, edge: there.edge });
  }
  const least = allocation.reason === 'exit' ? (settings.exitEdge ?? Number.NaN) : settings.minEdge;
  const fitted = fitOrder({
    levels,
    side,
    ranges: market.priceRanges,
    fair,
    threshold: least,
    budget: allocation.worstCost,
    depthShare: settings.maxDepthShare,
    terms,
  });
  if (!fitted.ok) return fitted;
  const size = quantity(Math.min(fitted.value.count, count));
  const dearest = Math.min(fitted.value.limit, limit) as Price;
  const walked = edgeAtWalk(levels, side, fair, size, dearest, terms);
  if (walked === null || !(walked.edge >= least)) return err('below_min_edge');
  const worst = worstCost(terms.fees, dearest, size, terms.cashUnit);
  return ok({ ...allocation, edge: walked.edge, limit: dearest, count: size, worstCost: worst });
}
