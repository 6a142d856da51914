/**
 * The exchange's fee rule, kept apart from the engine's on purpose: two people wrote the formula down, and the
 * simulated venue is right when they disagree.
 */
import { MICROS_PER_UNIT, PRICE_ONE } from './units.js';

export type FeeType = 'quadratic' | 'quadratic_with_maker_fees' | 'flat';
export type FeeRule = { readonly feeType: FeeType; readonly multiplier: number };

/** Rates in 1e-4: 0.07 for the taker, a quarter of that for a maker where makers pay at all. */
const TAKER_RATE = 700n;
const MAKER_RATE = 175n;

/** The trade fee in micro-dollars: rate × multiplier × C × P × (1 − P), rounded up to $0.0001. */
export function tradeFee(
  rule: FeeRule,
  role: 'taker' | 'maker',
  price: number,
  quantity: number,
): number {
  if (role === 'maker' && rule.feeType !== 'quadratic_with_maker_fees') return 0;
  const rate = role === 'taker' ? TAKER_RATE : MAKER_RATE;
  const multiplier = BigInt(Math.round(rule.multiplier * 10_000));
  const quadratic = BigInt(price) * BigInt(PRICE_ONE - price) * BigInt(quantity);
  // rate 1e-4 · multiplier 1e-4 · price² 1e-8 · quantity 1e-2, counted in units of 1e-4.
  const numerator = rate * multiplier * quadratic;
  const denominator = 100_000_000_000_000n;
  const units = (numerator + denominator - 1n) / denominator;
  return Number(units) * MICROS_PER_UNIT;
}

export type CashMovement = { readonly cash: number; readonly fee: number };

/**
 * What a fill does to cash: revenue less fee, rounded against the account to $0.0001. The fee it reports is whatever
 * makes cash = revenue − fee exact, so that the account's books balance without a rounding row.
 */
export function settleCash(revenue: number, fee: number): CashMovement {
  const cash = Math.floor((revenue - fee) / MICROS_PER_UNIT) * MICROS_PER_UNIT;
  return { cash, fee: revenue - cash };
}
