// Goal: what was not meant to be asked is not there, and what is answered can be neither kept, framed nor run.
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { limits } from '../../../src/limits.js';
import {
  type Ask,
  ask,
  asked,
  bearer,
  importMap,
  left,
  openRig,
  post,
  type Rig,
  table,
} from '../rig.js';

let rig: Rig;
beforeAll(async () => {
  rig = await openRig();
});
afterAll(() => rig.close());

it('has these routes and no other: none resumes, loosens, raises or goes live', () => {
  const lineOf = ([method, path, access]: readonly [string, string, string]): string =>
    `${access} ${method} ${path}`;
  const routes = rig.dashboard.routes.map(({ method, path, access }) =>
    lineOf([method, path, access]),
  );
  expect([...routes, 'read GET /api/events'].toSorted()).toEqual(table.map(lineOf).toSorted());
});

describe('an answer', () => {
  it.each<[what: string, path: string, status: number, given?: Ask['headers']]>([
    ['the page', '/', 200],
    ['a file', '/assets/main.js', 200],
    ['nothing', '/nothing', 404],
    ['a refusal', '/metrics', 401],
    ['a request without a name', '/', 400, { host: undefined }],
    ['a request that expects what nobody gives', '/', 200, { expect: 'the-moon' }],
  ])('%s may not be kept, framed, sniffed or passed on', async (_, path, status, given = {}) => {
    const { headers, ...reply } = await ask(rig, { path, headers: given });
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
    expect(left(rig)).toEqual([]);
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
    expect(left(rig)).toEqual([]);
  });

  it('that is too large is not read to its end', async () => {
    const body = `{"why":"${'x'.repeat(limits.dashboardBodyBytesMax)}"}`;
    expect((await post(rig, '/api/control', body)).code).toBe('body_too_large');
  });
});
