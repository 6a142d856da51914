import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BookLevel, type BookSide, PriceBook } from '../../src/domain/book.js';
import { type Price, price, priceMax, quantity } from '../../src/domain/units.js';

const level = (at: number, size: number): BookLevel => [price(at), quantity(size)];

/** The obvious book: a Map a side, sorted when asked. */
class NaiveBook {
  readonly yes = new Map<number, number>();
  readonly no = new Map<number, number>();
  delta(side: BookSide, at: number, change: number): 'ok' | 'negative' {
    const bids = this[side];
    const after = (bids.get(at) ?? 0) + change;
    if (after < 0) return 'negative';
    if (after === 0) bids.delete(at);
    else bids.set(at, after);
    return 'ok';
  }
  levels(side: BookSide): [number, number][] {
    return [...this[side]].sort((a, b) => a[0] - b[0]);
  }
}

const deltas = fc.array(
  fc.record({
    side: fc.constantFrom<BookSide>('yes', 'no'),
    // Mostly cents, then finer, so that every widening happens in the middle of a book.
    at: fc.oneof(
      { weight: 8, arbitrary: fc.integer({ min: 40, max: 52 }).map((n) => n * 100) },
      { weight: 2, arbitrary: fc.integer({ min: 470, max: 480 }).map((n) => n * 10) },
      { weight: 1, arbitrary: fc.constantFrom(1, 4799, 9999) },
    ),
    change: fc.integer({ min: -300, max: 500 }),
  }),
  { minLength: 60, maxLength: 200 },
);

describe('PriceBook', () => {
  it('equals a naive map book under any deltas, level for level and at the touch', () => {
    fc.assert(
      fc.property(deltas, (changes) => {
        const book = new PriceBook();
        const naive = new NaiveBook();
        for (const { side, at, change } of changes) {
          const before = naive[side].get(at) ?? 0;
          // Half of the removals take a level away exactly, as an exchange does.
          const exact = change < 0 && before > 0 && at % 200 === 0 ? -before : change;
          expect(book.applyDelta(side, price(at), quantity(exact))).toBe(
            naive.delta(side, at, exact),
          );
          for (const each of ['yes', 'no'] as const) {
            const levels = naive.levels(each);
            expect(book.bestBid(each)).toBe(levels.at(-1)?.[0] ?? null);
            expect(book.levelCount(each)).toBe(levels.length);
          }
        }
        for (const each of ['yes', 'no'] as const)
          expect(book.levels(each)).toEqual(naive.levels(each));
      }),
    );
  });

  it('shows a buyer the complement of the other side, cheapest first, at most so many levels', () => {
    const book = new PriceBook();
    book.applySnapshot([level(4000, 10), level(4500, 20)], [level(5000, 30), level(5200, 40)]);
    expect(book.shot(8)).toEqual({
      yesAsks: [level(4800, 40), level(5000, 30)],
      noAsks: [level(5500, 20), level(6000, 10)],
    });
    expect(book.shot(1).yesAsks).toEqual([level(4800, 40)]);
    expect(book.bestAsk('yes')).toBe(4800);
    expect(book.bestAsk('no')).toBe(5500);
    expect(new PriceBook().bestAsk('yes')).toBeNull();
  });

  it('replaces everything on a snapshot and keeps finer prices apart from cents', () => {
    const book = new PriceBook();
    book.applySnapshot([level(4000, 10)], []);
    book.applySnapshot([level(4005, 1), level(4001, 2), level(4000, 3)], [level(1, 4)]);
    expect(book.levels('yes')).toEqual([level(4000, 3), level(4001, 2), level(4005, 1)]);
    expect(book.sizeAt('yes', price(4001))).toBe(2);
    expect(book.bestBid('no')).toBe(1);
  });

  it('reports a negative size and keeps what it had; a bad snapshot leaves nothing', () => {
    const book = new PriceBook();
    book.applySnapshot([level(4000, 10)], []);
    expect(book.applyDelta('yes', price(4000), quantity(-11))).toBe('negative');
    expect(book.applyDelta('yes', price(4000), Number.NaN as never)).toBe('negative');
    expect(book.levels('yes')).toEqual([level(4000, 10)]);
    expect(book.applySnapshot([level(4000, 10), level(4100, -1)], [])).toBe('negative');
    expect(book.levels('yes')).toEqual([]);
  });

  it('sees a crossed book, and depth near the touch', () => {
    const book = new PriceBook();
    book.applySnapshot([level(4000, 10), level(4300, 5), level(4400, 7)], [level(5500, 1)]);
    expect(book.isCrossed()).toBe(false);
    expect(book.depthNear('yes', 100)).toBe(12);
    expect(book.depthNear('yes', 99)).toBe(7);
    book.applyDelta('no', price(5600), quantity(1));
    expect(book.isCrossed()).toBe(true);
  });

  it('refuses a price outside the book as a bug', () => {
    expect(() => new PriceBook().applyDelta('yes', (priceMax + 100) as Price, quantity(1))).toThrow(
      /out of 0/,
    );
  });
});
