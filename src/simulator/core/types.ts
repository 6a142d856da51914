/** What the exchange is made of. Mutable with one owner: only `step` and what it calls write here. */
import type { SimEvent, SimMarket, SimSeries, World, WorldEvent } from '../world/types.js';
import type { Book } from './book.js';
import type { Heap } from './heap.js';

export type MarketStatus =
  | 'initialized'
  | 'active'
  | 'inactive'
  | 'closed'
  | 'determined'
  | 'finalized';

export type Trade = {
  readonly id: string;
  readonly n: number;
  readonly ticker: string;
  readonly price: number;
  readonly quantity: number;
  readonly takerSide: 'bid' | 'ask';
  readonly atMs: number;
};

export type Market = {
  readonly spec: SimMarket;
  readonly series: SimSeries | null;
  readonly index: number;
  readonly marketId: string;
  readonly book: Book;
  readonly createdMs: number;
  status: MarketStatus;
  last: number;
  lastSize: number;
  previous: number;
  volume: number;
  volume24h: number;
  openInterest: number;
  notionalMicros: number;
  tradeCount: number;
  result: 'yes' | 'no' | 'scalar' | '';
  settlementValue: number | null;
  expirationValue: string;
  closeMs: number;
  updatedMs: number;
  settledMs: number | null;
  /** The market's JSON as last served; null once anything in it may have changed. */
  json: string | null;
};

export type TimeInForce = 'fill_or_kill' | 'good_till_canceled' | 'immediate_or_cancel';
export type SelfTrade = 'taker_at_cross' | 'maker';
export type OrderStatus = 'resting' | 'canceled' | 'executed';
export type UpdateReason =
  | 'Decrease'
  | 'Amend'
  | 'SelfTradeCancel'
  | 'ExpiryCancel'
  | 'CloseCancel'
  | 'HaltCancel'
  | 'Trade'
  | 'ReduceOnlyCancel'
  | 'MarginCancel';

/** An order of an account, or, with `account` null, of one of the world's agents. */
export type Order = {
  readonly id: string;
  readonly n: number;
  readonly account: Account | null;
  /** Who may not trade with whom: the account's id, or the agent's name. */
  readonly owner: string;
  readonly market: Market;
  readonly side: 'bid' | 'ask';
  clientOrderId: string | null;
  price: number;
  initial: number;
  remaining: number;
  filled: number;
  takerCost: number;
  makerCost: number;
  takerFees: number;
  makerFees: number;
  readonly timeInForce: TimeInForce;
  readonly selfTrade: SelfTrade;
  readonly groupId: string | null;
  expirationMs: number | null;
  readonly cancelOnPause: boolean;
  status: OrderStatus;
  reason: UpdateReason | null;
  readonly createdMs: number;
  updatedMs: number;
};

export type Fill = {
  readonly id: string;
  readonly n: number;
  readonly order: Order;
  readonly side: 'bid' | 'ask';
  readonly price: number;
  readonly quantity: number;
  readonly isTaker: boolean;
  readonly fee: number;
  readonly postPosition: number;
  readonly atMs: number;
};

/** One signed quantity: + is YES, − is NO. `cost` is what the held side cost, without fees. */
export type Position = {
  readonly market: Market;
  quantity: number;
  cost: number;
  realized: number;
  fees: number;
  traded: number;
  tradedQuantity: number;
  updatedMs: number;
  settled: boolean;
};

export type Settlement = {
  readonly n: number;
  readonly market: Market;
  readonly quantity: number;
  readonly cost: number;
  readonly revenue: number;
  readonly fees: number;
  readonly value: number;
  readonly atMs: number;
};

export type OrderGroup = {
  readonly id: string;
  readonly account: Account;
  readonly exchangeIndex: number;
  limit: number;
  triggered: boolean;
  readonly matches: { readonly atMs: number; readonly quantity: number }[];
  readonly orders: Map<string, Order>;
};

export type Transfer = {
  readonly id: string;
  readonly from: number;
  readonly to: number;
  readonly micros: number;
  readonly atMs: number;
  /** When it arrived, or was undone: its money is back where it came from, and the list forgets it. */
  endedMs: number | null;
  isUndone: boolean;
};

