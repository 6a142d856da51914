import { defer, ignoreElements, map, merge, type Observable, tap } from 'rxjs';
import type { Ticker } from '../domain/units.js';
import type { Catalog, Window } from '../messages/window.js';
import type { BookChange, BookView } from './book-view.js';
import type { Cut } from './cuts.js';
import { RunningSummaries } from './running-summaries.js';

/**
 * Everything heard between two cuts, as one summary per market of the catalog; without a catalog (a capture), of every
 * market met. A market of which nothing was heard carries its book forward with its age. Memory grows with markets, never
 * with messages: a change adds to its market's running summary and is gone.
 */
export const windows = (
  bookChanges$: Observable<BookChange>,
  catalogs$: Observable<Catalog>,
  cuts$: Observable<Cut>,
  books: BookView,
): Observable<Window> =>
  defer(() => {
    const running = new RunningSummaries(books);
    let tickers: readonly Ticker[] | null = null;
    return merge(
      bookChanges$.pipe(
        tap((change) => running.add(change)),
        ignoreElements(),
      ),
      catalogs$.pipe(
        tap(({ markets }) => {
          tickers = markets.map((market) => market.ticker);
        }),
        ignoreElements(),
      ),
      cuts$.pipe(
        map(({ index, from, to }): Window => {
          const summaries = running.cut(tickers ?? metTickers(books), to);
          return { index, from, to, summaries };
        }),
      ),
    );
  });

const metTickers = (books: BookView): readonly Ticker[] =>
  Array.from(books.entries(), (entry) => entry.ticker);
