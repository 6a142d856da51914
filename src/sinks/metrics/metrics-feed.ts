import type { Clock } from '../../clock.js';
import { limits } from '../../limits.js';
import type { FeedChannel } from '../dashboard-feed.js';

/**
 * Tells the metrics to the process that serves them: every `limits.metricsEveryMs`, at once when another process listens, and
 * only while it reads what it is told. Returns how to stop it.
 */
export function metricsFeed(ports: {
  readonly clock: Pick<Clock, 'monotonicMs' | 'setTimer'>;
  readonly channel: FeedChannel;
  readonly text: () => Promise<string>;
}): () => void {
  const { clock, channel, text } = ports;
  let disarm = (): void => {};
  let isStopped = false;
  let toldMs = Number.NEGATIVE_INFINITY;
  let generation = -1;
  const look = async (): Promise<void> => {
    const isDue =
      channel.generation() !== generation || clock.monotonicMs() - toldMs >= limits.metricsEveryMs;
    if (isDue && channel.hasCredit()) {
      generation = channel.generation();
      toldMs = clock.monotonicMs();
      channel.send([{ kind: 'metrics', text: await text() }]);
    }
    if (!isStopped) arm();
  };
  const arm = (): void => {
    disarm = clock.setTimer(limits.metricsLookMs, () => void look());
  };
  arm();
  return () => {
    isStopped = true;
    disarm();
  };
}
