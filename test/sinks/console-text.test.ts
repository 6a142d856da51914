import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { price } from '../../src/domain/units.js';
import {
  cents,
  clockTime,
  contracts,
  cut,
  cutMiddle,
  dollars,
  foreign,
  percent,
  priceCents,
  signedDollars,
  table,
  widthOf,
  wrapped,
} from '../../src/sinks/console/text.js';

const esc = '\u001b';

describe('numbers', () => {
  it.each([
    [0, '$0.00', '$0.00'],
    [-0, '$0.00', '$0.00'],
    [1, '$0.00', '$0.00'],
    [-1, '$0.00', '$0.00'],
    [4_999, '$0.00', '$0.00'],
    [-4_999, '$0.00', '$0.00'],
    [5_000, '$0.01', '+$0.01'],
    [-5_000, '-$0.01', '-$0.01'],
    [1_005_000, '$1.01', '+$1.01'],
    [999_995_000, '$1,000.00', '+$1,000.00'],
    [1_234_560_000, '$1,234.56', '+$1,234.56'],
    [-1_234_567_890_000, '-$1,234,567.89', '-$1,234,567.89'],
    [Number.MAX_SAFE_INTEGER, '$9,007,199,254.74', '+$9,007,199,254.74'],
  ])('money: %s micros', (amount, plain, signed) => {
    expect(dollars(amount)).toBe(plain);
    expect(signedDollars(amount)).toBe(signed);
  });

  it.each([
    [0, '0.0¢'],
    [-0, '0.0¢'],
    [-0.0004, '0.0¢'],
    [-0.0006, '-0.1¢'],
    [0.612, '61.2¢'],
    [1, '100.0¢'],
    [-0.0309, '-3.1¢'],
  ])('probabilities and edges: %s', (value, text) => {
    expect(cents(value)).toBe(text);
  });

  it.each([
    [0, '0.0%'],
    [-0.0004, '0.0%'],
    [-0.004, '-0.4%'],
    [0.0994, '9.9%'],
    [0.0996, '10%'],
    [0.64, '64%'],
    [9.994, '999%'],
    [9.996, '>999%'],
    [-12, '<-999%'],
  ])('shares: %s', (value, text) => {
    expect(percent(value)).toBe(text);
  });

  it.each([
    [0, '0¢'],
    [1, '0.01¢'],
    [50, '0.5¢'],
    [100, '1¢'],
    [5_600, '56¢'],
    [5_650, '56.5¢'],
    [5_625, '56.25¢'],
    [9_999, '99.99¢'],
    [10_000, '100¢'],
  ])('prices: %s', (value, text) => {
    expect(priceCents(price(value))).toBe(text);
  });

  it.each([
    [0, '0'],
    [-0, '0'],
    [1, '0.01'],
    [1_250, '12.5'],
    [-1_250, '-12.5'],
    [100, '1'],
    [113_000, '1,130'],
    [123_456_789, '1,234,567.89'],
  ])('contracts: %s', (count, text) => {
    expect(contracts(count)).toBe(text);
  });

  it('times are UTC', () => {
    expect(clockTime(Date.UTC(2026, 5, 15, 14, 3, 6, 999))).toBe('14:03:06');
    expect(clockTime(0)).toBe('00:00:00');
  });
});

describe('texts of others', () => {
  it.each([
    ['a colour', `${esc}[31mred${esc}[0m`, 'red'],
    ['a cleared screen', `${esc}[2J${esc}[1;1Hgone`, 'gone'],
    ['a window title', `${esc}]0;pwned\u0007rest`, 'rest'],
    ['a link', `${esc}]8;;http://x\u0007here${esc}]8;;\u0007`, 'here'],
    ['a one-byte escape', '\u009b31mred', 'red'],
    ['a bell, a backspace, a return', 'a\u0007b\bc\rd', 'a b c d'],
    ['lines', 'a\nb\u2028c\u2029d\u0085e\u000bf', 'a b c d e f'],
    ['a tab and a null', 'a\tb\0c', 'a b c'],
    ['direction marks', 'a\u202eb\u2066c\u2069d\u200ee\u061cf', 'a b c d e f'],
    ['invisible ones', 'a\u200bb\ufeffc\u00add\u{e0041}e', 'a b c d e'],
    ['what is left of a torn escape', `a${esc}`, 'a '],
    ['ordinary text', 'São Paulo 84–85° ≥ ½ 東京', 'São Paulo 84–85° ≥ ½ 東京'],
  ])('%s', (_name, text, shown) => {
    expect(foreign(text)).toBe(shown);
  });

  const hostile = fc.string({
    unit: fc.oneof(
      fc.constantFrom(esc, '[', ']', '\u009b', '\u202e', '\u2028', ';', 'm', '\u0007', '\n', 'a'),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
    ),
    maxLength: 40,
  });

  it('property: nothing that a terminal obeys is left, at any width', () => {
    fc.assert(
      fc.property(hostile, fc.integer({ min: 2, max: 30 }), (text, width) => {
        for (const shown of [foreign(text), cut(text, width), cutMiddle(text, width)])
          expect(shown).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
        expect(widthOf(cut(text, width))).toBeLessThanOrEqual(width);
        expect(widthOf(cutMiddle(text, width))).toBeLessThanOrEqual(width);
      }),
    );
  });

  it('are cut at their end, names in their middle, and only when too long', () => {
    expect(cut('abcdef', 6)).toBe('abcdef');
    expect(cut('abcdefg', 6)).toBe('abcde…');
    expect(cutMiddle('KXBTCD-26SEP0107-T1', 19)).toBe('KXBTCD-26SEP0107-T1');
    expect(cutMiddle('KXBTCD-26SEP0107-T100249.99', 15)).toBe('KXBTCD-…0249.99');
  });

  it('are never cut within a character', () => {
    expect(cut('🌡🌡🌡🌡', 3)).toBe('🌡🌡…');
    expect(cut('東京東京', 4)).toBe('東…');
    expect(cutMiddle('東京東京', 5)).toBe('東…京');
  });
});

describe('a table', () => {
  it('is as wide as its widest cells, numbers to the right, colours not counted', () => {
    const red = `${esc}[31m-3.1¢${esc}[39m`;
    expect(
      table(
        ['<', '>', '<'],
        [
          ['market', 'edge', 'verdict'],
          ['A', red, 'x'],
          ['BCDEFGHI', '22.4¢', ''],
        ],
      ),
    ).toEqual(['market     edge  verdict', `A         ${red}  x`, 'BCDEFGHI  22.4¢']);
  });

  it('stays aligned where characters are two columns wide, or none', () => {
    const [first = '', second = '', third = ''] = table(
      ['<', '<'],
      [
        ['東京', '|'],
        ['e\u0301abc', '|'],
        ['abcd', '|'],
      ],
    );
    expect([first, second, third].map(widthOf)).toEqual([7, 7, 7]);
  });

  it('bears missing cells and no rows', () => {
    expect(table(['<', '<'], [])).toEqual([]);
    expect(table(['<', '<'], [['a'], ['b', 'c']])).toEqual(['a', 'b  c']);
  });
});

describe('parts on lines', () => {
  it('fill each line and are never broken', () => {
    expect(wrapped(['aaa', 'bbb', 'ccc'], ' · ', 9)).toEqual(['aaa · bbb', 'ccc']);
    expect(wrapped(['a long one', 'b'], ' · ', 5)).toEqual(['a long one', 'b']);
    expect(wrapped([], ' · ', 5)).toEqual([]);
  });
});
