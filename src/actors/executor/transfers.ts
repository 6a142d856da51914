import { pendingCount } from '../../domain/order.js';
import { cashShards } from '../../domain/postings.js';
import { freeCash, latchLevel } from '../../domain/risk.js';
import {
  lastTransfer,
  type Move,
  openTransfer,
  type Transfer,
  transferWanted,
} from '../../domain/transfer.js';
import type { Shard } from '../../domain/units.js';
import { limits } from '../../limits.js';
import type { Answer, TransferAnswer, VenueTransfer } from '../../messages/desk.js';
import { dollars } from './money.js';
import { noTransfer, type TransferWatch } from './state.js';
import type { Turn } from './turn.js';
import { askRoundSoon } from './waits.js';

/**
 * Cash between the shards of the exchange, for an order can only spend what is on its market's shard. One transfer at a
 * time, and by us: the exchange offers to keep a target by itself, but then money would move that no record tells of.
 *
 * As an order, it is durable before it leaves and leaves once. From its record on its cash is on neither shard. Whether
 * an unanswered one was taken is learnt by reading; nothing is asked for meanwhile.
 */
export function sweepTransfers(turn: Turn): void {
  const open = openTransfer(turn.account.transfers);
  if (open !== null) follow(turn, open);
  else begin(turn);
}

function begin(turn: Turn): void {
  const { account, session, now } = turn;
  const { settings, transfer } = session;
  if (settings.shardTargets.length === 0 || barred(turn) !== null) return;
  const last = lastTransfer(account.transfers);
  // Written so that NaN moves nothing.
  if (last !== null && !(now - last.changedAt >= settings.transferEveryMs)) return;
  if (transfer.again !== null && !(now >= transfer.again.nextAt)) return;
  // While a reading is out or due, the cash there may not be what the books say.
  if (session.mode === 'live' && (session.round !== null || session.nextRound !== null)) return;
  const move = wantedMove(turn);
  if (move === null || inFlight(turn, move)) return;
  const { from, to, amount } = move;
  const { seq } = turn.record({ kind: 'transfer', from, to, amount });
  turn.update({ transfer: { ...noTransfer, again: transfer.again } });
  if (session.mode === 'paper') complete(turn);
  else turn.effect({ kind: 'flush', recordSeq: seq });
}

function wantedMove(turn: Turn): Move | null {
  const { account, session } = turn;
  const free = new Map(
    cashShards(account.balances).map((shard) => [shard, freeCash(account, shard)]),
  );
  return transferWanted(free, session.settings.shardTargets, {
    minMicros: limits.transferMicrosMin,
    shortShare: limits.transferShortShare,
  });
}

/** Why no money is moved now: whatever stops an order stops a transfer too. */
function barred(turn: Turn): string | null {
  const { account, session } = turn;
  if (session.diskFailure !== null) return 'disk_failed';
  if (session.isSpaceLow) return 'low_space';
  if (session.isStopped) return 'stopped';
  if (session.isDraining) return 'draining';
  if (!session.isReady) return 'not_ready';
  if (latchLevel(account) !== null) return 'paused';
  return null;
}

/** An order of either shard has not ended: its claim on the cash is not settled. */
function inFlight({ account }: Turn, { from, to }: Pick<Move, 'from' | 'to'>): boolean {
  for (const order of account.orders.values()) {
    const { shard } = order.terms;
    if ((shard === from || shard === to) && pendingCount(order) > 0) return true;
  }
  return false;
}

/** Its record is on disk: it leaves, if what it was decided on still holds. */
export function onTransferDurable(turn: Turn, recordSeq: number): void {
  const open = openTransfer(turn.account.transfers);
  if (open?.status !== 'intended' || open.seq > recordSeq) return;
  const why = barred(turn) ?? (inFlight(turn, open) ? 'in_flight' : null);
  if (why !== null) {
    fail(turn, open, why);
    return;
  }
  const { seq: transferSeq, from, to, amount } = open;
  turn.record({ kind: 'transfer_step', event: { kind: 'sent' } });
  turn.effect({ kind: 'transfer', transferSeq, from, to, amount });
}

