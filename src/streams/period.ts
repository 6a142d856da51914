import type { ListedMarket } from '../domain/market.js';
import { type EventTicker, type Micros, micros, type Ticker } from '../domain/units.js';
import type { Allocation, FairValue, RefusalCode, Verdict } from '../messages/valuation.js';
import type { SelectedMarket } from '../messages/window.js';
import type { JobInputs, Valuation } from './valuations.js';

export type Opinion = { readonly fair: FairValue; readonly selected: SelectedMarket };

/** Price or opinion alone stood in the way: another one may change it. */
const reasonsOfPrice: ReadonlySet<Verdict['reason']> = new Set([
  'below_threshold',
  'below_min_edge',
  'below_min_fraction',
  'too_small',
  'no_depth',
  'no_book',
  'book_stale',
  'heuristic_only',
]);

/**
 * One window's opinions and what its bets have taken of the per-cycle caps, from its valuation to the next. Mutable,
 * owned by the `repricedIntents` stream.
 */
export class Period {
  static readonly none = new Period(0, new Map(), []);

  readonly cycle: number;
  readonly #opinions: Map<Ticker, Opinion>;
  readonly #events = new Set<EventTicker>();
  #trades = 0;
  #worstCost = 0;

  private constructor(
    cycle: number,
    opinions: Map<Ticker, Opinion>,
    bets: readonly { readonly allocation: Allocation; readonly market: ListedMarket }[],
  ) {
    this.cycle = cycle;
    this.#opinions = opinions;
    for (const { allocation, market } of bets) this.#count(allocation, market);
  }

  static of({ selection, result }: Valuation & { readonly kind: 'valued' }): Period {
    const valued = new Map(selection.markets.map((one) => [one.market.ticker, one]));
    const opinions = new Map<Ticker, Opinion>();
    for (const verdict of result.verdicts) {
      const selected = valued.get(verdict.ticker);
      const { model, fair, sigma, reason } = verdict;
      if (selected === undefined || model === null || fair === null || sigma === null) continue;
      if (reasonsOfPrice.has(reason))
        opinions.set(verdict.ticker, { fair: { model, fair, sigma }, selected });
    }
    const bets = result.allocations.flatMap((allocation) => {
      const selected = valued.get(allocation.ticker);
      // An exit takes nothing of the caps.
      return selected === undefined || allocation.reason === 'exit'
        ? []
        : [{ allocation, market: selected.market }];
    });
    return new Period(result.cycle, opinions, bets);
  }

  get spent(): { readonly trades: number; readonly worstCost: Micros } {
    return { trades: this.#trades, worstCost: micros(this.#worstCost) };
  }

  isOpen(ticker: Ticker): boolean {
    return this.#opinions.has(ticker);
  }

  /** The opinion in force from now on; null: there is none any more. */
  renew(ticker: Ticker, fair: FairValue | null): void {
    const opinion = this.#opinions.get(ticker);
    if (opinion === undefined || opinion.fair === fair) return;
    if (fair === null) this.#opinions.delete(ticker);
    else this.#opinions.set(ticker, { ...opinion, fair });
  }

  opinionOf(ticker: Ticker): Opinion | null {
    return this.#opinions.get(ticker) ?? null;
  }

  /** The market has had its turn. */
  pass(ticker: Ticker): void {
    this.#opinions.delete(ticker);
  }

  /** Counts the bet against the caps, or says which one refuses it. Either way the market has had its turn. */
  take(
    market: ListedMarket,
    allocation: Allocation,
    { settings, bankroll }: JobInputs,
  ): RefusalCode | null {
    this.pass(market.ticker);
    if (!(this.#trades < settings.maxTradesPerCycle)) return 'trades_per_cycle';
    if (settings.enforceEventMutex && this.#events.has(market.eventTicker)) return 'event_mutex';
    const worstCost = this.#worstCost + allocation.worstCost;
    // Written so that NaN refuses.
    if (!(worstCost <= bankroll * settings.maxTotalFractionPerCycle)) return 'per_cycle_cap';
    this.#count(allocation, market);
    return null;
  }

  #count(allocation: Allocation, market: ListedMarket): void {
    this.#trades += 1;
    this.#worstCost += allocation.worstCost;
    this.#events.add(market.eventTicker);
  }
}
