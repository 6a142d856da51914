import {
  filter,
  ignoreElements,
  map,
  merge,
  type Observable,
  type SchedulerLike,
  share,
  tap,
} from 'rxjs';
import { type EpochMs, epochMs, type Ticker } from '../domain/units.js';
import type { MarketEvent } from '../messages/market-event.js';
import type { BookStore } from './book-store.js';
import type { BookChange } from './book-view.js';

/**
 * Applies each market event to the books, once, and says what changed. Whoever hears a change finds the store already
 * holding it. Nothing is allocated for a delta.
 *
 * `kept$`: the markets that have books from now on. Until it speaks, every market met has one.
 */
export const books = (
  marketEvents$: Observable<MarketEvent>,
  kept$: Observable<readonly Ticker[]>,
  store: BookStore,
  scheduler: SchedulerLike,
): Observable<BookChange> =>
  merge(
    kept$.pipe(
      tap((tickers) => store.keep(tickers)),
      ignoreElements(),
    ),
    marketEvents$.pipe(
      map((event) => store.apply(event, now(scheduler))),
      filter((change) => change !== null),
    ),
  ).pipe(share());

const now = (scheduler: SchedulerLike): EpochMs => epochMs(scheduler.now());
