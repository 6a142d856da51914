import { performance } from 'node:perf_hooks';
import { assert } from './domain/assert.js';
import type { EpochMs } from './domain/units.js';
import { limits } from './limits.js';
import type { ClockSettings } from './messages/input.js';

/**
 * Real time and chance, handed in. The shell alone holds one; what it concludes enters the engine as an input. A test
 * builds one by hand.
 */
export interface Clock {
  /** Wall time, ms since the epoch. May step either way. */
  readonly realNow: () => number;
  /** Milliseconds from an arbitrary start, fractions included. Never goes back. */
  readonly monotonicMs: () => number;
  /** Calls `fire` once, no earlier than `ms` real milliseconds from now up to the timer's own millisecond. Returns its undo. */
  readonly setTimer: (ms: number, fire: () => void) => () => void;
  /** 0 ≤ n < 1. For jitter in the shell only: a decision draws nothing. */
  readonly random: () => number;
}

/** The only place that asks the machine for time or chance. */
export const systemClock: Clock = {
  realNow: () => Date.now(),
  monotonicMs: () => performance.now(),
  setTimer: (ms, fire) => {
    const handle = setTimeout(fire, ms);
    return () => clearTimeout(handle);
  },
  random: () => Math.random(),
};

/**
 * Market time: marketOrigin + speed × monotonic time since realOrigin, in whole milliseconds, never going back. What
 * stamps an input; after that only the input's own `at` is ever read.
 */
export class MarketClock {
  readonly speed: number;
  private readonly clock: Clock;
  private readonly settings: ClockSettings;
  private originMs: number;
  private readonly startMonotonicMs: number;
  private last: number;

  /** `notBefore`: where an earlier run of the same account left off, so that a stepped wall clock cannot go behind it. */
  constructor(clock: Clock, settings: ClockSettings, notBefore = 0) {
    this.clock = clock;
    this.settings = settings;
    const { speed, realOriginMs, marketOriginMs } = settings;
    assert(speed > 0 && Number.isFinite(speed), `clock speed must be positive, was ${speed}`);
    this.speed = speed;
    this.startMonotonicMs = clock.monotonicMs();
    this.originMs = marketOriginMs + speed * (clock.realNow() - realOriginMs);
    this.last = Math.max(notBefore, Math.floor(this.originMs));
  }

  /** Market time now. Two calls never go back. */
  now(): EpochMs {
    const elapsedMs = this.clock.monotonicMs() - this.startMonotonicMs;
    const now = Math.floor(this.originMs + this.speed * elapsedMs);
    if (now > this.last) this.last = now;
    return this.last as EpochMs;
  }

  /**
   * How far the wall clock is ahead of what market time implies, real ms. Large after a suspended machine or a stepped
   * clock: the monotonic clock saw neither.
   */
  driftMs(): number {
    const { speed, realOriginMs, marketOriginMs } = this.settings;
    return this.clock.realNow() - (realOriginMs + (this.now() - marketOriginMs) / speed);
  }

  /** Whether exchange times can no longer be compared with ours: see `limits.clockDriftMsMax`. */
  hasDrifted(): boolean {
    return !(Math.abs(this.driftMs()) <= limits.clockDriftMsMax);
  }

  /** Takes up the wall time that the monotonic clock did not see. Forward only: what is behind has to be waited for. */
  catchUp(): void {
    const behindMs = this.driftMs();
    if (behindMs > 0) this.originMs += this.speed * behindMs;
  }
}
