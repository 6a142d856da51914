import { stepOrder, withOrder } from './account-orders.js';
import { prune } from './account-prune.js';
import { type Account, put } from './account-state.js';
import { beginTransfer, stepTransfer, transferPostings } from './account-transfer.js';
import { treasuryPostings, withTreasury } from './account-treasury.js';
import { assert, assertNever } from './assert.js';
import { awaitedAfter, outcomesSince, overAfter } from './awaited.js';
import type { Head } from './chain.js';
import { applyOrderEvent, type Order } from './order.js';
import { flat, type Position, trade } from './position.js';
import {
  balanceOf,
  book,
  cashPostings,
  fillPostings,
  type Posting,
  settledPostings,
} from './postings.js';
import type { LedgerRecord, RecordBody } from './records.js';
import { openTransfer } from './transfer.js';
import { emptyTreasury } from './treasury.js';
import {
  type EpochMs,
  epochMs,
  type Micros,
  micros,
  type OrderId,
  quantity,
  type Ticker,
} from './units.js';

export type { Account, Day, Genesis, Latch, OrderCounts, SeenTrade } from './account-state.js';

/** The one way an account changes. `account` is null only for the genesis record. */
export function applyRecord(account: Account | null, record: LedgerRecord): Account {
  const { body } = record;
  const head: Head = { seq: record.seq, hash: record.hash };
  if (body.kind === 'genesis') {
    assert(account === null && record.seq === 1, 'genesis is the first record');
    const { kind: _, ...genesis } = body;
    return {
      ...empty,
      head,
      lastAt: record.at,
      genesis: { ...genesis, hash: head.hash, at: record.at },
    };
  }
  assert(account !== null, 'a ledger begins with its genesis');
  assert(record.seq === account.head.seq + 1, 'records are applied in order');
  return { ...change(account, record, body), head, lastAt: record.at };
}

/** More than any setting counts. */
const startsKept = 101;

const empty: Omit<Account, 'head' | 'lastAt' | 'genesis'> = {
  run: 0,
  starts: [],
  isFunded: false,
  orders: new Map(),
  clientOrderIds: new Map(),
  positions: new Map(),
  balances: new Map(),
  seen: new Map(),
  latches: new Map(),
  groups: new Map(),
  transfers: new Map(),
  day: null,
  lastSent: new Map(),
  sends: [],
  determined: new Map(),
  awaited: new Map(),
  over: new Map(),
  outcomes: 0,
  counts: { open: 0, filled: 0, partial: 0, canceled: 0, rejected: 0, unknown: 0 },
  external: { orders: 0, fills: 0, positions: 0 },
  reconciledAt: null,
  activeAt: epochMs(0),
  cycles: 0,
  treasury: emptyTreasury,
  holds: new Map(),
};

function change(
  account: Account,
  { at, seq, run }: LedgerRecord,
  body: Exclude<RecordBody, { kind: 'genesis' }>,
): Account {
  switch (body.kind) {
    case 'opened':
      return { ...account, run, starts: [...account.starts, at].slice(-startsKept) };
    case 'opening':
      return { ...deposit(account, body, body.amount), isFunded: account.isFunded || body.last };
    case 'adjusted':
      return deposit(account, body, body.amount);
    case 'intent': {
      const { terms } = body;
      assert(!account.orders.has(terms.clientOrderId), 'an order has one intent');
      const order: Order = {
        terms,
        status: 'intended',
        orderId: null,
        filled: quantity(0),
        expected: quantity(0),
        fees: micros(0),
        intentSeq: seq,
        intendedAt: at,
        changedAt: at,
        sentAt: null,
        resends: 0,
        why: null,
      };
      return { ...account, orders: put(account.orders, terms.clientOrderId, order), activeAt: at };
    }
    case 'order':
      return { ...stepOrder(account, body.clientOrderId, body.event, at), activeAt: at };
    case 'fill':
      return { ...fill(account, body, at), activeAt: at };
    case 'determined':
      return { ...account, determined: put(account.determined, body.ticker, body.yesValue) };
    case 'settled':
      return { ...settle(account, body, at), activeAt: at };
    case 'latch': {
      const latches = new Map(account.latches);
      if (body.set) latches.set(body.cause, { level: body.level, why: body.why, at });
      else latches.delete(body.cause);
      // Whoever resumes after crashes has looked at them: they are not counted again.
      const isForgiven = !body.set && body.cause === 'crash_loop';
      return {
        ...account,
        latches,
        starts: isForgiven ? account.starts.slice(-1) : account.starts,
      };
    }
    case 'group': {
      const groups = new Map(account.groups);
      if (body.groupId === null) groups.delete(String(body.shard));
      else groups.set(String(body.shard), body.groupId);
      return { ...account, groups };
    }
    case 'transfer':
      return { ...beginTransfer(account, body, seq, at), activeAt: at };
    case 'transfer_step':
      return { ...stepTransfer(account, body.event, at), activeAt: at };
    case 'day': {
      const day = { key: body.key, baseline: body.baseline, deposits: micros(0) };
      const { treasury } = account;
      // A day that begins anew after a loss is still the same one for bills.
      const spentToday = account.day?.key === body.key ? treasury.spentToday : micros(0);
      const next = { ...account, day, treasury: { ...treasury, spentToday } };
      return prune(outcomesSince(next, at), at);
    }
    case 'cycle': {
      let { positions } = account;
      for (const [ticker, mark] of body.marks) {
        const position = positions.get(ticker);
        if (position !== undefined) positions = put(positions, ticker, { ...position, mark });
      }
      return awaitedAfter({ ...account, positions, cycles: account.cycles + 1 }, body.verdicts, at);
    }
    case 'outcome':
      return overAfter({ ...account, outcomes: account.outcomes + 1 }, body.ticker, at);
    case 'appropriated':
    case 'inference_held':
    case 'inference_billed':
    case 'inference_released':
    case 'inference_trued_up':
      return withTreasury(account, body, at);
    case 'external':
      return { ...account, external: body.counts };
    case 'reconciled':
      return { ...account, reconciledAt: body.asOf };
    case 'refused':
    case 'settings':
    case 'calibrated':
    case 'anomaly':
      return account;
    case 'stopped':
      return { ...account, starts: [] };
    default:
      return assertNever(body);
  }
}

