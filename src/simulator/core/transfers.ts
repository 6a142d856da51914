/** Cash between shards: asked for once and on its way for a while, or kept at a target every ten seconds. */
import { availableOn } from './accounts.js';
import { keyedId } from './ids.js';
import { type Answer, no, refusals, yes } from './refusals.js';
import type { Account, ExchangeState, Transfer } from './types.js';
import { MICROS_PER_UNIT } from './units.js';

const REBALANCE_EVERY_MS = 10_000;
/** Shards this venue runs. */
export const SHARDS: readonly { readonly index: number; readonly description: string }[] = [
  { index: 0, description: 'Default' },
  { index: 1, description: 'Exotics' },
  { index: 2, description: 'Crypto and Commodities' },
  { index: 3, description: 'Tennis, Baseball and Basketball' },
];

export function transfer(
  state: ExchangeState,
  account: Account,
  from: number,
  to: number,
  micros: number,
): Answer<Transfer> {
  const known = (shard: number): boolean => SHARDS.some((one) => one.index === shard);
  if (!known(from) || !known(to) || from === to || micros <= 0)
    return no(refusals.invalidOrder('invalid shards or amount'));
  if (availableOn(state, account, from) < micros) return no(refusals.insufficientBalance);
  state.counters.transfer += 1;
  const begun: Transfer = {
    id: keyedId(state.seed, 'transfer', state.counters.transfer),
    from,
    to,
    micros,
    atMs: state.nowMs,
    endedMs: null,
    isUndone: false,
  };
  account.transfers.set(begun.id, begun);
  pay(state, account, from, 0 - micros);
  state.heap.push(state.nowMs + state.transfers.ms, {
    kind: 'transfer',
    account,
    transfer: begun,
  });
  return yes(begun);
}

/** The money arrives, or comes back. */
export function endTransfer(state: ExchangeState, account: Account, transfer: Transfer): void {
  transfer.endedMs = state.nowMs;
  transfer.isUndone = state.transfers.fail;
  pay(state, account, transfer.isUndone ? transfer.from : transfer.to, transfer.micros);
}

function pay(state: ExchangeState, account: Account, shard: number, micros: number): void {
  account.cash.set(shard, (account.cash.get(shard) ?? 0) + micros);
  account.updatedMs = state.nowMs;
}

/** Sets the percentages the account wants on its shards; none turns it off. */
export function setAllocation(
  state: ExchangeState,
  account: Account,
  allocation: Account['allocation'],
): Answer<true> {
  const total = allocation.reduce((sum, one) => sum + one.percent, 0);
  if (allocation.length > 0 && total !== 100)
    return no(refusals.invalidOrder('percents must total 100'));
  account.allocation = allocation;
  if (allocation.length > 0 && !account.rebalancing) {
    account.rebalancing = true;
    state.heap.push(state.nowMs + REBALANCE_EVERY_MS, { kind: 'rebalance', account });
  }
  return yes(true);
}

/** Moves free cash towards the target, from shards with too much to shards with too little. */
export function rebalance(state: ExchangeState, account: Account): void {
  if (account.allocation.length === 0) {
    account.rebalancing = false;
    return;
  }
  state.heap.push(state.nowMs + REBALANCE_EVERY_MS, { kind: 'rebalance', account });
  const shards = new Set([
    ...account.cash.keys(),
    ...account.allocation.map((one) => one.exchangeIndex),
  ]);
  const free = new Map([...shards].map((shard) => [shard, availableOn(state, account, shard)]));
  const total = [...free.values()].reduce((sum, micros) => sum + micros, 0);
  const wanted = (shard: number): number => {
    const percent = account.allocation.find((one) => one.exchangeIndex === shard)?.percent ?? 0;
    return Math.floor((total * percent) / 100 / MICROS_PER_UNIT) * MICROS_PER_UNIT;
  };
  for (const to of shards) {
    for (const from of shards) {
      const missing = wanted(to) - (free.get(to) ?? 0);
      const spare = (free.get(from) ?? 0) - wanted(from);
      const micros = Math.min(missing, spare);
      if (from === to || micros < MICROS_PER_UNIT) continue;
      pay(state, account, from, 0 - micros);
      pay(state, account, to, micros);
      free.set(from, (free.get(from) ?? 0) - micros);
      free.set(to, (free.get(to) ?? 0) + micros);
    }
  }
}
