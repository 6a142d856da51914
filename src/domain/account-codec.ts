import { type Account, isConsistent } from './account.js';
import { type Canonical, canonical } from './canonical.js';
import { ledgerVersion } from './records.js';
import { err, ok, type Result } from './result.js';
import type { ClientOrderId, OrderId } from './units.js';

const tables = [
  'orders',
  'positions',
  'balances',
  'seen',
  'latches',
  'lastSent',
  'determined',
  'holds',
  'awaited',
  'over',
  'groups',
  'transfers',
] as const;
const single = [
  'head',
  'lastAt',
  'genesis',
  'run',
  'starts',
  'isFunded',
  'day',
  'sends',
  'counts',
  'external',
  'reconciledAt',
  'activeAt',
  'cycles',
  'treasury',
  'outcomes',
] as const;

/** The derived views of a ledger: one per table of the account, and `account` for all that is not a table. */
export type ViewName = (typeof tables)[number] | 'account';
export const viewNames: readonly ViewName[] = [...tables, 'account'];

/** One view's rows, key to value. Values are canonical. */
export function viewOf(account: Account, view: ViewName): ReadonlyMap<string, Canonical> {
  if (view !== 'account') return account[view] as ReadonlyMap<string, Canonical>;
  return new Map(single.map((name) => [name, account[name] as Canonical]));
}

/** The whole account as plain data: tables as rows sorted by key. What follows from the rest is left out. */
export function encodeAccount(account: Account): Canonical {
  const encoded: Record<string, Canonical> = {};
  for (const name of single) encoded[name] = account[name] as Canonical;
  for (const name of tables)
    encoded[name] = [...viewOf(account, name)].sort(([a], [b]) => (a < b ? -1 : 1));
  return encoded;
}

export type AccountProblem = {
  readonly code: 'unknown_shape' | 'other_version' | 'unbalanced';
  readonly text: string;
};

/** Reads what `encodeAccount` wrote, possibly after a journey through JSON. */
export function decodeAccount(value: unknown): Result<Account, AccountProblem> {
  const bad = (code: AccountProblem['code'], text: string): Result<never, AccountProblem> =>
    err({ code, text });
  if (typeof value !== 'object' || value === null)
    return bad('unknown_shape', 'the recovered account is not an object');
  const fields = value as Readonly<Record<string, unknown>>;
  const account: Record<string, unknown> = {};
  for (const name of single) {
    if (fields[name] === undefined) return bad('unknown_shape', `no ${name} in the account`);
    account[name] = fields[name];
  }
  for (const name of tables) {
    const rows = fields[name];
    if (!Array.isArray(rows) || !rows.every(isRow))
      return bad('unknown_shape', `${name} of the account is not a list of rows`);
    account[name] = new Map(rows);
  }
  const clientOrderIds = new Map<OrderId, ClientOrderId>();
  const decoded = { ...account, clientOrderIds } as unknown as Account;
  for (const [id, order] of decoded.orders)
    if (order.orderId !== null) clientOrderIds.set(order.orderId, id);
  const { version } = decoded.genesis;
  if (version !== ledgerVersion)
    return bad('other_version', `version ${version}, this build reads ${ledgerVersion}`);
  if (!isConsistent(decoded)) return bad('unbalanced', 'the books of the account do not sum to 0');
  return ok(decoded);
}

const isRow = (row: unknown): row is readonly [string, unknown] =>
  Array.isArray(row) && row.length === 2 && typeof row[0] === 'string';

/** Equal to the byte. */
export const sameAccount = (a: Account, b: Account): boolean =>
  canonical(encodeAccount(a)) === canonical(encodeAccount(b));
