import { worstCost } from '../domain/fees.js';
import { contract, type Price, priceMax, quantity } from '../domain/units.js';
import { edgeAtWalk } from '../domain/walk.js';
import type { Holding, ValuationJob } from '../messages/valuation.js';
import type { SelectedMarket } from '../messages/window.js';
import { asksOf, termsOf } from './edge.js';
import { fitOrder } from './fit-order.js';
import type { Sized } from './size-one.js';
import type { Valued } from './value-one.js';

/**
 * Positions worth more sold than held: those whose bid, net of all cost, exceeds the fair value by `exitEdge`. To sell a
 * side is to buy the other one, of which no more than is held is bought. A market that was bought anyway, or may not be traded
 * now, is left alone. Exits take no room of any cap: they only give some back. By place in the job; empty while off.
 */
export function exitsOf(
  job: ValuationJob,
  valued: readonly Valued[],
  sized: ReadonlyMap<number, Sized>,
): ReadonlyMap<number, Sized> {
  const exits = new Map<number, Sized>();
  const { exitEdge } = job.settings;
  if (exitEdge === null) return exits;
  const holdings = new Map(job.holdings.map((holding) => [holding.ticker, holding]));
  for (const [index, selected] of job.markets.entries()) {
    const one = valued[index];
    const holding = holdings.get(selected.market.ticker);
    if (one === undefined || holding === undefined || sized.get(index)?.ok === true) continue;
    const exit = exitOf(job, selected, one, holding, exitEdge);
    if (exit !== null) exits.set(index, exit);
  }
  return exits;
}

/** Written so that NaN keeps the position. */
function exitOf(
  job: ValuationJob,
  selected: SelectedMarket,
  { refused, fair, best }: Valued,
  { position }: Holding,
  exitEdge: number,
): Sized | null {
  const { settings } = job;
  const side = position > 0 ? 'no' : 'yes';
  const held = Math.abs(position);
  const terms = termsOf(selected, settings, job.at);
  if (refused !== null || fair === null || terms === null) return null;
  // An edge over the maximum is a suspected error of ours, here as for a purchase.
  if (best?.side !== side || !(best.edge >= exitEdge && best.edge <= settings.maxEdge)) return null;
  const levels = asksOf(selected, side);
  const dearest = (priceMax - 1) as Price;
  const plan = fitOrder({
    levels,
    side,
    ranges: selected.market.priceRanges,
    fair: fair.fair,
    threshold: exitEdge,
    budget: worstCost(terms.fees, dearest, quantity(held), terms.cashUnit),
    depthShare: settings.maxDepthShare,
    terms,
  });
  if (!plan.ok) return null;
  const { limit } = plan.value;
  const count = quantity(Math.min(plan.value.count, held - (held % contract)));
  const walked = count > 0 ? edgeAtWalk(levels, side, fair.fair, count, limit, terms) : null;
  if (walked === null || !(walked.edge >= exitEdge)) return null;
  const { ticker, shard } = selected.market;
  return {
    ok: true,
    cost: walked.cost,
    fraction: 0,
    allocation: {
      ticker,
      shard,
      side,
      fair: fair.fair,
      edge: walked.edge,
      limit,
      count,
      worstCost: worstCost(terms.fees, limit, count, terms.cashUnit),
      reason: 'exit',
    },
  };
}
