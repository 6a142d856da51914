import type { Clock, MarketClock } from '../clock.js';
import { limits } from '../limits.js';

export type ClockWatchPorts = {
  readonly clock: Clock;
  readonly marketClock: MarketClock;
  readonly warn: (code: string, text: string) => void;
};

const seconds = (ms: number): string => `${(Math.abs(ms) / 1_000).toFixed(1)} s`;

/**
 * Keeps market time at wall time while they are the same thing. A machine that slept left the monotonic clock behind,
 * and with it closing times, days and the age of every quote: market time jumps forward. It never goes back, so a wall
 * clock that was put back is waited for. Returns how to stop it.
 */
export function watchClock({ clock, marketClock, warn }: ClockWatchPorts): () => void {
  let isBehindSaid = false;
  let disarm = (): void => {};
  const look = (): void => {
    const driftMs = marketClock.driftMs();
    if (!marketClock.hasDrifted()) isBehindSaid = false;
    else if (driftMs > 0) {
      marketClock.catchUp();
      warn('clock_jumped', `the machine slept or its clock was set: ${seconds(driftMs)} caught up`);
    } else if (!isBehindSaid) {
      isBehindSaid = true;
      const why = `the machine's clock is ${seconds(driftMs)} behind what it was`;
      warn('clock_behind', `${why}: every quote of the feed looks late until it is there again`);
    }
    disarm = clock.setTimer(limits.clockWatchMs, look);
  };
  look();
  return () => disarm();
}
