import type { Account } from '../../domain/account.js';
import { isComplete, type Order } from '../../domain/order.js';
import { type Position, valueAt } from '../../domain/position.js';
import { complement, type Price, priceMax } from '../../domain/units.js';
import { limits } from '../../limits.js';
import type { OrderRow, PositionRow } from '../../messages/dashboard.js';
import type { FeedMarket, FeedQuote, FeedRun } from '../../messages/dashboard-feed.js';

/** What the held side of a position would be worth; null: no such quote. */
export type Worth = { readonly mid: number | null; readonly exitPrice: Price | null };

/** At the middle, and the bid of the held side. A book that is not known says nothing. */
export function worthOf(position: Position, quote: FeedQuote | undefined): Worth {
  const [, bid = null, ask = null, , , trust = 'unknown'] = quote ?? [];
  if (trust === 'unknown') return { mid: null, exitPrice: null };
  const held = Math.abs(position.quantity);
  const isYes = position.quantity > 0;
  const mid2 = bid === null || ask === null ? null : isYes ? bid + ask : 2 * priceMax - bid - ask;
  return {
    mid: mid2 === null ? null : Math.floor((held * mid2) / 2),
    exitPrice: isYes ? (bid as Price | null) : ask === null ? null : complement(ask as Price),
  };
}

export function positionRow(
  position: Position,
  worth: Worth,
  facts: FeedMarket | undefined,
  run: FeedRun | null,
): PositionRow {
  return {
    ticker: position.ticker,
    title: facts?.title ?? '',
    event: facts?.event ?? '',
    quantity: position.quantity,
    cost: position.cost,
    midValue: worth.mid,
    exitValue: worth.exitPrice === null ? null : valueAt(position, worth.exitPrice),
    closesAt: facts?.closesAt ?? null,
    link: linkOf(facts, run),
  };
}

const sites = { production: 'https://kalshi.com', demo: 'https://demo.kalshi.co' } as const;

/** The exchange's own page of a series. */
function linkOf(facts: FeedMarket | undefined, run: FeedRun | null): string | null {
  if (run === null || run.environment === 'loopback' || facts?.series == null) return null;
  return `${sites[run.environment]}/markets/${encodeURIComponent(facts.series.toLowerCase())}`;
}

export function orderRow(order: Order, decisionId: string | null): OrderRow {
  const { terms, status, orderId, filled, fees, intendedAt, why } = order;
  return {
    clientOrderId: terms.clientOrderId,
    orderId,
    decisionId,
    at: intendedAt,
    ticker: terms.ticker,
    side: terms.side,
    limit: terms.limit,
    count: terms.count,
    filled,
    fees,
    status,
    why: why ?? '',
    isOpen: !isComplete(order),
  };
}

/** Every open order, and of the others the last. */
export function shownOrders(account: Account): readonly Order[] {
  const open: Order[] = [];
  const ended: Order[] = [];
  for (const order of account.orders.values()) (isComplete(order) ? ended : open).push(order);
  return [...ended.slice(-limits.dashboardOrdersMax), ...open];
}
