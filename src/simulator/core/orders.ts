/** What an account may do to orders: create, cancel, cancel all. Amending and decreasing are in `amend.ts`. */
import { affords, feeRule, shardOf } from './accounts.js';
import { crosses, reachable } from './book.js';
import { tradeFee } from './fees.js';
import { keyedId } from './ids.js';
import { match } from './matching.js';
import { type Answer, no, refusals, yes } from './refusals.js';
import { emitOrder, removeOrder, restOrder } from './resting.js';
import type {
  Account,
  ExchangeState,
  Market,
  Order,
  SelfTrade,
  TimeInForce,
  UpdateReason,
} from './types.js';
import { PRICE_ONE, QUANTITY_MAX } from './units.js';

export type CreateOrder = {
  readonly ticker: string;
  readonly side: 'bid' | 'ask';
  readonly quantity: number;
  readonly price: number;
  readonly timeInForce: TimeInForce;
  readonly selfTrade: SelfTrade;
  readonly clientOrderId: string | null;
  readonly expirationMs: number | null;
  readonly postOnly: boolean;
  readonly reduceOnly: boolean;
  readonly cancelOnPause: boolean;
  readonly groupId: string | null;
  /** Null: routed by ticker. */
  readonly exchangeIndex: number | null;
};

/** Whether a price lies on the market's grid, strictly inside the book. */
export function onGrid(market: Market, price: number): boolean {
  if (price <= 0 || price >= PRICE_ONE) return false;
  // Whole cents are valid on every market, whatever its bands say.
  if (price % 100 === 0) return true;
  return market.spec.priceRanges.some(
    (range) =>
      price >= range.start && price <= range.end && (price - range.start) % range.step === 0,
  );
}

const isClientOrderId = (id: string): boolean => id.length <= 64 && /^[-\w:+=/]*$/.test(id);

/** The market's own reasons to refuse any order operation. */
export function marketRefusal(
  state: ExchangeState,
  market: Market,
  cancels: boolean,
): Answer<true> {
  if (!state.exchangeActive) return no(refusals.exchangePaused);
  const closed = market.status !== 'active' && market.status !== 'inactive';
  if (closed || state.nowMs >= market.closeMs) return no(refusals.marketInactive);
  if (cancels) return yes(true);
  if (market.status === 'inactive') return no(refusals.marketInactive);
  if (!state.tradingActive) return no(refusals.tradingPaused);
  return yes(true);
}

function validate(state: ExchangeState, account: Account, ask: CreateOrder): Answer<Market> {
  const market = state.markets.get(ask.ticker);
  if (market === undefined) return no(refusals.marketNotFound);
  if (ask.exchangeIndex !== null && ask.exchangeIndex !== shardOf(market))
    return no(refusals.marketNotFound);
  if (!account.cash.has(shardOf(market))) return no(refusals.userNotFound);
  if (ask.clientOrderId !== null) {
    if (!isClientOrderId(ask.clientOrderId)) return no(refusals.badClientOrderId);
    if (account.clientOrderIds.has(ask.clientOrderId)) return no(refusals.orderExists);
  }
  const allowed = marketRefusal(state, market, false);
  if (!allowed.ok) return allowed;
  if (ask.quantity <= 0 || ask.quantity > QUANTITY_MAX) return no(refusals.invalidSize);
  if (!onGrid(market, ask.price)) return no(refusals.invalidPrice);
  if (ask.expirationMs !== null) {
    if (ask.timeInForce !== 'good_till_canceled') return no(refusals.expirationWithIoc);
    if (ask.expirationMs <= state.nowMs) return no(refusals.expirationPast);
  }
  if (ask.reduceOnly && ask.timeInForce !== 'immediate_or_cancel')
    return no(refusals.reduceOnlyNotIoc);
  if (ask.postOnly && ask.timeInForce !== 'good_till_canceled') {
    return no(refusals.invalidOrder('post only orders must be good till canceled'));
  }
  if (ask.groupId !== null) {
    const group = account.groups.get(ask.groupId);
    if (group === undefined || group.exchangeIndex !== shardOf(market))
      return no(refusals.groupNotFound);
    if (group.triggered) return no(refusals.groupTriggered);
  }
  return yes(market);
}

/** How much a reduce-only order may trade: what is held of the other side. */
function reducible(account: Account, market: Market, side: 'bid' | 'ask'): number {
  const held = account.positions.get(market.spec.ticker)?.quantity ?? 0;
  return side === 'bid' ? Math.max(0, -held) : Math.max(0, held);
}

function makeOrder(
  state: ExchangeState,
  account: Account,
  market: Market,
  ask: CreateOrder,
): Order {
  state.counters.order += 1;
  return {
    id: keyedId(state.seed, 'order', state.counters.order),
    n: state.counters.order,
    account,
    owner: account.id,
    market,
    side: ask.side,
    clientOrderId: ask.clientOrderId,
    price: ask.price,
    initial: ask.quantity,
    remaining: ask.quantity,
    filled: 0,
    takerCost: 0,
    makerCost: 0,
    takerFees: 0,
    makerFees: 0,
    timeInForce: ask.timeInForce,
    selfTrade: ask.selfTrade,
    groupId: ask.groupId,
    expirationMs: ask.expirationMs,
    cancelOnPause: ask.cancelOnPause,
    status: 'resting',
    reason: null,
    createdMs: state.nowMs,
    updatedMs: state.nowMs,
  };
}

