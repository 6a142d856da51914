/** Order requests as they arrive, read into what the core understands, and the replies written back. */
import type { Amended, AmendOrder, DecreaseOrder } from '../core/amend.js';
import type { Canceled, CancelOrder, CreateOrder } from '../core/orders.js';
import { refusals } from '../core/refusals.js';
import type { Order } from '../core/types.js';
import { fixedPoint, formatDecimal, PRICE_ONE, parsePrice, parseQuantity } from '../core/units.js';
import { type Fields, readFields } from './body.js';
import { badRequest, nestedError, type Reply } from './replies.js';

export type Read<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly reply: Reply };
const bad = (reply: Reply): Read<never> => ({ ok: false, reply });
const good = <T>(value: T): Read<T> => ({ ok: true, value });

/** A required word out of a few. */
function word<T extends string>(
  fields: Fields,
  struct: string,
  name: string,
  allowed: readonly T[],
): T | Reply {
  const text = fields.text(name);
  if (text === null)
    return badRequest(
      `Key: '${struct}.${name}' Error:Field validation failed on the 'required' tag`,
    );
  const hit = allowed.find((one) => one === text);
  return (
    hit ?? badRequest(`Key: '${struct}.${name}' Error:Field validation failed on the 'oneof' tag`)
  );
}

const isProblem = (value: string | Reply): value is Reply => typeof value !== 'string';

/** The shard an order names, or null when the venue is to find it. */
const shardHint = (fields: Fields): number | null => {
  const index = fields.whole('exchange_index');
  return index === null || index < 0 ? null : index;
};

export function readCreate(body: unknown): Read<CreateOrder> {
  const struct = 'CreateOrderV2Request';
  const fields = readFields(body, struct);
  const ticker = fields.text('ticker');
  const countText = fields.text('count');
  const priceText = fields.text('price');
  const side = word(fields, struct, 'side', ['bid', 'ask'] as const);
  const timeInForce = word(fields, struct, 'time_in_force', [
    'fill_or_kill',
    'good_till_canceled',
    'immediate_or_cancel',
  ] as const);
  const selfTrade = word(fields, struct, 'self_trade_prevention_type', [
    'taker_at_cross',
    'maker',
  ] as const);
  const clientOrderId = fields.text('client_order_id');
  const expiration = fields.whole('expiration_time');
  const rest = {
    postOnly: fields.flag('post_only'),
    reduceOnly: fields.flag('reduce_only'),
    cancelOnPause: fields.flag('cancel_order_on_pause'),
    groupId: fields.text('order_group_id'),
    exchangeIndex: shardHint(fields),
  };
  const subaccount = fields.whole('subaccount') ?? 0;
  const problem = fields.problem();
  if (problem !== null) return bad(problem);
  if (isProblem(side)) return bad(side);
  if (isProblem(timeInForce)) return bad(timeInForce);
  if (isProblem(selfTrade)) return bad(selfTrade);
  if (ticker === null || countText === null || priceText === null) {
    return bad(badRequest(`Key: '${struct}' Error:Field validation failed on the 'required' tag`));
  }
  if (subaccount !== 0) return bad(nestedError(refusals.userNotFound));
  const quantity = parseQuantity(countText);
  if (quantity === null) return bad(nestedError(refusals.invalidSize));
  const price = parsePrice(priceText);
  if (price === null) return bad(nestedError(refusals.invalidPrice));
  return good({
    ticker,
    side,
    quantity,
    price,
    timeInForce,
    selfTrade,
    clientOrderId: clientOrderId === '' ? null : clientOrderId,
    expirationMs: expiration === null ? null : expiration * 1000,
    ...rest,
  });
}

/** Cancels carry their routing in the query, batch cancels in the body. */
export function readCancel(orderId: string, query: URLSearchParams): Read<CancelOrder> {
  const index = query.get('exchange_index') ?? '';
  return good({
    orderId,
    marketTicker: query.get('market_ticker'),
    exchangeIndex: /^\d+$/.test(index) ? Number(index) : null,
  });
}

export function readBatchCancel(body: unknown): Read<CancelOrder> {
  const fields = readFields(body, 'BatchCancelOrdersV2RequestOrder');
  const orderId = fields.text('order_id');
  const ask = {
    orderId: orderId ?? '',
    marketTicker: fields.text('market_ticker'),
    exchangeIndex: shardHint(fields),
  };
  const problem = fields.problem();
  if (problem !== null) return bad(problem);
  return good(ask);
}

