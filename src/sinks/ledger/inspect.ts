import { type Account, applyRecord } from '../../domain/account.js';
import type { LedgerRecord } from '../../domain/records.js';
import { err, ok, type Result } from '../../domain/result.js';
import { limits } from '../../limits.js';
import type { SettledVerdict } from '../../valuation/settled.js';
import { readHighWater } from './high-water.js';
import { ledgerPath, ownerOf } from './ledger.js';
import { metaProblem, pageProblem } from './pages.js';
import { type LedgerProblem, reasonOf } from './problem.js';
import { eachSettled, readerOf } from './settled.js';
import { openRoot, type Store, storeOf } from './store.js';
import { verifyStore } from './verify.js';

export type Inspection = {
  readonly records: number;
  readonly headHash: string | null;
  readonly isBalanced: boolean;
  /** Whose it is, "live, demo, main"; null: it has no records, or cannot be read. */
  readonly genesis: string | null;
  /** Null: everything holds. */
  readonly problem: LedgerProblem | null;
};

/** Verifies the ledger in `home` without touching it; an engine may be writing meanwhile. */
export async function inspectLedger(home: string): Promise<Inspection> {
  const failed = (problem: LedgerProblem): Inspection => ({
    records: 0,
    headHash: null,
    isBalanced: false,
    genesis: null,
    problem,
  });
  // Before the records: a mark that is written while they are read may be ahead of them.
  const mark = readHighWater(home);
  const store = await openToRead(home);
  if ('code' in store) return failed(store);
  const verified = verifyStore(store, mark, ledgerPath(home));
  await store.root.close();
  if (!verified.ok) return failed(verified.error);
  const { records, headHash, isBalanced, account } = verified.value;
  const problem: LedgerProblem | null = isBalanced
    ? null
    : { code: 'chain_broken', text: `${ledgerPath(home)}: the books do not balance` };
  const genesis = account === null ? null : ownerOf(account.genesis);
  return { records, headHash, isBalanced, genesis, problem };
}

/** The account as the records say, without the ledger's lock; null: there are none yet. */
export async function readAccount(home: string): Promise<Result<Account | null, LedgerProblem>> {
  let account: Account | null = null;
  const problem = await exportRecords(home, (line) => {
    account = applyRecord(account, JSON.parse(line) as LedgerRecord);
    return null;
  });
  return problem === null ? ok(account) : err(problem);
}

/** Every record's text from `first` on, oldest first. `write` may ask to wait. */
export async function exportRecords(
  home: string,
  write: (line: string) => Promise<void> | null,
  first = 1,
): Promise<LedgerProblem | null> {
  const store = await openToRead(home);
  if ('code' in store) return store;
  try {
    for (let start = first; ; ) {
      // Read in pieces: a reader that is kept waiting would keep LMDB from using pages again, and the file would grow.
      const lines = [...store.records.getRange({ start, limit: limits.exportRecordsMax })];
      for (const { value } of lines) {
        const wait = write(value);
        if (wait !== null) await wait;
      }
      const last = lines.at(-1);
      if (last === undefined) return null;
      start = last.key + 1;
    }
  } catch (error) {
    return { code: 'file_damaged', text: `${ledgerPath(home)}: ${reasonOf(error)}` };
  } finally {
    await store.root.close();
  }
}

/** As `Ledger.settled`, of all records there are; an engine may be writing meanwhile. */
export async function settledOf(
  home: string,
  visit: (verdict: SettledVerdict) => void,
): Promise<LedgerProblem | null> {
  const store = await openToRead(home);
  if ('code' in store) return store;
  try {
    const read = await eachSettled(
      readerOf(store, Number.MAX_SAFE_INTEGER, () => true),
      visit,
    );
    return read.ok ? null : read.error;
  } finally {
    await store.root.close();
  }
}

/**
 * Read transactions only: a writer is never held up, nor is anything changed. One is open while the pages are read, so that
 * none of them is used again meanwhile; LMDB itself looks at no page but the first two before they are found sound.
 */
export async function openToRead(home: string): Promise<Store | LedgerProblem> {
  const path = ledgerPath(home);
  const damaged = (what: string): LedgerProblem => ({
    code: 'file_damaged',
    text: `${path}: ${what}`,
  });
  try {
    const unreadable = metaProblem(path);
    if (unreadable !== null) return damaged(unreadable);
    const root = openRoot(path, true);
    const pinned = root.useReadTransaction();
    const problem = pageProblem(path);
    pinned.done();
    const store = problem === null ? storeOf(root) : null;
    if (store !== null) return store;
    await root.close();
    return damaged(problem ?? 'a table is missing: another build wrote it');
  } catch (error) {
    return damaged(reasonOf(error));
  }
}
