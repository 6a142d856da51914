import { assertNever } from '../../domain/assert.js';
import { plainHash } from '../../domain/chain.js';
import type { LedgerRecord } from '../../domain/records.js';
import type { EpochMs } from '../../domain/units.js';
import type { EffectRequest } from '../../messages/effect.js';
import { onCycle } from './cycle.js';
import { onAccount } from './fills.js';
import { onGroupAnswered, sweepGroups } from './groups.js';
import {
  appropriate,
  checkModel,
  onInferenceAnswered,
  onInferenceWanted,
  onModelChecked,
  sweepModel,
} from './inference.js';
import { onIntent } from './intents.js';
import { onOperator, onSpace, sweepCancels } from './kill.js';
import type { Desk, ExecutorMessage, Note } from './messages.js';
import { onOpened } from './opening.js';
import { onAnswer, onLink, onOrderFills, sweepQueries } from './reconcile.js';
import { onDurable } from './release.js';
import { onCancelAnswered, onPlaced, resendDue } from './replies.js';
import { onLifecycle, onMarket, onSettlements, sweepSettlements } from './settle.js';
import type { ExecutorState } from './state.js';
import { onTransferAnswered, onTransferDurable, onTransfers, sweepTransfers } from './transfers.js';
import { Turn } from './turn.js';
import { rollDay, updateMarks, watchLimits } from './watch.js';

/** What came of one message: the next state, the records that lead there, and what the world is to do and to know. */
export type Decision = {
  readonly state: ExecutorState;
  readonly records: readonly LedgerRecord[];
  readonly effects: readonly EffectRequest[];
  readonly notes: readonly Note[];
};

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
 * The whole executor as a function. Reads nothing but its arguments, performs nothing; `state` is never changed. The
 * account in the next state is the old one with `records` applied.
 */
export function decide(state: ExecutorState, message: ExecutorMessage, desk: Desk): Decision {
  const turn = new Turn(state, desk);
  if (message.kind === 'opened') onOpened(turn, message.opened, message.settings);
  if (!turn.isOpen) turn.note('warn', 'not_open', `${message.kind} came before the run was opened`);
  else {
    rollDay(turn);
    handle(turn, message);
    appropriate(turn);
    if (isWatched[message.kind] === true) {
      updateMarks(turn);
      watchLimits(turn);
      sweepCancels(turn);
      sweepGroups(turn);
    }
    // After the caps are measured: what latches in this turn holds this order too.
    if (message.kind === 'sweep') resendDue(turn);
  }
  const { records, effects, notes } = turn;
  return { state: turn.result, records, effects, notes };
}

/** A kill, and a disk that is dead or full, overtake everything that waits. */
export const isUrgent = (message: ExecutorMessage): boolean =>
  message.kind === 'disk_failed' ||
  message.kind === 'space' ||
  (message.kind === 'operator' && message.command.kind === 'kill');

/** Messages after which the caps are measured again. */
const isWatched: Readonly<Partial<Record<ExecutorMessage['kind'], boolean>>> = {
  opened: true,
  account: true,
  orders: true,
  fills: true,
  positions: true,
  settlements: true,
  balance: true,
  market: true,
  lifecycle: true,
  cycle: true,
  operator: true,
  settings: true,
  sweep: true,
};

function handle(turn: Turn, message: ExecutorMessage): void {
  switch (message.kind) {
    case 'opened':
      return;
    case 'link':
      onLink(turn, message.link);
      return;
    case 'intent':
      onIntent(turn, message.intent);
      return;
    case 'durable':
      onDurable(turn, message.recordSeq);
      onTransferDurable(turn, message.recordSeq);
      return;
    case 'disk_failed':
      turn.update({ diskFailure: message.detail });
      turn.note('alert', 'disk_failed', `the ledger cannot be written: ${message.detail}`);
      return;
    case 'space':
      onSpace(turn, message.isLow, message.freeBytes);
      return;
    case 'placed':
      onPlaced(turn, message.clientOrderId, message.answer);
      return;
    case 'cancel_answered':
      onCancelAnswered(turn, message.clientOrderId, message.answer);
      return;
    case 'group_answered':
      onGroupAnswered(turn, message.op, message.shard, message.contracts, message.answer);
      sweepGroups(turn);
      return;
    case 'transfer_answered':
      onTransferAnswered(turn, message.transferSeq, message.answer);
      return;
    case 'transfers':
      onTransfers(turn, message.transferSeq, message.answer);
      return;
    case 'account':
      onAccount(turn, message.event);
      return;
    case 'orders':
      onAnswer(turn, 'orders', message.answer);
      return;
    case 'fills':
      if (message.orderId === null) onAnswer(turn, 'fills', message.answer);
      else onOrderFills(turn, message.orderId, message.answer);
      return;
    case 'positions':
      onAnswer(turn, 'positions', message.answer);
      return;
    case 'settlements':
      if (message.ticker === null) onAnswer(turn, 'settlements', message.answer);
      else onSettlements(turn, message.ticker, message.answer);
      return;
    case 'balance':
      onAnswer(turn, 'balance', message.answer);
      return;
    case 'market':
      onMarket(turn, message.ticker, message.settlementValue, message.isFinal);
      return;
    case 'lifecycle':
      onLifecycle(turn, message.ticker, message.change);
      return;
    case 'cycle':
      onCycle(turn, message.result);
      return;
    case 'calibrated': {
      const { throughSeq, snapshots, events, tableHash } = message;
      turn.record({ kind: 'calibrated', throughSeq, snapshots, events, tableHash });
      return;
    }
    case 'operator':
      onOperator(turn, message.command);
      return;
    case 'settings':
      turn.update({ settings: message.settings });
      turn.record({ kind: 'settings', settingsHash: plainHash(message.settings) });
      checkModel(turn);
      return;
    case 'inference_wanted':
      onInferenceWanted(turn, message.call);
      return;
    case 'inference_answered':
      onInferenceAnswered(turn, message);
      return;
    case 'model_checked':
      onModelChecked(turn, message);
      return;
    case 'sweep':
      sweepQueries(turn);
      sweepSettlements(turn);
      sweepModel(turn);
      sweepTransfers(turn);
      return;
    case 'stop':
      turn.update({ isStopped: true });
      turn.record({ kind: 'stopped', reason: message.reason });
      return;
    default:
      assertNever(message);
  }
}
