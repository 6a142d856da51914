import { complement, type EpochMs, type Quantity, type Ticker } from '../domain/units.js';
import { kalshiCodec } from '../exchange/kalshi/codec.js';
import { decodeTrade, type Trade } from '../exchange/kalshi/frames.js';
import { isObject, parseJson } from '../exchange/kalshi/problem.js';
import type { FeedOutput, FeedSession } from '../exchange/venue.js';
import { limits } from '../limits.js';
import type { Outcome } from '../messages/effect.js';
import type { Input } from '../messages/input.js';
import { BookStore } from '../streams/book-store.js';
import type { AddRow } from './rows.js';

type Touch = {
  readonly bid: number | null;
  readonly bidSize: Quantity | null;
  readonly ask: number | null;
  readonly askSize: Quantity | null;
};

const lists = /^\/markets(?:\?|$)/;
const prints = /^\/markets\/trades(?:\?|$)/;

/** Quotes and trades from a recording's inputs, oldest first: from its feed, and from the lists that were asked for. */
export class MarketRows {
  private readonly put: AddRow;
  private feed: FeedSession = freshFeed();
  private books = freshBooks();
  private readonly last = new Map<string, Touch>();
  /** Books are made of candlesticks, and so are the lists. */
  private isMade = false;
  /** Polls overlap; the newest ids are enough to tell. */
  private readonly seen = new Set<string>();

  constructor(put: AddRow) {
    this.put = put;
  }

  hear({ at, source, payload }: Input): void {
    if (payload.kind === 'opened') this.isMade = payload.feed === 'history';
    else if (payload.kind === 'frame')
      // As a capture is read: whatever was subscribed to is there.
      this.feed.handle(payload, (output) => this.heard(output, at));
    else if (payload.kind === 'connected' || payload.kind === 'disconnected') {
      this.feed = freshFeed();
      this.books = freshBooks();
    } else if (payload.kind === 'reply' && source !== 'capture' && !this.isMade)
      this.reply(payload.reply.outcome, at);
  }

  private heard(output: FeedOutput, at: EpochMs): void {
    if (output.kind === 'trade') this.trade(output, at);
    if (
      output.kind === 'send' ||
      output.kind === 'account' ||
      output.kind === 'index' ||
      output.kind === 'refused'
    )
      return;
    const change = this.books.apply(output, at);
    if (change === null || (change.kind !== 'moved' && change.kind !== 'replaced')) return;
    const entry = this.books.entryAt(change.slot);
    if (entry === null || !entry.known) return;
    const bid = entry.book.bestBid('yes');
    const ask = entry.book.bestAsk('yes');
    if (this.isMade) {
      // Nobody displayed the sizes.
      const touch = { bid, bidSize: null, ask, askSize: null };
      this.quote(change.ticker, at, 'candlestick', touch);
      return;
    }
    this.quote(change.ticker, at, 'feed', {
      bid,
      bidSize: bid === null ? null : entry.book.sizeAt('yes', bid),
      ask,
      // A YES is offered by who bids for NO.
      askSize: ask === null ? null : entry.book.sizeAt('no', complement(ask)),
    });
  }

  private reply(outcome: Outcome, at: EpochMs): void {
    if (outcome.kind !== 'http' || outcome.status !== 200) return;
    if (prints.test(outcome.path))
      for (const trade of tradesOf(outcome.body)) this.trade(trade, at);
    if (!lists.test(outcome.path)) return;
    const page = kalshiCodec.listing(outcome.body);
    if (!page.ok) return;
    for (const { ticker, status, quote } of page.value.markets) {
      if (status !== 'active') continue;
      const { yesBid, yesBidSize, yesAsk, yesAskSize } = quote;
      this.quote(ticker, at, 'list', {
        bid: yesBid,
        bidSize: yesBid === null ? null : yesBidSize,
        ask: yesAsk,
        askSize: yesAsk === null ? null : yesAskSize,
      });
    }
  }

  private quote(
    ticker: Ticker,
    at: EpochMs,
    source: 'feed' | 'list' | 'candlestick',
    touch: Touch,
  ): void {
    const key = `${source} ${ticker}`;
    const last = this.last.get(key);
    const { bid, bidSize, ask, askSize } = touch;
    if (
      last !== undefined &&
      last.bid === bid &&
      last.bidSize === bidSize &&
      last.ask === ask &&
      last.askSize === askSize
    )
      return;
    this.last.set(key, touch);
    this.put('quotes', {
      at,
      ticker,
      source,
      yes_bid_e4: bid,
      yes_bid_size_e2: bidSize,
      yes_ask_e4: ask,
      yes_ask_size_e2: askSize,
    });
  }

  private trade(
    { tradeId, ticker, yesPrice, count, takerSide, exchangeAt }: Trade,
    at: EpochMs,
  ): void {
    if (this.seen.has(tradeId)) return;
    this.seen.add(tradeId);
    if (this.seen.size > limits.exportTradeIdsMax)
      for (const oldest of this.seen) {
        this.seen.delete(oldest);
        break;
      }
    this.put('trades', {
      at,
      exchange_at: exchangeAt,
      ticker,
      trade_id: tradeId,
      yes_price_e4: yesPrice,
      count_e2: count,
      taker_side: takerSide,
    });
  }
}

const freshFeed = (): FeedSession =>
  kalshiCodec.feed({
    sparseSeq: false,
    tickersPerSubscriptionMax: limits.tickersPerSubscriptionMax,
  });
const freshBooks = (): BookStore => new BookStore({ speed: 1, hasFeed: true });

/** `GET /markets/trades`, oldest first; a malformed one is left out. */
export function tradesOf(body: string): readonly Trade[] {
  const json = parseJson(body);
  const rows = json.ok && isObject(json.value) ? json.value['trades'] : null;
  if (!Array.isArray(rows)) return [];
  return (rows as readonly unknown[])
    .flatMap((row): readonly Trade[] => {
      if (!isObject(row)) return [];
      const trade = decodeTrade({ ...row, market_ticker: row['ticker'], ts: row['created_time'] });
      return trade.ok ? [trade.value] : [];
    })
    .reverse();
}
