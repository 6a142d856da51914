import { Buffer } from 'node:buffer';
import { type Price, type Quantity, type Ticker, tradeId } from '../../domain/units.js';
import type { MarketEvent } from '../../messages/market-event.js';
import type { DecodedFrame } from '../venue.js';
import { decimalIn, literal, match, skipDigits, skipPlain, wholeOf } from './bytes.js';
import { asEpochMs, isTimeMs, sizeMax } from './numbers.js';
import { remember, TickerTable } from './tickers.js';

/** What the scanner found, written over at every frame: read it before the next one. */
export type ScannedFrame = {
  -readonly [Field in keyof DecodedFrame]: DecodedFrame[Field];
} & {
  /** Grows with the markets met; share one table between frames of the same stream. */
  readonly tickers: TickerTable;
};

export const newScannedFrame = (tickers: TickerTable = new TickerTable()): ScannedFrame => ({
  kind: 'delta',
  ticker: '' as Ticker,
  sid: 0,
  seq: 0,
  isYes: true,
  price: 0 as Price,
  size: 0 as Quantity,
  tsMs: 0,
  idStart: 0,
  idEnd: 0,
  tickers,
});

export const decodedDelta = (frame: DecodedFrame): MarketEvent => ({
  kind: 'delta',
  ticker: frame.ticker,
  side: frame.isYes ? 'yes' : 'no',
  price: frame.price,
  change: frame.size,
  exchangeAt: asEpochMs(frame.tsMs),
});

/** `bytes` are those the frame was read from. */
export function decodedTrade(frame: DecodedFrame, bytes: Uint8Array): MarketEvent {
  const { idStart, idEnd } = frame;
  const id = Buffer.from(bytes.buffer, bytes.byteOffset + idStart, idEnd - idStart);
  return {
    kind: 'trade',
    ticker: frame.ticker,
    tradeId: tradeId(id.toString('latin1')),
    yesPrice: frame.price,
    count: frame.size,
    takerSide: frame.isYes ? 'yes' : 'no',
    exchangeAt: asEpochMs(frame.tsMs),
  };
}

const deltaHead = literal('{"type":"orderbook_delta","sid":');
const tradeHead = literal('{"type":"trade","sid":');
const seqKey = literal(',"seq":');
const sendingKey = literal(',"sending_ts_ms":');
const deltaMsg = literal(',"msg":{"market_ticker":"');
const tradeMsg = literal(',"msg":{"trade_id":"');
const marketTicker = literal('","market_ticker":"');
const marketId = literal('","market_id":"');
const priceDollars = literal('","price_dollars":"');
const deltaFp = literal('","delta_fp":"');
const sideYes = literal('","side":"yes"');
const sideNo = literal('","side":"no"');
const tsText = literal(',"ts":"');
const tsNumber = literal(',"ts":');
const tsMsAfterText = literal('","ts_ms":');
const tsMsKey = literal(',"ts_ms":');
const yesPrice = literal('","yes_price_dollars":"');
const noPrice = literal('","no_price_dollars":"');
const countFp = literal('","count_fp":"');
const takerYes = literal('","taker_side":"yes","taker_outcome_side":"yes","taker_book_side":"');
const takerNo = literal('","taker_side":"no","taker_outcome_side":"no","taker_book_side":"');
const notBlock = literal('","is_block_trade":false');
const isBlock = literal('","is_block_trade":true');

const tickerBytesMax = 128;
const quote = 34;
const comma = 44;
const brace = 125;
const newline = 10;

// A view per buffer, not per frame: captures scan millions of frames of one buffer.
let viewed: Uint8Array | null = null;
let view: DataView = new DataView(new ArrayBuffer(0));

/**
 * Reads one whole `orderbook_delta` or `trade` frame, `[start, end)` of `bytes`, in the shape the exchange sends; a
 * newline may follow it. False: something else, or anything unexpected (other keys, order, escapes, blanks, numbers out
 * of range): then `out` is meaningless and the text belongs to the JSON path. What it accepts, the JSON path reads the
 * same; a test holds the two together.
 */
