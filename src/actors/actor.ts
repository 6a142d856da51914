import { concatMap, defer, filter, type Observable } from 'rxjs';
import { assert } from '../domain/assert.js';
import { limits } from '../limits.js';

/** Pure: the next state and what to tell the world. */
export type Decide<State, Message, Step> = (
  state: State,
  message: Message,
) => readonly [State, Step];

/**
 * One mailbox, one state cell, one message at a time. Synchronous: a message that arrives while a step is being heard
 * waits until that step is over, behind those already waiting; an urgent one goes before all that are not. It performs
 * nothing: effects leave as data in steps, and their replies come back through the inbox. A bug in `decide` errors the
 * stream and ends the engine. Bounded by `limits.mailboxMax`.
 */
export const actor =
  <State, Message, Step>(
    initial: State,
    decide: Decide<State, Message, Step>,
    isUrgent: (message: Message) => boolean = () => false,
  ) =>
  (inbox$: Observable<Message>): Observable<Step> =>
    defer(() => {
      let state = initial;
      let isBusy = false;
      const urgent: Message[] = [];
      const waiting: Message[] = [];
      function* handled(): Generator<Step> {
        isBusy = true;
        for (;;) {
          const message = urgent.shift() ?? waiting.shift();
          if (message === undefined) break;
          const [next, step] = decide(state, message);
          state = next;
          yield step;
        }
        isBusy = false;
      }
      return inbox$.pipe(
        filter((message) => {
          (isUrgent(message) ? urgent : waiting).push(message);
          assert(urgent.length + waiting.length <= limits.mailboxMax, 'mailbox is full');
          return !isBusy;
        }),
        concatMap(handled),
      );
    });
