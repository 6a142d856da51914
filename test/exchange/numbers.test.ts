// Goal: no number reaches the engine but a plain decimal in range; the fast reader and the domain's agree on all text.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDecimal } from '../../src/domain/units.js';
import {
  bookPriceOf,
  decimalOf,
  priceOf,
  secondsOf,
  signedSizeOf,
  sizeOf,
  timeOf,
} from '../../src/exchange/kalshi/numbers.js';

const notNumbers: readonly unknown[] = [
  '1e2',
  '1E2',
  ' 10',
  '10 ',
  '１０',
  '+1',
  '.5',
  '5.',
  '',
  '-',
  '--1',
  '0x1',
  '1,0',
  '1_0',
  'NaN',
  'Infinity',
  '0.5\n',
  '0.5\u0000',
  '٠.٥',
  'O.5',
  '1.2.3',
  '$1',
  '1/2',
  '0.12345',
  1,
  0.5,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  JSON.parse('1e999'),
  null,
  undefined,
  true,
  {},
  [],
  ['0.5'],
  '9'.repeat(30),
];

describe('wire numbers', () => {
  it.each(notNumbers.map((raw) => [raw]))('refuses %j', (raw) => {
    expect(decimalOf(raw, 4)).toBeNaN();
    expect(priceOf(raw)).toBeNaN();
    expect(bookPriceOf(raw)).toBeNaN();
  });

  it('reads prices to the centicent and refuses what cannot be one', () => {
    expect(['0.5600', '0.56', '0.5', '0', '1', '1.0000', '0.0001', '00.5'].map(priceOf)).toEqual([
      5_600, 5_600, 5_000, 0, 10_000, 10_000, 1, 5_000,
    ]);
    expect(['1.0100', '1.0001', '-0.0100', '101'].map(priceOf).every(Number.isNaN)).toBe(true);
    expect(['0.0000', '1.0000'].map(bookPriceOf).every(Number.isNaN)).toBe(true);
    expect(bookPriceOf('0.9999')).toBe(9_999);
  });

  it('reads sizes: unsigned where absolute, signed where they are changes; never -0', () => {
    expect(sizeOf('0.71')).toBe(71);
    expect(sizeOf('-3.00')).toBeNaN();
    expect(signedSizeOf('-3.00')).toBe(-300);
    expect(Object.is(signedSizeOf('-0.00'), 0)).toBe(true);
    expect(sizeOf('9000000000.00')).toBe(900_000_000_000);
    expect(sizeOf('9000000000.01')).toBeNaN();
  });

  it('agrees with the domain parser on any text', () => {
    const text = fc.oneof(
      fc.string({ maxLength: 12 }),
      fc.stringMatching(/^-?[0-9]{0,9}\.?[0-9]{0,8}$/),
    );
    fc.assert(
      fc.property(text, fc.constantFrom(0, 2, 4, 6), (raw, places) => {
        const parsed = parseDecimal(raw, places);
        expect(decimalOf(raw, places)).toEqual(parsed.ok ? parsed.value : Number.NaN);
      }),
      { numRuns: 3_000 },
    );
  });

  it('reads times, cut to the millisecond', () => {
    expect(timeOf('2026-06-11T06:31:29.957081Z')).toBe(Date.UTC(2026, 5, 11, 6, 31, 29, 957));
    expect(timeOf('2026-06-11T06:31:29Z')).toBe(Date.UTC(2026, 5, 11, 6, 31, 29));
    expect(timeOf('2026-06-11T06:31:29.5+02:00')).toBe(Date.UTC(2026, 5, 11, 4, 31, 29, 500));
    expect(secondsOf(1_786_398_370)).toBe(1_786_398_370_000);
  });

  it.each([
    '2026-02-30T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '0001-01-01T00:00:00Z',
    '2026-06-11 06:31:29Z',
    '2026-06-11',
    '2026-06-11T06:31:29',
    '2026-06-11T24:00:00Z',
    '2026-06-11T06:31:29.Z',
    '2026-06-11T06:31:29Zjunk',
    'now',
    '',
  ])('refuses the time %j', (raw) => {
    expect(timeOf(raw)).toBeNaN();
  });

  it('agrees with the platform on every instant it accepts', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('2000-01-02'), max: new Date('2099-12-30'), noInvalidDate: true }),
        (date) => {
          expect(timeOf(date.toISOString())).toBe(date.getTime());
        },
      ),
    );
  });
});
