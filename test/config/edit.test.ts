// Goal: one setting changes, everything else in the file stays: values, order, comments, ends of lines.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withSetting } from '../../src/config/edit.js';
import { readFileLayer } from '../../src/config/file.js';
import { metaOf, type SettingKey, settingKeys } from '../../src/config/schema.js';
import { fileValueOf } from '../../src/messages/setting-values.js';

const file = `{
  // Mine.
  "seed": 1, // of the world
  /* How much */ "bankroll": 500.50 /* dollars */, // not more
  // The last.
  "kellyFraction": 0.2 // a fifth
  // end
}
`;

describe('a changed file', () => {
  it.each<[what: string, key: string, value: string | number | boolean | undefined, text: string]>([
    ['a value', 'seed', 7, file.replace('"seed": 1', '"seed": 7')],
    ['a text', 'seed', '7', file.replace('"seed": 1', '"seed": "7"')],
    [
      'a new one',
      'dayZone',
      'UTC',
      file
        .replace('0.2 // a fifth', '0.2, // a fifth')
        .replace('// end\n', '// end\n  "dayZone": "UTC"\n'),
    ],
    ['one out of the middle', 'seed', undefined, file.replace('"seed": 1, ', '')],
    [
      'one between comments',
      'bankroll',
      undefined,
      file
        .replace('"bankroll": 500.50 /* dollars */,', ' /* dollars */')
        .replace('*/  /*', '*/  /*'),
    ],
    ['the last one', 'kellyFraction', undefined, file.replace('"kellyFraction": 0.2 ', '')],
    ['one that is not there', 'dayZone', undefined, file],
  ])('%s', (_what, key, value, text) => {
    expect(withSetting(file, key, value).replace(/[ \t]+/g, ' ')).toBe(
      text.replace(/[ \t]+/g, ' '),
    );
  });

  it.each([
    ['', '{\n  "seed": 7\n}\n'],
    ['// mine\n', '// mine\n{\n  "seed": 7\n}\n'],
    ['{}', '{\n  "seed": 7\n}'],
    ['\uFEFF{"a": 1,}\r\n', '\uFEFF{"a": 1,\r\n  "seed": 7\r\n}\r\n'],
    ['{\n\t"a": 1\n}', '{\n\t"a": 1,\n\t"seed": 7\n}'],
    ['{ "a": 1, /* b */ }', '{ "a": 1, /* b */\n  "seed": 7\n}'],
    ['{ "a": { "seed": 1 } // c\n}', '{ "a": { "seed": 1 }, // c\n  "seed": 7\n}'],
  ])('from %j', (before, after) => {
    expect(withSetting(before, 'seed', 7)).toBe(after);
  });

  it('loads to what was asked, with every comment, whatever is changed in which order', () => {
    const inFile = settingKeys.filter((key) => metaOf(key).environmentOnly !== true);
    const edit = fc.record({ key: fc.constantFrom(...inFile), isKept: fc.boolean() });
    fc.assert(
      fc.property(
        fc.array(edit, { minLength: 1, maxLength: 12 }),
        fc.boolean(),
        (edits, isOneLine) => {
          const wanted = new Map<SettingKey, string>([
            ['seed', '1'],
            ['bankroll', '500.50'],
            ['kellyFraction', '0.2'],
          ]);
          let text = isOneLine ? '{"seed":1,"bankroll":500.50,"kellyFraction":0.2}' : file;
          const comments = text.match(/\/\*.*?\*\/|\/\/.*/g) ?? [];
          for (const { key, isKept } of edits) {
            const meta = metaOf(key);
            text = withSetting(
              text,
              key,
              isKept ? fileValueOf(meta.rule, meta.default) : undefined,
            );
            wanted.delete(key);
            if (isKept) wanted.set(key, meta.default);
          }
          const read = readFileLayer({ path: 'config.jsonc', text });
          if (!read.ok) throw new Error(`${read.error[0]?.message}\n${text}`);
          const texts = (pairs: Iterable<readonly [string, string]>) =>
            [...pairs].map(([key, value]) => `${key}=${Number(value) || value}`).sort();
          expect(texts(read.value.map(({ key, text: value }) => [key, value] as const))).toEqual(
            texts(wanted),
          );
          for (const comment of comments) expect(text).toContain(comment);
        },
      ),
      { numRuns: 300 },
    );
  });
});
