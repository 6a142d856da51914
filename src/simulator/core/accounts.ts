/** Cash, collateral and positions. Every fill and every settlement of an account goes through here. */
import { type FeeRule, settleCash, tradeFee } from './fees.js';
import type { Account, ExchangeState, Market, Order, Position } from './types.js';
import { MICROS_PER_CENT, PRICE_ONE } from './units.js';

export const shardOf = (market: Market): number => market.spec.exchangeIndex;

export const feeRule = (market: Market): FeeRule => ({
  feeType: market.series?.feeType ?? 'quadratic',
  multiplier: market.series?.feeMultiplier ?? 1,
});

export function reservedOn(state: ExchangeState, account: Account, shard: number): number {
  let sum = 0;
  for (const [ticker, micros] of account.reserved) {
    const market = state.markets.get(ticker);
    if (market !== undefined && shardOf(market) === shard) sum += micros;
  }
  return sum;
}

/** Cash that is not held by resting orders. */
export const availableOn = (state: ExchangeState, account: Account, shard: number): number =>
  (account.cash.get(shard) ?? 0) - reservedOn(state, account, shard);

export type Claim = {
  readonly side: 'bid' | 'ask';
  readonly price: number;
  readonly quantity: number;
  readonly fee: number;
};

/**
 * The most that a market's orders can cost: orders that would close the position first need no collateral for that
 * part, in the order they would trade; the rest pays its price. Both sides are added up, as if both could fill.
 */
export function collateral(position: number, claims: readonly Claim[]): number {
  let sum = 0;
  for (const side of ['bid', 'ask'] as const) {
    let closable = side === 'bid' ? Math.max(0, -position) : Math.max(0, position);
    const ordered = claims
      .filter((claim) => claim.side === side)
      .sort((a, b) => (side === 'bid' ? b.price - a.price : a.price - b.price));
    for (const claim of ordered) {
      const closing = Math.min(closable, claim.quantity);
      closable -= closing;
      const perContract = side === 'bid' ? claim.price : PRICE_ONE - claim.price;
      sum += perContract * (claim.quantity - closing);
      if (closing < claim.quantity) sum += claim.fee;
    }
  }
  // Held in whole balance units, so that the free balance is one too.
  return Math.ceil(sum / 100) * 100;
}

const claimOf = (order: Order): Claim => ({
  side: order.side,
  price: order.price,
  quantity: order.remaining,
  fee: tradeFee(feeRule(order.market), 'maker', order.price, order.remaining),
});

/** Brings the market's reservation in line with what rests in it now. */
export function reserve(account: Account, market: Market): void {
  const resting = account.resting.get(market.spec.ticker);
  if (resting === undefined || resting.size === 0) {
    account.resting.delete(market.spec.ticker);
    account.reserved.delete(market.spec.ticker);
    return;
  }
  const position = account.positions.get(market.spec.ticker)?.quantity ?? 0;
  account.reserved.set(
    market.spec.ticker,
    collateral(position, [...resting.values()].map(claimOf)),
  );
}

/** Whether the shard's cash covers everything that rests plus this new claim, without `except`. */
export function affords(
  state: ExchangeState,
  account: Account,
  market: Market,
  claim: Claim,
  except: Order | null,
): boolean {
  const ticker = market.spec.ticker;
  const claims = [...(account.resting.get(ticker)?.values() ?? [])]
    .filter((order) => order !== except)
    .map(claimOf);
  const position = account.positions.get(ticker)?.quantity ?? 0;
  const needed = collateral(position, [...claims, claim]);
  const elsewhere =
    reservedOn(state, account, shardOf(market)) - (account.reserved.get(ticker) ?? 0);
  const held = account.reserved.get(ticker) ?? 0;
  // An order that needs nothing more than what is held already always fits: it can only reduce.
  return needed <= held || needed + elsewhere <= (account.cash.get(shardOf(market)) ?? 0);
}

export function positionOf(account: Account, market: Market): Position {
  let position = account.positions.get(market.spec.ticker);
  if (position === undefined) {
    position = {
      market,
      quantity: 0,
      cost: 0,
      realized: 0,
      fees: 0,
      traded: 0,
      tradedQuantity: 0,
      updatedMs: 0,
      settled: false,
    };
    account.positions.set(market.spec.ticker, position);
  }
  return position;
}

