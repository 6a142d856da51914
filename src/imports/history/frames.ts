import { complement, formatPrice, formatQuantity, type Quantity } from '../../domain/units.js';
import type { Candle, ListedTrade } from '../../exchange/kalshi/history.js';
import { madeFrom } from '../metadata.js';

const booksSid = 1;
const tradesSid = 2;

/**
 * Feed frames made of candles and trades. A book is one level a side at the candle's closing quote, of a size that nobody
 * displayed. Trades are the exchange's own, in the feed's form.
 */
export class MadeFrames {
  private readonly size: Quantity;
  private books = 0;
  private trades = 0;

  constructor(size: Quantity) {
    this.size = size;
  }

  quote(ticker: string, { bid, ask }: NonNullable<Candle['close']>): string {
    this.books += 1;
    const size = formatQuantity(this.size);
    const msg = {
      market_ticker: ticker,
      yes_dollars_fp: bid === null ? [] : [[formatPrice(bid), size]],
      no_dollars_fp: ask === null ? [] : [[formatPrice(complement(ask)), size]],
    };
    const type = 'orderbook_snapshot';
    return JSON.stringify({
      type,
      sid: booksSid,
      seq: this.books,
      ...madeFrom('candlestick'),
      msg,
    });
  }

  /**
   * A number is missing before it, as if messages had been lost: every book is unknown from here to its next quote, because
   * nobody knows what became of it.
   */
  end(): string {
    this.books += 2;
    const msg = { text: 'no quote is known until the next candlestick' };
    return JSON.stringify({
      type: 'ok',
      sid: booksSid,
      seq: this.books,
      ...madeFrom('candlestick'),
      msg,
    });
  }

  trade({ row, at, trade }: ListedTrade): string {
    this.trades += 1;
    const msg = { ...row, market_ticker: trade.ticker, ts: Math.floor(at / 1_000), ts_ms: at };
    return JSON.stringify({
      type: 'trade',
      sid: tradesSid,
      seq: this.trades,
      ...madeFrom('trade'),
      msg,
    });
  }
}
