import type { Observable } from 'rxjs';
import { actor } from '../actor.js';
import { decide, type ExecutorStep, isUrgent } from './decide.js';
import type { Desk, ExecutorMessage } from './messages.js';
import { type ExecutorState, unopened } from './state.js';

/**
 * The one writer. `deskOf` is asked once per message, when it is handled. Steps come out synchronously, in order; the
 * records in them are one unbroken chain, so the last one's hash is the ledger's head, with or without a disk.
 */
export const executor =
  (deskOf: () => Desk, initial: ExecutorState = unopened) =>
  (inbox$: Observable<ExecutorMessage>): Observable<ExecutorStep> =>
    actor<ExecutorState, ExecutorMessage, ExecutorStep>(
      initial,
      (state, message) => {
        const desk = deskOf();
        const decision = decide(state, message, desk);
        const { now: at, inputSeq } = desk;
        return [decision.state, { message, at, inputSeq, ...decision }];
      },
      isUrgent,
    )(inbox$);
