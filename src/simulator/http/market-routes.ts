/** Public reads: markets, events, series, books, trades. */
import { refusals } from '../core/refusals.js';
import type { ExchangeState, Market, MarketStatus } from '../core/types.js';
import { eventJson, marketJson, orderbookObject, seriesObject } from '../wire/market-json.js';
import { isReply, readPaging, takePage } from '../wire/paging.js';
import { tradeObject } from '../wire/portfolio-json.js';
import { badParameter, nestedError, ok, okText, type Reply } from '../wire/replies.js';
import { type Call, param, type Route } from './route.js';

/** Which of the states a market can be in each filter word means. */
const STATUS_FILTERS: Readonly<Record<string, readonly MarketStatus[]>> = {
  unopened: ['initialized'],
  open: ['active', 'inactive'],
  paused: ['inactive'],
  closed: ['closed', 'determined'],
  settled: ['finalized'],
};

type Range = { readonly min: number; readonly max: number };

function readRange(query: URLSearchParams, name: string): Range {
  const read = (key: string, otherwise: number): number => {
    const text = query.get(key);
    return text !== null && /^\d{1,12}$/.test(text) ? Number(text) * 1000 : otherwise;
  };
  return {
    min: read(`min_${name}_ts`, Number.NEGATIVE_INFINITY),
    max: read(`max_${name}_ts`, Number.POSITIVE_INFINITY),
  };
}

const within = (range: Range, atMs: number): boolean => atMs >= range.min && atMs <= range.max;

type Filter = {
  readonly keep: (market: Market) => boolean;
  readonly tickers: readonly string[] | null;
};

function marketFilter(state: ExchangeState, query: URLSearchParams): Filter | Reply {
  const status = query.get('status') ?? '';
  const statuses = status === '' ? null : STATUS_FILTERS[status];
  if (statuses === undefined) return badParameter('GetMarkets', 'Status', 'oneof');
  const multivariate = query.get('mve_filter') ?? '';
  if (!['', 'only', 'exclude'].includes(multivariate))
    return badParameter('GetMarkets', 'MveFilter', 'oneof');
  const event = query.get('event_ticker') ?? '';
  const series = query.get('series_ticker') ?? '';
  const tickers = query.get('tickers') ?? '';
  const created = readRange(query, 'created');
  const close = readRange(query, 'close');
  const settled = readRange(query, 'settled');
  const updated = readRange(query, 'updated');
  const settledFiltered = query.has('min_settled_ts') || query.has('max_settled_ts');
  return {
    tickers: tickers === '' ? null : tickers.split(','),
    keep: (market) =>
      (statuses === null || statuses.includes(market.status)) &&
      (event === '' || market.spec.eventTicker === event) &&
      (series === '' || state.events.get(market.spec.eventTicker)?.spec.seriesTicker === series) &&
      (multivariate === '' || market.spec.multivariate === (multivariate === 'only')) &&
      within(created, market.createdMs) &&
      within(close, market.closeMs) &&
      within(updated, market.updatedMs) &&
      (!settledFiltered || (market.settledMs !== null && within(settled, market.settledMs))),
  };
}

function listMarkets(call: Call): Reply {
  const { state } = call.venue;
  const paging = readPaging(call.query, 'GetMarkets', { standard: 100, max: 1000 });
  if (isReply(paging)) return paging;
  const filter = marketFilter(state, call.query);
  if (isReply(filter)) return filter;
  const from =
    filter.tickers === null
      ? state.marketList
      : filter.tickers
          .flatMap((ticker) => state.markets.get(ticker) ?? [])
          .sort((a, b) => a.index - b.index);
  const page = takePage(from, paging, (market) => market.index, filter.keep);
  return okText(`{"cursor":"${page.cursor}","markets":[${page.items.map(marketJson).join(',')}]}`);
}

function withMarket(call: Call, then: (market: Market) => Reply): Reply {
  const market = call.venue.state.markets.get(param(call, 'ticker'));
  return market === undefined ? nestedError(refusals.marketNotFound) : then(market);
}

function readDepth(query: URLSearchParams): number | null {
  const text = query.get('depth') ?? '0';
  const depth = /^\d{1,3}$/.test(text) ? Number(text) : -1;
  return depth >= 0 && depth <= 100 ? depth : null;
}

function listOrderbooks(call: Call): Reply {
  const tickers = call.query.getAll('tickers').flatMap((one) => one.split(','));
  if (tickers.length === 0 || tickers[0] === '')
    return badParameter('GetMarketOrderbooks', 'Tickers', 'required');
  if (tickers.length > 100) return badParameter('GetMarketOrderbooks', 'Tickers', 'max');
  const orderbooks = tickers.flatMap((ticker) => {
    const market = call.venue.state.markets.get(ticker);
    return market === undefined ? [] : [{ ticker, orderbook_fp: orderbookObject(market, 0) }];
  });
  return ok({ orderbooks });
}