/** What was on its way when the last run ended may have left, whatever its record says. */
export function recoverTransfer(turn: Turn): void {
  const open = openTransfer(turn.account.transfers);
  if (open === null) return;
  if (turn.session.mode === 'paper') fail(turn, open, 'restart');
  else if (open.status === 'intended' || open.status === 'sent') doubt(turn, open, 'restart');
}

export function onTransferAnswered(turn: Turn, transferSeq: number, answer: TransferAnswer): void {
  const open = openTransfer(turn.account.transfers);
  if (open?.seq !== transferSeq || open.status !== 'sent') {
    turn.anomaly(
      'answer_without_transfer',
      `an answer to transfer ${transferSeq}, which does not wait for one`,
      {},
      false,
      { transferSeq, answer: answer.kind },
    );
    return;
  }
  switch (answer.kind) {
    case 'accepted':
      accept(turn, answer.venueId);
      return;
    case 'refused':
      fail(turn, open, answer.code, answer.detail);
      return;
    case 'unknown':
      doubt(turn, open, answer.detail);
  }
}

/** Asks how it stands, again and again, but not so seldom that arrived cash would lie idle. */
function follow(turn: Turn, { status, seq, venueId, intendedAt }: Transfer): void {
  const { session, now } = turn;
  const { transfer, settings } = session;
  if (status === 'intended' || status === 'sent') return;
  if (!(now - intendedAt < settings.transferSlowMs) && isNews(turn, 'transfer_slow')) {
    const seconds = Math.round((now - intendedAt) / 1_000);
    turn.note('warn', 'transfer_slow', `asked for ${seconds} s ago`);
  }
  if (!session.isLinked || transfer.isOut) return;
  if (transfer.next !== null && now < transfer.next.nextAt) return;
  turn.effect({
    kind: 'transfers',
    transferSeq: seq,
    venueId: status === 'unknown' ? null : venueId,
  });
  const tries = (transfer.next?.tries ?? -1) + 1;
  watch(turn, {
    isOut: true,
    askedAt: now,
    next: turn.retry(Math.min(tries, followDoublingsMax), settings.fillsQueryAfterMs),
  });
}
const followDoublingsMax = 2;

/** The exchange's entries. One that fails says nothing; one that lacks the transfer says little, and nothing at first. */
export function onTransfers(turn: Turn, transferSeq: number, answer: Answer<VenueTransfer>): void {
  const open = openTransfer(turn.account.transfers);
  if (open?.seq !== transferSeq) return;
  watch(turn, { isOut: false });
  if (answer.kind === 'failed') {
    turn.note('warn', 'transfer_reading_failed', `${answer.code}: ${answer.detail}`);
    return;
  }
  const entry =
    open.venueId === null
      ? likeliest(turn, open, answer.items)
      : answer.items.find(({ venueId }) => venueId === open.venueId);
  if (entry === undefined) {
    missed(turn, open, turn.session.settings.unknownQuarantineMs);
    return;
  }
  if (entry.from !== open.from || entry.to !== open.to || entry.amount !== open.amount) {
    const text = `the exchange moves ${dollars(entry.amount)} from shard ${entry.from} to ${entry.to}`;
    if (isNews(turn, 'transfer_mismatch')) turn.note('alert', 'transfer_mismatch', text);
    turn.latch('anomaly', 'halt', `transfer ${entry.venueId}: ${text}`);
    return;
  }
  if (open.status === 'unknown') accept(turn, entry.venueId);
  else if (entry.status !== 'unknown') watch(turn, { missed: 0 });
  if (entry.status === 'complete') complete(turn);
  // Nobody told us what that means: only the money can say.
  else if (entry.status === 'unknown') missed(turn, open, turn.session.settings.transferSlowMs);
}

/**
 * The entry of a transfer whose name we never heard: same shards, same amount, not older than it. An earlier one of ours
 * cannot be it: they are further apart than the clocks.
 */
