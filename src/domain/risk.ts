import type { Account } from './account.js';
import { type Order, type OrderTerms, pendingCount } from './order.js';
import { type Position, valueAt } from './position.js';
import { balanceOf, cashOf, cashTotal } from './postings.js';
import type { LatchLevel } from './records.js';
import {
  contract,
  type EpochMs,
  type Micros,
  micros,
  type Price,
  type Quantity,
  type Shard,
  type Ticker,
} from './units.js';

/** Most that may be at stake; money in micros, times in market milliseconds. */
export type RiskLimits = {
  readonly bankroll: number;
  readonly maxOpenExposure: number;
  readonly maxNotionalPerMarket: number;
  readonly maxFractionPerTrade: number;
  readonly maxOrdersPerMinute: number;
  readonly reentryCooldownMs: number;
};

export type RiskRefusal =
  | 'frozen'
  | 'in_flight'
  | 'cooldown'
  | 'order_rate'
  | 'notional_cap'
  | 'exposure_cap'
  | 'over_bankroll'
  | 'shard_cash'
  | 'bad_intent';

/** Contracts of the other side that are held: what buying `side` closes before it opens. */
export const closable = (position: Position | undefined, side: 'yes' | 'no'): number => {
  if (position === undefined) return 0;
  return Math.max(0, side === 'yes' ? 0 - position.quantity : position.quantity);
};

/** Worst cost of buying `count` of the terms, once what is held of the other side is closed. Closing costs nothing more. */
export function reserveFor(
  terms: Pick<OrderTerms, 'side' | 'count' | 'worstCost'>,
  count: number,
  position: Position | undefined,
): Micros {
  const opening = Math.max(0, count - closable(position, terms.side));
  if (opening === 0) return micros(0);
  const exact = BigInt(terms.worstCost) * BigInt(opening);
  const whole = BigInt(terms.count);
  return micros(Number((exact + whole - 1n) / whole));
}

/** What an order can still cost at full fill, fees included. */
export const reserveOf = (account: Account, order: Order): Micros =>
  reserveFor(order.terms, pendingCount(order), account.positions.get(order.terms.ticker));

/** Positions at cost plus every order in flight, unknown or with missing fills, as if filled. */
export function exposure(account: Account): Micros {
  let sum = 0;
  for (const position of account.positions.values()) sum += position.cost;
  for (const order of account.orders.values()) sum += reserveOf(account, order);
  return micros(sum);
}

/** The same by market: what each position cost, and what its orders may still cost. */
export function exposures(account: Account): ReadonlyMap<Ticker, Micros> {
  const costs = new Map<Ticker, Micros>();
  for (const { ticker, cost } of account.positions.values()) costs.set(ticker, cost);
  for (const order of account.orders.values()) {
    const { ticker } = order.terms;
    if (pendingCount(order) === 0) continue;
    costs.set(ticker, micros((costs.get(ticker) ?? 0) + reserveOf(account, order)));
  }
  return costs;
}

export function marketExposure(account: Account, ticker: Ticker): Micros {
  let sum: number = account.positions.get(ticker)?.cost ?? 0;
  for (const order of account.orders.values())
    if (order.terms.ticker === ticker) sum += reserveOf(account, order);
  return micros(sum);
}

/** Cash of a shard that no order has a claim on. */
export function freeCash(account: Account, shard: Shard): Micros {
  let free: number = balanceOf(account.balances, cashOf(shard));
  for (const order of account.orders.values())
    if (order.terms.shard === shard) free -= reserveOf(account, order);
  return micros(free);
}

/** min(the bankroll setting, cash on all shards + positions at cost − what Claude is owed or may spend): what bets are sized by, in every mode. */
export function sizingBankroll(
  account: Account | null,
  limits: Pick<RiskLimits, 'bankroll'>,
): Micros {
  if (account === null) return micros(0);
  const { balances } = account;
  const worth =
    cashTotal(balances) +
    balanceOf(balances, 'positions') +
    // Credits: owed for Claude, and set aside for it.
    balanceOf(balances, 'inference_payable') +
    balanceOf(balances, 'inference_reserve');
  return micros(Math.max(0, Math.min(limits.bankroll, worth)));
}

/** The orders that are not over, by market: one pass for whoever asks about many markets. */
export function openOrders(account: Account): ReadonlyMap<Ticker, Order> {
  const open = new Map<Ticker, Order>();
  for (const order of account.orders.values()) {
    const { ticker } = order.terms;
    if (pendingCount(order) > 0 && !open.has(ticker)) open.set(ticker, order);
  }
  return open;
}

/** The order of a market that is not over: in flight, unknown, or with fills still owed. */
export function openOrderOf(account: Account, ticker: Ticker): Order | null {
  for (const order of account.orders.values())
    if (order.terms.ticker === ticker && pendingCount(order) > 0) return order;
  return null;
}

/** Orders sent in the minute up to `now`, plus those on their way. */
export function ordersThisMinute(account: Account, now: EpochMs): number {
  let orders = sentThisMinute(account, now);
  for (const { status } of account.orders.values())
    if (status === 'intended' || status === 'durable') orders += 1;
  return orders;
}

export const sentThisMinute = (account: Account, now: EpochMs): number =>
  account.sends.filter((sent) => sent > now - 60_000).length;

/** Market ms: the exchange's fuse counts over 15 s of its clock; five more for an order on its way. */
const groupWindowMs = 20_000;

