// Goal: every way a server can misbehave ends in one coded outcome, in time, and never with an order sent twice.
import { generateKeyPairSync } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { lastValueFrom, toArray } from 'rxjs';
import { afterEach, describe, expect, it } from 'vitest';
import { type Clock, systemClock } from '../../src/clock.js';
import { clientOrderId, orderId, price, quantity, shard, ticker } from '../../src/domain/units.js';
import type { VenueNote } from '../../src/exchange/kalshi/rest.js';
import { cursorOf, kalshiShell } from '../../src/exchange/kalshi/shell.js';
import type { VenueShell } from '../../src/exchange/venue.js';
import { limits } from '../../src/limits.js';
import type { EffectRequest, Outcome } from '../../src/messages/effect.js';
import { ManualClock } from '../support/manual-clock.js';

type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void;

const closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

const { privateKey } = generateKeyPairSync('ed25519');

/** Pauses are short; the deadline of a read is not, or a busy machine would meet it. */
const hasty: Clock = {
  ...systemClock,
  setTimer: (ms, fire) =>
    systemClock.setTimer(ms < limits.restReadDeadlineMs ? ms / 100 : ms, fire),
};

type Rig = {
  readonly shell: VenueShell;
  readonly seen: string[];
  readonly bodies: string[];
  readonly notes: VenueNote[];
};

