import { assertNever } from '../domain/assert.js';
import {
  type DurationMs,
  type EpochMs,
  type Price,
  price,
  quantity,
  type Ticker,
} from '../domain/units.js';
import { limits } from '../limits.js';
import type { MarketSummary } from '../messages/window.js';
import type { BookChange, BookEntry, BookView } from './book-view.js';

/** One market's window so far. Numbers only, so that a change allocates nothing. */
class Running {
  readonly ticker: Ticker;
  firstBid: Price | null = null;
  firstAsk: Price | null = null;
  hasFirst = false;
  /** Mids × 2, of the opening quote and of every change. */
  midHigh2: number | null = null;
  midLow2: number | null = null;
  /** Of the changes alone. */
  midSum2 = 0;
  midCount = 0;
  trades = 0;
  volume = 0;
  lastTradePrice: Price | null = null;
  changes = 0;
  gaps = 0;

  constructor(ticker: Ticker) {
    this.ticker = ticker;
  }

  /** The window opens on the quote in force: it counts as its first, and for high and low, but not as a change. */
  open(entry: BookEntry | null): void {
    this.firstBid = null;
    this.firstAsk = null;
    this.hasFirst = false;
    this.midHigh2 = null;
    this.midLow2 = null;
    this.midCount = 0;
    this.midSum2 = 0;
    this.trades = 0;
    this.volume = 0;
    this.changes = 0;
    this.gaps = 0;
    if (entry !== null) this.see(entry);
  }

  change(entry: BookEntry): void {
    this.changes += 1;
    const mid2 = this.see(entry);
    if (mid2 === null) return;
    this.midSum2 += mid2;
    this.midCount += 1;
  }

  /** The mid × 2, if there is one. */
  see({ known, book }: BookEntry): number | null {
    if (!known) return null;
    const bid = book.bestBid('yes');
    const ask = book.bestAsk('yes');
    if (!this.hasFirst) {
      this.firstBid = bid;
      this.firstAsk = ask;
      this.hasFirst = true;
    }
    // A crossed book shows no price that anyone offered and anyone else refused.
    if (bid === null || ask === null || bid >= ask) return null;
    const mid2 = bid + ask;
    if (this.midHigh2 === null || mid2 > this.midHigh2) this.midHigh2 = mid2;
    if (this.midLow2 === null || mid2 < this.midLow2) this.midLow2 = mid2;
    return mid2;
  }
}

/** The windows' accumulators, one per market, by the store's slots. Mutable, owned by the `windows` stream. */
export class RunningSummaries {
  readonly #books: BookView;
  readonly #bySlot: (Running | null)[] = [];

  constructor(books: BookView) {
    this.#books = books;
  }

  add(change: BookChange): void {
    switch (change.kind) {
      case 'moved':
      case 'replaced': {
        const entry = this.#books.entryAt(change.slot);
        if (entry === null) return;
        this.#of(change.slot, change.ticker).change(entry);
        return;
      }
      case 'traded': {
        const running = this.#of(change.slot, change.ticker);
        running.trades += 1;
        running.volume += change.trade.count;
        running.lastTradePrice = change.trade.yesPrice;
        return;
      }
      case 'lost':
        for (const [place, slot] of change.slots.entries()) {
          const ticker = change.tickers[place];
          if (ticker !== undefined) this.#of(slot, ticker).gaps += 1;
        }
        return;
      case 'confirmed':
      case 'status':
        return;
      default:
        assertNever(change);
    }
  }

  /** The summaries of these markets, in their order; the next window opens. */
  cut(tickers: readonly Ticker[], now: EpochMs): readonly MarketSummary[] {
    const summaries = tickers.map((ticker) => this.#summary(ticker, now));
    for (const [slot, running] of this.#bySlot.entries()) {
      if (running === null || running === undefined) continue;
      const entry = this.#books.entryAt(slot);
      if (entry?.ticker === running.ticker) running.open(entry);
      else this.#bySlot[slot] = null;
    }
    return summaries;
  }

  #of(slot: number, ticker: Ticker): Running {
    const found = this.#bySlot[slot];
    // A slot is used again once its market is forgotten.
    if (found !== undefined && found !== null && found.ticker === ticker) return found;
    const running = new Running(ticker);
    this.#bySlot[slot] = running;
    return running;
  }

  #summary(ticker: Ticker, now: EpochMs): MarketSummary {
    const books = this.#books;
    const entry = books.entry(ticker);
    if (entry === null) return neverSeen(ticker, books.ageMs(ticker, now));
    const running = this.#of(entry.slot, ticker);
    if (!running.hasFirst) running.see(entry);
    const bid = entry.book.bestBid('yes');
    const ask = entry.book.bestAsk('yes');
    const { midCount, midHigh2, midLow2, midSum2 } = running;
    return {
      ticker,
      firstBid: running.firstBid,
      firstAsk: running.firstAsk,
      bid,
      ask,
      midHigh2,
      midLow2,
      midMean2: midCount === 0 ? null : Math.floor(midSum2 / midCount),
      spread: bid === null || ask === null || ask < bid ? null : price(ask - bid),
      bidDepth: entry.book.depthNear('yes', limits.depthBandPrice),
      askDepth: entry.book.depthNear('no', limits.depthBandPrice),
      trades: running.trades,
      volume: quantity(running.volume),
      lastTradePrice: running.lastTradePrice,
      changes: running.changes,
      gaps: running.gaps,
      trust: books.trust(ticker, now),
      ageMs: books.ageMs(ticker, now),
    };
  }
}

const neverSeen = (ticker: Ticker, ageMs: DurationMs): MarketSummary => ({
  ticker,
  firstBid: null,
  firstAsk: null,
  bid: null,
  ask: null,
  midHigh2: null,
  midLow2: null,
  midMean2: null,
  spread: null,
  bidDepth: quantity(0),
  askDepth: quantity(0),
  trades: 0,
  volume: quantity(0),
  lastTradePrice: null,
  changes: 0,
  gaps: 0,
  trust: 'unknown',
  ageMs,
});
