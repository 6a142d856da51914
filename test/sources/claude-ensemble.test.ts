import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { probability } from '../../src/domain/units.js';
import { judgementOf, type Sample } from '../../src/sources/claude/ensemble.js';
import { type Variant, variants } from '../../src/sources/claude/variants.js';
import { median } from '../../src/valuation/numbers.js';

// Goal: one number from several, less sure the further they lie apart, and none when they contradict each other.
const sample = (variant: Variant, p: number): Sample => ({
  variant,
  estimate: { p: probability(p) },
});
const straight = (...values: readonly number[]) =>
  judgementOf(
    values.map((p, i) => sample(variants.filter((v) => v !== 'negated')[i] ?? 'premortem', p)),
  );
const sigmaOf = (...values: readonly number[]): number => {
  const judgement = straight(...values);
  return judgement.ok ? judgement.value.sigma : Number.NaN;
};

describe('a judgement', () => {
  it('is the median of its samples', () => {
    // VALUATION §4.2: the median is .62; these samples lie too far apart to be bet on (§8-9).
    expect(median([0.55, 0.6, 0.62, 0.7, 0.9])).toBe(0.62);
    expect(straight(0.55, 0.6, 0.62, 0.7, 0.9)).toEqual({ ok: false, error: 'samples_disagree' });
    expect(straight(0.55, 0.6, 0.62, 0.7, 0.8)).toMatchObject({
      ok: true,
      value: { p: 0.62, samples: 5 },
    });
    expect(straight(0.5, 0.6)).toMatchObject({ ok: true, value: { p: 0.55, samples: 2 } });
  });

  it('stays within what a language model is believed', () => {
    for (const [p, believed] of [
      [0, 0.01],
      [0.004, 0.01],
      [1, 0.99],
    ] as const)
      expect(straight(p)).toMatchObject({ ok: true, value: { p: believed } });
  });

  it('of one sample has the spread that it hides and the error that all have in common', () => {
    // √(.40² + .48²) × p(1 − p)
    expect(sigmaOf(0.5)).toBeCloseTo(0.6248 * 0.25, 4);
    expect(sigmaOf(0.1)).toBeCloseTo(0.6248 * 0.09, 4);
  });

  it('of samples that agree is surer, but never beyond the common error', () => {
    expect(sigmaOf(0.5, 0.5, 0.5, 0.5)).toBeCloseTo(Math.sqrt(0.04 + 0.2304) * 0.25, 12);
    expect(sigmaOf(0.5, 0.5)).toBeLessThan(sigmaOf(0.5));
    expect(sigmaOf(...Array(1_000).fill(0.5))).toBeGreaterThan(0.12);
  });

  it('of samples apart is less sure', () => {
    // Log-odds of .4 and .6 are ∓.405465.
    const variance = (2 * 0.405465 ** 2 + 0.16) / 2 + 0.2304;
    expect(sigmaOf(0.4, 0.6)).toBeCloseTo(Math.sqrt(variance) * 0.25, 6);
    expect(sigmaOf(0.4, 0.5, 0.6)).toBeGreaterThan(sigmaOf(0.45, 0.5, 0.55));
  });

  const rows: readonly (readonly [what: string, samples: readonly Sample[], isOne: boolean])[] = [
    ['samples a quarter apart', [sample('status_quo', 0.5), sample('premortem', 0.75)], true],
    ['samples further apart', [sample('status_quo', 0.5), sample('premortem', 0.751)], false],
    ['a negation that adds up', [sample('status_quo', 0.5), sample('negated', 0.65)], true],
    ['a negation that does not', [sample('status_quo', 0.5), sample('negated', 0.66)], false],
    ['a negation below', [sample('status_quo', 0.5), sample('negated', 0.34)], false],
    [
      'a negation against the median',
      [sample('status_quo', 0.4), sample('outside_view', 0.5), sample('negated', 0.61)],
      false,
    ],
    [
      'the same from a straight question',
      [sample('status_quo', 0.4), sample('outside_view', 0.5), sample('premortem', 0.61)],
      true,
    ],
    ['a negation alone', [sample('negated', 0.9)], true],
  ];
  for (const [what, samples, isOne] of rows)
    it(`of ${what} is ${isOne ? 'one' : 'none'}`, () => {
      const judgement = judgementOf(samples);
      expect(judgement.ok ? 'one' : judgement.error).toBe(isOne ? 'one' : 'samples_disagree');
    });

  it('needs samples, and real ones', () => {
    expect(judgementOf([])).toEqual({ ok: false, error: 'not_asked' });
    for (const p of [Number.NaN, -0.1, 1.1])
      expect(judgementOf([{ variant: 'status_quo', estimate: { p: p as never } }])).toEqual({
        ok: false,
        error: 'out_of_range',
      });
  });

  it('lies among its samples, with a spread above zero', () => {
    const p = fc.double({ min: 0, max: 1, noNaN: true });
    const any = fc.array(fc.tuple(fc.constantFrom(...variants), p), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(any, (drawn) => {
        const judgement = judgementOf(drawn.map(([variant, value]) => sample(variant, value)));
        if (!judgement.ok) return;
        const values = drawn.map(([, value]) => Math.min(0.99, Math.max(0.01, value)));
        expect(judgement.value.p).toBeGreaterThanOrEqual(Math.min(...values));
        expect(judgement.value.p).toBeLessThanOrEqual(Math.max(...values));
        expect(judgement.value.sigma).toBeGreaterThan(0);
        expect(judgement.value.sigma).toBeLessThan(0.5);
      }),
    );
  });
});
