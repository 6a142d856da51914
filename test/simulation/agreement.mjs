// Whether both sides came to the same: the exchange's own account and the books that the ledger's records make.

import { isForeign } from './world.mjs';

/** In words, everything in which they differ; empty when they agree to the micro-dollar. */
export function differences(account, books) {
  const found = [];
  for (const [shard, cash] of account.cash)
    if ((books.cash.get(shard) ?? 0) !== cash)
      found.push(`cash of shard ${shard}: ${cash} there, ${books.cash.get(shard) ?? 0} here`);
  const tickers = new Set([...account.positions.keys(), ...books.held.keys()]);
  for (const ticker of tickers) {
    const theirs = account.positions.get(ticker)?.quantity ?? 0;
    const ours = books.held.get(ticker) ?? 0;
    if (theirs !== ours && !isForeign(ticker))
      found.push(`${ticker}: ${theirs} there, ${ours} here`);
  }
  for (const { id, order } of account.fills)
    if (order.clientOrderId !== null && !books.trades.has(id))
      found.push(`trade ${id} is not booked`);
  for (const order of account.orders.values()) {
    if (order.clientOrderId === null) continue;
    const ours = books.orders.get(order.clientOrderId);
    if (ours === undefined) found.push(`order ${order.clientOrderId} is not ours`);
    else if (ours.filled !== order.filled || books.isOpen(ours) || order.status === 'resting')
      found.push(
        `order ${order.clientOrderId}: ${order.status}, ${order.filled} there, ${ours.filled} here`,
      );
  }
  for (const [id, order] of books.orders)
    if (books.isOpen(order)) found.push(`order ${id} is open here`);
  if (books.transfer !== null) found.push(`transfer ${books.transfer.seq} is open here`);
  return found;
}
