/** A nats-server of this test's own: loopback, a free port, its store in a folder that is gone afterwards. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { until } from './support.js';

export type Nats = {
  readonly url: string;
  /** Ends it as a crash does. */
  readonly kill: () => Promise<void>;
  readonly start: () => Promise<void>;
};

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  await new Promise((done) => server.close(done));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

export async function natsIn(folder: string, more: readonly string[] = []): Promise<Nats> {
  const port = await freePort();
  let child: ChildProcess | null = null;
  const start = async (): Promise<void> => {
    const args = ['-a', '127.0.0.1', '-p', String(port), '-js', '-sd', folder, ...more];
    let log = '';
    child = spawn('nats-server', args, { stdio: ['ignore', 'ignore', 'pipe'] });
    child.stderr?.on('data', (data: Buffer) => {
      log += data.toString();
    });
    await until('nats-server is ready', () => log.includes('Server is ready'), { log: () => log });
  };
  const kill = async (): Promise<void> => {
    const ending = child;
    if (ending === null) return;
    child = null;
    const ended = new Promise((done) => ending.once('close', done));
    ending.kill('SIGKILL');
    await ended;
  };
  await start();
  return { url: `nats://127.0.0.1:${port}`, kill, start };
}
