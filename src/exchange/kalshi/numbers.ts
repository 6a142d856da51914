import {
  type EpochMs,
  type Micros,
  type Price,
  priceMax,
  type Quantity,
} from '../../domain/units.js';

/**
 * Wire numbers, allocation-free: a value or `NaN`. Every reader refuses what is not a plain decimal string: JSON
 * numbers, exponents, blanks, full-width digits, infinities, more digits than the unit holds. Callers test with
 * `Number.isNaN` or with a comparison that NaN fails.
 */
export function decimalOf(raw: unknown, places: number): number {
  if (typeof raw !== 'string' || raw.length > 24) return Number.NaN;
  const length = raw.length;
  let at = raw.charCodeAt(0) === 45 ? 1 : 0;
  const negative = at === 1;
  let value = 0;
  let digits = 0;
  let fraction = -1;
  for (; at < length; at += 1) {
    const char = raw.charCodeAt(at);
    if (char >= 48 && char <= 57) {
      digits += 1;
      if (fraction < 0) value = value * 10 + (char - 48);
      else if (fraction < places) {
        value = value * 10 + (char - 48);
        fraction += 1;
      } else if (char !== 48) return Number.NaN;
    } else if (char === 46 && fraction < 0 && digits > 0) fraction = 0;
    else return Number.NaN;
  }
  if (digits === 0 || raw.charCodeAt(length - 1) === 46) return Number.NaN;
  for (let missing = places - Math.max(fraction, 0); missing > 0; missing -= 1) value *= 10;
  if (!(value <= Number.MAX_SAFE_INTEGER)) return Number.NaN;
  return negative && value !== 0 ? -value : value;
}

/** A payout or quoted price, 0..1 dollars, or NaN. */
export function priceOf(raw: unknown): number {
  const value = decimalOf(raw, 4);
  return value >= 0 && value <= priceMax ? value : Number.NaN;
}

/** A price that can rest in a book: strictly inside 0..1 dollars, any grid; or NaN. */
export function bookPriceOf(raw: unknown): number {
  const value = decimalOf(raw, 4);
  return value > 0 && value < priceMax ? value : Number.NaN;
}

/** An unsigned count of contracts, or NaN. */
export function sizeOf(raw: unknown): number {
  const value = decimalOf(raw, 2);
  return value >= 0 && value <= sizeMax ? value : Number.NaN;
}

/** A signed count: a position or a delta; or NaN. */
export function signedSizeOf(raw: unknown): number {
  const value = decimalOf(raw, 2);
  return value >= -sizeMax && value <= sizeMax ? value : Number.NaN;
}

/** So that count × price stays a safe integer: 9 × 10^11 hundredths at $1 is 9 × 10^15 micro-dollars. */
export const sizeMax = 900_000_000_000;

/** Dollars with up to six decimals, signed, or NaN. */
export const microsOf = (raw: unknown): number => decimalOf(raw, 6);

export const asPrice = (value: number): Price => value as Price;
export const asQuantity = (value: number): Quantity => value as Quantity;
export const asMicros = (value: number): Micros => value as Micros;

/** 2000-01-01 to 2100-01-01: a time outside it is a misread unit. */
const timeMsMin = 946_684_800_000;
const timeMsMax = 4_102_444_800_000;

export const isTimeMs = (value: unknown): value is number =>
  typeof value === 'number' &&
  Number.isSafeInteger(value) &&
  value >= timeMsMin &&
  value <= timeMsMax;

/** Unix seconds as milliseconds, or NaN. */
export const secondsOf = (raw: unknown): number =>
  typeof raw === 'number' && Number.isSafeInteger(raw) && isTimeMs(raw * 1000)
    ? raw * 1000
    : Number.NaN;

const two = (text: string, at: number): number => {
  const tens = text.charCodeAt(at) - 48;
  const ones = text.charCodeAt(at + 1) - 48;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN;
};

/** Times as last read. The markets of an event share theirs, so a page has few different ones. */
const times = new Map<string, number>();
const timesMax = 512;

/**
 * RFC 3339 in UTC or with an offset, any number of fractional digits (cut to milliseconds), as epoch milliseconds; or
 * NaN. By hand because `Date.parse` takes nearly anything.
 */
export function timeOf(raw: unknown): number {
  if (typeof raw !== 'string' || raw.length < 20 || raw.length > 40) return Number.NaN;
  const known = times.get(raw);
  if (known !== undefined) return known;
  const value = readTime(raw);
  if (times.size >= timesMax) times.clear();
  times.set(raw, value);
  return value;
}

function readTime(raw: string): number {
  if (raw[4] !== '-' || raw[7] !== '-' || raw[13] !== ':' || raw[16] !== ':') return Number.NaN;
  if (raw[10] !== 'T' && raw[10] !== 't') return Number.NaN;
  const year = two(raw, 0) * 100 + two(raw, 2);
  const month = two(raw, 5);
  const day = two(raw, 8);
  const hour = two(raw, 11);
  const minute = two(raw, 14);
  const second = two(raw, 17);
  if (!(month >= 1 && month <= 12 && day >= 1 && day <= 31)) return Number.NaN;
  if (!(hour <= 23 && minute <= 59 && second <= 59)) return Number.NaN;
  let at = 19;
  let fraction = 0;
  if (raw[at] === '.') {
    at += 1;
    const first = at;
    for (let scale = 100; ; at += 1) {
      const digit = raw.charCodeAt(at) - 48;
      if (!(digit >= 0 && digit <= 9)) break;
      fraction += digit * scale;
      scale = scale === 1 ? 0 : scale / 10;
    }
    if (at === first) return Number.NaN;
  }
  const offset = offsetMs(raw, at);
  const midnight = Date.UTC(year, month - 1, day);
  // A day its month does not have would roll over into the next one.
  if (new Date(midnight).getUTCDate() !== day) return Number.NaN;
  const value = midnight + ((hour * 60 + minute) * 60 + second) * 1000 + fraction - offset;
  return isTimeMs(value) ? value : Number.NaN;
}

function offsetMs(raw: string, at: number): number {
  if ((raw[at] === 'Z' || raw[at] === 'z') && raw.length === at + 1) return 0;
  const sign = raw[at] === '+' ? 1 : raw[at] === '-' ? -1 : Number.NaN;
  if (raw.length !== at + 6 || raw[at + 3] !== ':') return Number.NaN;
  const hours = two(raw, at + 1);
  const minutes = two(raw, at + 4);
  return hours <= 23 && minutes <= 59 ? sign * (hours * 60 + minutes) * 60_000 : Number.NaN;
}

export const asEpochMs = (value: number): EpochMs => value as EpochMs;
