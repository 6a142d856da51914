import { affords, feeRule, reserve } from './accounts.js';
import { reduce } from './book.js';
import { tradeFee } from './fees.js';
import { match } from './matching.js';
import { type CancelOrder, lookUp, marketRefusal, onGrid } from './orders.js';
import { type Answer, no, refusals, yes } from './refusals.js';
import { emitDelta, emitOrder, forgetResting, removeOrder, restOrder } from './resting.js';
import type { Account, ExchangeState, Order } from './types.js';

export type AmendOrder = CancelOrder & {
  readonly ticker: string;
  readonly side: 'bid' | 'ask';
  readonly price: number;
  /** The total: what has filled already plus what should rest. */
  readonly quantity: number;
  readonly clientOrderId: string | null;
  readonly updatedClientOrderId: string | null;
  /** Undefined keeps it, null clears it. */
  readonly expirationMs: number | null | undefined;
};

export type Amended = {
  readonly order: Order;
  readonly changed: boolean;
  readonly filledBefore: number;
};

function shrink(state: ExchangeState, order: Order, by: number): void {
  emitDelta(state, order, -by, order);
  reduce(order.market.book, order, by);
  if (order.account !== null) reserve(order.account, order.market);
}

/** Takes the order out and sends it in again at the back of the queue, where it may trade. */
function requeue(state: ExchangeState, order: Order, price: number, remaining: number): void {
  emitDelta(state, order, -order.remaining, order);
  reduce(order.market.book, order, order.remaining);
  forgetResting(order);
  order.price = price;
  order.remaining = remaining;
  const end = match(state, order);
  if (order.remaining === 0) {
    order.status = 'executed';
    order.reason = 'Trade';
  } else if (end === 'self_trade') {
    order.remaining = 0;
    order.status = 'canceled';
    order.reason = 'SelfTradeCancel';
  } else {
    restOrder(state, order);
  }
}

export function amendOrder(
  state: ExchangeState,
  account: Account,
  ask: AmendOrder,
): Answer<Amended> {
  const found = lookUp(state, account, { ...ask, marketTicker: ask.ticker });
  if (!found.ok) return found;
  const order = found.value;
  if (order.status !== 'resting') return no(refusals.notFound);
  const allowed = marketRefusal(state, order.market, false);
  if (!allowed.ok) return allowed;
  if (ask.side !== order.side) return no(refusals.sideMismatch);
  if (ask.clientOrderId !== null && ask.clientOrderId !== order.clientOrderId)
    return no(refusals.idMismatch);
  if (!onGrid(order.market, ask.price)) return no(refusals.invalidPrice);
  const remaining = ask.quantity - order.filled;
  if (remaining < 0) return no(refusals.invalidSize);
  if (ask.updatedClientOrderId !== null && account.clientOrderIds.has(ask.updatedClientOrderId)) {
    return no(refusals.orderExists);
  }
  if (
    ask.expirationMs !== undefined &&
    ask.expirationMs !== null &&
    ask.expirationMs <= state.nowMs
  ) {
    return no(refusals.expirationPast);
  }
  const claim = {
    side: order.side,
    price: ask.price,
    quantity: remaining,
    fee: tradeFee(feeRule(order.market), 'taker', ask.price, remaining),
  };
  if (remaining > 0 && !affords(state, account, order.market, claim, order))
    return no(refusals.insufficientBalance);

  const filledBefore = order.filled;
  const changed = ask.price !== order.price || remaining !== order.remaining;
  if (ask.updatedClientOrderId !== null) {
    order.clientOrderId = ask.updatedClientOrderId;
    account.clientOrderIds.add(ask.updatedClientOrderId);
  }
  if (ask.expirationMs !== undefined) {
    order.expirationMs = ask.expirationMs;
    if (ask.expirationMs !== null) state.heap.push(ask.expirationMs, { kind: 'expire', order });
  }
  order.initial = ask.quantity;
  order.reason = 'Amend';
  if (remaining === 0) {
    removeOrder(state, order, 'Amend');
    return yes({ order, changed, filledBefore });
  }
  if (ask.price === order.price && remaining <= order.remaining) {
    if (remaining < order.remaining) shrink(state, order, order.remaining - remaining);
  } else {
    requeue(state, order, ask.price, remaining);
  }
  emitOrder(state, order);
  return yes({ order, changed, filledBefore });
}

export type DecreaseOrder = CancelOrder & {
  readonly reduceBy: number | null;
  readonly reduceTo: number | null;
};

export function decreaseOrder(
  state: ExchangeState,
  account: Account,
  ask: DecreaseOrder,
): Answer<Order> {
  const found = lookUp(state, account, ask);
  if (!found.ok) return found;
  const order = found.value;
  if (order.status !== 'resting') return no(refusals.notFound);
  const allowed = marketRefusal(state, order.market, false);
  if (!allowed.ok) return allowed;
  if ((ask.reduceBy === null) === (ask.reduceTo === null)) {
    return no(refusals.invalidOrder('exactly one of reduce_by and reduce_to'));
  }
  const target = ask.reduceTo ?? Math.max(0, order.remaining - (ask.reduceBy ?? 0));
  if (target > order.remaining) return no(refusals.invalidSize);
  if (target === 0) {
    removeOrder(state, order, 'Decrease');
    return yes(order);
  }
  if (target < order.remaining) shrink(state, order, order.remaining - target);
  order.reason = 'Decrease';
  emitOrder(state, order);
  return yes(order);
}
