import type { SimMarket, SimSeries, World } from '../world/types.js';
import { makeBook } from './book.js';
import { makeHeap } from './heap.js';
import { keyedId } from './ids.js';
import type { Account, ExchangeEvent, ExchangeState, Market } from './types.js';

/** Market time that a transfer between shards takes. */
export const TRANSFER_MS = 2_000;

export function makeExchange(world: World, seed: number): ExchangeState {
  return {
    seed,
    world,
    heap: makeHeap(),
    nowMs: 0,
    started: false,
    series: new Map(),
    events: new Map(),
    markets: new Map(),
    marketList: [],
    tradeList: [],
    accounts: new Map(),
    quotes: new Map(),
    house: { cash: 0, positions: new Map() },
    collected: 0,
    counters: { order: 0, fill: 0, trade: 0, settlement: 0, transfer: 0, group: 0 },
    transfers: { ms: TRANSFER_MS, fail: false },
    exchangeActive: true,
    tradingActive: true,
    touched: new Set(),
    out: [],
  };
}

export function makeMarket(
  state: ExchangeState,
  spec: SimMarket,
  series: SimSeries | null,
): Market {
  return {
    spec,
    series,
    index: state.marketList.length,
    marketId: keyedId(state.seed, 'market', spec.ticker),
    book: makeBook(),
    createdMs: state.nowMs,
    status: spec.openMs <= state.nowMs ? 'active' : 'initialized',
    last: 0,
    lastSize: 0,
    previous: 0,
    volume: spec.volume,
    volume24h: spec.volume24h,
    openInterest: spec.openInterest,
    notionalMicros: 0,
    tradeCount: 0,
    result: '',
    settlementValue: null,
    expirationValue: '',
    closeMs: spec.closeMs,
    updatedMs: state.nowMs,
    settledMs: null,
    json: null,
  };
}

/** Opens an account with cash on the shards it is given; other shards do not know it. */
export function openAccount(
  state: ExchangeState,
  id: string,
  cash: ReadonlyMap<number, number>,
): Account {
  const account: Account = {
    id,
    openedMs: state.nowMs,
    cash: new Map(cash),
    reserved: new Map(),
    resting: new Map(),
    orders: new Map(),
    clientOrderIds: new Set(),
    fills: [],
    positions: new Map(),
    settlements: [],
    groups: new Map(),
    transfers: new Map(),
    allocation: [],
    rebalancing: false,
    updatedMs: state.nowMs,
  };
  state.accounts.set(id, account);
  return account;
}

export function emit(state: ExchangeState, event: ExchangeEvent): void {
  state.out.push(event);
}

/** Marks a market as changed: its JSON is stale and its ticker is due at the end of the step. */
export function touch(state: ExchangeState, market: Market): void {
  market.json = null;
  state.touched.add(market);
}
