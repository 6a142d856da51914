import { assertNever } from '../domain/assert.js';
import { PriceBook } from '../domain/book.js';
import { type DurationMs, durationMs, type EpochMs, type Ticker } from '../domain/units.js';
import { limits } from '../limits.js';
import type {
  GapReason,
  LifecycleChange,
  MarketEvent,
  SnapshotEvent,
} from '../messages/market-event.js';
import type { BookShot, Trust } from '../messages/window.js';
import type { BookChange, BookEntry, BookView, LastQuote } from './book-view.js';

type DeltaEvent = MarketEvent & { readonly kind: 'delta' };
type GapEvent = MarketEvent & { readonly kind: 'gap' };

/** Where the levels come from. `none`: nothing to stand on, whatever the levels add up to. */
type Base = 'none' | 'feed' | 'book' | 'listing';

class Entry implements BookEntry {
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
 * Owner of one price book per market and of what is known about how far each can be trusted. Mutable; the `books` stream
 * alone applies events to it, everyone else reads `BookView`. Times are market time, bounds are real: they meet here,
 * divided by the clock's speed.
 */
export class BookStore implements BookView {
  readonly hasFeed: boolean;
  readonly #speed: number;
  readonly #byTicker = new Map<Ticker, Entry>();
  readonly #bySlot: (Entry | null)[] = [];
  readonly #freeSlots: number[] = [];
  /** Null: no choice made yet, every market met is kept (a capture has no catalog). */
  #kept: ReadonlySet<Ticker> | null = null;
  #aliveAt = Number.NEGATIVE_INFINITY;
  /** How late the feed's last timed message was, over all markets: a queue that grows delays the silent ones too. */
  #feedLagMs = 0;

  constructor(options: { readonly speed: number; readonly hasFeed: boolean }) {
    this.#speed = options.speed;
    this.hasFeed = options.hasFeed;
  }

  /** Real ms since the feed's connection last showed life; null: it never did. */
  silentMs(now: EpochMs): number | null {
    return this.#aliveAt === Number.NEGATIVE_INFINITY ? null : this.#realSince(this.#aliveAt, now);
  }

  /** Owner only. From now on only these have books; the others are forgotten, which bounds memory by markets. */
  keep(tickers: readonly Ticker[]): void {
    const kept = new Set(tickers);
    this.#kept = kept;
    for (const [ticker, entry] of this.#byTicker) {
      if (kept.has(ticker)) continue;
      this.#byTicker.delete(ticker);
      this.#bySlot[entry.slot] = null;
      this.#freeSlots.push(entry.slot);
    }
  }

  /** Owner only. Null: nothing that anyone has to hear about. */
  apply(event: MarketEvent, now: EpochMs): BookChange | null {
    switch (event.kind) {
      case 'delta':
        this.#aliveAt = now;
        return this.#applyDelta(event, now);
      case 'snapshot':
        return this.#applySnapshot(event, now);
      case 'trade': {
        this.#hear(event.exchangeAt, now);
        const entry = this.#entryOf(event.ticker, now);
        if (entry === null) return null;
        return { kind: 'traded', ticker: entry.ticker, slot: entry.slot, trade: event };
      }
      case 'quote':
        this.#hear(event.exchangeAt, now);
        return null;
      case 'lifecycle': {
        this.#aliveAt = now;
        const entry = this.#entryOf(event.ticker, now);
        if (entry === null) return null;
        applyLifecycle(entry, event.change);
        return { kind: 'status', ticker: entry.ticker, slot: entry.slot, change: event.change };
      }
      case 'gap':
        return this.#applyGap(event, now);
      case 'alive':
        this.#aliveAt = now;
        return null;
      default:
        return assertNever(event);
    }
  }

  trust(ticker: Ticker, now: EpochMs): Trust {
    const entry = this.#byTicker.get(ticker);
    if (entry === undefined || !entry.known) return 'unknown';
    const isTradable = entry.isOpen && now < entry.closesAt && !entry.book.isCrossed();
    if (!isTradable) return 'stale';
    switch (entry.base) {
      case 'listing':
        return this.#realSince(entry.changedAt, now) <= limits.keylessBookAgeMsMax
          ? 'listing'
          : 'stale';
      case 'book':
        return this.#isFetchedFresh(entry, now) ? 'fresh' : 'stale';
      default:
        return this.#isFeedFresh(entry, now) ? 'fresh' : 'stale';
    }
  }

