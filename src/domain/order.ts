import { assertNever } from './assert.js';
import {
  type ClientOrderId,
  type EpochMs,
  type Micros,
  type OrderId,
  type Price,
  priceMax,
  type Quantity,
  quantity,
  type Shard,
  type Ticker,
} from './units.js';

/** Why a window's valuation wants an order. `exit` sells what is held, by buying no more than that of the other side. */
const betReasons = ['taken', 'backfill', 'forced_test', 'exit'] as const;
export type BetReason = (typeof betReasons)[number];

const ofBets: ReadonlySet<string> = new Set(betReasons);
export const isBetReason = (reason: string): reason is BetReason => ofBets.has(reason);

/**
 * What was decided. Prices are of the bought side; `fair` is the probability of YES, it and `edge` are in 1e-9. Never
 * changes once written.
 */
export type OrderTerms = {
  readonly clientOrderId: ClientOrderId;
  readonly ticker: Ticker;
  readonly shard: Shard;
  readonly side: 'yes' | 'no';
  readonly action: 'buy';
  readonly limit: Price;
  readonly count: Quantity;
  /** All of `count` at `limit`, fees included. */
  readonly worstCost: Micros;
  /** It only closes what is held, so it may go out while paused or at a cap. */
  readonly reduceOnly: boolean;
  readonly keyless: boolean;
  readonly fair: number;
  readonly edge: number;
  readonly cycle: number;
  readonly reason: BetReason | 'between_windows';
  /** Of what goes over the wire: the same id with another one is a bug that halts. */
  readonly contentHash: string;
};

/**
 * `unknown`: it may or may not be on the exchange; its market is frozen and it counts as fully filled. `settled`: its
 * market paid out and every fill of it is booked.
 */
export type OrderStatus =
  | 'intended'
  | 'durable'
  | 'sent'
  | 'resting'
  | 'filled'
  | 'partial'
  | 'canceled'
  | 'rejected'
  | 'unknown'
  | 'settled';

export type Order = {
  readonly terms: OrderTerms;
  readonly status: OrderStatus;
  readonly orderId: OrderId | null;
  /** Sum of the fills that came with a trade id. */
  readonly filled: Quantity;
  /** What the exchange says it filled: fills below that are missing and the market waits for them. */
  readonly expected: Quantity;
  readonly fees: Micros;
  /** Ledger record that holds the intent. */
  readonly intentSeq: number;
  readonly intendedAt: EpochMs;
  /** Last change of status. */
  readonly changedAt: EpochMs;
  /** Null: provably nothing of it ever left. */
  readonly sentAt: EpochMs | null;
  /** How often it was sent again after a 429. */
  readonly resends: number;
  readonly why: string | null;
};

export type OrderEvent =
  /** The intent is on disk. */
  | { readonly kind: 'durable' }
  | { readonly kind: 'sent' }
  /** Taken back by us before it left, or a paper order without a result at a restart. */
  | { readonly kind: 'withdrawn'; readonly why: string }
  | {
      readonly kind: 'accepted';
      readonly orderId: OrderId;
      readonly filled: Quantity;
      readonly remaining: Quantity;
    }
  | { readonly kind: 'rejected'; readonly why: string }
  | { readonly kind: 'rate_limited' }
  | { readonly kind: 'unknown'; readonly why: string }
  /** What the order list or the private feed says of it. */
  | {
      readonly kind: 'reported';
      readonly orderId: OrderId;
      readonly status: 'resting' | 'canceled' | 'executed';
      readonly filled: Quantity;
      readonly remaining: Quantity;
    }
  /** Our cancel took `reducedBy` away. */
  | { readonly kind: 'canceled'; readonly reducedBy: Quantity }
  | { readonly kind: 'filled'; readonly count: Quantity }
  /** Orders, fills and positions were read clean after the quarantine: it was never placed. */
  | { readonly kind: 'not_placed' }
  /** Its market paid out. */
  | { readonly kind: 'settled' };

export type OrderEventKind = OrderEvent['kind'];

