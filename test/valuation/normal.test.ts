import { describe, expect, it } from 'vitest';
import { normalBelow } from '../../src/valuation/normal.js';

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
