import type { BetReason } from '../domain/order.js';
import type {
  EpochMs,
  Micros,
  Price,
  Probability,
  Quantity,
  Shard,
  Ticker,
} from '../domain/units.js';

/** What the streams want bought. The executor decides whether it may. Prices are of the bought side. streams → executor. */
export type Intent = {
  readonly cycle: number;
  readonly ticker: Ticker;
  readonly shard: Shard;
  readonly side: 'yes' | 'no';
  readonly fair: Probability;
  readonly edge: number;
  /** Never pay more than this. */
  readonly limit: Price;
  readonly count: Quantity;
  /** All of `count` at `limit`, fees included. */
  readonly worstCost: Micros;
  readonly reason: BetReason | 'between_windows';
  /** Decided without a live feed, on a book fetched for it. */
  readonly keyless: boolean;
  readonly decidedAt: EpochMs;
};
