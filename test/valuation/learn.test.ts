// Goal: planted truth is found, noise loses its weight, few data move nothing, and nothing odd ever comes out.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keyedDraw } from '../../src/domain/keyed-draw.js';
import { epochMs } from '../../src/domain/units.js';
import type { BlendTable } from '../../src/messages/valuation.js';
import { startingBlend } from '../../src/valuation/blend.js';
import { type LearningSnapshot, learn } from '../../src/valuation/learn.js';
import { expit } from '../../src/valuation/numbers.js';

const hour = 3_600_000;

type World = {
  readonly events: number;
  /** How much of what the market lacks the model has: the true weight. */
  readonly weight: number;
  /** The model says this many times the log-odds that it means. */
  readonly slope?: number;
  readonly rows?: number;
  readonly over?: (event: number) => Partial<LearningSnapshot>;
};

/**
 * Events whose outcome is drawn from the pool of market and model at the planted weight. The market is the model's word
 * with noise, so that the word is calibrated whatever the weight.
 */
const history = ({ events, weight, slope = 1, rows = 1, over }: World): LearningSnapshot[] =>
  Array.from({ length: events }, (_, event) => {
    const more = over?.(event) ?? {};
    const name = `E${event}${more.model ?? ''}${more.vertical ?? ''}`;
    const c = (keyedDraw(1, name) - 0.5) * 5;
    const m = c + (keyedDraw(2, name) - 0.5) * 4;
    const outcome = keyedDraw(3, name) < expit((1 - weight) * m + weight * c) ? 1 : 0;
    return Array.from(
      { length: rows },
      (): LearningSnapshot => ({
        model: 'crypto',
        vertical: 'crypto',
        at: epochMs(event * hour),
        event: name,
        p: expit(slope * c),
        mid: expit(m),
        evidenceAgeMs: 5_000,
        quoteAgeMs: 1_000,
        isThin: false,
        outcome,
        ...more,
      }),
    );
  }).flat();

const cryptoOf = (snapshots: readonly LearningSnapshot[], start: BlendTable = startingBlend) => {
  const { table } = learn(snapshots, start);
  const terms = table['crypto/crypto'] ?? start['crypto'];
  if (terms === undefined) throw new Error('no terms');
  return terms;
};

describe('a planted weight', () => {
  for (const weight of [0, 0.15, 0.3, 0.55])
    it(`of ${weight} is found from thousands of events`, () => {
      const { weight: found, weightSigma } = cryptoOf(history({ events: 6_000, weight }));
      expect(Math.abs(found - weight)).toBeLessThan(2.5 * weightSigma);
      expect(weightSigma).toBeLessThan(0.04);
      expect(weightSigma).toBeGreaterThan(0.003);
    });

  it('is never beyond .6, and noise comes to nothing, thin markets included', () => {
    expect(cryptoOf(history({ events: 8_000, weight: 1 })).weight).toBe(0.6);
    const noise = history({ events: 4_000, weight: 0 }).map((snapshot, i) => ({
      ...snapshot,
      p: keyedDraw(4, snapshot.event),
      isThin: i % 2 === 0,
    }));
    const terms = cryptoOf(noise);
    expect(terms.weight).toBeLessThan(0.04);
    expect(terms.weightThin).toBeLessThan(0.05);
  });

  it('differs by the age of the evidence, where it does', () => {
    const terms = cryptoOf(
      history({ events: 5_000, weight: 0.55 }).concat(
        history({ events: 5_000, weight: 0, over: () => ({ vertical: 'crypto' }) }).map(
          (snapshot) => ({ ...snapshot, event: `old${snapshot.event}`, evidenceAgeMs: 50_000 }),
        ),
      ),
    );
    const [young, , old] = terms.byAge;
    expect(young?.weight).toBeGreaterThan(0.38);
    expect(old?.weight).toBeLessThan(0.12);
    expect(terms.weight).toBeGreaterThan(0.2);
    expect(terms.weight).toBeLessThan(0.4);
  });
});

describe('calibration', () => {
  it('finds how overconfident a word is', () => {
    const { calibration } = cryptoOf(history({ events: 8_000, weight: 1, slope: 2 }));
    expect(Math.abs(calibration.beta - 0.5)).toBeLessThan(0.04);
    expect(Math.abs(calibration.alpha)).toBeLessThan(0.1);
    expect(calibration.sigma).toBeGreaterThan(0.01);
    expect(calibration.sigma).toBeLessThan(0.1);
  });

  it('leans on the model where a vertical has little, and is then less sure', () => {
    const many = history({ events: 4_000, weight: 1, slope: 2, over: () => ({ model: 'claude' }) });
    const few = history({
      events: 30,
      weight: 1,
      slope: 2,
      over: () => ({ model: 'claude', vertical: 'other' }),
    });
    const { table, parts } = learn([...many, ...few], startingBlend);
    expect(parts.map(({ vertical, events }) => [vertical, events])).toEqual([
      ['crypto', 4_000],
      ['other', 30],
    ]);
    const alone = learn(few, startingBlend).parts[0];
    const [known, little] = [table['claude/crypto'], parts[1]?.terms];
    if (known === undefined || little === undefined || alone === undefined) throw new Error('none');
    if (parts[1]?.kept !== null || alone.kept !== null) throw new Error('not taken');
    expect(Math.abs(little.calibration.beta - known.calibration.beta)).toBeLessThan(0.2);
    expect(alone.terms.calibration.beta).toBeGreaterThan(little.calibration.beta);
    expect(little.calibration.sigma).toBeGreaterThan(3 * known.calibration.sigma);
  });
});

