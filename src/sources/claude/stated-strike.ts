import type { StrikeType } from '../../domain/market.js';

/** Days and times of day are not strikes. */
const moments =
  /\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.? \d{1,2}(?:st|nd|rd|th)?\b(?:,? \d{4})?|\b\d{1,2}:\d{2}\b|\b\d{4}-\d{2}-\d{2}\b/gi;
const numbers =
  /(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+) ?(k|thousand|mm?|million|bn?|billion|tn?|trillion|%|percent|bps|basis points|¢|cents?)?(?![a-z])/gi;
const words: readonly (readonly [RegExp, number])[] = [
  'zero',
  'one',
  'two',
  'three',
  'four',
  'five',
  'six',
  'seven',
  'eight',
  'nine',
  'ten',
  'eleven',
  'twelve',
].map((word, value) => [new RegExp(`\\b${word}\\b`, 'i'), value]);

const scales: Readonly<Record<string, number>> = {
  k: 1e3,
  thousand: 1e3,
  m: 1e6,
  mm: 1e6,
  million: 1e6,
  b: 1e9,
  bn: 1e9,
  billion: 1e9,
  t: 1e12,
  tn: 1e12,
  trillion: 1e12,
  '%': 0.01,
  percent: 0.01,
  bps: 0.0001,
  'basis points': 0.0001,
  '¢': 0.01,
  cent: 0.01,
  cents: 0.01,
};

/** Every number that a text may be read to state, without its sign: "$1.5 million" is 1.5 and 1,500,000. */
function statedNumbers(text: string): readonly number[] {
  const plain = text.replace(moments, ' ');
  const found = words.flatMap(([word, value]) => (word.test(plain) ? [value] : []));
  for (const [, digits = '', unit] of plain.matchAll(numbers)) {
    const value = Number(digits.replaceAll(',', ''));
    found.push(value);
    const scale = scales[unit?.toLowerCase() ?? ''];
    if (scale !== undefined) found.push(value * scale);
  }
  return found;
}

/** Steps in which outcomes are counted. */
const units = [1, 0.1, 0.01, 0.001];

/**
 * The numbers that name a strike: itself, and for a strict bound the first outcome beyond it, as "2+" says of more than
 * 1.5 and "77° or below" of less than 78.
 */
function namesOf(strike: number, type: StrikeType): readonly number[] {
  const above = units.map((unit) => (Math.floor(strike / unit + 1e-6) + 1) * unit);
  const below = units.map((unit) => (Math.ceil(strike / unit - 1e-6) - 1) * unit);
  switch (type) {
    case 'greater':
      return [strike, ...above];
    case 'less':
      return [strike, ...below];
    case 'greater_or_equal':
    case 'less_or_equal':
      return [strike];
    default:
      return [strike, ...above, ...below];
  }
}

/** Whether a text states a strike in any common spelling. */
export function isStrikeStated(strike: number, type: StrikeType, text: string): boolean {
  const stated = statedNumbers(text);
  return namesOf(strike, type)
    .map(Math.abs)
    .some((name) => stated.some((value) => Math.abs(value - name) <= 1e-9 * Math.max(1, name)));
}
