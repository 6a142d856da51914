/** WebSocket messages. Each function makes the `msg` part as text, once per event, however many listen. */
import type {
  ExchangeEvent,
  LifecycleKind,
  Market,
  OrderGroup,
  OrderSnapshot,
} from '../core/types.js';
import {
  dollarsOfMicros,
  dollarsOfPrice,
  fixedPoint,
  isoTime,
  PRICE_ONE,
  secondsOf,
} from '../core/units.js';
import type { SimEvent } from '../world/types.js';
import { bookSides, priceRangesOf, quoteOf } from './market-json.js';
import { legOf } from './portfolio-json.js';

type EventOf<K extends ExchangeEvent['kind']> = Extract<ExchangeEvent, { kind: K }>;

/** The price a level of NO bids is written at: its own leg's, or YES's when the subscriber asked for that. */
const levelPrice = (side: 'bid' | 'ask', price: number, useYesPrice: boolean): string =>
  dollarsOfPrice(side === 'bid' || useYesPrice ? price : PRICE_ONE - price);

/** The whole book. An empty side is left out, as the venue does. */
export function snapshotMsg(market: Market, useYesPrice: boolean): string {
  const sides = bookSides(market, 0);
  const no = useYesPrice
    ? market.book.asks.map((level) => [dollarsOfPrice(level.price), fixedPoint(level.total)])
    : sides.no;
  return JSON.stringify({
    market_ticker: market.spec.ticker,
    market_id: market.marketId,
    ...(sides.yes.length === 0 ? {} : { yes_dollars_fp: sides.yes }),
    ...(no.length === 0 ? {} : { no_dollars_fp: no }),
  });
}

export function deltaMsg(event: EventOf<'delta'>, useYesPrice: boolean, own: boolean): string {
  const cause = own ? event.cause : null;
  const owned =
    cause === null
      ? ''
      : `,"client_order_id":${JSON.stringify(cause.clientOrderId ?? '')},"subaccount":0`;
  const { market } = event;
  return `{"market_ticker":"${market.spec.ticker}","market_id":"${market.marketId}","price_dollars":"${levelPrice(event.side, event.price, useYesPrice)}","delta_fp":"${fixedPoint(event.delta)}","side":"${event.side === 'bid' ? 'yes' : 'no'}","ts":"${isoTime(event.atMs)}","ts_ms":${event.atMs}${owned}}`;
}

export function tickerMsg(market: Market, atMs: number): string {
  const quote = quoteOf(market);
  return JSON.stringify({
    market_id: market.marketId,
    market_ticker: market.spec.ticker,
    price_dollars: dollarsOfPrice(market.last),
    yes_bid_dollars: dollarsOfPrice(quote.bid),
    yes_ask_dollars: dollarsOfPrice(quote.ask),
    volume_fp: fixedPoint(market.volume),
    open_interest_fp: fixedPoint(market.openInterest),
    dollar_volume: Math.floor(market.volume / 100),
    dollar_open_interest: Math.floor(market.openInterest / 100),
    yes_bid_size_fp: fixedPoint(quote.bidSize),
    yes_ask_size_fp: fixedPoint(quote.askSize),
    last_trade_size_fp: fixedPoint(market.lastSize),
    ts: secondsOf(atMs),
    ts_ms: atMs,
    time: isoTime(atMs),
  });
}

export function tradeMsg(event: EventOf<'trade'>): string {
  const { trade } = event;
  const outcome = trade.takerSide === 'bid' ? 'yes' : 'no';
  return JSON.stringify({
    trade_id: trade.id,
    market_ticker: trade.ticker,
    yes_price_dollars: dollarsOfPrice(trade.price),
    no_price_dollars: dollarsOfPrice(PRICE_ONE - trade.price),
    count_fp: fixedPoint(trade.quantity),
    taker_side: outcome,
    taker_outcome_side: outcome,
    taker_book_side: trade.takerSide,
    is_block_trade: false,
    ts: secondsOf(trade.atMs),
    ts_ms: trade.atMs,
  });
}

export function fillMsg(event: EventOf<'fill'>): string {
  const { fill } = event;
  const { order } = fill;
  return JSON.stringify({
    trade_id: fill.id,
    order_id: order.id,
    ...(order.clientOrderId === null ? {} : { client_order_id: order.clientOrderId }),
    market_ticker: order.market.spec.ticker,
    exchange_index: order.market.spec.exchangeIndex,
    is_taker: fill.isTaker,
    ...legOf(fill.side),
    purchased_side: fill.side === 'bid' ? 'yes' : 'no',
    yes_price_dollars: dollarsOfPrice(fill.price),
    count_fp: fixedPoint(fill.quantity),
    fee_cost: dollarsOfMicros(fill.fee),
    post_position_fp: fixedPoint(fill.postPosition),
    ts: secondsOf(fill.atMs),
    ts_ms: fill.atMs,
    subaccount: 0,
  });
}