describe('few data', () => {
  it('are the start: nothing at all, nineteen events, or many rows of them', () => {
    expect(learn([], startingBlend)).toEqual({ table: startingBlend, parts: [] });
    const { table, parts } = learn(history({ events: 19, weight: 0, rows: 500 }), startingBlend);
    expect(table).toEqual(startingBlend);
    expect(parts).toMatchObject([{ kept: 'too_few_events', events: 19, snapshots: 9_500 }]);
  });

  it('move a weight little, and as many rows of the same events move it no further', () => {
    const once = cryptoOf(history({ events: 60, weight: 0.3 }));
    const often = cryptoOf(history({ events: 60, weight: 0.3, rows: 40 }));
    expect(Math.abs(once.weight - 0.4)).toBeLessThan(0.12);
    expect(often.weight).toBeCloseTo(once.weight, 6);
    expect(often.weightSigma).toBeCloseTo(once.weightSigma, 6);
    expect(often.calibration.sigma).toBeCloseTo(once.calibration.sigma, 6);
  });

  it('that the later events contradict are not taken', () => {
    const early = history({ events: 300, weight: 1 });
    const late = history({
      events: 200,
      weight: -1,
      over: (i) => ({ at: epochMs((i + 900) * hour) }),
    });
    const renamed = late.map((snapshot) => ({ ...snapshot, event: `late${snapshot.event}` }));
    const { table, parts } = learn([...early, ...renamed], startingBlend);
    expect(parts).toMatchObject([{ kept: 'no_gain' }]);
    expect(table['crypto/crypto']).toBeUndefined();
  });

  it('of the heuristic, of an unknown model or on evidence too old teach nothing', () => {
    const over = (change: Partial<LearningSnapshot>) =>
      learn(history({ events: 500, weight: 0, over: () => change }), startingBlend).table;
    expect(over({ model: 'heuristic' })).toEqual(startingBlend);
    expect(over({ evidenceAgeMs: 61_000 })).toEqual(startingBlend);
    expect(over({ evidenceAgeMs: null })).toEqual(startingBlend);
    expect(over({})).not.toEqual(startingBlend);
  });
});

it('property: whatever the history, weights stay in 0 … .6, slopes above 0, and nothing is NaN; order is nothing', () => {
  const snapshot = fc.record<LearningSnapshot>({
    model: fc.constantFrom('crypto', 'claude', 'heuristic'),
    vertical: fc.constantFrom('crypto', 'other'),
    at: fc.nat({ max: 1_000 }).map((at) => epochMs(at * hour)),
    event: fc.nat({ max: 60 }).map(String),
    p: fc.oneof(fc.constantFrom(0, 1, Number.NaN, 1e-12, 1.7), fc.double({ min: 0, max: 1 })),
    mid: fc.oneof(fc.constantFrom(0, 1, 0.5, Number.NaN), fc.double({ min: 0, max: 1 })),
    evidenceAgeMs: fc.option(fc.nat({ max: 100_000 })),
    quoteAgeMs: fc.option(fc.nat({ max: 200_000 })),
    isThin: fc.boolean(),
    outcome: fc.constantFrom(0, 1),
  });
  let moved = 0;
  fc.assert(
    fc.property(fc.array(snapshot, { minLength: 300, maxLength: 800 }), (snapshots) => {
      const { table } = learn(snapshots, startingBlend);
      for (const [key, terms] of Object.entries(table)) {
        if (key.includes('/')) moved += 1;
        else continue;
        const { weight, weightThin, weightSigma, byAge, calibration } = terms;
        for (const w of [weight, weightThin, ...byAge.flatMap((b) => [b.weight, b.weightThin])])
          expect(w >= 0 && w <= 0.6).toBe(true);
        expect(weightSigma > 0 && weightSigma <= 0.15).toBe(true);
        expect(calibration.beta > 0 && Number.isFinite(calibration.beta)).toBe(true);
        expect(Number.isFinite(calibration.alpha)).toBe(true);
        expect(calibration.sigma >= 0 && Number.isFinite(calibration.sigma)).toBe(true);
      }
      const near = (_: string, value: unknown) =>
        typeof value === 'number' ? Number(value.toFixed(7)) : value;
      expect(JSON.stringify(learn([...snapshots].reverse(), startingBlend).table, near)).toBe(
        JSON.stringify(table, near),
      );
    }),
    { numRuns: 40 },
  );
  expect(moved).toBeGreaterThan(20);
});