/** What orders of a shard may still ask for in all, so that its order group can never trip: Quantity. */
export function groupRoom(
  account: Account,
  shard: Shard,
  now: EpochMs,
  groupContracts: number,
): number {
  let room = groupContracts * contract;
  for (const { terms, sentAt, status } of account.orders.values()) {
    if (terms.shard !== shard) continue;
    // Sent and unanswered is ahead, too, however long ago that was: a 429 sends it again.
    const isAhead = status === 'intended' || status === 'durable' || status === 'sent';
    // Written so that NaN counts.
    if (isAhead || (sentAt !== null && !(now - sentAt >= groupWindowMs))) room -= terms.count;
  }
  return Math.max(0, room);
}

export const isCoolingDown = (
  account: Account,
  ticker: Ticker,
  now: EpochMs,
  limits: Pick<RiskLimits, 'reentryCooldownMs'>,
): boolean => {
  const sent = account.lastSent.get(ticker);
  // Written so that NaN refuses.
  return sent !== undefined && !(now - sent >= limits.reentryCooldownMs);
};

/** Why a market may not be entered now; null when it may. `open`: its order that is not over. */
export function marketRefusal(
  account: Account,
  ticker: Ticker,
  now: EpochMs,
  limits: Pick<RiskLimits, 'reentryCooldownMs'>,
  open: Order | null = openOrderOf(account, ticker),
): 'frozen' | 'in_flight' | 'cooldown' | null {
  if (open !== null)
    return open.status === 'intended' || open.status === 'durable' || open.status === 'sent'
      ? 'in_flight'
      : 'frozen';
  return isCoolingDown(account, ticker, now, limits) ? 'cooldown' : null;
}

export type Wanted = {
  readonly ticker: Ticker;
  readonly shard: Shard;
  readonly side: 'yes' | 'no';
  readonly limit: Price;
  readonly count: Quantity;
  readonly worstCost: Micros;
};

/**
 * Every cap an order must fit before it is written down, at worst case. Comparisons are written so that NaN refuses.
 * What only closes a position passes every cap on money. `venueCash`: a lower truth about the shard's cash, if known.
 */
export function refusalOf(
  account: Account,
  limits: RiskLimits,
  wanted: Wanted,
  now: EpochMs,
  venueCash: number | null,
): RiskRefusal | null {
  const { ticker, shard } = wanted;
  const barred = marketRefusal(account, ticker, now, limits);
  if (barred !== null) return barred;
  if (!(ordersThisMinute(account, now) < limits.maxOrdersPerMinute)) return 'order_rate';
  const more = reserveFor(wanted, wanted.count, account.positions.get(ticker));
  if (more === 0) return null;
  if (!(marketExposure(account, ticker) + more <= limits.maxNotionalPerMarket))
    return 'notional_cap';
  const open = exposure(account);
  if (!(open + more <= limits.maxOpenExposure)) return 'exposure_cap';
  if (!(open + more <= sizingBankroll(account, limits))) return 'over_bankroll';
  if (!(more <= lowestFree(account, shard, venueCash))) return 'shard_cash';
  return null;
}

/** Free cash by the books, or by what the exchange says there is, if that is less. */
function lowestFree(account: Account, shard: Shard, venueCash: number | null): number {
  const free = freeCash(account, shard);
  const reserved = balanceOf(account.balances, cashOf(shard)) - free;
  return venueCash === null ? free : Math.min(free, venueCash - reserved);
}

export type ClaimRefusal =
  | 'exposure_cap'
  | 'notional_cap'
  | 'trade_cap'
  | 'over_bankroll'
  | 'shard_cash';

/**
 * Why an order that is written down may not leave after all: a cap was tightened or cash has gone since. Its own claim is in
 * every sum already. What only closes a position passes.
 */
export function claimRefusal(
  account: Account,
  limits: RiskLimits,
  order: Order,
  venueCash: number | null,
): ClaimRefusal | null {
  const { ticker, shard } = order.terms;
  const own = reserveOf(account, order);
  if (own === 0) return null;
  const open = exposure(account);
  if (!(open <= limits.maxOpenExposure)) return 'exposure_cap';
  if (!(marketExposure(account, ticker) <= limits.maxNotionalPerMarket)) return 'notional_cap';
  // Of the setting, not of what is there: another order's fees since must not withdraw one that was cut to fit.
  if (!(own <= limits.maxFractionPerTrade * limits.bankroll)) return 'trade_cap';
  if (!(open <= sizingBankroll(account, limits))) return 'over_bankroll';
  if (!(lowestFree(account, shard, venueCash) >= 0)) return 'shard_cash';
  return null;
}

const ranks: Readonly<Record<LatchLevel, number>> = { pause: 1, cancel: 2, halt: 3 };

/** The strictest latch that is set; null when trading is free. */
export function latchLevel(account: Account | null): LatchLevel | null {
  let level: LatchLevel | null = null;
  for (const latch of account?.latches.values() ?? [])
    if (level === null || ranks[latch.level] > ranks[level]) level = latch.level;
  return level;
}

export const strictest = (a: LatchLevel | null, b: LatchLevel | null): LatchLevel | null =>
  a === null ? b : b === null || ranks[a] >= ranks[b] ? a : b;

/** What a position would bring now. `isKnown` false: the mark is old, or there never was one and cost stands in. */
export type Mark = { readonly price: Price | null; readonly isKnown: boolean };

/** Cash plus positions at their marks, less what is owed for Claude; one without any mark counts at cost. */
export function equity(account: Account, markOf: (position: Position) => Price | null): Micros {
  let sum: number = cashTotal(account.balances) + balanceOf(account.balances, 'inference_payable');
  for (const position of account.positions.values()) {
    const mark = markOf(position);
    sum += mark === null ? position.cost : valueAt(position, mark);
  }
  return micros(sum);
}

/** Loss since the day's baseline, net of deposits; 0 before the first one. Negative is a gain. */
export const dayLoss = (account: Account, equityNow: Micros): Micros =>
  account.day === null
    ? micros(0)
    : micros(account.day.baseline + account.day.deposits - equityNow);
