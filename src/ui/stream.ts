import { limits } from '../limits.js';
import { after } from './clock.js';

const path = '/api/events';

type Heard = {
  /** What the server says, as it is written. */
  readonly onTold: (event: 'snapshot' | 'patch', text: string) => void;
  readonly onLost: () => void;
  /** Nobody is signed in. Nothing is heard any more. */
  readonly onRefused: () => void;
};

/** Hears the server until it is stopped; comes back by itself. */
export function follow({ onTold, onLost, onRefused }: Heard): () => void {
  let isStopped = false;
  let stop = (): void => undefined;
  const open = (): void => {
    if (isStopped) return;
    const source = new EventSource(path);
    stop = () => source.close();
    for (const event of ['snapshot', 'patch'] as const)
      source.addEventListener(event, ({ data }: MessageEvent<string>) => onTold(event, data));
    source.addEventListener('error', () => {
      if (isStopped) return;
      onLost();
      // A dropped connection is tried again by the browser; a refusal is not.
      if (source.readyState === EventSource.CLOSED) void refused();
    });
  };
  /** Asks why the stream was refused: not signed in, or nobody there. */
  const refused = async (): Promise<void> => {
    const asked = new AbortController();
    const status = await fetch(path, { signal: asked.signal })
      .then((response) => response.status)
      .catch(() => 0);
    asked.abort();
    if (isStopped) return;
    if (status === 401 || status === 403) onRefused();
    else stop = after(limits.pageReconnectMs, open);
  };
  open();
  return () => {
    isStopped = true;
    stop();
  };
}
