// Goal: no page of a stranger and no name that is not ours gets anything done or told.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, asked, bearer, cookieFor, left, openRig, type Rig, said } from '../rig.js';

let rig: Rig;
beforeAll(async () => {
  rig = await openRig();
});
afterAll(() => rig.close());

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
      expect([host, reply.status]).toEqual([host, host === undefined ? 400 : 421]);
    }
    expect(left(rig)).toEqual([]);
  });

  it.each([
    ['twice ours', ['host: 127.0.0.1:PORT', 'host: 127.0.0.1:PORT']],
    ['ours and another', ['Host: 127.0.0.1:PORT', 'HOST: evil.test']],
    ['another and ours', ['host: evil.test', 'host: localhost:PORT']],
    ['none', []],
  ])('%s is no name', async (_, hosts) => {
    const lines = ['GET / HTTP/1.1', ...hosts, 'connection: close', '', ''];
    const reply = await said(rig, lines.join('\r\n').replaceAll('PORT', String(rig.port)));
    expect(reply).toMatch(/^HTTP\/1\.1 400 .*"code":"wrong_host"/s);
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
    expect(left(rig)).toEqual([]);
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
