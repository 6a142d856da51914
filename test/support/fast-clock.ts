import { type Clock, systemClock } from '../../src/clock.js';

/** The system's clock with timers that run so many times as fast. */
export const fastClock = (speed: number): Clock => ({
  ...systemClock,
  monotonicMs: () => systemClock.monotonicMs() * speed,
  setTimer: (ms, fire) => systemClock.setTimer(ms / speed, fire),
});
