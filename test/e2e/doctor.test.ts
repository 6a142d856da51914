// Goal: doctor tells what is wrong with the documented code and changes nothing; live mode off loopback starts only past it.
import { createHash, generateKeyPairSync } from 'node:crypto';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { untrusted } from '../support/untrusted-tls.js';
import { cleanUp, type End, type Env, jsonOf, newFolder, run, start, until } from './support.js';
import { startVenue, type Venue } from './venue.js';

let venue: Venue;
let pem: string;
beforeAll(async () => {
  venue = await startVenue({ speed: 1, args: ['--markets', '20'] });
  const { privateKey } = generateKeyPairSync('ed25519');
  pem = join(newFolder(), 'key.pem');
  writeFileSync(pem, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
});
afterAll(cleanUp);

type Rows = Readonly<Record<string, { readonly status: string; readonly exitCode: number }>>;
const rowsOf = ({ out }: End): Rows => {
  const checks = jsonOf(out)['checks'] as readonly { readonly code: string }[];
  return Object.fromEntries(checks.map((row) => [row.code, row])) as unknown as Rows;
};
const doctor = async (env: Env): Promise<readonly [number | null, Rows, End]> => {
  const end = await run(['doctor', '--json'], env);
  return [end.code, rowsOf(end), end];
};
/** A demo exchange that is confirmed and cannot be reached. */
const away = (dataDir: string): Env => ({
  BOT_EXECUTION_MODE: 'live',
  BOT_ALLOW_HEURISTIC_IN_LIVE: 'true',
  KALSHI_API_KEY_ID: 'demo-key',
  KALSHI_PRIVATE_KEY_PATH: pem,
  BOT_LIVE_CONFIRM: 'demo-key',
  BOT_DATA_DIR: dataDir,
});
const offline = { node: ['--import', resolve('test/e2e/no-network.mjs')] };

describe.concurrent('doctor', () => {
  it('passes on a simulator, signs reads, dials the feed, and leaves nothing behind', async () => {
    const dataDir = join(newFolder(), 'data');
    const token = `1:${'t'.repeat(30)}`;
    const [code, rows, { err, out }] = await doctor({
      ...venue.env,
      BOT_DATA_DIR: dataDir,
      BOT_ALERT_TELEGRAM_TOKEN: token,
    });
    expect([code, err]).toEqual([0, '']);
    expect(rows['alert_channels']).toMatchObject({
      status: 'warn',
      text: expect.stringContaining('BOT_ALERT_TELEGRAM_CHAT'),
    });
    expect(out).not.toContain(token);
    for (const name of ['exchange_reachable', 'clock_agrees', 'signed_read', 'key_scopes'])
      expect(rows[name]?.status, name).toBe('pass');
    expect(rows['feed_speaks']?.status).toBe('pass');
    expect(rows['ledger_verified']?.status).toBe('pass');
    expect(existsSync(dataDir)).toBe(false);
    expect((await venue.stats())['orders']).toBe(0);
  });

  it('says it to people in aligned lines', async () => {
    const end = await run(['doctor'], { ...venue.env, BOT_DATA_DIR: newFolder() });
    expect(end.code, end.err).toBe(0);
    expect(end.out).toMatch(/^doctor: live mode, loopback exchange at http/);
    expect(end.out).toMatch(/^ok +signed_read {9}cash \$/m);
    expect(end.out).toMatch(/^nothing forbids the start; .* not checked$/m);
    expect(end.out).toMatch(/^→ 1\. Watch it trade .*\n {5}npm run demo$/m);
  });

  it('says on a machine with nothing configured what to do, in order', async () => {
    const end = await run(['doctor'], {}, offline);
    expect(end.code).toBe(5);
    const steps = [...end.out.matchAll(/^(.) (\d)\. (\w+ \w+)/gm)].map((found) =>
      found.slice(1).join(' '),
    );
    expect(steps).toEqual([
      '→ 1 Watch it',
      '  2 Mend what',
      '  3 Trade on',
      '  4 Get a',
      '  5 Trade on',
      '  6 Send real',
      '  7 Real money',
    ]);
    expect(end.out).toMatch(/^ {2}2\. .*: exchange_reachable$/m);
  });

  it('looks at the machine alone where what is compiled does not load', async () => {
    const hook =
      'export const resolve = (name, context, next) => { if (name === "lmdb") throw new Error("no binary"); return next(name, context); };';
    const register = `import { register } from "node:module"; register(${JSON.stringify(`data:text/javascript,${encodeURIComponent(hook)}`)});`;
    const node = ['--import', `data:text/javascript,${encodeURIComponent(register)}`];
    const end = await run(['doctor', '--json'], {}, { node });
    expect([end.code, end.err]).toEqual([1, '']);
    expect(rowsOf(end)['native_modules']).toMatchObject({
      status: 'fail',
      text: 'lmdb cannot be loaded (no binary); run npm ci on this machine',
    });
    expect(rowsOf(end)['ledger_verified']).toBeUndefined();
  });

  it.each<readonly [string, (env: Env) => Env, number, string]>([
    ['another key', (env) => ({ ...env, KALSHI_PRIVATE_KEY_PATH: pem }), 4, 'signed_read'],
    ['a setting that is none', () => ({ BOT_BANKROL: '5' }), 3, 'settings_valid'],
    [
      'nobody there',
      (env) => ({ ...env, KALSHI_API_BASE_URL: 'http://127.0.0.1:1' }),
      5,
      'exchange_reachable',
    ],
  ])('%s', async (_, change, code, failed) => {
    const [ended, rows] = await doctor({ BOT_DATA_DIR: newFolder(), ...change(venue.env) });
    expect(ended).toBe(code);
    expect(rows[failed]).toMatchObject({ status: 'fail', exitCode: code });
  });

  it('trusts no certificate that nobody signed, and sends it nothing', async () => {
    let asked = 0;
    const server = createServer(untrusted, (_, response) => {
      asked += 1;
      response.end('{}');
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const { port } = server.address() as AddressInfo;
    const [code, rows, { out }] = await doctor({
      ...venue.env,
      BOT_DATA_DIR: newFolder(),
      KALSHI_API_BASE_URL: `https://127.0.0.1:${port}`,
      KALSHI_WS_URL: `wss://127.0.0.1:${port}/trade-api/ws/v2`,
    });
    server.close();
    expect([code, asked]).toEqual([5, 0]);
    expect(rows['exchange_reachable']?.status).toBe('fail');
    expect(out).toContain('SELF_SIGNED');
  });
});

describe.concurrent('live mode off loopback', () => {
  it.each<readonly [string, Env]>([
    ['a run', {}],
    ['the smoke test', { BOT_RUN_SMOKE_TEST: 'true' }],
  ])('%s that cannot reach its exchange ends with 5 and has touched nothing', async (_, env) => {
    const dataDir = newFolder();
    const end = await run([], { ...away(dataDir), ...env }, offline);
    expect(end.code, end.err).toBe(5);
    expect(end.err).toMatch(
      /^live mode: https:\/\/demo-api\.kalshi\.co .*\(exchange_reachable\)$/m,
    );
    expect(readdirSync(dataDir)).toEqual([]);
    const names = [...end.err.matchAll(/^looked up (.*)$/gm)].map(([, name]) => name);
    expect(names.length).toBeGreaterThan(0);
    expect(new Set(names)).toEqual(new Set(['demo-api.kalshi.co']));
  });

  it('keeps a kill that comes during the checks', async () => {
    const dataDir = newFolder();
    const engine = start([], away(dataDir), offline);
    await until('the checks have begun', () => engine.err().includes('looked up'), {
      log: engine.err,
    });
    engine.child.kill('SIGUSR2');
    const end = await engine.ended;
    expect([end.signal, end.code], end.err).toEqual([null, 5]);
    expect(readdirSync(join(dataDir, 'control'))).toEqual(['halt']);
  });

  it('not with a debugger, and not without the right confirmation, before anything is asked', async () => {
    const dataDir = newFolder();
    const open = await run(
      [],
      { ...away(dataDir), BOT_LIVE_CONFIRM: createHash('sha256').update('demo-key').digest('hex') },
      offline,
    );
    expect([open.code, open.err]).toEqual([3, expect.stringContaining('BOT_LIVE_CONFIRM')]);
    expect(open.err).not.toContain('looked up');
    const seen = await run([], away(dataDir), { node: [...offline.node, '--inspect=0'] });
    expect(seen.code, seen.err).toBe(3);
    expect(seen.err).toMatch(/^live mode: a debugger can read the keys.*\(debugger\)$/m);
    expect(readdirSync(dataDir)).toEqual([]);
  });
});
