/** Where a value came from, weakest first. */
export type Origin = 'default' | 'file' | 'env' | 'flag';

export type ProblemCode =
  | 'unknown_name'
  | 'unknown_key'
  | 'duplicate_key'
  | 'invalid_value'
  | 'not_in_file'
  | 'secret_in_file'
  | 'relation'
  | 'file_missing'
  | 'file_unreadable'
  | 'file_syntax'
  | 'tls_disabled'
  | 'two_commands'
  | 'live_unconfirmed'
  | 'live_heuristic_only'
  | 'key_missing'
  | 'key_id_invalid'
  | 'key_incomplete'
  | 'key_ambiguous'
  | 'key_unreadable'
  | 'key_file_open'
  | 'key_file_owner'
  | 'key_file_link'
  | 'key_not_a_key'
  | 'key_unsupported';

/** One thing wrong with the configuration. `message` is one whole line for a person; it never holds a secret. */
export type ConfigProblem = {
  readonly code: ProblemCode;
  /** The setting, name or file it is about. */
  readonly subject: string;
  readonly message: string;
};

/** Something to know that stops nothing. */
export type ConfigWarning = {
  readonly code:
    | 'min_edge_hides_threshold'
    | 'min_edge_hides_backfill'
    | 'min_edge_hides_adaptation'
    | 'nothing_trades'
    | 'market_cap_over_exposure'
    | 'daily_loss_over_bankroll'
    | 'forced_candidate'
    | 'pem_in_environment';
  readonly subject: string;
  readonly message: string;
};

const usage: ReadonlySet<ProblemCode> = new Set(['two_commands']);
const auth: ReadonlySet<ProblemCode> = new Set([
  'key_missing',
  'key_id_invalid',
  'key_incomplete',
  'key_ambiguous',
  'key_unreadable',
  'key_file_open',
  'key_file_owner',
  'key_file_link',
  'key_not_a_key',
  'key_unsupported',
]);

/** The documented exit code: 2 usage, 3 configuration, 4 keys. What has to be mended first wins. */
export function exitCodeOf(problems: readonly ConfigProblem[]): 2 | 3 | 4 {
  if (problems.some((problem) => usage.has(problem.code))) return 2;
  return problems.every((problem) => auth.has(problem.code)) ? 4 : 3;
}

/** A value as a message may show it: escaped, so that it stays one line, and cut. */
export const shown = (value: string): string =>
  JSON.stringify(value.length > 80 ? `${value.slice(0, 77)}…` : value);
