/**
 * The simulator's own money: prices in $0.0001, quantities in 0.01 contract, money in $0.000001. Price times quantity
 * is money exactly. Strings are read and written digit by digit; nothing here goes through a floating point parse.
 */

/** One dollar as a price, and the payout of a winning contract. */
export const PRICE_ONE = 10_000;
/** One cent, and the account's balance precision, in micro-dollars. */
export const MICROS_PER_CENT = 10_000;
export const MICROS_PER_UNIT = 100;
/** Largest quantity one order may ask for: a hundred million contracts keep every product a safe integer. */
export const QUANTITY_MAX = 10_000_000_000 / 100;

/** A decimal string with at most `places` decimals as an integer of that precision, or null when it is anything else. */
export function parseDecimal(text: string, places: number): number | null {
  const match = /^(\d{1,12})(?:\.(\d{0,9}))?$/.exec(text);
  if (match === null) return null;
  const whole = match[1] ?? '';
  const fraction = (match[2] ?? '').replace(/0+$/, '');
  if (fraction.length > places) return null;
  const value = Number(whole + fraction.padEnd(places, '0'));
  return Number.isSafeInteger(value) ? value : null;
}

/** An integer of `places` decimals as text with exactly that many. */
export function formatDecimal(value: number, places: number): string {
  const sign = value < 0 ? '-' : '';
  const digits = String(Math.abs(value)).padStart(places + 1, '0');
  return `${sign}${digits.slice(0, -places)}.${digits.slice(-places)}`;
}

export const parsePrice = (text: string): number | null => parseDecimal(text, 4);
export const parseQuantity = (text: string): number | null => parseDecimal(text, 2);

/** `5200` is `"0.5200"`. */
export const dollarsOfPrice = (price: number): string => formatDecimal(price, 4);
/** `100` is `"1.00"`. */
export const fixedPoint = (quantity: number): string => formatDecimal(quantity, 2);
/** Micro-dollars with six decimals, as costs and fees are sent. */
export const dollarsOfMicros = (micros: number): string => formatDecimal(micros, 6);
/** Micro-dollars cut to four decimals, as balances are sent. Balances are whole units already, so nothing is lost. */
export const balanceDollars = (micros: number): string =>
  formatDecimal(Math.floor(micros / MICROS_PER_UNIT), 4);

export const isoTime = (ms: number): string => new Date(ms).toISOString();
export const secondsOf = (ms: number): number => Math.floor(ms / 1000);
