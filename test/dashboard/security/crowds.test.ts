// Goal: however many come, and however slowly they go, whoever holds the token still sees and stops.
import { readFileSync } from 'node:fs';
import { Agent } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { limits } from '../../../src/limits.js';
import { controlFolder } from '../../../src/runtime/control-requests.js';
import { ask, bearer, cookieFor, openRig, post } from '../rig.js';

const attempts = 10_000;
/** Those without a token wait a little each; so many wait at once. */
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
    expect(new Set(statuses.keys())).toEqual(new Set([401, 429]));
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
    for (const ms of await Promise.all(ends)) expect(ms).toBeLessThan(7_000);
    await own.close();
  }, 15_000);
});
