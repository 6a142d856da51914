import type { Price, Quantity, Ticker } from '../../domain/units.js';
import { hashNext, hashStart, TickerTable } from './tickers.js';

/**
 * What the scanner found, written over at every frame: read it before the next one. `delta`: `price` is of its own side,
 * `size` is the signed change. `trade`: `price` is of YES, `size` the count, `isYes` the taker's side, and the trade id
 * is the bytes `[idStart, idEnd)` of the scanned text. Times are exchange milliseconds.
 */
export type ScannedFrame = {
  kind: 'delta' | 'trade';
  ticker: Ticker;
  sid: number;
  seq: number;
  isYes: boolean;
  price: Price;
  size: Quantity;
  tsMs: number;
  idStart: number;
  idEnd: number;
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

const ascii = (text: string): Uint8Array => Uint8Array.from(text, (char) => char.charCodeAt(0));

/** Bytes that stand for themselves inside a JSON string: printable ASCII but `"` and `\`. */
const plain = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 32 && byte < 127 && byte !== 34 && byte !== 92 ? 1 : 0,
);

const head = ascii('{"type":"');
const deltaType = ascii('orderbook_delta","sid":');
const tradeType = ascii('trade","sid":');
const seqKey = ascii(',"seq":');
const sendingKey = ascii(',"sending_ts_ms":');
const deltaMsg = ascii(',"msg":{"market_ticker":"');
const tradeMsg = ascii(',"msg":{"trade_id":"');
const marketTicker = ascii('","market_ticker":"');
const marketId = ascii('","market_id":"');
const priceDollars = ascii('","price_dollars":"');
const deltaFp = ascii('","delta_fp":"');
const sideKey = ascii('","side":"');
const yes = ascii('yes"');
const no = ascii('no"');
const tsText = ascii(',"ts":"');
const tsNumber = ascii(',"ts":');
const afterTs = ascii('","ts_ms":');
const tsMsKey = ascii(',"ts_ms":');
const yesPrice = ascii('","yes_price_dollars":"');
const noPrice = ascii('","no_price_dollars":"');
const countFp = ascii('","count_fp":"');
const takerSide = ascii('","taker_side":"');
const takerOutcome = ascii(',"taker_outcome_side":"');
const takerBook = ascii(',"taker_book_side":"');
const notBlock = ascii(',"is_block_trade":false');
const isBlock = ascii(',"is_block_trade":true');

// The cursor is module state: a frame is scanned to its end before the next one begins, and a field of an object would
// cost a store per byte.
let at = 0;
let numeral = 0;

const is = (bytes: Uint8Array, literal: Uint8Array): boolean => {
  const length = literal.length;
  for (let index = 0; index < length; index += 1)
    if (bytes[at + index] !== literal[index]) return false;
  at += length;
  return true;
};

/** A JSON whole number without sign, exponent or leading zero, of at most 15 digits, into `numeral`. */
function isWhole(bytes: Uint8Array): boolean {
  const first = at;
  let value = 0;
  for (;;) {
    const digit = (bytes[at] ?? 0) - 48;
    if (!(digit >= 0 && digit <= 9)) break;
    value = value * 10 + digit;
    at += 1;
  }
  numeral = value;
  const digits = at - first;
  return digits > 0 && digits <= 15 && (digits === 1 || bytes[first] !== 48);
}

/** `[-]digits[.digits]` up to a quote, as an integer of 10^-places, into `numeral`; at most 15 significant digits. */
function isDecimal(bytes: Uint8Array, places: number): boolean {
  const negative = bytes[at] === 45;
  if (negative) at += 1;
  const first = at;
  let value = 0;
  let left = places;
  for (;;) {
    const digit = (bytes[at] ?? 0) - 48;
    if (!(digit >= 0 && digit <= 9)) break;
    value = value * 10 + digit;
    at += 1;
  }
  const whole = at - first;
  if (whole === 0 || whole > 10) return false;
  if (bytes[at] === 46) {
    at += 1;
    const fraction = at;
    for (;;) {
      const digit = (bytes[at] ?? 0) - 48;
      if (!(digit >= 0 && digit <= 9)) break;
      if (left > 0) {
        value = value * 10 + digit;
        left -= 1;
      } else if (digit !== 0) return false;
      at += 1;
    }
    if (at === fraction || at - fraction > 8) return false;
  }
  for (; left > 0; left -= 1) value *= 10;
  numeral = negative && value !== 0 ? -value : value;
  return true;
}

const skipPlain = (bytes: Uint8Array): void => {
  while (plain[bytes[at] ?? 0] === 1) at += 1;
};

const isTicker = (bytes: Uint8Array, out: ScannedFrame): boolean => {
  const first = at;
  let hash = hashStart;
  for (;;) {
    const byte = bytes[at] ?? 0;
    if (plain[byte] !== 1) break;
    hash = hashNext(hash, byte);
    at += 1;
  }
  const length = at - first;
  if (length === 0 || length > tickerBytesMax) return false;
  out.ticker = out.tickers.intern(bytes, first, at, hash);
  return true;
};
const tickerBytesMax = 128;

