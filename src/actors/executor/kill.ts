import type { LatchCause } from '../../domain/records.js';
import { equity, latchLevel } from '../../domain/risk.js';
import { inferenceCost } from '../../domain/treasury.js';
import type { Micros } from '../../domain/units.js';
import type { OperatorCommand } from '../../messages/input.js';
import { dollars } from './money.js';
import type { Turn } from './turn.js';
import { knownLoss, lastMark } from './watch.js';

/** What a person ordered. Kills latch in the ledger; only `resume` takes latches off. */
export function onOperator(turn: Turn, command: OperatorCommand): void {
  switch (command.kind) {
    case 'kill':
      turn.latch('operator', command.level, command.why);
      return;
    case 'resume':
      resume(turn, command.why, command.only);
      return;
    case 'true_up':
      trueUp(turn, command.amount, command.why);
      return;
    case 'drain':
      turn.update({ isDraining: true });
      turn.note('info', 'draining', 'no more orders are sent');
  }
}

/** More than was ever billed cannot come back: it would be a reserve to spend, and a gain that hides a loss. */
function trueUp(turn: Turn, amount: Micros, why: string): void {
  const most = inferenceCost(turn.account.balances);
  // Written so that NaN refuses.
  if (!(amount >= 0 - most)) {
    turn.note(
      'alert',
      'true_up_refused',
      `${dollars(amount)} would take back more than the ${dollars(most)} that were booked for Claude; ask again with what differs`,
    );
    return;
  }
  turn.record({ kind: 'inference_trued_up', amount, why });
  turn.note('info', 'inference_trued_up', `${dollars(amount)}: ${why}`);
}

function resume(turn: Turn, why: string, only?: readonly LatchCause[]): void {
  const { account, session } = turn;
  for (const [cause, latch] of account.latches) {
    if (only !== undefined && !only.includes(cause)) continue;
    turn.record({ kind: 'latch', cause, level: latch.level, set: false, why });
    turn.note('alert', `released_${cause}`, why);
  }
  // Whoever resumes after a loss accepts it: the day begins anew, or the switch would trip at once.
  if (account.day !== null && !(knownLoss(turn) <= session.settings.maxDailyLoss)) {
    const baseline = equity(turn.account, (position) => lastMark(turn, position));
    turn.record({ kind: 'day', key: account.day.key, baseline });
  }
  if (session.diskFailure !== null)
    turn.note('alert', 'disk_failed', 'the ledger cannot be written: only a restart helps');
  if (session.isSpaceLow) turn.note('alert', 'low_space', 'the disk is full: only room helps');
}

/** No latch: it ends by itself, and what the exchange has to say is booked meanwhile. */
export function onSpace(turn: Turn, isLow: boolean, freeBytes: number | null): void {
  if (isLow === turn.session.isSpaceLow) return;
  turn.update({ isSpaceLow: isLow });
  const room = freeBytes === null ? 'an unknown number of' : String(freeBytes);
  if (isLow) turn.note('alert', 'low_space', `${room} bytes are free on disk: nothing is sent`);
  else turn.note('info', 'space_again', `${room} bytes are free on disk: trading goes on`);
}

/** Cancels what rests: all of it from level `cancel` up, and always what lingers, for our orders never should. */
export function sweepCancels(turn: Turn): void {
  const { session, now } = turn;
  if (session.mode === 'paper') return;
  const level = latchLevel(turn.account);
  const mustCancel = level === 'cancel' || level === 'halt';
  const cancels = new Map(session.cancels);
  for (const id of cancels.keys()) if (turn.order(id)?.status !== 'resting') cancels.delete(id);
  for (const [id, order] of turn.account.orders) {
    if (order.status !== 'resting' || order.orderId === null) continue;
    const retry = cancels.get(id);
    const lingers = now - order.changedAt >= session.settings.fillsQueryAfterMs;
    if (retry === undefined ? !(mustCancel || lingers) : now < retry.nextAt) continue;
    const { ticker, shard } = order.terms;
    turn.effect({ kind: 'cancel', orderId: order.orderId, clientOrderId: id, ticker, shard });
    const tries = retry === undefined ? 0 : retry.tries + 1;
    cancels.set(id, turn.retry(tries, session.settings.fillsQueryAfterMs));
  }
  turn.update({ cancels });
}