  shot(ticker: Ticker, now: EpochMs): BookShot {
    const entry = this.#byTicker.get(ticker);
    if (entry === undefined) {
      return { yesAsks: [], noAsks: [], trust: 'unknown', ageMs: durationMs(0) };
    }
    return {
      ...entry.book.shot(limits.shotLevelsMax),
      trust: this.trust(ticker, now),
      ageMs: this.ageMs(ticker, now),
    };
  }

  ageMs(ticker: Ticker, now: EpochMs): DurationMs {
    const entry = this.#byTicker.get(ticker);
    if (entry === undefined) return durationMs(0);
    return durationMs(Math.floor(this.#realSince(Math.max(entry.changedAt, entry.heardAt), now)));
  }

  needsCheck(ticker: Ticker, now: EpochMs): boolean {
    const entry = this.#byTicker.get(ticker);
    if (entry === undefined) return false;
    switch (entry.base) {
      case 'none':
        return false;
      case 'listing':
        return true;
      case 'book':
        return this.#realSince(entry.heardAt, now) > this.#fetchedAgeMsMax;
      case 'feed':
        return this.#realSince(entry.heardAt, now) > limits.marketSilenceMsMax;
      default:
        return assertNever(entry.base);
    }
  }

  lastQuote(ticker: Ticker, now: EpochMs): LastQuote | null {
    const entry = this.#byTicker.get(ticker);
    if (entry === undefined) return null;
    return entry.known ? quoteOf(entry, now) : entry.lastKnown;
  }

  entry(ticker: Ticker): BookEntry | null {
    return this.#byTicker.get(ticker) ?? null;
  }

  entryAt(slot: number): BookEntry | null {
    return this.#bySlot[slot] ?? null;
  }

  entries(): Iterable<BookEntry> {
    return this.#byTicker.values();
  }

  #applyDelta(event: DeltaEvent, now: EpochMs): BookChange | null {
    const entry = this.#entryOf(event.ticker, now);
    if (entry === null) return null;
    const applied = entry.book.applyDelta(event.side, event.price, event.change);
    if (event.exchangeAt !== null) {
      entry.lagMs = now - event.exchangeAt;
      this.#feedLagMs = entry.lagMs;
    }
    if (applied === 'negative') {
      return entry.base === 'feed' ? this.#lose([entry], 'negative_size', now) : null;
    }
    entry.changedAt = now;
    entry.heardAt = now;
    // A change whose place relative to a fetched or listed book is not known leaves nothing to stand on.
    if (entry.base === 'book' || entry.base === 'listing') this.#forgetBase(entry, now);
    return entry.moved;
  }

  #applySnapshot(event: SnapshotEvent, now: EpochMs): BookChange | null {
    const isFeed = event.from === 'feed';
    if (isFeed) this.#hear(event.exchangeAt, now);
    const entry = this.#entryOf(event.ticker, now);
    if (entry === null) return null;
    if (event.from === 'listing' && this.#outranksListing(entry, now)) return null;
    if (event.from === 'book' && entry.base === 'feed') return this.#check(entry, event, now);
    if (!this.#replace(entry, event, now)) return this.#lose([entry], 'negative_size', now);
    entry.lagMs = event.exchangeAt === null || !isFeed ? 0 : now - event.exchangeAt;
    return entry.replaced;
  }

  /** The venue's own book against ours. */
  #check(entry: Entry, event: SnapshotEvent, now: EpochMs): BookChange | null {
    // The feed has spoken since: it carries the book, and an answer that raced with it proves nothing.
    if (!this.needsCheck(entry.ticker, now)) return null;
    if (agrees(entry.book, event)) {
      entry.heardAt = event.exchangeAt ?? now;
      return { kind: 'confirmed', ticker: entry.ticker, slot: entry.slot };
    }
    const lost = this.#lose([entry], 'check_failed', now);
    this.#replace(entry, event, now);
    return lost;
  }

  #replace(entry: Entry, event: SnapshotEvent, now: EpochMs): boolean {
    // Taken before: a snapshot that is refused leaves an empty book.
    if (entry.known) entry.lastKnown = { ...quoteOf(entry, now), known: false };
    if (entry.book.applySnapshot(event.yes, event.no) === 'negative') {
      entry.base = 'none';
      return false;
    }
    entry.base = event.from;
    // The feed's time is the exchange's clock, and its lateness is looked at as such.
    const at = event.from === 'feed' ? now : (event.exchangeAt ?? now);
    entry.changedAt = at;
    entry.heardAt = at;
    return true;
  }

