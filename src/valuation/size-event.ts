import { contract, dollar } from '../domain/units.js';
import { fairOf, type WalkTerms } from '../domain/walk.js';
import type { Holding, ValuationJob } from '../messages/valuation.js';
import { exhausted, type Room, tightest } from './caps.js';
import { termsOf } from './edge.js';
import { type Instrument, instrumentsMax, jointKelly } from './joint-kelly.js';
import { fitted, type Leg, refused, type Sized, type SizeSteps, sizeOne } from './size-one.js';
import { kellyShareOf, sizedAt } from './sizing-rules.js';
import type { Valued } from './value-one.js';

/** What is held in an event's markets, each with what YES of it is worth; null where nobody says. */
export type HeldInEvent = {
  readonly holding: Holding;
  readonly one: Valued | null;
};

/** A leg as the joint program sees it. */
type Sizable = Leg & {
  readonly terms: WalkTerms;
  readonly side: 'yes' | 'no';
  readonly cost: number;
  /** Probability of YES that it is sized at. */
  readonly yes: number;
  readonly kelly: number;
  /** Most that may be spent on it, share of the bankroll. */
  readonly most: number;
};

/** Something outside the markets in question may always happen, whatever their fair values sum to. */
const restMin = 0.002;

/**
 * The candidates of one mutually exclusive event as one bet: sized together, with what is held there, under the one
 * budget that the caps leave (VALUATION §5.5). Fractional Kelly is full Kelly on that part of the bankroll, as for a
 * single bet. Legs that come out below the minimum share give way one by one, the smallest first, and the rest is sized
 * again; a leg that is left alone, with nothing held in the other outcomes, is sized as any single bet. What a book cannot give is a cap in a second pass, because
 * the other legs were hedged by it.
 *
 * Fair values that contradict each other (probabilities of legs above one) are not stretched to fit: later legs stay
 * out. Best first in, one answer for each leg out.
 */
export function sizeEvent(
  job: ValuationJob,
  legs: readonly Leg[],
  held: readonly HeldInEvent[],
  room: Room,
): ReadonlyMap<number, Sized> {
  const answers = new Map<number, Sized>();
  const least = job.settings.minFractionPerTrade;
  const cap = exhausted(room, least);
  let left: Sizable[] = [];
  let known = 0;
  for (const leg of legs) {
    const sizable = sizableOf(job, leg, held);
    if (cap !== null) answers.set(leg.candidate.index, refused(cap));
    else if (sizable === null) answers.set(leg.candidate.index, refused('no_signal'));
    else if (!(known + sizable.yes <= 1 - restMin && left.length < instrumentsMax))
      answers.set(leg.candidate.index, refused('event_mutex'));
    else {
      known += sizable.yes;
      left.push(sizable);
    }
  }
  const drop = (leg: Sizable, answer: Sized): void => {
    answers.set(leg.candidate.index, answer);
    left = left.filter((each) => each !== leg);
  };
  const isAlone = (): boolean => left.length === 1 && !heldBeside(left[0] as Sizable, held);
  while (left.length > 0 && !isAlone()) {
    const shares = sharesOf(job, left, held, tightest(room));
    if (shares === null) {
      for (const leg of left) drop(leg, refused('holding'));
      break;
    }
    const smallest = shares.indexOf(Math.min(...shares));
    const small = shares[smallest] as number;
    const steps = left.map((leg, i) => stepsOf(leg, shares[i] as number, room, left.length));
    if (!(small >= least && small > 0)) {
      const answer = refused(held.length > 0 ? 'holding' : 'below_min_fraction');
      drop(left[smallest] as Sizable, { ...answer, steps: steps[smallest] as SizeSteps });
      continue;
    }
    const orders = left.map((leg, i) => fitted(job, leg, leg.terms, shares[i] as number));
    const failed = orders.findIndex(({ ok }) => !ok);
    if (failed >= 0) {
      drop(left[failed] as Sizable, {
        ...(orders[failed] as Sized),
        steps: steps[failed] as SizeSteps,
      });
      continue;
    }
    for (const [i, order] of settled(job, left, held, orders, tightest(room)).entries())
      answers.set((left[i] as Sizable).candidate.index, { ...order, steps: steps[i] as SizeSteps });
    return answers;
  }
  const [alone] = left;
  if (alone !== undefined) {
    const own = held.find(({ holding }) => holding.ticker === alone.selected.market.ticker);
    answers.set(alone.candidate.index, sizeOne(job, alone, own?.holding, room));
  }
  return answers;
}

