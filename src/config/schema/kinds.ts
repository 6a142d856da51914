import {
  formatDecimal,
  type Micros,
  micros,
  parseDecimal,
  type Quantity,
  quantity,
  type Shard,
  shard,
} from '../../domain/units.js';
import type { ClockSettings } from '../../messages/input.js';
import type { ValueRule } from '../../messages/settings.js';
import { type About, type Decoded, decoded, type Kind, refused, setting } from './setting.js';

type Range = { readonly min: string; readonly max: string };

const places = 9;
const scale = 1e9;

/** "12.500000" → "12.5". */
const trimZeros = (text: string): string =>
  text.includes('.') ? text.replace(/0+$/, '').replace(/\.$/, '') : text;

/** Decimal digits only: hex, exponents, NaN, Infinity, signs other than a leading minus and separators are refused. */
function decimal(text: string, range: Range, decimals: number): Decoded<number> {
  const value = parseDecimal(text.trim(), decimals);
  const min = parseDecimal(range.min, decimals);
  const max = parseDecimal(range.max, decimals);
  if (!value.ok || !min.ok || !max.ok) return refused();
  return value.value >= min.value && value.value <= max.value ? decoded(value.value) : refused();
}

const numberKind = (
  what: string,
  range: Range,
  decimals: number,
  words: readonly string[] = [],
): Kind => ({
  allowed: `${what} from ${range.min} to ${range.max}`,
  fileKinds: ['number', 'string'],
  fileSchema: {
    type: decimals === 0 ? 'integer' : 'number',
    minimum: Number(range.min),
    maximum: Number(range.max),
  },
  rule: { kind: 'number', ...range, decimals, words },
  optional: false,
});

const moneyPlaces = 6;
const contractPlaces = 2;

/** A whole number. */
export const whole = (about: About, range: Range) =>
  setting(
    about,
    numberKind('a whole number', range, 0),
    (text) => decimal(text, range, 0),
    (value: number) => String(value),
  );

const encodeNumber = (value: number): string =>
  trimZeros(formatDecimal(Math.round(value * scale), places));

/** A plain decimal with at most nine decimals; never used for money. */
export const fraction = (about: About, range: Range) =>
  setting(
    about,
    numberKind('a decimal number', range, places),
    (text) => {
      const parsed = decimal(text, range, places);
      return parsed.ok ? decoded(parsed.value / scale) : parsed;
    },
    encodeNumber,
  );

/** As `fraction`, or the word `off` (null). */
export const fractionOrOff = (about: About, range: Range) => {
  const kind = numberKind('a decimal number', range, places, ['off']);
  return setting<number | null>(
    about,
    {
      ...kind,
      allowed: `${kind.allowed}, or "off"`,
      fileSchema: { anyOf: [kind.fileSchema, { const: 'off' }] },
    },
    (text) => {
      if (text.trim() === 'off') return decoded(null);
      const parsed = decimal(text, range, places);
      return parsed.ok ? decoded(parsed.value / scale) : parsed;
    },
    (value) => (value === null ? 'off' : encodeNumber(value)),
  );
};

/** Dollars with at most six decimals, read digit by digit into micro-dollars. */
export const money = (about: About, range: Range) =>
  setting<Micros>(
    about,
    numberKind('an amount in dollars', range, moneyPlaces),
    (text) => {
      const parsed = decimal(text, range, moneyPlaces);
      return parsed.ok ? decoded(micros(parsed.value)) : parsed;
    },
    (value) => trimZeros(formatDecimal(value, moneyPlaces)),
  );

/** Contracts with at most two decimals, read into hundredths. */
export const contracts = (about: About, range: Range) =>
  setting<Quantity>(
    about,
    numberKind('a number of contracts', range, contractPlaces),
    (text) => {
      const parsed = decimal(text, range, contractPlaces);
      return parsed.ok ? decoded(quantity(parsed.value)) : parsed;
    },
    (value) => trimZeros(formatDecimal(value, contractPlaces)),
  );

