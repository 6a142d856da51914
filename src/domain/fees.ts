import { assert } from './assert.js';
import type { FeeSchedule, FeeType } from './market.js';
import { contract, type EpochMs, type Micros, micros, type Price, type Quantity } from './units.js';

export type FeeRole = 'taker' | 'maker';

/** The rates in force for one market at one moment, in units of 1e-10 (rate 1e-4 × multiplier 1e-6); 0 while waived. */
export type Fees = { readonly taker: number; readonly maker: number };

/** Rate per contract and P·(1 − P), in 1e-4. `flat` and unknown types have no rate we know: not traded. */
const rates: { readonly [Type in FeeType]: Fees | null } = {
  quadratic: { taker: 700, maker: 0 },
  quadratic_with_maker_fees: { taker: 700, maker: 175 },
  quadratic_with_combo_maker_fees: { taker: 700, maker: 350 },
  flat: null,
  unknown: null,
};

/**
 * What a market charges at `at`. Null when the schedule is missing, of a type without a known rate, or carries a
 * multiplier that is no safe integer ≥ 0: such a market is not traded.
 */
export function feesAt(
  schedule: FeeSchedule | null,
  waiverUntil: EpochMs | null,
  at: EpochMs,
): Fees | null {
  const rate = schedule === null ? null : rates[schedule.type];
  if (schedule === null || rate === null || rate === undefined) return null;
  const { multiplierPpm } = schedule;
  if (!(Number.isSafeInteger(multiplierPpm) && multiplierPpm >= 0)) return null;
  const taker = rate.taker * multiplierPpm;
  if (!Number.isSafeInteger(taker)) return null;
  if (waiverUntil !== null && at < waiverUntil) return { taker: 0, maker: 0 };
  return { taker, maker: rate.maker * multiplierPpm };
}

const tradeFeeUnit = 100;
/** rate 1e-10 · price² 1e-8 · quantity 1e-2, counted in units of $0.0001. */
const tradeFeeScale = 10n ** 16n;

/** T = rate · C · P · (1 − P), rounded up to $0.0001. The same at P and at 1 − P. */
export function tradeFee(fees: Fees, role: FeeRole, at: Price, count: Quantity): Micros {
  // The text is made only when it is needed: walks ask for thousands of fees.
  const hasFee = at >= 0 && at <= 10_000 && count >= 0;
  if (!hasFee) assert(false, `no fee for ${count} at ${at}`);
  const exact = BigInt(fees[role]) * BigInt(at) * BigInt(10_000 - at) * BigInt(count);
  return micros(Number((exact + tradeFeeScale - 1n) / tradeFeeScale) * tradeFeeUnit);
}

/**
 * What one fill costs beyond its revenue, when the cash movement (revenue − trade fee) is rounded against the account
 * to `unit` micros. Revenue is negative where cash is paid.
 */
export function roundedFee(revenue: Micros, trade: Micros, unit: Micros): Micros {
  const cash = revenue - trade;
  const over = ((cash % unit) + unit) % unit;
  return micros(trade + over);
}

/**
 * The fee of one fill, cash rounding included: a buy's is ceil_u(C·P + T) − C·P, a sell's C·P − floor_u(C·P − T), with
 * P in the notation of the contract bought or sold. Each fill of an order is rounded on its own.
 */
export function fillFee(
  fees: Fees,
  role: FeeRole,
  side: 'buy' | 'sell',
  at: Price,
  count: Quantity,
  unit: Micros,
): Micros {
  const notional = at * count;
  const revenue = micros(side === 'buy' ? -notional : notional);
  return roundedFee(revenue, tradeFee(fees, role, at, count), unit);
}

/** The largest trade fee of 0.01 contract at any price up to `limit`; P·(1 − P) peaks at one half. */
const quantumFee = (fees: Fees, limit: Price): Micros =>
  tradeFee(fees, 'taker', Math.min(limit, 5_000) as Price, 1 as Quantity);

/**
 * Upper bound on the fees of buying up to `count` at up to `limit`, in any number of fills. Rounding up is subadditive,
 * so the worst split is one fill per 0.01 contract.
 */
export function worstFee(fees: Fees, limit: Price, count: Quantity, unit: Micros): Micros {
  return micros((quantumFee(fees, limit) + unit - 1) * count);
}

/**
 * Upper bound on the cash that buying up to `count` at up to `limit` takes, fees included, in any number of fills.
 * Tighter than notional plus `worstFee`: it rounds each quantum's cash as a whole.
 */
export function worstCost(fees: Fees, limit: Price, count: Quantity, unit: Micros): Micros {
  return micros(Math.ceil((limit + quantumFee(fees, limit)) / unit) * unit * count);
}

/** Dollars that one whole contract costs at `at`, its own exact fee included. What the marginal contract is judged by. */
export function contractCost(fees: Fees, at: Price, unit: Micros): number {
  const fee = fillFee(fees, 'taker', 'buy', at, contract as Quantity, unit);
  return (at * contract + fee) / 1_000_000;
}
