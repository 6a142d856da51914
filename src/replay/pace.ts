import type { Clock } from '../clock.js';
import { limits } from '../limits.js';

/**
 * Holds inputs back until their time: `speed` 1 is as fast as the run was in real time. `marketSpeed` is the run's own:
 * market ms per real ms. Null while an input is due already.
 */
export class Pace {
  private readonly clock: Clock;
  private readonly perMs: number;
  private origin: { readonly at: number; readonly real: number } | null = null;

  constructor(clock: Clock, speed: number, marketSpeed: number) {
    this.clock = clock;
    this.perMs = speed * marketSpeed;
  }

  until(at: number): Promise<void> | null {
    this.origin ??= { at, real: this.clock.monotonicMs() };
    const dueMs = this.origin.real + (at - this.origin.at) / this.perMs;
    const waitMs = dueMs - this.clock.monotonicMs();
    if (!(waitMs > 0)) return null;
    return new Promise((done) => this.wait(dueMs, done));
  }

  /** In pieces: no timer of the system is longer than 24 days. */
  private wait(dueMs: number, done: () => void): void {
    const leftMs = dueMs - this.clock.monotonicMs();
    if (!(leftMs > 0)) done();
    else this.clock.setTimer(Math.min(leftMs, limits.paceWaitMsMax), () => this.wait(dueMs, done));
  }
}