export type Account = {
  readonly id: string;
  readonly openedMs: number;
  /** Cash per provisioned shard, before reservations. A shard that is not a key here does not know the account. */
  readonly cash: Map<number, number>;
  /** Collateral that resting orders hold, per market. */
  readonly reserved: Map<string, number>;
  readonly resting: Map<string, Map<string, Order>>;
  readonly orders: Map<string, Order>;
  readonly clientOrderIds: Set<string>;
  readonly fills: Fill[];
  readonly positions: Map<string, Position>;
  readonly settlements: Settlement[];
  readonly groups: Map<string, OrderGroup>;
  readonly transfers: Map<string, Transfer>;
  allocation: readonly { readonly exchangeIndex: number; readonly percent: number }[];
  rebalancing: boolean;
  updatedMs: number;
};

/** Due work. World events carry the world's own names; the rest is the exchange's housekeeping. */
export type Due =
  | { readonly kind: 'world'; readonly event: WorldEvent }
  | { readonly kind: 'open'; readonly ticker: string }
  | { readonly kind: 'close'; readonly ticker: string }
  | { readonly kind: 'clear'; readonly ticker: string }
  | { readonly kind: 'settle'; readonly ticker: string }
  | { readonly kind: 'expire'; readonly order: Order }
  | { readonly kind: 'rebalance'; readonly account: Account }
  | { readonly kind: 'transfer'; readonly account: Account; readonly transfer: Transfer };

export type OrderSnapshot = Readonly<Omit<Order, 'account'>> & { readonly accountId: string };

export type LifecycleKind =
  | 'created'
  | 'activated'
  | 'deactivated'
  | 'close_date_updated'
  | 'determined'
  | 'settled';

/** What happened, in order. The wire turns these into frames; nobody else writes frames. */
export type ExchangeEvent =
  | {
      readonly kind: 'delta';
      readonly market: Market;
      readonly side: 'bid' | 'ask';
      readonly price: number;
      readonly delta: number;
      readonly cause: { readonly accountId: string; readonly clientOrderId: string | null } | null;
      readonly atMs: number;
    }
  | {
      readonly kind: 'trade';
      readonly market: Market;
      readonly trade: Trade;
      readonly atMs: number;
    }
  | { readonly kind: 'ticker'; readonly market: Market; readonly atMs: number }
  | {
      readonly kind: 'fill';
      readonly accountId: string;
      readonly fill: Fill;
      readonly atMs: number;
    }
  | { readonly kind: 'order'; readonly order: OrderSnapshot; readonly atMs: number }
  | {
      readonly kind: 'position';
      readonly accountId: string;
      readonly position: Readonly<Position>;
      readonly atMs: number;
    }
  | {
      readonly kind: 'lifecycle';
      readonly what: LifecycleKind;
      readonly market: Market;
      readonly atMs: number;
    }
  | { readonly kind: 'event'; readonly event: SimEvent; readonly atMs: number }
  | {
      readonly kind: 'group';
      readonly what: 'created' | 'triggered' | 'reset' | 'deleted' | 'limit_updated';
      readonly group: OrderGroup;
      readonly atMs: number;
    };

export type ExchangeState = {
  readonly seed: number;
  readonly world: World;
  readonly heap: Heap<Due>;
  nowMs: number;
  started: boolean;
  readonly series: Map<string, SimSeries>;
  readonly events: Map<
    string,
    { readonly spec: SimEvent; readonly markets: Market[]; readonly index: number }
  >;
  readonly markets: Map<string, Market>;
  readonly marketList: Market[];
  readonly tradeList: Trade[];
  readonly accounts: Map<string, Account>;
  /** Resting orders of the world's agents, by market and agent. */
  readonly quotes: Map<string, Map<string, Order[]>>;
  /** The world's agents as one account without limits: what accounts win or lose, it loses or wins. */
  readonly house: { cash: number; readonly positions: Map<string, number> };
  /** Fees and rounding the exchange kept. */
  collected: number;
  readonly counters: {
    order: number;
    fill: number;
    trade: number;
    settlement: number;
    transfer: number;
    group: number;
  };
  /** How long transfers take from now on, and whether they come to nothing. */
  transfers: { readonly ms: number; readonly fail: boolean };
  exchangeActive: boolean;
  tradingActive: boolean;
  readonly touched: Set<Market>;
  out: ExchangeEvent[];
};
