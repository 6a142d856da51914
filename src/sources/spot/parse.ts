import { z } from 'zod';
import { ok, type Result } from '../../domain/result.js';
import {
  numberField,
  positiveField,
  problem,
  readJson,
  type SourceProblem,
  told,
} from '../known.js';

/** One venue's middle price, dollars. */
export type SpotQuote = { readonly mid: number };

/** One minute of one venue's trades. */
export type Candle = { readonly startMs: number; readonly close: number };

/** A wider quote is a venue in trouble, not a price. */
const relativeSpreadMax = 0.02;
/** The venue gives 300 at a time. */
const candlesMax = 1_000;

const quote = (bid: number, ask: number, where: string): Result<SpotQuote, SourceProblem> =>
  bid <= ask && ask - bid <= bid * relativeSpreadMax
    ? ok({ mid: (bid + ask) / 2 })
    : problem('bad_value', where, `bid ${bid} ask ${ask}`);

const CoinbaseTicker = z.object({ bid: positiveField, ask: positiveField });

/** `GET /products/BTC-USD/ticker`: numbers as strings. */
export function parseCoinbaseTicker(body: string): Result<SpotQuote, SourceProblem> {
  const read = readJson(CoinbaseTicker, body, 'coinbase ticker');
  return read.ok ? quote(read.value.bid, read.value.ask, 'coinbase ticker') : read;
}

const KrakenTicker = z.object({
  error: z.array(z.unknown()).max(100),
  result: z
    .record(
      z.string(),
      z.object({
        a: z.tuple([positiveField]).rest(z.unknown()),
        b: z.tuple([positiveField]).rest(z.unknown()),
      }),
    )
    .optional(),
});

/** `GET /0/public/Ticker?pair=XBTUSD`: answers under a name of its own (`XXBTZUSD`), errors with status 200. */
export function parseKrakenTicker(body: string): Result<SpotQuote, SourceProblem> {
  const where = 'kraken ticker';
  const read = readJson(KrakenTicker, body, where);
  if (!read.ok) return read;
  if (read.value.error.length > 0) return problem('refused', where, told(read.value.error[0]));
  const pairs = Object.values(read.value.result ?? {});
  const [pair] = pairs;
  if (pair === undefined || pairs.length !== 1)
    return problem('bad_value', where, `${pairs.length} pairs`);
  return quote(pair.b[0], pair.a[0], where);
}

const CoinbaseCandles = z
  .array(
    z
      .tuple([numberField, positiveField, positiveField, positiveField, positiveField])
      .rest(z.unknown()),
  )
  .max(candlesMax);

/** `GET /products/BTC-USD/candles?granularity=60`: rows `[time s, low, high, open, close, volume]`; ours ascend. */
export function parseCoinbaseCandles(body: string): Result<readonly Candle[], SourceProblem> {
  const where = 'coinbase candles';
  const read = readJson(CoinbaseCandles, body, where);
  if (!read.ok) return read;
  const candles: Candle[] = [];
  for (const [seconds, low, high, open, close] of read.value) {
    const isWithin = low <= Math.min(open, close) && high >= Math.max(open, close);
    if (!isWithin || !Number.isSafeInteger(seconds) || seconds < 0)
      return problem('bad_value', where, `${seconds} ${low} ${high} ${open} ${close}`);
    candles.push({ startMs: seconds * 1_000, close });
  }
  candles.sort((a, b) => a.startMs - b.startMs);
  if (candles.some(({ startMs }, i) => startMs === candles[i - 1]?.startMs))
    return problem('bad_value', where, 'two candles of one minute');
  return ok(candles);
}
