import { lastValueFrom, map, toArray } from 'rxjs';
import type { Account } from '../domain/account.js';
import type { Order } from '../domain/order.js';
import { balanceOf, cashOf } from '../domain/postings.js';
import type { LedgerRecord } from '../domain/records.js';
import { formatMicros, formatQuantity, type Micros, micros, quantity } from '../domain/units.js';
import { kalshiCodec } from '../exchange/kalshi/codec.js';
import type { VenueShell } from '../exchange/venue.js';
import type {
  Fill,
  VenueOrder,
  VenuePosition,
  VenueSettlement,
} from '../messages/account-event.js';
import type { Answer, ShardCash } from '../messages/desk.js';
import type { EffectRequest, Outcome } from '../messages/effect.js';

/** One place where the ledger and the exchange differ, or a reading that failed. */
export type Difference = {
  readonly what: string;
  readonly key: string;
  readonly ledger: string;
  readonly venue: string;
};

export type Comparison = { readonly compared: number; readonly differences: readonly Difference[] };

/** Nothing could be compared, and why. */
export const uncompared = (what: string, why: string): Comparison => ({
  compared: 0,
  differences: [{ what, key: 'reading', ledger: '', venue: why }],
});

/** Silence is no agreement. */
export const isAgreed = ({ compared, differences }: Comparison): boolean =>
  compared > 0 && differences.length === 0;

/** What a comparison came to, for people. */
export function comparisonLines(comparison: Comparison): readonly string[] {
  const { compared, differences } = comparison;
  if (isAgreed(comparison))
    return [
      `the ledger agrees with the exchange's own books: ${compared} figures compared, to the micro-dollar`,
    ];
  if (compared === 0)
    return [
      "nothing was compared with the exchange's own books",
      ...differences.map(({ what, venue }) => `   ${what} could not be read: ${venue}`),
    ];
  return [
    `THE LEDGER DIFFERS FROM THE EXCHANGE'S BOOKS in ${differences.length} of ${compared} figures:`,
    ...differences.map(
      ({ what, key, ledger, venue }) => `   ${what} ${key}: ledger ${ledger}, exchange ${venue}`,
    ),
  ];
}

/** What the ledger said in this run, beyond what its account still holds: orders as last seen, settlements. */
export class RunBooks {
  readonly orders = new Map<Order['terms']['clientOrderId'], Order>();
  readonly settled = new Map<string, Micros>();

  hear(records: readonly LedgerRecord[], account: Account): void {
    for (const { body } of records)
      if (body.kind === 'settled')
        this.settled.set(body.ticker, micros((this.settled.get(body.ticker) ?? 0) + body.revenue));
    for (const [id, order] of account.orders) this.orders.set(id, order);
  }
}

type Compare = (what: string, key: string, ledger: string, venue: string) => void;

type Books = {
  readonly orders: readonly VenueOrder[];
  readonly fills: readonly Fill[];
  readonly positions: readonly VenuePosition[];
  readonly settlements: readonly VenueSettlement[];
  readonly balance: readonly ShardCash[];
};

async function readBooks(venue: VenueShell): Promise<Books | Comparison> {
  const read = async <Item>(
    request: EffectRequest,
    decode: (parts: readonly Outcome[]) => Answer<Item>,
  ): Promise<Answer<Item>> =>
    lastValueFrom(
      venue.perform(request).pipe(
        map(({ outcome }) => outcome),
        toArray(),
        map(decode),
      ),
    );
  const [orders, fills, positions, settlements, balance] = await Promise.all([
    read({ kind: 'orders', since: null, ticker: null }, kalshiCodec.orders),
    read({ kind: 'fills', since: null, orderId: null }, kalshiCodec.fills),
    read({ kind: 'positions' }, kalshiCodec.positions),
    read({ kind: 'settlements', since: null, ticker: null }, kalshiCodec.settlements),
    read({ kind: 'balance' }, kalshiCodec.balance),
  ]);
  const failed = (what: string, { detail }: { readonly detail: string }): Comparison =>
    uncompared(what, detail);
  if (orders.kind === 'failed') return failed('orders', orders);
  if (fills.kind === 'failed') return failed('fills', fills);
  if (positions.kind === 'failed') return failed('positions', positions);
  if (settlements.kind === 'failed') return failed('settlements', settlements);
  if (balance.kind === 'failed') return failed('balance', balance);
  return {
    orders: orders.items,
    fills: fills.items,
    positions: positions.items,
    settlements: settlements.items,
    balance: balance.items,
  };
}

