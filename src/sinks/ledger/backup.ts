import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { err, ok, type Result } from '../../domain/result.js';
import { makeDirectory, syncDirectory } from './directories.js';
import { highWaterPath, readHighWater, writeHighWater } from './high-water.js';
import { type Inspection, openToRead } from './inspect.js';
import { ledgerPath } from './ledger.js';
import { type LedgerProblem, type LedgerProblemCode, reasonOf } from './problem.js';

/** What has to be known of a copy before it is called one. */
export type Checked = Pick<Inspection, 'records' | 'headHash' | 'problem'>;

export type Backup = { readonly records: number; readonly headHash: string | null };

/**
 * Copies the ledger in `home`, with a mark of its own, to the new directory `target`; an engine may be writing meanwhile. The
 * copy has its name only once `inspect` has found it whole.
 */
export async function backUpLedger(
  home: string,
  target: string,
  inspect: (home: string) => Promise<Checked>,
): Promise<Result<Backup, LedgerProblem>> {
  const bad = (code: LedgerProblemCode, what: string): Result<never, LedgerProblem> =>
    err({ code, text: `${target}: ${what}` });
  if (existsSync(target)) return bad('backup_exists', 'is there already; choose another name');
  // LMDB's files follow the mask: what is in them is nobody else's business.
  process.umask(0o077);
  const draft = `${target}.unchecked`;
  try {
    rmSync(draft, { recursive: true, force: true });
    mkdirSync(dirname(target), { recursive: true });
    makeDirectory(dirname(ledgerPath(draft)));
    makeDirectory(dirname(highWaterPath(draft)));
    const copied = await copy(home, draft);
    const inspection = copied === null ? await inspect(draft) : null;
    const problem = copied ?? inspection?.problem ?? null;
    if (problem !== null || inspection === null) {
      rmSync(draft, { recursive: true, force: true });
      return bad('backup_failed', `no copy was made: ${problem?.text ?? 'it was not checked'}`);
    }
    const { records, headHash } = inspection;
    const mark = readHighWater(draft);
    if (mark !== null && mark !== 'damaged' && headHash !== null)
      await writeHighWater(draft, { genesis: mark.genesis, seq: records, hash: headHash });
    renameSync(draft, target);
    syncDirectory(dirname(target));
    return ok({ records, headHash });
  } catch (error) {
    return bad('backup_failed', `no copy was made: ${reasonOf(error)}`);
  }
}

/** The mark first: the copy may be ahead of it, never behind. */
async function copy(home: string, draft: string): Promise<LedgerProblem | null> {
  const mark = readHighWater(home);
  if (mark === 'damaged')
    return { code: 'older_copy', text: `${home}: its high-water mark cannot be read` };
  if (mark !== null) await writeHighWater(draft, mark);
  const store = await openToRead(home);
  if ('code' in store) return store;
  try {
    // Page by page within one read transaction. Not compacted: that has been seen to make files that cannot be read.
    await store.root.backup(ledgerPath(draft), false);
  } finally {
    await store.root.close();
  }
  // LMDB does not sync a copy.
  const file = openSync(ledgerPath(draft), 'r');
  fsyncSync(file);
  closeSync(file);
  syncDirectory(dirname(ledgerPath(draft)));
  return null;
}
