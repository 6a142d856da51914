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
import { exhausted, type Room, tightest } from './caps.js';
import { asksOf, termsOf } from './edge.js';
import { fitOrder } from './fit-order.js';
import { type Held, kellyDollars, nothingHeld } from './kelly.js';
import { kellyShareOf, sizedAt } from './sizing-rules.js';
import type { Valued } from './value-one.js';

/** How a size came about. Shares are of the bankroll. */
export type SizeSteps = {
  /** Probability of winning that it is sized at: what the error multiplier leaves of the edge is in it. */
  readonly won: number;
  /** Part of full Kelly that is bet at most. */
  readonly kellyShare: number;
  /** What that part asks for, given what is held. */
  readonly wanted: number;
  /** What each cap leaves. */
  readonly caps: readonly (readonly [cap: RefusalCode | 'per_trade_cap', share: number])[];
  /** What may be spent after all of them. */
  readonly share: number;
  /** Legs of its event that were sized together, with what is held there; null: it was sized by itself. */
  readonly jointLegs: number | null;
};

/** What became of one candidate: a sized bet with its walked numbers, or the reason why not. */
export type Sized =
  | {
      readonly ok: true;
      readonly allocation: Allocation;
      readonly cost: number;
      readonly fraction: number;
      readonly steps?: SizeSteps;
    }
  | { readonly ok: false; readonly reason: RefusalCode; readonly steps?: SizeSteps };

export const refused = (reason: RefusalCode): Sized => ({ ok: false, reason });

/** A candidate with everything that sizing it needs. */
export type Leg = {
  readonly candidate: Candidate;
  readonly selected: SelectedMarket;
  readonly one: Valued;
};

/**
 * Sizes a candidate that is alone in its event: Kelly share × its fraction, at most the per-trade cap less what the
 * market already holds, at most what the other caps leave; then whole contracts within a share of the displayed depth.
 */
export function sizeOne(
  job: ValuationJob,
  { candidate, selected, one }: Leg,
  holding: Holding | undefined,
  room: Room,
): Sized {
  const { settings, bankroll } = job;
  const { best, fair } = one;
  const terms = termsOf(selected, settings, job.at);
  if (best === null || fair === null || terms === null) return refused('no_signal');
  const { side } = best;
  if (candidate.reason === 'forced_test') return forced(job, selected, one, terms, room);

  const held = heldFrom(side, holding);
  const dollars = bankroll / dollar;
  const won = sizedAt(fair.model, fairOf(side, fair.fair), best.cost, fair.sigma);
  const lambda = kellyShareOf(settings, fair.model);
  const wanted = kellyDollars(won, best.cost, dollars, lambda, held) / dollars;
  const alone = kellyDollars(won, best.cost, dollars, lambda, nothingHeld) / dollars;
  const most = settings.maxFractionPerTrade - held.cost / dollars;
  const share = Math.min(wanted, most);
  const least = settings.minFractionPerTrade;
  const allowed = Math.min(share, tightest(room));
  const caps: SizeSteps['caps'] = [['per_trade_cap', most], ...room];
  const steps: SizeSteps = {
    won,
    kellyShare: lambda,
    wanted,
    caps,
    share: allowed,
    jointLegs: null,
  };
  if (!(share >= least && share > 0)) {
    const isHeld = Math.min(alone, settings.maxFractionPerTrade) >= least;
    return { ...refused(isHeld ? 'holding' : 'below_min_fraction'), steps };
  }
  const cap = exhausted(room, least);
  if (cap !== null) return { ...refused(cap), steps };
  return { ...fitted(job, { candidate, selected, one }, terms, allowed), steps };
}

/** The order that spends up to `share` of the bankroll on a leg, as a bet. */
export function fitted(
  job: ValuationJob,
  { candidate, selected, one: { best, fair } }: Leg,
  terms: WalkTerms,
  share: number,
): Sized {
  if (best === null || fair === null) return refused('no_signal');
  const { side } = best;
  const order = fitOrder({
    levels: asksOf(selected, side),
    side,
    ranges: selected.market.priceRanges,
    fair: fair.fair,
    threshold: candidate.threshold,
    budget: share * job.bankroll,
    depthShare: job.settings.maxDepthShare,
    terms,
  });
  if (!order.ok) return refused(order.error);
  return bet(selected, side, fair.fair, order.value, terms, candidate.reason, job.bankroll);
}

/** One contract at the touch: for trying the order path, not for profit. Caps hold for it too. */
function forced(
  job: ValuationJob,
  selected: SelectedMarket,
  one: Valued,
  terms: WalkTerms,
  room: Room,
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
  const cap = exhausted([...room, ['per_cycle_cap', job.settings.maxFractionPerTrade]], worst);
  if (cap !== null) return refused(cap);
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
