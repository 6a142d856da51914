// Goal: the feed's socket says plainly why each connection ended, and comes back without a storm.
import { generateKeyPairSync } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { type Clock, systemClock } from '../../src/clock.js';
import { Signer } from '../../src/exchange/kalshi/sign.js';
import { FeedSocket } from '../../src/exchange/kalshi/socket.js';
import type { SocketEvent } from '../../src/exchange/venue.js';
import { ManualClock } from '../support/manual-clock.js';

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0).toReversed()) close();
});

const delays: number[] = [];
/** Real time, but redials are noted and made quick. */
const quick: Clock = {
  ...systemClock,
  random: () => 1,
  setTimer: (ms, fire) => {
    if (ms >= 400) delays.push(ms);
    return systemClock.setTimer(ms >= 400 ? 10 : ms, fire);
  },
};

type Rig = {
  readonly events: SocketEvent[];
  readonly handshakes: IncomingMessage[];
  readonly feed: FeedSocket;
};
type Upgrade = (request: IncomingMessage, socket: Duplex) => boolean;

async function rig(
  onSocket: (socket: WebSocket) => void,
  { upgrade = () => true, clock = quick }: { upgrade?: Upgrade; clock?: Clock } = {},
): Promise<Rig> {
  delays.length = 0;
  const handshakes: IncomingMessage[] = [];
  const server = createServer();
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: true });
  server.on('upgrade', (request, socket, head) => {
    handshakes.push(request);
    // A peer that has gone while it is answered is nobody's failure.
    socket.on('error', () => {});
    if (upgrade(request, socket)) sockets.handleUpgrade(request, socket, head, onSocket);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  const signer = Signer.of({ keyId: 'k', key: generateKeyPairSync('ed25519').privateKey }, clock);
  if (!signer.ok) throw new Error(signer.error.detail);
  const feed = new FeedSocket({
    url: `ws://127.0.0.1:${port}/trade-api/ws/v2`,
    headers: () => signer.value.headers('GET', '/trade-api/ws/v2'),
    clock,
    silentMsMax: 300,
  });
  const events: SocketEvent[] = [];
  const subscription = feed.events$.subscribe((event) => events.push(event));
  closers.push(
    () => {
      for (const socket of sockets.clients) socket.terminate();
      server.closeAllConnections();
      server.close();
    },
    () => subscription.unsubscribe(),
  );
  return { events, handshakes, feed };
}

const reasons = (events: readonly SocketEvent[]) =>
  events.flatMap((event) => (event.kind === 'disconnected' ? [event.reason] : []));

describe('the feed socket', () => {
  it('signs each handshake anew, offers no compression, passes texts and pings on, and answers pings', async () => {
    let pongs = 0;
    const { events, handshakes, feed } = await rig((socket) => {
      socket.on('pong', () => {
        pongs += 1;
      });
      socket.on('message', (data) => socket.send(`echo ${(data as Buffer).toString()}`));
      socket.ping('heartbeat');
      socket.send('{"type":"ok"}\n');
    });
    await expect.poll(() => events.length).toBeGreaterThanOrEqual(3);
    expect(events).toContainEqual({ kind: 'connected', connection: 1 });
    expect(events).toContainEqual({ kind: 'alive', connection: 1 });
    expect(events).toContainEqual({ kind: 'frame', connection: 1, text: '{"type":"ok"}\n' });
    await expect.poll(() => pongs).toBe(1);
    feed.send(1, 'hello');
    feed.send(2, 'never');
    await expect
      .poll(() => events.map((event) => (event.kind === 'frame' ? event.text : '')))
      .toContain('echo hello');
    const [headers] = handshakes.map((request) => request.headers);
    expect(headers?.['kalshi-access-key']).toBe('k');
    expect(headers?.['kalshi-access-signature']).toMatch(/^[A-Za-z0-9+/]+=*$/);
    expect(headers?.['sec-websocket-extensions']).toBeUndefined();
  });

  it('takes a new number for every dial', async () => {
    const { events, handshakes } = await rig((socket) => setTimeout(() => socket.close(1012), 5));
    await expect.poll(() => handshakes.length).toBeGreaterThanOrEqual(3);
    expect(events.slice(0, 4)).toEqual([
      { kind: 'connected', connection: 1 },
      { kind: 'disconnected', connection: 1, reason: 'closed_1012' },
      { kind: 'connected', connection: 2 },
      { kind: 'disconnected', connection: 2, reason: 'closed_1012' },
    ]);
    const signatures = handshakes.map((request) => request.headers['kalshi-access-signature']);
    expect(new Set(signatures).size).toBe(signatures.length);
  });

  it('waits twice as long after each failure, up to its cap', async () => {
    await rig((socket) => setTimeout(() => socket.terminate(), 2));
    await expect.poll(() => delays.length).toBeGreaterThanOrEqual(8);
    expect(delays.slice(0, 8)).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
  });

  it.each<[string, string, (socket: WebSocket) => void]>([
    ['a binary frame', 'binary_frame', (socket) => socket.send(Buffer.from('{}'))],
    ['an oversized frame', 'too_large', (socket) => socket.send('x'.repeat(17 * 1_048_576))],
    ['a torn connection', 'closed_1006', (socket) => socket.terminate()],
    ['silence', 'silent', () => {}],
  ])('ends the connection on %s', async (_, reason, misbehave) => {
    const { events } = await rig(misbehave);
    await expect.poll(() => reasons(events)).toContain(reason);
    expect(events.some((event) => event.kind === 'frame')).toBe(false);
  });

  it('ends the connection on a frame that is not UTF-8', async () => {
    const raw: Duplex[] = [];
    const { events } = await rig(() => raw[0]?.write(Buffer.from([0x81, 0x02, 0xff, 0xfe])), {
      upgrade: (_, socket) => raw.push(socket) > 0,
    });
    await expect.poll(() => reasons(events)).toContain('bad_frame');
  });

  it('is kept alive by pings alone', async () => {
    const time = new ManualClock();
    const { events } = await rig(
      (socket) => {
        socket.ping();
        // The next one once this one was heard, and time has gone by.
        socket.on('pong', () => {
          time.pass(200);
          socket.ping();
        });
      },
      { clock: time },
    );
    const alive = () => events.filter(({ kind }) => kind === 'alive').length;
    await expect.poll(alive).toBeGreaterThan(10);
    expect(reasons(events)).toEqual([]);
  });

  it.each([
    [401, 'auth_401', 30_000],
    [403, 'auth_403', 30_000],
    [503, 'http_503', 500],
    [302, 'redirect', 500],
  ])('a handshake refused with %i says so and waits', async (status, reason, waitMs) => {
    const { events, handshakes } = await rig(() => {}, {
      upgrade: (_, socket) => {
        socket.end(
          `HTTP/1.1 ${status} No\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n`,
        );
        return false;
      },
    });
    await expect.poll(() => reasons(events).length).toBeGreaterThan(0);
    expect(events[0]).toEqual({ kind: 'disconnected', connection: 1, reason });
    expect(delays[0]).toBe(waitMs);
    await expect.poll(() => handshakes.length).toBeGreaterThan(1);
  });

  it('says nothing more once nobody listens', async () => {
    const { events } = await rig((socket) => {
      const talk = setInterval(() => socket.send('{}'), 5);
      socket.on('close', () => clearInterval(talk));
    });
    await expect.poll(() => events.length).toBeGreaterThan(2);
    closers.pop()?.();
    const { length } = events;
    await new Promise((done) => setTimeout(done, 50));
    expect(events).toHaveLength(length);
  });
});
