/** An account's orders, fills, positions and settlements as REST serves them. */
import type { Fill, Order, OrderSnapshot, Position, Settlement, Trade } from '../core/types.js';
import {
  dollarsOfMicros,
  dollarsOfPrice,
  fixedPoint,
  isoTime,
  MICROS_PER_CENT,
  PRICE_ONE,
  secondsOf,
} from '../core/units.js';

/** How a side of the YES book is spelled in the venue's older words: an ask is a purchase of NO. */
export const legOf = (side: 'bid' | 'ask') =>
  side === 'bid'
    ? ({ outcome_side: 'yes', book_side: 'bid', side: 'yes', action: 'buy' } as const)
    : ({ outcome_side: 'no', book_side: 'ask', side: 'no', action: 'buy' } as const);

export function orderObject(
  order: Order | OrderSnapshot,
  accountId: string,
): Record<string, unknown> {
  return {
    ...legOf(order.side),
    ...(order.clientOrderId === null ? {} : { client_order_id: order.clientOrderId }),
    cancel_order_on_pause: order.cancelOnPause,
    created_time: isoTime(order.createdMs),
    exchange_index: order.market.spec.exchangeIndex,
    ...(order.expirationMs === null ? {} : { expiration_time: isoTime(order.expirationMs) }),
    fill_count_fp: fixedPoint(order.filled),
    initial_count_fp: fixedPoint(order.initial),
    last_update_time: isoTime(order.updatedMs),
    maker_fees_dollars: dollarsOfMicros(order.makerFees),
    maker_fill_cost_dollars: dollarsOfMicros(order.makerCost),
    no_price_dollars: dollarsOfPrice(PRICE_ONE - order.price),
    ...(order.groupId === null ? {} : { order_group_id: order.groupId }),
    order_id: order.id,
    remaining_count_fp: fixedPoint(order.remaining),
    self_trade_prevention_type: order.selfTrade,
    status: order.status,
    subaccount_number: 0,
    taker_fees_dollars: dollarsOfMicros(order.takerFees),
    taker_fill_cost_dollars: dollarsOfMicros(order.takerCost),
    ticker: order.market.spec.ticker,
    type: 'limit',
    user_id: accountId,
    yes_price_dollars: dollarsOfPrice(order.price),
  };
}

export const fillObject = (fill: Fill): Record<string, unknown> => ({
  ...legOf(fill.side),
  count_fp: fixedPoint(fill.quantity),
  created_time: isoTime(fill.atMs),
  exchange_index: fill.order.market.spec.exchangeIndex,
  fee_cost: dollarsOfMicros(fill.fee),
  fill_id: fill.id,
  is_taker: fill.isTaker,
  market_ticker: fill.order.market.spec.ticker,
  no_price_dollars: dollarsOfPrice(PRICE_ONE - fill.price),
  order_id: fill.order.id,
  subaccount_number: 0,
  ticker: fill.order.market.spec.ticker,
  trade_id: fill.id,
  ts: secondsOf(fill.atMs),
  yes_price_dollars: dollarsOfPrice(fill.price),
});

export const positionObject = (position: Readonly<Position>): Record<string, unknown> => ({
  exchange_index: position.market.spec.exchangeIndex,
  fees_paid_dollars: dollarsOfMicros(position.fees),
  last_updated_ts: isoTime(position.updatedMs),
  market_exposure_dollars: dollarsOfMicros(position.cost),
  position_fp: fixedPoint(position.quantity),
  realized_pnl_dollars: dollarsOfMicros(position.realized),
  ticker: position.market.spec.ticker,
  total_traded_dollars: dollarsOfMicros(position.traded),
});

/** Positions of one event, added up. */
export function eventPositionObjects(
  positions: readonly Readonly<Position>[],
): Record<string, unknown>[] {
  const byEvent = new Map<string, Readonly<Position>[]>();
  for (const position of positions) {
    const event = position.market.spec.eventTicker;
    byEvent.set(event, [...(byEvent.get(event) ?? []), position]);
  }
  const sum = (
    of: readonly Readonly<Position>[],
    pick: (position: Readonly<Position>) => number,
  ): number => of.reduce((total, position) => total + pick(position), 0);
  return [...byEvent].map(([event, own]) => ({
    event_exposure_dollars: dollarsOfMicros(sum(own, (one) => one.cost)),
    event_ticker: event,
    fees_paid_dollars: dollarsOfMicros(sum(own, (one) => one.fees)),
    realized_pnl_dollars: dollarsOfMicros(sum(own, (one) => one.realized)),
    total_cost_dollars: dollarsOfMicros(sum(own, (one) => one.traded)),
    total_cost_shares_fp: fixedPoint(sum(own, (one) => one.tradedQuantity)),
  }));
}

export function settlementObject(settlement: Settlement): Record<string, unknown> {
  const held = Math.abs(settlement.quantity);
  const isYes = settlement.quantity >= 0;
  return {
    event_ticker: settlement.market.spec.eventTicker,
    exchange_index: settlement.market.spec.exchangeIndex,
    fee_cost: dollarsOfMicros(settlement.fees),
    market_result: settlement.market.result,
    no_count_fp: fixedPoint(isYes ? 0 : held),
    no_total_cost_dollars: dollarsOfMicros(isYes ? 0 : settlement.cost),
    revenue: settlement.revenue / MICROS_PER_CENT,
    settled_time: isoTime(settlement.atMs),
    ticker: settlement.market.spec.ticker,
    value: Math.round(settlement.value / 100),
    yes_count_fp: fixedPoint(isYes ? held : 0),
    yes_total_cost_dollars: dollarsOfMicros(isYes ? settlement.cost : 0),
  };
}

export const tradeObject = (trade: Trade): Record<string, unknown> => ({
  count_fp: fixedPoint(trade.quantity),
  created_time: isoTime(trade.atMs),
  is_block_trade: false,
  no_price_dollars: dollarsOfPrice(PRICE_ONE - trade.price),
  taker_book_side: trade.takerSide,
  taker_outcome_side: trade.takerSide === 'bid' ? 'yes' : 'no',
  taker_side: trade.takerSide === 'bid' ? 'yes' : 'no',
  ticker: trade.ticker,
  trade_id: trade.id,
  yes_price_dollars: dollarsOfPrice(trade.price),
});
