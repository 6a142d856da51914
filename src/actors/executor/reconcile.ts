import { pendingCount } from '../../domain/order.js';
import { balanceOf, cashOf, cashShards } from '../../domain/postings.js';
import { openOrderOf } from '../../domain/risk.js';
import { openTransfer } from '../../domain/transfer.js';
import {
  type EpochMs,
  epochMs,
  micros,
  type OrderId,
  type Shard,
  shard as shardOf,
} from '../../domain/units.js';
import type { Fill } from '../../messages/account-event.js';
import type { Answer, ShardCash } from '../../messages/desk.js';
import { bookFill, onReport, unpark } from './fills.js';
import { forgetGroups } from './groups.js';
import { countPositions, hasYoungGap, weighOthers } from './others.js';
import { onSettlement } from './settle.js';
import { type QueryKind, queryKinds, type Round } from './state.js';
import type { Turn } from './turn.js';
import { resolveUnknown } from './unknown.js';
import { isOver } from './waits.js';

/** Up: read everything before anything is sent. Gone: nothing is sent until the next whole reading. */
export function onLink(turn: Turn, link: 'up' | 'gone'): void {
  const { session } = turn;
  if (session.mode === 'paper') {
    turn.update({ isLinked: link === 'up' });
    return;
  }
  if (link === 'gone') {
    turn.update({ isLinked: false, isReady: false, round: null, nextRound: null });
    turn.note('warn', 'link_gone', 'private feed lost: nothing is sent until it is reconciled');
    return;
  }
  turn.update({ isLinked: true, isReady: false, round: null, nextRound: null });
  forgetGroups(turn);
  turn.note('info', 'reconciling', 'reading orders, fills, positions, settlements and balance');
  startRound(turn, 0);
}

/** Asks for the five lists of one whole reading. */
export function startRound(turn: Turn, tries: number): void {
  const deferred = new Set(queryKinds.filter((kind) => turn.session.outstanding[kind] > 0));
  const round: Round = {
    startedAt: turn.now,
    since: sinceOf(turn),
    deferred,
    orders: null,
    fills: null,
    positions: null,
    settlements: null,
    balance: null,
  };
  turn.update({ round, nextRound: { tries, nextAt: turn.now } });
  for (const kind of queryKinds) if (!deferred.has(kind)) ask(turn, kind, round.since);
}

function ask(turn: Turn, kind: QueryKind, since: EpochMs): void {
  const { outstanding } = turn.session;
  turn.update({ outstanding: { ...outstanding, [kind]: outstanding[kind] + 1 } });
  switch (kind) {
    case 'orders':
    case 'settlements':
      turn.effect({ kind, since, ticker: null });
      return;
    case 'fills':
      turn.effect({ kind, since, orderId: null });
      return;
    default:
      turn.effect({ kind });
  }
}

/** Everything that can still change: from the last whole reading or the oldest order in doubt, with a margin. */
function sinceOf(turn: Turn): EpochMs {
  const { account, session } = turn;
  let since: number = account.reconciledAt ?? account.genesis.at;
  for (const order of account.orders.values())
    if (pendingCount(order) > 0) since = Math.min(since, order.intendedAt);
  return epochMs(Math.max(0, Math.round(since - 10 * session.settings.unknownQuarantineMs)));
}

/** One of the five lists has come, or failed: then the whole reading is repeated later. Failure is never emptiness. */
export function onAnswer<Item>(turn: Turn, kind: QueryKind, answer: Answer<Item>): void {
  const { outstanding, round } = turn.session;
  const left = Math.max(0, outstanding[kind] - 1);
  turn.update({ outstanding: { ...outstanding, [kind]: left } });
  if (round === null) return;
  if (round.deferred.has(kind)) {
    if (left > 0) return;
    const deferred = new Set(round.deferred);
    deferred.delete(kind);
    turn.update({ round: { ...round, deferred } });
    ask(turn, kind, round.since);
    return;
  }
  if (answer.kind === 'failed') {
    const tries = (turn.session.nextRound?.tries ?? 0) + 1;
    const nextRound = turn.retry(tries, turn.session.settings.fillsQueryAfterMs);
    turn.update({ round: null, nextRound });
    turn.note('warn', 'reading_failed', `${kind}: ${answer.code}: ${answer.detail}`);
    return;
  }
  const next = { ...round, [kind]: answer.items };
  turn.update({ round: next });
  if (isWhole(next)) finish(turn, next);
}

type WholeRound = { readonly [Key in keyof Round]: NonNullable<Round[Key]> };
const isWhole = (round: Round): round is WholeRound =>
  queryKinds.every((kind) => round[kind] !== null);

/** All five lists are here. They are booked in a fixed order, whatever order they came in. */
function finish(turn: Turn, round: WholeRound): void {
  const { isReady, nextRound } = turn.session;
  turn.update({ round: null, nextRound: null, readAt: round.startedAt });

  const listed = new Set<string>();
  for (const report of round.orders) {
    onReport(turn, report);
    listed.add(report.orderId);
    if (report.clientOrderId !== null) listed.add(report.clientOrderId);
  }
  for (const fill of round.fills) bookFill(turn, fill);
  unpark(turn);
  const positions = new Map(round.positions.map((position) => [position.ticker, position]));
  const settled = new Set(round.settlements.map(({ ticker }) => ticker));
  resolveUnknown(turn, round.startedAt, listed, positions, settled);
  for (const settlement of round.settlements) onSettlement(turn, settlement);
  countPositions(turn, round.startedAt, positions);
  weighOthers(turn, round.startedAt, round.positions);
  compareCash(turn, round.startedAt, round.balance);

  const { reconciledAt } = turn.account;
  const isWorthKeeping =
    reconciledAt === null || round.startedAt - reconciledAt >= turn.session.settings.readingQuietMs;
  if (!isReady || isWorthKeeping) turn.record({ kind: 'reconciled', asOf: round.startedAt });
  if (!isReady) {
    turn.update({ isReady: true });
    // What others were paid while nothing was heard, these lists may not show yet.
    if (turn.session.othersIn.size > 0) turn.update({ unheardAt: round.startedAt });
    turn.note('info', 'reconciled', 'orders, fills, positions, settlements and balance are read');
  }
  const isOpen = [...turn.account.orders.values()].some(({ status }) => status === 'unknown');
  if (!isOpen && turn.session.cashGaps.size === 0 && !hasYoungGap(turn)) return;
  const tries = (nextRound?.tries ?? 0) + 1;
  turn.update({ nextRound: turn.retry(tries, turn.session.settings.fillsQueryAfterMs) });
}