export function userOrderMsg(order: OrderSnapshot): string {
  const leg = legOf(order.side);
  return JSON.stringify({
    order_id: order.id,
    user_id: order.accountId,
    ticker: order.market.spec.ticker,
    exchange_index: order.market.spec.exchangeIndex,
    status: order.status,
    side: leg.side,
    is_yes: order.side === 'bid',
    outcome_side: leg.outcome_side,
    book_side: leg.book_side,
    yes_price_dollars: dollarsOfPrice(order.price),
    fill_count_fp: fixedPoint(order.filled),
    remaining_count_fp: fixedPoint(order.remaining),
    initial_count_fp: fixedPoint(order.initial),
    taker_fill_cost_dollars: dollarsOfMicros(order.takerCost),
    maker_fill_cost_dollars: dollarsOfMicros(order.makerCost),
    taker_fees_dollars: dollarsOfMicros(order.takerFees),
    maker_fees_dollars: dollarsOfMicros(order.makerFees),
    ...(order.clientOrderId === null ? {} : { client_order_id: order.clientOrderId }),
    ...(order.groupId === null ? {} : { order_group_id: order.groupId }),
    self_trade_prevention_type: order.selfTrade,
    created_time: isoTime(order.createdMs),
    created_ts_ms: order.createdMs,
    last_updated_ts_ms: order.updatedMs,
    ...(order.reason === null ? {} : { last_update_reason: order.reason }),
    ...(order.expirationMs === null
      ? {}
      : { expiration_time: isoTime(order.expirationMs), expiration_ts_ms: order.expirationMs }),
    subaccount_number: 0,
  });
}

export function positionMsg(event: EventOf<'position'>): string {
  const { position } = event;
  return JSON.stringify({
    user_id: event.accountId,
    market_ticker: position.market.spec.ticker,
    position_fp: fixedPoint(position.quantity),
    position_cost_dollars: dollarsOfMicros(position.cost),
    realized_pnl_dollars: dollarsOfMicros(position.realized),
    fees_paid_dollars: dollarsOfMicros(position.fees),
    position_fee_cost_dollars: dollarsOfMicros(position.quantity === 0 ? 0 : position.fees),
    volume_fp: fixedPoint(position.tradedQuantity),
    subaccount: 0,
  });
}

function createdFields(market: Market): Record<string, unknown> {
  const { spec } = market;
  return {
    exchange_index: spec.exchangeIndex,
    open_ts: secondsOf(spec.openMs),
    close_ts: secondsOf(market.closeMs),
    price_level_structure: spec.priceLevelStructure,
    price_ranges: priceRangesOf(market),
    additional_metadata: {
      name: spec.yesSubTitle,
      title: spec.title,
      yes_sub_title: spec.yesSubTitle,
      no_sub_title: spec.yesSubTitle,
      rules_primary: spec.rulesPrimary,
      rules_secondary: spec.rulesSecondary,
      can_close_early: true,
      event_ticker: spec.eventTicker,
      expected_expiration_ts: secondsOf(spec.expectedExpirationMs),
      strike_type: spec.strikeType,
      ...(spec.floorStrike === null ? {} : { floor_strike: spec.floorStrike }),
      ...(spec.capStrike === null ? {} : { cap_strike: spec.capStrike }),
      ...(spec.customStrike === null ? {} : { custom_strike: spec.customStrike }),
    },
  };
}

function lifecycleFields(
  what: LifecycleKind,
  market: Market,
  atMs: number,
): Record<string, unknown> {
  switch (what) {
    case 'created':
      return createdFields(market);
    case 'close_date_updated':
      return { close_ts: secondsOf(market.closeMs) };
    case 'determined':
      return {
        determination_ts: secondsOf(atMs),
        result: market.result,
        settlement_value: dollarsOfPrice(market.settlementValue ?? 0),
      };
    case 'settled':
      return { settled_ts: secondsOf(atMs) };
    case 'activated':
      return { is_deactivated: false };
    case 'deactivated':
      return { is_deactivated: true };
    default:
      what satisfies never;
      return {};
  }
}

export const lifecycleMsg = (event: EventOf<'lifecycle'>): string =>
  JSON.stringify({
    event_type: event.what,
    market_ticker: event.market.spec.ticker,
    ...lifecycleFields(event.what, event.market, event.atMs),
  });

export const eventLifecycleMsg = (event: SimEvent): string =>
  JSON.stringify({
    event_ticker: event.ticker,
    exchange_index: event.exchangeIndex,
    title: event.title,
    subtitle: event.subTitle,
    collateral_return_type: event.mutuallyExclusive ? 'MECNET' : '',
    series_ticker: event.seriesTicker,
    strike_date: secondsOf(event.strikeDateMs),
  });

export function groupMsg(what: EventOf<'group'>['what'], group: OrderGroup, atMs: number): string {
  return JSON.stringify({
    event_type: what,
    order_group_id: group.id,
    ...(what === 'created' || what === 'limit_updated'
      ? { contracts_limit_fp: fixedPoint(group.limit) }
      : {}),
    ts_ms: atMs,
  });
}
