import type { Observable } from 'rxjs';
import type { LedgerRecord } from '../../domain/records.js';
import type { EpochMs } from '../../domain/units.js';
import type { EffectRequest } from '../../messages/effect.js';
import { actor } from '../actor.js';
import { decide } from './decide.js';
import type { Desk, ExecutorMessage, Note } from './messages.js';
import { type ExecutorState, unopened } from './state.js';

/** What one message did. `state` is immutable and safe to keep. */
export type ExecutorStep = {
  readonly message: ExecutorMessage;
  readonly at: EpochMs;
  readonly inputSeq: number;
  readonly records: readonly LedgerRecord[];
  readonly effects: readonly EffectRequest[];
  readonly notes: readonly Note[];
  readonly state: ExecutorState;
};

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

/** A kill, and a dead disk, overtake everything that waits. */
export const isUrgent = (message: ExecutorMessage): boolean =>
  message.kind === 'disk_failed' ||
  (message.kind === 'operator' && message.command.kind === 'kill');
