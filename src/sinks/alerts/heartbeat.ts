import type { Clock } from '../../clock.js';
import { limits } from '../../limits.js';
import type { Poster } from './post.js';

/**
 * A dead man's switch: the address is asked every minute while the run takes inputs in, and no longer once it does not,
 * whatever the reason. Whoever waits for it then tells people. Returns how to stop it.
 */
export function heartbeat(ports: {
  readonly clock: Pick<Clock, 'setTimer'>;
  readonly url: string;
  readonly poster: Pick<Poster, 'send'>;
  /** Null: nothing was taken in yet. */
  readonly inputAgeMs: () => number | null;
  readonly came: (outcome: 'sent' | 'failed') => void;
}): () => void {
  const { clock, url, poster, inputAgeMs, came } = ports;
  let disarm = (): void => {};
  let isStopped = false;
  const beat = async (): Promise<void> => {
    const ageMs = inputAgeMs();
    const isAlive = ageMs !== null && ageMs <= limits.heartbeatInputAgeMsMax;
    if (isAlive) {
      const { kind } = await poster.send({ url });
      came(kind === 'done' ? 'sent' : 'failed');
    }
    if (!isStopped) arm(isAlive ? limits.heartbeatEveryMs : limits.alertsEveryMs);
  };
  const arm = (ms: number): void => {
    disarm = clock.setTimer(ms, () => void beat());
  };
  arm(limits.alertsEveryMs);
  return () => {
    isStopped = true;
    disarm();
  };
}
