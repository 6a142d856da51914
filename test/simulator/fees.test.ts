import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { settleCash, tradeFee } from '../../src/simulator/core/fees.js';
import {
  balanceDollars,
  dollarsOfMicros,
  parsePrice,
  parseQuantity,
} from '../../src/simulator/core/units.js';

const plain = { feeType: 'quadratic', multiplier: 1 } as const;
const makerPays = { feeType: 'quadratic_with_maker_fees', multiplier: 1 } as const;

describe('the exchange fee', () => {
  // price, contracts in 0.01, taker fee in dollars. The first two are recorded fills.
  const table: readonly (readonly [price: number, quantity: number, fee: string])[] = [
    [5_200, 100, '0.017500'],
    [9_900, 100, '0.000700'],
    [5_000, 100, '0.017500'],
    [5_000, 10_000, '1.750000'],
    [100, 100, '0.000700'],
    [3_000, 300, '0.044100'],
    [10, 1, '0.000100'],
    [5_550, 33, '0.005800'],
  ];
  it.each(table)('of price %i and quantity %i is $%s', (price, quantity, fee) => {
    expect(dollarsOfMicros(tradeFee(plain, 'taker', price, quantity))).toBe(fee);
  });

  it('is nothing for a maker, except where makers pay a quarter', () => {
    expect(tradeFee(plain, 'maker', 5_000, 10_000)).toBe(0);
    expect(dollarsOfMicros(tradeFee(makerPays, 'maker', 5_000, 10_000))).toBe('0.437500');
    expect(dollarsOfMicros(tradeFee(makerPays, 'taker', 5_000, 10_000))).toBe('1.750000');
  });

  it('scales with the multiplier of the series', () => {
    expect(dollarsOfMicros(tradeFee({ ...plain, multiplier: 0.5 }, 'taker', 5_000, 10_000))).toBe(
      '0.875000',
    );
  });

  it('is never below the formula and less than $0.0001 above it', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9_999 }),
        fc.integer({ min: 1, max: 1_000_000 }),
        (price, quantity) => {
          const exact = (7n * BigInt(price) * BigInt(10_000 - price) * BigInt(quantity)) as bigint;
          const fee = BigInt(tradeFee(plain, 'taker', price, quantity));
          // micro-dollars against 1e-12 dollars.
          expect(fee * 1_000_000n >= exact).toBe(true);
          expect((fee - 100n) * 1_000_000n < exact).toBe(true);
        },
      ),
    );
  });

  it('moves cash in whole units, rounded against the account', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -1e9, max: 1e9 }),
        fc.integer({ min: 0, max: 1e6 }),
        (revenue, fee) => {
          const moved = settleCash(revenue, fee);
          expect(moved.cash % 100).toBe(moved.cash < 0 ? -0 : 0);
          expect(moved.cash).toBeLessThanOrEqual(revenue - fee);
          expect(moved.cash).toBeGreaterThan(revenue - fee - 100);
          expect(moved.fee).toBe(revenue - moved.cash);
        },
      ),
    );
  });
});

describe('decimal strings', () => {
  it.each([
    ['0.5200', 5_200],
    ['0.52', 5_200],
    ['.52', null],
    ['0.52000', 5_200],
    ['0.52001', null],
    ['-0.52', null],
    ['1e2', null],
    ['', null],
    ['1', 10_000],
  ])('read "%s" as the price %s', (text, price) => {
    expect(parsePrice(text)).toBe(price);
  });
  it('read counts to a hundredth and no further', () => {
    expect(parseQuantity('10.25')).toBe(1_025);
    expect(parseQuantity('10.255')).toBeNull();
  });
  it('write negative balances with their sign', () => {
    expect(balanceDollars(-1_500_000)).toBe('-1.5000');
  });
});
