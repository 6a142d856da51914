import { z } from 'zod';
import type { Market, MarketStatus, PriceRange, Quote, StrikeType } from '../../domain/market.js';
import { err, ok, type Result } from '../../domain/result.js';
import { durationMs, eventTicker, priceMax, shard, ticker } from '../../domain/units.js';
import type { DecodeProblem, ListingPage } from '../venue.js';
import { idField, isId, isShard, priceField, shardField, sizeField, timeField } from './fields.js';
import { asEpochMs, asPrice, asQuantity, priceOf, sizeOf, timeOf } from './numbers.js';
import { explain, isObject, parseJson, problem } from './problem.js';

const statuses: ReadonlySet<string> = new Set<MarketStatus>([
  'initialized',
  'inactive',
  'active',
  'closed',
  'determined',
  'disputed',
  'amended',
  'finalized',
]);
const strikeTypes: ReadonlySet<string> = new Set<StrikeType>([
  'greater',
  'greater_or_equal',
  'less',
  'less_or_equal',
  'between',
  'functional',
  'custom',
  'structured',
]);

/** An unknown status, or a live market that does not pay exactly 0 or 1, is never traded. */
function statusOf(raw: string, marketType: unknown): MarketStatus {
  if (!statuses.has(raw)) return 'unknown';
  return raw === 'active' && marketType !== 'binary' ? 'unknown' : (raw as MarketStatus);
}

const absent = (raw: unknown): boolean => raw === undefined || raw === null || raw === '';

const rangesMax = 64;

/** The grid most markets share, as last read: a page has a thousand times the same one. */
let usual: {
  readonly band: Readonly<Record<string, unknown>>;
  readonly ranges: readonly PriceRange[];
} | null = null;

const isUsual = (raw: readonly unknown[]): boolean => {
  const band = raw[0];
  if (usual === null || raw.length !== 1 || !isObject(band)) return false;
  const { start, end, step } = usual.band;
  return band['start'] === start && band['end'] === end && band['step'] === step;
};

/** A price grid, or null when it is not one. Bands may have any step; `start` < `end`. */
export function rangesOf(raw: unknown): readonly PriceRange[] | null {
  if (!Array.isArray(raw) || raw.length === 0 || raw.length > rangesMax) return null;
  if (usual !== null && isUsual(raw)) return usual.ranges;
  const ranges: PriceRange[] = [];
  for (const band of raw as readonly unknown[]) {
    if (!isObject(band)) return null;
    const start = priceOf(band['start']);
    const end = priceOf(band['end']);
    const step = priceOf(band['step']);
    if (!(start < end && step > 0)) return null;
    ranges.push({ start: asPrice(start), end: asPrice(end), step: asPrice(step) });
  }
  const [band] = raw as readonly unknown[];
  if (ranges.length === 1 && isObject(band)) usual = { band, ranges: Object.freeze(ranges) };
  return ranges;
}

/**
 * Top of book from a listing or a `ticker` frame. An absent side is written as a price of 0 or 1; one without size is
 * as good as absent. Null: malformed.
 */
export function quoteOf(wire: Readonly<Record<string, unknown>>): Quote | null {
  const bid = priceOf(wire['yes_bid_dollars']);
  const ask = priceOf(wire['yes_ask_dollars']);
  const bidSize = sizeOf(wire['yes_bid_size_fp']);
  const askSize = sizeOf(wire['yes_ask_size_fp']);
  if (!(bid >= 0 && ask >= 0 && bidSize >= 0 && askSize >= 0)) return null;
  const hasBid = bid > 0 && bid < priceMax && bidSize > 0;
  const hasAsk = ask > 0 && ask < priceMax && askSize > 0;
  return {
    yesBid: hasBid ? asPrice(bid) : null,
    yesBidSize: asQuantity(hasBid ? bidSize : 0),
    yesAsk: hasAsk ? asPrice(ask) : null,
    yesAskSize: asQuantity(hasAsk ? askSize : 0),
  };
}

const strikeOf = (raw: unknown): number | null | undefined => {
  if (raw === undefined || raw === null) return null;
  return typeof raw === 'number' && Number.isFinite(raw) ? raw : undefined;
};

