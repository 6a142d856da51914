import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { confidenceOf } from '../../src/valuation/confidence.js';
import { growth, kellyDollars, kellyFraction, nothingHeld } from '../../src/valuation/kelly.js';
import { pool } from '../../src/valuation/numbers.js';

const cost = (p: number, rate: number): number => p + rate * p * (1 - p);

describe('Kelly of a single contract', () => {
  // VALUATION §5.2: bankroll $1000, asks of YES and NO, fee rate.
  it.each`
    q       | yes     | no      | rate      | side     | c           | f           | g             | n1      | nq
    ${0.6}  | ${0.5}  | ${0.51} | ${0.07}   | ${'yes'} | ${0.5175}   | ${0.170984} | ${0.01374553} | ${330}  | ${82}
    ${0.6}  | ${0.5}  | ${0.51} | ${0}      | ${'yes'} | ${0.5}      | ${0.2}      | ${0.02013551} | ${400}  | ${100}
    ${0.6}  | ${0.5}  | ${0.51} | ${0.0175} | ${'yes'} | ${0.504375} | ${0.192938} | ${0.01842375} | ${382}  | ${95}
    ${0.55} | ${0.5}  | ${0.51} | ${0.07}   | ${'yes'} | ${0.5175}   | ${0.067358} | ${0.00211981} | ${130}  | ${32}
    ${0.52} | ${0.5}  | ${0.51} | ${0.07}   | ${'yes'} | ${0.5175}   | ${0.005181} | ${1.252e-5}   | ${10}   | ${2}
    ${0.3}  | ${0.5}  | ${0.51} | ${0.07}   | ${'no'}  | ${0.527493} | ${0.365089} | ${0.06178029} | ${692}  | ${173}
    ${0.05} | ${0.01} | ${0.99} | ${0.07}   | ${'yes'} | ${0.010693} | ${0.039732} | ${0.03860611} | ${3715} | ${928}
    ${0.99} | ${0.97} | ${0.04} | ${0.07}   | ${'yes'} | ${0.972037} | ${0.642385} | ${0.00784499} | ${660}  | ${165}
  `('q $q, asks $yes/$no at rate $rate', ({ q, yes, no, rate, side, c, f, g, n1, nq }) => {
    const won = side === 'yes' ? q : 1 - q;
    const unit = cost(side === 'yes' ? yes : no, rate);
    expect(unit).toBeCloseTo(c, 6);
    const share = kellyFraction(won, unit);
    expect(share).toBeCloseTo(f, 6);
    expect(growth(share, won, unit)).toBeCloseTo(g, 7);
    expect(Math.floor((share * 1_000) / unit + 1e-9)).toBe(n1);
    expect(Math.floor((0.25 * share * 1_000) / unit + 1e-9)).toBe(nq);
    // The other side never has an edge at the same time.
    expect(kellyFraction(1 - won, cost(side === 'yes' ? no : yes, rate))).toBe(0);
    expect(kellyDollars(won, unit, 1_000, 0.25, nothingHeld)).toBeCloseTo(250 * share, 9);
  });

  // VALUATION §5.2: what YES has to be worth before a taker breaks even, by its price in cents.
  it.each([
    [1, 0.010693],
    [5, 0.053325],
    [10, 0.1063],
    [25, 0.263125],
    [50, 0.5175],
    [75, 0.763125],
    [90, 0.9063],
    [95, 0.953325],
    [99, 0.990693],
  ])('breaks even at %d cents when it is worth %d', (cents, breakEven) => {
    const c = cost(cents / 100, 0.07);
    expect(c).toBeCloseTo(breakEven, 6);
    expect(kellyFraction(breakEven - 1e-6, c)).toBe(0);
    expect(kellyFraction(breakEven + 1e-6, c)).toBeGreaterThan(0);
  });

  it('bets nothing without an edge, and clips certainty', () => {
    expect(kellyFraction(0.5, cost(0.5, 0.07))).toBe(0);
    const c = cost(0.95, 0.07);
    expect(kellyFraction(1, c)).toBeCloseTo((0.998 - c) / (1 - c), 12);
    expect(kellyFraction(1, c)).toBeLessThan(1);
    expect(kellyFraction(1, cost(0.06, 0.07))).toBeLessThan(1);
  });

  it('refuses what is not a probability or a price', () => {
    for (const bad of [Number.NaN, -0.1, 1.1, Number.POSITIVE_INFINITY]) {
      expect(kellyFraction(bad, 0.5)).toBe(0);
      expect(kellyFraction(0.6, bad)).toBe(0);
      expect(kellyDollars(bad, 0.5, 100, 0.25, nothingHeld)).toBe(0);
      expect(kellyDollars(0.6, bad, 100, 0.25, nothingHeld)).toBe(0);
    }
    for (const bad of [Number.NaN, 0, -1]) {
      expect(kellyDollars(0.6, 0.5, bad, 0.25, nothingHeld)).toBe(0);
      expect(kellyDollars(0.6, 0.5, 100, bad, nothingHeld)).toBe(0);
    }
    const held = { ifWon: Number.NaN, ifLost: 0, cost: 0 };
    expect(kellyDollars(0.6, 0.5, 100, 0.25, held)).toBe(0);
    expect(kellyFraction(0.6, 0)).toBe(0);
    expect(kellyFraction(0.6, 1)).toBe(0);
  });

  it('is the best share: growth falls on both sides', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.01, max: 0.99, noNaN: true }),
        fc.double({ min: 0.01, max: 0.99, noNaN: true }),
        (q, c) => {
          const f = kellyFraction(q, c);
          const best = growth(f, q, c);
          expect(growth(Math.min(0.9999, f + 0.001), q, c)).toBeLessThanOrEqual(best);
          if (f > 0.001) expect(growth(f - 0.001, q, c)).toBeLessThanOrEqual(best);
        },
      ),
    );
  });

  it('asks for nothing more once it has what it asked for, and counts the other side in', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.1, max: 0.95, noNaN: true }),
        fc.double({ min: 0.05, max: 0.9, noNaN: true }),
        fc.double({ min: 0.05, max: 1, noNaN: true }),
        (q, c, lambda) => {
          const spend = kellyDollars(q, c, 1_000, lambda, nothingHeld);
          const held = { ifWon: spend / c, ifLost: 0, cost: spend };
          expect(kellyDollars(q, c, 1_000, lambda, held)).toBeLessThan(1e-6);
          const half = { ifWon: spend / c / 2, ifLost: 0, cost: spend / 2 };
          expect(kellyDollars(q, c, 1_000, lambda, half)).toBeCloseTo(spend / 2, 6);
          // Holding the other side makes this one worth more: it closes.
          const other = { ifWon: 0, ifLost: 10, cost: 5 };
          expect(kellyDollars(q, c, 1_000, lambda, other) + 5).toBeGreaterThanOrEqual(spend);
        },
      ),
    );
  });
});

