// Goal: one cycle by environment variables alone, in every mode; and a ledger that is not right is not traded on.
import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { cpSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RecordingProxy } from '../support/recording-proxy.js';
import {
  cleanUp,
  type Env,
  filesBelow,
  jsonOf,
  ledgerExport,
  linesOf,
  newFolder,
  run,
  start,
  textOf,
  until,
} from './support.js';
import { startVenue, type Venue } from './venue.js';

let venue: Venue;
let keyless: Env;
/** Data directory of the live run. */
let traded: string;

beforeAll(async () => {
  venue = await startVenue();
  const { KALSHI_API_KEY_ID: _id, KALSHI_PRIVATE_KEY_PATH: _key, ...rest } = venue.env;
  keyless = { ...rest, BOT_EXECUTION_MODE: 'paper', BOT_RUN_ONCE: 'true' };
  traded = newFolder();
});
afterAll(cleanUp);

/** stderr without what a slow disk or machine makes it say. */
const complaints = (err: string): readonly string[] =>
  linesOf(err).filter((line) => !/\((slow_commit|order_not_sent)\)/.test(line));

const once = (env: Env, dataDir: string): Env => ({
  ...env,
  BOT_RUN_ONCE: 'true',
  BOT_DATA_DIR: dataDir,
});

describe('BOT_RUN_ONCE', () => {
  it('--quiet: nothing but the end', async () => {
    const end = await run(['run', '--quiet', '--no-ui'], once(keyless, newFolder()));
    expect(end.code, end.err).toBe(0);
    expect(linesOf(end.out)[0]).toMatch(/^cycles 1 · markets \d+/);
    expect(end.out).not.toContain('── cycle');
  });

  it('live: orders on the exchange, exit 0, and no secret in any file or output', async () => {
    const end = await run(['--json'], once(venue.env, traded));
    expect([end.code, complaints(end.err)]).toEqual([0, []]);
    const line = jsonOf(end.out);
    expect(linesOf(end.out)).toHaveLength(1);
    expect(line).toMatchObject({ cycles: 1, ledger: { balanced: true } });
    expect((line['orders'] as { filled: number }).filled).toBeGreaterThan(0);

    const pem = readFileSync(venue.ready.privateKeyPath, 'utf8');
    const canary = pem.split('\n')[4] ?? '';
    expect(canary.length).toBeGreaterThan(40);
    const kept = filesBelow(traded);
    expect(kept.length).toBeGreaterThan(5);
    for (const path of kept) expect(readFileSync(path).includes(canary), path).toBe(false);
    // The id names the key; it is nobody's business either.
    for (const path of kept)
      expect(readFileSync(path).includes(venue.ready.keyId), path).toBe(false);
    for (const path of kept.filter((each) => each.endsWith('.gz'))) {
      const text = execFileSync('gzip', ['-dc', path], { maxBuffer: 2 ** 28 });
      expect(text.includes(canary) || text.includes(venue.ready.keyId), path).toBe(false);
    }
  });

  it('paper, the default: fills against the real book, and not one write leaves, signed or not', async () => {
    const { BOT_EXECUTION_MODE: _live, ...env } = venue.env;
    const before = (await venue.list('/portfolio/orders', 'orders')).length;
    const proxy = await RecordingProxy.before(venue.ready.rest);
    const between = {
      ...env,
      KALSHI_API_BASE_URL: `http://${proxy.host}`,
      KALSHI_WS_URL: `ws://${proxy.host}/trade-api/ws/v2`,
    };
    const end = await run([], once(between, newFolder()), {
      node: ['--import', resolve('test/e2e/no-network.mjs')],
    });
    proxy.close();
    // A host by any name would have been looked up, and said so here.
    expect([end.code, complaints(end.err)]).toEqual([0, []]);
    expect(end.out).toContain('paper mode');
    expect(end.out).toMatch(/orders \d+: [1-9]\d* filled/);
    const { asked, commands } = proxy;
    expect(asked.filter(({ isSigned }) => isSigned).length).toBeGreaterThan(3);
    expect(new Set(asked.map(({ method }) => method))).toEqual(new Set(['GET', 'UPGRADE']));
    const known = ['subscribe', 'unsubscribe', 'update_subscription', 'list_subscriptions'];
    expect(commands.length).toBeGreaterThan(0);
    for (const command of commands) expect(known).toContain(jsonOf(command)['cmd']);
    expect(await venue.list('/portfolio/orders', 'orders')).toHaveLength(before);
  });

  it('paper without a key: says so, and marks its fills', async () => {
    const dataDir = newFolder();
    const end = await run([], { ...keyless, BOT_DATA_DIR: dataDir });
    expect(end.code, end.err).toBe(0);
    expect(end.out).toContain('no exchange key');
    expect(end.out).toContain('(keyless)');
    const lines = await ledgerExport(join(dataDir, 'paper-loopback-main'));
    const fills = lines.filter(({ body }) => body.kind === 'fill');
    expect(fills.length).toBeGreaterThan(0);
    expect(fills.every(({ body }) => body['keyless'] === true)).toBe(true);
  });

  it.each([
    ['another key', (pem: string) => ({ KALSHI_PRIVATE_KEY_PATH: pem })],
    ['another id', () => ({ KALSHI_API_KEY_ID: '00000000-0000-4000-8000-000000000000' })],
  ])('%s: the exchange refuses it, exit 4, one line', async (_name, changed) => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
    const pem = join(newFolder(), 'key.pem');
    writeFileSync(pem, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
    const end = await run([], { ...once(venue.env, newFolder()), ...changed(pem) });
    expect(end.code).toBe(4);
    expect(complaints(end.err)).toHaveLength(1);
    expect(end.err).toMatch(
      /127\.0\.0\.1:\d+.*: the exchange refuses the key \(.*401.*KALSHI_API_KEY_ID/,
    );
  });
});

describe('a ledger that is not right', () => {
  /** A copy of the live run's data, to be spoilt. */
  const copy = (): { readonly dataDir: string; readonly ledger: string } => {
    const dataDir = newFolder();
    cpSync(traded, dataDir, { recursive: true });
    return { dataDir, ledger: join(dataDir, 'live-loopback-main', 'ledger', 'ledger.mdb') };
  };
  const refuses = async (dataDir: string, env: Env, says: RegExp): Promise<void> => {
    const end = await run([], once(env, dataDir));
    expect(end.code, end.err).toBe(3);
    const lines = linesOf(end.err).filter((line) => !line.startsWith('warning: '));
    expect(lines, end.err).toHaveLength(1);
    expect(end.err).toMatch(says);
  };

  it('truncated', async () => {
    const { dataDir, ledger } = copy();
    truncateSync(ledger, Math.floor(readFileSync(ledger).length / 8_192) * 4_096);
    await refuses(dataDir, venue.env, /ledger\.mdb: .*restore/);
  });

  it('altered', async () => {
    const { dataDir, ledger } = copy();
    const bytes = readFileSync(ledger);
    // One digit of one record: whatever copy of it the file still holds.
    const from = Buffer.from('"kind":"intent"');
    let hits = 0;
    for (let at = bytes.indexOf(from); at >= 0; at = bytes.indexOf(from, at + 1)) {
      bytes.write('"kind":"intenT"', at);
      hits += 1;
    }
    expect(hits).toBeGreaterThan(0);
    writeFileSync(ledger, bytes);
    await refuses(dataDir, venue.env, /ledger\.mdb: /);
  });

  it("another account's", async () => {
    const { dataDir } = copy();
    cpSync(join(dataDir, 'live-loopback-main'), join(dataDir, 'live-loopback-other'), {
      recursive: true,
    });
    await refuses(
      dataDir,
      { ...venue.env, BOT_ACCOUNT: 'other' },
      /belongs to live, loopback, main; these settings are live, loopback, other/,
    );
  });

  it('gone, though its mark is there', async () => {
    const { dataDir, ledger } = copy();
    writeFileSync(`${ledger}-lock`, '');
    execFileSync('rm', [ledger]);
    await refuses(dataDir, venue.env, /ledger\.mdb: the file is gone/);
  });

  it('in use by another instance, which is named', async () => {
    const dataDir = newFolder();
    const first = start([], { ...venue.env, BOT_DATA_DIR: dataDir });
    const lock = join(dataDir, 'live-loopback-main', 'lock.json');
    await until('the first has it', () => textOf(lock) !== '', { log: first.err });
    const named = new RegExp(`another instance is at work here \\(process ${first.child.pid}\\)`);
    await refuses(dataDir, venue.env, named);
    // Its books would be others, but a kill left for one of the two would be taken by either.
    await refuses(dataDir, { ...venue.env, BOT_ACCOUNT: 'other' }, named);
    expect(first.child.exitCode).toBeNull();
    first.child.kill('SIGTERM');
    expect((await first.ended).code).toBe(0);
  });
});
