import { assert } from './assert.js';
import type { Position, Trade } from './position.js';
import { type Micros, micros, type Shard, shard as shardOf } from './units.js';

/**
 * Accounts of the double entry, in micros: debits +, credits −. Assets `cash:<shard>` and `positions` (at cost) are
 * positive; equity `contributed` and income `realized_gains` are negative; `realized_losses`, `fees` and
 * `inference_expense` are positive. `inference_reserve` is the part of equity set aside for Claude (`retained` is its other
 * side), `inference_payable` what its provider is owed out of profit: moving that money is up to people. `in_transit` is cash
 * that has left one shard and not arrived on another.
 */
export type LedgerAccount =
  | `cash:${number}`
  | 'in_transit'
  | 'positions'
  | 'fees'
  | 'realized_gains'
  | 'realized_losses'
  | 'contributed'
  | 'retained'
  | 'inference_expense'
  | 'inference_reserve'
  | 'inference_payable';

export type Posting = { readonly account: LedgerAccount; readonly amount: Micros };
export type Balances = ReadonlyMap<LedgerAccount, Micros>;

export const cashOf = (shard: Shard): LedgerAccount => `cash:${shard}`;

/** Cash paid in (+) or taken out (−). */
export const cashPostings = (shard: Shard, amount: Micros): readonly Posting[] =>
  balanced([
    { account: cashOf(shard), amount },
    { account: 'contributed', amount: micros(0 - amount) },
  ]);

/** A transfer begins: cash leaves its shard. */
export const departurePostings = (from: Shard, amount: Micros): readonly Posting[] =>
  balanced([
    { account: cashOf(from), amount: micros(0 - amount) },
    { account: 'in_transit', amount },
  ]);

/** A transfer ends: cash arrives, or is back where it came from. */
export const arrivalPostings = (at: Shard, amount: Micros): readonly Posting[] =>
  balanced([
    { account: 'in_transit', amount: micros(0 - amount) },
    { account: cashOf(at), amount },
  ]);

/** A fill: cash for what opened and the fee, proceeds for what closed, and the difference realized. */
export function fillPostings(shard: Shard, done: Trade, fee: Micros): readonly Posting[] {
  return balanced([
    { account: cashOf(shard), amount: micros(done.proceeds - done.openedCost - fee) },
    { account: 'positions', amount: micros(done.openedCost - done.closedCost) },
    { account: 'fees', amount: fee },
    ...realized(done.proceeds - done.closedCost),
  ]);
}

/** A settlement: the payout for what was held at cost, and the difference realized. */
export function settledPostings(position: Position, revenue: Micros): readonly Posting[] {
  return balanced([
    { account: cashOf(position.shard), amount: revenue },
    { account: 'positions', amount: micros(0 - position.cost) },
    ...realized(revenue - position.cost),
  ]);
}

/** Realized profit set aside for Claude: one part of equity becomes another (VALUATION §7, entry 5). */
export const appropriationPostings = (amount: Micros): readonly Posting[] =>
  balanced([
    { account: 'retained', amount },
    { account: 'inference_reserve', amount: micros(0 - amount) },
  ]);

/**
 * A bill of Claude: an expense that is owed; the reserve is released for it as far as it goes, the operator pays the rest.
 * A negative amount takes back what was booked too high: the operator first, then the reserve.
 */
export function inferencePostings(
  amount: Micros,
  reserve: Micros,
  granted: Micros,
): { readonly postings: readonly Posting[]; readonly fromGrant: Micros } {
  const fromGrant =
    amount >= 0 ? Math.max(0, amount - Math.max(0, reserve)) : 0 - Math.min(granted, 0 - amount);
  const fromReserve = amount - fromGrant;
  return {
    fromGrant: micros(fromGrant),
    postings: balanced([
      { account: 'inference_expense', amount },
      { account: 'inference_payable', amount: micros(fromGrant - amount) },
      { account: 'contributed', amount: micros(0 - fromGrant) },
      { account: 'inference_reserve', amount: micros(fromReserve) },
      { account: 'retained', amount: micros(0 - fromReserve) },
    ]),
  };
}

const realized = (profit: number): readonly Posting[] =>
  profit === 0
    ? []
    : [{ account: profit > 0 ? 'realized_gains' : 'realized_losses', amount: micros(0 - profit) }];

function balanced(postings: readonly Posting[]): readonly Posting[] {
  let sum = 0;
  for (const { amount } of postings) sum += amount;
  assert(sum === 0, `postings must sum to 0, were ${sum}`);
  return postings.filter(({ amount }) => amount !== 0);
}

/** The same balances with the postings booked. All accounts together stay 0. */
export function book(balances: Balances, postings: readonly Posting[]): Balances {
  if (postings.length === 0) return balances;
  const next = new Map(balances);
  for (const { account, amount } of postings)
    next.set(account, micros((next.get(account) ?? 0) + amount));
  assert(trialBalance(next) === 0, 'accounts must sum to 0');
  return next;
}

export function trialBalance(balances: Balances): number {
  let sum = 0;
  for (const amount of balances.values()) sum += amount;
  return sum;
}

export const balanceOf = (balances: Balances, account: LedgerAccount): Micros =>
  balances.get(account) ?? micros(0);

/** Shards that cash was ever booked on. */
export function cashShards(balances: Balances): readonly Shard[] {
  const shards: Shard[] = [];
  for (const account of balances.keys())
    if (account.startsWith('cash:')) shards.push(shardOf(Number(account.slice('cash:'.length))));
  return shards;
}

/** Cash over all shards, and between them. */
export function cashTotal(balances: Balances): Micros {
  let sum: number = balanceOf(balances, 'in_transit');
  for (const [account, amount] of balances) if (account.startsWith('cash:')) sum += amount;
  return micros(sum);
}

/** Gains less losses less fees. */
export const realizedNet = (balances: Balances): Micros =>
  micros(
    0 -
      balanceOf(balances, 'realized_gains') -
      balanceOf(balances, 'realized_losses') -
      balanceOf(balances, 'fees'),
  );
