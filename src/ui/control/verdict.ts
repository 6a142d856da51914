import { isSameValue, loosensCap } from '../../messages/setting-values.js';
import type { SettingRow } from '../../messages/settings.js';
import { problemOf } from './draft.js';
import { fileLine } from './texts.js';

/** What would come of a value that somebody typed for a running engine; the server has the last word. */
export type Verdict =
  | { readonly kind: 'same' }
  /** Can be sent. */
  | { readonly kind: 'apply' }
  | { readonly kind: 'invalid'; readonly why: string }
  /** Not from a page: what to put into the file, before a restart. */
  | { readonly kind: 'by_hand'; readonly why: string; readonly line: string };

/** Why a field is closed; null: it is open. */
export function closedBecause({
  origin,
  environmentOnly,
  sensitive,
  env,
}: SettingRow): string | null {
  if (origin === 'env')
    return `Set by the environment, which outranks the file: change ${env} there and restart.`;
  if (origin === 'flag')
    return 'Set on the command line, which outranks the file: change it there and restart.';
  if (environmentOnly || sensitive) return `Can only be set in the environment, as ${env}.`;
  return null;
}

/** Why a value of this setting never goes from a page to a running engine; null: it may. */
const notFromHere = ({ neverBecause, hot }: SettingRow): string | null => {
  if (neverBecause !== null) return `Not possible from a page. ${neverBecause}`;
  return hot ? null : 'It takes effect at a start.';
};

export function verdictOf(row: SettingRow, text: string): Verdict {
  if (isSameValue(row.rule, text, row.value)) return { kind: 'same' };
  const problem = problemOf(row, text);
  if (problem !== null) return { kind: 'invalid', why: problem };
  const line = fileLine(row, text);
  const why = notFromHere(row);
  if (why !== null) return { kind: 'by_hand', why, line };
  if (row.riskCap !== null && loosensCap(row.rule, row.riskCap, row.value, text))
    return {
      kind: 'by_hand',
      why: 'A risk cap is tightened at once, and never loosened from a page.',
      line,
    };
  return { kind: 'apply' };
}
