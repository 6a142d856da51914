/** What the exchange's public endpoints say of a small past, in its own words. */
import type { HistoryPort } from '../../src/imports/history/job.js';
import type { Outcome } from '../../src/messages/effect.js';

export const minuteMs = 60_000;
export const startMs = Date.UTC(2026, 7, 10, 12, 0, 0);
export const iso = (ms: number): string => new Date(ms).toISOString();

export const wireMarket = (ticker: string, over: object = {}) => ({
  ticker,
  event_ticker: 'KXG-1',
  market_type: 'binary',
  title: 'Gold',
  yes_sub_title: 'up',
  status: 'finalized',
  rules_primary: 'goes up',
  open_time: iso(startMs - 60 * minuteMs),
  close_time: iso(startMs + 20 * minuteMs),
  settlement_timer_seconds: 1,
  volume_fp: '999.00',
  volume_24h_fp: '999.00',
  open_interest_fp: '5.00',
  price_ranges: [{ start: '0.0000', end: '1.0000', step: '0.0100' }],
  result: 'yes',
  settlement_value_dollars: '1.0000',
  settlement_ts: iso(startMs + 25 * minuteMs),
  last_price_dollars: '0.9900',
  yes_bid_dollars: '0.0000',
  yes_ask_dollars: '1.0000',
  yes_bid_size_fp: '0.00',
  yes_ask_size_fp: '0.00',
  ...over,
});

export const wireCandle = (
  minute: number,
  bid: string | null,
  ask: string | null,
  volume = '0',
) => {
  const ohlc = (at: string | null) => ({
    open_dollars: at,
    low_dollars: at,
    high_dollars: at,
    close_dollars: at,
  });
  return {
    end_period_ts: startMs / 1_000 + minute * 60,
    yes_bid: ohlc(bid),
    yes_ask: ohlc(ask),
    price: {},
    volume_fp: `${volume}.00`,
    open_interest_fp: '10.00',
  };
};

/** As the archive has it: the same under shorter names. */
export const archivedCandle = (minute: number, bid: string, ask: string, volume: string) => {
  const ohlc = (at: string) => ({ open: at, low: at, high: at, close: at });
  return {
    end_period_ts: startMs / 1_000 + minute * 60,
    yes_bid: ohlc(bid),
    yes_ask: ohlc(ask),
    price: {},
    volume: `${volume}.00`,
    open_interest: '10.00',
  };
};

export const wireTrade = (id: string, ticker: string, afterMs: number, over: object = {}) => ({
  trade_id: id,
  ticker,
  count_fp: '3.00',
  yes_price_dollars: '0.4100',
  no_price_dollars: '0.5900',
  taker_outcome_side: 'yes',
  taker_book_side: 'bid',
  created_time: iso(startMs + afterMs),
  is_block_trade: false,
  ...over,
});

type Query = Readonly<Record<string, string | number | null>>;
export type Answers = (path: string, query: Query) => readonly object[] | number;

export const queryText = (query: Query): string =>
  Object.entries(query)
    .map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`)
    .join('&');

/** A port that answers with these bodies, one a page; a number is a status. Keeps what it was asked. */
export function portOf(answers: Answers): HistoryPort & { readonly asked: string[] } {
  const asked: string[] = [];
  const pages = (path: string, query: Query): readonly Outcome[] => {
    const full = `${path}?${queryText(query)}`;
    asked.push(full);
    const bodies = answers(path, query);
    if (typeof bodies === 'number')
      return [{ kind: 'http', status: bodies, path: full, body: '{"error":"no"}' }];
    const body = (value: object): string => JSON.stringify(value);
    return bodies.map((value) => ({ kind: 'http', status: 200, path: full, body: body(value) }));
  };
  const end = (parts: readonly Outcome[]): readonly Outcome[] =>
    parts.every((part) => part.kind === 'http' && part.status === 200)
      ? [...parts, { kind: 'end', parts: parts.length }]
      : parts;
  return {
    asked,
    list: (path, query) => Promise.resolve(end(pages(path, query))),
    one: (path, query) => Promise.resolve(pages(path, query)[0] as Outcome),
    metadata: (events, series) =>
      Promise.resolve(
        end([
          ...(events.length === 0 ? [] : pages('/events', { tickers: events.join(',') })),
          ...series.flatMap((name) => pages(`/series/${name}`, {})),
        ]),
      ),
  };
}
