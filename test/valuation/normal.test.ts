import { describe, expect, it } from 'vitest';
import { normalBelow } from '../../src/valuation/normal.js';
import { studentBelow, unitStudentBelow } from '../../src/valuation/student.js';

// Goal: probabilities to more digits than anything is printed with, in the tails too. Reference: ½·erfc(−z/√2), libm.

describe('the normal distribution function', () => {
  it.each([
    [-37, 5.725571222525139e-300],
    [-20, 2.7536241186063314e-89],
    [-8, 6.220960574271819e-16],
    [-5.7, 5.990371401063533e-9],
    [-5.6, 1.0717590258310968e-8],
    [-3, 0.0013498980316300957],
    [-1.5, 0.06680720126885809],
    [-0.7, 0.24196365222307306],
    [-0.6, 0.2742531177500736],
    [-1e-9, 0.49999999960105773],
    [0, 0.5],
    [0.3, 0.6179114221889526],
    [1, 0.8413447460685429],
    [2.5, 0.9937903346742238],
    [5.5, 0.9999999810104375],
    [6, 0.9999999990134123],
  ])('at %f is %f', (z, expected) => {
    expect(Math.abs(normalBelow(z) / expected - 1)).toBeLessThan(1e-12);
  });

  it('rises, is symmetric, ends at 0 and 1, and passes on what is not a number', () => {
    let before = 0;
    for (let z = -9; z <= 9; z += 0.001) {
      const p = normalBelow(z);
      expect(p).toBeGreaterThanOrEqual(before);
      expect(Math.abs(p + normalBelow(-z) - 1)).toBeLessThan(1e-15);
      before = p;
    }
    expect(normalBelow(Number.NEGATIVE_INFINITY)).toBe(0);
    expect(normalBelow(Number.POSITIVE_INFINITY)).toBe(1);
    expect(normalBelow(Number.NaN)).toBeNaN();
  });
});

describe("Student's t", () => {
  it('is the arctangent for one degree and has closed forms for two and four', () => {
    for (const x of [-40, -3, -0.7, -0.01, 0, 0.2, 1, 2.5, 300]) {
      const root = Math.sqrt(x * x + 2);
      expect(studentBelow(x, 1)).toBeCloseTo(0.5 + Math.atan(x) / Math.PI, 12);
      expect(studentBelow(x, 2)).toBeCloseTo(0.5 + x / (2 * root), 12);
      const c = x / Math.sqrt(4 + x * x);
      expect(studentBelow(x, 4)).toBeCloseTo(0.5 + 0.75 * (c - c ** 3 / 3), 12);
    }
  });

  it('has the table’s quantiles', () => {
    expect(studentBelow(2.015048373, 5)).toBeCloseTo(0.95, 9);
    expect(studentBelow(1.859548038, 8)).toBeCloseTo(0.95, 9);
  });

  it('with variance 1 is thinner in the flanks and fatter in the tails than the normal', () => {
    expect(unitStudentBelow(-1, 5)).toBeLessThan(normalBelow(-1));
    expect(unitStudentBelow(-3, 5)).toBeGreaterThan(normalBelow(-3));
    expect(unitStudentBelow(0, 5)).toBe(0.5);
    expect(unitStudentBelow(-1.3, 1e7)).toBeCloseTo(normalBelow(-1.3), 7);
  });

  it('ends at 0 and 1 and passes on what is not a number', () => {
    expect(studentBelow(Number.NEGATIVE_INFINITY, 5)).toBe(0);
    expect(studentBelow(1e200, 5)).toBe(1);
    expect(studentBelow(Number.NaN, 5)).toBeNaN();
  });
});