/** One market, by hand and without allocation beyond the result; null when refused (`marketProblem` says why). */
function marketOf(raw: unknown): Market | null {
  if (!isObject(raw)) return null;
  const { ticker: name, event_ticker: event, yes_sub_title: yesSubTitle, status } = raw;
  const { rules_primary: rulesPrimary, title, settlement_timer_seconds: timer } = raw;
  if (!isId(name) || !isId(event) || typeof yesSubTitle !== 'string') return null;
  if (typeof status !== 'string' || typeof rulesPrimary !== 'string') return null;
  if (title !== undefined && title !== null && typeof title !== 'string') return null;
  if (typeof raw['market_type'] !== 'string') return null;
  if (typeof timer !== 'number' || !Number.isSafeInteger(timer)) return null;
  if (timer < 0 || timer > timerSecondsMax) return null;
  const openAt = timeOf(raw['open_time']);
  const closeAt = timeOf(raw['close_time']);
  const volume = sizeOf(raw['volume_fp']);
  const volume24h = sizeOf(raw['volume_24h_fp']);
  const openInterest = sizeOf(raw['open_interest_fp']);
  if (!(openAt > 0 && closeAt > 0 && volume >= 0 && volume24h >= 0 && openInterest >= 0))
    return null;
  const quote = status === 'active' ? quoteOf(raw) : (quoteOf(raw) ?? noQuote);
  const priceRanges = rangesOf(raw['price_ranges']);
  if (quote === null || priceRanges === null) return null;
  const floorStrike = strikeOf(raw['floor_strike']);
  const capStrike = strikeOf(raw['cap_strike']);
  if (floorStrike === undefined || capStrike === undefined) return null;
  const { strike_type: strike, exchange_index: index, is_provisional: provisional } = raw;
  if (!absent(strike) && typeof strike !== 'string') return null;
  if (!absent(index) && !isShard(index)) return null;
  if (index === '') return null;
  if (!absent(provisional) && typeof provisional !== 'boolean') return null;
  const { fee_waiver_expiration_time: waiver, settlement_value_dollars: value } = raw;
  const feeWaiverUntil = absent(waiver) ? null : timeOf(waiver);
  const settlementValue = absent(value) ? null : priceOf(value);
  if (Number.isNaN(feeWaiverUntil) || Number.isNaN(settlementValue)) return null;
  return {
    ticker: ticker(name),
    eventTicker: eventTicker(event),
    title: title ?? '',
    yesSubTitle,
    status: statusOf(status, raw['market_type']),
    openAt: asEpochMs(openAt),
    closeAt: asEpochMs(closeAt),
    settlementTimerMs: durationMs(timer * 1000),
    strikeType: strikeTypeOf(strike),
    floorStrike,
    capStrike,
    rulesPrimary,
    priceRanges,
    shard: shard(isShard(index) ? index : 0),
    volume: asQuantity(volume),
    volume24h: asQuantity(volume24h),
    openInterest: asQuantity(openInterest),
    quote,
    isMultivariate: !absent(raw['mve_collection_ticker']) || isFilled(raw['mve_selected_legs']),
    isProvisional: provisional === true,
    feeWaiverUntil: feeWaiverUntil === null ? null : asEpochMs(feeWaiverUntil),
    settlementValue: settlementValue === null ? null : asPrice(settlementValue),
  };
}

/** Once trading is over the exchange lists leftovers, negative sizes among them: the market is read, the quote is not. */
const noQuote: Quote = {
  yesBid: null,
  yesBidSize: asQuantity(0),
  yesAsk: null,
  yesAskSize: asQuantity(0),
};

const timerSecondsMax = 366 * 86_400;
const isFilled = (raw: unknown): boolean => Array.isArray(raw) && raw.length > 0;

function strikeTypeOf(raw: unknown): StrikeType {
  if (absent(raw)) return 'none';
  return strikeTypes.has(raw as string) ? (raw as StrikeType) : 'unknown';
}

const optional = <Field extends z.ZodType>(field: Field) =>
  z.union([z.literal(''), z.null(), z.undefined(), field]).optional();

/** The guard's rules again, only to name the field that broke one; a test holds the two together. */
const MarketWire = z.object({
  ticker: idField,
  event_ticker: idField,
  market_type: z.string(),
  title: z.string().nullish(),
  yes_sub_title: z.string(),
  status: z.string(),
  rules_primary: z.string(),
  open_time: timeField,
  close_time: timeField,
  settlement_timer_seconds: z
    .number()
    .refine((value) => Number.isSafeInteger(value) && value >= 0 && value <= timerSecondsMax),
  volume_fp: sizeField,
  volume_24h_fp: sizeField,
  open_interest_fp: sizeField,
  price_ranges: z
    .array(z.unknown())
    .refine((raw) => rangesOf(raw) !== null, { error: 'not a price grid' }),
  floor_strike: z.number().nullish(),
  cap_strike: z.number().nullish(),
  strike_type: z.string().nullish(),
  exchange_index: shardField,
  is_provisional: optional(z.boolean()),
  fee_waiver_expiration_time: optional(timeField),
  settlement_value_dollars: optional(priceField),
});

const ActiveMarketWire = MarketWire.extend({
  yes_bid_dollars: priceField,
  yes_ask_dollars: priceField,
  yes_bid_size_fp: sizeField,
  yes_ask_size_fp: sizeField,
});

const schemaOf = (raw: unknown): z.ZodType =>
  isObject(raw) && raw['status'] === 'active' ? ActiveMarketWire : MarketWire;

/** Whether by the schema a market is good. For the test that compares it with the hand-written guard. */
export const marketSchemaAccepts = (raw: unknown): boolean => schemaOf(raw).safeParse(raw).success;

export function decodeMarket(raw: unknown): Result<Market, DecodeProblem> {
  const market = marketOf(raw);
  return market === null ? err(explain(schemaOf(raw), raw, 'market')) : ok(market);
}

/** `GET /markets/{ticker}`. */
export function decodeMarketBody(body: string): Result<Market, DecodeProblem> {
  const json = parseJson(body);
  if (!json.ok) return json;
  if (!isObject(json.value)) return err(problem('unknown_shape', 'body', body));
  return decodeMarket(json.value['market']);
}

/** `GET /markets`: one malformed market is refused alone, a page without a list or a cursor as a whole. */
export function decodeListing(body: string): Result<ListingPage, DecodeProblem> {
  const json = parseJson(body);
  if (!json.ok) return json;
  if (!isObject(json.value)) return err(problem('unknown_shape', 'body', body));
  const { markets: rows, cursor } = json.value;
  if (!Array.isArray(rows)) return err(problem('unknown_shape', 'markets', body));
  if (typeof cursor !== 'string') return err(problem('unknown_shape', 'cursor', body));
  const markets: Market[] = [];
  const refused: { ticker: string; problem: DecodeProblem }[] = [];
  for (const [index, row] of (rows as readonly unknown[]).entries()) {
    const market = marketOf(row);
    if (market !== null) markets.push(market);
    else {
      const name = isObject(row) ? row['ticker'] : undefined;
      const why = explain(schemaOf(row), row, `markets.${index}`);
      refused.push({ ticker: isId(name) ? name : '', problem: why });
    }
  }
  return ok({ markets, refused, cursor });
}