function deposit(
  account: Account,
  { shard }: { readonly shard: Extract<RecordBody, { kind: 'opening' }>['shard'] },
  amount: Micros,
): Account {
  const { day } = account;
  return {
    ...account,
    balances: book(account.balances, cashPostings(shard, amount)),
    day: day === null ? null : { ...day, deposits: micros(day.deposits + amount) },
  };
}

/** What a fill says but for its fee, to tell a repetition from a lie. */
export const fillDigest = (fill: {
  readonly orderId: OrderId;
  readonly ticker: Ticker;
  readonly count: number;
  readonly yesPrice: number;
}): string => `${fill.orderId}|${fill.ticker}|${fill.count}|${fill.yesPrice}`;

type FillBody = Extract<RecordBody, { kind: 'fill' }>;
type SettledBody = Extract<RecordBody, { kind: 'settled' }>;

function fill(account: Account, body: FillBody, at: EpochMs): Account {
  assert(!account.seen.has(body.tradeId), `trade ${body.tradeId} is booked once`);
  const id = body.clientOrderId;
  const before = account.orders.get(id);
  assert(before !== undefined, `no order ${id}`);
  const count = quantity(Math.abs(body.count));
  const { order } = applyOrderEvent(before, { kind: 'filled', count }, at);
  assert(order !== before, `a fill that cannot be is no fill record: ${body.tradeId}`);
  const filled: Order = {
    ...order,
    fees: micros(order.fees + body.fee),
    orderId: order.orderId ?? body.orderId,
  };
  const done = trade(positionOf(account, body.ticker, body.shard), body.count, body.yesPrice);
  return {
    ...withOrder(account, before, filled, null),
    positions: held(account.positions, done.position),
    balances: book(account.balances, fillPostings(body.shard, done, body.fee)),
    seen: put(account.seen, body.tradeId, {
      clientOrderId: id,
      digest: fillDigest(body),
      fee: body.fee,
    }),
  };
}

function settle(account: Account, body: SettledBody, at: EpochMs): Account {
  const position = account.positions.get(body.ticker);
  assert(position !== undefined, `nothing held in ${body.ticker}`);
  assert(body.realized === body.revenue - position.cost, 'realized is revenue less cost');
  const positions = new Map(account.positions);
  positions.delete(body.ticker);
  const next: Account = {
    ...account,
    positions,
    balances: book(account.balances, settledPostings(position, body.revenue)),
    determined: put(account.determined, body.ticker, body.yesValue),
  };
  let { orders } = next;
  for (const [id, order] of orders)
    if (order.terms.ticker === body.ticker) {
      const settled = applyOrderEvent(order, { kind: 'settled' }, at).order;
      if (settled !== order) orders = put(orders, id, settled);
    }
  return { ...next, orders };
}

export const positionOf = (account: Account, ticker: Ticker, shard: Position['shard']): Position =>
  account.positions.get(ticker) ?? flat(ticker, shard);

function held(positions: ReadonlyMap<Ticker, Position>, position: Position) {
  const next = new Map(positions);
  if (position.quantity === 0) next.delete(position.ticker);
  else next.set(position.ticker, position);
  return next;
}

/** What a record books, given the account before it. Sums to 0. */
export function postingsOf(account: Account, body: RecordBody): readonly Posting[] {
  switch (body.kind) {
    case 'opening':
    case 'adjusted':
      return cashPostings(body.shard, body.amount);
    case 'fill':
      return fillPostings(
        body.shard,
        trade(positionOf(account, body.ticker, body.shard), body.count, body.yesPrice),
        body.fee,
      );
    case 'appropriated':
    case 'inference_billed':
    case 'inference_trued_up':
      return treasuryPostings(account, body);
    case 'transfer':
    case 'transfer_step':
      return transferPostings(account, body);
    case 'settled': {
      const position = account.positions.get(body.ticker);
      return position === undefined ? [] : settledPostings(position, body.revenue);
    }
    default:
      return [];
  }
}

/** Positions at cost, and what is on its way between shards, are the same sum in the books and in what they are made of. */
export function isConsistent(account: Account): boolean {
  let cost = 0;
  let books = 0;
  for (const position of account.positions.values()) cost += position.cost;
  for (const amount of account.balances.values()) books += amount;
  const onItsWay = openTransfer(account.transfers)?.amount ?? 0;
  return (
    books === 0 &&
    cost === balanceOf(account.balances, 'positions') &&
    onItsWay === balanceOf(account.balances, 'in_transit')
  );
}
