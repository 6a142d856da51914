import type { EpochMs } from '../domain/units.js';

/**
 * One thing the engine decided. `line` is what `decisionsHash` covers, to the byte; `of` is the text whose hash stands in
 * it (a ledger record, an effect's request), null where there is none or none may be kept.
 */
export type Decision = {
  /** Log time. */
  readonly at: EpochMs;
  /** Seq of the input that was being handled, or at whose time a timer was due. */
  readonly cause: number;
  readonly line: string;
  readonly of: string | null;
};
