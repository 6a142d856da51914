import type { Clock } from '../clock.js';
import { limits } from '../limits.js';

const secondMs = 1_000;

/** Requests of those who show no token: so many a second at once, each beyond that a little later. */
export class Crowd {
  readonly #clock: Pick<Clock, 'monotonicMs' | 'setTimer'>;
  #since = 0;
  #count = 0;

  constructor(clock: Pick<Clock, 'monotonicMs' | 'setTimer'>) {
    this.#clock = clock;
  }

  /** Null: at once. */
  queued(): Promise<void> | null {
    const now = this.#clock.monotonicMs();
    if (!(now - this.#since < secondMs)) {
      this.#since = now;
      this.#count = 0;
    }
    this.#count += 1;
    if (this.#count <= limits.dashboardStrangersPerSecond) return null;
    return new Promise((done) => void this.#clock.setTimer(limits.dashboardStrangerWaitMs, done));
  }
}
