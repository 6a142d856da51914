// Goal: nobody gets in by a token that is guessed, leaked or made for looking only, nor twice by one code.
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, asked, bearer, cookieFor, left, openRig, post, type Rig } from '../rig.js';

let rig: Rig;
beforeAll(async () => {
  rig = await openRig();
});
afterAll(() => rig.close());

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
    expect(left(rig)).toEqual([]);
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
    expect(left(rig)).toEqual([]);
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