export const flag = (about: About) =>
  setting<boolean>(
    about,
    {
      allowed: 'true or false (1 and 0 will do)',
      fileKinds: ['boolean'],
      fileSchema: { type: 'boolean' },
      rule: { kind: 'flag' },
      optional: false,
    },
    (text) => {
      const word = text.trim();
      if (word === 'true' || word === '1') return decoded(true);
      if (word === 'false' || word === '0') return decoded(false);
      return refused();
    },
    (value) => String(value),
  );

const listed = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;

export const choice = <const Word extends string>(about: About, words: readonly Word[]) =>
  setting<Word>(
    about,
    {
      allowed: listed(words),
      fileKinds: ['string'],
      fileSchema: { enum: [...words] },
      rule: { kind: 'choice', words },
      optional: false,
    },
    (text) => {
      const found = words.find((word) => word === text.trim());
      return found === undefined ? refused() : decoded(found);
    },
    (value) => value,
  );

/** One of a few amounts of money, spelt exactly as listed. */
export const moneyChoice = (about: About, words: readonly string[]) =>
  setting<Micros>(
    about,
    {
      allowed: listed(words),
      fileKinds: ['string', 'number'],
      fileSchema: { enum: [...words, ...words.map(Number)] },
      rule: { kind: 'choice', words },
      optional: false,
    },
    (text) => {
      if (!words.includes(text.trim())) return refused();
      const parsed = parseDecimal(text.trim(), moneyPlaces);
      return parsed.ok ? decoded(micros(parsed.value)) : refused();
    },
    (value) => trimZeros(formatDecimal(value, moneyPlaces)),
  );

export type TextRule = {
  readonly allowed: string;
  /** Returns the value in its one canonical spelling. */
  readonly check: (text: string) => Decoded<string>;
  /** What every value looks like, for a page to check by; `check` may refuse more. */
  readonly pattern?: string;
};

const textRule = (mayBeEmpty: boolean, pattern: string | null = null): ValueRule => ({
  kind: 'text',
  mayBeEmpty,
  pattern,
});

export const text = (about: About, rule: TextRule) =>
  setting<string>(
    about,
    {
      allowed: rule.allowed,
      fileKinds: ['string'],
      fileSchema: { type: 'string', minLength: 1 },
      rule: textRule(false, rule.pattern),
      optional: false,
    },
    rule.check,
    (value) => value,
  );

/** As `text`; empty means not set (null). */
export const optionalText = (about: About, rule: TextRule) =>
  setting<string | null>(
    about,
    {
      allowed: `${rule.allowed}, or empty`,
      fileKinds: ['string'],
      fileSchema: { type: ['string', 'null'] },
      rule: textRule(true, rule.pattern),
      optional: true,
    },
    (value) => (value === '' ? decoded(null) : rule.check(value)),
    (value) => value ?? '',
  );

const clockFields = ['marketOriginMs', 'realOriginMs', 'speed'];

/** `{realOriginMs, marketOriginMs, speed}` as the simulator prints it; empty means the wall clock (null). */
export const clock = (about: About) =>
  setting<ClockSettings | null>(
    about,
    {
      allowed:
        '{"realOriginMs": whole ms, "marketOriginMs": whole ms, "speed": above 0, at most 100000} or empty',
      fileKinds: ['object', 'string'],
      fileSchema: { type: ['object', 'string', 'null'] },
      rule: textRule(true),
      optional: true,
    },
    (value) => {
      if (value.trim() === '') return decoded(null);
      let json: unknown;
      try {
        json = JSON.parse(value);
      } catch {
        return refused();
      }
      if (typeof json !== 'object' || json === null || Array.isArray(json)) return refused();
      const fields = new Map<string, unknown>(Object.entries(json));
      if ([...fields.keys()].sort().join() !== clockFields.join()) return refused();
      const realOriginMs = fields.get('realOriginMs');
      const marketOriginMs = fields.get('marketOriginMs');
      const speed = fields.get('speed');
      const isTime = (ms: unknown): ms is number => Number.isSafeInteger(ms) && Number(ms) >= 0;
      if (!isTime(realOriginMs) || !isTime(marketOriginMs)) return refused();
      if (typeof speed !== 'number' || !(speed > 0 && speed <= 100_000)) return refused();
      return decoded({ realOriginMs, marketOriginMs, speed });
    },
    (value) => (value === null ? '' : JSON.stringify(value)),
  );