/**
 * The first reading opens the books. Later, a difference that no order, fill or settlement can explain and that stays
 * the same for the quarantine is somebody's deposit or withdrawal. Cash of a shard that is not listed is not gone: it is
 * neither booked away nor spent.
 */
function compareCash(turn: Turn, startedAt: EpochMs, balance: readonly ShardCash[]): void {
  const listed = new Map(balance.map(({ shard, cash }) => [shard, cash]));
  turn.update({ venueCash: listed });
  if (!turn.account.isFunded) {
    const all = balance.length > 0 ? balance : [{ shard: shardOf(0), cash: micros(0) }];
    for (const [at, { shard, cash }] of all.entries())
      turn.record({ kind: 'opening', shard, amount: cash, last: at === all.length - 1 });
    return;
  }
  const { account, session, now } = turn;
  const gaps = new Map(session.cashGaps);
  const isQuiet = account.activeAt < startedAt && session.parked.length === 0;
  for (const shard of new Set([...listed.keys(), ...cashShards(account.balances)])) {
    const cash = listed.get(shard);
    const amount = micros((cash ?? 0) - balanceOf(account.balances, cashOf(shard)));
    const before = gaps.get(shard);
    if (amount === 0) gaps.delete(shard);
    else if (before?.amount !== amount) {
      gaps.set(shard, { amount, since: startedAt });
      if (cash === undefined)
        turn.note('warn', 'cash_unlisted', `the exchange lists no cash of shard ${shard}`);
    } else if (
      cash !== undefined &&
      isQuiet &&
      startedAt - before.since >= session.settings.unknownQuarantineMs &&
      now >= before.since &&
      isUnmoved(turn, shard)
    ) {
      gaps.delete(shard);
      const why = amount > 0 ? 'deposit' : 'withdrawal';
      turn.record({ kind: 'adjusted', shard, amount, why });
      turn.note('warn', 'cash_adjusted', `${why} of ${Math.abs(amount)} micros on shard ${shard}`);
    }
  }
  turn.update({ cashGaps: gaps });
}

/** No order of the shard is open, none of its positions may be settling and no transfer touches it. */
function isUnmoved(turn: Turn, shard: Shard): boolean {
  const { account } = turn;
  for (const { terms } of account.orders.values())
    if (terms.shard === shard && openOrderOf(account, terms.ticker) !== null) return false;
  for (const position of account.positions.values())
    if (position.shard === shard && isOver(turn, position.ticker)) return false;
  const transfer = openTransfer(account.transfers);
  return transfer === null || (transfer.from !== shard && transfer.to !== shard);
}

/** The fills of one order, asked for because they are owed. The sweep repeats it while they are. */
export function onOrderFills(turn: Turn, orderId: OrderId, answer: Answer<Fill>): void {
  if (answer.kind === 'failed') {
    turn.note('warn', 'fills_failed', `fills of ${orderId}: ${answer.code}: ${answer.detail}`);
    return;
  }
  for (const fill of answer.items) bookFill(turn, fill);
}

/**
 * Between reconnects the exchange is read for its own sake: what others do on the account (deposits, orders by hand) is
 * seen by nothing else. Best when nothing moves, for only then do books and exchange compare exactly; and once more when
 * lists must show what was not heard, for those of a moment ago may be old.
 */
function isReadingDue({ session, account, now }: Turn): boolean {
  const { readAt, settings, unheardAt } = session;
  if (session.mode === 'paper' || !session.isLinked || !session.isReady) return false;
  if (session.round !== null || session.nextRound !== null || readAt === null) return false;
  const isQuietAgain =
    account.activeAt >= readAt && now - account.activeAt >= settings.readingQuietMs;
  const shownAt = unheardAt === null ? null : unheardAt + settings.unknownQuarantineMs;
  const isShownSince = shownAt !== null && readAt < shownAt && now >= shownAt;
  return isQuietAgain || isShownSince || now - readAt >= settings.readingEveryMs;
}

/** Starts a due reading, and asks for owed fills and for cancels again. Called at every sweep. */
export function sweepQueries(turn: Turn): void {
  const { session, now } = turn;
  const { nextRound, round } = session;
  if (
    session.mode === 'live' &&
    session.isLinked &&
    round === null &&
    nextRound !== null &&
    now >= nextRound.nextAt
  )
    startRound(turn, nextRound.tries);
  else if (isReadingDue(turn)) startRound(turn, 0);
  const owed = new Map(turn.session.owed);
  for (const [id, retry] of owed) {
    const order = turn.order(id);
    if (order === null || order.orderId === null) owed.delete(id);
    else if (now >= retry.nextAt) {
      if (session.mode === 'live')
        turn.effect({ kind: 'fills', since: null, orderId: order.orderId });
      owed.set(id, turn.retry(retry.tries + 1, session.settings.fillsQueryAfterMs));
    }
  }
  turn.update({ owed });
}
