import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Fees,
  feesAt,
  fillFee,
  roundedFee,
  tradeFee,
  worstCost,
  worstFee,
} from '../../src/domain/fees.js';
import type { FeeSchedule } from '../../src/domain/market.js';
import { epochMs, micros, type Price, price, quantity } from '../../src/domain/units.js';
import { tradeFee as simulatorFee } from '../../src/simulator/core/fees.js';

const now = epochMs(1_790_000_000_000);
const schedule = (over: Partial<FeeSchedule> = {}): FeeSchedule => ({
  type: 'quadratic',
  multiplierPpm: 1_000_000,
  ...over,
});
const feesOf = (over: Partial<FeeSchedule> = {}): Fees => {
  const fees = feesAt(schedule(over), null, now);
  if (fees === null) throw new Error('expected fees');
  return fees;
};
const normal = feesOf();
const cents = micros(10_000);
const centicents = micros(100);

describe('fees', () => {
  // Fill, role, unit → trade fee, net fee, cash paid; all in micro-dollars.
  it.each`
    contracts | at      | role       | unit          | trade        | net          | cash
    ${1}      | ${5000} | ${'taker'} | ${cents}      | ${17_500}    | ${20_000}    | ${520_000}
    ${10}     | ${5000} | ${'taker'} | ${cents}      | ${175_000}   | ${180_000}   | ${5_180_000}
    ${100}    | ${5000} | ${'taker'} | ${cents}      | ${1_750_000} | ${1_750_000} | ${51_750_000}
    ${1}      | ${100}  | ${'taker'} | ${cents}      | ${700}       | ${10_000}    | ${20_000}
    ${100}    | ${500}  | ${'taker'} | ${cents}      | ${332_500}   | ${340_000}   | ${5_340_000}
    ${100}    | ${500}  | ${'maker'} | ${cents}      | ${83_200}    | ${90_000}    | ${5_090_000}
    ${3}      | ${550}  | ${'taker'} | ${cents}      | ${11_000}    | ${15_000}    | ${180_000}
    ${1}      | ${5000} | ${'taker'} | ${centicents} | ${17_500}    | ${17_500}    | ${517_500}
    ${1}      | ${5200} | ${'taker'} | ${centicents} | ${17_500}    | ${17_500}    | ${537_500}
    ${1}      | ${9900} | ${'taker'} | ${centicents} | ${700}       | ${700}       | ${990_700}
  `('$contracts @ $at $role to $unit micros', ({ contracts, at, role, unit, trade, net, cash }) => {
    const fees = feesOf({ type: 'quadratic_with_maker_fees' });
    const count = quantity(contracts * 100);
    expect(tradeFee(fees, role, price(at), count)).toBe(trade);
    expect(fillFee(fees, role, 'buy', price(at), count, unit)).toBe(net);
    expect(at * count + net).toBe(cash);
  });

  it('rounds a sale down and a purchase up, against the account', () => {
    // 3 @ .055 sold: 0.165 − 0.011 = 0.154, floored to 0.15.
    expect(fillFee(normal, 'taker', 'sell', price(550), quantity(300), cents)).toBe(15_000);
    expect(fillFee(normal, 'taker', 'sell', price(5000), quantity(100), cents)).toBe(20_000);
    expect(fillFee(normal, 'taker', 'sell', price(5000), quantity(100), centicents)).toBe(17_500);
    // A fractional fill at an off-cent price: 0.01 × 0.5033 = 0.005033, fee 0.0002, cash up to 0.0053.
    expect(fillFee(normal, 'taker', 'buy', price(5033), quantity(1), centicents)).toBe(267);
    expect(roundedFee(micros(0), micros(0), cents)).toBe(0);
  });

  it('charges makers only where the series says so, and scales by the multiplier exactly', () => {
    const at = price(5000);
    const count = quantity(10_000);
    expect(tradeFee(normal, 'maker', at, count)).toBe(0);
    expect(tradeFee(feesOf({ type: 'quadratic_with_combo_maker_fees' }), 'maker', at, count)).toBe(
      875_000,
    );
    expect(tradeFee(feesOf({ multiplierPpm: 500_000 }), 'taker', at, count)).toBe(875_000);
    expect(tradeFee(feesOf({ multiplierPpm: 0 }), 'taker', at, count)).toBe(0);
    // Beyond double precision: 10 million contracts, to the unit.
    expect(tradeFee(feesOf({ multiplierPpm: 333_333 }), 'taker', price(3333), quantity(1e9))).toBe(
      51_849_207_200,
    );
  });

  it('is waived until the date, to the millisecond', () => {
    const until = epochMs(now + 1);
    expect(feesAt(schedule(), until, now)).toEqual({ taker: 0, maker: 0 });
    expect(feesAt(schedule(), until, until)).toEqual(normal);
  });

  it('has no answer for a schedule it does not know', () => {
    expect(feesAt(null, null, now)).toBeNull();
    expect(feesAt(schedule({ type: 'flat' }), null, now)).toBeNull();
    expect(feesAt(schedule({ type: 'unknown' }), null, now)).toBeNull();
    for (const bad of [Number.NaN, -1, 0.5, Number.POSITIVE_INFINITY, 2 ** 53])
      expect(feesAt(schedule({ multiplierPpm: bad }), null, now)).toBeNull();
    expect(() => tradeFee(normal, 'taker', Number.NaN as Price, quantity(100))).toThrow();
    expect(() => tradeFee(normal, 'taker', price(5000), Number.NaN as never)).toThrow();
  });

  const fills = fc.array(
    fc.record({ below: fc.nat({ max: 9_998 }), count: fc.integer({ min: 1, max: 5_000 }) }),
    { minLength: 1, maxLength: 40 },
  );
  it('bounds every split of an order, whatever prices up to the limit it fills at', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9_999 }),
        fills,
        fc.constantFrom(cents, centicents),
        fc.constantFrom(1_000_000, 333_333, 0),
        (limit, parts, unit, multiplierPpm) => {
          const fees = feesOf({ multiplierPpm });
          let count = 0;
          let fee = 0;
          let cash = 0;
          for (const part of parts) {
            const at = price(Math.max(1, limit - part.below));
            const size = quantity(part.count);
            const own = fillFee(fees, 'taker', 'buy', at, size, unit);
            expect(own).toBeGreaterThanOrEqual(tradeFee(fees, 'taker', at, size));
            count += size;
            fee += own;
            cash += at * size + own;
          }
          expect(fee).toBeLessThanOrEqual(worstFee(fees, price(limit), quantity(count), unit));
          expect(cash).toBeLessThanOrEqual(worstCost(fees, price(limit), quantity(count), unit));
        },
      ),
    );
  });

  it('bounds a split into hundredths too, and exactly where cash needs no rounding', () => {
    let cash = 0;
    for (let i = 0; i < 1_000; i += 1)
      cash += 5_000 + fillFee(normal, 'taker', 'buy', price(5_000), quantity(1), centicents);
    expect(worstCost(normal, price(5_000), quantity(1_000), centicents)).toBe(cash);
  });

  it('looks below a high limit, where the fee is larger', () => {
    const dear = fillFee(normal, 'taker', 'buy', price(5_000), quantity(1), centicents);
    expect(dear).toBe(200);
    expect(worstFee(normal, price(9_900), quantity(1), centicents)).toBeGreaterThanOrEqual(dear);
    expect(worstCost(normal, price(9_900), quantity(1), centicents)).toBe(10_100);
  });

  it('is the same for YES at p and NO at 1 − p', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10_000 }), fc.nat(1_000_000), (at, count) => {
        expect(tradeFee(normal, 'taker', price(at), quantity(count))).toBe(
          tradeFee(normal, 'taker', price(10_000 - at), quantity(count)),
        );
      }),
    );
  });

  const roundedUp = (num: bigint, den: bigint): bigint =>
    num <= 0n ? num / den : (num + den - 1n) / den;
  const least = (a: bigint, unit: bigint): bigint => roundedUp(a, unit) * unit;
  it('is at every price what exact fractions say, rounded against the account, and what the simulator charges', () => {
    const multipliers = [1_000_000, 500_000, 333_300];
    for (const multiplierPpm of multipliers) {
      const fees = feesOf({ type: 'quadratic_with_maker_fees', multiplierPpm });
      const rule = {
        feeType: 'quadratic_with_maker_fees',
        multiplier: multiplierPpm / 1e6,
      } as const;
      for (const [role, per10000] of [
        ['taker', 700n],
        ['maker', 175n],
      ] as const)
        for (const hundredths of [1, 7, 33, 100, 250, 10_000, 12_345_678])
          for (let at = 1; at <= 9_999; at += 1) {
            const [own, count] = [price(at), quantity(hundredths)];
            const [p, c] = [BigInt(at), BigInt(hundredths)];
            // Dollars = (rate / 10⁴)(multiplier / 10⁶)(c / 10²)(p / 10⁴)((10⁴ − p) / 10⁴), in units of $0.0001.
            const exact = per10000 * BigInt(multiplierPpm) * c * p * (10_000n - p);
            const trade = roundedUp(exact * 10_000n, 10n ** 20n) * 100n;
            const charged = tradeFee(fees, role, own, count);
            // One comparison a price: an expectation each would take minutes.
            if (BigInt(charged) !== trade) expect([role, at, hundredths, charged]).toBe(trade);
            if (charged !== simulatorFee(rule, role, at, hundredths))
              expect([role, at, hundredths, charged]).toBe('as the simulator');
            for (const unit of [centicents, cents]) {
              const u = BigInt(unit);
              const paid = least(p * c + trade, u);
              const buy = BigInt(fillFee(fees, role, 'buy', own, count, unit));
              if (buy !== paid - p * c || buy < trade || buy >= trade + u)
                expect(['buy', role, at, hundredths, unit, buy]).toBe(paid - p * c);
              // Received: rounded down, and below nothing when the fee is more than the sale brings.
              const received = 0n - least(trade - p * c, u);
              const sell = BigInt(fillFee(fees, role, 'sell', own, count, unit));
              if (sell !== p * c - received || sell < trade || sell >= trade + u)
                expect(['sell', role, at, hundredths, unit, sell]).toBe(p * c - received);
            }
          }
    }
  }, 60_000);
});
