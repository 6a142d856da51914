import { map, type Observable, type SchedulerLike } from 'rxjs';
import { describe, it } from 'vitest';
import { epochMs, price, quantity, type Ticker, ticker, tradeId } from '../../src/domain/units.js';
import type { MarketEvent } from '../../src/messages/market-event.js';
import { BookStore } from '../../src/streams/book-store.js';
import { books } from '../../src/streams/books.js';
import { aDelta, aSnapshot } from '../support/fixtures.js';
import { marbles } from '../support/marbles.js';

// Goal: a book is believed exactly as long as nothing is missing, its feed is alive and prompt, and nobody disagrees.
const x = ticker('X');
const gap = (tickers: readonly Ticker[] | 'all'): MarketEvent => ({
  kind: 'gap',
  tickers,
  reason: 'seq_hole',
});
const told: Record<string, MarketEvent> = {
  // 40 × 10 bid for YES, 55 × 20 bid for NO: 40/45.
  s: aSnapshot('X', [[4_000, 1_000]], [[5_500, 2_000]]),
  y: aSnapshot('Y', [[4_000, 1_000]], [[5_500, 2_000]]),
  d: aDelta('X', 'yes', 4_100, 500),
  // Takes away more than is there.
  n: aDelta('X', 'yes', 4_000, -1_001),
  // Bids 50 for YES against a 45 ask, then takes it back.
  c: aDelta('X', 'yes', 5_000, 100),
  u: aDelta('X', 'yes', 5_000, -100),
  // The venue's own book: the same as `s`, and another.
  r: aSnapshot('X', [[4_000, 1_000]], [[5_500, 2_000]], 'book'),
  q: aSnapshot('X', [[4_000, 900]], [[5_500, 2_000]], 'book'),
  g: gap([x]),
  G: gap('all'),
  a: { kind: 'alive' },
  t: {
    kind: 'trade',
    ticker: x,
    tradeId: tradeId('1'),
    yesPrice: price(4_500),
    count: quantity(100),
    takerSide: 'yes',
    exchangeAt: null,
  },
};

const store = (options: { readonly speed?: number; readonly hasFeed?: boolean } = {}): BookStore =>
  new BookStore({ speed: 1, hasFeed: true, ...options });

/** Each change as its kind and what the book is worth after it. */
const watched = (
  events$: Observable<MarketEvent>,
  kept$: Observable<readonly Ticker[]>,
  owned: BookStore,
  scheduler: SchedulerLike,
): Observable<string> =>
  books(events$, kept$, owned, scheduler).pipe(
    map(({ kind }) => `${kind} ${owned.trust(x, epochMs(scheduler.now()))}`),
  );

