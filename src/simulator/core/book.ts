/**
 * One YES book: bids and asks in price-time priority. A NO bid at q is an ask at 1 − q here. Levels are few, so a sorted
 * array beats anything cleverer.
 */
import type { Order } from './types.js';

export type Level = { readonly price: number; total: number; readonly orders: Order[] };

export type Book = {
  /** Best first: bids descending, asks ascending. */
  readonly bids: Level[];
  readonly asks: Level[];
};

export const makeBook = (): Book => ({ bids: [], asks: [] });

const side = (book: Book, of: 'bid' | 'ask'): Level[] => (of === 'bid' ? book.bids : book.asks);

/** Where a price is, or where it would be inserted. */
function indexOf(levels: readonly Level[], of: 'bid' | 'ask', price: number): number {
  let low = 0;
  let high = levels.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const at = levels[middle]?.price ?? 0;
    if (of === 'bid' ? at > price : at < price) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Joins the back of the queue at the order's price. */
export function rest(book: Book, order: Order): void {
  const levels = side(book, order.side);
  const at = indexOf(levels, order.side, order.price);
  const level = levels[at];
  if (level !== undefined && level.price === order.price) {
    level.orders.push(order);
    level.total += order.remaining;
  } else {
    levels.splice(at, 0, { price: order.price, total: order.remaining, orders: [order] });
  }
}

/** Takes `quantity` off a resting order, which keeps its place; an order at zero leaves. */
export function reduce(book: Book, order: Order, quantity: number): void {
  const levels = side(book, order.side);
  const at = indexOf(levels, order.side, order.price);
  const level = levels[at];
  if (level === undefined || level.price !== order.price) return;
  const position = level.orders.indexOf(order);
  if (position < 0) return;
  order.remaining -= quantity;
  level.total -= quantity;
  if (order.remaining <= 0) level.orders.splice(position, 1);
  if (level.orders.length === 0) levels.splice(at, 1);
}

export const best = (levels: readonly Level[]): Level | null => levels[0] ?? null;

/** Whether an order of this side and price meets anything. */
export function crosses(book: Book, of: 'bid' | 'ask', price: number): boolean {
  const opposite = of === 'bid' ? book.asks[0] : book.bids[0];
  if (opposite === undefined) return false;
  return of === 'bid' ? opposite.price <= price : opposite.price >= price;
}

/** How much rests within the limit, on the other side. */
export function reachable(book: Book, of: 'bid' | 'ask', price: number): number {
  let sum = 0;
  for (const level of of === 'bid' ? book.asks : book.bids) {
    if (of === 'bid' ? level.price > price : level.price < price) break;
    sum += level.total;
  }
  return sum;
}

/** The order's place in its queue: how much is ahead of it, at its price and better ones. */
export function quantityAhead(book: Book, order: Order): number {
  let ahead = 0;
  for (const level of side(book, order.side)) {
    if (level.price === order.price) {
      for (const other of level.orders) {
        if (other === order) return ahead;
        ahead += other.remaining;
      }
      return ahead;
    }
    ahead += level.total;
  }
  return ahead;
}
