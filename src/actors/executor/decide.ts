import { assertNever } from '../../domain/assert.js';
import { plainHash } from '../../domain/chain.js';
import type { LedgerRecord } from '../../domain/records.js';
import type { EffectRequest } from '../../messages/effect.js';
import { onOperator, sweepCancels } from './kill.js';
import { onCycle } from './cycle.js';
import { onAccount } from './fills.js';
import { onIntent } from './intents.js';
import type { Desk, ExecutorMessage, Note } from './messages.js';
import { onOpened } from './opening.js';
import { onAnswer, onLink, onOrderFills, sweepQueries } from './reconcile.js';
import { onDurable } from './release.js';
import { onCancelAnswered, onPlaced, resendDue } from './replies.js';
import { onLifecycle, onMarket, onSettlements, sweepSettlements } from './settle.js';
import type { ExecutorState } from './state.js';
import { Turn } from './turn.js';
import { rollDay, updateMarks, watchLimits } from './watch.js';

/** What came of one message: the next state, the records that lead there, and what the world is to do and to know. */
export type Decision = {
  readonly state: ExecutorState;
  readonly records: readonly LedgerRecord[];
  readonly effects: readonly EffectRequest[];
  readonly notes: readonly Note[];
};

/**
 * The whole executor as a function. Reads nothing but its arguments, performs nothing; `state` is never changed. The
 * account in the next state is the old one with `records` applied.
 */
export function decide(state: ExecutorState, message: ExecutorMessage, desk: Desk): Decision {
  const turn = new Turn(state, desk);
  if (message.kind === 'opened') onOpened(turn, message.opened, message.settings);
  if (!turn.isOpen)
    turn.note('warn', 'not_open', `${message.kind} came before the run was opened`);
  else {
    rollDay(turn);
    handle(turn, message);
    if (isWatched[message.kind] === true) {
      updateMarks(turn);
      watchLimits(turn);
      sweepCancels(turn);
    }
  }
  const { records, effects, notes } = turn;
  return { state: turn.result, records, effects, notes };
}

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
      return onLink(turn, message.link);
    case 'intent':
      return onIntent(turn, message.intent);
    case 'durable':
      return onDurable(turn, message.recordSeq);
    case 'disk_failed':
      turn.update({ diskFailure: message.detail });
      turn.note('alert', 'disk_failed', `the ledger cannot be written: ${message.detail}`);
      return;
    case 'placed':
      return onPlaced(turn, message.clientOrderId, message.answer);
    case 'cancel_answered':
      return onCancelAnswered(turn, message.clientOrderId, message.answer);
    case 'account':
      return onAccount(turn, message.event);
    case 'orders':
      return onAnswer(turn, 'orders', message.answer);
    case 'fills':
      return message.orderId === null
        ? onAnswer(turn, 'fills', message.answer)
        : onOrderFills(turn, message.orderId, message.answer);
    case 'positions':
      return onAnswer(turn, 'positions', message.answer);
    case 'settlements':
      return message.ticker === null
        ? onAnswer(turn, 'settlements', message.answer)
        : onSettlements(turn, message.ticker, message.answer);
    case 'balance':
      return onAnswer(turn, 'balance', message.answer);
    case 'market':
      return onMarket(turn, message.ticker, message.settlementValue, message.isFinal);
    case 'lifecycle':
      return onLifecycle(turn, message.ticker, message.change);
    case 'cycle':
      return onCycle(turn, message.result);
    case 'operator':
      return onOperator(turn, message.command);
    case 'settings':
      turn.update({ settings: message.settings });
      turn.record({ kind: 'settings', settingsHash: plainHash(message.settings) });
      return;
    case 'sweep':
      resendDue(turn);
      sweepQueries(turn);
      sweepSettlements(turn);
      return;
    case 'stop':
      turn.update({ isStopped: true });
      turn.record({ kind: 'stopped', reason: message.reason });
      return;
    default:
      return assertNever(message);
  }
}