export function readAmend(orderId: string, body: unknown): Read<AmendOrder> {
  const struct = 'AmendOrderV2Request';
  const fields = readFields(body, struct);
  const ticker = fields.text('ticker');
  const countText = fields.text('count');
  const priceText = fields.text('price');
  const side = word(fields, struct, 'side', ['bid', 'ask'] as const);
  const expiration = fields.whole('expiration_time');
  const ids = {
    clientOrderId: fields.text('client_order_id'),
    updatedClientOrderId: fields.text('updated_client_order_id'),
  };
  const exchangeIndex = shardHint(fields);
  const problem = fields.problem();
  if (problem !== null) return bad(problem);
  if (isProblem(side)) return bad(side);
  if (ticker === null || countText === null || priceText === null) {
    return bad(badRequest(`Key: '${struct}' Error:Field validation failed on the 'required' tag`));
  }
  const quantity = parseQuantity(countText);
  if (quantity === null) return bad(nestedError(refusals.invalidSize));
  const price = parsePrice(priceText);
  if (price === null) return bad(nestedError(refusals.invalidPrice));
  return good({
    orderId,
    ticker,
    marketTicker: ticker,
    exchangeIndex,
    side,
    quantity,
    price,
    ...ids,
    expirationMs: expiration === null ? undefined : expiration === 0 ? null : expiration * 1000,
  });
}

export function readDecrease(orderId: string, body: unknown): Read<DecreaseOrder> {
  const fields = readFields(body, 'DecreaseOrderV2Request');
  const byText = fields.text('reduce_by');
  const toText = fields.text('reduce_to');
  const hints = { marketTicker: fields.text('market_ticker'), exchangeIndex: shardHint(fields) };
  const problem = fields.problem();
  if (problem !== null) return bad(problem);
  const reduceBy = byText === null ? null : parseQuantity(byText);
  const reduceTo = toText === null ? null : parseQuantity(toText);
  if ((byText !== null && reduceBy === null) || (toText !== null && reduceTo === null)) {
    return bad(nestedError(refusals.invalidSize));
  }
  return good({ orderId, ...hints, reduceBy, reduceTo });
}

const clientId = (order: Order): Record<string, unknown> =>
  order.clientOrderId === null ? {} : { client_order_id: order.clientOrderId };

/** The average over every fill: price with four decimals, fee per contract with four. */
function averages(order: Order): Record<string, unknown> {
  if (order.filled === 0) return {};
  const cost = order.takerCost + order.makerCost;
  // Costs are of the side bought; the reply speaks of the YES price.
  const own = Math.round(cost / order.filled);
  const price = order.side === 'bid' ? own : PRICE_ONE - own;
  const fee = Math.round((order.takerFees + order.makerFees) / order.filled);
  return { average_fee_paid: formatDecimal(fee, 4), average_fill_price: formatDecimal(price, 4) };
}

export const createdObject = (order: Order): Record<string, unknown> => ({
  ...averages(order),
  ...clientId(order),
  fill_count: fixedPoint(order.filled),
  order_id: order.id,
  remaining_count: fixedPoint(order.remaining),
  ts_ms: order.updatedMs,
});

export const canceledObject = (canceled: Canceled): Record<string, unknown> => ({
  order_id: canceled.order.id,
  ...clientId(canceled.order),
  reduced_by: fixedPoint(canceled.reducedBy),
  ts_ms: canceled.order.updatedMs,
});

export function amendedObject(amended: Amended): Record<string, unknown> {
  const { order } = amended;
  const traded = order.filled > amended.filledBefore;
  return {
    order_id: order.id,
    ...clientId(order),
    ...(amended.changed || traded ? { remaining_count: fixedPoint(order.remaining) } : {}),
    ...(traded
      ? { fill_count: fixedPoint(order.filled - amended.filledBefore), ...averages(order) }
      : {}),
    ts_ms: order.updatedMs,
  };
}

export const decreasedObject = (order: Order): Record<string, unknown> => ({
  order_id: order.id,
  ...clientId(order),
  remaining_count: fixedPoint(order.remaining),
  ts_ms: order.updatedMs,
});