export type OrderAnomaly = {
  readonly code: 'impossible' | 'contradiction' | 'overfill' | 'bad_count' | 'other_order_id';
  readonly from: OrderStatus;
  readonly event: OrderEventKind;
};

/** `order` is the very same object when the event changed nothing. Both may hold: applied, and odd. */
export type OrderStep = { readonly order: Order; readonly anomaly: OrderAnomaly | null };

export const isFinal = (status: OrderStatus): boolean =>
  status === 'filled' ||
  status === 'partial' ||
  status === 'canceled' ||
  status === 'rejected' ||
  status === 'settled';

/** Fills that the exchange owes us. */
export const missingCount = (order: Order): Quantity =>
  quantity(Math.max(0, order.expected - order.filled));

/** What this order can still add to the position, at worst. */
export const pendingCount = (order: Order): Quantity =>
  isFinal(order.status) ? missingCount(order) : quantity(order.terms.count - order.filled);

/** Nothing of it is in flight, in doubt or missing. */
export const isComplete = (order: Order): boolean =>
  isFinal(order.status) && missingCount(order) === 0;

export type OrderOutcome = 'open' | 'filled' | 'partial' | 'canceled' | 'rejected' | 'unknown';

/** Disjoint and, once nothing is open, final. */
export function outcomeOf(order: Order): OrderOutcome {
  switch (order.status) {
    case 'intended':
    case 'durable':
    case 'sent':
    case 'resting':
      return 'open';
    case 'settled':
      return byCount(order, order.expected);
    default:
      return order.status;
  }
}

/** Nothing of it has left yet. One that a 429 sent back has. */
const isHeldBack = ({ status, sentAt }: Order): boolean =>
  status === 'intended' || (status === 'durable' && sentAt === null);

const byCount = (order: Order, count: number): 'filled' | 'partial' | 'canceled' =>
  count >= order.terms.count ? 'filled' : count > 0 ? 'partial' : 'canceled';

/**
 * The whole life of an order: defined for every status and every event. An event that cannot be, leaves the order as it
 * is and says so; a contradiction that carries truth about money (a fill, an acceptance after a rejection) is applied
 * and says so too. Reports may be late or old: they never take a fill back and never reopen what is final.
 */
export function applyOrderEvent(order: Order, event: OrderEvent, at: EpochMs): OrderStep {
  const { status } = order;
  const same: OrderStep = { order, anomaly: null };
  const odd = (code: OrderAnomaly['code'], next: Order = order): OrderStep => ({
    order: next,
    anomaly: { code, from: status, event: event.kind },
  });
  const to = (next: OrderStatus, change: Partial<Order> = {}): Order => ({
    ...order,
    ...change,
    status: next,
    changedAt: at,
  });

  switch (event.kind) {
    case 'durable':
      return status === 'intended' ? { order: to('durable'), anomaly: null } : odd('impossible');
    case 'sent':
      return status === 'durable'
        ? { order: to('sent', { sentAt: at }), anomaly: null }
        : odd('impossible');
    case 'withdrawn': {
      if (isFinal(status) && missingCount(order) === 0) return same;
      return {
        order: to(byCount(order, order.filled), { expected: order.filled, why: event.why }),
        anomaly: null,
      };
    }
    case 'accepted':
    case 'reported':
      return applyReport(order, event, at, odd, to);
    case 'rejected': {
      if (status !== 'sent' && status !== 'unknown') return odd('impossible');
      // Some of it traded: the exchange cannot have refused it.
      if (order.filled > 0 || order.expected > 0) return odd('contradiction');
      return { order: to('rejected', { why: event.why }), anomaly: null };
    }
    case 'rate_limited': {
      if (status !== 'sent') return odd('impossible');
      if (order.filled > 0) return odd('contradiction');
      return {
        order: to('durable', { resends: order.resends + 1, why: 'rate_limited' }),
        anomaly: null,
      };
    }
    case 'unknown': {
      if (status === 'intended' || status === 'durable' || status === 'sent')
        return {
          order: to('unknown', { sentAt: order.sentAt ?? at, why: event.why }),
          anomaly: null,
        };
      return same;
    }
    case 'canceled': {
      if (status !== 'sent' && status !== 'resting' && status !== 'unknown')
        return isFinal(status) && order.sentAt !== null ? same : odd('impossible');
      const left = order.terms.count - event.reducedBy;
      if (!(event.reducedBy >= 0 && left >= order.filled)) return odd('bad_count');
      return {
        order: to(byCount(order, left), { expected: quantity(left), why: 'canceled' }),
        anomaly: null,
      };
    }
    case 'filled': {
      if (isHeldBack(order)) return odd('impossible');
      if (order.sentAt === null && order.why !== 'not_placed') return odd('impossible');
      if (!(event.count > 0)) return odd('bad_count');
      const filled = order.filled + event.count;
      if (filled > order.terms.count) return odd('overfill');
      const counts = {
        filled: quantity(filled),
        expected: quantity(Math.max(order.expected, filled)),
        sentAt: order.sentAt ?? at,
      };
      // Refused with a 429, and it traded: it must not be sent again, and more of it may have traded.
      if (status === 'durable')
        return odd(
          'contradiction',
          to(filled === order.terms.count ? 'filled' : 'unknown', counts),
        );
      if (!isFinal(status))
        return {
          order: to(filled === order.terms.count ? 'filled' : status, counts),
          anomaly: null,
        };
      const next = to(byCount(order, counts.expected), counts);
      return status === 'rejected' || order.why === 'not_placed'
        ? odd('contradiction', next)
        : { order: next, anomaly: null };
    }
    case 'not_placed': {
      if (status !== 'unknown') return odd('impossible');
      if (order.filled > 0 || order.expected > 0) return odd('contradiction');
      return { order: to('canceled', { sentAt: null, why: 'not_placed' }), anomaly: null };
    }
    case 'settled': {
      if (status === 'settled' || status === 'rejected' || !isComplete(order)) return same;
      return { order: to('settled'), anomaly: null };
    }
    default:
      return assertNever(event);
  }
}

