import type { ValuationJob } from '../messages/valuation.js';
import type { Candidate } from './candidates.js';
import { AtRisk } from './caps.js';
import { type HeldInEvent, heldBeside, sizeEvent } from './size-event.js';
import { type Leg, refused, type Sized, sizeOne } from './size-one.js';
import type { Valued } from './value-one.js';

export type { Sized } from './size-one.js';

/**
 * Sizes candidates in their order, each as far as Kelly, the caps and the book allow.
 *
 * With the event mutex on, several candidates of a mutually exclusive event are one bet, sized where the best of them
 * stands and together with what is held in its other outcomes; of any other event only the best is taken. Off, each is sized for itself. Every bet keeps within its own cap,
 * those of its event and its underlying's day, the cycle's and the one on all there is. Caps count the worst case: every
 * contract at the limit, fees in any split. The minimum share is judged before depth cuts the size: it says what
 * conviction is worth acting on, not what the book happens to offer.
 */
export function allocate(
  job: ValuationJob,
  valued: readonly Valued[],
  ranked: readonly Candidate[],
): ReadonlyMap<number, Sized> {
  const { settings } = job;
  const sized = new Map<number, Sized>();
  if (ranked.length === 0) return sized;
  const atRisk = new AtRisk(job);
  const holdings = new Map(job.holdings.map((holding) => [holding.ticker, holding]));
  const legs = ranked.flatMap((candidate): Leg[] => {
    const selected = job.markets[candidate.index];
    const one = valued[candidate.index];
    return selected === undefined || one === undefined ? [] : [{ candidate, selected, one }];
  });
  const events = new Set<string>();
  let trades = 0;
  const take = ({ candidate, selected }: Leg, result: Sized): void => {
    sized.set(candidate.index, result);
    if (!result.ok) return;
    trades += 1;
    atRisk.add(selected.market, result.allocation.worstCost);
    events.add(selected.market.eventTicker);
  };
  for (const leg of legs) {
    if (sized.has(leg.candidate.index)) continue;
    const { market } = leg.selected;
    if (!(trades < settings.maxTradesPerCycle)) {
      take(leg, refused('trades_per_cycle'));
      continue;
    }
    if (settings.enforceEventMutex && events.has(market.eventTicker)) {
      take(leg, refused('event_mutex'));
      continue;
    }
    const isJoint = settings.enforceEventMutex && market.mutuallyExclusive;
    const together = isJoint ? exclusiveWith(leg, legs) : [leg];
    const held = isJoint ? heldIn(market.eventTicker, job, valued, atRisk) : [];
    if (together.length === 1 && !heldBeside(leg, held)) {
      take(leg, sizeOne(job, leg, holdings.get(market.ticker), atRisk.room(market)));
      continue;
    }
    const allowed = together.slice(0, Math.max(settings.maxTradesPerCycle - trades, 0));
    const answers = sizeEvent(job, allowed, held, atRisk.room(market));
    for (const each of together) {
      const answer = answers.get(each.candidate.index);
      take(each, answer ?? refused('trades_per_cycle'));
    }
  }
  return sized;
}

/** The candidates of a leg's event: only one of them can win. */
function exclusiveWith(leg: Leg, legs: readonly Leg[]): readonly Leg[] {
  const { market } = leg.selected;
  return legs.filter(
    ({ selected }) =>
      selected.market.eventTicker === market.eventTicker && selected.market.mutuallyExclusive,
  );
}

function heldIn(
  event: string,
  job: ValuationJob,
  valued: readonly Valued[],
  atRisk: AtRisk,
): readonly HeldInEvent[] {
  return job.holdings
    .filter(({ ticker }) => atRisk.eventOf(ticker) === event)
    .map((holding) => {
      const index = job.markets.findIndex(({ market }) => market.ticker === holding.ticker);
      return { holding, one: valued[index] ?? null };
    });
}
