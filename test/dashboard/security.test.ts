// Goal: nobody but the operator sees or does anything: no page of a stranger, no name that is not ours, no guessed, leaked
// or read-only token, no method, type, path or body that was not meant.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { limits } from '../../src/limits.js';
import { controlFolder } from '../../src/runtime/control-requests.js';
import { ask, bearer, cookieFor, importMap, openRig, post, type Rig } from './rig.js';

let rig: Rig;
beforeAll(async () => {
  rig = await openRig();
});
afterAll(() => rig.close());

/** Everything that can be asked for. A new row here is a new thing that somebody may do. */
const table = [
  ['GET', '/', 'open'],
  ['GET', '/assets/main.js', 'open'],
  ['GET', '/assets/vendor/preact.js', 'open'],
  ['POST', '/api/login', 'open'],
  ['POST', '/api/logout', 'open'],
  ['POST', '/api/control', 'full'],
  ['GET', '/api/decisions/:id', 'read'],
  ['GET', '/api/settings', 'read'],
  ['POST', '/api/settings', 'full'],
  ['GET', '/metrics', 'read'],
  ['GET', '/api/events', 'read'],
] as const;

/** The same with something where a path has a place for it. */
const asked = table.map(
  ([method, path, access]) => [method, path.replace(':id', '3.12.X'), access] as const,
);

const left = (): readonly string[] =>
  existsSync(controlFolder(rig.dataDir))
    ? readdirSync(controlFolder(rig.dataDir)).filter((name) => !name.startsWith('.'))
    : [];

it('has these routes and no other: none resumes, loosens, raises or goes live', () => {
  const lineOf = ([method, path, access]: readonly [string, string, string]): string =>
    `${access} ${method} ${path}`;
  const routes = rig.dashboard.routes.map(({ method, path, access }) =>
    lineOf([method, path, access]),
  );
  expect([...routes, 'read GET /api/events'].toSorted()).toEqual(table.map(lineOf).toSorted());
});

describe('where it listens', () => {
  it('is loopback and nothing else', () => {
    const hexPort = rig.port.toString(16).toUpperCase().padStart(4, '0');
    const listening = ['tcp', 'tcp6'].flatMap((name) =>
      readFileSync(`/proc/net/${name}`, 'utf8')
        .split('\n')
        .map((line) => line.trim().split(/\s+/))
        .filter(([, local = '', , state]) => state === '0A' && local.endsWith(`:${hexPort}`))
        .map(([, local]) => local),
    );
    expect(listening).toEqual([`0100007F:${hexPort}`]);
  });
});

describe('a name that was rebound to us', () => {
  it.each(asked)('%s %s says 421 and does nothing', async (method, path) => {
    const names = [
      'evil.test',
      `evil.test:${rig.port}`,
      `127.0.0.1.evil.test:${rig.port}`,
      undefined,
    ];
    for (const host of [
      ...names,
      `127.0.0.1:${rig.port + 1}`,
      `LOCALHOST:${rig.port}`,
      '127.0.0.1',
    ]) {
      const headers = { host, 'content-type': 'application/json', ...bearer(rig.tokens.full) };
      const body = method === 'POST' ? '{"action":"halt"}' : undefined;
      const reply = await ask(rig, {
        method,
        path,
        headers,
        ...(body === undefined ? {} : { body }),
      });
      // Without any Host, Node itself refuses.
      expect([host, reply.status]).toEqual([host, host === undefined ? 400 : 421]);
    }
    expect(left()).toEqual([]);
  });

  it('is told apart from our own two', async () => {
    for (const host of [`127.0.0.1:${rig.port}`, `localhost:${rig.port}`])
      expect((await ask(rig, { headers: { host } })).status).toBe(200);
  });
});