/** Ends an order that never reached the book, or lost the rest of itself on the way. */
function drop(order: Order, reason: UpdateReason | null): void {
  order.remaining = 0;
  order.status = 'canceled';
  order.reason = reason;
}

/** Matches a fresh order and decides what becomes of the rest. */
function place(state: ExchangeState, order: Order): void {
  const end = match(state, order);
  const triggered =
    order.groupId !== null && order.account?.groups.get(order.groupId)?.triggered === true;
  if (order.remaining === 0) {
    order.status = 'executed';
    order.reason = 'Trade';
  } else if (end === 'self_trade') {
    drop(order, 'SelfTradeCancel');
  } else if (order.timeInForce !== 'good_till_canceled' || triggered) {
    drop(order, null);
  } else {
    if (order.filled > 0) order.reason = 'Trade';
    restOrder(state, order);
    if (order.expirationMs !== null) state.heap.push(order.expirationMs, { kind: 'expire', order });
  }
  emitOrder(state, order);
}

export function createOrder(
  state: ExchangeState,
  account: Account,
  ask: CreateOrder,
): Answer<Order> {
  const valid = validate(state, account, ask);
  if (!valid.ok) return valid;
  const market = valid.value;
  const quantity = ask.reduceOnly
    ? Math.min(ask.quantity, reducible(account, market, ask.side))
    : ask.quantity;
  if (ask.postOnly && crosses(market.book, ask.side, ask.price)) return no(refusals.postOnlyCross);
  const claim = {
    side: ask.side,
    price: ask.price,
    quantity,
    fee: tradeFee(feeRule(market), 'taker', ask.price, quantity),
  };
  if (!ask.reduceOnly && !affords(state, account, market, claim, null))
    return no(refusals.insufficientBalance);
  if (ask.clientOrderId !== null) account.clientOrderIds.add(ask.clientOrderId);
  // A killed order has used its name up all the same.
  if (
    ask.timeInForce === 'fill_or_kill' &&
    reachable(market.book, ask.side, ask.price) < quantity
  ) {
    return no(refusals.killed);
  }
  const order = makeOrder(state, account, market, ask);
  account.orders.set(order.id, order);
  if (quantity < ask.quantity) order.remaining = quantity;
  if (quantity === 0) {
    drop(order, 'ReduceOnlyCancel');
    emitOrder(state, order);
    return yes(order);
  }
  place(state, order);
  if (quantity < ask.quantity && order.status === 'executed') {
    order.status = 'canceled';
    order.reason = 'ReduceOnlyCancel';
    emitOrder(state, order);
  }
  return yes(order);
}

export type CancelOrder = {
  readonly orderId: string;
  readonly marketTicker: string | null;
  readonly exchangeIndex: number | null;
};

/** The shard an order is looked for on. Without a hint that is shard 0, which is why hints matter. */
export function lookUp(state: ExchangeState, account: Account, ask: CancelOrder): Answer<Order> {
  const order = account.orders.get(ask.orderId);
  if (order === undefined) return no(refusals.notFound);
  const routed =
    ask.marketTicker === null
      ? (ask.exchangeIndex ?? 0)
      : state.markets.get(ask.marketTicker)?.spec.exchangeIndex;
  const shard = ask.exchangeIndex !== null && ask.exchangeIndex >= 0 ? ask.exchangeIndex : routed;
  if (shard !== shardOf(order.market)) return no(refusals.notFound);
  if (ask.marketTicker !== null && ask.marketTicker !== order.market.spec.ticker)
    return no(refusals.notFound);
  return yes(order);
}

export type Canceled = { readonly order: Order; readonly reducedBy: number };

export function cancelOrder(
  state: ExchangeState,
  account: Account,
  ask: CancelOrder,
): Answer<Canceled> {
  const found = lookUp(state, account, ask);
  if (!found.ok) return found;
  const order = found.value;
  if (order.status !== 'resting') return no(refusals.notFound);
  const allowed = marketRefusal(state, order.market, true);
  if (!allowed.ok) return allowed;
  return yes({ order, reducedBy: removeOrder(state, order, null) });
}

/** Cancels everything that may be canceled, on all shards. Returns how many. */
export function cancelAll(state: ExchangeState, account: Account): Answer<number> {
  if (!state.exchangeActive) return no(refusals.exchangePaused);
  let canceled = 0;
  for (const resting of Array.from(account.resting.values())) {
    for (const order of Array.from(resting.values())) {
      if (!marketRefusal(state, order.market, true).ok) continue;
      removeOrder(state, order, null);
      canceled += 1;
    }
  }
  return yes(canceled);
}
