// Goal: what the page checks by data is what the engine's loader checks, and what it writes loads to what was asked.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withSetting } from '../../../src/config/edit.js';
import { applyReload } from '../../../src/config/reload.js';
import { settingsSchema } from '../../../src/config/schema.js';
import { settingAbouts } from '../../../src/dashboard/settings/catalog.js';
import {
  fileValueOf,
  hasUnseen,
  isSameValue,
  keepsRule,
  loosensCap,
} from '../../../src/messages/setting-values.js';
import { load, loaded } from '../../config/helpers.js';

const catalog = settingAbouts();
const inFile = catalog.filter(({ environmentOnly, sensitive }) => !environmentOnly && !sensitive);

const decimalText = fc
  .tuple(fc.integer({ min: -9, max: 1_000_000_000 }), fc.integer({ min: 0, max: 999_999_999 }))
  .map(([whole, part]) =>
    `${whole}.${String(part).padStart(9, '0')}`.replace(/0+$/, '').replace(/\.$/, ''),
  );
const someText = fc.oneof(
  decimalText,
  fc.integer({ min: -5, max: 100_000 }).map(String),
  fc.constantFrom(...catalog.flatMap(({ default: text, schema }) => [text, ...words(schema)])),
  fc.constantFrom(
    ...catalog.flatMap(({ rule }) => (rule.kind === 'number' ? [rule.min, rule.max] : [])),
  ),
  fc.constantFrom(
    '',
    ' ',
    'true',
    'false',
    '1',
    '0',
    'off',
    'x',
    '1e3',
    '0x1',
    '٣',
    ' 7 ',
    '1,2',
    '.5',
    '5.',
    '-0',
    '7\ufeff',
    'off\u200b',
    '\u001b[2J',
    '\u202etrue',
  ),
  fc.string({ maxLength: 12 }),
);

function words(schema: Readonly<Record<string, unknown>>): readonly string[] {
  return Array.isArray(schema['enum']) ? schema['enum'].map(String) : [];
}

describe('a rule', () => {
  it.each(catalog.map((about) => [about.env, about] as const))(
    'of %s takes its default',
    (_env, about) => {
      expect(keepsRule(about.rule, about.default)).toBe(true);
    },
  );

  it('never refuses what the loader takes, and of numbers, words and flags takes nothing else', () => {
    const seen = { both: 0, neither: 0 };
    fc.assert(
      fc.property(fc.constantFrom(...catalog), someText, ({ key, rule, env }, text) => {
        const isTaken = settingsSchema.shape[key].safeParse(text).success;
        const isKept = keepsRule(rule, text);
        if (isTaken) expect([env, text, isKept]).toEqual([env, text, true]);
        if (rule.kind !== 'text' || hasUnseen(text))
          expect([env, text, isKept]).toEqual([env, text, isTaken]);
        seen[isKept ? 'both' : 'neither'] += 1;
      }),
      { numRuns: 4_000 },
    );
    expect(Math.min(seen.both, seen.neither)).toBeGreaterThan(400);
  });

  it('writes what loads to the very same value', () => {
    let tried = 0;
    fc.assert(
      fc.property(fc.constantFrom(...inFile), someText, ({ key, rule }, text) => {
        const direct = settingsSchema.shape[key].safeParse(text);
        if (!direct.success) return;
        tried += 1;
        const fileText = withSetting('', key, fileValueOf(rule, text));
        const read = load({ fileText });
        // Another setting may stand against it; the value itself may not be what is wrong.
        if (read.ok) expect(read.value.settings[key]).toEqual(direct.data);
        else expect(read.error.map(({ code }) => code)).toEqual(read.error.map(() => 'relation'));
      }),
      { numRuns: 1_500 },
    );
    expect(tried).toBeGreaterThan(150);
  });

  it.each<[text: string, value: string | number]>([
    ['0.10', 0.1],
    [' 5 ', 5],
    ['0.000001', 0.000_001],
    // JSON would write an exponent, or fewer digits than were meant.
    ['0.0000001', '0.0000001'],
    ['9007199254740993', '9007199254740993'],
    ['123456789.123456789', '123456789.123456789'],
    ['007', '007'],
    ['-0', '-0'],
    ['off', 'off'],
    ['1e3', '1e3'],
    ['', ''],
  ])('writes %j as %j', (text, value) => {
    const rule = { kind: 'number', min: '0', max: '1', decimals: 9, words: ['off'] } as const;
    expect(fileValueOf(rule, text)).toBe(value);
  });

  it('tells a looser cap as the engine does', () => {
    const caps = catalog.filter(({ riskCap }) => riskCap !== null);
    const running = loaded().settings;
    const seen = { looser: 0, not: 0 };
    fc.assert(
      fc.property(
        fc.constantFrom(...caps),
        someText,
        ({ key, rule, riskCap, default: from }, text) => {
          const value = settingsSchema.shape[key].safeParse(text);
          if (!value.success || riskCap === null) return;
          const wanted = { ...loaded(), settings: { ...running, [key]: value.data } };
          const change = applyReload(running, wanted);
          if (!change.ok) return;
          const isLooser = change.value.restartKeys.includes(key);
          expect([key, text, loosensCap(rule, riskCap, from, text)]).toEqual([key, text, isLooser]);
          expect(isSameValue(rule, from, text)).toBe(
            JSON.stringify(running[key]) === JSON.stringify(value.data),
          );
          seen[isLooser ? 'looser' : 'not'] += 1;
        },
      ),
      { numRuns: 2_000 },
    );
    expect(Math.min(seen.looser, seen.not)).toBeGreaterThan(30);
  });

  it('takes what cannot be compared for looser', () => {
    expect(loosensCap({ kind: 'flag' }, 'max', 'true', 'x')).toBe(true);
    const number = { kind: 'number', min: '0', max: '9', decimals: 0, words: [] } as const;
    expect(loosensCap(number, 'min', '1', 'NaN')).toBe(true);
    expect(loosensCap({ kind: 'text', mayBeEmpty: true, pattern: null }, 'max', '1', '1')).toBe(
      true,
    );
  });
});
