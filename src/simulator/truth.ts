/**
 * What a judge is told of an account: its books as they are in one instant, and the most that was ever at stake. Every
 * number is a whole one, as text: prices in $0.0001, counts in 0.01, money in $0.000001.
 */
import type { Account, ExchangeEvent, ExchangeState } from './core/types.js';

export type AccountTruth = Readonly<Record<string, unknown>>;

export type Truth = {
  /** Hears what happened, step by step: between two steps nobody sees the account. */
  readonly hear: (events: readonly ExchangeEvent[]) => void;
  readonly accounts: () => readonly AccountTruth[];
};

type Stake = { total: number; market: number };

/** Positions at cost and the collateral of what rests, in all and in the dearest market. */
function stakeOf(account: Account): Stake {
  const stake = { total: 0, market: 0 };
  const add = (micros: number): void => {
    stake.total += micros;
    stake.market = Math.max(stake.market, micros);
  };
  for (const [ticker, { cost }] of account.positions)
    add(cost + (account.reserved.get(ticker) ?? 0));
  for (const [ticker, micros] of account.reserved) if (!account.positions.has(ticker)) add(micros);
  return stake;
}

export function makeTruth(state: ExchangeState): Truth {
  const most = new Map<string, Stake>();
  const record = (account: Account): Stake => {
    const before = most.get(account.id) ?? { total: 0, market: 0 };
    const now = stakeOf(account);
    const stake = {
      total: Math.max(before.total, now.total),
      market: Math.max(before.market, now.market),
    };
    most.set(account.id, stake);
    return stake;
  };
  return {
    hear: (events) => {
      const moved = new Set<string>();
      for (const event of events)
        if (event.kind === 'position') moved.add(event.accountId);
        else if (event.kind === 'order') moved.add(event.order.accountId);
      for (const id of moved) {
        const account = state.accounts.get(id);
        if (account !== undefined) record(account);
      }
    },
    accounts: () =>
      [...state.accounts.values()].map((account) => truthOf(account, record(account))),
  };
}

const truthOf = (account: Account, most: Stake): AccountTruth => ({
  id: account.id,
  exposureMax: String(most.total),
  marketExposureMax: String(most.market),
  cash: [...account.cash].map(([shard, micros]) => ({ shard, micros: String(micros) })),
  orders: [...account.orders.values()].map((order) => ({
    id: order.id,
    clientOrderId: order.clientOrderId,
    ticker: order.market.spec.ticker,
    side: order.side,
    price: String(order.price),
    count: String(order.initial),
    filled: String(order.filled),
    status: order.status,
    group: order.groupId,
    atMs: order.createdMs,
  })),
  fills: account.fills.map((fill) => ({
    id: fill.id,
    orderId: fill.order.id,
    ticker: fill.order.market.spec.ticker,
    shard: fill.order.market.spec.exchangeIndex,
    count: String(fill.side === 'bid' ? fill.quantity : 0 - fill.quantity),
    price: String(fill.price),
    fee: String(fill.fee),
  })),
  positions: [...account.positions.values()].map(({ market, quantity }) => ({
    ticker: market.spec.ticker,
    count: String(quantity),
  })),
  settlements: account.settlements.map(({ market, quantity, revenue }) => ({
    ticker: market.spec.ticker,
    shard: market.spec.exchangeIndex,
    count: String(quantity),
    revenue: String(revenue),
  })),
});