export function scanFrame(
  bytes: Uint8Array,
  start: number,
  end: number,
  out: ScannedFrame,
): boolean {
  if (bytes !== viewed) {
    viewed = bytes;
    view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }
  let limit = end;
  if (bytes[end - 1] === newline) limit -= 1;
  const isDelta = bytes[start + 9] === 111;
  const sidAt = match(view, start, limit, isDelta ? deltaHead : tradeHead);
  if (sidAt < 0) return false;
  const sidEnd = skipDigits(bytes, sidAt);
  const sid = wholeOf(bytes, sidAt, sidEnd);
  const seqAt = match(view, sidEnd, limit, seqKey);
  if (sid < 1 || seqAt < 0) return false;
  const seqEnd = skipDigits(bytes, seqAt);
  const seq = wholeOf(bytes, seqAt, seqEnd);
  if (seq < 1) return false;
  out.kind = isDelta ? 'delta' : 'trade';
  out.sid = sid;
  out.seq = seq;
  // `,"sending_ts_ms":N` may stand before `msg` or behind it; its value is not used.
  const msgAt = bytes[seqEnd + 2] === 115 ? skipSending(bytes, seqEnd, limit) : seqEnd;
  if (msgAt < 0) return false;
  const msgEnd = isDelta
    ? scanDelta(bytes, msgAt, limit, out)
    : scanTrade(bytes, msgAt, limit, out);
  if (msgEnd < 0 || bytes[msgEnd] !== brace) return false;
  const close = bytes[msgEnd + 1] === comma ? skipSending(bytes, msgEnd + 1, limit) : msgEnd + 1;
  return close > 0 && bytes[close] === brace && close + 1 === limit;
}

function skipSending(bytes: Uint8Array, at: number, end: number): number {
  const value = match(view, at, end, sendingKey);
  if (value < 0) return -1;
  const after = skipDigits(bytes, value);
  return wholeOf(bytes, value, after) < 0 ? -1 : after;
}

/** Returns the position behind `ts_ms`, or -1. */
function scanDelta(bytes: Uint8Array, from: number, end: number, out: ScannedFrame): number {
  const tickerAt = match(view, from, end, deltaMsg);
  if (tickerAt < 0) return -1;
  const priceAt = skipToPrice(bytes, tickerAt, end, out);
  if (priceAt < 0) return -1;
  const priceEnd = skipPlain(bytes, priceAt);
  const price = decimalIn(bytes, priceAt, priceEnd, 4);
  const changeAt = match(view, priceEnd, end, deltaFp);
  if (!(price > 0 && price < 10_000) || changeAt < 0) return -1;
  const changeEnd = skipPlain(bytes, changeAt);
  const change = decimalIn(bytes, changeAt, changeEnd, 2);
  if (!(change >= -sizeMax && change <= sizeMax)) return -1;
  out.isYes = bytes[changeEnd + 10] === 121;
  const sideEnd = match(view, changeEnd, end, out.isYes ? sideYes : sideNo);
  if (sideEnd < 0) return -1;
  out.price = price as Price;
  out.size = change as Quantity;
  let timeAt: number;
  if (bytes[sideEnd + 4] === quote) {
    const textAt = match(view, sideEnd, end, tsText);
    if (textAt < 0) return -1;
    timeAt = match(view, skipPlain(bytes, textAt), end, tsMsAfterText);
  } else timeAt = match(view, sideEnd, end, tsMsKey);
  return timeAt < 0 ? -1 : scanTime(bytes, timeAt, out);
}

