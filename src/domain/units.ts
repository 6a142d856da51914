import { assert } from './assert.js';
import { err, ok, type Result } from './result.js';

declare const brand: unique symbol;
/** A `Base` that passed the named check. Erased at run time, so it survives structured clone. */
export type Brand<Base, Name extends string> = Base & { readonly [brand]: Name };

/** $0.0001. A book's prices are 1..9999; 0 and 10000 are the payouts of a settled contract. */
export type Price = Brand<number, 'Price'>;
/** 0.01 contract; signed where it is a position or a delta (+ YES, − NO). */
export type Quantity = Brand<number, 'Quantity'>;
/** $0.000001. Price × Quantity is exactly Micros. */
export type Micros = Brand<number, 'Micros'>;
/** 0..1. */
export type Probability = Brand<number, 'Probability'>;
/** Milliseconds since the epoch: market time inside the engine. */
export type EpochMs = Brand<number, 'EpochMs'>;
export type DurationMs = Brand<number, 'DurationMs'>;
export type Ticker = Brand<string, 'Ticker'>;
export type EventTicker = Brand<string, 'EventTicker'>;
export type SeriesTicker = Brand<string, 'SeriesTicker'>;
/** 26 base32 characters that this engine derives; see DESIGN rule 1 of the executor. */
export type ClientOrderId = Brand<string, 'ClientOrderId'>;
/** The exchange's own id of an order. */
export type OrderId = Brand<string, 'OrderId'>;
/** 26 base32 characters that this engine derives: one question to Claude. */
export type CallId = Brand<string, 'CallId'>;
export type TradeId = Brand<string, 'TradeId'>;
/** The exchange's partition that holds the cash for a market (`exchange_index`). */
export type Shard = Brand<number, 'Shard'>;

export const priceMax = 10_000;
/** One whole contract in Quantity. */
export const contract = 100;
/** One dollar in Micros. */
export const dollar = 1_000_000;

// Called for every message: the text of a failure is made only once there is one.
const integer = (name: string, value: number): number => {
  if (!Number.isSafeInteger(value)) assert(false, `${name} must be a safe integer, was ${value}`);
  return value;
};

/** For values we computed: outside 0..10000 is a bug. */
export function price(value: number): Price {
  const isPrice = integer('price', value) >= 0 && value <= priceMax;
  if (!isPrice) assert(false, `price out of 0..10000: ${value}`);
  return value as Price;
}
export const quantity = (value: number): Quantity => integer('quantity', value) as Quantity;
export const micros = (value: number): Micros => integer('micros', value) as Micros;
export const shard = (value: number): Shard => integer('shard', value) as Shard;
export const epochMs = (value: number): EpochMs => integer('epoch ms', value) as EpochMs;
export const durationMs = (value: number): DurationMs =>
  integer('duration ms', value) as DurationMs;
export function probability(value: number): Probability {
  const isProbability = value >= 0 && value <= 1;
  if (!isProbability) assert(false, `probability out of 0..1: ${value}`);
  return value as Probability;
}
export const ticker = (value: string): Ticker => value as Ticker;
export const eventTicker = (value: string): EventTicker => value as EventTicker;
export const seriesTicker = (value: string): SeriesTicker => value as SeriesTicker;
export const clientOrderId = (value: string): ClientOrderId => value as ClientOrderId;
export const orderId = (value: string): OrderId => value as OrderId;
export const callId = (value: string): CallId => value as CallId;
export const tradeId = (value: string): TradeId => value as TradeId;

/** Exact: $0.0001 × 0.01 contract = $0.000001. */
export const notional = (at: Price, count: Quantity): Micros => micros(at * count);
/** The same contract seen from the other side: a NO at q is a YES at 1 − q. */
export const complement = (at: Price): Price => price(priceMax - at);

export type UnitsError = {
  readonly code: 'not_a_decimal' | 'too_precise' | 'out_of_range';
  readonly text: string;
};

/**
 * Reads a plain decimal ("0.5600", "-3.00", "12") as an integer of 10^-places, digit by digit: no float, no exponent,
 * no blanks. Trailing zeros beyond `places` are allowed, other digits there are `too_precise`.
 */
export function parseDecimal(text: string, places: number): Result<number, UnitsError> {
  const bad = (code: UnitsError['code']): Result<never, UnitsError> => err({ code, text });
  let at = 0;
  const negative = text.charCodeAt(0) === 45;
  if (negative) at = 1;
  let value = 0;
  let digits = 0;
  let fraction = -1;
  for (; at < text.length; at += 1) {
    const char = text.charCodeAt(at);
    if (char === 46) {
      if (fraction >= 0 || digits === 0) return bad('not_a_decimal');
      fraction = 0;
      continue;
    }
    if (char < 48 || char > 57) return bad('not_a_decimal');
    digits += 1;
    if (fraction < 0) value = value * 10 + (char - 48);
    else if (fraction < places) {
      value = value * 10 + (char - 48);
      fraction += 1;
    } else if (char !== 48) return bad('too_precise');
    if (value > Number.MAX_SAFE_INTEGER) return bad('out_of_range');
  }
  if (digits === 0 || text.charCodeAt(text.length - 1) === 46) return bad('not_a_decimal');
  for (let missing = places - Math.max(fraction, 0); missing > 0; missing -= 1) value *= 10;
  if (!(value <= Number.MAX_SAFE_INTEGER)) return bad('out_of_range');
  // `-0` would not survive canonical bytes.
  return ok(negative && value !== 0 ? -value : value);
}

/** A dollar price string, 0..1. Book prices are checked against the market's grid elsewhere. */
export function parsePrice(text: string): Result<Price, UnitsError> {
  const parsed = parseDecimal(text, 4);
  if (!parsed.ok) return parsed;
  if (!(parsed.value >= 0 && parsed.value <= priceMax)) return err({ code: 'out_of_range', text });
  return ok(parsed.value as Price);
}
export const parseQuantity = (text: string): Result<Quantity, UnitsError> =>
  parseDecimal(text, 2) as Result<Quantity, UnitsError>;
/** Dollars with up to six decimals. */
export const parseMicros = (text: string): Result<Micros, UnitsError> =>
  parseDecimal(text, 6) as Result<Micros, UnitsError>;

/** The exchange's notation: fixed decimals, "-3.00", "0.5600". Exact. */
export function formatDecimal(value: number, places: number): string {
  integer('value', value);
  const digits = Math.abs(value)
    .toString()
    .padStart(places + 1, '0');
  const cut = digits.length - places;
  const sign = value < 0 ? '-' : '';
  return places === 0 ? `${sign}${digits}` : `${sign}${digits.slice(0, cut)}.${digits.slice(cut)}`;
}
export const formatPrice = (value: Price): string => formatDecimal(value, 4);
export const formatQuantity = (value: Quantity): string => formatDecimal(value, 2);
export const formatMicros = (value: Micros): string => formatDecimal(value, 6);