describe('a page of somebody else', () => {
  const types = [
    'application/json',
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    undefined,
  ];
  const origins = [undefined, 'ours', 'https://evil.test', 'null'] as const;
  const shown = ['nothing', 'bearer', 'cookie'] as const;
  const cases = types.flatMap((type) =>
    origins.flatMap((origin) => shown.map((show) => ({ type, origin, show }))),
  );

  it.each(cases)('$type from $origin with $show', async ({ type, origin, show }) => {
    const cookie = await cookieFor(rig, { token: rig.tokens.full });
    const credentials =
      show === 'bearer' ? bearer(rig.tokens.full) : show === 'cookie' ? { cookie } : {};
    const reply = await ask(rig, {
      method: 'POST',
      path: '/api/control',
      headers: {
        'content-type': type,
        origin: origin === 'ours' ? rig.origin : origin,
        ...credentials,
      },
      body: '{}',
    });
    // No action: what comes through is refused for that alone.
    const isForeign = origin === 'https://evil.test' || origin === 'null';
    const isUnsaid = show === 'cookie' && origin === undefined;
    const expected = isForeign
      ? 403
      : show === 'nothing'
        ? 401
        : isUnsaid
          ? 403
          : type === 'application/json'
            ? 400
            : 415;
    expect(reply.status).toBe(expected);
  });

  it.each(asked)('%s %s: another site is refused, whatever it shows', async (method, path) => {
    for (const site of ['cross-site', 'same-site', 'cross-origin']) {
      const reply = await ask(rig, {
        method,
        path,
        headers: {
          'sec-fetch-site': site,
          'content-type': 'application/json',
          ...bearer(rig.tokens.full),
        },
        ...(method === 'POST' ? { body: '{"action":"halt"}' } : {}),
      });
      expect([site, reply.status]).toEqual([site, 403]);
    }
    expect(left()).toEqual([]);
  });

  it('may link to the page and to nothing else', async () => {
    const headers = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' };
    expect((await ask(rig, { headers })).status).toBe(200);
    const cookie = await cookieFor(rig, { token: rig.tokens.full });
    const metrics = await ask(rig, { path: '/metrics', headers: { ...headers, cookie } });
    expect(metrics.status).toBe(403);
  });

  it('gets no header that lets it read, and asks for leave in vain', async () => {
    const headers = { origin: 'https://evil.test', 'access-control-request-method': 'POST' };
    for (const [, path] of asked) {
      const reply = await ask(rig, { method: 'OPTIONS', path, headers });
      expect(reply.status).toBe(403);
      expect(
        Object.keys(reply.headers).filter((name) => name.startsWith('access-control')),
      ).toEqual([]);
    }
  });

  it('cannot turn a request into a socket', async () => {
    const upgrade = {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
      'sec-websocket-version': '13',
    };
    const foreign = { ...upgrade, origin: 'https://evil.test' };
    expect((await ask(rig, { path: '/api/events', headers: foreign })).status).toBe(403);
    // Not even our own page: there is no such thing.
    const own = { ...upgrade, origin: rig.origin, ...bearer(rig.tokens.full) };
    const reply = await ask(rig, { path: '/api/events', headers: own });
    expect([reply.status, reply.headers.upgrade]).toEqual([200, undefined]);
  });
});

describe('a token', () => {
  it('in an address is refused, even the right one', async () => {
    for (const name of ['token', 'code', 't', 'access_token']) {
      const path = `/metrics?${name}=${rig.tokens.full}`;
      const reply = await ask(rig, { path, headers: bearer(rig.tokens.full) });
      expect([reply.status, reply.code]).toEqual([400, 'query_refused']);
    }
  });

  it('that is missing or wrong opens nothing', async () => {
    const wrong = [
      {},
      bearer('x'.repeat(43)),
      bearer(rig.tokens.full.slice(0, -1)),
      bearer(`${rig.tokens.full}x`),
      bearer(''),
      { authorization: `Basic ${rig.tokens.full}` },
      { authorization: rig.tokens.full },
      { cookie: `dashboard=${rig.tokens.full}` },
    ];
    for (const headers of wrong)
      for (const [method, path, access] of asked) {
        if (access === 'open') continue;
        const body = method === 'POST' ? { body: '{"action":"halt"}' } : {};
        const json = { 'content-type': 'application/json' };
        const reply = await ask(rig, { method, path, headers: { ...json, ...headers }, ...body });
        expect([401, 429]).toContain(reply.status);
      }
    expect(left()).toEqual([]);
  });

  it('for looking looks, and does nothing else', async () => {
    const headers = bearer(rig.tokens.read);
    for (const [method, path, access] of asked) {
      if (access === 'open') continue;
      const json = { 'content-type': 'application/json' };
      const body = method === 'POST' ? { body: '{"action":"halt"}' } : {};
      const reply = await ask(rig, { method, path, headers: { ...json, ...headers }, ...body });
      const isLook = access === 'read';
      expect([path, isLook ? reply.status !== 403 : reply.code]).toEqual([
        path,
        isLook ? true : 'look_only',
      ]);
    }
    const cookie = await cookieFor(rig, { token: rig.tokens.read });
    const byCookie = await post(
      rig,
      '/api/control',
      { action: 'halt' },
      { cookie, origin: rig.origin },
    );
    expect(byCookie.code).toBe('look_only');
    expect(left()).toEqual([]);
  });

  it('has 256 bits and a file for its owner alone, and no two are the same', () => {
    const files = ['dashboard.token', 'dashboard-read-only.token'].map((name) =>
      join(rig.dataDir, name),
    );
    for (const file of files) {
      expect(statSync(file).mode & 0o777).toBe(0o600);
      expect(Buffer.from(readFileSync(file, 'utf8').trim(), 'base64url')).toHaveLength(32);
    }
    expect(rig.tokens.full).not.toBe(rig.tokens.read);
  });
});

