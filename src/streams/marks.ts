import { map, type Observable } from 'rxjs';
import {
  complement,
  type DurationMs,
  durationMs,
  type EpochMs,
  type Price,
  type Quantity,
  type Ticker,
} from '../domain/units.js';
import type { Window } from '../messages/window.js';
import type { BookView } from './book-view.js';

export type HeldPosition = {
  readonly ticker: Ticker;
  /** + YES, − NO. */
  readonly position: Quantity;
};

/** What a position could be left for. Prices of the last time its book was known; null: no such quote, or never known. */
export type Mark = HeldPosition & {
  /** YES mid × 2. */
  readonly mid2: number | null;
  /** Best bid for the held side, in its own prices: what selling it now brings. */
  readonly exit: Price | null;
  /** False: the book is unknown now, and this is the last that was known. */
  readonly known: boolean;
  /** Market time since it was known; 0 while it is. Null: never. */
  readonly ageMs: DurationMs | null;
};

/** The marks of all that is held, at the end of a window. */
export type WindowMarks = {
  readonly cycle: number;
  readonly at: EpochMs;
  readonly marks: readonly Mark[];
};

export const marks = (
  windows$: Observable<Window>,
  books: BookView,
  held: () => readonly HeldPosition[],
): Observable<WindowMarks> =>
  windows$.pipe(
    map(({ index, to }) => ({
      cycle: index,
      at: to,
      marks: held().map((position) => markOf(position, books, to)),
    })),
  );

function markOf({ ticker, position }: HeldPosition, books: BookView, at: EpochMs): Mark {
  const quote = books.lastQuote(ticker, at);
  if (quote === null)
    return { ticker, position, mid2: null, exit: null, known: false, ageMs: null };
  const { bid, ask, known } = quote;
  const noBid = ask === null ? null : complement(ask);
  return {
    ticker,
    position,
    mid2: bid === null || ask === null ? null : bid + ask,
    exit: position >= 0 ? bid : noBid,
    known,
    ageMs: durationMs(at - quote.at),
  };
}
