import { formatPrice, formatQuantity, type Micros, type Ticker } from '../../domain/units.js';
import { limits } from '../../limits.js';
import type { EffectRequest, OrderRequest } from '../../messages/effect.js';
import type { Lane } from './buckets.js';

/** One HTTP request to the exchange. `path` is relative to the API root and has no query. Pure data. */
export type ApiRequest = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly query: string;
  readonly body: string | null;
  readonly lane: Lane;
  readonly shard: number;
  /** Rate-limit tokens. */
  readonly cost: number;
  /** Needs a key. The others are signed too when there is one: unsigned answers may come from a cache. */
  readonly isPrivate: boolean;
};

/** What an effect takes: one request, one after the other along a cursor, or a list of them. */
export type Plan =
  | { readonly kind: 'one'; readonly request: ApiRequest }
  | { readonly kind: 'pages'; readonly page: (cursor: string) => ApiRequest }
  | { readonly kind: 'list'; readonly requests: readonly ApiRequest[] }
  /** Not the exchange's business. */
  | { readonly kind: 'none' };

const defaultCost = 10;
const cancelCost = 2;

export type Query = Readonly<Record<string, string | number | null>>;

const queryOf = (query: Query): string => {
  const parts: string[] = [];
  for (const [name, value] of Object.entries(query))
    if (value !== null && value !== '') parts.push(`${name}=${encodeURIComponent(value)}`);
  return parts.length === 0 ? '' : `?${parts.join('&')}`;
};

const get = (path: string, query: Query, lane: Lane, isPrivate: boolean): ApiRequest => ({
  method: 'GET',
  path,
  query: queryOf(query),
  body: null,
  lane,
  shard: 0,
  cost: defaultCost,
  isPrivate,
});

const pages =
  (
    path: string,
    query: Query,
    lane: Lane,
    isPrivate: boolean,
    size: number = limits.listingPageSize,
  ) =>
  (cursor: string): ApiRequest =>
    get(path, { ...query, limit: size, cursor }, lane, isPrivate);

/** Lists with a cursor that anybody may read, of now and of what the exchange has archived. */
export type PublicList =
  | '/markets'
  | '/markets/trades'
  | '/historical/markets'
  | '/historical/trades';
/** What anybody may read in one piece. */
export type PublicOne =
  | '/historical/cutoff'
  | '/markets/candlesticks'
  | `/historical/markets/${string}/candlesticks`;

/** A public list, page by page; `query` as its documentation has it. */
export const publicPages = (path: PublicList, query: Query) => pages(path, query, 'scan', false);

export const publicOne = (path: PublicOne, query: Query): ApiRequest =>
  get(path, query, 'scan', false);

const segment = encodeURIComponent;
/** Query times are whole seconds; down, so that nothing at the edge is missed. */
const seconds = (ms: number | null): number | null => (ms === null ? null : Math.floor(ms / 1_000));

export const createPath = '/portfolio/events/orders';

/** A V2 create on the single YES book, routed to its shard: immediate-or-cancel, or resting and never a taker. */
export const orderBody = (order: OrderRequest): string =>
  JSON.stringify({
    ticker: order.ticker,
    side: order.side,
    count: formatQuantity(order.count),
    price: formatPrice(order.yesPrice),
    ...(order.restUntil === undefined
      ? { time_in_force: 'immediate_or_cancel' }
      : {
          time_in_force: 'good_till_canceled',
          post_only: true,
          expiration_time: Math.ceil(order.restUntil / 1_000),
        }),
    self_trade_prevention_type: 'taker_at_cross',
    client_order_id: order.clientOrderId,
    ...(order.reduceOnly ? { reduce_only: true } : {}),
    ...(order.groupId === undefined ? {} : { order_group_id: order.groupId }),
    exchange_index: order.shard,
  });

