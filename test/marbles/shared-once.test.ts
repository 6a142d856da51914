import { describe, it } from 'vitest';
import { sharedOnce } from '../../src/streams/operators/shared-once.js';
import { marbles } from '../support/marbles.js';

// Goal: a question is asked once, however many wait for its answer. Letters are answers.
describe('sharedOnce', () => {
  it(
    'asks for the first, lets later ones hear the rest, and never asks again',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source$ = cold('-a-b|');
      const first = '       ^------';
      const second = '      --^----';
      const third = '       ------^';
      const subs = '        ^---!';
      const all = '         -a-b|';
      const rest = '        ---b|';
      const over = '        ------|';

      const shared$ = source$.pipe(sharedOnce());
      expectObservable(shared$, first).toBe(all);
      expectObservable(shared$, second).toBe(rest);
      expectObservable(shared$, third).toBe(over);
      expectSubscriptions(source$.subscriptions).toBe(subs);
    }),
  );

  it(
    'goes on when everybody has left',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source$ = cold('-a-b|');
      const leaver = '      ^-!';
      const later = '       ---^---';
      const subs = '        ^---!';
      const begun = '       -a';
      const rest = '        ---b|';

      const shared$ = source$.pipe(sharedOnce());
      expectObservable(shared$, leaver).toBe(begun);
      expectObservable(shared$, later).toBe(rest);
      expectSubscriptions(source$.subscriptions).toBe(subs);
    }),
  );
});
