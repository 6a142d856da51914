import { describe, it } from 'vitest';
import { epochMs, quantity, ticker } from '../../src/domain/units.js';
import type { Window } from '../../src/messages/window.js';
import { BookStore } from '../../src/streams/book-store.js';
import { type HeldPosition, marks } from '../../src/streams/marks.js';
import { aSnapshot } from '../support/fixtures.js';
import { marbles } from '../support/marbles.js';

// Goal: a position is worth what its side's bid pays now, or paid when that was last known. Windows end at 10 and 20.
const windows: Record<string, Window> = {
  a: { index: 1, from: epochMs(0), to: epochMs(10), summaries: [] },
  b: { index: 2, from: epochMs(10), to: epochMs(20), summaries: [] },
};
/** Bid 40 for YES, 55 for NO: mid × 2 = 8500. */
const storeWith = (name: string): BookStore => {
  const store = new BookStore({ speed: 1, hasFeed: true });
  store.apply(aSnapshot(name, [[4_000, 100]], [[5_500, 100]]), epochMs(1));
  return store;
};
const long: HeldPosition = { ticker: ticker('X'), position: quantity(100) };
const short: HeldPosition = { ticker: ticker('X'), position: quantity(-100) };
const elsewhere: HeldPosition = { ticker: ticker('Y'), position: quantity(100) };

describe('marks', () => {
  it(
    'marks a YES by the bid for YES and a NO by the bid for NO, at each window’s end',
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const windows$ = hot('-a---b---|', windows);
      const subs = '        ^--------!';
      const expected = '    -a---b---|';

      const quote = { mid2: 8_500, known: true, ageMs: 0 };
      const held = [long, short];
      const both = [
        { ...long, ...quote, exit: 4_000 },
        { ...short, ...quote, exit: 5_500 },
      ];
      expectObservable(marks(windows$, storeWith('X'), () => held)).toBe(expected, {
        a: { cycle: 1, at: 10, marks: both },
        b: { cycle: 2, at: 20, marks: both },
      });
      expectSubscriptions(windows$.subscriptions).toBe(subs);
    }),
  );

  it(
    'has no price for a market that no one bids for, or that was never seen',
    marbles(({ hot, expectObservable }) => {
      const windows$ = hot('-a-|', windows);
      const expected = '    -a-|';

      const store = new BookStore({ speed: 1, hasFeed: true });
      store.apply(aSnapshot('X', [], [[5_500, 100]]), epochMs(1));
      expectObservable(marks(windows$, store, () => [long, elsewhere])).toBe(expected, {
        a: {
          cycle: 1,
          at: 10,
          marks: [
            { ...long, mid2: null, exit: null, known: true, ageMs: 0 },
            { ...elsewhere, mid2: null, exit: null, known: false, ageMs: null },
          ],
        },
      });
    }),
  );

  it(
    'keeps the last known mark through a gap, with its age',
    marbles(({ hot, expectObservable }) => {
      const windows$ = hot('-a---b---|', windows);
      const expected = '    -a---b---|';

      const store = storeWith('X');
      store.apply({ kind: 'gap', tickers: 'all', reason: 'disconnected' }, epochMs(4));
      const last = { ...long, mid2: 8_500, exit: 4_000, known: false };
      expectObservable(marks(windows$, store, () => [long])).toBe(expected, {
        a: { cycle: 1, at: 10, marks: [{ ...last, ageMs: 6 }] },
        b: { cycle: 2, at: 20, marks: [{ ...last, ageMs: 16 }] },
      });
    }),
  );

  it(
    'marks what is held at the time, window by window of a burst',
    marbles(({ hot, expectObservable }) => {
      const windows$ = hot('-(ab)-|', windows);
      const expected = '    -(ab)-|';

      const holdings = [[long], []];
      const mark = { ...long, mid2: 8_500, exit: 4_000, known: true, ageMs: 0 };
      const held = (): readonly HeldPosition[] => holdings.shift() ?? [];
      expectObservable(marks(windows$, storeWith('X'), held)).toBe(expected, {
        a: { cycle: 1, at: 10, marks: [mark] },
        b: { cycle: 2, at: 20, marks: [] },
      });
    }),
  );

  it(
    'stops listening when its consumer leaves',
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const windows$ = hot('-a---b', windows);
      const unsub = '       --!';
      const subs = '        ^-!';
      const expected = '    -a-';

      expectObservable(
        marks(windows$, storeWith('X'), () => []),
        unsub,
      ).toBe(expected, {
        a: { cycle: 1, at: 10, marks: [] },
      });
      expectSubscriptions(windows$.subscriptions).toBe(subs);
    }),
  );
});
