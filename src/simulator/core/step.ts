/**
 * The exchange as a function of its messages and market time. No clock, no chance, no I/O: the shell says what time it
 * is, and everything that was due before then happens first, at its own time.
 */
import type { WorldStep } from '../world/types.js';
import { applyCommand } from './agents.js';
import {
  type Amended,
  type AmendOrder,
  amendOrder,
  type DecreaseOrder,
  decreaseOrder,
} from './amend.js';
import { createGroup, deleteGroup, limitGroup, resetGroup, triggerGroup } from './groups.js';
import {
  clearBook,
  closeMarket,
  openMarket,
  setExchangeActive,
  setMarketActive,
  settleMarket,
} from './markets.js';
import {
  type Canceled,
  type CancelOrder,
  type CreateOrder,
  cancelAll,
  cancelOrder,
  createOrder,
} from './orders.js';
import { type Answer, no, refusals, yes } from './refusals.js';
import { removeOrder } from './resting.js';
import { emit } from './state.js';
import { endTransfer, rebalance, setAllocation, transfer } from './transfers.js';
import type {
  Account,
  Due,
  ExchangeEvent,
  ExchangeState,
  Order,
  OrderGroup,
  Transfer,
} from './types.js';

export type Message =
  | { readonly kind: 'advance' }
  | { readonly kind: 'create'; readonly account: Account; readonly ask: CreateOrder }
  | { readonly kind: 'cancel'; readonly account: Account; readonly ask: CancelOrder }
  | { readonly kind: 'cancel_all'; readonly account: Account }
  | { readonly kind: 'amend'; readonly account: Account; readonly ask: AmendOrder }
  | { readonly kind: 'decrease'; readonly account: Account; readonly ask: DecreaseOrder }
  | {
      readonly kind: 'group_create';
      readonly account: Account;
      readonly exchangeIndex: number;
      readonly limit: number;
    }
  | {
      readonly kind: 'group_reset' | 'group_trigger' | 'group_delete';
      readonly account: Account;
      readonly id: string;
    }
  | {
      readonly kind: 'group_limit';
      readonly account: Account;
      readonly id: string;
      readonly limit: number;
    }
  | {
      readonly kind: 'transfer';
      readonly account: Account;
      readonly from: number;
      readonly to: number;
      readonly micros: number;
    }
  | {
      readonly kind: 'allocate';
      readonly account: Account;
      readonly allocation: Account['allocation'];
    }
  /** How long transfers take from now on, and whether they come to nothing. */
  | { readonly kind: 'transfers'; readonly ms: number; readonly fail: boolean }
  | { readonly kind: 'exchange'; readonly exchangeActive: boolean; readonly tradingActive: boolean }
  | { readonly kind: 'market'; readonly ticker: string; readonly active: boolean };

/** What each message is answered with. */
export type ReplyOf<M extends Message> = M extends { kind: 'create' }
  ? Order
  : M extends { kind: 'cancel' }
    ? Canceled
    : M extends { kind: 'cancel_all' }
      ? number
      : M extends { kind: 'amend' }
        ? Amended
        : M extends { kind: 'decrease' }
          ? Order
          : M extends { kind: 'group_create' }
            ? OrderGroup
            : M extends { kind: 'transfer' }
              ? Transfer
              : true;

export type Stepped<M extends Message> = {
  readonly answer: Answer<ReplyOf<M>>;
  readonly events: readonly ExchangeEvent[];
};

/** When the exchange next has something to do by itself. */
export const nextDueMs = (state: ExchangeState): number | null => state.heap.nextMs();

function applyWorld(state: ExchangeState, step: WorldStep): void {
  for (const command of step.commands) applyCommand(state, command);
  for (const event of step.wake)
    state.heap.push(Math.max(event.atMs, state.nowMs), { kind: 'world', event });
}

