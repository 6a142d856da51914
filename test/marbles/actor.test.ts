import { Subject } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { actor } from '../../src/actors/actor.js';
import { marbles } from '../support/marbles.js';

const sum = actor<number, number, number>(0, (state, message) => [
  state + message,
  state + message,
]);

describe('actor', () => {
  it(
    'one step for every message, in order, one state',
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const inbox = hot('-a-(bc)-|', { a: 1, b: 2, c: 3 });
      const subs = '     ^-------!';
      const expected = ' -a-(bc)-|';
      expectObservable(sum(inbox)).toBe(expected, { a: 1, b: 3, c: 6 });
      expectSubscriptions(inbox.subscriptions).toBe(subs);
    }),
  );

  it(
    'an inbox that errors ends it',
    marbles(({ hot, expectObservable }) => {
      // tidy-ok: a bug passes through and ends the program
      expectObservable(sum(hot('-a-#', { a: 1 }))).toBe('-a-#', { a: 1 });
    }),
  );

  it('a message that arrives while a step is heard waits for its turn', () => {
    const inbox$ = new Subject<number>();
    const seen: number[] = [];
    let depth = 0;
    sum(inbox$).subscribe((total) => {
      depth += 1;
      expect(depth).toBe(1);
      seen.push(total);
      if (total === 1) {
        inbox$.next(10);
        inbox$.next(100);
      }
      depth -= 1;
    });
    inbox$.next(1);
    inbox$.next(1_000);
    expect(seen).toEqual([1, 11, 111, 1_111]);
  });

  it('what is urgent overtakes what waits, and nothing else', () => {
    const inbox$ = new Subject<number>();
    const seen: number[] = [];
    actor<null, number, number>(
      null,
      (state, message) => [state, message],
      (message) => message < 0,
    )(inbox$).subscribe((message) => {
      seen.push(message);
      if (message === 1) for (const next of [2, 3, -1, -2]) inbox$.next(next);
    });
    inbox$.next(1);
    expect(seen).toEqual([1, -1, -2, 2, 3]);
  });

  it('a bug in decide ends the stream and is not swallowed', () => {
    const inbox$ = new Subject<number>();
    const broken = actor<null, number, number>(null, () => {
      throw new Error('bug');
    })(inbox$);
    const errors: unknown[] = [];
    broken.subscribe({ error: (error: unknown) => errors.push(error) });
    inbox$.next(1);
    inbox$.next(2);
    expect(errors).toHaveLength(1);
  });

  it('begins anew for every subscriber', () => {
    const seen: number[] = [];
    for (let time = 0; time < 2; time += 1) {
      const inbox$ = new Subject<number>();
      sum(inbox$).subscribe((total) => seen.push(total));
      inbox$.next(5);
    }
    expect(seen).toEqual([5, 5]);
  });
});