/** The signed revenue of a fill, netting first: the part that closes is paid out as a pair, the rest is bought. */
function net(position: Position, side: 'bid' | 'ask', price: number, quantity: number): number {
  const direction = side === 'bid' ? 1 : -1;
  const own = side === 'bid' ? price : PRICE_ONE - price;
  const held = Math.abs(position.quantity);
  const closing = position.quantity * direction < 0 ? Math.min(held, quantity) : 0;
  const opening = quantity - closing;
  let revenue = 0;
  if (closing > 0) {
    const proceeds = (PRICE_ONE - own) * closing;
    const released =
      closing === held ? position.cost : Math.round((position.cost * closing) / held);
    position.cost -= released;
    position.realized += proceeds - released;
    revenue += proceeds;
  }
  if (opening > 0) {
    position.cost += own * opening;
    revenue -= own * opening;
  }
  position.quantity += direction * quantity;
  return revenue;
}

export type Booked = {
  readonly fee: number;
  readonly postPosition: number;
  readonly opened: number;
};

/** Books one side of a trade into an account. */
export function bookFill(
  state: ExchangeState,
  account: Account,
  market: Market,
  fill: {
    readonly side: 'bid' | 'ask';
    readonly price: number;
    readonly quantity: number;
    readonly taker: boolean;
  },
): Booked {
  const position = positionOf(account, market);
  const before = Math.abs(position.quantity);
  const sameWay = position.quantity * (fill.side === 'bid' ? 1 : -1) >= 0;
  const revenue = net(position, fill.side, fill.price, fill.quantity);
  const fee = tradeFee(feeRule(market), fill.taker ? 'taker' : 'maker', fill.price, fill.quantity);
  const moved = settleCash(revenue, fee);
  const shard = shardOf(market);
  account.cash.set(shard, (account.cash.get(shard) ?? 0) + moved.cash);
  state.collected += moved.fee;
  position.fees += moved.fee;
  position.traded += (fill.side === 'bid' ? fill.price : PRICE_ONE - fill.price) * fill.quantity;
  position.tradedQuantity += fill.quantity;
  position.updatedMs = state.nowMs;
  account.updatedMs = state.nowMs;
  return {
    fee: moved.fee,
    postPosition: position.quantity,
    opened: sameWay ? fill.quantity : Math.max(0, fill.quantity - before),
  };
}

/** The world's side of a trade: exact, without fees, limits or a say. */
export function bookHouse(
  state: ExchangeState,
  market: Market,
  fill: { readonly side: 'bid' | 'ask'; readonly price: number; readonly quantity: number },
): void {
  const ticker = market.spec.ticker;
  const direction = fill.side === 'bid' ? 1 : -1;
  const own = fill.side === 'bid' ? fill.price : PRICE_ONE - fill.price;
  const held = state.house.positions.get(ticker) ?? 0;
  const closing = held * direction < 0 ? Math.min(Math.abs(held), fill.quantity) : 0;
  state.house.cash += (PRICE_ONE - own) * closing - own * (fill.quantity - closing);
  state.house.positions.set(ticker, held + direction * fill.quantity);
}

/** Pays out a finalized market, in whole cents; what a scalar rounds off stays with the exchange. */
export function payOut(state: ExchangeState, account: Account, market: Market): void {
  const position = account.positions.get(market.spec.ticker);
  if (position === undefined || position.settled) return;
  const value = market.settlementValue ?? 0;
  const exact =
    position.quantity >= 0 ? position.quantity * value : -position.quantity * (PRICE_ONE - value);
  const revenue = Math.floor(exact / MICROS_PER_CENT) * MICROS_PER_CENT;
  state.collected += exact - revenue;
  const shard = shardOf(market);
  account.cash.set(shard, (account.cash.get(shard) ?? 0) + revenue);
  state.counters.settlement += 1;
  account.settlements.push({
    n: state.counters.settlement,
    market,
    quantity: position.quantity,
    cost: position.cost,
    revenue,
    fees: position.fees,
    value,
    atMs: state.nowMs,
  });
  position.realized += revenue - position.cost;
  position.quantity = 0;
  position.cost = 0;
  position.settled = true;
  position.updatedMs = state.nowMs;
  account.updatedMs = state.nowMs;
}

export function payOutHouse(state: ExchangeState, market: Market): void {
  const held = state.house.positions.get(market.spec.ticker) ?? 0;
  const value = market.settlementValue ?? 0;
  state.house.cash += held >= 0 ? held * value : -held * (PRICE_ONE - value);
  state.house.positions.delete(market.spec.ticker);
}
