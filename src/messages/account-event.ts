import type {
  ClientOrderId,
  EpochMs,
  Micros,
  OrderId,
  Price,
  Quantity,
  Shard,
  Ticker,
  TradeId,
} from '../domain/units.js';

/** One execution of an order of ours, however we heard of it. Signed count: + bought YES, − bought NO (or sold YES). */
export type Fill = {
  readonly tradeId: TradeId;
  readonly orderId: OrderId;
  /** REST fills carry none; the order id finds it. */
  readonly clientOrderId: ClientOrderId | null;
  readonly ticker: Ticker;
  readonly shard: Shard;
  readonly count: Quantity;
  readonly yesPrice: Price;
  readonly fee: Micros;
  readonly isTaker: boolean;
  readonly executedAt: EpochMs;
};

export type VenueOrderStatus = 'resting' | 'canceled' | 'executed' | 'unknown';

/** The exchange's own view of one order. Counts are unsigned. */
export type VenueOrder = {
  readonly orderId: OrderId;
  readonly clientOrderId: ClientOrderId | null;
  readonly ticker: Ticker;
  readonly shard: Shard;
  readonly status: VenueOrderStatus;
  /** `bid` buys YES (or sells NO), `ask` buys NO (or sells YES). */
  readonly side: 'bid' | 'ask';
  readonly yesPrice: Price;
  readonly initialCount: Quantity;
  readonly filledCount: Quantity;
  readonly remainingCount: Quantity;
  /** Total fees so far; null when the source does not say. */
  readonly fees: Micros | null;
};

export type VenuePosition = {
  readonly ticker: Ticker;
  readonly shard: Shard;
  /** + YES, − NO. */
  readonly position: Quantity;
  readonly fees: Micros;
  /** What the exchange says is at stake; null: it does not say. */
  readonly stake: Micros | null;
};

export type VenueSettlement = {
  readonly ticker: Ticker;
  readonly shard: Shard;
  /** Total paid out for the position. */
  readonly revenue: Micros;
  /** Payout of one YES. */
  readonly yesValue: Price | null;
  readonly settledAt: EpochMs;
};

/** What the private channels say. exchange → executor. */
export type AccountEvent =
  | { readonly kind: 'fill'; readonly fill: Fill }
  | { readonly kind: 'order'; readonly order: VenueOrder }
  | { readonly kind: 'position'; readonly position: VenuePosition }
  /** Something became of an order group; only a trip matters. */
  | { readonly kind: 'group'; readonly groupId: string; readonly isTripped: boolean };
