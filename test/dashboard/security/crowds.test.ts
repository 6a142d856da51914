// Goal: however many come, and however slowly they go, whoever holds the token still sees and stops.
import { existsSync, readFileSync } from 'node:fs';
import { Agent } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { limits } from '../../../src/limits.js';
import { controlFolder } from '../../../src/runtime/control-requests.js';
import { ask, bearer, cookieFor, openRig, post, type Reply } from '../rig.js';

const { dashboardStrangersMax: strangersMax } = limits;
/** Each is a connection; how ten thousand fare is told without them in login.test.ts. */
const attempts = 600;
/** Those without a token wait a little each; so many wait at once, each on a connection of its own. */
const guessers = 240;

describe('many', () => {
  it(`${attempts} wrong tokens are slowed, and the right one still stops trading`, async () => {
    const own = await openRig();
    const agent = new Agent({ keepAlive: true, maxSockets: guessers });
    const statuses = new Map<number, number>();
    let asked = 0;
    const startedMs = performance.now();
    const guesser = async (): Promise<void> => {
      while (asked < attempts) {
        const token = `${asked++}`.padStart(43, 'x');
        const { status } = await ask(own, { path: '/metrics', headers: bearer(token), agent });
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
      }
    };
    await Promise.all(Array.from({ length: guessers }, guesser));
    agent.destroy();
    const tried = statuses.get(401) ?? 0;
    // A minute may have ended meanwhile, and each counts anew.
    const minutesMax = 1 + Math.ceil((performance.now() - startedMs) / 60_000);
    expect(tried).toBeGreaterThanOrEqual(limits.dashboardBadTokensMax);
    expect(tried).toBeLessThanOrEqual(minutesMax * limits.dashboardBadTokensMax);
    expect([...statuses.keys()].sort((one, other) => one - other)).toEqual([401, 429]);
    expect(statuses.get(429)).toBe(attempts - tried);
    const stop = await post(own, '/api/control', { action: 'halt', why: 'while they guess' });
    // No engine takes it here; it lies where one would.
    expect(stop.status).toBe(202);
    expect(readFileSync(join(controlFolder(own.dataDir), 'halt'), 'utf8')).toBe(
      'from the page: while they guess',
    );
    const cookie = await cookieFor(own, { token: own.tokens.full });
    expect((await ask(own, { path: '/api/events', headers: { cookie } })).status).toBe(200);
    await own.close();
  });

  // Whoever is cut comes again: a stranger is never rid of, and never in the way.
  it.each([
    { what: '40 that send 20,000 requests in one breath', connections: 40, pipelined: 20_000 },
    { what: 'twice as many as are kept', connections: strangersMax * 2, pipelined: 0 },
  ])(
    'strangers, $what: a stop is there within a second',
    async ({ connections, pipelined }) => {
      const own = await openRig();
      const flood = new Worker(new URL('../../support/flood.mjs', import.meta.url), {
        workerData: { port: own.port, connections, pipelined },
      });
      await new Promise((there) => void flood.once('message', there));
      const answers: Promise<Reply>[] = [];
      const tookMs: number[] = [];
      for (const action of ['pause', 'cancel', 'halt']) {
        const file = join(controlFolder(own.dataDir), action);
        const startedMs = performance.now();
        answers.push(post(own, '/api/control', { action, why: 'while they come' }));
        await expect.poll(() => existsSync(file), { interval: 5 }).toBe(true);
        tookMs.push(performance.now() - startedMs);
      }
      // Behind a flood none would be; a busy machine may be late with one or the other, and no page waits that long.
      expect(Math.min(...tookMs)).toBeLessThan(1_000);
      expect(Math.max(...tookMs)).toBeLessThan(limits.pageAskMsMax);
      // No engine takes them here: each is answered after the second in which one would.
      for (const answer of answers) expect((await answer).status).toBe(202);
      await flood.terminate();
      await own.close();
    },
    60_000,
  );

  it('pages: the seventeenth is refused, and one that goes makes room', async () => {
    const own = await openRig();
    const open = () =>
      new Promise<() => void>((resolve) => {
        const socket = connect(own.port, '127.0.0.1', () =>
          socket.write(
            `GET /api/events HTTP/1.1\r\nhost: 127.0.0.1:${own.port}\r\nauthorization: Bearer ${own.tokens.read}\r\n\r\n`,
          ),
        );
        socket.once('data', () => resolve(() => socket.destroy()));
      });
    const pages = await Promise.all(Array.from({ length: limits.dashboardClientsMax }, open));
    const asked = { path: '/api/events', headers: bearer(own.tokens.full) };
    expect((await ask(own, asked)).code).toBe('too_many_pages');
    pages[0]?.();
    await expect.poll(async () => (await ask(own, asked)).status).toBe(200);
    for (const close of pages) close();
    await own.close();
  });

  it('requests that are never finished are cut, and hold up nobody', async () => {
    const own = await openRig();
    const ends: Promise<number>[] = [];
    for (let n = 0; n < 50; n += 1) {
      const started = performance.now();
      const socket = connect(own.port, '127.0.0.1', () => {
        socket.write(n % 2 === 0 ? 'GET / HTTP/1.1\r\nhost: 127.' : '');
      });
      socket.on('error', () => {});
      ends.push(
        new Promise((done) => void socket.once('close', () => done(performance.now() - started))),
      );
    }
    expect((await ask(own)).status).toBe(200);
    // Left to itself, Node looks for them every thirty seconds.
    for (const ms of await Promise.all(ends)) expect(ms).toBeLessThan(20_000);
    await own.close();
  });
});
