// A worker as a process of its own, with a stand-in for the backtest: node sweep-worker.mjs URL NAME BUILD CACHE ACK_WAIT_MS
import { systemClock } from '../../dist/clock.js';
import { runWorker } from '../../dist/sweep/remote/worker.js';

const [url, name, build, cacheFolder, ackWaitMs] = process.argv.slice(2);
const stopping = new AbortController();
process.once('SIGTERM', () => stopping.abort());
const run = await runWorker({
  url,
  name,
  build,
  cacheFolder,
  credentials: { kind: 'none' },
  threads: 1,
  ackWaitMs: Number(ackWaitMs),
  clock: systemClock,
  say: (text) => process.stderr.write(`${text}\n`),
  signal: stopping.signal,
  file: new URL('./sweep-thread.mjs', import.meta.url),
});
process.exitCode = run.ok ? 0 : 1;
