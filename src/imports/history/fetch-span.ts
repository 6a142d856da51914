import { err, ok, type Result } from '../../domain/result.js';
import {
  type Candle,
  decodeCandlesticks,
  decodeTrades,
  type ListedTrade,
} from '../../exchange/kalshi/history.js';
import { oddAnswer, type Page, pageOf, pagesOf } from './answers.js';
import type { Found } from './find-markets.js';
import type { HistoryJob, HistoryPort, HistoryProblem } from './job.js';
import { groupsOf, type Span } from './spans.js';

export type Fetched = {
  readonly candles: ReadonlyMap<string, readonly Candle[]>;
  readonly trades: readonly ListedTrade[];
  /** As they came. */
  readonly pages: readonly Page[];
};

/** The candles and trades of a span. Trades are asked for where a candle has volume. */
export async function fetchSpan(
  span: Span,
  { interval }: HistoryJob,
  found: Found,
  port: HistoryPort,
): Promise<Result<Fetched, HistoryProblem>> {
  const pages: Page[] = [];
  const candles = new Map<string, readonly Candle[]>();
  const query = {
    start_ts: Math.floor(span.afterMs / 1_000) + 1,
    end_ts: Math.floor(span.toMs / 1_000),
    period_interval: interval,
  };
  const hear = (page: Page): HistoryProblem | null => {
    const read = decodeCandlesticks(page.body);
    if (!read.ok) return oddAnswer(page.path, read.error);
    pages.push(page);
    for (const { ticker, candles: all } of read.value) candles.set(ticker, within(all, span));
    return null;
  };
  const isArchived = (ticker: string): boolean => found.archived.has(ticker);
  const tickers = span.markets.map(({ ticker }) => ticker);
  const live = tickers.filter((ticker) => !isArchived(ticker));
  for (const group of groupsOf(live, span, interval * 60_000)) {
    const asked = { ...query, market_tickers: group.join(',') };
    const page = pageOf(await port.one('/markets/candlesticks', asked));
    if (!page.ok) return page;
    const problem = hear(page.value);
    if (problem !== null) return err(problem);
  }
  for (const ticker of tickers.filter(isArchived)) {
    const path = `/historical/markets/${encodeURIComponent(ticker)}/candlesticks` as const;
    const page = pageOf(await port.one(path, query));
    if (!page.ok) return page;
    const problem = hear(page.value);
    if (problem !== null) return err(problem);
  }
  const trades = await fetchTrades(span, candles, found, port, pages);
  return trades.ok ? ok({ candles, trades: trades.value, pages }) : trades;
}

/** Each period once: an answer may begin with the one before, projected to the first end. */
function within(candles: readonly Candle[], { afterMs, toMs }: Span): readonly Candle[] {
  const byEnd = new Map<number, Candle>();
  for (const candle of candles)
    if (candle.endAt > afterMs && candle.endAt <= toMs) byEnd.set(candle.endAt, candle);
  return [...byEnd.values()];
}

async function fetchTrades(
  { afterMs, toMs }: Span,
  candles: Fetched['candles'],
  { cutoff }: Found,
  port: HistoryPort,
  pages: Page[],
): Promise<Result<readonly ListedTrade[], HistoryProblem>> {
  const paths = [
    ...(afterMs < cutoff.tradesMade ? (['/historical/trades'] as const) : []),
    ...(toMs >= cutoff.tradesMade ? (['/markets/trades'] as const) : []),
  ];
  // Whether the edges belong to it is not said: a second more on both sides, and what is outside is left out.
  const query = {
    min_ts: Math.floor(afterMs / 1_000) - 1,
    max_ts: Math.ceil(toMs / 1_000) + 1,
  };
  const trades: ListedTrade[] = [];
  for (const [ticker, itsCandles] of candles) {
    if (!itsCandles.some(({ volume }) => volume > 0)) continue;
    const seen = new Map<string, ListedTrade>();
    for (const path of paths) {
      const answer = pagesOf(await port.list(path, { ticker, ...query }));
      if (!answer.ok) return answer;
      for (const page of answer.value) {
        const read = decodeTrades(page.body);
        if (!read.ok) return err(oddAnswer(page.path, read.error));
        pages.push(page);
        for (const one of read.value)
          if (one.trade.ticker === ticker && one.at > afterMs && one.at <= toMs)
            seen.set(one.trade.tradeId, one);
      }
    }
    // Newest first is how they are listed.
    trades.push(...[...seen.values()].reverse());
  }
  return ok(trades.sort((left, right) => left.at - right.at));
}
