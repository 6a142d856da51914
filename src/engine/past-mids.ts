import { type EpochMs, priceMax, type Ticker } from '../domain/units.js';
import { limits } from '../limits.js';
import type { BookChange, BookView } from '../streams/book-view.js';

/** A middle price (0..1) and since when it stood; null: the book was crossed, one-sided or not to be believed. */
type Stood = { readonly since: EpochMs; readonly mid: number | null };

/**
 * What the middle prices of followed markets were, for as long as news about them may pay. Kept as they changed, at most
 * `pastMidsPerMarketMax` a market: of changes closer together than that allows only the last is remembered. Mutable;
 * the board alone feeds it.
 */
export class PastMids {
  private readonly books: BookView;
  private readonly keptMs: number;
  private readonly stepMs: number;
  private tracks = new Map<Ticker, Stood[]>();

  /** `keptMs`: market ms. */
  constructor(books: BookView, keptMs: number) {
    this.books = books;
    this.keptMs = keptMs;
    // Every other of them is at least a step after the last but one.
    this.stepMs = (2 * keptMs) / limits.pastMidsPerMarketMax;
  }

  /** From now on these and no others. */
  follow(tickers: Iterable<Ticker>, at: EpochMs): void {
    const before = this.tracks;
    this.tracks = new Map();
    for (const ticker of tickers) {
      const track = before.get(ticker);
      this.tracks.set(ticker, track ?? []);
      if (track === undefined) this.see(ticker, at);
    }
  }

  add(change: BookChange, at: EpochMs): void {
    if (change.kind === 'moved' || change.kind === 'replaced') this.see(change.ticker, at);
    else if (change.kind === 'lost') for (const ticker of change.tickers) this.see(ticker, at);
  }

  /** The price that stood at a moment; null: not known. */
  at(ticker: Ticker, moment: EpochMs): number | null {
    return this.tracks.get(ticker)?.findLast(({ since }) => since <= moment)?.mid ?? null;
  }

  private see(ticker: Ticker, at: EpochMs): void {
    const track = this.tracks.get(ticker);
    if (track === undefined) return;
    const mid = this.midOf(ticker);
    const last = track.at(-1);
    if (last !== undefined && last.mid === mid) return;
    const before = track.at(-2);
    if (before !== undefined && at - before.since < this.stepMs) track.pop();
    track.push({ since: at, mid });
    // One that is older than anybody asks for still stood at the oldest moment asked for.
    while ((track[1]?.since ?? at) < at - this.keptMs) track.shift();
  }

  private midOf(ticker: Ticker): number | null {
    const entry = this.books.entry(ticker);
    if (entry === null || !entry.known) return null;
    const bid = entry.book.bestBid('yes');
    const ask = entry.book.bestAsk('yes');
    return bid === null || ask === null || bid >= ask ? null : (bid + ask) / 2 / priceMax;
  }
}
