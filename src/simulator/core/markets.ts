/** The life of a market: initialized → active ⇄ inactive → closed → determined → finalized. */

import type { SimMarket } from '../world/types.js';
import { payOut, payOutHouse } from './accounts.js';
import { removeOrder } from './resting.js';
import { emit, makeMarket, touch } from './state.js';
import type { ExchangeState, Market, UpdateReason } from './types.js';

/** How long after its close a market's resting orders are canceled by the exchange. */
const CLEAR_AFTER_MS = 1_000;

export function listMarket(state: ExchangeState, spec: SimMarket): void {
  if (state.markets.has(spec.ticker)) return;
  const event = state.events.get(spec.eventTicker);
  const series = event === undefined ? null : (state.series.get(event.spec.seriesTicker) ?? null);
  const market = makeMarket(state, spec, series);
  state.markets.set(spec.ticker, market);
  state.marketList.push(market);
  event?.markets.push(market);
  if (market.status === 'initialized')
    state.heap.push(spec.openMs, { kind: 'open', ticker: spec.ticker });
  state.heap.push(spec.closeMs, { kind: 'close', ticker: spec.ticker });
  emit(state, { kind: 'lifecycle', what: 'created', market, atMs: state.nowMs });
}

export function openMarket(state: ExchangeState, market: Market): void {
  if (market.status !== 'initialized') return;
  market.status = 'active';
  touch(state, market);
}

/** Cancels everything that rests in a market, accounts' orders and agents' quotes alike. */
export function clearBook(state: ExchangeState, market: Market, reason: UpdateReason): void {
  const { bids, asks } = market.book;
  for (const order of [...bids, ...asks].flatMap((level) => [...level.orders]))
    removeOrder(state, order, reason);
  state.quotes.delete(market.spec.ticker);
}

export function closeMarket(state: ExchangeState, market: Market): void {
  if (market.status === 'closed' || market.status === 'determined' || market.status === 'finalized')
    return;
  if (state.nowMs < market.closeMs) {
    market.closeMs = state.nowMs;
    emit(state, { kind: 'lifecycle', what: 'close_date_updated', market, atMs: state.nowMs });
  }
  market.status = 'closed';
  touch(state, market);
  state.heap.push(state.nowMs + CLEAR_AFTER_MS, { kind: 'clear', ticker: market.spec.ticker });
}

export function determineMarket(
  state: ExchangeState,
  market: Market,
  outcome: {
    readonly result: 'yes' | 'no' | 'scalar';
    readonly settlementValue: number;
    readonly expirationValue: string;
  },
): void {
  if (market.status === 'determined' || market.status === 'finalized') return;
  closeMarket(state, market);
  clearBook(state, market, 'CloseCancel');
  market.status = 'determined';
  market.result = outcome.result;
  market.settlementValue = outcome.settlementValue;
  market.expirationValue = outcome.expirationValue;
  touch(state, market);
  emit(state, { kind: 'lifecycle', what: 'determined', market, atMs: state.nowMs });
  const dueMs = state.nowMs + market.spec.settlementTimerSeconds * 1000;
  state.heap.push(dueMs, { kind: 'settle', ticker: market.spec.ticker });
}

export function settleMarket(state: ExchangeState, market: Market): void {
  if (market.status !== 'determined') return;
  market.status = 'finalized';
  market.settledMs = state.nowMs;
  market.openInterest = 0;
  touch(state, market);
  for (const account of state.accounts.values()) {
    payOut(state, account, market);
    const position = account.positions.get(market.spec.ticker);
    if (position === undefined) continue;
    emit(state, {
      kind: 'position',
      accountId: account.id,
      position: { ...position },
      atMs: state.nowMs,
    });
  }
  payOutHouse(state, market);
  emit(state, { kind: 'lifecycle', what: 'settled', market, atMs: state.nowMs });
}

/** A pause of one market. Coming back cancels whatever rested through it. */
export function setMarketActive(state: ExchangeState, market: Market, active: boolean): void {
  if (active && market.status === 'inactive') {
    market.status = 'active';
    clearBook(state, market, 'HaltCancel');
    touch(state, market);
    emit(state, { kind: 'lifecycle', what: 'activated', market, atMs: state.nowMs });
  } else if (!active && market.status === 'active') {
    market.status = 'inactive';
    touch(state, market);
    emit(state, { kind: 'lifecycle', what: 'deactivated', market, atMs: state.nowMs });
  }
}

/** The whole venue's switches. Orders that asked for it leave when trading pauses. */
export function setExchangeActive(state: ExchangeState, exchange: boolean, trading: boolean): void {
  state.exchangeActive = exchange;
  state.tradingActive = trading;
  if (exchange && trading) return;
  for (const account of state.accounts.values()) {
    for (const resting of Array.from(account.resting.values())) {
      for (const order of Array.from(resting.values())) {
        if (order.cancelOnPause) removeOrder(state, order, 'HaltCancel');
      }
    }
  }
}
