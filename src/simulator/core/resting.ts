/** Orders entering and leaving the book, with the events and reservations that go with it. */
import { reserve } from './accounts.js';
import { reduce, rest } from './book.js';
import { emit, touch } from './state.js';
import type { ExchangeState, Order, OrderSnapshot, UpdateReason } from './types.js';

export function snapshotOrder(order: Order, accountId: string): OrderSnapshot {
  const { account: _, ...rest_ } = order;
  return { ...rest_, accountId };
}

export function emitOrder(state: ExchangeState, order: Order): void {
  if (order.account === null) return;
  order.updatedMs = state.nowMs;
  order.account.updatedMs = state.nowMs;
  emit(state, { kind: 'order', order: snapshotOrder(order, order.account.id), atMs: state.nowMs });
}

/** The book changed by `delta` at the order's price. `by` is the order that caused it, if an account placed it. */
export function emitDelta(state: ExchangeState, at: Order, delta: number, by: Order): void {
  touch(state, at.market);
  emit(state, {
    kind: 'delta',
    market: at.market,
    side: at.side,
    price: at.price,
    delta,
    cause:
      by.account === null ? null : { accountId: by.account.id, clientOrderId: by.clientOrderId },
    atMs: state.nowMs,
  });
}

/** Puts what is left of an order into the book. */
export function restOrder(state: ExchangeState, order: Order): void {
  rest(order.market.book, order);
  order.status = 'resting';
  emitDelta(state, order, order.remaining, order);
  const { account } = order;
  if (account === null) return;
  const ticker = order.market.spec.ticker;
  const resting = account.resting.get(ticker) ?? new Map<string, Order>();
  resting.set(order.id, order);
  account.resting.set(ticker, resting);
  if (order.groupId !== null) account.groups.get(order.groupId)?.orders.set(order.id, order);
  reserve(account, order.market);
}

/** Takes a resting order out of the book for good. Returns how much it still had. */
export function removeOrder(
  state: ExchangeState,
  order: Order,
  reason: UpdateReason | null,
): number {
  const left = order.remaining;
  if (order.status !== 'resting') return 0;
  if (left > 0) {
    emitDelta(state, order, -left, order);
    reduce(order.market.book, order, left);
  }
  order.status = 'canceled';
  order.reason = reason;
  forgetResting(order);
  emitOrder(state, order);
  return left;
}

export function forgetResting(order: Order): void {
  const { account } = order;
  if (account === null) return;
  account.resting.get(order.market.spec.ticker)?.delete(order.id);
  if (order.groupId !== null) account.groups.get(order.groupId)?.orders.delete(order.id);
  reserve(account, order.market);
}
