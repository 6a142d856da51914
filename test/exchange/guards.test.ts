// Goal: a revoked key, a clock that is off, a name that is not found and a certificate that nobody trusts all fail closed:
// no order leaves, tries are few, and each has its code.
import { generateKeyPairSync } from 'node:crypto';
import dns from 'node:dns';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, Socket } from 'node:net';
import { firstValueFrom, lastValueFrom, toArray } from 'rxjs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { clientOrderId, orderId, price, quantity, shard, ticker } from '../../src/domain/units.js';
import { KeyStanding } from '../../src/exchange/kalshi/key-standing.js';
import { KalshiProbe } from '../../src/exchange/kalshi/probe.js';
import type { VenueNote } from '../../src/exchange/kalshi/rest.js';
import { kalshiShell } from '../../src/exchange/kalshi/shell.js';
import { SkewWatch } from '../../src/exchange/kalshi/skew-watch.js';
import { FeedSocket } from '../../src/exchange/kalshi/socket.js';
import type { VenueShell } from '../../src/exchange/venue.js';
import { limits } from '../../src/limits.js';
import type { EffectRequest, Outcome } from '../../src/messages/effect.js';
import { untrusted } from '../support/untrusted-tls.js';

const closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
  vi.restoreAllMocks();
});

const { privateKey: key } = generateKeyPairSync('ed25519');
type Handler = (request: IncomingMessage, response: ServerResponse) => void;
const limitsBody =
  '{"read":{"refill_rate":5000,"bucket_capacity":5000},"write":{"refill_rate":5000,"bucket_capacity":5000}}';

