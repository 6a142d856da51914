import type { PriceBookView } from '../domain/book.js';
import type { DurationMs, EpochMs, Price, Ticker } from '../domain/units.js';
import type { GapReason, LifecycleChange, MarketEvent } from '../messages/market-event.js';
import type { BookShot, Trust } from '../messages/window.js';

type TradeEvent = MarketEvent & { readonly kind: 'trade' };

/** What one market event did to the books. `slot` is the store's own small number for the market: an array index. */
export type BookChange =
  /** A level moved. One object per market, used again and again: read it, do not keep it. */
  | { readonly kind: 'moved'; readonly ticker: Ticker; readonly slot: number }
  | { readonly kind: 'replaced'; readonly ticker: Ticker; readonly slot: number }
  /** The venue's own book agreed with ours. */
  | { readonly kind: 'confirmed'; readonly ticker: Ticker; readonly slot: number }
  | {
      readonly kind: 'traded';
      readonly ticker: Ticker;
      readonly slot: number;
      readonly trade: TradeEvent;
    }
  | {
      readonly kind: 'status';
      readonly ticker: Ticker;
      readonly slot: number;
      readonly change: LifecycleChange;
    }
  /** These can no longer be believed until their next snapshot. `check_failed` and `negative_size` want a fresh one. */
  | {
      readonly kind: 'lost';
      readonly tickers: readonly Ticker[];
      readonly slots: readonly number[];
      readonly reason: GapReason;
    };

/** The touch as it was last known, for marks. */
export type LastQuote = {
  readonly bid: Price | null;
  readonly ask: Price | null;
  /** Whether it is known now; if not, `at` says when it last was. */
  readonly known: boolean;
  readonly at: EpochMs;
};

/** One market's place in the store. */
export interface BookEntry {
  readonly ticker: Ticker;
  readonly slot: number;
  readonly book: PriceBookView;
  /** No hole since the snapshot it stands on. */
  readonly known: boolean;
}

/** What everyone but the owner sees of the books. */
export interface BookView {
  /** False: no feed, the venue's listing and books fetched on demand drive everything. */
  readonly hasFeed: boolean;
  readonly trust: (ticker: Ticker, now: EpochMs) => Trust;
  readonly shot: (ticker: Ticker, now: EpochMs) => BookShot;
  /** Real time since the book last changed or was confirmed. */
  readonly ageMs: (ticker: Ticker, now: EpochMs) => DurationMs;
  /** Whether the venue's own book must be asked for before an order: silent for too long, or only listed. */
  readonly needsCheck: (ticker: Ticker, now: EpochMs) => boolean;
  readonly lastQuote: (ticker: Ticker, now: EpochMs) => LastQuote | null;
  readonly entry: (ticker: Ticker) => BookEntry | null;
  readonly entryAt: (slot: number) => BookEntry | null;
  readonly entries: () => Iterable<BookEntry>;
}
