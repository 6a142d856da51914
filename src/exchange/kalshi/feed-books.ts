import type { EpochMs, Ticker } from '../../domain/units.js';
import { limits } from '../../limits.js';

/** One book as the session sees it: known from a snapshot until the next hole of its subscription. */
export type BookState = {
  readonly ticker: Ticker;
  isKnown: boolean;
  /** Subscription and number of its last message. */
  sid: number;
  seq: number;
  /** Requests for a snapshot since it was last known over a whole sweep. */
  asks: number;
  askedAt: number;
};

/** What a sweep found unanswered: ask again, subscribe again market by market, or begin the subscription anew. */
export type Overdue = {
  readonly ask: readonly Ticker[];
  readonly resubscribe: readonly Ticker[];
  readonly isAllLost: boolean;
};

const asksBeforeResubscribe = 3;
const asksBeforeRestart = 5;

/** Which books are wanted and which can be relied on. Without any wish (a capture) every book met is wanted. */
export class FeedBooks {
  private readonly states = new Map<Ticker, BookState>();
  private wanted: ReadonlySet<Ticker> | null = null;

  get wishes(): ReadonlySet<Ticker> {
    return this.wanted ?? noWishes;
  }

  want(tickers: readonly Ticker[]): void {
    const wanted = new Set(tickers);
    this.wanted = wanted;
    for (const ticker of this.states.keys()) if (!wanted.has(ticker)) this.states.delete(ticker);
    for (const ticker of wanted) if (!this.states.has(ticker)) this.add(ticker);
  }

  private add(ticker: Ticker): BookState {
    const state = { ticker, isKnown: false, sid: 0, seq: 0, asks: 0, askedAt: 0 };
    this.states.set(ticker, state);
    return state;
  }

  /** Undefined: not wanted. */
  find(ticker: Ticker): BookState | undefined {
    const state = this.states.get(ticker);
    return state === undefined && this.wanted === null ? this.add(ticker) : state;
  }

  /** Makes the books of one subscription unknown, or all; returns those that were known. */
  lose(sid: number | 'all'): Ticker[] {
    const lost: Ticker[] = [];
    for (const state of this.states.values()) {
      if (!state.isKnown || (sid !== 'all' && state.sid !== sid)) continue;
      state.isKnown = false;
      lost.push(state.ticker);
    }
    return lost;
  }

  /** A new connection owes nothing. */
  restart(): void {
    for (const state of this.states.values()) {
      state.isKnown = false;
      state.asks = 0;
      state.askedAt = 0;
    }
  }

  /** Of these, the ones to ask for at once: each at most once a sweep, so that a bad stream makes no storm. */
  toAskNow(tickers: readonly Ticker[], now: number): Ticker[] {
    return tickers.filter((ticker) => {
      const state = this.states.get(ticker);
      if (state === undefined || state.asks > 0) return false;
      state.asks = 1;
      state.askedAt = now;
      return true;
    });
  }

  overdue(now: EpochMs, speed: number, isOn: (ticker: Ticker) => boolean): Overdue {
    const ask: Ticker[] = [];
    const resubscribe: Ticker[] = [];
    let asksMin = Number.POSITIVE_INFINITY;
    for (const state of this.states.values()) {
      if (state.isKnown) {
        state.asks = 0;
        asksMin = 0;
        continue;
      }
      if (!isOn(state.ticker)) continue;
      asksMin = Math.min(asksMin, state.asks);
      const waitMs = limits.feedAnswerMsMax * speed * 2 ** Math.min(state.asks, 4);
      if (state.askedAt !== 0 && now - state.askedAt < waitMs) continue;
      // First seen: its subscription has just asked for it.
      if (state.askedAt !== 0) {
        state.asks += 1;
        (state.asks % asksBeforeResubscribe === 0 ? resubscribe : ask).push(state.ticker);
      }
      state.askedAt = now;
    }
    const isAllLost = asksMin !== Number.POSITIVE_INFINITY && asksMin >= asksBeforeRestart;
    if (isAllLost) for (const state of this.states.values()) state.asks = 1;
    return { ask, resubscribe, isAllLost };
  }
}

const noWishes: ReadonlySet<Ticker> = new Set();