async function rig(
  handler: Handler,
  options: { clock?: Clock; hasKey?: boolean; root?: string; knowsLimits?: boolean } = {},
): Promise<Rig> {
  const seen: string[] = [];
  const bodies: string[] = [];
  const server: Server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on('end', () => {
      if (request.url === '/trade-api/v2/account/limits') {
        if (options.knowsLimits === false) response.statusCode = 404;
        response.end(
          '{"read":{"refill_rate":5000,"bucket_capacity":5000},"write":{"refill_rate":5000,"bucket_capacity":5000}}',
        );
        return;
      }
      seen.push(`${request.method} ${request.url}`);
      bodies.push(body);
      handler(request, response, body);
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  const notes: VenueNote[] = [];
  const shell = kalshiShell({
    baseUrl: `http://127.0.0.1:${port}${options.root ?? ''}`,
    wsUrl: `ws://127.0.0.1:${port}/trade-api/ws/v2`,
    credentials: options.hasKey === false ? null : { keyId: 'k', key: privateKey },
    mayWrite: true,
    clock: options.clock ?? systemClock,
    log: (note) => notes.push(note),
  });
  closers.push(
    () => shell.close(),
    () => {
      server.closeAllConnections();
      server.close();
    },
  );
  return { shell, seen, bodies, notes };
}

const perform = async ({ shell }: Rig, request: EffectRequest): Promise<readonly Outcome[]> => {
  const parts = await lastValueFrom(shell.perform(request).pipe(toArray()));
  expect(parts.map((part) => part.last)).toEqual(parts.map((_, at) => at === parts.length - 1));
  return parts.map((part) => part.outcome);
};

const place: EffectRequest = {
  kind: 'place',
  order: {
    clientOrderId: clientOrderId('C'),
    ticker: ticker('KX-A'),
    shard: shard(2),
    side: 'ask',
    yesPrice: price(5_600),
    count: quantity(1_200),
    reduceOnly: false,
  },
};
const book: EffectRequest = { kind: 'book', ticker: ticker('KX-A') };
const often = { interval: 5 };

describe('orders that wait when a kill comes', () => {
  it('for a token or a connection never start; one on the wire is answered', async () => {
    const answers: (() => void)[] = [];
    const one = await rig((_, response) => {
      answers.push(() => response.end('{}'));
    });
    // Eight connections, and no more.
    const sent = Array.from({ length: 12 }, () => perform(one, place));
    await expect.poll(() => answers.length, often).toBe(8);
    one.shell.recall();
    const late = await Promise.all(sent.slice(8));
    expect(late.flat()).toEqual(
      late.map(() => ({
        kind: 'failed',
        code: 'aborted',
        sent: false,
        detail: 'taken back before it was sent',
      })),
    );
    for (const answer of answers) answer();
    const early = (await Promise.all(sent.slice(0, 8))).flat();
    expect(early.map((outcome) => outcome.kind)).toEqual(early.map(() => 'http'));
    expect(one.seen).toHaveLength(8);
    // It concerns the orders of that moment, not those after it.
    const next = perform(one, place);
    await expect.poll(() => answers.length, often).toBe(9);
    answers[8]?.();
    expect((await next)[0]?.kind).toBe('http');
  });

  it('also behind an empty bucket', async () => {
    const one = await rig((_, response) => response.end('{}'), { knowsLimits: false });
    const sent = Array.from({ length: 11 }, () => perform(one, place));
    await expect.poll(() => one.seen.length, often).toBeGreaterThanOrEqual(5);
    one.shell.recall();
    const codes = (await Promise.all(sent))
      .flat()
      .map((outcome) => (outcome.kind === 'failed' ? outcome.code : outcome.kind));
    expect(codes.filter((code) => code === 'http')).toHaveLength(one.seen.length);
    expect(new Set(codes)).toEqual(new Set(['http', 'aborted']));
    const seen = one.seen.length;
    await new Promise((done) => setTimeout(done, 300));
    expect(one.seen).toHaveLength(seen);
  });
});

describe('an order that the process slept on', () => {
  it.each(['monotonicMs', 'realNow'] as const)('never starts (%s)', async (name) => {
    let sleptMs = 0;
    const clock: Clock = { ...systemClock, [name]: () => systemClock[name]() + sleptMs };
    const one = await rig((_, response) => response.end('{}'), { clock });
    // A connection is there: it is only the moment that is not.
    await perform(one, place);
    const late = perform(one, place);
    sleptMs = 3_100;
    expect(await late).toEqual([
      {
        kind: 'failed',
        code: 'aborted',
        sent: false,
        detail: 'what it was decided on is too old by now',
      },
    ]);
    const read = perform(one, book);
    sleptMs += 3_100;
    expect((await read)[0]?.kind).toBe('http');
    const next = perform(one, place);
    sleptMs += 1_500;
    expect((await next)[0]?.kind).toBe('http');
    expect(one.seen.filter((line) => line.startsWith('POST'))).toHaveLength(2);
  });
});

describe('requests', () => {
  it('say what the exchange documents', async () => {
    const one = await rig((_, response) => response.end('{}'));
    await perform(one, place);
    await perform(one, { ...place, order: { ...place.order, reduceOnly: true } });
    await perform(one, {
      kind: 'cancel',
      orderId: orderId('o/1'),
      clientOrderId: clientOrderId('C'),
      ticker: ticker('KX-A'),
      shard: shard(2),
    });
    await perform(one, book);
    await perform(one, { kind: 'market', ticker: ticker('KX A?') });
    expect(one.seen).toEqual([
      'POST /trade-api/v2/portfolio/events/orders',
      'POST /trade-api/v2/portfolio/events/orders',
      'DELETE /trade-api/v2/portfolio/events/orders/o%2F1?market_ticker=KX-A&exchange_index=2',
      'GET /trade-api/v2/markets/KX-A/orderbook?depth=0',
      'GET /trade-api/v2/markets/KX%20A%3F',
    ]);
    const order = {
      ticker: 'KX-A',
      side: 'ask',
      count: '12.00',
      price: '0.5600',
      time_in_force: 'immediate_or_cancel',
      self_trade_prevention_type: 'taker_at_cross',
      client_order_id: 'C',
      exchange_index: 2,
    };
    expect(one.bodies.slice(0, 2).map((body) => JSON.parse(body) as unknown)).toEqual([
      order,
      { ...order, reduce_only: true },
    ]);
  });

  it('carry no key when there is none, and private ones are not sent at all', async () => {
    const headers: IncomingMessage['headers'][] = [];
    const one = await rig(
      (request, response) => {
        headers.push(request.headers);
        response.end('{}');
      },
      { hasKey: false },
    );
    const [answer] = await perform(one, place);
    expect(answer).toMatchObject({ kind: 'failed', code: 'no_key', sent: false });
    await perform(one, { kind: 'balance' });
    await perform(one, { kind: 'orders', since: null, ticker: null });
    await perform(one, book);
    expect(one.seen).toHaveLength(1);
    expect(Object.keys(headers[0] ?? {}).filter((name) => name.startsWith('kalshi'))).toEqual([]);
    expect(one.notes.map((note) => note.code)).toEqual(['no_key']);
  });

  it('go to the same place when the base address names the API root', async () => {
    const one = await rig((_, response) => response.end('{}'), { root: '/trade-api/v2/' });
    await perform(one, book);
    expect(one.seen).toEqual(['GET /trade-api/v2/markets/KX-A/orderbook?depth=0']);
  });
});

describe('a write', () => {
  it.each<[string, Handler, object]>([
    [
      'a redirect',
      (_, response) => response.writeHead(307, { location: '/elsewhere' }).end(),
      { kind: 'failed', code: 'redirect', sent: true },
    ],
    [
      'a cut connection',
      (request) => request.socket.destroy(),
      { kind: 'failed', code: 'network', sent: true },
    ],
    [
      'a cut body',
      (request, response) => {
        response.writeHead(201, { 'content-length': '100' }).write('{"order_id"');
        setTimeout(() => request.socket.destroy(), 20);
      },
      { kind: 'failed', code: 'network', sent: true },
    ],
    ['a 503', (_, response) => response.writeHead(503).end('{}'), { kind: 'http', status: 503 }],
    [
      'a 429',
      (_, response) => response.writeHead(429).end('{"error":"too many requests"}'),
      { kind: 'http', status: 429 },
    ],
    [
      'a declared giant',
      (_, response) => response.writeHead(201, { 'content-length': '99999999999' }).write('x'),
      { kind: 'failed', code: 'too_large', sent: true },
    ],
  ])('is sent once, whatever comes back: %s', async (_, handler, outcome) => {
    const one = await rig(handler);
    const [answer] = await perform(one, place);
    expect(answer).toMatchObject(outcome);
    expect(one.seen).toHaveLength(1);
  });

  it('that is never answered ends by its deadline, and was sent', async () => {
    const clock = new ManualClock();
    const one = await rig(() => {}, { clock });
    const placed = perform(one, place);
    await expect.poll(() => one.seen.length, often).toBe(1);
    clock.pass(limits.restWriteDeadlineMs);
    const [answer] = await placed;
    expect(answer).toMatchObject({ kind: 'failed', code: 'timeout', sent: true });
  });

  it('that trickles for ever ends by its deadline too', async () => {
    const clock = new ManualClock();
    const one = await rig(
      (_, response) => {
        response.writeHead(200);
        const drip = setInterval(() => response.write(' '), 5);
        response.on('close', () => clearInterval(drip));
      },
      { clock },
    );
    const placed = perform(one, place);
    await expect.poll(() => one.seen.length, often).toBe(1);
    clock.pass(limits.restWriteDeadlineMs);
    const [answer] = await placed;
    expect(answer).toMatchObject({ kind: 'failed', code: 'timeout', sent: true });
  });

  it('to nobody provably never left', async () => {
    const gone = createTcpServer();
    await new Promise<void>((done) => gone.listen(0, '127.0.0.1', done));
    const { port } = gone.address() as AddressInfo;
    await new Promise((done) => gone.close(done));
    const shell = kalshiShell({
      baseUrl: `http://127.0.0.1:${port}`,
      wsUrl: `ws://127.0.0.1:${port}/trade-api/ws/v2`,
      credentials: { keyId: 'k', key: privateKey },
      mayWrite: true,
      clock: systemClock,
      log: () => {},
    });
    closers.push(() => shell.close());
    const [answer] = await perform({ shell, seen: [], bodies: [], notes: [] }, place);
    expect(answer).toMatchObject({ kind: 'failed', code: 'network', sent: false });
    expect(answer?.kind === 'failed' ? answer.detail : '').toContain('ECONNREFUSED');
  });

  it('beyond the local budget is refused here, and cancels still go out', async () => {
    const one = await rig((_, response) => response.writeHead(201).end('{}'), {
      knowsLimits: false,
    });
    const answers = await Promise.all(Array.from({ length: 20 }, () => perform(one, place)));
    const refused = answers.flat().filter((answer) => answer.kind === 'failed');
    expect(refused.length).toBeGreaterThan(0);
    expect(refused[0]).toMatchObject({ code: 'rate_limited_locally', sent: false });
    const [cancel] = await perform(one, {
      kind: 'cancel',
      orderId: orderId('o'),
      clientOrderId: clientOrderId('C'),
      ticker: ticker('A'),
      shard: shard(2),
    });
    expect(cancel).toMatchObject({ kind: 'http' });
  });
});

describe('a read', () => {
  it.each([[429], [500], [503]])('is tried again after %i', async (status) => {
    let count = 0;
    const one = await rig(
      (_, response) => {
        count += 1;
        if (count < 3) response.writeHead(status).end('{"error":"too many requests"}');
        else response.end('{"orderbook_fp":{}}');
      },
      { clock: hasty },
    );
    expect(await perform(one, book)).toMatchObject([{ kind: 'http', status: 200 }]);
    expect(count).toBe(3);
  });

  it('is given up after three attempts, with the last answer', async () => {
    const one = await rig(
      (_, response) =>
        response
          .writeHead(429, { 'retry-after': '1000000000' })
          .end('{"error":"too many requests"}'),
      { clock: hasty },
    );
    expect(await perform(one, book)).toMatchObject([{ kind: 'http', status: 429 }]);
    expect(one.seen).toHaveLength(3);
  });

  it.each([
    ['3', 3_000],
    ['0', 0],
    ['-5', 0],
    ['1000000000', 5_000],
    ['1e999', 5_000],
    ['NaN', 0],
    ['Wed, 21 Oct 2037 07:28:00 GMT', 0],
  ])(
    'waits as long as it is asked to (%s), within bounds, before it is tried again',
    async (asked, ms) => {
      const waits: number[] = [];
      const listening: Clock = {
        ...hasty,
        random: () => 0.5,
        setTimer: (realMs, run) => {
          waits.push(realMs);
          return hasty.setTimer(realMs, run);
        },
      };
      const one = await rig(
        (_, response) => response.writeHead(429, { 'retry-after': asked }).end(),
        {
          clock: listening,
        },
      );
      await perform(one, book);
      expect(one.seen).toHaveLength(3);
      // Half of a pause that doubles, and what was asked for.
      for (const pause of [250 + ms, 500 + ms]) expect(waits).toContain(pause);
      expect(Math.max(...waits)).toBeLessThanOrEqual(10_000);
    },
  );

  it('is not tried again when the key is refused, which is said once', async () => {
    const one = await rig((_, response) =>
      response.writeHead(401).end('{"error":{"code":"authentication_error"}}'),
    );
    expect(await perform(one, { kind: 'balance' })).toMatchObject([{ kind: 'http', status: 401 }]);
    await perform(one, { kind: 'balance' });
    expect(one.seen).toHaveLength(2);
    expect(one.notes.map((note) => note.code)).toEqual(['auth_refused']);
  });

  it('over the byte cap is cut off', async () => {
    const chunk = Buffer.alloc(4 * 1_048_576, 120);
    const one = await rig((_, response) => {
      const pour = (): void => {
        while (response.writable && response.write(chunk));
        response.once('drain', pour);
      };
      pour();
    });
    expect(await perform(one, book)).toMatchObject([{ kind: 'failed', code: 'too_large' }]);
  });

  it('keeps its body verbatim, JSON or not', async () => {
    const one = await rig((_, response) => response.end('{"not json\u0000é'));
    expect(await perform(one, book)).toMatchObject([
      {
        kind: 'http',
        status: 200,
        body: '{"not json\u0000é',
        path: '/markets/KX-A/orderbook?depth=0',
      },
    ]);
  });

  it('measures the exchange’s clock against ours', async () => {
    const one = await rig((_, response) =>
      response.writeHead(200, { date: new Date(Date.now() - 30_000).toUTCString() }).end('{}'),
    );
    // Beside the first the account's limits are read, whose date is right.
    for (let reads = 0; reads < 3; reads += 1) await perform(one, book);
    expect(one.notes).toMatchObject([{ code: 'clock_skew' }]);
    expect(Number(/-?\d+(?= ms)/.exec(one.notes[0]?.detail ?? '')?.[0])).toBeLessThan(-28_000);
  });
});

describe('pages', () => {
  const paged = (cursors: readonly string[]): Promise<Rig> =>
    rig((request, response) => {
      const asked = new URL(request.url ?? '', 'http://x').searchParams.get('cursor') ?? '';
      const at = asked === '' ? 0 : cursors.indexOf(asked) + 1;
      response.end(JSON.stringify({ markets: [], cursor: cursors[at] ?? '' }));
    });

  it('are followed to the empty cursor', async () => {
    const one = await paged(['a=', 'b']);
    const outcomes = await perform(one, { kind: 'scan' });
    expect(outcomes.map((outcome) => outcome.kind)).toEqual(['http', 'http', 'http', 'end']);
    expect(outcomes.at(-1)).toEqual({ kind: 'end', parts: 3 });
    expect(one.seen[1]).toBe(
      'GET /trade-api/v2/markets?status=open&mve_filter=exclude&limit=1000&cursor=a%3D',
    );
  });

  it('that lead in a circle are a failure, not a list', async () => {
    const one = await rig((_, response) => response.end('{"markets":[],"cursor":"again"}'));
    const outcomes = await perform(one, { kind: 'scan' });
    expect(outcomes.at(-1)).toMatchObject({ kind: 'failed', code: 'cursor_loop' });
    expect(one.seen).toHaveLength(2);
  });

  it('that never end are a failure', async () => {
    let page = 0;
    const one = await rig((_, response) => {
      page += 1;
      response.end(`{"orders":[],"cursor":"${page}"}`);
    });
    const outcomes = await perform(one, { kind: 'orders', since: null, ticker: ticker('A') });
    expect(outcomes.at(-1)).toMatchObject({ kind: 'failed', code: 'too_large' });
    expect(one.seen).toHaveLength(100);
  });

  it('stop at the first that is refused', async () => {
    const one = await rig((_, response) => response.writeHead(403).end('{"error":"restricted"}'));
    expect(await perform(one, { kind: 'positions' })).toMatchObject([
      { kind: 'http', status: 403 },
    ]);
  });

  it('have their cursor found wherever it stands', () => {
    expect(cursorOf('{"cursor":"a","markets":[]}')).toBe('a');
    expect(cursorOf('{"markets":[{"cursor":"no"}], "cursor" : "b" }\n')).toBe('b');
    expect(cursorOf('{"markets":[],"cursor":"a\\u003d","more":1}')).toBe('a=');
    expect(cursorOf('{"markets":[{"t":"x\\",\\"cursor\\":\\"y\\"}"}],"cursor":""}')).toBe('');
    expect(cursorOf('{"markets":[]}')).toBeNull();
    expect(cursorOf('nonsense')).toBeNull();
  });
});

describe('metadata', () => {
  it('asks for events by the hundred and for each series, and answers in order', async () => {
    const one = await rig((request, response) => {
      const lateMs = (request.url ?? '').includes('/events') ? 30 : 0;
      setTimeout(() => response.end(JSON.stringify({ url: request.url })), lateMs);
    });
    const events = Array.from({ length: 150 }, (_, at) => `E${at}`) as never[];
    const outcomes = await perform(one, {
      kind: 'metadata',
      events,
      series: ['S1', 'S2'] as never[],
    });
    const paths = outcomes.map((outcome) =>
      outcome.kind === 'http' ? outcome.path.slice(0, 12) : outcome.kind,
    );
    expect(paths).toEqual(['/events?tick', '/events?tick', '/series/S1', '/series/S2', 'end']);
  });

  it('passes on what one series was refused with, and goes on', async () => {
    const one = await rig((request, response) =>
      response.writeHead(request.url?.endsWith('S1') === true ? 404 : 200).end('{}'),
    );
    const outcomes = await perform(one, {
      kind: 'metadata',
      events: [],
      series: ['S1', 'S2'] as never[],
    });
    expect(outcomes).toMatchObject([{ status: 404 }, { status: 200 }, { kind: 'end', parts: 2 }]);
  });
});
