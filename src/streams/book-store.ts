import { assertNever } from '../domain/assert.js';
import type { PriceBook } from '../domain/book.js';
import { type DurationMs, durationMs, type EpochMs, type Ticker } from '../domain/units.js';
import { limits } from '../limits.js';
import type {
  GapReason,
  LifecycleChange,
  MarketEvent,
  SnapshotEvent,
} from '../messages/market-event.js';
import type { BookShot, Trust } from '../messages/window.js';
import { BookFreshness, Entry } from './book-freshness.js';
import type { BookChange, BookEntry, BookView, LastQuote } from './book-view.js';

type DeltaEvent = MarketEvent & { readonly kind: 'delta' };
type GapEvent = MarketEvent & { readonly kind: 'gap' };

/**
 * Owner of one price book per market and of what is known about how far each can be trusted. Mutable; the `books` stream
 * alone applies events to it, everyone else reads `BookView`. Times are market time.
 */
export class BookStore implements BookView {
  readonly #freshness: BookFreshness;
  readonly #byTicker = new Map<Ticker, Entry>();
  readonly #bySlot: (Entry | null)[] = [];
  readonly #freeSlots: number[] = [];
  /** Null: no choice made yet, every market met is kept (a capture has no catalog). */
  #kept: ReadonlySet<Ticker> | null = null;
  constructor(options: { readonly speed: number; readonly hasFeed: boolean }) {
    this.#freshness = new BookFreshness(options);
  }

  get hasFeed(): boolean {
    return this.#freshness.hasFeed;
  }

  /** Real ms since the feed's connection last showed life; null: it never did. */
  silentMs(now: EpochMs): number | null {
    return this.#freshness.silentMs(now);
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
        return this.#applyDelta(event, now);
      case 'snapshot':
        return this.#applySnapshot(event, now);
      case 'trade': {
        this.#freshness.hear(event.exchangeAt, now);
        const entry = this.#entryOf(event.ticker, now);
        if (entry === null) return null;
        return { kind: 'traded', ticker: entry.ticker, slot: entry.slot, trade: event };
      }
      case 'quote':
        this.#freshness.hear(event.exchangeAt, now);
        return null;
      case 'lifecycle': {
        this.#freshness.aliveAt = now;
        const entry = this.#entryOf(event.ticker, now);
        if (entry === null) return null;
        applyLifecycle(entry, event.change);
        return { kind: 'status', ticker: entry.ticker, slot: entry.slot, change: event.change };
      }
      case 'gap':
        return this.#applyGap(event, now);
      case 'alive':
        this.#freshness.aliveAt = now;
        return null;
      default:
        return assertNever(event);
    }
  }

  trust(ticker: Ticker, now: EpochMs): Trust {
    const entry = this.#byTicker.get(ticker);
    return entry === undefined ? 'unknown' : this.#freshness.trust(entry, now);
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
    return durationMs(
      Math.floor(this.#freshness.realSince(Math.max(entry.changedAt, entry.heardAt), now)),
    );
  }

  needsCheck(ticker: Ticker, now: EpochMs): boolean {
    const entry = this.#byTicker.get(ticker);
    return entry !== undefined && this.#freshness.needsCheck(entry, now);
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
    if (entry === null) {
      this.#freshness.aliveAt = now;
      return null;
    }
    this.#freshness.hear(event.exchangeAt, now);
    const applied = entry.book.applyDelta(event.side, event.price, event.change);
    if (event.exchangeAt !== null) entry.lagMs = now - event.exchangeAt;
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
    if (isFeed) this.#freshness.hear(event.exchangeAt, now);
    const entry = this.#entryOf(event.ticker, now);
    if (entry === null) return null;
    if (event.from === 'listing' && this.#freshness.outranksListing(entry, now)) return null;
    if (event.from === 'book' && entry.base === 'feed') return this.#check(entry, event, now);
    if (!this.#replace(entry, event, now)) return this.#lose([entry], 'negative_size', now);
    entry.lagMs = event.exchangeAt === null || !isFeed ? 0 : now - event.exchangeAt;
    return entry.replaced;
  }

  /** The venue's own book against ours. */
  #check(entry: Entry, event: SnapshotEvent, now: EpochMs): BookChange | null {
    // The feed has spoken since: it carries the book, and an answer that raced with it proves nothing.
    if (!this.#freshness.needsCheck(entry, now)) return null;
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