describe('a code', () => {
  it('opens once', async () => {
    const { code } = rig.dashboard;
    const first = await post(rig, '/api/login', { code }, {});
    expect(first.status).toBe(200);
    const [cookie = ''] = first.headers['set-cookie'] ?? [];
    expect(cookie).toMatch(
      /^dashboard_[0-9a-f]{12}=[\w-]{43}; HttpOnly; SameSite=Strict; Path=\/;/,
    );
    expect((await post(rig, '/api/login', { code }, {})).status).toBe(401);
    const again = { cookie: cookie.split(';')[0] ?? '' };
    expect((await ask(rig, { path: '/api/events', headers: again })).status).toBe(200);
  });

  it('gives a cookie that is not the token', async () => {
    const cookie = await cookieFor(rig, { token: rig.tokens.full });
    expect(cookie).not.toContain(rig.tokens.full);
  });
});

describe('an answer', () => {
  it.each([
    ['the page', '/', 200],
    ['a file', '/assets/main.js', 200],
    ['nothing', '/nothing', 404],
    ['a refusal', '/metrics', 401],
  ])('%s may not be kept, framed, sniffed or passed on', async (_, path, status) => {
    const { headers, ...reply } = await ask(rig, { path });
    expect(reply.status).toBe(status);
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
    });
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
    expect(headers['x-powered-by'] ?? headers['server']).toBeUndefined();
  });

  it('that is a page runs files of ours and its own import map, and no other script', async () => {
    const policy = (await ask(rig)).headers['content-security-policy'] ?? '';
    const hash = createHash('sha256').update(importMap).digest('base64');
    expect(policy).toContain(`script-src 'self' 'sha256-${hash}';`);
    expect(policy).not.toMatch(/script-src[^;]*unsafe/);
    expect(policy).toContain("connect-src 'self'");
  });

  it('to what goes wrong names no file and no line of ours', async () => {
    for (const path of ['/nothing', '/metrics', '/api/decisions/x', '/assets/none.js']) {
      const { body } = await ask(rig, { path, headers: bearer(rig.tokens.full) });
      expect(body).not.toMatch(/\/(?:src|dist|tmp|node_modules)\/|\.ts\b|\bat .*:\d+/);
    }
  });
});

describe('an address', () => {
  it.each([
    '/assets/../dashboard.token',
    '/assets/..%2fdashboard.token',
    '/assets/%2e%2e/dashboard.token',
    '/assets/....//dashboard.token',
    '/..%5cdashboard.token',
    '//etc/passwd',
    '/assets//main.js',
    '/assets/main.js%00.html',
    '/dashboard.token',
    '/ui/index.html',
    'http://127.0.0.1/assets/main.js',
    '/api/__proto__',
  ])('%s is nothing', async (path) => {
    const reply = await ask(rig, { path, headers: bearer(rig.tokens.full) });
    expect(reply.status).toBe(404);
    expect(reply.body).not.toContain(rig.tokens.full);
  });

  it.each(asked)('%s %s takes no other method', async (_, path) => {
    const meant: readonly string[] = asked.flatMap((row) => (row[1] === path ? [row[0]] : []));
    for (const other of ['PUT', 'DELETE', 'PATCH', 'HEAD', 'GET', 'POST']) {
      if (meant.includes(other)) continue;
      const reply = await ask(rig, { method: other, path, headers: bearer(rig.tokens.full) });
      expect([other, reply.status]).toEqual([other, 405]);
    }
    expect(left()).toEqual([]);
  });
});

describe('a body', () => {
  it.each([
    ['{"__proto__":{"action":"halt"}}', 400],
    ['{"action":"halt","constructor":{"prototype":{"x":1}}}', 400],
    ['{"a":[{"prototype":1}],"action":"halt"}', 400],
    ['[]', 400],
    ['null', 400],
    ['"halt"', 400],
    ['{"action":"resume"}', 400],
    ['{"action":"constructor"}', 400],
    ['{"action":["halt"]}', 400],
    ['{', 400],
    ['', 400],
  ])('%s stops nothing', async (body, status) => {
    expect((await post(rig, '/api/control', body)).status).toBe(status);
    expect(({} as Record<string, unknown>)['action']).toBeUndefined();
    expect(left()).toEqual([]);
  });

  it('that is too large is not read to its end', async () => {
    const body = `{"why":"${'x'.repeat(limits.dashboardBodyBytesMax)}"}`;
    expect((await post(rig, '/api/control', body)).code).toBe('body_too_large');
  });
});

describe('many', () => {
  it('wrong tokens are slowed, and the right one still stops trading', async () => {
    const own = await openRig();
    const statuses = new Map<number, number>();
    const one = async (n: number): Promise<void> => {
      const token = `${n}`.padStart(43, 'x');
      const { status } = await ask(own, { path: '/metrics', headers: bearer(token) });
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    };
    const attempts = 400;
    for (let n = 0; n < attempts; n += 50)
      await Promise.all(Array.from({ length: 50 }, (_, at) => one(n + at)));
    expect(statuses.get(401)).toBe(limits.dashboardBadTokensMax);
    expect(statuses.get(429)).toBe(attempts - limits.dashboardBadTokensMax);
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
