// Goal: a resting order is filled when its turn comes and not before, whichever way the feed tells what happened.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { QueuePosition } from '../../src/backtest/queue.js';
import { price } from '../../src/domain/units.js';

const at = price(4_000);
const queue = (estimate: 'pessimistic' | 'realistic' | 'optimistic', displayed = 100) =>
  new QueuePosition(estimate, at, 50, displayed, 10);

describe('a resting order', () => {
  it('waits for what stood before it, then is filled with what is left of the trade', () => {
    const realistic = queue('realistic');
    expect(realistic.onTrade(at, 70, 0)).toBe(0);
    expect(realistic.ahead).toBe(30);
    expect(realistic.onTrade(at, 40, 0)).toBe(10);
    expect(realistic.onTrade(at, 400, 0)).toBe(40);
    expect(realistic.left).toBe(0);
    expect(realistic.onTrade(at, 400, 0)).toBe(0);
  });

  it('does not mind trades at better prices, and is filled by those beyond its own', () => {
    const pessimistic = queue('pessimistic');
    expect(pessimistic.onTrade(price(4_100), 500, 0)).toBe(0);
    expect(pessimistic.onTrade(at, 500, 0)).toBe(0);
    expect(pessimistic.onTrade(price(3_900), 20, 0)).toBe(20);
  });

  it('is first in its level when the estimate is optimistic', () => {
    expect(queue('optimistic').onTrade(at, 20, 0)).toBe(20);
  });

  it('moves up by its share of what is canceled, and not when the estimate is pessimistic', () => {
    const realistic = queue('realistic', 100);
    realistic.onShrink(50, 200, 0);
    expect(realistic.ahead).toBe(75);
    const pessimistic = queue('pessimistic', 100);
    pessimistic.onShrink(50, 200, 0);
    expect(pessimistic.ahead).toBe(100);
  });

  it('takes a trade and the shrinking of its level for one thing, whichever comes first', () => {
    const tradeFirst = queue('realistic');
    tradeFirst.onTrade(at, 40, 0);
    tradeFirst.onShrink(40, 200, 0);
    const shrinkFirst = queue('realistic');
    shrinkFirst.onShrink(40, 200, 0);
    expect(shrinkFirst.ahead).toBe(80);
    shrinkFirst.onTrade(at, 40, 0);
    expect(tradeFirst.ahead).toBe(60);
    expect(shrinkFirst.ahead).toBeCloseTo(60);
    // Long after each other they are two things.
    shrinkFirst.onShrink(30, 120, 100);
    expect(shrinkFirst.ahead).toBeCloseTo(45);
    shrinkFirst.onTrade(at, 30, 200);
    expect(shrinkFirst.ahead).toBeCloseTo(15);
  });

  it('never fills more than the next kinder estimate of the same feed', () => {
    const happenings = fc.array(
      fc.record({
        isTrade: fc.boolean(),
        price: fc.constantFrom(3_900, 4_000, 4_100),
        size: fc.integer({ min: 1, max: 60 }),
        displayed: fc.integer({ min: 60, max: 300 }),
        at: fc.nat({ max: 50 }),
      }),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(happenings, fc.integer({ min: 0, max: 200 }), (feed, displayed) => {
        const estimates = ['pessimistic', 'realistic', 'optimistic'] as const;
        const queues = estimates.map((estimate) => queue(estimate, displayed));
        for (const happening of feed) {
          for (const one of queues)
            if (happening.isTrade)
              one.onTrade(price(happening.price), happening.size, happening.at);
            else one.onShrink(happening.size, happening.displayed, happening.at);
          const [least = 0, middle = 0, most = 0] = queues.map(({ left }) => 50 - left);
          expect(least).toBeLessThanOrEqual(middle);
          expect(middle).toBeLessThanOrEqual(most);
        }
      }),
    );
  });
});
