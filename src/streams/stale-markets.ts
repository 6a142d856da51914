import {
  defer,
  ignoreElements,
  map,
  merge,
  mergeMap,
  type Observable,
  type SchedulerLike,
  tap,
  timer,
} from 'rxjs';
import { type DurationMs, type EpochMs, epochMs, type Ticker } from '../domain/units.js';
import { limits } from '../limits.js';
import type { Catalog, Trust } from '../messages/window.js';
import type { BookView } from './book-view.js';

/** A market that can no longer be traded on for want of a current book, or can be again. */
export type StaleMarket = {
  readonly kind: 'stale' | 'fresh_again';
  readonly ticker: Ticker;
  readonly trust: Trust;
  readonly ageMs: DurationMs;
  readonly at: EpochMs;
};

/**
 * Says when a market of the catalog goes stale and when it is fresh again. One timer sweeps them all; two sweeps running
 * make a market stale, since a book is crossed for a moment now and then. One that never had a book is not stale yet.
 */
export const staleMarkets = (
  catalogs$: Observable<Catalog>,
  books: BookView,
  speed: number,
  scheduler: SchedulerLike,
): Observable<StaleMarket> =>
  defer(() => {
    let tickers: readonly Ticker[] = [];
    /** Sweeps that found it stale, in a row; absent until its book was first believed. */
    let sweeps = new Map<Ticker, number>();

    const sweep = (): readonly StaleMarket[] => {
      const at = epochMs(scheduler.now());
      const found: StaleMarket[] = [];
      for (const ticker of tickers) {
        const trust = books.trust(ticker, at);
        const before = sweeps.get(ticker);
        const say = (kind: StaleMarket['kind']): void => {
          found.push({ kind, ticker, trust, ageMs: books.ageMs(ticker, at), at });
        };
        if (trust === 'fresh' || trust === 'listing') {
          if (before !== undefined && before >= limits.staleSweepsMin) say('fresh_again');
          sweeps.set(ticker, 0);
        } else if (before !== undefined) {
          if (before + 1 === limits.staleSweepsMin) say('stale');
          sweeps.set(ticker, before + 1);
        }
      }
      return found;
    };

    return merge(
      catalogs$.pipe(
        tap(({ markets }) => {
          tickers = markets.map((market) => market.ticker);
          const kept = new Set(tickers);
          sweeps = new Map([...sweeps].filter(([ticker]) => kept.has(ticker)));
        }),
        ignoreElements(),
      ),
      timer(0, limits.staleSweepMs * speed, scheduler).pipe(
        map(sweep),
        mergeMap((found) => found),
      ),
    );
  });
