/**
 * Why a ledger cannot be used. Everything up to `low_space` refuses the start with exit code 3; the next three end a
 * running one: nothing is sent any more. The last two are about a copy of it.
 */
export type LedgerProblemCode =
  | 'in_use'
  | 'not_writable'
  | 'file_damaged'
  | 'missing'
  | 'older_copy'
  | 'chain_broken'
  | 'views_differ'
  | 'other_ledger'
  | 'other_version'
  | 'low_space'
  | 'commit_failed'
  | 'slow_disk'
  | 'closed'
  | 'backup_exists'
  | 'backup_failed';

export type LedgerProblem = {
  readonly code: LedgerProblemCode;
  /** One line: what, where, what to do. */
  readonly text: string;
};

export const ledgerExitCode = 3;

export const reasonOf = (error: unknown): string => {
  const text = error instanceof Error ? error.message : String(error);
  return text.split('\n', 1)[0]?.slice(0, 300) ?? '';
};
