import { limits } from '../limits.js';
import type { DashboardPatch, DashboardState } from '../messages/dashboard.js';
import { after, realNow } from './clock.js';
import { hear, lose, stream } from './store.js';

const path = '/api/events';

/** Hears the server for as long as the page is open; comes back by itself. */
export function listen(): void {
  const source = new EventSource(path);
  source.addEventListener('snapshot', ({ data }: MessageEvent<string>) => {
    hear({ event: 'snapshot', data: JSON.parse(data) as DashboardState }, realNow());
  });
  source.addEventListener('patch', ({ data }: MessageEvent<string>) => {
    hear({ event: 'patch', data: JSON.parse(data) as DashboardPatch }, realNow());
  });
  source.addEventListener('error', () => {
    lose(realNow());
    // A dropped connection is tried again by the browser; a refusal is not.
    if (source.readyState === EventSource.CLOSED) void refused();
  });
}

/** Asks why the stream was refused: not signed in, or nobody there. */
async function refused(): Promise<void> {
  const stop = new AbortController();
  const status = await fetch(path, { signal: stop.signal })
    .then((response) => response.status)
    .catch(() => 0);
  stop.abort();
  if (status === 401 || status === 403) {
    stream.value = { kind: 'signed-out', why: '' };
    return;
  }
  after(limits.pageReconnectMs, listen);
}
