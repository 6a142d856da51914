// Goal: market time follows the monotonic clock from its origin, at its speed, and never goes back.
import { describe, expect, it } from 'vitest';
import { MarketClock, systemClock } from '../src/clock.js';
import { ManualClock } from './support/manual-clock.js';

const live = { realOriginMs: 1_000, marketOriginMs: 1_000, speed: 1 };

describe('market clock', () => {
  it('is real time at speed 1 and a stretched one otherwise, in whole milliseconds', () => {
    const clock = new ManualClock(3_000);
    const real = new MarketClock(clock, live);
    const fast = new MarketClock(clock, {
      realOriginMs: 1_000,
      marketOriginMs: 500_000,
      speed: 60,
    });
    expect([real.now(), fast.now()]).toEqual([3_000, 620_000]);
    clock.pass(10.25);
    expect([real.now(), fast.now()]).toEqual([3_010, 620_615]);
  });

  it('does not follow a stepped wall clock, and says how far it is off', () => {
    const clock = new ManualClock(5_000);
    const market = new MarketClock(clock, live);
    clock.wallStepMs = -4_000;
    clock.pass(100);
    expect(market.now()).toBe(5_100);
    expect(market.driftMs()).toBe(-4_000);
    expect(market.hasDrifted()).toBe(true);
  });

  it('takes up what the machine slept, and never goes back', () => {
    const clock = new ManualClock(5_000);
    const market = new MarketClock(clock, live);
    clock.wallStepMs = 7_200_000;
    market.catchUp();
    expect([market.now(), market.driftMs(), market.hasDrifted()]).toEqual([7_205_000, 0, false]);
    clock.wallStepMs = 0;
    market.catchUp();
    clock.pass(100);
    expect(market.now()).toBe(7_205_100);
  });

  it('starts no earlier than where the run before it ended', () => {
    const clock = new ManualClock(5_000);
    const market = new MarketClock(clock, live, 9_000);
    clock.pass(1_000);
    expect(market.now()).toBe(9_000);
    clock.pass(4_000);
    expect(market.now()).toBe(10_000);
  });

  it('refuses a speed that is none', () => {
    for (const speed of [0, -1, Number.NaN, Number.POSITIVE_INFINITY])
      expect(() => new MarketClock(systemClock, { ...live, speed })).toThrow('speed');
  });

  it('has a system clock whose monotonic part only rises', () => {
    const first = systemClock.monotonicMs();
    expect(systemClock.monotonicMs()).toBeGreaterThanOrEqual(first);
    expect(systemClock.realNow()).toBeGreaterThan(1_700_000_000_000);
  });
});
