import { describe, it } from 'vitest';
import { cuts } from '../../src/streams/cuts.js';
import { marbles } from '../support/marbles.js';

// Goal: windows end on time, and the first input of the next millisecond belongs to the next window.
// `s` is the start. Windows are 5 ms long; a cut is said 1 ms after the window's end.
const always5 = (): number => 5;
const values = {
  a: { index: 1, from: 0, to: 3, next: 8 },
  b: { index: 2, from: 3, to: 8, next: 13 },
  c: { index: 3, from: 8, to: 13, next: 18 },
};
/** Without an early cut the first whole window is the first. */
const whole = { b: { ...values.b, index: 1 }, c: { ...values.c, index: 2 } };

describe('cuts', () => {
  it(
    'values early once the start is there, and then window by window',
    marbles(({ hot, scheduler, expectObservable, expectSubscriptions }) => {
      const start$ = hot('---s-----------');
      const unsub = '     ---------------!';
      const subs = '      ^--!------------';
      const expected = '  ----a----b----c';

      expectObservable(cuts(start$, 'early_cut', always5, scheduler), unsub).toBe(expected, values);
      expectSubscriptions(start$.subscriptions).toBe(subs);
    }),
  );

  it(
    'has only whole windows when there is nothing to hurry for',
    marbles(({ hot, scheduler, expectObservable }) => {
      const start$ = hot('---s-----------');
      const unsub = '     ---------------!';
      const expected = '  ---------b----c';

      expectObservable(cuts(start$, 'whole_window', always5, scheduler), unsub).toBe(
        expected,
        whole,
      );
    }),
  );

  it(
    'cuts nothing before the start, and once for a start that comes again',
    marbles(({ hot, scheduler, expectObservable }) => {
      const start$ = hot('---(ss)s---s---');
      const unsub = '     ---------------!';
      const expected = '  ----a----b----c';

      expectObservable(cuts(start$, 'early_cut', always5, scheduler), unsub).toBe(expected, values);
    }),
  );

  it(
    'lets a changed length act at the next cut',
    marbles(({ hot, scheduler, expectObservable }) => {
      let cycleMs = 5;
      const start$ = hot('---s-----------');
      const unsub = '     ---------------!';
      const expected = '  ----a----b-c-d-';

      scheduler.schedule(() => {
        cycleMs = 2;
      }, 6);
      expectObservable(
        cuts(start$, 'early_cut', () => cycleMs, scheduler),
        unsub,
      ).toBe(expected, {
        a: values.a,
        b: { index: 2, from: 3, to: 8, next: 10 },
        c: { index: 3, from: 8, to: 10, next: 12 },
        d: { index: 4, from: 10, to: 12, next: 14 },
      });
    }),
  );

  it(
    'leaves no timer behind when its consumer leaves',
    marbles(({ hot, scheduler, expectObservable, expectSubscriptions }) => {
      const start$ = hot('---s-----------');
      const unsub = '     --!';
      const subs = '      ^-!';
      const expected = '  ---';

      expectObservable(cuts(start$, 'early_cut', always5, scheduler), unsub).toBe(expected);
      expectSubscriptions(start$.subscriptions).toBe(subs);
    }),
  );
});
