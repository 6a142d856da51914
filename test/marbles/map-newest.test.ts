import { of } from 'rxjs';
import { describe, it } from 'vitest';
import { mapNewest } from '../../src/streams/operators/map-newest.js';
import { marbles } from '../support/marbles.js';

// Goal: slow work always finishes, and then takes up the newest thing that came meanwhile. Letters are windows.
describe('mapNewest', () => {
  it(
    'values the first window, and then the newest of those that came meanwhile',
    marbles(({ hot, cold, expectObservable, expectSubscriptions }) => {
      const windows$ = hot('-abcd-----e---|');
      const work = '        ---x|';
      const subs = '        ^-------------!';
      const expected = '    ----a---d----e|';

      const valued$ = windows$.pipe(mapNewest((window) => cold(work, { x: window })));
      expectObservable(valued$).toBe(expected);
      expectSubscriptions(windows$.subscriptions).toBe(subs);
    }),
  );

  it(
    'starts the next window at once when it comes as the work ends, and none twice',
    marbles(({ hot, cold, expectObservable }) => {
      const windows$ = hot('-a---b-----|');
      const work = '        ---x|';
      const expected = '    ----a---b--|';

      expectObservable(windows$.pipe(mapNewest((window) => cold(work, { x: window })))).toBe(
        expected,
      );
    }),
  );

  it(
    'keeps one of a burst waiting, the last',
    marbles(({ hot, cold, expectObservable }) => {
      const windows$ = hot('-(abc)--------|');
      const work = '        ---x|';
      const expected = '    ----a---c-----|';

      expectObservable(windows$.pipe(mapNewest((window) => cold(work, { x: window })))).toBe(
        expected,
      );
    }),
  );

  it(
    'loses nothing when the work takes no time',
    marbles(({ hot, expectObservable }) => {
      const windows$ = hot('-a-(bc)-d-|');
      const expected = '    -a-(bc)-d-|';

      expectObservable(windows$.pipe(mapNewest((window) => of(window)))).toBe(expected);
    }),
  );

  it(
    'finishes what runs and what waits when the windows end',
    marbles(({ hot, cold, expectObservable }) => {
      const windows$ = hot('-ab|');
      const work = '        ---x|';
      const expected = '    ----a---b|';

      expectObservable(windows$.pipe(mapNewest((window) => cold(work, { x: window })))).toBe(
        expected,
      );
    }),
  );

  it(
    'lets go of the windows and of the work when its consumer leaves',
    marbles(({ hot, cold, expectObservable, expectSubscriptions }) => {
      const windows$ = hot(' -a-b---');
      const work$ = cold('    ----x|');
      const unsub = '        ---!';
      const windowSubs = '   ^--!';
      const workSubs = '     -^-!';
      const expected = '     ----';

      expectObservable(windows$.pipe(mapNewest(() => work$)), unsub).toBe(expected);
      expectSubscriptions(windows$.subscriptions).toBe(windowSubs);
      expectSubscriptions(work$.subscriptions).toBe(workSubs);
    }),
  );
});
