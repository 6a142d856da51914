import type { EpochMs, Micros, OrderId, Price, Quantity, Shard } from '../domain/units.js';

/** What a venue answered to an order, in the executor's terms. The wire's own codes ride along for the record. */
export type PlaceAnswer =
  | {
      readonly kind: 'accepted';
      readonly orderId: OrderId;
      readonly filled: Quantity;
      /** Still resting after the answer; 0 for immediate-or-cancel. */
      readonly remaining: Quantity;
      readonly averageYesPrice: Price | null;
      readonly averageFee: Micros | null;
    }
  /** Definitely no order: 400, 401, 403, 404, 409, 410. */
  | { readonly kind: 'rejected'; readonly code: string; readonly detail: string }
  /** 429: definitely no order, and the only answer that may be sent again. */
  | { readonly kind: 'rate_limited' }
  /** Provably never left this process. */
  | { readonly kind: 'not_sent'; readonly code: string; readonly detail: string }
  /** Timeout, 408, 5xx, dropped connection, empty or odd 2xx: nobody knows. */
  | { readonly kind: 'unknown'; readonly detail: string };

export type CancelAnswer =
  | { readonly kind: 'canceled'; readonly reducedBy: Quantity }
  /** 404: canceled, executed or never there; the order list tells. */
  | { readonly kind: 'gone' }
  | { readonly kind: 'failed'; readonly code: string; readonly detail: string };

/** A whole list, or none: a failed or truncated query never means empty. */
export type Answer<Item> =
  | { readonly kind: 'complete'; readonly items: readonly Item[] }
  | { readonly kind: 'failed'; readonly code: string; readonly detail: string };

/** What is done with an order group, the exchange's own fuse. */
export type GroupOp = 'create' | 'check' | 'limit' | 'trigger' | 'reset';

export type GroupAnswer =
  | { readonly kind: 'created'; readonly groupId: string }
  /** Of a check. `contracts`: its limit, whole contracts; null when it cannot be told. */
  | { readonly kind: 'state'; readonly isTripped: boolean; readonly contracts: number | null }
  /** Limit, trigger or reset. */
  | { readonly kind: 'done' }
  /** 404: there is no such group. */
  | { readonly kind: 'gone' }
  | { readonly kind: 'failed'; readonly code: string; readonly detail: string };

/** What came of asking for a transfer between shards. It is only ever asked for once. */
export type TransferAnswer =
  /** The exchange has it, and moves the money in its own time. */
  | { readonly kind: 'accepted'; readonly venueId: string }
  /** Definitely none: refused, or it never left this process. */
  | { readonly kind: 'refused'; readonly code: string; readonly detail: string }
  | { readonly kind: 'unknown'; readonly detail: string };

/** A transfer as the exchange lists it. `unknown`: a status that we do not know. */
export type VenueTransfer = {
  readonly venueId: string;
  readonly from: Shard;
  readonly to: Shard;
  readonly amount: Micros;
  readonly status: 'pending' | 'complete' | 'unknown';
  readonly createdAt: EpochMs;
};

export type ShardCash = { readonly shard: Shard; readonly cash: Micros };