export function planOf(effect: EffectRequest): Plan {
  switch (effect.kind) {
    case 'scan':
      return {
        kind: 'pages',
        page: pages(
          '/markets',
          { status: 'open', mve_filter: 'exclude', event_ticker: effect.event ?? null },
          'scan',
          false,
        ),
      };
    case 'metadata':
      return { kind: 'list', requests: metadata(effect.events, effect.series) };
    case 'book':
      return one(get(`${marketPath(effect.ticker)}/orderbook`, { depth: 0 }, 'read', false));
    case 'market':
      return one(get(marketPath(effect.ticker), {}, 'read', false));
    case 'place':
      return one({
        method: 'POST',
        path: createPath,
        query: '',
        body: orderBody(effect.order),
        lane: 'create',
        shard: effect.order.shard,
        cost: defaultCost,
        isPrivate: true,
      });
    case 'cancel':
      return one({
        method: 'DELETE',
        path: `${createPath}/${segment(effect.orderId)}`,
        query: queryOf({ market_ticker: effect.ticker, exchange_index: effect.shard }),
        body: null,
        lane: 'cancel',
        shard: effect.shard,
        cost: cancelCost,
        isPrivate: true,
      });
    case 'group':
      return one(groupRequest(effect));
    case 'transfer':
      return one(transferRequest(effect));
    case 'transfers': {
      const { venueId } = effect;
      if (venueId === null)
        return { kind: 'pages', page: pages(transfersPath, {}, 'read', true, transfersPageSize) };
      return one(get(`${transfersPath}/${segment(venueId)}`, {}, 'read', true));
    }
    case 'orders': {
      const query = { ticker: effect.ticker, min_ts: seconds(effect.since) };
      return { kind: 'pages', page: pages('/portfolio/orders', query, 'read', true) };
    }
    case 'fills': {
      const query = { order_id: effect.orderId, min_ts: seconds(effect.since) };
      return { kind: 'pages', page: pages('/portfolio/fills', query, 'read', true) };
    }
    case 'positions':
      return { kind: 'pages', page: pages('/portfolio/positions', {}, 'read', true) };
    case 'settlements': {
      const query = { ticker: effect.ticker, min_ts: seconds(effect.since) };
      return { kind: 'pages', page: pages('/portfolio/settlements', query, 'read', true) };
    }
    case 'balance':
      return { kind: 'list', requests: [get('/portfolio/balance', {}, 'read', true)] };
    case 'send':
    case 'evidence':
    case 'value':
    case 'flush':
    case 'infer':
    case 'model':
    case 'calibrate':
      return { kind: 'none' };
    default:
      return effect satisfies never;
  }
}

const groupsPath = '/portfolio/order_groups';

function groupRequest(effect: Extract<EffectRequest, { kind: 'group' }>): ApiRequest {
  const { op, shard, groupId, contracts } = effect;
  const limit = { contracts_limit_fp: `${contracts}.00` };
  const path = `${groupsPath}/${segment(groupId ?? '')}`;
  if (op === 'check') return get(path, {}, 'read', true);
  const write = {
    query: '',
    // A trip may use what is kept back for cancels.
    lane: op === 'trigger' ? 'cancel' : 'create',
    shard,
    cost: defaultCost,
    isPrivate: true,
  } as const;
  if (op === 'create') {
    const body = JSON.stringify({ ...limit, exchange_index: shard });
    return { ...write, method: 'POST', path: `${groupsPath}/create`, body };
  }
  const body = JSON.stringify(op === 'limit' ? limit : {});
  return { ...write, method: 'PUT', path: `${path}/${op}`, body };
}

const transfersPath = '/portfolio/intra_exchange_instance_transfers';
/** The longest page that this list has. */
const transfersPageSize = 500;

function transferRequest(effect: Extract<EffectRequest, { kind: 'transfer' }>): ApiRequest {
  const { from, to, amount } = effect;
  return {
    method: 'POST',
    path: '/portfolio/intra_exchange_instance_transfer',
    query: '',
    body: JSON.stringify({
      source: 'event_contract',
      destination: 'event_contract',
      amount: centicents(amount),
      source_exchange_shard: from,
      destination_exchange_shard: to,
    }),
    // As an order: taken back by a latch while it waits, and never at the cost of a cancel.
    lane: 'create',
    shard: 0,
    cost: defaultCost,
    isPrivate: true,
  };
}

/** Units of $0.0001, whole: the executor moves nothing finer. */
const centicents = (amount: Micros): number => Math.floor(amount / 100);

const one = (request: ApiRequest): Plan => ({ kind: 'one', request });
const marketPath = (ticker: Ticker): string => `/markets/${segment(ticker)}`;

function metadata(events: readonly string[], series: readonly string[]): readonly ApiRequest[] {
  const size = limits.restEventsPerRequestMax;
  const requests: ApiRequest[] = [];
  for (let at = 0; at < events.length; at += size) {
    const tickers = events.slice(at, at + size).join(',');
    requests.push(get('/events', { tickers, limit: size }, 'scan', false));
  }
  for (const name of series) requests.push(get(`/series/${segment(name)}`, {}, 'scan', false));
  return requests;
}

/** The account's rate limits; read once the shell is used. */
export const limitsRequest: ApiRequest = get('/account/limits', {}, 'read', true);

/** What can be looked at without changing anything. */
export const looks = {
  status: get('/exchange/status', {}, 'read', false),
  schedule: get('/exchange/schedule', {}, 'read', false),
  balance: get('/portfolio/balance', {}, 'read', true),
  keys: get('/api_keys', {}, 'read', true),
  limits: limitsRequest,
} as const;
export type LookName = keyof typeof looks;
