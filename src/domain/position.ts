import { assert } from './assert.js';
import {
  type Micros,
  micros,
  type Price,
  priceMax,
  type Quantity,
  quantity,
  type Shard,
  type Ticker,
} from './units.js';

/** What is held in one market. Signed: + YES, − NO. `cost` is of the held side, without fees; average = cost ÷ |quantity|. */
export type Position = {
  readonly ticker: Ticker;
  readonly shard: Shard;
  readonly quantity: Quantity;
  readonly cost: Micros;
  /** Last known exit price of the held side; null before the first one. */
  readonly mark: Price | null;
};

export const flat = (ticker: Ticker, shard: Shard): Position => ({
  ticker,
  shard,
  quantity: quantity(0),
  cost: micros(0),
  mark: null,
});

/** What a trade does to a position: the part that closes, at its cost and proceeds, and the part that opens. */
export type Trade = {
  readonly position: Position;
  readonly closedCost: Micros;
  readonly proceeds: Micros;
  readonly openedCost: Micros;
};

/**
 * Books `count` (+ bought YES, − bought NO) at a YES price. Buying the other side closes what is held first, at
 * proceeds of 1 − price, then opens. The cost of a part is rounded down; the last contract takes the rest.
 */
export function trade(before: Position, count: Quantity, yesPrice: Price): Trade {
  const held = before.quantity;
  const opposite = held !== 0 && Math.sign(held) !== Math.sign(count);
  const closing = opposite ? Math.min(Math.abs(held), Math.abs(count)) : 0;
  const opening = Math.abs(count) - closing;
  const boughtPrice = count > 0 ? yesPrice : priceMax - yesPrice;
  const closedCost = micros(costOfPart(before, closing));
  const openedCost = micros(opening * boughtPrice);
  const after = quantity(held + count);
  return {
    position: {
      ...before,
      quantity: after,
      cost: micros(before.cost - closedCost + openedCost),
      // The mark is of the held side.
      mark: Math.sign(after) === Math.sign(held) ? before.mark : null,
    },
    closedCost,
    proceeds: micros(closing * (priceMax - boughtPrice)),
    openedCost,
  };
}

function costOfPart(position: Position, part: number): number {
  if (part === 0) return 0;
  const whole = Math.abs(position.quantity);
  assert(part <= whole, 'closes more than is held');
  if (part === whole) return position.cost;
  return Number((BigInt(position.cost) * BigInt(part)) / BigInt(whole));
}

/** What a market that settled at `yesValue` owes for a position. */
export const payout = (position: Position, yesValue: Price): Micros =>
  micros(
    position.quantity >= 0
      ? position.quantity * yesValue
      : Math.abs(position.quantity) * (priceMax - yesValue),
  );

/** Value at an exit price of the held side. */
export const valueAt = (position: Position, mark: Price): Micros =>
  micros(Math.abs(position.quantity) * mark);