function handleDue(state: ExchangeState, due: Due): void {
  switch (due.kind) {
    case 'world':
      applyWorld(state, state.world.handle(due.event));
      return;
    case 'rebalance':
      rebalance(state, due.account);
      return;
    case 'transfer':
      endTransfer(state, due.account, due.transfer);
      return;
    case 'expire':
      // An amended order may live longer than it was first given.
      if (due.order.expirationMs !== null && due.order.expirationMs <= state.nowMs) {
        removeOrder(state, due.order, 'ExpiryCancel');
      }
      return;
    default: {
      const market = state.markets.get(due.ticker);
      if (market === undefined) return;
      if (due.kind === 'open') openMarket(state, market);
      else if (due.kind === 'settle') settleMarket(state, market);
      else if (due.kind === 'clear') clearBook(state, market, 'CloseCancel');
      else if (state.nowMs >= market.closeMs) closeMarket(state, market);
    }
  }
}

/** One ticker per changed market and instant, after everything that changed it. */
function flushTickers(state: ExchangeState): void {
  for (const market of state.touched) emit(state, { kind: 'ticker', market, atMs: state.nowMs });
  state.touched.clear();
}

function advance(state: ExchangeState, toMs: number): void {
  if (!state.started) {
    state.started = true;
    state.nowMs = toMs;
    applyWorld(state, state.world.start());
    flushTickers(state);
  }
  for (let due = state.heap.popDue(toMs); due !== null; due = state.heap.popDue(toMs)) {
    state.nowMs = Math.max(state.nowMs, due.atMs);
    handleDue(state, due.item);
    flushTickers(state);
  }
  state.nowMs = Math.max(state.nowMs, toMs);
}

function withGroup(account: Account, id: string, act: (group: OrderGroup) => void): Answer<true> {
  const group = account.groups.get(id);
  if (group === undefined) return no(refusals.groupNotFound);
  act(group);
  return yes(true);
}

function perform(state: ExchangeState, message: Message): Answer<unknown> {
  switch (message.kind) {
    case 'advance':
      return yes(true);
    case 'create':
      return createOrder(state, message.account, message.ask);
    case 'cancel':
      return cancelOrder(state, message.account, message.ask);
    case 'cancel_all':
      return cancelAll(state, message.account);
    case 'amend':
      return amendOrder(state, message.account, message.ask);
    case 'decrease':
      return decreaseOrder(state, message.account, message.ask);
    case 'group_create':
      if (!message.account.cash.has(message.exchangeIndex)) return no(refusals.userNotFound);
      return yes(createGroup(state, message.account, message.exchangeIndex, message.limit));
    case 'group_reset':
      return withGroup(message.account, message.id, (group) => resetGroup(state, group));
    case 'group_trigger':
      return withGroup(message.account, message.id, (group) => triggerGroup(state, group));
    case 'group_delete':
      return withGroup(message.account, message.id, (group) => deleteGroup(state, group));
    case 'group_limit':
      return withGroup(message.account, message.id, (group) =>
        limitGroup(state, group, message.limit),
      );
    case 'transfer':
      return transfer(state, message.account, message.from, message.to, message.micros);
    case 'allocate':
      return setAllocation(state, message.account, message.allocation);
    case 'transfers':
      state.transfers = { ms: message.ms, fail: message.fail };
      return yes(true);
    case 'exchange':
      setExchangeActive(state, message.exchangeActive, message.tradingActive);
      return yes(true);
    case 'market': {
      const market = state.markets.get(message.ticker);
      if (market === undefined) return no(refusals.marketNotFound);
      setMarketActive(state, market, message.active);
      return yes(true);
    }
    default:
      message satisfies never;
      return no(refusals.notFound);
  }
}

/** Everything due up to `marketTimeMs`, then the message, then the tickers of what changed. Time never goes back. */
export function step<M extends Message>(
  state: ExchangeState,
  message: M,
  marketTimeMs: number,
): Stepped<M> {
  advance(state, marketTimeMs);
  const answer = perform(state, message);
  flushTickers(state);
  const events = state.out;
  state.out = [];
  // `perform` answers each kind as `ReplyOf` says; the compiler cannot follow the generic through the switch.
  return { answer: answer as Answer<ReplyOf<M>>, events };
}
