import { describe, expect, it } from 'vitest';
import { normalBelow } from '../../src/valuation/normal.js';
import { studentCdf, unitStudentCdf } from '../../src/valuation/student-t.js';

// Goal: the distribution functions agree with closed forms and published values to 1e-10 everywhere.

const { PI, atan, cos, sin, sqrt } = Math;
const angle = (t: number, df: number): number => atan(t / sqrt(df));
/** Closed forms of Student's distribution for small whole degrees of freedom (Abramowitz & Stegun 26.7.3, 26.7.4). */
const closed: readonly (readonly [df: number, cdf: (t: number) => number])[] = [
  [1, (t) => 0.5 + atan(t) / PI],
  [2, (t) => 0.5 + t / (2 * sqrt(2 + t * t))],
  [
    5,
    (t) => {
      const a = angle(t, 5);
      return 0.5 + (a + sin(a) * (cos(a) + (2 / 3) * cos(a) ** 3)) / PI;
    },
  ],
  [
    8,
    (t) => {
      const a = angle(t, 8);
      const c = cos(a) ** 2;
      return 0.5 + (sin(a) / 2) * (1 + c / 2 + (3 / 8) * c * c + (5 / 16) * c ** 3);
    },
  ],
];

describe('studentCdf', () => {
  for (const [df, cdf] of closed) {
    it(`agrees with the closed form for ${df} degrees`, () => {
      for (let t = -60; t <= 60; t += 0.37)
        expect(Math.abs(studentCdf(t, df) - cdf(t))).toBeLessThan(1e-10);
    });
  }

  it('gives published quantiles back', () => {
    expect(studentCdf(2.228138851964939, 10)).toBeCloseTo(0.975, 10);
    expect(studentCdf(2.5706, 5)).toBeCloseTo(0.975, 5);
    expect(studentCdf(1.859548, 8)).toBeCloseTo(0.95, 6);
  });

  it('meets the normal for many degrees', () => {
    for (const t of [-4, -1, -0.1, 0, 0.7, 2.5])
      expect(Math.abs(studentCdf(t, 1e7) - normalBelow(t))).toBeLessThan(1e-6);
    expect(studentCdf(1.25, Number.POSITIVE_INFINITY)).toBe(normalBelow(1.25));
  });

  it('says NaN to what is not a question', () => {
    expect([studentCdf(Number.NaN, 5), studentCdf(1, 0), studentCdf(1, -2)]).toEqual([
      Number.NaN,
      Number.NaN,
      Number.NaN,
    ]);
    expect(studentCdf(0, 5)).toBe(0.5);
    expect(studentCdf(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY)).toBe(1);
  });
});

describe('unitStudentCdf', () => {
  it('with variance 1 is thinner in the flanks and fatter in the tails than the normal', () => {
    expect(unitStudentCdf(-1, 5)).toBeLessThan(normalBelow(-1));
    expect(unitStudentCdf(-3, 5)).toBeGreaterThan(normalBelow(-3));
    expect(unitStudentCdf(0, 5)).toBe(0.5);
    expect(unitStudentCdf(Number.NEGATIVE_INFINITY, 5)).toBe(0);
    expect(unitStudentCdf(1e200, 5)).toBe(1);
  });
});
