import { decodeAccount } from '../../domain/account-codec.js';
import { assert } from '../../domain/assert.js';
import { plainHash } from '../../domain/chain.js';
import { isComplete, isFinal } from '../../domain/order.js';
import { ledgerVersion } from '../../domain/records.js';
import { micros, shard as shardOf } from '../../domain/units.js';
import type { Opened } from '../../messages/input.js';
import { bookLostQuestions, checkModel } from './inference.js';
import type { ExecutorSettings } from './messages.js';
import { newSession } from './state.js';
import { recoverTransfer } from './transfers.js';
import type { Turn } from './turn.js';
import { watchOwed } from './waits.js';

/**
 * Begins a run: on a new ledger with its genesis record, else from the recovered account, which must be of the same mode,
 * environment and account. What was in flight when the last run ended is withdrawn in paper and in doubt in live.
 */
export function onOpened(turn: Turn, opened: Opened, settings: ExecutorSettings): void {
  const session = newSession(opened.mode, opened.hasKey, opened.hasClaude, settings);
  const settingsHash = plainHash(opened.settings);
  const { mode, environment, account, run } = opened;
  if (opened.recovered === null) {
    turn.open(null, session);
    const { cashUnit } = settings;
    turn.record(
      { kind: 'genesis', version: ledgerVersion, mode, environment, account, cashUnit },
      run,
    );
  } else {
    const recovered = decodeAccount(opened.recovered);
    assert(recovered.ok, recovered.ok ? '' : `recovered account: ${recovered.error.text}`);
    const { genesis } = recovered.value;
    assert(
      genesis.mode === mode && genesis.environment === environment && genesis.account === account,
      'the ledger belongs to another account',
    );
    turn.open(recovered.value, session);
  }
  const crashes = crashesOf(turn);
  turn.record({ kind: 'opened', run, settingsHash }, run);
  if (settings.maxCrashes > 0 && !(crashes < settings.maxCrashes))
    turn.latch('crash_loop', 'halt', `${crashes} runs died within minutes; look why, then resume`);
  bookLostQuestions(turn);
  checkModel(turn);
  recoverTransfer(turn);
  if (mode === 'paper') openPaper(turn, settings);
  else openLive(turn);
}

/** Runs that began within the window and left no word of their end. */
const crashesOf = ({ account, session, now }: Turn): number =>
  account.starts.filter((at) => !(now - at > session.settings.crashWindowMs)).length;

function openPaper(turn: Turn, settings: ExecutorSettings): void {
  for (const [id, order] of turn.account.orders)
    if (!isComplete(order)) turn.advance(id, { kind: 'withdrawn', why: 'restart' });
  if (turn.account.isFunded) return;
  // The last share takes what rounding leaves, so that the whole bankroll is there.
  let left = settings.bankroll;
  const shares = settings.shardAllocation.filter(({ percent }) => percent > 0);
  const all = shares.length > 0 ? shares : [{ shard: 0, percent: 100 }];
  for (const [at, { shard, percent }] of all.entries()) {
    const last = at === all.length - 1;
    const amount = last ? left : Math.floor((settings.bankroll * percent) / 100);
    left -= amount;
    turn.record({ kind: 'opening', shard: shardOf(shard), amount: micros(amount), last });
  }
}

function openLive(turn: Turn): void {
  // Even one that was only written down may have left: the record of its sending is not awaited.
  for (const [id, order] of turn.account.orders)
    if (!isFinal(order.status) && order.status !== 'unknown' && order.status !== 'resting')
      turn.advance(id, { kind: 'unknown', why: 'restart' });
  // What an acceptance promised is still owed, and the first reading may lag behind it.
  for (const id of turn.account.orders.keys()) watchOwed(turn, id);
  if (!turn.session.hasKey)
    turn.note('warn', 'no_key', 'live mode without a key: nothing can be sent');
}
