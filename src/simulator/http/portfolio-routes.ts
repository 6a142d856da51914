/** Private reads: balance, positions, orders, fills, settlements. */
import { availableOn } from '../core/accounts.js';
import { quantityAhead } from '../core/book.js';
import { refusals } from '../core/refusals.js';
import {
  balanceDollars,
  fixedPoint,
  MICROS_PER_CENT,
  PRICE_ONE,
  secondsOf,
} from '../core/units.js';
import { isReply, readPaging, takePage } from '../wire/paging.js';
import {
  eventPositionObjects,
  fillObject,
  orderObject,
  positionObject,
  settlementObject,
} from '../wire/portfolio-json.js';
import { badParameter, nestedError, ok, type Reply } from '../wire/replies.js';
import { type PrivateCall, param, type Route, readCost } from './route.js';

const LIMITS = { standard: 100, max: 1000 } as const;

const listed = (query: URLSearchParams, name: string): ReadonlySet<string> | null => {
  const text = query.get(name) ?? '';
  return text === '' ? null : new Set(text.split(','));
};

/** Shared filters of the portfolio lists: ticker, event, shard, time range. */
function commonFilter(query: URLSearchParams) {
  const tickers = listed(query, 'ticker');
  const events = listed(query, 'event_ticker');
  const shard = query.get('exchange_index');
  const seconds = (name: string, otherwise: number): number => {
    const text = query.get(name);
    return text !== null && /^\d{1,12}$/.test(text) ? Number(text) : otherwise;
  };
  const min = seconds('min_ts', Number.NEGATIVE_INFINITY);
  const max = seconds('max_ts', Number.POSITIVE_INFINITY);
  const other = (query.get('subaccount') ?? '0') !== '0';
  return (
    spec: { readonly ticker: string; readonly eventTicker: string; readonly exchangeIndex: number },
    atMs: number,
  ) =>
    !other &&
    (tickers === null || tickers.has(spec.ticker)) &&
    (events === null || events.has(spec.eventTicker)) &&
    (shard === null || shard === '' || Number(shard) === spec.exchangeIndex) &&
    secondsOf(atMs) >= min &&
    secondsOf(atMs) <= max;
}

function getBalance(call: PrivateCall): Reply {
  const { account, venue } = call;
  const asked = call.query.get('exchange_index');
  const shards = [...account.cash.keys()]
    .filter((shard) => asked === null || asked === '' || Number(asked) === shard)
    .sort((a, b) => a - b);
  if (shards.length === 0) return nestedError(refusals.userNotFound);
  const free = shards.map((shard) => ({ shard, micros: availableOn(venue.state, account, shard) }));
  const total = free.reduce((sum, one) => sum + one.micros, 0);
  let value = 0;
  for (const position of account.positions.values()) {
    if (!shards.includes(position.market.spec.exchangeIndex)) continue;
    const { last } = position.market;
    value +=
      position.quantity >= 0 ? position.quantity * last : -position.quantity * (PRICE_ONE - last);
  }
  return ok({
    balance: Math.floor(total / MICROS_PER_CENT),
    balance_breakdown: free.map((one) => ({
      balance: balanceDollars(one.micros),
      exchange_index: one.shard,
    })),
    balance_dollars: balanceDollars(total),
    portfolio_value: Math.floor(value / MICROS_PER_CENT),
    updated_ts: secondsOf(venue.marketNow()),
  });
}

function listPositions(call: PrivateCall): Reply {
  const paging = readPaging(call.query, 'GetPositions', LIMITS);
  if (isReply(paging)) return paging;
  const settlement = call.query.get('settlement_status') ?? 'unsettled';
  if (!['unsettled', 'settled', 'all'].includes(settlement)) {
    return badParameter('GetPositions', 'SettlementStatus', 'oneof');
  }
  const counted = listed(call.query, 'count_filter');
  const keep = commonFilter(call.query);
  const rows = call.venue.view
    .positions(call.account)
    .map((position, index) => ({ position, index }));
  const page = takePage(
    rows,
    paging,
    (row) => row.index,
    ({ position }) =>
      (settlement === 'all' || position.settled === (settlement === 'settled')) &&
      (counted === null ||
        (counted.has('position') && position.quantity !== 0) ||
        (counted.has('total_traded') && position.traded !== 0)) &&
      keep(position.market.spec, position.updatedMs),
  );
  const positions = page.items.map((row) => row.position);
  return ok({
    cursor: page.cursor,
    event_positions: eventPositionObjects(positions),
    market_positions: positions.map(positionObject),
  });
}

