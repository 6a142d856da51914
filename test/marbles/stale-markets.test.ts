import { map, type Observable } from 'rxjs';
import { describe, it } from 'vitest';
import { durationMs, type Ticker } from '../../src/domain/units.js';
import type { Catalog, Trust } from '../../src/messages/window.js';
import { BookStore } from '../../src/streams/book-store.js';
import type { BookView } from '../../src/streams/book-view.js';
import { type StaleMarket, staleMarkets } from '../../src/streams/stale-markets.js';
import { aCatalog, aListedMarket } from '../support/fixtures.js';
import { marbles } from '../support/marbles.js';

// Goal: a market that can no longer be traded is named once, and once more when it can be. Sweeps come at 0, 1 s, 2 s …
const catalogs: Record<string, Catalog> = {
  c: aCatalog([aListedMarket('A'), aListedMarket('B')]),
  b: aCatalog([aListedMarket('B')]),
};
/** Trust by sweep, one letter each: fresh, stale, unknown, listing. */
const trusts: Record<string, Trust> = { f: 'fresh', s: 'stale', u: 'unknown', l: 'listing' };
const seen = (history: Readonly<Record<string, string>>): BookView => {
  const nothing: BookView = new BookStore({ speed: 1, hasFeed: true });
  return {
    hasFeed: true,
    trust: (ticker: Ticker, now) =>
      trusts[history[ticker]?.[Math.floor(now / 1_000)] ?? 'u'] ?? 'unknown',
    ageMs: () => durationMs(7),
    shot: nothing.shot.bind(nothing),
    needsCheck: () => false,
    lastQuote: () => null,
    entry: () => null,
    entryAt: () => null,
    entries: () => [],
  };
};
const lines = (markets$: Observable<StaleMarket>) =>
  markets$.pipe(map(({ kind, ticker, trust, at }) => `${ticker} ${kind}, ${trust} at ${at}`));

describe('staleMarkets', () => {
  it(
    'names a market that went stale, and again when it is fresh',
    marbles(({ hot, scheduler, expectObservable, expectSubscriptions }) => {
      const catalogs$ = hot('c', catalogs);
      const unsub = '        5s !';
      const subs = '         ^ 4999ms !';
      const expected = '     2s a 1999ms b';

      const books = seen({ A: 'fssslf', B: 'ffffff' });
      expectObservable(lines(staleMarkets(catalogs$, books, 1, scheduler)), unsub).toBe(expected, {
        a: 'A stale, stale at 2000',
        b: 'A fresh_again, listing at 4000',
      });
      expectSubscriptions(catalogs$.subscriptions).toBe(subs);
    }),
  );

  it(
    'overlooks a moment, and a market that never had a book',
    marbles(({ hot, scheduler, expectObservable }) => {
      const catalogs$ = hot('c', catalogs);
      const unsub = '        6s !';
      const expected = '     -';

      const books = seen({ A: 'fsfsfsf', B: 'uuuuuuu' });
      expectObservable(lines(staleMarkets(catalogs$, books, 1, scheduler)), unsub).toBe(expected);
    }),
  );

  it(
    'names every market of a feed that was lost',
    marbles(({ hot, scheduler, expectObservable }) => {
      const catalogs$ = hot('c', catalogs);
      const unsub = '        5s !';
      const expected = '     2s (ab)';

      const books = seen({ A: 'fuuuuu', B: 'fuuuuu' });
      expectObservable(lines(staleMarkets(catalogs$, books, 1, scheduler)), unsub).toBe(expected, {
        a: 'A stale, unknown at 2000',
        b: 'B stale, unknown at 2000',
      });
    }),
  );

  it(
    'says nothing more of a market that left the catalog',
    marbles(({ hot, scheduler, expectObservable }) => {
      const catalogs$ = hot('c 1499ms b', catalogs);
      const unsub = '        5s !';
      const expected = '     2s b';

      const books = seen({ A: 'fsssss', B: 'fsssss' });
      expectObservable(lines(staleMarkets(catalogs$, books, 1, scheduler)), unsub).toBe(expected, {
        b: 'B stale, stale at 2000',
      });
    }),
  );

  it(
    'sweeps by real time, whatever the clock’s speed',
    marbles(({ hot, scheduler, expectObservable }) => {
      const catalogs$ = hot('c', catalogs);
      const unsub = '        50s !';
      const expected = '     20s a';

      const books = seen({ A: `f${'s'.repeat(60)}`, B: 'f'.repeat(60) });
      expectObservable(lines(staleMarkets(catalogs$, books, 10, scheduler)), unsub).toBe(expected, {
        a: 'A stale, stale at 20000',
      });
    }),
  );
});
