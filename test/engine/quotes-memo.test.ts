import fc from 'fast-check';
import { expect, it } from 'vitest';
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

it('is the heuristic, whatever of a market moved alone, and works it out once', () => {
  const [, low] = ladder([8_000, 7_000, 6_000, 5_000, 4_000, 3_000], 10_000);
  const [, high] = ladder([8_800, 7_400, 6_700, 5_000, 3_500, 2_000], 20_000);
  if (low === undefined || high === undefined) throw new Error('no market');
  const means = [9_000, 11_000].map((midMean2) => ({ ...low.summary, midMean2 }));
  const state = fc.record({
    yesAsks: fc.constantFrom(low.book.yesAsks, high.book.yesAsks),
    noAsks: fc.constantFrom(low.book.noAsks, high.book.noAsks),
    siblings: fc.constantFrom(low.siblings, high.siblings, []),
    summary: fc.constantFrom(low.summary, ...means),
  });
  fc.assert(
    fc.property(fc.array(state, { minLength: 2, maxLength: 40 }), (states) => {
      const memo = new QuotesMemo();
      for (const { yesAsks, noAsks, siblings, summary } of states) {
        const selected = { ...low, book: { ...low.book, yesAsks, noAsks }, siblings, summary };
        const first = memo.of(selected);
        expect(first).toEqual(heuristic(selected));
        // The very same object: nothing was worked out again.
        expect(memo.of({ ...selected })).toBe(first);
      }
    }),
    { numRuns: 100 },
  );
});

it('forgets a window when the next one comes', () => {
  const [one] = ladder([5_000, 4_000, 3_000, 2_000], 10_000);
  const memo = new QuotesMemo();
  const first = memo.of(one as SelectedMarket);
  memo.clear();
  expect(memo.of(one as SelectedMarket)).not.toBe(first);
});