function likeliest(
  turn: Turn,
  open: Transfer,
  entries: readonly VenueTransfer[],
): VenueTransfer | undefined {
  const earliest = open.intendedAt - turn.session.settings.transferEveryMs / 2;
  const known = lastTransfer(turn.account.transfers)?.venueId;
  return entries
    .filter(
      ({ venueId, from, to, amount, createdAt }) =>
        venueId !== known &&
        from === open.from &&
        to === open.to &&
        amount === open.amount &&
        createdAt >= earliest,
    )
    .toSorted((a, b) => a.createdAt - b.createdAt || (a.venueId < b.venueId ? -1 : 1))[0];
}

/**
 * The exchange has no such transfer, or says of it what we do not know. That is believed after so long, twice, and only
 * together with a balance that was read after it: money that is gone from its shard was moved, whatever the list says.
 */
function missed(turn: Turn, open: Transfer, afterMs: number): void {
  const { session } = turn;
  const reads = session.transfer.missed + 1;
  watch(turn, { missed: reads });
  const settledAt = open.changedAt + afterMs;
  const { askedAt } = session.transfer;
  // Written so that NaN keeps it open.
  if (askedAt === null || !(askedAt >= settledAt) || reads < limits.cleanReadsMin) return;
  if (!(session.readAt !== null && session.readAt >= settledAt)) {
    if (session.nextRound === null) askRoundSoon(turn);
    return;
  }
  const gapOf = (shard: Shard): number => session.cashGaps.get(shard)?.amount ?? 0;
  if (gapOf(open.to) === open.amount) complete(turn);
  else if (gapOf(open.from) !== 0) fail(turn, open, 'not_made');
  else {
    const text = `${dollars(open.amount)} is on neither shard ${open.from} nor ${open.to}, and not listed`;
    if (isNews(turn, 'transfer_unresolved')) turn.note('alert', 'transfer_unresolved', text);
    if (session.nextRound === null) askRoundSoon(turn);
  }
}

function accept(turn: Turn, venueId: string): void {
  turn.record({ kind: 'transfer_step', event: { kind: 'accepted', venueId } });
  watch(turn, { missed: 0, next: turn.retry(0, turn.session.settings.fillsQueryAfterMs / 2) });
}

function complete(turn: Turn): void {
  const open = openTransfer(turn.account.transfers);
  turn.record({ kind: 'transfer_step', event: { kind: 'completed' } });
  turn.update({ transfer: noTransfer });
  if (open !== null) turn.note('info', 'transferred', textOf(open));
  // The cash of both shards, and the group of one that had none, are looked at again.
  askRoundSoon(turn);
}

function fail(turn: Turn, open: Transfer, why: string, detail = ''): void {
  turn.record({ kind: 'transfer_step', event: { kind: 'failed', why: why.slice(0, 200) } });
  const { again } = turn.session.transfer;
  const tries = again === null ? 0 : again.tries + 1;
  turn.update({
    transfer: { ...noTransfer, again: turn.retry(tries, turn.session.settings.transferEveryMs) },
  });
  turn.note(
    'warn',
    'transfer_failed',
    `${textOf(open)}: ${why}${detail === '' ? '' : `: ${detail}`}`,
  );
  askRoundSoon(turn);
}

function doubt(turn: Turn, open: Transfer, why: string): void {
  turn.record({ kind: 'transfer_step', event: { kind: 'unknown', why: why.slice(0, 200) } });
  turn.note('alert', 'transfer_unknown', `${textOf(open)} may or may not be under way: ${why}`);
  watch(turn, { missed: 0, next: null });
  askRoundSoon(turn);
}

const textOf = ({ from, to, amount }: Move): string =>
  `${dollars(amount)} from shard ${from} to ${to}`;

/** True the first time that a code is told of the open transfer. */
function isNews(turn: Turn, code: string): boolean {
  const { told } = turn.session.transfer;
  if (told.includes(code)) return false;
  watch(turn, { told: [...told, code] });
  return true;
}

const watch = (turn: Turn, change: Partial<TransferWatch>): void =>
  turn.update({ transfer: { ...turn.session.transfer, ...change } });