async function shellOn(origin: string, { mayWrite = true } = {}) {
  const notes: VenueNote[] = [];
  const shell = kalshiShell({
    baseUrl: origin,
    wsUrl: `${origin.replace('http', 'ws')}/trade-api/ws/v2`,
    credentials: { keyId: 'k', key },
    mayWrite,
    clock: systemClock,
    log: (note) => notes.push(note),
  });
  closers.push(() => shell.close());
  return { shell, notes };
}
async function serving(handler: Handler, knowsLimits = true) {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => {
      if (request.url?.endsWith('/account/limits') === true) {
        if (!knowsLimits) response.statusCode = 404;
        return response.end(limitsBody);
      }
      seen.push(`${request.method} ${request.url}`);
      return handler(request, response);
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}
const ask = async (shell: VenueShell, request: EffectRequest): Promise<readonly Outcome[]> =>
  (await lastValueFrom(shell.perform(request).pipe(toArray()))).map(({ outcome }) => outcome);

const place: EffectRequest = {
  kind: 'place',
  order: {
    clientOrderId: clientOrderId('C'),
    ticker: ticker('KX-A'),
    shard: shard(0),
    side: 'bid',
    yesPrice: price(5_600),
    count: quantity(100),
    reduceOnly: false,
  },
};
const cancel: EffectRequest = {
  kind: 'cancel',
  orderId: orderId('o'),
  clientOrderId: clientOrderId('C'),
  ticker: ticker('KX-A'),
  shard: shard(0),
};
const book: EffectRequest = { kind: 'book', ticker: ticker('KX-A') };

describe("the exchange's clock", () => {
  const at = (offsetMs: number) => new Date(Date.now() + offsetMs).toUTCString();

  it('more than 5 s away: no order leaves, cancels do, and it heals by itself', async () => {
    let offsetMs = 9_000;
    const { origin, seen } = await serving((_, response) => {
      response.setHeader('date', at(offsetMs));
      response.end('{}');
    });
    const { shell, notes } = await shellOn(origin);
    await ask(shell, book);
    for (let reads = 0; reads < limits.skewReadingsMax; reads += 1) await ask(shell, book);
    seen.length = 0;
    expect(await ask(shell, place)).toMatchObject([
      { kind: 'failed', code: 'clock_skew', sent: false },
    ]);
    expect(seen).toEqual([]);
    expect(notes.map(({ code }) => code)).toContain('clock_skew');
    await ask(shell, cancel);
    expect(seen).toHaveLength(1);
    offsetMs = 0;
    for (let reads = 0; reads < limits.skewReadingsMax; reads += 1) await ask(shell, book);
    expect(await ask(shell, place)).toMatchObject([{ kind: 'http', status: 200 }]);
  });

  it.each([-9_000, 9_000])(
    'a single odd answer (%i ms) among good ones stops nothing',
    async (ms) => {
      let reads = 0;
      const { origin } = await serving((_, response) => {
        reads += 1;
        response.setHeader('date', at(reads === 2 ? ms : 0));
        response.end('{}');
      });
      const { shell } = await shellOn(origin);
      for (let at = 0; at < 3; at += 1) await ask(shell, book);
      expect(await ask(shell, place)).toMatchObject([{ kind: 'http' }]);
    },
  );

  it.each([
    ['agrees', 300, 0, 0],
    ['is proven only beyond rounding and the way', 1_900, 400, 1_200],
    ['behind', -3_200, 0, 2_700],
  ])('%s: %i ms, round trip %i ms', (_, offsetMs, tripMs, provenMs) => {
    const watch = new SkewWatch();
    const now = 1_800_000_000_000;
    // What the header says is the whole second before the middle of the way.
    watch.heard(
      { date: new Date(now + tripMs / 2 + offsetMs - 500).toUTCString() },
      now,
      now + tripMs,
    );
    // `toUTCString` drops the part of a second that the offset has.
    const lost = (((offsetMs + tripMs / 2 - 500) % 1_000) + 1_000) % 1_000;
    expect(watch.skewMs).toBe(offsetMs - lost);
    expect(watch.provenMs).toBe(Math.max(0, Math.abs(offsetMs - lost) - 500 - tripMs / 2));
    expect(watch.provenMs).toBeLessThanOrEqual(provenMs + 500);
  });

  it('is unknown without a date, and a cached answer is as old as it says', () => {
    const watch = new SkewWatch();
    watch.heard({}, 0, 0);
    watch.heard({ date: 'yesterday' }, 0, 0);
    expect([watch.skewMs, watch.isTooFar]).toEqual([null, false]);
    const now = 1_800_000_000_000;
    watch.heard({ date: new Date(now - 60_000).toUTCString(), age: '60' }, now, now);
    expect(watch.skewMs).toBe(500);
  });
});

describe('a key', () => {
  it('that was taken and is refused three times in a row is told as revoked, once; nothing is tried again', async () => {
    let status = 200;
    const { origin, seen } = await serving((_, response) => {
      response.statusCode = status;
      response.end('{}');
    });
    const { shell, notes } = await shellOn(origin);
    await ask(shell, { kind: 'positions' });
    status = 401;
    seen.length = 0;
    await ask(shell, place);
    status = 403;
    await ask(shell, place);
    expect(notes.map(({ code }) => code)).not.toContain('key_revoked');
    await ask(shell, { kind: 'positions' });
    await ask(shell, place);
    expect(seen).toHaveLength(4);
    const revoked = () => notes.filter(({ code }) => code === 'key_revoked').length;
    expect(revoked()).toBe(1);
    // Taken again and lost again, all within the minute in which no other note is repeated.
    status = 200;
    await ask(shell, { kind: 'positions' });
    status = 401;
    for (let refused = 0; refused < 3; refused += 1) await ask(shell, place);
    expect(revoked()).toBe(2);
  });

  it('is not revoked by a clock that is wrong', async () => {
    let status = 200;
    const { origin } = await serving((_, response) => {
      response.statusCode = status;
      response.end('{"error":{"code":"header_timestamp_expired"}}');
    });
    const { shell, notes } = await shellOn(origin);
    await ask(shell, { kind: 'positions' });
    status = 401;
    for (let refused = 0; refused < 4; refused += 1) await ask(shell, place);
    expect(notes.map(({ code }) => code)).toContain('auth_refused');
    expect(notes.map(({ code }) => code)).not.toContain('key_revoked');
  });

  it.each([
    ['never taken', 'RRRRR', 0],
    ['taken between', 'TRRTRRT', 0],
    ['taken, then refused', 'TRRR', 1],
    ['refused for ever after', 'TRRRRRRRRR', 1],
    ['twice', 'TRRRTRRR', 2],
  ])('%s (%s) is revoked so often: %i', (_, story, times) => {
    let told = 0;
    const standing = new KeyStanding(() => {
      told += 1;
    });
    for (const event of story)
      if (event === 'T') standing.taken();
      else standing.refused('401');
    expect(told).toBe(times);
  });
});

describe('in paper mode', () => {
  it('no write leaves the shell, with a key or without; reads are signed as ever', async () => {
    const { origin, seen } = await serving((_, response) => response.end('{}'));
    const { shell } = await shellOn(origin, { mayWrite: false });
    const group = { kind: 'group', shard: shard(0), groupId: 'g', contracts: 1 } as const;
    for (const request of [
      place,
      cancel,
      ...(['create', 'limit', 'trigger', 'reset'] as const).map((op) => ({ ...group, op })),
    ])
      expect(await ask(shell, request)).toMatchObject([
        { kind: 'failed', code: 'read_only', sent: false },
      ]);
    expect(seen).toEqual([]);
    await ask(shell, { kind: 'positions' });
    expect(seen).toHaveLength(1);
  });
});

describe('signatures', () => {
  it('are made when a request is sent, not when it begins to wait', async () => {
    const signedAt: number[] = [];
    const { origin } = await serving((request, response) => {
      signedAt.push(Number(request.headers['kalshi-access-timestamp']));
      response.end('{}');
    }, false);
    const { shell } = await shellOn(origin);
    // Twice what the bucket holds: the last ones wait for a second.
    const asked = Array.from({ length: 40 }, () => ask(shell, book));
    const startedAt = Date.now();
    await Promise.all(asked);
    expect(signedAt.length).toBeGreaterThanOrEqual(40);
    expect(Math.max(...signedAt) - startedAt).toBeGreaterThan(700);
  });
});

describe('whoever cannot be reached or trusted', () => {
  it('a certificate that nobody trusts: no request arrives, neither read nor write nor handshake', async () => {
    let arrived = 0;
    const server = createTlsServer(untrusted, (_, response) => {
      arrived += 1;
      response.end('{}');
    });
    server.on('upgrade', (_, socket) => {
      arrived += 1;
      socket.destroy();
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    closers.push(() => void server.close());
    const origin = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { shell } = await shellOn(origin);
    for (const request of [book, place])
      expect(await ask(shell, request)).toMatchObject([
        { kind: 'failed', code: 'network', detail: expect.stringMatching(/SELF_SIGNED/) as string },
      ]);
    const socket = new FeedSocket({
      url: `${origin.replace('https', 'wss')}/trade-api/ws/v2`,
      clock: systemClock,
      headers: () => ({
        'KALSHI-ACCESS-KEY': 'k',
        'KALSHI-ACCESS-TIMESTAMP': '1',
        'KALSHI-ACCESS-SIGNATURE': 's',
      }),
    });
    expect(await firstValueFrom(socket.events$)).toMatchObject({
      kind: 'disconnected',
      reason: 'network',
    });
    expect(arrived).toBe(0);
  });

  it('a name that is not found, or no more files to open: an order is tried once, a read three times', async () => {
    const { shell } = await shellOn('https://exchange.invalid');
    let lookups = 0;
    vi.spyOn(dns, 'lookup').mockImplementation(((
      name: string,
      _: object,
      done: (error: Error) => void,
    ) => {
      lookups += 1;
      done(Object.assign(new Error(`getaddrinfo ENOTFOUND ${name}`), { code: 'ENOTFOUND' }));
    }) as never);
    expect(await ask(shell, place)).toMatchObject([{ kind: 'failed', code: 'network' }]);
    expect(await ask(shell, book)).toMatchObject([{ kind: 'failed', code: 'network' }]);
    // The order once; the read, and the account's limits that are asked for beside it, three times each.
    expect(lookups).toBeLessThanOrEqual(1 + 2 * limits.restReadAttemptsMax);

    vi.restoreAllMocks();
    const { origin, seen } = await serving((_, response) => response.end('{}'));
    const full = await shellOn(origin);
    vi.spyOn(Socket.prototype, 'connect').mockImplementation(function (this: Socket) {
      queueMicrotask(() =>
        this.destroy(Object.assign(new Error('connect EMFILE'), { code: 'EMFILE' })),
      );
      return this;
    });
    expect(await ask(full.shell, place)).toMatchObject([
      { kind: 'failed', code: 'network', detail: expect.stringContaining('EMFILE') as string },
    ]);
    expect(seen).toEqual([]);
  });
});

describe('the probe', () => {
  it('sends GETs only, to the one origin, and follows no redirect', async () => {
    const { origin: elsewhere, seen: strayed } = await serving((_, response) => response.end('{}'));
    const { origin, seen } = await serving((_, response) => {
      response.writeHead(302, { location: `${elsewhere}/trade-api/v2/exchange/status` }).end();
    });
    const probe = new KalshiProbe({
      baseUrl: origin,
      wsUrl: `${origin.replace('http', 'ws')}/trade-api/ws/v2`,
      credentials: { keyId: 'k', key },
      clock: systemClock,
    });
    closers.push(() => probe.close());
    for (const name of ['status', 'schedule', 'balance', 'keys'] as const)
      expect(await probe.look(name)).toMatchObject({ kind: 'failed', code: 'redirect' });
    expect(await probe.dial()).toMatchObject({ kind: 'ended' });
    // The handshake is the fifth.
    expect(seen).toHaveLength(5);
    expect(seen.every((line) => line.startsWith('GET '))).toBe(true);
    expect(strayed).toEqual([]);
  });
});
