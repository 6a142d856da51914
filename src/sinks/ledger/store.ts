import { createHash } from 'node:crypto';
import { renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Database, open, type RootDatabase } from 'lmdb';
import type { Account } from '../../domain/account.js';
import { viewNames, viewOf } from '../../domain/account-codec.js';
import { assert } from '../../domain/assert.js';
import { type Canonical, canonical } from '../../domain/canonical.js';
import { type LedgerRecord, ledgerVersion } from '../../domain/records.js';
import { syncDirectory } from './directories.js';

/** The LMDB file: records by seq, the views derived from them, and what format they are in. */
export type Store = {
  readonly root: RootDatabase<string, string>;
  readonly records: Database<string, number>;
  readonly views: Database<string, string>;
  readonly meta: Database<string, string>;
};

export function openStore(path: string, readOnly: boolean): Store {
  const store = storeOf(openRoot(path, readOnly));
  assert(store !== null, 'a table is missing: another build wrote it');
  return store;
}

/** Null: a table is missing, and nothing may be written. */
export function storeOf(root: RootDatabase<string, string>): Store | null {
  const { records, views, meta } = tablesOf(root);
  const isWhole = records !== undefined && views !== undefined && meta !== undefined;
  return isWhole ? { root, records, views, meta } : null;
}

/** The format a ledger says it has; null: nothing was written to it yet. Nothing is added to one of another build. */
export async function versionOf(path: string): Promise<string | null> {
  const root = openRoot(path, true);
  const store = storeOf(root);
  const version = store === null ? 'unknown' : (store.meta.get('version') ?? null);
  await root.close();
  return version;
}

/**
 * With overlapping sync a failed fsync would leave records visible that are not on disk, and recycled memory would put
 * old bytes, keys among them, into the file. So neither.
 */
export const openRoot = (path: string, readOnly: boolean): RootDatabase<string, string> =>
  open<string, string>({
    path,
    noSubdir: true,
    overlappingSync: false,
    noMemInit: false,
    encoding: 'string',
    maxDbs: 4,
    readOnly,
  });

/** Those that are not there are made, or left out when nothing may be written. */
function tablesOf(
  root: RootDatabase<string, string>,
): Partial<Pick<Store, 'records' | 'views' | 'meta'>> {
  return {
    records: root.openDB<string, number>('records', { encoding: 'string', keyEncoding: 'uint32' }),
    views: root.openDB<string, string>('views', { encoding: 'string' }),
    meta: root.openDB<string, string>('meta', { encoding: 'string' }),
  };
}

/** Makes an empty ledger. A power failure leaves none or a whole one, never a file that nobody can open. */
export async function createStore(path: string): Promise<void> {
  const next = `${path}.next`;
  const clear = (): void => {
    for (const leftOver of [next, `${next}-lock`]) rmSync(leftOver, { force: true });
  };
  clear();
  // LMDB syncs what it writes; the names are up to us.
  await openStore(next, false).root.close();
  renameSync(next, path);
  clear();
  syncDirectory(dirname(path));
}

/**
 * One durable transaction: the records and what they change in the views. `isMarked`: a high-water mark is on disk, which
 * may not be missing from then on. Rejects with what the disk said.
 */
export async function commit(
  store: Store,
  records: readonly LedgerRecord[],
  before: Account | null,
  after: Account,
  isMarked: boolean,
): Promise<void> {
  // Inside the transaction the synchronous calls belong to it: one commit, one fsync.
  const written = store.root.transaction(() => {
    if (before === null) store.meta.putSync('version', String(ledgerVersion));
    if (isMarked && store.meta.get('marked') === undefined) store.meta.putSync('marked', '1');
    for (const record of records)
      store.records.putSync(record.seq, canonical(record as unknown as Canonical));
    for (const view of viewNames) {
      const old = before === null ? new Map<string, Canonical>() : viewOf(before, view);
      const next = viewOf(after, view);
      if (old === next) continue;
      for (const [key, value] of next)
        if (old.get(key) !== value) store.views.putSync(rowKey(view, key), rowText(key, value));
      for (const key of old.keys()) if (!next.has(key)) store.views.removeSync(rowKey(view, key));
    }
    // Of a commit that fails, lmdb also rejects a promise of its own for the writes inside. Nobody else holds it, and what
    // nobody hears would end the process.
    void store.root.committed.then(ignored, ignored);
  });
  await written.catch(async (error: unknown) => {
    // lmdb hands the reason over as a promise that rejects.
    await (error as { readonly commitError?: Promise<never> }).commitError;
    return Promise.reject(error);
  });
}

const ignored = (): void => {};

/** Every row that the views of an account hold. */
export function rowsOf(account: Account): ReadonlyMap<string, string> {
  const rows = new Map<string, string>();
  for (const view of viewNames)
    for (const [key, value] of viewOf(account, view))
      rows.set(rowKey(view, key), rowText(key, value));
  return rows;
}

/** LMDB keys are short; ids from outside need not be. */
const rowKey = (view: string, key: string): string =>
  key.length <= 200
    ? `${view}/${key}`
    : `${view}/#${createHash('sha256').update(key).digest('hex')}`;

const rowText = (key: string, value: Canonical): string => canonical([key, value]);
