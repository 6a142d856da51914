import type { Micros } from '../domain/units.js';
import type { RefusalCode, ValuationJob } from '../messages/valuation.js';
import type { SelectedMarket } from '../messages/window.js';
import { type UnderlyingDay, underlyingDayOf } from './underlying.js';

type Listed = Pick<SelectedMarket['market'], 'ticker' | 'eventTicker' | 'seriesTicker' | 'closeAt'>;

/** What the caps leave for one more bet, in shares of the bankroll, each with the refusal that stands for it. */
export type Room = readonly (readonly [code: RefusalCode, share: number])[];

/** The event of a ticker that is not in the job: everything before the last dash. */
const eventByName = (ticker: string): string =>
  ticker.slice(0, Math.max(ticker.lastIndexOf('-'), 0));

export type OnUnderlying = { readonly of: UnderlyingDay; readonly cost: number };

/** What is at risk on an underlying and day. What has no day counts for every day. */
export function costOn({ underlying, day }: UnderlyingDay, all: readonly OnUnderlying[]): number {
  let cost = 0;
  for (const { of, cost: one } of all) {
    const isSameDay = day === null || of.day === null || of.day === day;
    if (of.underlying === underlying && isSameDay) cost += one;
  }
  return cost;
}

/**
 * What is at risk, by event, by underlying and day, and in all: what was held or in flight when the job was made, at
 * worst case, plus what this allocation adds. Mutable; one per allocation.
 */
export class AtRisk {
  readonly #job: ValuationJob;
  readonly #listed: ReadonlyMap<string, Listed>;
  readonly #events = new Map<string, number>();
  readonly #underlyings: OnUnderlying[] = [];
  #gross = 0;
  #cycle = 0;

  constructor(job: ValuationJob) {
    this.#job = job;
    this.#listed = new Map(job.markets.map(({ market }) => [market.ticker, market]));
    for (const { ticker, cost } of job.holdings) this.#count(this.#named(ticker), cost);
  }

  /** The event of something held. */
  eventOf(ticker: ValuationJob['holdings'][number]['ticker']): string {
    return this.#named(ticker).eventTicker;
  }

  /** A bet of this cycle. */
  add(market: Listed, worstCost: Micros): void {
    this.#cycle += worstCost;
    this.#count(market, worstCost);
  }

  room(market: Listed): Room {
    const { settings, bankroll } = this.#job;
    const { maxTotalFractionPerCycle, maxFractionPerEvent, maxGrossFraction } = settings;
    const left = (most: number, used: number): number => most - used / bankroll;
    const rooms: [RefusalCode, number][] = [
      ['per_cycle_cap', left(maxTotalFractionPerCycle, this.#cycle)],
      ['per_event_cap', left(maxFractionPerEvent, this.#events.get(market.eventTicker) ?? 0)],
      ['gross_cap', left(maxGrossFraction, this.#gross)],
    ];
    const on = underlyingDayOf(market);
    if (on !== null)
      rooms.push([
        'per_underlying_cap',
        left(settings.maxFractionPerUnderlyingDay, costOn(on, this.#underlyings)),
      ]);
    return rooms;
  }

  #named(ticker: Listed['ticker']): Pick<Listed, 'ticker' | 'eventTicker'> & Partial<Listed> {
    const listed = this.#listed.get(ticker);
    return listed ?? { ticker, eventTicker: eventByName(ticker) as Listed['eventTicker'] };
  }

  #count(market: Pick<Listed, 'ticker' | 'eventTicker'> & Partial<Listed>, cost: number): void {
    this.#gross += cost;
    this.#events.set(market.eventTicker, (this.#events.get(market.eventTicker) ?? 0) + cost);
    const on = underlyingDayOf(market);
    if (on !== null) this.#underlyings.push({ of: on, cost });
  }
}

/** The cap that leaves less than `least`, or nothing at all; null when none does. NaN leaves nothing. */
export function exhausted(room: Room, least: number): RefusalCode | null {
  for (const [code, share] of room) if (!(share >= least && share > 0)) return code;
  return null;
}

/** The tightest of them. NaN is the tightest of all. */
export const tightest = (room: Room): number => Math.min(...room.map(([, share]) => share));