  #applyGap(event: GapEvent, now: EpochMs): BookChange | null {
    const hit: Entry[] = [];
    if (event.tickers === 'all') {
      for (const entry of this.#byTicker.values()) if (entry.base === 'feed') hit.push(entry);
    } else {
      for (const ticker of event.tickers) {
        const entry = this.#byTicker.get(ticker);
        if (entry?.base === 'feed') hit.push(entry);
      }
    }
    return hit.length === 0 ? null : this.#lose(hit, event.reason, now);
  }

  #lose(entries: readonly Entry[], reason: GapReason, now: EpochMs): BookChange {
    for (const entry of entries) this.#forgetBase(entry, now);
    return {
      kind: 'lost',
      tickers: entries.map((entry) => entry.ticker),
      slots: entries.map((entry) => entry.slot),
      reason,
    };
  }

  /** The levels stay, and go on adding up: they are shown, never believed. */
  #forgetBase(entry: Entry, now: EpochMs): void {
    if (entry.known) entry.lastKnown = { ...quoteOf(entry, now), known: false };
    entry.base = 'none';
  }

  #outranksListing(entry: Entry, now: EpochMs): boolean {
    if (entry.base === 'feed') return true;
    return entry.base === 'book' && this.#realSince(entry.heardAt, now) <= this.#fetchedAgeMsMax;
  }

  /** A fetched book stands alone without a feed; with one it only bridges to the next snapshot. */
  get #fetchedAgeMsMax(): number {
    return this.hasFeed ? limits.messageLagMsMax : limits.keylessBookAgeMsMax;
  }

  // All written so that NaN refuses.
  #isAlive(now: EpochMs): boolean {
    return this.#realSince(this.#aliveAt, now) <= limits.connectionAliveMsMax;
  }

  /** A fetched book bridges a hole, not a dead connection: nobody would hear what becomes of an order. */
  #isFetchedFresh(entry: Entry, now: EpochMs): boolean {
    const isYoung = this.#realSince(entry.heardAt, now) <= this.#fetchedAgeMsMax;
    return isYoung && (!this.hasFeed || this.#isAlive(now));
  }

  #isFeedFresh(entry: Entry, now: EpochMs): boolean {
    const isPrompt = entry.lagMs / this.#speed <= limits.messageLagMsMax;
    return (
      this.#isAlive(now) && isPrompt && this.#feedLagMs / this.#speed <= limits.messageLagMsMax
    );
  }

  #hear(exchangeAt: EpochMs | null, now: EpochMs): void {
    this.#aliveAt = now;
    if (exchangeAt !== null) this.#feedLagMs = now - exchangeAt;
  }

  #realSince(then: number, now: number): number {
    return (now - then) / this.#speed;
  }

  #entryOf(ticker: Ticker, now: EpochMs): Entry | null {
    const found = this.#byTicker.get(ticker);
    if (found !== undefined) return found;
    if (this.#kept !== null && !this.#kept.has(ticker)) return null;
    const slot = this.#freeSlots.pop() ?? this.#bySlot.length;
    const entry = new Entry(ticker, slot, now);
    this.#bySlot[slot] = entry;
    this.#byTicker.set(ticker, entry);
    return entry;
  }
}

const quoteOf = (entry: Entry, now: EpochMs): LastQuote => ({
  bid: entry.book.bestBid('yes'),
  ask: entry.book.bestAsk('yes'),
  known: true,
  at: now,
});

/** Level for level, the same number of levels. */
function agrees(book: PriceBook, event: SnapshotEvent): boolean {
  for (const side of ['yes', 'no'] as const) {
    let levels = 0;
    for (const [at, size] of event[side]) {
      if (book.sizeAt(side, at) !== size) return false;
      if (size !== 0) levels += 1;
    }
    if (levels !== book.levelCount(side)) return false;
  }
  return true;
}

function applyLifecycle(entry: Entry, change: LifecycleChange): void {
  switch (change.kind) {
    case 'activated':
      entry.isOpen = true;
      return;
    case 'deactivated':
    case 'determined':
    case 'settled':
      entry.isOpen = false;
      return;
    case 'close_moved':
      entry.closesAt = change.closeAt;
      return;
    case 'grid_changed':
    case 'metadata':
      return;
    default:
      assertNever(change);
  }
}
