import { isSameValue, loosensCap, onlyWay } from '../../messages/setting-values.js';
import type { SettingRow } from '../../messages/settings.js';
import { problemOf } from './draft.js';
import { fileLine } from './texts.js';

/** What would come of a value that somebody typed for a running engine; the server has the last word. */
export type Verdict =
  | { readonly kind: 'same' }
  /** Can be sent. */
  | { readonly kind: 'apply' }
  | { readonly kind: 'invalid'; readonly why: string }
  /** Not from a page: what to put into the file, and whether it takes a restart then. */
  | {
      readonly kind: 'by_hand';
      readonly why: string;
      readonly line: string;
      readonly needsRestart: boolean;
    };

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

/** Why this value cannot go from a page to a running engine; null: it can. */
function notFromHere(row: SettingRow, text: string): string | null {
  const { neverBecause, oneWay, hot, riskCap, rule, value } = row;
  if (neverBecause !== null) return `Not possible from a page. ${neverBecause}`;
  if (!hot) return 'It takes effect at a start.';
  if (riskCap !== null && loosensCap(rule, riskCap, value, text))
    return 'A risk cap is tightened at once, and never loosened from a page.';
  if (oneWay !== null && loosensCap(rule, oneWay.way === 'up' ? 'min' : 'max', value, text))
    return onlyWay(rule, oneWay);
  return null;
}

export function verdictOf(row: SettingRow, text: string): Verdict {
  if (isSameValue(row.rule, text, row.value)) return { kind: 'same' };
  const problem = problemOf(row, text);
  if (problem !== null) return { kind: 'invalid', why: problem };
  const why = notFromHere(row, text);
  if (why === null) return { kind: 'apply' };
  const needsRestart = !row.hot || row.riskCap !== null;
  return { kind: 'by_hand', why, line: fileLine(row, text), needsRestart };
}
