import { z } from 'zod';
import {
  asEpochMs,
  asMicros,
  asPrice,
  asQuantity,
  bookPriceOf,
  decimalOf,
  isTimeMs,
  microsOf,
  priceOf,
  secondsOf,
  signedSizeOf,
  sizeOf,
  timeOf,
} from './numbers.js';

/**
 * zod building blocks of the wire's fields. Each yields a domain value, or an issue: code `custom` for a bad value,
 * another for a wrong or missing type. Unknown fields are ignored everywhere; unknown enum values become 'unknown'.
 */
const decimal = <Unit>(
  read: (raw: unknown) => number,
  unit: (value: number) => Unit,
  what: string,
) =>
  z.string().transform((raw, context) => {
    const value = read(raw);
    if (!Number.isNaN(value)) return unit(value);
    context.issues.push({ code: 'custom', message: `not ${what}`, input: raw });
    return z.NEVER;
  });

/** Dollars 0..1, units of $0.0001. */
export const priceField = decimal(priceOf, asPrice, 'a price in 0..1');
/** Dollars strictly inside 0..1. */
export const bookPriceField = decimal(bookPriceOf, asPrice, 'a price inside 0..1');
/** Contracts, unsigned, units of 0.01. */
export const sizeField = decimal(sizeOf, asQuantity, 'a count of contracts');
/** Contracts, signed. */
export const signedSizeField = decimal(signedSizeOf, asQuantity, 'a signed count of contracts');
/** Dollars, signed, units of $0.000001. */
export const microsField = decimal(microsOf, asMicros, 'an amount in dollars');
/** RFC 3339. */
export const timeField = decimal(timeOf, asEpochMs, 'a time');
export const timeMsField = z
  .number()
  .refine(isTimeMs, { error: 'not a time in ms' })
  .transform(asEpochMs);
export const secondsField = z
  .number()
  .refine((raw) => !Number.isNaN(secondsOf(raw)), { error: 'not a time in seconds' })
  .transform((raw) => asEpochMs(secondsOf(raw)));

/** An average, which may have more decimals than the unit holds: then null. */
const average = <Unit>(read: (raw: unknown) => number, unit: (value: number) => Unit) =>
  z
    .string()
    .nullish()
    .transform((raw) => {
      const value = read(raw);
      return Number.isNaN(value) ? null : unit(value);
    });
export const averagePriceField = average(priceOf, asPrice);
export const averageMicrosField = average((raw) => decimalOf(raw, 6), asMicros);

/** An identifier: not empty, of bounded length. */
const idCharsMax = 200;
export const idField = z.string().min(1).max(idCharsMax);
export const isId = (raw: unknown): raw is string =>
  typeof raw === 'string' && raw.length > 0 && raw.length <= idCharsMax;

/** Free text from the exchange: data, never trusted. Absent is empty. */
export const textField = z
  .string()
  .nullish()
  .transform((raw) => raw ?? '');

export const isShard = (raw: unknown): raw is number =>
  typeof raw === 'number' && Number.isSafeInteger(raw) && raw >= 0 && raw < 1_000;

/** `exchange_index`: absent in bodies older than the shards, when all was on shard 0. */
export const shardField = z
  .number()
  .refine(isShard, { error: 'not a shard' })
  .nullish()
  .transform((raw) => raw ?? 0);

/** Known values pass, any other string becomes 'unknown'. */
export const enumField = <const Known extends string>(known: readonly Known[]) => {
  const names: ReadonlySet<string> = new Set(known);
  return z
    .string()
    .transform((raw): Known | 'unknown' => (names.has(raw) ? (raw as Known) : 'unknown'));
};
