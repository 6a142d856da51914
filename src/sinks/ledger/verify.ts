import { type Account, applyRecord, isConsistent } from '../../domain/account.js';
import { type Canonical, canonical } from '../../domain/canonical.js';
import { chainProblem, noHead } from '../../domain/chain.js';
import { type LedgerRecord, ledgerVersion } from '../../domain/records.js';
import { err, ok, type Result } from '../../domain/result.js';
import { limits } from '../../limits.js';
import type { HighWater } from './high-water.js';
import { type LedgerProblem, type LedgerProblemCode, reasonOf } from './problem.js';
import { rowsOf, type Store } from './store.js';

export type Verified = {
  /** Null: the ledger has no records yet. */
  readonly account: Account | null;
  readonly records: number;
  readonly headHash: string;
  readonly isBalanced: boolean;
};

/**
 * Recomputes everything from the records alone: bytes, chain, account, books, views, and that the ledger has not fallen
 * behind its mark. Says what is wrong first, and where.
 */
export function verifyStore(
  store: Store,
  mark: HighWater | null | 'damaged',
  at: string,
): Result<Verified, LedgerProblem> {
  const bad = (code: LedgerProblemCode, what: string): Result<never, LedgerProblem> =>
    err({ code, text: `${at}: ${what}` });
  if (mark === 'damaged') return bad('older_copy', 'its high-water mark cannot be read');
  let account: Account | null = null;
  let head = noHead;
  // One snapshot, though the engine may be writing.
  const transaction = store.root.useReadTransaction();
  try {
    const version = store.meta.get('version', { transaction }) ?? null;
    const otherVersion = versionProblem(version);
    if (otherVersion !== null) return bad('other_version', otherVersion);
    for (const { key, value } of store.records.getRange({ transaction })) {
      const record = recordOf(value);
      if (record === null || record.seq !== key)
        return bad('chain_broken', `record ${head.seq + 1} was altered`);
      const problem = chainProblem(head, account?.lastAt ?? null, record);
      if (problem !== null) return bad('chain_broken', problem.text);
      if (mark?.seq === record.seq && mark.hash !== record.hash)
        return bad('older_copy', `record ${record.seq} is not the one that the mark remembers`);
      account = applied(account, record);
      if (account === null) return bad('chain_broken', `record ${record.seq} cannot be applied`);
      head = account.head;
    }
    const behind = behindMark(
      account,
      mark,
      store.meta.get('marked', { transaction }) !== undefined,
    );
    if (behind !== null) return bad(behind.code, behind.text);
    if (account !== null && version === null) return bad('other_version', 'its format is unknown');
    const rows = account === null ? new Map<string, string>() : rowsOf(account);
    let views = 0;
    for (const { key, value } of store.views.getRange({ transaction })) {
      views += 1;
      if (rows.get(key) !== value)
        return bad('views_differ', `the view ${key} is not what the records say`);
    }
    if (views !== rows.size)
      return bad('views_differ', `${views} rows in the views, ${rows.size} by the records`);
  } catch (error) {
    return bad('file_damaged', reasonOf(error));
  } finally {
    transaction.done();
  }
  const isBalanced = account === null || isConsistent(account);
  return ok({ account, records: head.seq, headHash: head.hash, isBalanced });
}

/** Of what a ledger says about its format; null when this build reads it, or nothing was written yet. */
export const versionProblem = (version: string | null): string | null =>
  version === null || version === String(ledgerVersion)
    ? null
    : `its format is ${version === '' ? 'unknown' : version}, this build reads ${ledgerVersion}; use the build that wrote it`;

/** Null when the text is not the canonical text of a record. */
function recordOf(text: string): LedgerRecord | null {
  if (text.length > limits.recordBytesMax) return null;
  try {
    const record = JSON.parse(text) as LedgerRecord;
    return canonical(record as unknown as Canonical) === text ? record : null;
  } catch {
    return null;
  }
}

/** Null when the record contradicts the ones before it. */
function applied(account: Account | null, record: LedgerRecord): Account | null {
  try {
    return applyRecord(account, record);
  } catch {
    return null;
  }
}

/** Without a mark there can only be what was written before the first one, or while it could not be written. */
function behindMark(
  account: Account | null,
  mark: HighWater | null,
  wasMarked: boolean,
): LedgerProblem | null {
  if (mark === null)
    return wasMarked || (account !== null && account.head.seq > limits.highWaterRecordsMax)
      ? { code: 'missing', text: 'its high-water mark is gone' }
      : null;
  if (account === null)
    return { code: 'missing', text: `no records, though ${mark.seq} were written` };
  if (account.genesis.hash !== mark.genesis)
    return { code: 'other_ledger', text: 'it is not the ledger that the mark belongs to' };
  if (account.head.seq < mark.seq)
    return {
      code: 'older_copy',
      text: `it ends at record ${account.head.seq}, though ${mark.seq} were written: an older copy?`,
    };
  return null;
}
