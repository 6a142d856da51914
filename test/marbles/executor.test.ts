import { delay, map, merge, type Observable, of, Subject, tap } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { ExecutorStep } from '../../src/actors/executor/decide.js';
import { executor } from '../../src/actors/executor/executor.js';
import type { ExecutorMessage } from '../../src/actors/executor/messages.js';
import { epochMs, orderId, quantity } from '../../src/domain/units.js';
import {
  bookAt,
  intentFor,
  openedWith,
  Rig,
  settings,
  start,
  tickerA,
  tickerB,
} from '../support/executor-rig.js';
import { type Drawing, marbles } from '../support/marbles.js';

const command = (level: 'pause' | 'halt'): ExecutorMessage => ({
  kind: 'operator',
  command: { kind: 'kill', level, why: 'test' },
});
const values: Readonly<Record<string, ExecutorMessage>> = {
  o: { kind: 'opened', opened: openedWith({ mode: 'paper' }), settings },
  i: { kind: 'intent', intent: intentFor() },
  b: { kind: 'intent', intent: intentFor({ ticker: tickerB }) },
  k: command('pause'),
  h: command('halt'),
};

/** J: asks the journal. P: places. r: refused. w: taken back. -: nothing that leaves. */
function letterOf({ effects, records }: ExecutorStep): string {
  const asked = effects.map(({ kind }) => (kind === 'flush' ? 'J' : kind === 'place' ? 'P' : kind));
  if (asked.length > 0) return asked.join('');
  for (const { body } of records) {
    if (body.kind === 'refused') return 'r';
    if (body.kind === 'order' && body.event.kind === 'withdrawn') return 'w';
  }
  return 'n';
}

/**
 * The executor with a disk of `flushMs` and an exchange of 2 ms around it, whose replies come back through the one
 * inbox, as they do through the intake. `rig` holds its books.
 */
function looped(
  inbox$: Observable<ExecutorMessage>,
  { scheduler }: Drawing,
  flushMs: number,
  rig = new Rig(),
): Observable<ExecutorStep> {
  const replies$ = new Subject<ExecutorMessage>();
  const reply = (message: ExecutorMessage, ms: number): void => {
    of(message)
      .pipe(delay(ms, scheduler))
      .subscribe((late) => replies$.next(late));
  };
  let inputSeq = 0;
  const desk = () => {
    inputSeq += 1;
    return { ...rig.desk, now: epochMs(start + scheduler.now()), inputSeq };
  };
  return executor(desk)(merge(inbox$, replies$)).pipe(
    tap(({ effects }) => {
      for (const effect of effects)
        if (effect.kind === 'flush')
          reply({ kind: 'durable', recordSeq: effect.recordSeq }, flushMs);
        else if (effect.kind === 'place')
          reply(
            {
              kind: 'placed',
              clientOrderId: effect.order.clientOrderId,
              answer: {
                kind: 'accepted',
                orderId: orderId(`v-${effect.order.clientOrderId}`),
                filled: quantity(0),
                remaining: quantity(0),
                averageYesPrice: null,
                averageFee: null,
              },
            },
            2,
          );
    }),
  );
}

// Goal: journal, durable, place, in that order and never otherwise.
describe('the executor', () => {
  it(
    'writes the intent down, waits until it is on disk, then places it',
    marbles((drawing) => {
      const inbox = drawing.hot('o-i-------', values);
      const expected = '         n-J---P-n-';
      const letters$ = looped(inbox, drawing, 4).pipe(map(letterOf));
      drawing.expectObservable(letters$).toBe(expected);
    }),
  );

  it(
    'works on two markets at a time and on one order in each',
    marbles((drawing) => {
      const inbox = drawing.hot('o-ib-i----', values);
      const expected = '         n-JJ-rPPnn';
      const letters$ = looped(inbox, drawing, 4).pipe(map(letterOf));
      drawing.expectObservable(letters$).toBe(expected);
    }),
  );

  it(
    'a kill while the intent is on its way to the disk takes it back',
    marbles((drawing) => {
      const inbox = drawing.hot('o-i-h-----', values);
      const expected = '         n-J-n-w---';
      const letters$ = looped(inbox, drawing, 4).pipe(map(letterOf));
      drawing.expectObservable(letters$).toBe(expected);
    }),
  );

  it(
    'a book that moved while the disk was busy takes it back',
    marbles((drawing) => {
      const inbox = drawing.hot('o-i-------', values);
      const expected = '         n-J---w---';
      const rig = new Rig();
      drawing.scheduler.schedule(() => rig.books.set(tickerA, bookAt(9_000, 1_100)), 5);
      const letters$ = looped(inbox, drawing, 4, rig).pipe(map(letterOf));
      drawing.expectObservable(letters$).toBe(expected);
    }),
  );

  it(
    'ends with its inbox, and lets go of it when nobody listens',
    marbles(({ hot, expectObservable, expectSubscriptions, ...rest }) => {
      const drawing = { hot, expectObservable, expectSubscriptions, ...rest };
      const inbox = hot('o-i--|', values);
      const subs = '     ^---!-';
      const unsub = '    ----!-';
      const expected = ' n-J---';
      expectObservable(looped(inbox, drawing, 4).pipe(map(letterOf)), unsub).toBe(expected);
      expectSubscriptions(inbox.subscriptions).toBe(subs);
    }),
  );

  it('a kill overtakes intents that wait behind the message being handled', () => {
    const inbox$ = new Subject<ExecutorMessage>();
    const rig = new Rig();
    let inputSeq = 0;
    const seen: string[] = [];
    executor(() => {
      inputSeq += 1;
      return { ...rig.desk, inputSeq };
    })(inbox$).subscribe((step) => {
      seen.push(`${step.message.kind} ${letterOf(step)}`);
      if (step.message.kind === 'opened')
        for (const name of ['i', 'b', 'k']) inbox$.next(values[name] as ExecutorMessage);
    });
    inbox$.next(values['o'] as ExecutorMessage);
    expect(seen).toEqual(['opened n', 'operator n', 'intent r', 'intent r']);
  });
});
