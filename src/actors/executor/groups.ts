import type { Order } from '../../domain/order.js';
import { latchLevel } from '../../domain/risk.js';
import { type Shard, shard as shardOf } from '../../domain/units.js';
import type { GroupAnswer, GroupOp } from '../../messages/desk.js';
import { type GroupState, unasked } from './state.js';
import type { Turn } from './turn.js';

/**
 * Order groups are the exchange's own fuse: it cancels and bars every order of a group once more contracts matched
 * within 15 seconds than the group allows, or when it is told to. One group a shard; its id is in the ledger.
 *
 * This compares what is wanted with what is known and asks for the difference, one request a shard at a time: a group
 * where cash is, with the limit that the caps give, tripped while level `cancel` or `halt` holds and armed otherwise. A
 * trip is asked for at once, whatever else is still out.
 */
export function sweepGroups(turn: Turn): void {
  const { session, now } = turn;
  const contracts = session.settings.groupContracts;
  if (session.mode === 'paper' || contracts === null) return;
  const level = latchLevel(turn.account);
  const mustTrip = level === 'cancel' || level === 'halt';
  const shards = new Set([...session.venueCash.keys(), ...turn.account.groups.keys()].map(Number));
  for (const number of [...shards].sort((a, b) => a - b)) {
    const shard = shardOf(number);
    const group = session.groups.get(shard) ?? unasked;
    const groupId = turn.account.groups.get(String(shard)) ?? null;
    const op = nextOp(group, groupId, mustTrip, contracts);
    if (op === null || op === group.out || (group.out !== null && op !== 'trigger')) continue;
    if (op === 'create' && !session.isReady) continue;
    if (group.retry !== null && group.failed === op && now < group.retry.nextAt) continue;
    turn.effect({ kind: 'group', op, shard, groupId, contracts });
    // From here on it may be tripped, whatever becomes of the answer.
    const fuse = op === 'trigger' ? 'unknown' : group.fuse;
    put(turn, shard, { ...group, fuse, out: op });
  }
}

function nextOp(
  group: GroupState,
  groupId: string | null,
  mustTrip: boolean,
  contracts: number,
): GroupOp | null {
  if (groupId === null) return mustTrip ? null : 'create';
  if (mustTrip && group.fuse !== 'tripped') return 'trigger';
  if (group.fuse === 'unknown') return 'check';
  if (!mustTrip && group.fuse === 'tripped') return 'reset';
  return group.contracts === contracts ? null : 'limit';
}

/** `contracts`: the limit that was asked for, which settings may have changed since. */
export function onGroupAnswered(
  turn: Turn,
  op: GroupOp,
  shard: Shard,
  contracts: number,
  answer: GroupAnswer,
): void {
  const group = turn.session.groups.get(shard) ?? unasked;
  const { goneAt } = group;
  const rest = { out: group.out === op ? null : group.out, retry: null, failed: null, goneAt };
  switch (answer.kind) {
    case 'created':
      turn.record({ kind: 'group', shard, groupId: answer.groupId });
      put(turn, shard, { ...rest, fuse: 'armed', contracts });
      turn.note('info', 'group_armed', `order group of shard ${shard}: ${contracts} contracts`);
      return;
    case 'state':
      put(turn, shard, {
        ...rest,
        failed: answer.isTripped ? group.failed : null,
        fuse: answer.isTripped ? group.fuse : 'armed',
        contracts: answer.contracts,
      });
      if (answer.isTripped) blown(turn, shard, 'found tripped');
      return;
    case 'done': {
      // Of a group that was being tripped meanwhile, an older answer says nothing.
      const fuse = op === 'trigger' ? 'tripped' : op === 'reset' ? 'armed' : group.fuse;
      const limit = op === 'limit' ? contracts : group.contracts;
      put(turn, shard, { ...rest, fuse, contracts: limit });
      if (op === 'trigger') turn.note('warn', 'group_tripped', `order group of shard ${shard}`);
      if (op === 'reset') turn.note('info', 'group_armed', `order group of shard ${shard}: reset`);
      return;
    }
    case 'gone':
      turn.record({ kind: 'group', shard, groupId: null });
      put(turn, shard, { ...rest, fuse: 'unknown', contracts: null, goneAt: turn.now });
      turn.note('warn', 'group_gone', `the exchange no longer has the group of shard ${shard}`);
      return;
    case 'failed': {
      const tries = group.failed === op ? (group.retry?.tries ?? 0) + 1 : 0;
      const retry = turn.retry(tries, turn.session.settings.fillsQueryAfterMs);
      put(turn, shard, { ...group, ...rest, retry, failed: op });
      const text = `${op} on shard ${shard}: ${answer.code}: ${answer.detail}`;
      turn.note(op === 'limit' ? 'warn' : 'alert', 'group_failed', text);
    }
  }
}

/** The exchange says that a group was tripped, by a frame or by refusing an order. */
export function onGroupTripped(turn: Turn, groupId: string, how: string): void {
  for (const [key, id] of turn.account.groups) {
    if (id === groupId) blown(turn, shardOf(Number(key)), how);
  }
}

/** Latches, unless we asked for it: nothing this engine does can blow the fuse, so something else trades here. */
function blown(turn: Turn, shard: Shard, how: string): void {
  const group = turn.session.groups.get(shard) ?? unasked;
  if (group.out === 'trigger' || group.out === 'reset' || group.fuse === 'tripped') return;
  put(turn, shard, { ...group, fuse: 'tripped' });
  const level = latchLevel(turn.account);
  // Found after a restart: it was tripped with the latch that still holds. Or a trip of ours whose answer was lost.
  if (level === 'cancel' || level === 'halt' || group.failed === 'trigger') return;
  turn.latch('order_group', 'halt', `the order group of shard ${shard} is tripped (${how})`);
}

/** The exchange answered an order that it does not know its group: look again. */
export function onGroupUnknown(turn: Turn, shard: Shard): void {
  const group = turn.session.groups.get(shard);
  if (group !== undefined) put(turn, shard, { ...group, fuse: 'unknown' });
}

/** A new link, or a new run: what the groups are is asked again. */
export function forgetGroups(turn: Turn): void {
  const groups = new Map<Shard, GroupState>();
  for (const [shard, group] of turn.session.groups)
    groups.set(shard, group.fuse === 'armed' ? { ...group, fuse: 'unknown' } : group);
  turn.update({ groups });
}

/** The group an order of this shard must name; null while there is no armed one. */
export const armedGroup = (turn: Turn, shard: Shard): string | null =>
  turn.session.groups.get(shard)?.fuse === 'armed'
    ? (turn.account.groups.get(String(shard)) ?? null)
    : null;

/** An order that a 429 sent back named a group that is gone. Under another one it would be another order of the same id. */
export const hasLostGroup = (turn: Turn, { sentAt, terms }: Order): boolean => {
  const goneAt = turn.session.groups.get(terms.shard)?.goneAt ?? null;
  return sentAt !== null && goneAt !== null && !terms.reduceOnly && !(sentAt > goneAt);
};

/** Whole contracts that may be asked for: what the caps give, and no more than the exchange is known to allow so far. */
export const groupLimit = (turn: Turn, shard: Shard, contracts: number): number =>
  Math.min(contracts, turn.session.groups.get(shard)?.contracts ?? 0);

/** Whether orders need a group at all. */
export const needsGroup = (turn: Turn): boolean =>
  turn.session.mode === 'live' && turn.session.settings.groupContracts !== null;

const put = (turn: Turn, shard: Shard, group: GroupState): void =>
  turn.update({ groups: new Map(turn.session.groups).set(shard, group) });