/** The create reply, the order list and the private feed say the same things in any order, late, old or twice. */
function applyReport(
  order: Order,
  event: Extract<OrderEvent, { kind: 'accepted' | 'reported' }>,
  at: EpochMs,
  odd: (code: OrderAnomaly['code'], next?: Order) => OrderStep,
  to: (next: OrderStatus, change?: Partial<Order>) => Order,
): OrderStep {
  const { status, terms } = order;
  if (isHeldBack(order)) return odd('impossible');
  if (order.sentAt === null && order.why !== 'not_placed') return odd('impossible');
  if (order.orderId !== null && order.orderId !== event.orderId) return odd('other_order_id');
  const { filled, remaining } = event;
  if (!(filled >= 0 && remaining >= 0 && filled + remaining <= terms.count))
    return odd('bad_count');

  const expected = quantity(Math.max(order.expected, order.filled, filled));
  const open = event.kind === 'reported' ? event.status === 'resting' : remaining > 0;
  const known = { orderId: event.orderId, expected, sentAt: order.sentAt ?? at };
  // Refused, refused with a 429, or given up: and there it is. One that waits to be sent again must not be.
  const contradicts =
    status === 'rejected' ||
    status === 'durable' ||
    (status === 'canceled' && order.why === 'not_placed');
  if (isFinal(status) && !contradicts) {
    // Old news never reopens it; a larger count is news.
    if (order.orderId !== null && expected === order.expected) return { order, anomaly: null };
    const next = expected === order.expected ? status : byCount(order, expected);
    return { order: to(next, known), anomaly: null };
  }
  const next = open && expected < terms.count ? 'resting' : byCount(order, expected);
  if (contradicts) return odd('contradiction', to(next, known));
  if (next === status && order.orderId !== null && expected === order.expected)
    return { order, anomaly: null };
  return { order: to(next, known), anomaly: null };
}

/** Whether a YES price is worse for the buyer of a side than its limit. */
export const isWorse = (
  terms: { readonly side: 'yes' | 'no'; readonly limit: number },
  yesPrice: number,
): boolean => (terms.side === 'yes' ? yesPrice : priceMax - yesPrice) > terms.limit;
