import type { Account } from './account-state.js';
import { isComplete } from './order.js';
import type { EpochMs } from './units.js';

const keptMs = 2 * 86_400_000;

/**
 * Forgets what no query can bring up again: orders that ended days before the last whole reading of the exchange,
 * with their trade ids, and cooldowns and determinations as old.
 */
export function prune(account: Account, at: EpochMs): Account {
  const asOf = account.genesis.mode === 'paper' ? at : (account.reconciledAt ?? account.genesis.at);
  const border = asOf - keptMs;
  const orders = new Map(account.orders);
  for (const [id, order] of orders) {
    const isOver = order.status === 'settled' || order.status === 'rejected';
    const isEmpty = order.status === 'canceled' && order.expected === 0;
    // What a later order closed is never settled.
    const isClosed = isComplete(order) && !account.positions.has(order.terms.ticker);
    if ((isOver || isEmpty || isClosed) && order.changedAt < border) orders.delete(id);
  }
  if (orders.size === account.orders.size) return account;
  const keep = <Key, Value>(
    map: ReadonlyMap<Key, Value>,
    test: (value: Value, key: Key) => boolean,
  ) => new Map([...map].filter(([key, value]) => test(value, key)));
  const tickers = new Set([...orders.values()].map((order) => order.terms.ticker));
  return {
    ...account,
    orders,
    clientOrderIds: keep(account.clientOrderIds, (id) => orders.has(id)),
    seen: keep(account.seen, ({ clientOrderId }) => orders.has(clientOrderId)),
    lastSent: keep(account.lastSent, (sent) => sent >= border),
    determined: keep(
      account.determined,
      (_, ticker) => tickers.has(ticker) || account.positions.has(ticker),
    ),
  };
}
