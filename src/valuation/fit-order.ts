import type { BookLevel, BookSide } from '../domain/book.js';
import { worstCost } from '../domain/fees.js';
import type { PriceRange } from '../domain/market.js';
import { err, ok, type Result } from '../domain/result.js';
import { contract, type Price, quantity } from '../domain/units.js';
import {
  depthWithin,
  edgeAtWalk,
  type Plan,
  planOrder,
  type WalkTerms,
  walk,
  wholeContracts,
} from '../domain/walk.js';
import type { RefusalCode } from '../messages/valuation.js';

export type FitRequest = {
  readonly levels: readonly BookLevel[];
  readonly side: BookSide;
  readonly ranges: readonly PriceRange[];
  /** Probability of YES. */
  readonly fair: number;
  /** Least edge, of the marginal contract and of the whole. */
  readonly threshold: number;
  /** Most micro-dollars that all contracts at the limit may cost, with fees in any split. */
  readonly budget: number;
  readonly depthShare: number;
  readonly terms: WalkTerms;
};

/** The largest order within a budget whose walked edge keeps the threshold. NaN anywhere refuses. */
export function fitOrder(request: FitRequest): Result<Plan, RefusalCode> {
  const { levels, side, fair, threshold, terms, budget } = request;
  const cheapest = levels[0]?.[0];
  if (cheapest === undefined) return err('no_depth');
  const affordable = (limit: Price): number =>
    wholeContracts(budget / worstCost(terms.fees, limit, quantity(1), terms.cashUnit));
  let count = affordable(cheapest);
  if (!(count >= contract)) return err('too_small');
  for (;;) {
    const plan = planOrder({ ...request, count: quantity(count) });
    if (plan === null) return err('no_depth');
    const most = affordable(plan.limit);
    if (plan.count > most) {
      if (!(most >= contract)) return err('too_small');
      count = most;
      continue;
    }
    const walked = edgeAtWalk(levels, side, fair, plan.count, plan.limit, terms);
    if (walked !== null && walked.edge >= threshold) return ok(plan);
    // The average of this size falls short: give up its dearest level.
    const { marginal } = walk(levels, plan.count, plan.limit, terms);
    const rest = marginal === null ? 0 : depthWithin(levels, (marginal - 1) as Price);
    count = Math.min(plan.count - contract, wholeContracts(rest));
    if (!(count >= contract)) return err('below_threshold');
  }
}
