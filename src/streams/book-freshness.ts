import { assertNever } from '../domain/assert.js';
import { PriceBook } from '../domain/book.js';
import type { EpochMs, Ticker } from '../domain/units.js';
import { limits } from '../limits.js';
import type { Trust } from '../messages/window.js';
import type { BookChange, BookEntry, LastQuote } from './book-view.js';

/** Where the levels come from. `none`: nothing to stand on, whatever the levels add up to. */
type Base = 'none' | 'feed' | 'book' | 'listing';

/** One market's book and what its trust rests on; its store alone writes to it. */
export class Entry implements BookEntry {
  readonly ticker: Ticker;
  readonly slot: number;
  readonly book = new PriceBook();
  readonly moved: BookChange;
  readonly replaced: BookChange;
  base: Base = 'none';
  /** Market times. */
  changedAt: number;
  /** Last word of the book's own channel, or of a check that agreed. */
  heardAt: number;
  lagMs = 0;
  isOpen = true;
  closesAt = Number.POSITIVE_INFINITY;
  /** Kept when the book is lost. */
  lastKnown: LastQuote | null = null;

  constructor(ticker: Ticker, slot: number, now: number) {
    this.ticker = ticker;
    this.slot = slot;
    this.changedAt = now;
    this.heardAt = now;
    this.moved = { kind: 'moved', ticker, slot };
    this.replaced = { kind: 'replaced', ticker, slot };
  }

  get known(): boolean {
    return this.base !== 'none';
  }
}

/**
 * How far a book can be trusted now: by what it stands on, by its own age, and by the life of the feed that carries it.
 * Times are market time, bounds are real: they meet here, divided by the clock's speed. All written so that NaN refuses.
 */
export class BookFreshness {
  readonly hasFeed: boolean;
  private readonly speed: number;
  /** When the feed's connection last showed life. */
  aliveAt = Number.NEGATIVE_INFINITY;
  /** How late the feed's last timed message was, over all markets: a queue that grows delays the silent ones too. */
  feedLagMs = 0;

  constructor(options: { readonly speed: number; readonly hasFeed: boolean }) {
    this.speed = options.speed;
    this.hasFeed = options.hasFeed;
  }

  hear(exchangeAt: EpochMs | null, now: EpochMs): void {
    this.aliveAt = now;
    if (exchangeAt !== null) this.feedLagMs = now - exchangeAt;
  }

  realSince(then: number, now: number): number {
    return (now - then) / this.speed;
  }

  /** Real ms since the connection last showed life; null: it never did. */
  silentMs(now: EpochMs): number | null {
    return this.aliveAt === Number.NEGATIVE_INFINITY ? null : this.realSince(this.aliveAt, now);
  }

  trust(entry: Entry, now: EpochMs): Trust {
    if (!entry.known) return 'unknown';
    const isTradable = entry.isOpen && now < entry.closesAt && !entry.book.isCrossed();
    if (!isTradable) return 'stale';
    switch (entry.base) {
      case 'listing':
        return this.realSince(entry.changedAt, now) <= limits.keylessBookAgeMsMax
          ? 'listing'
          : 'stale';
      case 'book':
        return this.isFetchedFresh(entry, now) ? 'fresh' : 'stale';
      default:
        return this.isFeedFresh(entry, now) ? 'fresh' : 'stale';
    }
  }

  needsCheck(entry: Entry, now: EpochMs): boolean {
    switch (entry.base) {
      case 'none':
        return false;
      case 'listing':
        return true;
      case 'book':
        return this.realSince(entry.heardAt, now) > this.fetchedAgeMsMax;
      case 'feed':
        return this.realSince(entry.heardAt, now) > limits.marketSilenceMsMax;
      default:
        return assertNever(entry.base);
    }
  }

  /** Whether a listing, one level a side, would only make it worse. */
  outranksListing(entry: Entry, now: EpochMs): boolean {
    if (entry.base === 'feed') return true;
    return entry.base === 'book' && this.isYoung(entry, now);
  }

  /** A fetched book stands alone without a feed; with one it only bridges to the next snapshot. */
  private get fetchedAgeMsMax(): number {
    return this.hasFeed ? limits.messageLagMsMax : limits.keylessBookAgeMsMax;
  }

  private isYoung(entry: Entry, now: EpochMs): boolean {
    return this.realSince(entry.heardAt, now) <= this.fetchedAgeMsMax;
  }

  private isAlive(now: EpochMs): boolean {
    return this.realSince(this.aliveAt, now) <= limits.connectionAliveMsMax;
  }

  /** A fetched book bridges a hole, not a dead connection: nobody would hear what becomes of an order. */
  private isFetchedFresh(entry: Entry, now: EpochMs): boolean {
    return this.isYoung(entry, now) && (!this.hasFeed || this.isAlive(now));
  }

  private isFeedFresh(entry: Entry, now: EpochMs): boolean {
    const isPrompt = entry.lagMs / this.speed <= limits.messageLagMsMax;
    return this.isAlive(now) && isPrompt && this.feedLagMs / this.speed <= limits.messageLagMsMax;
  }
}
