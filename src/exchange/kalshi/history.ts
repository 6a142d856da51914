import { z } from 'zod';
import { err, ok, type Result } from '../../domain/result.js';
import {
  type EpochMs,
  type Price,
  price,
  priceMax,
  type Quantity,
  type Ticker,
  ticker,
} from '../../domain/units.js';
import type { DecodeProblem } from '../venue.js';
import { idField, priceField, secondsField, sizeField, timeField } from './fields.js';
import { decodeTrade, type Trade } from './frames.js';
import { isObject, parseJson, problem, readBody } from './problem.js';

/** One period of a market. Candlesticks have prices and no sizes. */
export type Candle = {
  /** Its inclusive end. */
  readonly endAt: EpochMs;
  /** The best bid and ask of YES at that end, null where nobody offers; null as a whole: the candle does not say. */
  readonly close: { readonly bid: Price | null; readonly ask: Price | null } | null;
  readonly volume: Quantity;
  readonly openInterest: Quantity;
};
export type MarketCandles = { readonly ticker: Ticker; readonly candles: readonly Candle[] };

/** A trade, and its row as it stands in the list. Block trades were agreed off the book. */
export type ListedTrade = {
  readonly trade: Trade;
  readonly row: Readonly<Record<string, unknown>>;
  readonly at: EpochMs;
  readonly isBlock: boolean;
};

/** What is older is only in the archive: markets by when they settled, trades by when they were made. */
export type Cutoff = { readonly marketsSettled: EpochMs; readonly tradesMade: EpochMs };

// The archive calls the same fields by shorter names.
const CloseWire = z
  .object({ close_dollars: priceField.nullish(), close: priceField.nullish() })
  .refine((wire) => wire.close_dollars !== undefined || wire.close !== undefined, {
    error: 'no close',
    path: ['close_dollars'],
  })
  .transform((wire) => wire.close_dollars ?? wire.close ?? null);

const CandleWire = z
  .object({
    end_period_ts: secondsField,
    yes_bid: CloseWire,
    yes_ask: CloseWire,
    volume_fp: sizeField.optional(),
    volume: sizeField.optional(),
    open_interest_fp: sizeField.optional(),
    open_interest: sizeField.optional(),
  })
  .refine((wire) => (wire.volume_fp ?? wire.volume) !== undefined, {
    error: 'no volume',
    path: ['volume_fp'],
  })
  .transform((wire): Candle => {
    const { yes_bid: bid, yes_ask: ask } = wire;
    return {
      endAt: wire.end_period_ts,
      // An absent side is written as a price of 0 or 1.
      close: bid === null || ask === null ? null : { bid: inside(bid), ask: inside(ask) },
      volume: (wire.volume_fp ?? wire.volume) as Quantity,
      openInterest: wire.open_interest_fp ?? wire.open_interest ?? (0 as Quantity),
    };
  });

const inside = (raw: Price): Price | null => (raw > 0 && raw < priceMax ? price(raw) : null);

const CandlesWire = z.union([
  z
    .object({ ticker: idField, candlesticks: z.array(CandleWire) })
    .transform((wire): readonly MarketCandles[] => [
      { ticker: ticker(wire.ticker), candles: wire.candlesticks },
    ]),
  z
    .object({
      markets: z.array(
        z
          .object({ market_ticker: idField, candlesticks: z.array(CandleWire) })
          .transform((wire) => ({
            ticker: ticker(wire.market_ticker),
            candles: wire.candlesticks,
          })),
      ),
    })
    .transform((wire): readonly MarketCandles[] => wire.markets),
]);

/** `GET /markets/candlesticks`, and the same of one market. */
export const decodeCandlesticks = (body: string): Result<readonly MarketCandles[], DecodeProblem> =>
  readBody(CandlesWire, body, 'candlesticks');

const CutoffWire = z
  .object({ market_settled_ts: timeField, trades_created_ts: timeField })
  .transform(
    (wire): Cutoff => ({
      marketsSettled: wire.market_settled_ts,
      tradesMade: wire.trades_created_ts,
    }),
  );

/** `GET /historical/cutoff`. */
export const decodeCutoff = (body: string): Result<Cutoff, DecodeProblem> =>
  readBody(CutoffWire, body, 'cutoff');

/** A page of `GET /markets/trades`, in its own order. A malformed trade refuses the page. */
export function decodeTrades(body: string): Result<readonly ListedTrade[], DecodeProblem> {
  const json = parseJson(body);
  if (!json.ok) return json;
  const rows = isObject(json.value) ? json.value['trades'] : undefined;
  if (!Array.isArray(rows)) return err(problem('unknown_shape', 'trades', body));
  const found: ListedTrade[] = [];
  for (const row of rows as readonly unknown[]) {
    if (!isObject(row)) return err(problem('unknown_shape', 'trades', body));
    const { ticker: name, created_time: created } = row;
    const trade = decodeTrade({ ...row, market_ticker: name, ts_ms: undefined, ts: created });
    if (!trade.ok) return trade;
    const { exchangeAt } = trade.value;
    if (exchangeAt === null) return err(problem('unknown_shape', 'trades.created_time', body));
    const isBlock = row['is_block_trade'] === true;
    found.push({ trade: trade.value, row, at: exchangeAt, isBlock });
  }
  return ok(found);
}