describe('confidence', () => {
  it.each([
    [0.03, 0.05, 0.265],
    [0.05, 0.05, 0.5],
    [0.08, 0.05, 0.719],
    [0.03, 0.08, 0.123],
    [0.05, 0.08, 0.281],
    [0.08, 0.08, 0.5],
    [0.05, 0.02, 0.862],
  ])('of an edge of %d known to within %d is %d', (edge, sigma, expected) => {
    expect(confidenceOf(edge, sigma)).toBeCloseTo(expected, 3);
  });
  it('is 0 for no edge and for NaN', () => {
    expect(confidenceOf(-0.05, 0.02)).toBe(0);
    expect(confidenceOf(0, 0)).toBe(0);
    expect(confidenceOf(Number.NaN, 0.02)).toBe(0);
    expect(confidenceOf(0.05, Number.NaN)).toBe(0);
    expect(confidenceOf(Number.POSITIVE_INFINITY, 0.1)).toBe(0);
  });
});

describe('the opinion pool', () => {
  it.each([
    [0.4, 0.6, 0.25, 0.44949],
    [0.05, 0.2, 0.25, 0.072098],
    [0.9, 0.7, 0.25, 0.865267],
    [0.03, 0.1, 0.15, 0.036115],
  ])('of %d and %d with weight %d is %d', (market, model, w, expected) => {
    expect(pool(market, model, w)).toBeCloseTo(expected, 6);
  });
});