/** The program keeps the caps itself, so that what it asks for is what it may spend. */
const stepsOf = (leg: Sizable, share: number, room: Room, legs: number): SizeSteps => ({
  won: fairOf(leg.side, leg.yes),
  kellyShare: leg.kelly,
  wanted: share,
  caps: [['per_trade_cap', leg.most], ...room],
  share,
  jointLegs: legs,
});

/** Whether anything is held in another outcome of a leg's event. */
export const heldBeside = ({ selected }: Leg, held: readonly HeldInEvent[]): boolean =>
  held.some(({ holding }) => holding.ticker !== selected.market.ticker);

/** Sized once more with what the books gave as caps: no leg grows, some shrink. */
function settled(
  job: ValuationJob,
  legs: readonly Sizable[],
  held: readonly HeldInEvent[],
  orders: readonly Sized[],
  budget: number,
): readonly Sized[] {
  const given = (i: number): number => {
    const order = orders[i];
    return order?.ok === true ? order.fraction : 0;
  };
  const bounded = legs.map((leg, i) => ({ ...leg, most: given(i) }));
  const shares = sharesOf(job, bounded, held, budget);
  return legs.map((leg, i) => {
    const share = shares?.[i] ?? 0;
    // What the solver leaves of a whole order by rounding is the whole order.
    return share >= given(i) * (1 - 1e-6)
      ? (orders[i] as Sized)
      : fitted(job, leg, leg.terms, share);
  });
}

/** What to spend on each leg, shares of the bankroll; null when there is no answer to rely on. */
function sharesOf(
  job: ValuationJob,
  legs: readonly Sizable[],
  held: readonly HeldInEvent[],
  budget: number,
): readonly number[] | null {
  const lambda = Math.min(...legs.map(({ kelly }) => kelly));
  const part = (lambda * job.bankroll) / dollar;
  // One outcome for each leg's market, one for each other market with something held, one for all the rest.
  const tickers = legs.map(({ selected }) => selected.market.ticker);
  const likely = legs.map(({ yes }) => yes);
  for (const { holding, one } of held) {
    const yes = one?.fair?.fair ?? Number.NaN;
    const sum = likely.reduce((all, each) => all + each, 0);
    if (tickers.includes(holding.ticker) || !(yes > 0 && sum + yes <= 1 - restMin)) continue;
    tickers.push(holding.ticker);
    likely.push(yes);
  }
  const rest = 1 - likely.reduce((all, each) => all + each, 0);
  const wealth = [...likely, rest].map((_, outcome) =>
    held.reduce((sum, { holding }) => {
      const { position, cost, ticker } = holding;
      const place = tickers.indexOf(ticker);
      // Without a probability of its own, what is held counts as lost. NaN stays NaN, and refuses.
      const known = place < 0 ? 0 : 1;
      const payoff = known * Math.max(place === outcome ? position : 0 - position, 0);
      return sum + (payoff / contract - cost / dollar) / part;
    }, 1),
  );
  const answer = jointKelly({
    probabilities: [...likely, rest],
    wealth,
    budget: Math.max(budget / lambda, 0),
    instruments: legs.map(
      ({ side, cost, most }, i): Instrument => ({
        cost,
        cap: Math.max(most / lambda, 0),
        pays: wealth.map((_, outcome) => (outcome === i) === (side === 'yes')),
      }),
    ),
  });
  return answer.ok ? answer.value.shares.map((share) => share * lambda) : null;
}

function sizableOf(job: ValuationJob, leg: Leg, held: readonly HeldInEvent[]): Sizable | null {
  const { settings, bankroll } = job;
  const { best, fair } = leg.one;
  const terms = termsOf(leg.selected, settings, job.at);
  if (best === null || fair === null || terms === null) return null;
  const { side, cost } = best;
  const won = sizedAt(fair.model, fairOf(side, fair.fair), cost, fair.sigma);
  const own = held.find(({ holding }) => holding.ticker === leg.selected.market.ticker);
  return {
    ...leg,
    terms,
    side,
    cost,
    yes: fairOf(side, won),
    kelly: kellyShareOf(settings, fair.model),
    most: settings.maxFractionPerTrade - (own?.holding.cost ?? 0) / bankroll,
  };
}
