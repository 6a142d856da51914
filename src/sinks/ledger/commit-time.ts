import type { Clock } from '../../clock.js';
import { limits } from '../../limits.js';

export type CommitClock = Pick<Clock, 'monotonicMs' | 'setTimer'>;

const realTime: CommitClock = {
  monotonicMs: () => performance.now(),
  setTimer: (ms, fire) => {
    const handle = setTimeout(fire, ms);
    return () => clearTimeout(handle);
  },
};

export type CommitTime = {
  readonly tookMs: number;
  /** Of it what this process did not lose by being late to its own timers. */
  readonly diskMs: number;
};

/**
 * Times one commit. On a machine whose processors are busy a commit is late because this process is, and a faster disk would
 * not help: a timer that fires again and again meanwhile tells how late.
 */
export function commitTimer(clock: CommitClock = realTime): () => CommitTime {
  const everyMs = limits.commitLookEveryMs;
  const startedAt = clock.monotonicMs();
  let lookedAt = startedAt;
  let ownMs = 0;
  const look = (): void => {
    const now = clock.monotonicMs();
    const lateMs = now - lookedAt - everyMs;
    // A timer is a little late on any machine.
    if (lateMs > everyMs) ownMs += lateMs;
    lookedAt = now;
  };
  const again = (): (() => void) =>
    clock.setTimer(everyMs, () => {
      look();
      cancel = again();
    });
  let cancel = again();
  return () => {
    cancel();
    look();
    const tookMs = lookedAt - startedAt;
    return { tookMs, diskMs: tookMs - ownMs };
  };
}
