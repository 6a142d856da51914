// Goal: a loss belongs to the day it was booked in, to one day only, and no clock, zone or restart makes it forgotten.
import { describe, expect, it } from 'vitest';
import { epochMs, price, quantity } from '../../src/domain/units.js';
import { bookAt, fillOf, intentFor, Rig, settings, tickerA } from '../support/executor-rig.js';

const midnight = Date.UTC(2027, 0, 16);
const dollar = 1_000_000;
/** Paper, ten contracts at 40 cents: what they are worth is what their book says. */
function holding(maxDailyLoss = 2 * dollar): Rig {
  const rig = new Rig().paper({ maxDailyLoss, reentryCooldownMs: 0 });
  rig.buy();
  return rig;
}
/** The bid falls to this many cents, one ms before midnight. */
function falls(rig: Rig, bid: number, at = midnight - 1): void {
  rig.books.set(tickerA, bookAt(10_000 - 100, 10_000 - 100 * bid));
  rig.now = epochMs(at - 1);
  rig.send({ kind: 'sweep' });
}
const days = (rig: Rig) => rig.bodies('day').map(({ key }) => key);
const isLatched = (rig: Rig) => rig.account.latches.has('daily_loss');

describe('a loss one millisecond before midnight', () => {
  it('latches on the old day, and neither midnight nor a restart there takes it off', () => {
    const rig = holding();
    falls(rig, 5);
    expect([rig.now, isLatched(rig), days(rig)]).toEqual([midnight - 1, true, ['2027-01-15']]);
    rig.now = epochMs(midnight - 1);
    rig.restart({}, { maxDailyLoss: 2 * dollar });
    expect(rig.now).toBe(midnight);
    expect([days(rig), isLatched(rig)]).toEqual([['2027-01-15', '2027-01-16'], true]);
    for (let day = 0; day < 3; day += 1) rig.send({ kind: 'sweep' }, 86_400_000);
    expect(isLatched(rig)).toBe(true);
    expect(rig.send({ kind: 'intent', intent: intentFor() }).notes[0]?.code).toBe('paused');
  });

  it('below the cap is over with its day: the next one begins at what is left', () => {
    const rig = holding(5 * dollar);
    falls(rig, 5);
    expect(isLatched(rig)).toBe(false);
    rig.send({ kind: 'sweep' });
    const [first, second] = rig.bodies('day');
    // Ten contracts at 5 instead of 40 cents, and their fee.
    expect((first?.baseline ?? 0) - (second?.baseline ?? 0)).toBe(3.5 * dollar + 168_000);
    falls(rig, 1, midnight + 60_000);
    expect(isLatched(rig)).toBe(false);
  });

  it('that is booked after midnight is the new day’s, once', () => {
    const rig = holding(3 * dollar);
    // Ten more are bought at 41 cents in the last millisecond; the fill is told in the new day.
    rig.now = epochMs(midnight - 4);
    rig.send({ kind: 'sweep' });
    const id = rig.submit({ limit: price(4_100) });
    expect(rig.now).toBe(midnight - 1);
    rig.send({
      kind: 'placed',
      clientOrderId: id,
      answer: {
        kind: 'accepted',
        orderId: 'v' as never,
        filled: quantity(1_000),
        remaining: quantity(0),
        averageYesPrice: null,
        averageFee: null,
      },
    });
    expect(days(rig)).toEqual(['2027-01-15', '2027-01-16']);
    const fill = fillOf(
      { orderId: 'v', clientOrderId: id },
      { yesPrice: price(4_100), executedAt: epochMs(midnight - 1) },
    );
    rig.send({ kind: 'account', event: { kind: 'fill', fill } });
    const [first, second] = rig.bodies('day');
    // The old day has the first fill's fee and the cent that its bid is below what was paid; the new one the second's.
    expect((first?.baseline ?? 0) - (second?.baseline ?? 0)).toBe(168_000 + 100_000);
    expect(rig.account.day?.baseline).toBe(second?.baseline);
    // Within both days together 4 dollars are lost, in neither more than 3.
    falls(rig, 28, midnight + 60_000);
    expect(isLatched(rig)).toBe(false);
    falls(rig, 20, midnight + 120_000);
    expect(isLatched(rig)).toBe(true);
  });
});

describe('a day', () => {
  it('never begins a second time: another zone where it is still yesterday forgives nothing', () => {
    const rig = holding(3 * dollar);
    rig.now = epochMs(midnight + 3_600_000);
    rig.send({ kind: 'sweep' });
    falls(rig, 15, midnight + 7_200_000);
    expect([days(rig).at(-1), isLatched(rig)]).toEqual(['2027-01-16', false]);
    // In New York it is the evening of the 15th.
    rig.restart({}, { maxDailyLoss: 3 * dollar, dayZone: 'America/New_York' });
    falls(rig, 8, midnight + 10_800_000);
    expect([days(rig).at(-1), isLatched(rig)]).toEqual(['2027-01-16', true]);
    // The 16th there is the day that has begun already; the 17th is a new one.
    rig.send({ kind: 'sweep' }, 12 * 3_600_000);
    expect(days(rig).at(-1)).toBe('2027-01-16');
    rig.send({ kind: 'sweep' }, 24 * 3_600_000);
    expect(days(rig).at(-1)).toBe('2027-01-17');
    expect(settings.dayZone).toBe('UTC');
  });
});