/** From the ticker's first byte to the price's: at once where the market is known, else piece by piece. */
function skipToPrice(bytes: Uint8Array, at: number, end: number, out: ScannedFrame): number {
  const { tickers } = out;
  const last = tickers.last;
  if (last !== null && last.toPrice !== null) {
    const after = match(view, at, end, last.toPrice);
    if (after >= 0) {
      out.ticker = last.ticker;
      return after;
    }
  }
  const tickerEnd = skipPlain(bytes, at);
  if (tickerEnd === at || tickerEnd - at > tickerBytesMax || tickerEnd > end) return -1;
  const known = tickers.find(bytes, at, tickerEnd);
  out.ticker = known.ticker;
  if (known.toPrice !== null) {
    const after = match(view, at, end, known.toPrice);
    if (after >= 0) {
      tickers.last = known;
      return after;
    }
  }
  const idAt = match(view, tickerEnd, end, marketId);
  if (idAt < 0) return -1;
  const priceAt = match(view, skipPlain(bytes, idAt), end, priceDollars);
  if (priceAt < 0 || priceAt - at > 4 * tickerBytesMax) return -1;
  remember(known, bytes, at, priceAt);
  tickers.last = known;
  return priceAt;
}

function scanTime(bytes: Uint8Array, at: number, out: ScannedFrame): number {
  const after = skipDigits(bytes, at);
  const time = wholeOf(bytes, at, after);
  out.tsMs = time;
  return isTimeMs(time) ? after : -1;
}

/** Returns the position behind `ts_ms`, or -1. */
function scanTrade(bytes: Uint8Array, from: number, end: number, out: ScannedFrame): number {
  const idAt = match(view, from, end, tradeMsg);
  if (idAt < 0) return -1;
  const idEnd = skipPlain(bytes, idAt);
  const tickerAt = match(view, idEnd, end, marketTicker);
  if (idEnd === idAt || idEnd - idAt > tickerBytesMax || tickerAt < 0) return -1;
  out.idStart = idAt;
  out.idEnd = idEnd;
  const tickerEnd = skipPlain(bytes, tickerAt);
  if (tickerEnd === tickerAt || tickerEnd - tickerAt > tickerBytesMax) return -1;
  const priceAt = match(view, tickerEnd, end, yesPrice);
  if (priceAt < 0) return -1;
  out.ticker = out.tickers.find(bytes, tickerAt, tickerEnd).ticker;
  const priceEnd = skipPlain(bytes, priceAt);
  const price = decimalIn(bytes, priceAt, priceEnd, 4);
  const noAt = match(view, priceEnd, end, noPrice);
  if (!(price >= 0 && price <= 10_000) || noAt < 0) return -1;
  const countAt = match(view, skipPlain(bytes, noAt), end, countFp);
  if (countAt < 0) return -1;
  const countEnd = skipPlain(bytes, countAt);
  const count = decimalIn(bytes, countAt, countEnd, 2);
  if (!(count >= 0 && count <= sizeMax)) return -1;
  out.price = price as Price;
  out.size = count as Quantity;
  out.isYes = bytes[countEnd + 16] === 121;
  const bookAt = match(view, countEnd, end, out.isYes ? takerYes : takerNo);
  return bookAt < 0 ? -1 : scanTradeTail(bytes, bookAt, end, out);
}

function scanTradeTail(bytes: Uint8Array, from: number, end: number, out: ScannedFrame): number {
  let at = skipPlain(bytes, from);
  if (bytes[at] !== quote) return -1;
  if (bytes[at + 3] === 105) {
    at = match(view, at, end, bytes[at + 19] === 102 ? notBlock : isBlock);
    if (at < 0) return -1;
  } else at += 1;
  if (bytes[at + 4] === quote) {
    const secondsAt = match(view, at, end, tsNumber);
    if (secondsAt < 0) return -1;
    at = skipDigits(bytes, secondsAt);
    if (wholeOf(bytes, secondsAt, at) < 0) return -1;
  }
  const timeAt = match(view, at, end, tsMsKey);
  return timeAt < 0 ? -1 : scanTime(bytes, timeAt, out);
}