export type Alias = { readonly alias: string; readonly ticker: string };

const aliasPattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** `name=TICKER,name=TICKER`; empty means none. */
export const aliases = (about: About) =>
  setting<readonly Alias[]>(
    about,
    {
      allowed: 'name=TICKER pairs with commas between them, each name once, or empty',
      fileKinds: ['object', 'string'],
      fileSchema: { type: ['object', 'string'], additionalProperties: { type: 'string' } },
      rule: textRule(true),
      optional: true,
    },
    (value) => {
      if (value.trim() === '') return decoded([]);
      const pairs: Alias[] = [];
      for (const part of value.split(',')) {
        const [alias, ticker, ...rest] = part.split('=').map((word) => word.trim());
        if (alias === undefined || ticker === undefined || rest.length > 0) return refused();
        if (!aliasPattern.test(alias) || !aliasPattern.test(ticker)) return refused();
        if (pairs.some((pair) => pair.alias === alias)) return refused();
        pairs.push({ alias, ticker });
      }
      return decoded(pairs);
    },
    (pairs) => pairs.map((pair) => `${pair.alias}=${pair.ticker}`).join(','),
  );

const namesMax = 50;
const nameLengthMax = 200;

/** Names with commas between them, each once; empty means none. */
export const names = (about: About) =>
  setting<readonly string[]>(
    about,
    {
      allowed: `at most ${namesMax} names with commas between them, each once, or empty`,
      fileKinds: ['string'],
      fileSchema: { type: 'string' },
      rule: textRule(true),
      optional: true,
    },
    (value) => {
      if (value.trim() === '') return decoded([]);
      const list = value.split(',').map((name) => name.trim());
      const isGood =
        list.length <= namesMax &&
        new Set(list).size === list.length &&
        list.every((name) => name !== '' && name.length <= nameLengthMax);
      return isGood ? decoded(list) : refused();
    },
    (list) => list.join(','),
  );

export type ShardShare = { readonly shard: Shard; readonly percent: number };

/** `shard:percent,…`; the percents are whole and sum to 100. `mayBeNone`: or nothing at all. */
export const shardShares = (about: About, mayBeNone = false) =>
  setting<readonly ShardShare[]>(
    about,
    {
      allowed: `${mayBeNone ? 'empty, or ' : ''}shard:percent pairs with commas between them, each shard once, whole percents that sum to 100`,
      fileKinds: ['object', 'string'],
      fileSchema: { type: ['object', 'string'], additionalProperties: { type: 'integer' } },
      rule: textRule(mayBeNone, String.raw`[\d\s:=,]*`),
      optional: false,
    },
    (value) => {
      if (mayBeNone && value.trim() === '') return decoded([]);
      const shares: ShardShare[] = [];
      for (const part of value.split(',')) {
        const match = /^\s*(\d{1,3})\s*[:=]\s*(\d{1,3})\s*$/.exec(part);
        if (!match) return refused();
        const index = Number(match[1]);
        if (shares.some((share) => share.shard === index)) return refused();
        shares.push({ shard: shard(index), percent: Number(match[2]) });
      }
      const total = shares.reduce((sum, share) => sum + share.percent, 0);
      return total === 100 ? decoded(shares) : refused();
    },
    (shares) => shares.map((share) => `${share.shard}:${share.percent}`).join(','),
  );