/** The time the network layer adds to every message stands at no documented place; its value is not used. */
const skipSending = (bytes: Uint8Array): boolean => {
  if (bytes[at + 2] !== 115 || bytes[at + 3] !== 101 || bytes[at + 4] !== 110) return true;
  return is(bytes, sendingKey) && isWhole(bytes);
};

const isSide = (bytes: Uint8Array, out: ScannedFrame): boolean => {
  out.isYes = bytes[at] === 121;
  return is(bytes, out.isYes ? yes : no);
};

function isTime(bytes: Uint8Array, out: ScannedFrame): boolean {
  if (!isWhole(bytes)) return false;
  out.tsMs = numeral;
  return numeral >= scanTimeMsMin && numeral <= scanTimeMsMax;
}
const scanTimeMsMin = 946_684_800_000;
const scanTimeMsMax = 4_102_444_800_000;

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
  at = start;
  if (!is(bytes, head)) return false;
  const isDelta = bytes[at] === 111;
  out.kind = isDelta ? 'delta' : 'trade';
  if (!is(bytes, isDelta ? deltaType : tradeType) || !isWhole(bytes)) return false;
  out.sid = numeral;
  if (!is(bytes, seqKey) || !isWhole(bytes) || numeral === 0) return false;
  out.seq = numeral;
  if (!skipSending(bytes)) return false;
  if (!(isDelta ? isDeltaMsg(bytes, out) : isTradeMsg(bytes, out))) return false;
  // `}` of msg, then perhaps the sending time, then `}`.
  if (bytes[at] !== 125) return false;
  at += 1;
  if (bytes[at] === 44 && !skipSendingAtEnd(bytes)) return false;
  if (bytes[at] !== 125) return false;
  at += 1;
  if (at < end && bytes[at] === 10) at += 1;
  return at === end;
}

const skipSendingAtEnd = (bytes: Uint8Array): boolean => is(bytes, sendingKey) && isWhole(bytes);

function isDeltaMsg(bytes: Uint8Array, out: ScannedFrame): boolean {
  if (!is(bytes, deltaMsg) || !isTicker(bytes, out) || !is(bytes, marketId)) return false;
  skipPlain(bytes);
  if (!is(bytes, priceDollars) || !isDecimal(bytes, 4)) return false;
  if (!(numeral > 0 && numeral < 10_000)) return false;
  out.price = numeral as Price;
  if (!is(bytes, deltaFp) || !isDecimal(bytes, 2)) return false;
  if (!(numeral >= -scanSizeMax && numeral <= scanSizeMax)) return false;
  out.size = numeral as Quantity;
  if (!is(bytes, sideKey) || !isSide(bytes, out)) return false;
  if (bytes[at + 4] === 34) {
    if (!is(bytes, tsText)) return is(bytes, tsMsKey) && isTime(bytes, out);
    skipPlain(bytes);
    return is(bytes, afterTs) && isTime(bytes, out);
  }
  return is(bytes, tsMsKey) && isTime(bytes, out);
}
const scanSizeMax = 900_000_000_000;

function isTradeMsg(bytes: Uint8Array, out: ScannedFrame): boolean {
  if (!is(bytes, tradeMsg)) return false;
  out.idStart = at;
  skipPlain(bytes);
  out.idEnd = at;
  if (at === out.idStart || at - out.idStart > tickerBytesMax) return false;
  if (!is(bytes, marketTicker) || !isTicker(bytes, out)) return false;
  if (!is(bytes, yesPrice) || !isDecimal(bytes, 4)) return false;
  if (!(numeral >= 0 && numeral <= 10_000)) return false;
  out.price = numeral as Price;
  if (!is(bytes, noPrice)) return false;
  skipPlain(bytes);
  if (!is(bytes, countFp) || !isDecimal(bytes, 2)) return false;
  if (!(numeral >= 0 && numeral <= scanSizeMax)) return false;
  out.size = numeral as Quantity;
  if (!is(bytes, takerSide) || !isSide(bytes, out)) return false;
  const legacy = out.isYes;
  if (!is(bytes, takerOutcome) || !isSide(bytes, out) || legacy !== out.isYes) return false;
  if (!is(bytes, takerBook)) return false;
  skipPlain(bytes);
  if (bytes[at] !== 34) return false;
  at += 1;
  if (bytes[at + 2] === 105 && !is(bytes, bytes[at + 18] === 102 ? notBlock : isBlock))
    return false;
  if (bytes[at + 4] === 34 && !(is(bytes, tsNumber) && isWhole(bytes))) return false;
  return is(bytes, tsMsKey) && isTime(bytes, out);
}
