import { type Balances, balanceOf } from './postings.js';
import { type EpochMs, type Micros, micros } from './units.js';

/** Money set aside for one question to Claude, from before it is asked until its bill is booked. */
export type Hold = {
  readonly model: string;
  readonly at: EpochMs;
  /** Most that one attempt can cost, and all attempts together. */
  readonly perAttempt: Micros;
  readonly amount: Micros;
};

/** What is known about paying for Claude besides the balances. */
export type Treasury = {
  /** Realized profit net of fees, as high as it has been: what lies above it is appropriated once. */
  readonly highWater: Micros;
  /** Profit set aside so far, whatever has been spent of it. */
  readonly appropriated: Micros;
  /** Bills that the operator's grant has paid. */
  readonly granted: Micros;
  /** Bills of the day. */
  readonly spentToday: Micros;
  /** Questions that were billed, or booked without a bill. */
  readonly calls: number;
  /** Booked at what it could have cost, because no bill came; until somebody says what it was. */
  readonly estimated: Micros;
};

export const emptyTreasury: Treasury = {
  highWater: micros(0),
  appropriated: micros(0),
  granted: micros(0),
  spentToday: micros(0),
  calls: 0,
  estimated: micros(0),
};

/** Most that may go to Claude. Micros; `profitShare` 0..1. */
export type TreasuryLimits = {
  readonly inferenceGrant: number;
  readonly inferenceDailyCap: number;
  readonly inferenceProfitShare: number;
};

/** Profit set aside and not spent. */
export const reserveIn = (balances: Balances): Micros =>
  micros(0 - balanceOf(balances, 'inference_reserve'));

/** What has been billed in all. */
export const inferenceCost = (balances: Balances): Micros =>
  balanceOf(balances, 'inference_expense');

/** What the next question may still cost: reserve and grant, within the day's cap, less what is held for others. */
export function inferenceFunds(
  balances: Balances,
  { granted, spentToday }: Treasury,
  holds: Iterable<Hold>,
  limits: TreasuryLimits,
): { readonly covered: number; readonly leftToday: number } {
  let held = 0;
  for (const { amount } of holds) held += amount;
  const grantLeft = Math.max(0, limits.inferenceGrant - granted);
  return {
    covered: reserveIn(balances) + grantLeft - held,
    leftToday: limits.inferenceDailyCap - spentToday - held,
  };
}

/**
 * What of a new realized profit is set aside: a share of what exceeds the highest profit so far, rounded down. Loss days
 * claw nothing back; they only have to be made good before more is set aside (VALUATION §7).
 */
export function appropriation(
  realizedNet: number,
  highWater: number,
  share: number,
): Micros | null {
  // Written so that NaN refuses.
  if (!(realizedNet > highWater && share >= 0 && share <= 1)) return null;
  return micros(Math.floor((realizedNet - highWater) * share));
}