/** "executed 12.00", as the exchange would put an order of ours; "none" for one that never got there. */
function orderText(order: Order | undefined): string {
  if (order === undefined || order.orderId === null) return 'none';
  const { expected, terms } = order;
  const isOpen = ['intended', 'durable', 'sent', 'resting', 'unknown'].includes(order.status);
  const status = isOpen ? order.status : expected === terms.count ? 'executed' : 'canceled';
  return `${status} ${formatQuantity(expected)}`;
}

/**
 * Reads the exchange's own books through its public API and compares them with the ledger, exactly and per shard: cash,
 * signed positions, settlements, and per order its status, filled count, booked fills and fees.
 */
export async function compareBooks(
  venue: VenueShell,
  account: Account,
  run: RunBooks,
): Promise<Comparison> {
  const books = await readBooks(venue);
  if (!('balance' in books)) return books;
  const differences: Difference[] = [];
  let compared = 0;
  const compare: Compare = (what, key, ledger, theirs) => {
    compared += 1;
    if (ledger !== theirs) differences.push({ what, key, ledger, venue: theirs });
  };
  const cash = new Map(books.balance.map((each) => [cashOf(each.shard), each.cash]));
  const ourCash = [...account.balances.keys()].filter((name) => name.startsWith('cash:'));
  for (const name of new Set([...cash.keys(), ...ourCash]))
    compare(
      'cash',
      name.replace('cash:', 'shard '),
      formatMicros(balanceOf(account.balances, name)),
      formatMicros(cash.get(name) ?? micros(0)),
    );
  const positions = new Map(books.positions.map((each) => [each.ticker, each.position]));
  for (const ticker of new Set([...positions.keys(), ...account.positions.keys()]))
    compare(
      'position',
      ticker,
      formatQuantity(account.positions.get(ticker)?.quantity ?? quantity(0)),
      formatQuantity(positions.get(ticker) ?? quantity(0)),
    );
  const revenues = new Map<string, number>();
  for (const { ticker, revenue } of books.settlements)
    revenues.set(ticker, (revenues.get(ticker) ?? 0) + revenue);
  for (const ticker of new Set([...revenues.keys(), ...run.settled.keys()]))
    compare(
      'settlement',
      ticker,
      formatMicros(run.settled.get(ticker) ?? micros(0)),
      formatMicros(micros(revenues.get(ticker) ?? 0)),
    );
  compareOrders(books, run, compare);
  return { compared, differences };
}

/** Every order of either side, and every fill: also one that belongs to no order, or an order that is there twice. */
function compareOrders(books: Books, run: RunBooks, compare: Compare): void {
  const seen = new Set<string>();
  const unclaimed = new Map<string, Fill[]>();
  for (const fill of books.fills)
    unclaimed.set(fill.orderId, [...(unclaimed.get(fill.orderId) ?? []), fill]);
  const one = (key: string, order: Order | undefined, theirs: VenueOrder | undefined): void => {
    const status =
      theirs === undefined ? 'none' : `${theirs.status} ${formatQuantity(theirs.filledCount)}`;
    compare('order', key, orderText(order), status);
    const fills = (theirs === undefined ? undefined : unclaimed.get(theirs.orderId)) ?? [];
    if (theirs !== undefined) unclaimed.delete(theirs.orderId);
    const ours = `${formatQuantity(order?.filled ?? quantity(0))} ${formatMicros(order?.fees ?? micros(0))}`;
    compare('fills and fees', key, ours, fillsText(fills));
  };
  for (const theirs of books.orders) {
    const { clientOrderId: id, orderId } = theirs;
    const order = id === null || seen.has(id) ? undefined : run.orders.get(id);
    if (id !== null) seen.add(id);
    one(id ?? `${orderId}, without an id of ours`, order, theirs);
  }
  for (const [id, order] of run.orders)
    if (order.orderId !== null && !seen.has(id)) one(id, order, undefined);
  for (const [id, fills] of unclaimed)
    compare('fills and fees', `${id}, an order that is not listed`, 'none', fillsText(fills));
}

function fillsText(fills: readonly Fill[]): string {
  const filled = fills.reduce((sum, fill) => sum + Math.abs(fill.count), 0);
  const fees = fills.reduce((sum, fill) => sum + fill.fee, 0);
  return `${formatQuantity(quantity(filled))} ${formatMicros(micros(fees))}`;
}