function listTrades(call: Call): Reply {
  const paging = readPaging(call.query, 'GetTrades', { standard: 100, max: 1000 });
  if (isReply(paging)) return paging;
  const ticker = call.query.get('ticker') ?? '';
  const minText = call.query.get('min_ts');
  const maxText = call.query.get('max_ts');
  const min = minText === null ? Number.NEGATIVE_INFINITY : Number(minText) * 1000;
  const max = maxText === null ? Number.POSITIVE_INFINITY : Number(maxText) * 1000 + 999;
  const blocks = call.query.get('is_block_trade') === 'true';
  const page = takePage(
    call.venue.state.tradeList,
    paging,
    (trade) => trade.n,
    (trade) =>
      !blocks &&
      (ticker === '' || trade.ticker === ticker) &&
      trade.atMs >= min &&
      trade.atMs <= max,
  );
  return ok({ cursor: page.cursor, trades: page.items.map(tradeObject) });
}

function listEvents(call: Call): Reply {
  const { state } = call.venue;
  const paging = readPaging(call.query, 'GetEvents', { standard: 200, max: 200 });
  if (isReply(paging)) return paging;
  const status = call.query.get('status') ?? '';
  const statuses = status === '' ? null : STATUS_FILTERS[status];
  if (statuses === undefined || status === 'paused')
    return badParameter('GetEvents', 'Status', 'oneof');
  const series = call.query.get('series_ticker') ?? '';
  const wanted = call.query.get('tickers') ?? '';
  const tickers = wanted === '' ? null : new Set(wanted.split(','));
  const close = readRange(call.query, 'close');
  const nested = call.query.get('with_nested_markets') === 'true';
  const page = takePage(
    [...state.events.values()],
    paging,
    (event) => event.index,
    (event) =>
      (series === '' || event.spec.seriesTicker === series) &&
      (tickers === null || tickers.has(event.spec.ticker)) &&
      !event.markets.some((market) => market.spec.multivariate) &&
      (statuses === null || event.markets.some((market) => statuses.includes(market.status))) &&
      (!call.query.has('min_close_ts') ||
        event.markets.some((market) => market.closeMs >= close.min)),
  );
  const events = page.items.map((event) =>
    eventJson(state, event.spec, nested ? event.markets : null),
  );
  return okText(`{"cursor":"${page.cursor}","events":[${events.join(',')}],"milestones":[]}`);
}

function getEvent(call: Call): Reply {
  const { state } = call.venue;
  const event = state.events.get(param(call, 'ticker'));
  if (event === undefined) return nestedError(refusals.eventNotFound);
  const nested = call.query.get('with_nested_markets') === 'true';
  const body = eventJson(state, event.spec, nested ? event.markets : null);
  return okText(
    `{"event":${body},"markets":[${nested ? '' : event.markets.map(marketJson).join(',')}]}`,
  );
}

function listSeries(call: Call): Reply {
  const category = call.query.get('category') ?? '';
  const tags = call.query.get('tags') ?? '';
  const series = [...call.venue.state.series.values()].filter(
    (one) =>
      (category === '' || one.category === category) &&
      (tags === '' || tags.split(',').some((tag) => one.tags.includes(tag))),
  );
  return ok({ series: series.map(seriesObject) });
}

function getSeries(call: Call): Reply {
  const series = call.venue.state.series.get(param(call, 'ticker'));
  return series === undefined
    ? nestedError(refusals.notFound)
    : ok({ series: seriesObject(series) });
}

export const marketRoutes: readonly Route[] = [
  { method: 'GET', path: 'markets', access: 'public', handle: listMarkets },
  { method: 'GET', path: 'markets/trades', access: 'public', handle: listTrades },
  { method: 'GET', path: 'markets/orderbooks', access: 'public', handle: listOrderbooks },
  {
    method: 'GET',
    path: 'markets/:ticker',
    access: 'public',
    handle: (call) => withMarket(call, (market) => okText(`{"market":${marketJson(market)}}`)),
  },
  {
    method: 'GET',
    path: 'markets/:ticker/orderbook',
    access: 'public',
    handle: (call) =>
      withMarket(call, (market) => {
        const depth = readDepth(call.query);
        if (depth === null) return badParameter('GetMarketOrderbook', 'Depth', 'lte');
        return ok({ orderbook_fp: orderbookObject(market, depth) });
      }),
  },
  { method: 'GET', path: 'events', access: 'public', handle: listEvents },
  {
    method: 'GET',
    path: 'events/fee_changes',
    access: 'public',
    handle: () => ok({ cursor: '', event_fee_change_arr: [] }),
  },
  { method: 'GET', path: 'events/:ticker', access: 'public', handle: getEvent },
  { method: 'GET', path: 'series', access: 'public', handle: listSeries },
  {
    method: 'GET',
    path: 'series/fee_changes',
    access: 'public',
    handle: () => ok({ series_fee_change_arr: [] }),
  },
  { method: 'GET', path: 'series/:ticker', access: 'public', handle: getSeries },
];