function listOrders(call: PrivateCall): Reply {
  const paging = readPaging(call.query, 'GetOrders', LIMITS);
  if (isReply(paging)) return paging;
  const status = call.query.get('status') ?? '';
  if (!['', 'resting', 'canceled', 'executed'].includes(status))
    return badParameter('GetOrders', 'Status', 'oneof');
  const keep = commonFilter(call.query);
  const page = takePage(
    call.venue.view.orders(call.account),
    paging,
    (order) => order.n,
    (order) =>
      (status === '' || order.status === status) && keep(order.market.spec, order.createdMs),
  );
  return ok({
    cursor: page.cursor,
    orders: page.items.map((order) => orderObject(order, call.account.id)),
  });
}

function getOrder(call: PrivateCall): Reply {
  const order = call.venue.view.order(param(call, 'order_id'));
  if (order === null || order.accountId !== call.account.id) return nestedError(refusals.notFound);
  return ok({ order: orderObject(order, call.account.id) });
}

function listFills(call: PrivateCall): Reply {
  const paging = readPaging(call.query, 'GetFills', LIMITS);
  if (isReply(paging)) return paging;
  const keep = commonFilter(call.query);
  const orderId = call.query.get('order_id') ?? '';
  const asOfMs = call.venue.view.asOfMs();
  const page = takePage(
    call.account.fills,
    paging,
    (fill) => fill.n,
    (fill) =>
      fill.atMs <= asOfMs &&
      (orderId === '' || fill.order.id === orderId) &&
      keep(fill.order.market.spec, fill.atMs),
  );
  return ok({ cursor: page.cursor, fills: page.items.map(fillObject) });
}

function listSettlements(call: PrivateCall): Reply {
  const paging = readPaging(call.query, 'GetSettlements', LIMITS);
  if (isReply(paging)) return paging;
  const keep = commonFilter(call.query);
  const asOfMs = call.venue.view.asOfMs();
  const page = takePage(
    call.account.settlements,
    paging,
    (settlement) => settlement.n,
    (settlement) => settlement.atMs <= asOfMs && keep(settlement.market.spec, settlement.atMs),
  );
  return ok({ cursor: page.cursor, settlements: page.items.map(settlementObject) });
}

function queuePosition(call: PrivateCall): Reply {
  const order = call.account.orders.get(param(call, 'order_id'));
  if (order === undefined || order.status !== 'resting') return nestedError(refusals.notFound);
  return ok({ queue_position_fp: fixedPoint(quantityAhead(order.market.book, order)) });
}

function queuePositions(call: PrivateCall): Reply {
  const tickers = listed(call.query, 'market_tickers');
  const events = listed(call.query, 'event_ticker');
  const resting = [...call.account.resting.values()].flatMap((orders) => [...orders.values()]);
  const kept = resting.filter(
    ({ market }) =>
      (tickers === null || tickers.has(market.spec.ticker)) &&
      (events === null || events.has(market.spec.eventTicker)),
  );
  return ok({
    queue_positions: kept.map((order) => ({
      order_id: order.id,
      market_ticker: order.market.spec.ticker,
      queue_position_fp: fixedPoint(quantityAhead(order.market.book, order)),
    })),
  });
}

export const portfolioRoutes: readonly Route[] = [
  { method: 'GET', path: 'portfolio/balance', access: 'private', handle: getBalance },
  { method: 'GET', path: 'portfolio/positions', access: 'private', handle: listPositions },
  { method: 'GET', path: 'portfolio/orders', access: 'private', handle: listOrders },
  {
    method: 'GET',
    path: 'portfolio/orders/queue_positions',
    access: 'private',
    handle: queuePositions,
  },
  {
    method: 'GET',
    path: 'portfolio/orders/:order_id',
    access: 'private',
    cost: () => readCost(2),
    handle: getOrder,
  },
  {
    method: 'GET',
    path: 'portfolio/orders/:order_id/queue_position',
    access: 'private',
    handle: queuePosition,
  },
  { method: 'GET', path: 'portfolio/fills', access: 'private', handle: listFills },
  { method: 'GET', path: 'portfolio/settlements', access: 'private', handle: listSettlements },
];