describe('books', () => {
  it(
    'believes a book from its snapshot on, and follows it change by change',
    marbles(({ hot, cold, scheduler, expectObservable, expectSubscriptions }) => {
      const events$ = hot('-d-s-d-t-|', told);
      const kept$ = cold('  |', { _: [] as readonly Ticker[] });
      const subs = '        ^--------!';
      const expected = '    -m-s-d-t-|';

      expectObservable(watched(events$, kept$, store(), scheduler)).toBe(expected, {
        m: 'moved unknown',
        s: 'replaced fresh',
        d: 'moved fresh',
        t: 'traded fresh',
      });
      expectSubscriptions(events$.subscriptions).toBe(subs);
    }),
  );

  it(
    'loses a book whose level would go below nothing, until its next snapshot',
    marbles(({ hot, cold, scheduler, expectObservable }) => {
      const events$ = hot('-s-n-d-nn-s-|', told);
      const kept$ = cold('  |', { _: [] as readonly Ticker[] });
      const expected = '    -s-l-d----s-|';

      expectObservable(watched(events$, kept$, store(), scheduler)).toBe(expected, {
        s: 'replaced fresh',
        l: 'lost unknown',
        d: 'moved unknown',
      });
    }),
  );

  it(
    'does not call a crossed book fresh, and forgives it as soon as it is not',
    marbles(({ hot, cold, scheduler, expectObservable }) => {
      const events$ = hot('-s-c-u-|', told);
      const kept$ = cold('  |', { _: [] as readonly Ticker[] });
      const expected = '    -s-c-u-|';

      expectObservable(watched(events$, kept$, store(), scheduler)).toBe(expected, {
        s: 'replaced fresh',
        c: 'moved stale',
        u: 'moved fresh',
      });
    }),
  );

  it(
    'holds each change of a burst before it says so',
    marbles(({ hot, cold, scheduler, expectObservable }) => {
      const events$ = hot('-(scu)-|', told);
      const kept$ = cold('  |', { _: [] as readonly Ticker[] });
      const expected = '    -(scu)-|';

      expectObservable(watched(events$, kept$, store(), scheduler)).toBe(expected, {
        s: 'replaced fresh',
        c: 'moved stale',
        u: 'moved fresh',
      });
    }),
  );

  it(
    'loses the books a gap names once, and none that had nothing to lose',
    marbles(({ hot, cold, scheduler, expectObservable }) => {
      const events$ = hot('-g-s-g-gG-s-G-|', told);
      const kept$ = cold('  |', { _: [] as readonly Ticker[] });
      const expected = '    ---s-l----s-l-|';

      expectObservable(watched(events$, kept$, store(), scheduler)).toBe(expected, {
        s: 'replaced fresh',
        l: 'lost unknown',
      });
    }),
  );

  it(
    'stops listening when its consumer leaves',
    marbles(({ hot, scheduler, expectObservable, expectSubscriptions }) => {
      const events$ = hot('-s-d-d-', told);
      const kept$ = hot('  -------', { _: [] as readonly Ticker[] });
      const unsub = '      ----!';
      const subs = '       ^---!';
      const expected = '   -s-d-';

      expectObservable(watched(events$, kept$, store(), scheduler), unsub).toBe(expected, {
        s: 'replaced fresh',
        d: 'moved fresh',
      });
      expectSubscriptions(events$.subscriptions).toBe(subs);
      expectSubscriptions(kept$.subscriptions).toBe(subs);
    }),
  );

  it(
    'puts the venue’s own book in place of one that it does not agree with',
    marbles(({ hot, cold, scheduler, expectObservable }) => {
      const events$ = hot('-s 60s a-r- 60s a-q-s-|', told);
      const kept$ = cold('  |', { _: [] as readonly Ticker[] });
      const expected = '    -s 60s --r- 60s --q-s-|';

      expectObservable(watched(events$, kept$, store(), scheduler)).toBe(expected, {
        s: 'replaced fresh',
        r: 'confirmed fresh',
        q: 'lost fresh',
      });
    }),
  );

  it(
    'forgets the markets that are no longer kept, and hears nothing of them',
    marbles(({ hot, scheduler, expectObservable }) => {
      const events$ = hot('-s-y---s-y-|', told);
      const kept$ = hot('  -----k----|', { k: [ticker('Y')] });
      const expected = '    -s-y-----y-|';

      const changes$ = books(events$, kept$, store(), scheduler).pipe(
        map((change) => (change.kind === 'replaced' ? change.ticker : change.kind)),
      );
      expectObservable(changes$).toBe(expected, { s: 'X', y: 'Y' });
    }),
  );

  it(
    'applies each event once, however many listen',
    marbles(({ hot, cold, scheduler, expectObservable }) => {
      const events$ = hot('-s-d-|', told);
      const kept$ = cold('  |', { _: [] as readonly Ticker[] });
      const expected = '    -a-b-|';

      const owned = store();
      const changes$ = books(events$, kept$, owned, scheduler).pipe(
        map(() => owned.entry(x)?.book.sizeAt('yes', price(4_100))),
      );
      expectObservable(changes$).toBe(expected, { a: 0, b: 500 });
      expectObservable(changes$).toBe(expected, { a: 0, b: 500 });
    }),
  );
});
