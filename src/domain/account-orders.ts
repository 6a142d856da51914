import { type Account, type OrderCounts, put } from './account-state.js';
import { assert } from './assert.js';
import { applyOrderEvent, type Order, type OrderEvent, outcomeOf } from './order.js';
import type { ClientOrderId, EpochMs } from './units.js';

const minuteMs = 60_000;

/** Takes what became of an order; an event that changes nothing is no record. */
export function stepOrder(
  account: Account,
  id: ClientOrderId,
  event: OrderEvent,
  at: EpochMs,
): Account {
  const before = account.orders.get(id);
  assert(before !== undefined, `no order ${id}`);
  const { order } = applyOrderEvent(before, event, at);
  assert(order !== before || event.kind === 'settled', `${event.kind} changed nothing of ${id}`);
  return withOrder(account, before, order, event.kind === 'sent' ? at : null);
}

/** The account with an order as it is now: counted again, and its send as of `sentAt` or of the order's own. */
export function withOrder(
  account: Account,
  before: Order,
  order: Order,
  sentAt: EpochMs | null,
): Account {
  const id = order.terms.clientOrderId;
  const marksSent = sentAt ?? (before.sentAt === null ? order.sentAt : null);
  return {
    ...account,
    orders: put(account.orders, id, order),
    clientOrderIds:
      order.orderId !== null && before.orderId === null
        ? put(account.clientOrderIds, order.orderId, id)
        : account.clientOrderIds,
    counts: recount(recount(account.counts, before, -1), order, 1),
    lastSent:
      marksSent === null ? account.lastSent : put(account.lastSent, order.terms.ticker, marksSent),
    sends:
      marksSent === null
        ? account.sends
        : [...account.sends.filter((sent) => sent > marksSent - minuteMs), marksSent],
  };
}

function recount(counts: OrderCounts, order: Order, by: 1 | -1): OrderCounts {
  if (order.sentAt === null) return counts;
  const outcome = outcomeOf(order);
  return { ...counts, [outcome]: counts[outcome] + by };
}
