/**
 * Order groups: the exchange's own fuse. More contracts matched within a rolling 15 seconds than the limit cancels
 * every order of the group and bars new ones until it is reset.
 */
import { keyedId } from './ids.js';
import { removeOrder } from './resting.js';
import { emit } from './state.js';
import type { Account, ExchangeState, Order, OrderGroup } from './types.js';

const GROUP_WINDOW_MS = 15_000;

export function createGroup(
  state: ExchangeState,
  account: Account,
  exchangeIndex: number,
  limit: number,
): OrderGroup {
  state.counters.group += 1;
  const group: OrderGroup = {
    id: keyedId(state.seed, 'group', state.counters.group),
    account,
    exchangeIndex,
    limit,
    triggered: false,
    matches: [],
    orders: new Map(),
  };
  account.groups.set(group.id, group);
  emit(state, { kind: 'group', what: 'created', group: { ...group }, atMs: state.nowMs });
  return group;
}

const matchedLately = (state: ExchangeState, group: OrderGroup): number => {
  while (group.matches[0] !== undefined && group.matches[0].atMs <= state.nowMs - GROUP_WINDOW_MS) {
    group.matches.shift();
  }
  return group.matches.reduce((sum, match) => sum + match.quantity, 0);
};

/** Counts a match of an order towards its group, and pulls the trigger when the limit is passed. */
export function noteMatch(state: ExchangeState, order: Order, quantity: number): void {
  if (order.account === null || order.groupId === null) return;
  const group = order.account.groups.get(order.groupId);
  if (group === undefined) return;
  group.matches.push({ atMs: state.nowMs, quantity });
  if (!group.triggered && matchedLately(state, group) > group.limit) triggerGroup(state, group);
}

export function cancelGroupOrders(state: ExchangeState, group: OrderGroup): void {
  for (const order of Array.from(group.orders.values())) removeOrder(state, order, null);
}

export function triggerGroup(state: ExchangeState, group: OrderGroup): void {
  group.triggered = true;
  cancelGroupOrders(state, group);
  emit(state, { kind: 'group', what: 'triggered', group: { ...group }, atMs: state.nowMs });
}

export function resetGroup(state: ExchangeState, group: OrderGroup): void {
  group.triggered = false;
  group.matches.length = 0;
  emit(state, { kind: 'group', what: 'reset', group: { ...group }, atMs: state.nowMs });
}

export function limitGroup(state: ExchangeState, group: OrderGroup, limit: number): void {
  group.limit = limit;
  emit(state, { kind: 'group', what: 'limit_updated', group: { ...group }, atMs: state.nowMs });
  if (!group.triggered && matchedLately(state, group) > limit) triggerGroup(state, group);
}

export function deleteGroup(state: ExchangeState, group: OrderGroup): void {
  cancelGroupOrders(state, group);
  group.account.groups.delete(group.id);
  emit(state, { kind: 'group', what: 'deleted', group: { ...group }, atMs: state.nowMs });
}
