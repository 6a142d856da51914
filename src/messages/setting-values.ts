import { parseDecimal } from '../domain/units.js';
import type { OneWay, ValueRule } from './settings.js';

/** Settings as texts, for the page and for whoever writes the file: the same rules at both ends. Pure. */

/** A text as the integer that a rule compares; null: it is no number of that rule. */
function scaled(rule: Extract<ValueRule, { kind: 'number' }>, text: string): number | null {
  const parsed = parseDecimal(text.trim(), rule.decimals);
  return parsed.ok ? parsed.value : null;
}

const isTrue = (text: string): boolean => ['true', '1'].includes(text.trim());
const isFlag = (text: string): boolean => isTrue(text) || ['false', '0'].includes(text.trim());

/** What a terminal or a reader would obey or not see. JSON may be broken into lines. */
export const hasUnseen = (text: string): boolean => /[^\P{C}\t\n\r]/u.test(text);

/** Of a text that was refused: completes "must be …". */
export const mustBe = (allowed: string, text: string): string =>
  hasUnseen(text) ? `${allowed}, without control or invisible characters` : allowed;

/** Whether a text keeps the rule. False is final; true leaves the last word to the loader. */
export function keepsRule(rule: ValueRule, text: string): boolean {
  if (hasUnseen(text)) return false;
  switch (rule.kind) {
    case 'number': {
      if (rule.words.includes(text.trim())) return true;
      const value = scaled(rule, text);
      const min = scaled(rule, rule.min);
      const max = scaled(rule, rule.max);
      return value !== null && min !== null && max !== null && value >= min && value <= max;
    }
    case 'choice':
      return rule.words.includes(text.trim());
    case 'flag':
      return isFlag(text);
    case 'text': {
      if (text === '') return rule.mayBeEmpty;
      return rule.pattern === null || new RegExp(`^(?:${rule.pattern})$`).test(text);
    }
  }
}

const trimZeros = (text: string): string =>
  text.includes('.') ? text.replace(/0+$/, '').replace(/\.$/, '') : text;

/**
 * What a settings file holds for a text. A number only where JSON spells the same digits, so that nothing is rounded and
 * no exponent appears; the loader takes the text as well.
 */
export function fileValueOf(rule: ValueRule, text: string): string | number | boolean {
  if (rule.kind === 'flag' && isFlag(text)) return isTrue(text);
  const word = rule.kind === 'text' ? text : text.trim();
  if (rule.kind !== 'number' || !/^-?\d+(?:\.\d+)?$/.test(word)) return word;
  const value = Number(word);
  return JSON.stringify(value) === trimZeros(word) ? value : word;
}

/** Whether two texts are one value. Texts of other kinds are compared as they are. */
export function isSameValue(rule: ValueRule, one: string, other: string): boolean {
  if (rule.kind === 'flag') return isFlag(one) && isFlag(other) && isTrue(one) === isTrue(other);
  if (rule.kind === 'text') return one === other;
  if (one.trim() === other.trim()) return true;
  if (rule.kind === 'choice') return false;
  const value = scaled(rule, one);
  return value !== null && value === scaled(rule, other);
}

/** Whether a cap at `to` would let more happen than at `from`; what cannot be compared is looser. */
export function loosensCap(
  rule: ValueRule,
  riskCap: 'max' | 'min',
  from: string,
  to: string,
): boolean {
  const numberOf = (text: string): number => {
    if (rule.kind === 'flag') return isFlag(text) ? Number(isTrue(text)) : Number.NaN;
    return rule.kind === 'number' ? (scaled(rule, text) ?? Number.NaN) : Number.NaN;
  };
  const [before, after] = [numberOf(from), numberOf(to)];
  return riskCap === 'max' ? !(after <= before) : !(after >= before);
}

/** What a page may do with a value in words; a flag is switched. */
export const onlyWay = (rule: ValueRule, { way, because }: OneWay): string => {
  const up = rule.kind === 'flag' ? 'switched on' : 'raised';
  const down = rule.kind === 'flag' ? 'switched off' : 'lowered';
  return `From a page it can only be ${way === 'up' ? up : down}. ${because}`;
};
