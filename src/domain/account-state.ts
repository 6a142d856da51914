import type { Outcomes } from './awaited.js';
import type { Head } from './chain.js';
import type { Order, OrderOutcome } from './order.js';
import type { Position } from './position.js';
import type { Balances } from './postings.js';
import type { ExternalCounts, LatchCause, LatchLevel } from './records.js';
import type { Transfer } from './transfer.js';
import type { Hold, Treasury } from './treasury.js';
import type {
  CallId,
  ClientOrderId,
  EpochMs,
  Micros,
  OrderId,
  Price,
  Ticker,
  TradeId,
} from './units.js';

export type Latch = { readonly level: LatchLevel; readonly why: string; readonly at: EpochMs };

/** The day's loss is measured from `baseline`; `deposits` came in since and are no gain. */
export type Day = { readonly key: string; readonly baseline: Micros; readonly deposits: Micros };

/** A trade that was booked, and what it said: the same id with other content is a lie. */
export type SeenTrade = {
  readonly clientOrderId: ClientOrderId;
  readonly digest: string;
  readonly fee: Micros;
};

/** Orders that were sent, by how they ended. Disjoint; `open` is what has not ended. */
export type OrderCounts = Readonly<Record<OrderOutcome, number>>;

export type Genesis = {
  readonly hash: string;
  readonly at: EpochMs;
  readonly version: number;
  readonly mode: 'paper' | 'live';
  readonly environment: 'demo' | 'production' | 'loopback';
  readonly account: string;
  readonly cashUnit: number;
};

/**
 * Everything the ledger's records add up to. Immutable: `applyRecord` is the only thing that makes a new one, for the
 * actor, for recovery and for `ledger verify` alike.
 */
export type Account = Outcomes & {
  readonly head: Head;
  readonly lastAt: EpochMs;
  readonly genesis: Genesis;
  readonly run: number;
  /** When the runs began that have not ended with a word, newest last: those that died, and the one that is going on. */
  readonly starts: readonly EpochMs[];
  /** The opening cash has been booked. */
  readonly isFunded: boolean;
  /** Open ones, and those that ended within the last days. */
  readonly orders: ReadonlyMap<ClientOrderId, Order>;
  readonly clientOrderIds: ReadonlyMap<OrderId, ClientOrderId>;
  /** Never one with nothing held. */
  readonly positions: ReadonlyMap<Ticker, Position>;
  readonly balances: Balances;
  readonly seen: ReadonlyMap<TradeId, SeenTrade>;
  readonly latches: ReadonlyMap<LatchCause, Latch>;
  /** Id of the exchange's order group by shard. */
  readonly groups: ReadonlyMap<string, string>;
  /** By the seq of the record that began it: the open one, and the last one that ended. */
  readonly transfers: ReadonlyMap<string, Transfer>;
  readonly day: Day | null;
  /** When an order was last sent in a market: the re-entry cooldown. */
  readonly lastSent: ReadonlyMap<Ticker, EpochMs>;
  /** Times of sending within the last minute, oldest first. */
  readonly sends: readonly EpochMs[];
  readonly determined: ReadonlyMap<Ticker, Price>;
  /** Outcomes there are to learn from. */
  readonly outcomes: number;
  readonly counts: OrderCounts;
  readonly external: ExternalCounts;
  /** The last whole reading of the exchange's account. */
  readonly reconciledAt: EpochMs | null;
  /** Last order, fill, settlement or transfer: what a reading from before it cannot contradict. */
  readonly activeAt: EpochMs;
  readonly cycles: number;
  readonly treasury: Treasury;
  /** Questions to Claude without a bill yet. */
  readonly holds: ReadonlyMap<CallId, Hold>;
};

/** A map with one entry more, or another. */
export const put = <Key, Value>(
  map: ReadonlyMap<Key, Value>,
  key: Key,
  value: Value,
): ReadonlyMap<Key, Value> => new Map(map).set(key, value);
