import fc from 'fast-check';
import { expect, it } from 'vitest';
import { quantity } from '../../src/domain/units.js';
import { QuotesMemo } from '../../src/engine/quotes-memo.js';
import type { SelectedMarket } from '../../src/messages/window.js';
import { heuristic } from '../../src/valuation/heuristic.js';
import { eventOf } from '../valuation/sample.js';

// Goal: what is remembered is what would have been worked out, whatever moved in between.
const ladder = (middles: readonly number[], size: number): readonly SelectedMarket[] =>
  eventOf(
    middles.map((middle, rung) => ({
      name: `KXA-B-T${rung}`,
      bid: middle - 100,
      ask: middle + 100,
      size,
      strikeType: 'greater' as const,
      floor: rung,
    })),
  );

it('is the heuristic, for every market and quote, and works it out once', () => {
  const middle = fc.integer({ min: 3, max: 96 }).map((cents) => cents * 100);
  const state = fc.record({
    middles: fc.array(middle, { minLength: 4, maxLength: 4 }),
    size: fc.constantFrom(10_000, 20_000),
    volume: fc.integer({ min: 0, max: 2 }),
  });
  fc.assert(
    fc.property(fc.array(state, { minLength: 1, maxLength: 6 }), (states) => {
      const memo = new QuotesMemo();
      for (const { middles, size, volume } of states)
        for (const one of ladder(middles, size)) {
          const selected = { ...one, summary: { ...one.summary, volume: quantity(volume) } };
          const first = memo.of(selected);
          expect(first).toEqual(heuristic(selected));
          // The very same object: nothing was worked out again.
          expect(memo.of({ ...selected })).toBe(first);
        }
    }),
    { numRuns: 50 },
  );
});

it('forgets a window when the next one comes', () => {
  const [one] = ladder([5_000, 4_000, 3_000, 2_000], 10_000);
  const memo = new QuotesMemo();
  const first = memo.of(one as SelectedMarket);
  memo.clear();
  expect(memo.of(one as SelectedMarket)).not.toBe(first);
});
