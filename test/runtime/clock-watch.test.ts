// Goal: a machine that slept or whose clock was set does not trade on a time that is not.
import { expect, it } from 'vitest';
import { MarketClock } from '../../src/clock.js';
import { limits } from '../../src/limits.js';
import { watchClock } from '../../src/runtime/clock-watch.js';
import { ManualClock } from '../support/manual-clock.js';

const hourMs = 3_600_000;

function watched(notBefore = 0) {
  const clock = new ManualClock(5_000);
  const settings = { realOriginMs: 0, marketOriginMs: 0, speed: 1 };
  const marketClock = new MarketClock(clock, settings, notBefore);
  const said: string[] = [];
  const stop = watchClock({ clock, marketClock, warn: (code) => said.push(code) });
  return { clock, marketClock, said, stop };
}

it('market time jumps forward with a machine that slept, once, and says so', () => {
  const { clock, marketClock, said } = watched();
  clock.pass(10_000);
  expect(said).toEqual([]);
  clock.wallStepMs = hourMs;
  clock.pass(10_000);
  expect(marketClock.now()).toBe(25_000 + hourMs);
  expect(said).toEqual(['clock_jumped']);
});

it('a small difference is left alone', () => {
  const { clock, marketClock, said } = watched();
  clock.wallStepMs = limits.clockDriftMsMax;
  clock.pass(10_000);
  expect([marketClock.now(), said]).toEqual([15_000, []]);
});

it('market time never goes back: a clock that was put back is told once, and waited for', () => {
  const { clock, marketClock, said } = watched();
  clock.wallStepMs = -3_000;
  clock.pass(10_000);
  expect([marketClock.now(), said]).toEqual([15_000, ['clock_behind']]);
  clock.wallStepMs = 0;
  clock.pass(10_000);
  clock.wallStepMs = -3_000;
  clock.pass(10_000);
  expect(said).toEqual(['clock_behind', 'clock_behind']);
});

it('an earlier run that ended in what is now the future is told of', () => {
  expect(watched(hourMs).said).toEqual(['clock_behind']);
});

it('stops', () => {
  const { clock, stop } = watched();
  stop();
  expect(clock.waiting).toBe(0);
});
