/** Candlesticks, and the archive, in which there is nothing: this venue keeps what it has where it was. */
import { type Candle, MINUTE_MS, type Ohlc } from '../candles.js';
import { refusals } from '../core/refusals.js';
import type { Market } from '../core/types.js';
import { dollarsOfPrice, fixedPoint, isoTime, secondsOf } from '../core/units.js';
import { badParameter, nestedError, ok, type Reply } from '../wire/replies.js';
import { type Call, param, type Route } from './route.js';

const PERIODS = new Map([
  ['1', MINUTE_MS],
  ['60', 60 * MINUTE_MS],
  ['1440', 1_440 * MINUTE_MS],
]);
const TICKERS_MAX = 100;
const CANDLES_MAX = 10_000;

const ohlcObject = ({ open, low, high, close }: Ohlc): Record<string, string> => ({
  open_dollars: dollarsOfPrice(open),
  low_dollars: dollarsOfPrice(low),
  high_dollars: dollarsOfPrice(high),
  close_dollars: dollarsOfPrice(close),
});

const noPrice = { open_dollars: null, low_dollars: null, high_dollars: null, close_dollars: null };

const candleObject = (candle: Candle): Record<string, unknown> => {
  const { endMs, bid, ask, price, paid, volume, previous, openInterest } = candle;
  return {
    end_period_ts: secondsOf(endMs),
    yes_bid: ohlcObject(bid),
    yes_ask: ohlcObject(ask),
    price: {
      ...(price === null ? noPrice : ohlcObject(price)),
      mean_dollars: volume === 0 ? null : dollarsOfPrice(Math.round(paid / volume)),
      previous_dollars: previous === null ? null : dollarsOfPrice(previous),
    },
    volume_fp: fixedPoint(volume),
    open_interest_fp: fixedPoint(openInterest),
  };
};

type Asked = { readonly startMs: number; readonly endMs: number; readonly periodMs: number };

function asked({ query, venue }: Call, operation: string): Asked | Reply {
  const seconds = (name: string): number | null => {
    const text = query.get(name) ?? '';
    return /^\d{1,12}$/.test(text) ? Number(text) : null;
  };
  const start = seconds('start_ts');
  const end = seconds('end_ts');
  const periodMs = PERIODS.get(query.get('period_interval') ?? '');
  if (start === null) return badParameter(operation, 'StartTs', 'required');
  if (end === null || end < start) return badParameter(operation, 'EndTs', 'gtefield');
  if (periodMs === undefined) return badParameter(operation, 'PeriodInterval', 'oneof');
  return { startMs: start * 1_000, endMs: Math.min(end * 1_000, venue.marketNow()), periodMs };
}

const isReply = (value: Asked | Reply): value is Reply => 'status' in value;

const candlesOf = ({ venue }: Call, market: Market, { startMs, endMs, periodMs }: Asked) =>
  venue.candles.of(market, startMs, endMs, periodMs).map(candleObject);

function listCandles(call: Call): Reply {
  const operation = 'BatchGetMarketCandlesticks';
  const span = asked(call, operation);
  if (isReply(span)) return span;
  const tickers = (call.query.get('market_tickers') ?? '').split(',').filter((one) => one !== '');
  if (tickers.length === 0) return badParameter(operation, 'MarketTickers', 'required');
  if (tickers.length > TICKERS_MAX) return badParameter(operation, 'MarketTickers', 'max');
  let count = 0;
  const markets = tickers.flatMap((ticker) => {
    const market = call.venue.state.markets.get(ticker);
    if (market === undefined) return [];
    const candlesticks = candlesOf(call, market, span);
    count += candlesticks.length;
    return [{ market_ticker: ticker, candlesticks }];
  });
  return count > CANDLES_MAX ? badParameter(operation, 'EndTs', 'max') : ok({ markets });
}

function marketCandles(call: Call): Reply {
  const span = asked(call, 'GetMarketCandlesticks');
  if (isReply(span)) return span;
  const { state } = call.venue;
  const market = state.markets.get(param(call, 'ticker'));
  const series =
    market === undefined ? null : state.events.get(market.spec.eventTicker)?.spec.seriesTicker;
  if (market === undefined || series !== param(call, 'series'))
    return nestedError(refusals.marketNotFound);
  return ok({ ticker: market.spec.ticker, candlesticks: candlesOf(call, market, span) });
}

/** Nothing here is so old that it would have left. */
const beginning = isoTime(Date.UTC(2021, 0, 1));
const cutoff = {
  market_settled_ts: beginning,
  trades_created_ts: beginning,
  orders_updated_ts: beginning,
  market_positions_last_updated_ts: beginning,
};
const notFound = (): Reply => nestedError(refusals.marketNotFound);

export const historyRoutes: readonly Route[] = [
  { method: 'GET', path: 'markets/candlesticks', access: 'public', handle: listCandles },
  {
    method: 'GET',
    path: 'series/:series/markets/:ticker/candlesticks',
    access: 'public',
    handle: marketCandles,
  },
  { method: 'GET', path: 'historical/cutoff', access: 'public', handle: () => ok(cutoff) },
  {
    method: 'GET',
    path: 'historical/markets',
    access: 'public',
    handle: () => ok({ markets: [], cursor: '' }),
  },
  { method: 'GET', path: 'historical/markets/:ticker', access: 'public', handle: notFound },
  {
    method: 'GET',
    path: 'historical/markets/:ticker/candlesticks',
    access: 'public',
    handle: notFound,
  },
  {
    method: 'GET',
    path: 'historical/trades',
    access: 'public',
    handle: () => ok({ trades: [], cursor: '' }),
  },
];
