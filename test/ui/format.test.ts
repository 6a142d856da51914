// Goal: a number on the page means what it says: unknown is a dash, never a zero; signs, cents and ages are never off by one.
import { afterEach, describe, expect, it } from 'vitest';
import * as format from '../../src/ui/format.js';

const table = <Value>(
  name: string,
  write: (value: Value) => string,
  rows: readonly (readonly [value: Value, text: string])[],
): void => {
  describe(name, () => {
    for (const [value, text] of rows)
      it(`${String(value)} is ${text}`, () => {
        expect(write(value)).toBe(text);
      });
  });
};

type Maybe = number | null | undefined;

table<Maybe>('money', format.money, [
  [null, '–'],
  [undefined, '–'],
  [Number.NaN, '–'],
  [0, '$0.00'],
  [1_234_560_000, '$1,234.56'],
  [-8_651_000, '−$8.65'],
  [9_999, '$0.0100'],
  [1_230, '$0.0012'],
  [-1_230, '−$0.0012'],
  [10_000, '$0.01'],
  [-40, '$0.0000'],
]);

table<Maybe>('exact', format.exact, [
  [null, '–'],
  [0, '$0.00'],
  [620_000, '$0.62'],
  [617_500, '$0.6175'],
  [17_000, '$0.017'],
  [-1_234_567, '−$1.234567'],
  [1, '$0.000001'],
  [1_000_000_000_001, '$1,000,000.000001'],
]);

table<Maybe>('change', format.change, [
  [null, '–'],
  [0, '$0.00'],
  [3_200_000, '+$3.20'],
  [-3_200_000, '−$3.20'],
]);

table<Maybe>('cents', format.cents, [
  [null, '–'],
  [0.624, '62.4¢'],
  [1, '100.0¢'],
]);

table<Maybe>('edge', format.edge, [
  [null, '–'],
  [0.032, '+3.2¢'],
  [-0.032, '−3.2¢'],
  [0.0003, '0.0¢'],
  [-0.0003, '0.0¢'],
  [0.0006, '+0.1¢'],
]);

table<Maybe>('price', format.price, [
  [null, '–'],
  [6_200, '62¢'],
  [6_250, '62.5¢'],
  [6_225, '62.25¢'],
  [1, '0.01¢'],
]);

table<Maybe>('contracts', format.contracts, [
  [null, '–'],
  [1_200, '12'],
  [1_250, '12.50'],
  [-4_000, '−40'],
]);

table<Maybe>('percent', format.percent, [
  [null, '–'],
  [0.625, '63 %'],
  [-0.004, '0 %'],
]);

table<Maybe>('age', format.age, [
  [null, '–'],
  [-5, '0 s'],
  [999, '0 s'],
  [59_999, '59 s'],
  [60_000, '1 min'],
  [3_599_999, '59 min'],
  [3_600_000, '1 h'],
  [3_660_000, '1 h 1 min'],
  [90_000_000, '1 d 1 h'],
]);

describe('a moment', () => {
  const before = process.env['TZ'];
  afterEach(() => {
    if (before === undefined) delete process.env['TZ'];
    else process.env['TZ'] = before;
  });
  const noon = Date.UTC(2026, 10, 23, 12);
  for (const [zone, at, text] of [
    ['UTC', noon, '2026-11-23 12:00:00 UTC'],
    ['Europe/Berlin', noon, '2026-11-23 13:00:00 UTC+1'],
    ['Europe/Berlin', Date.UTC(2026, 6, 1, 12), '2026-07-01 14:00:00 UTC+2'],
    ['America/St_Johns', noon, '2026-11-23 08:30:00 UTC−3:30'],
    ['Asia/Kolkata', noon, '2026-11-23 17:30:00 UTC+5:30'],
  ] as const)
    it(`names its zone: ${zone}`, () => {
      process.env['TZ'] = zone;
      expect(format.moment(at)).toBe(text);
    });
  it('is a dash where there is none', () => {
    expect(format.moment(null)).toBe('–');
  });
});

describe('until', () => {
  it('counts down, says that it is over, and knows when it does not know', () => {
    expect(format.until(70_000, 5_000)).toBe('1 min');
    expect(format.until(5_000, 5_000)).toBe('awaits result');
    expect(format.until(null, 5_000)).toBe('–');
    expect(format.until(5_000, null)).toBe('–');
  });
});

describe('inUnit', () => {
  it('writes each unit as it is read', () => {
    expect(format.inUnit('micros', 5_000_000)).toBe('$5.00');
    expect(format.inUnit('count', 1_200)).toBe('1,200');
    expect(format.inUnit('ratio', 0.255)).toBe('25.5 %');
    expect(format.inUnit('ratio', null)).toBe('–');
  });
});

describe('named', () => {
  it('is the title, in plain text', () => {
    expect(format.named('Will the **high temp** be above 40°?', 'KX')).toBe(
      'Will the high temp be above 40°?',
    );
    expect(format.named('', 'KX')).toBe('KX');
    expect(format.briefly('40° or above · Will the **high temp** be …?', 'KX')).toBe(
      '40° or above · high temp be …?',
    );
    expect(format.briefly('Will Rui win?', 'KX')).toBe('Rui win?');
    expect(format.briefly('Goodwill · The Will', 'KX')).toBe('Goodwill · The Will');
    expect(format.named('<b>bold</b>', 'KX')).toBe('<b>bold</b>');
  });
});
