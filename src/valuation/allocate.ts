import { worstCost } from '../domain/fees.js';
import {
  contract,
  dollar,
  type Micros,
  type Price,
  priceMax,
  type Quantity,
  quantity,
} from '../domain/units.js';
import { depthWithin, edgeAtWalk, fairOf, type Plan, type WalkTerms } from '../domain/walk.js';
import type { Allocation, Holding, RefusalCode, ValuationJob } from '../messages/valuation.js';
import type { SelectedMarket } from '../messages/window.js';
import type { Candidate } from './candidates.js';
import { asksOf, termsOf } from './edge.js';
import { fitOrder } from './fit-order.js';
import { type Held, kellyDollars, nothingHeld } from './kelly.js';
import type { Valued } from './value-one.js';

/** What became of one candidate: a sized bet with its walked numbers, or the reason why not. */
export type Sized =
  | {
      readonly ok: true;
      readonly allocation: Allocation;
      readonly cost: number;
      readonly fraction: number;
    }
  | { readonly ok: false; readonly reason: RefusalCode };

/**
 * Sizes candidates in their order, each as far as Kelly, the caps and the book allow.
 *
 * Kelly share × its fraction, at most the per-trade cap less what the market already holds, at most what is left of the
 * cycle; shares below the minimum are dropped; then whole contracts within a share of the displayed depth, and the edge
 * of the walked size is checked once more. Caps count the worst case: every contract at the limit, fees in any split.
 * The minimum share is judged before depth cuts the size: it says what conviction is worth acting on, not what the book
 * happens to offer.
 */
export function allocate(
  job: ValuationJob,
  valued: readonly Valued[],
  ranked: readonly Candidate[],
): ReadonlyMap<number, Sized> {
  const { settings, bankroll } = job;
  const sized = new Map<number, Sized>();
  const holdings = new Map(job.holdings.map((holding) => [holding.ticker, holding]));
  const events = new Set<string>();
  let trades = 0;
  let spent = 0;
  for (const candidate of ranked) {
    const selected = job.markets[candidate.index];
    const one = valued[candidate.index];
    if (selected === undefined || one === undefined) continue;
    const { ticker, eventTicker } = selected.market;
    let result: Sized;
    if (!(trades < settings.maxTradesPerCycle)) result = refused('trades_per_cycle');
    else if (settings.enforceEventMutex && events.has(eventTicker)) result = refused('event_mutex');
    else {
      const left = settings.maxTotalFractionPerCycle - spent / bankroll;
      result = size(job, selected, one, candidate, holdings.get(ticker), left);
    }
    sized.set(candidate.index, result);
    if (!result.ok) continue;
    trades += 1;
    spent += result.allocation.worstCost;
    events.add(eventTicker);
  }
  return sized;
}

const refused = (reason: RefusalCode): Sized => ({ ok: false, reason });

function size(
  job: ValuationJob,
  selected: SelectedMarket,
  one: Valued,
  candidate: Candidate,
  holding: Holding | undefined,
  left: number,
): Sized {
  const { settings, bankroll } = job;
  const { best, fair } = one;
  const terms = termsOf(selected, settings, job.at);
  if (best === null || fair === null || terms === null) return refused('no_signal');
  const { side } = best;
  if (candidate.reason === 'forced_test') return forced(job, selected, one, terms, left);

  const held = heldFrom(side, holding);
  const dollars = bankroll / dollar;
  const won = fairOf(side, fair.fair);
  const wanted = kellyDollars(won, best.cost, dollars, settings.kellyFraction, held) / dollars;
  const alone =
    kellyDollars(won, best.cost, dollars, settings.kellyFraction, nothingHeld) / dollars;
  const most = settings.maxFractionPerTrade - held.cost / dollars;
  const share = Math.min(wanted, most);
  const least = settings.minFractionPerTrade;
  if (!(share >= least && share > 0))
    return refused(
      Math.min(alone, settings.maxFractionPerTrade) >= least ? 'holding' : 'below_min_fraction',
    );
  const allowed = Math.min(share, left);
  if (!(allowed >= least && allowed > 0)) return refused('per_cycle_cap');

  const order = fitOrder({
    levels: asksOf(selected, side),
    side,
    ranges: selected.market.priceRanges,
    fair: fair.fair,
    threshold: candidate.threshold,
    budget: allowed * bankroll,
    depthShare: settings.maxDepthShare,
    terms,
  });
  if (!order.ok) return refused(order.error);
  return bet(selected, side, fair.fair, order.value, terms, candidate.reason, bankroll);
}

/** One contract at the touch: for trying the order path, not for profit. Caps hold for it too. */
function forced(
  job: ValuationJob,
  selected: SelectedMarket,
  one: Valued,
  terms: WalkTerms,
  left: number,
): Sized {
  const { best, fair } = one;
  if (best === null || fair === null) return refused('no_signal');
  const levels = asksOf(selected, best.side);
  const plan: Plan = {
    limit: levels[0]?.[0] ?? ((priceMax - 1) as Price),
    count: quantity(contract),
  };
  if (!(depthWithin(levels, plan.limit) >= contract)) return refused('no_depth');
  const worst = worstCost(terms.fees, plan.limit, plan.count, terms.cashUnit) / job.bankroll;
  if (!(worst <= Math.min(left, job.settings.maxFractionPerTrade))) return refused('per_cycle_cap');
  return bet(selected, best.side, fair.fair, plan, terms, 'forced_test', job.bankroll);
}

function bet(
  { market, book }: SelectedMarket,
  side: 'yes' | 'no',
  fair: Allocation['fair'],
  { limit, count }: Plan,
  terms: WalkTerms,
  reason: Allocation['reason'],
  bankroll: Micros,
): Sized {
  const walked = edgeAtWalk(asksOf({ book }, side), side, fair, count, limit, terms);
  if (walked === null) return refused('no_depth');
  const worst = worstCost(terms.fees, limit, count, terms.cashUnit);
  return {
    ok: true,
    cost: walked.cost,
    fraction: worst / bankroll,
    allocation: {
      ticker: market.ticker,
      shard: market.shard,
      side,
      fair,
      edge: walked.edge,
      limit,
      count: count as Quantity,
      worstCost: worst,
      reason,
    },
  };
}

/** A holding seen from the side about to be bought. */
function heldFrom(side: 'yes' | 'no', holding: Holding | undefined): Held {
  if (holding === undefined) return nothingHeld;
  const same = side === 'yes' ? holding.position : 0 - holding.position;
  const cost = holding.cost / dollar;
  const payoff = Math.abs(same) / contract;
  return same >= 0 ? { ifWon: payoff, ifLost: 0, cost } : { ifWon: 0, ifLost: payoff, cost };
}
