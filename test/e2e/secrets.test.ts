// Goal: no secret, in whatever encoding, is in any byte that the program writes or says, however it is provoked.
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MessagesApi } from '../support/messages-api.js';
import { RecordingProxy } from '../support/recording-proxy.js';
import { encodingsOf, foundIn, type Needle, privateKeyNeedles } from '../support/secret-search.js';
import { untrusted } from '../support/untrusted-tls.js';
import { cleanUp, type End, type Env, filesBelow, jsonOf, newFolder, run } from './support.js';
import { startVenue, type Venue } from './venue.js';

const claudeKey = 'sk-canary/claude+key "4471" \\ä';
const plainClaudeKey = 'sk-canary-claude-key-447193';
const feedKey = 'canary-feed/key+7731=';

let venue: Venue;
let claude: MessagesApi;
let echo: Server;
let echoStatus = 401;
let echoAddress: string;
let needles: readonly Needle[];
let pem: string;

beforeAll(async () => {
  venue = await startVenue({ args: ['--markets', '300'] });
  claude = await MessagesApi.start({
    apiKey: plainClaudeKey,
    models: { 'claude-haiku-5-5': 'active' },
    p: () => 0.5,
  });
  // The worst of services: it says whatever it was sent.
  echo = createServer((request, response) => {
    const { url = '', headers } = request as IncomingMessage;
    response.statusCode = url.includes('injuries') ? 200 : echoStatus;
    response.end(JSON.stringify({ error: { code: 'no', message: JSON.stringify(headers) } }));
  });
  await new Promise<void>((done) => echo.listen(0, '127.0.0.1', done));
  echoAddress = `127.0.0.1:${(echo.address() as AddressInfo).port}`;
  pem = readFileSync(venue.ready.privateKeyPath, 'utf8');
  needles = [
    ...privateKeyNeedles('private key', pem),
    ...encodingsOf('key id', venue.ready.keyId),
    ...encodingsOf('key of Claude', plainClaudeKey),
    ...encodingsOf('key of the feed', feedKey),
  ];
});
afterAll(async () => {
  echo.closeAllConnections();
  echo.close();
  await claude.close();
  await cleanUp();
});

const leaksOf = (
  folder: string,
  ends: readonly End[],
  sought: readonly Needle[] = needles,
): readonly string[] => {
  const files = filesBelow(folder).map((path) => [path, readFileSync(path)] as const);
  const said = ends.flatMap(({ out, err }, at) => [
    [`output ${at}`, Buffer.from(out)] as const,
    [`errors ${at}`, Buffer.from(err)] as const,
  ]);
  return [...files, ...said].flatMap(([where, bytes]) =>
    foundIn(bytes, sought).map((name) => `${where}: ${name}`),
  );
};

const secretEnv = (dataDir: string): Env => ({
  ...venue.env,
  BOT_DATA_DIR: dataDir,
  ANTHROPIC_API_KEY: plainClaudeKey,
  ANTHROPIC_BASE_URL: claude.url,
  SPORTS_INJURY_API_URL: `http://${echoAddress}/injuries`,
  SPORTS_INJURY_API_KEY: feedKey,
  BOT_SPORTS_INJURY_KEY_HEADER: 'X-Feed-Key',
});

describe('the search itself', () => {
  it('finds each secret in each encoding, in the middle of other bytes, packed or not', () => {
    for (const needle of encodingsOf('x', claudeKey)) {
      const hay = Buffer.concat([Buffer.from('some '), needle.bytes, Buffer.from(' more')]);
      expect(foundIn(hay, [needle])).toEqual([needle.name]);
      expect(foundIn(gzipSync(hay), [needle])).toEqual([needle.name]);
    }
    const at = (before: number): string =>
      Buffer.from(`${'.'.repeat(before)}${claudeKey}, and more`).toString('base64');
    for (const before of [0, 1, 2, 3, 4, 5])
      expect(foundIn(Buffer.from(at(before)), encodingsOf('x', claudeKey))).not.toEqual([]);
    const jwt = Buffer.from(JSON.stringify(JSON.stringify({ pem })));
    expect(foundIn(jwt, privateKeyNeedles('k', pem))).toContain('k as json in json');
    expect(foundIn(Buffer.from('nothing of it'), needles)).toEqual([]);
  });
});

describe('nothing secret is written or said', () => {
  it('by a live run that trades, by the commands that look at it, and by the smoke test', async () => {
    const dataDir = newFolder();
    const env = secretEnv(dataDir);
    // Claude's provider repeats the key in what it refuses.
    claude.faults.push({
      kind: 'error',
      status: 401,
      type: 'authentication_error',
      message: `x-api-key: ${plainClaudeKey} is not a key`,
    });
    const proxy = await RecordingProxy.before(venue.ready.rest);
    const between = {
      ...env,
      KALSHI_API_BASE_URL: `http://${proxy.host}`,
      KALSHI_WS_URL: `ws://${proxy.host}/trade-api/ws/v2`,
    };
    const smoke = await run([], { ...between, BOT_RUN_SMOKE_TEST: 'true' });
    const once = await run(['run', '--once'], between);
    expect([smoke.code, once.code], smoke.err + once.err).toEqual([0, 0]);
    const looks = [['status'], ['config'], ['config', '--json'], ['summary']].concat([
      ['ledger', 'verify'],
      ['ledger', 'export'],
      ['doctor', '--json'],
    ]);
    const ends = [smoke, once, ...(await Promise.all(looks.map((args) => run(args, between))))];
    proxy.close();
    expect(ends.map(({ code }) => code)).toEqual(ends.map(() => 0));
    const kept = filesBelow(dataDir).map((path) => path.slice(dataDir.length + 1));
    for (const part of [
      'ledger.mdb',
      'recordings',
      'decisions-',
      'engine.log',
      'journal',
      'state',
      'cycles',
    ])
      expect(
        kept.some((path) => path.includes(part)),
        part,
      ).toBe(true);
    // A signature is good for some seconds, so it is nobody's business either.
    const { signatures } = proxy;
    expect(signatures.length).toBeGreaterThan(10);
    const signed = signatures.flatMap((signature, at) => encodingsOf(`signature ${at}`, signature));
    expect(leaksOf(dataDir, ends, [...needles, ...signed])).toEqual([]);
  });

  it('with the key itself in the environment, or a second ledger beside it', async () => {
    const dataDir = newFolder();
    const { KALSHI_PRIVATE_KEY_PATH: _, ...env } = secretEnv(dataDir);
    const end = await run(['run', '--once', '--json'], { ...env, KALSHI_PRIVATE_KEY_PEM: pem });
    expect(end.code, end.err).toBe(0);
    expect(jsonOf(end.out)).toMatchObject({ cycles: 1 });
    expect(end.err).toContain('warning');
    expect(leaksOf(dataDir, [end])).toEqual([]);
    // What Claude is asked holds no key but Claude's own, in its own header.
    const asked = claude.requests.map(({ method, path, body }) => `${method} ${path}\n${body}`);
    expect(asked.filter((text) => text.startsWith('POST /v1/messages'))).not.toEqual([]);
    expect(asked.flatMap((text) => foundIn(Buffer.from(text), needles))).toEqual([]);
  });

  it('by an exchange that refuses the key and repeats every header', async () => {
    const dataDir = newFolder();
    const env = { ...secretEnv(dataDir), KALSHI_API_BASE_URL: `http://${echoAddress}` };
    const ends = await Promise.all([
      run(['run', '--once'], env),
      run([], { ...env, BOT_RUN_SMOKE_TEST: 'true', BOT_ACCOUNT: 'other' }),
      run(['value', 'KXHIGHNY-26NOV23-T50'], env),
      run(['doctor'], env),
      run(['doctor', '--json'], env),
    ]);
    expect(ends.map(({ code }) => code)).toEqual([4, 1, 4, 5, 5]);
    echoStatus = 500;
    const failing = await Promise.all([run(['run', '--once'], env), run(['doctor'], env)]);
    echoStatus = 401;
    expect(failing.map(({ code }) => code)).toEqual([5, 5]);
    expect(leaksOf(dataDir, failing)).toEqual([]);
    expect(leaksOf(dataDir, ends)).toEqual([]);
    const said = ends.map(({ out, err }) => out + err).join();
    expect(said).toContain('kalshi-access-signature');
    expect(said).not.toMatch(/kalshi-access-signature\W+[A-Za-z0-9+/]{20}/);
  });

  it('to or by an exchange whose certificate nobody trusts', async () => {
    let broken = 0;
    let heard = 0;
    const server = createTlsServer(untrusted, (_, response) => {
      heard += 1;
      response.end('{}');
    });
    server.on('tlsClientError', () => {
      broken += 1;
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const dataDir = newFolder();
    const end = await run(['run', '--once'], {
      ...secretEnv(dataDir),
      KALSHI_API_BASE_URL: `https://${host}`,
      KALSHI_WS_URL: `wss://${host}/trade-api/ws/v2`,
    });
    server.close();
    expect([end.code, end.err]).toEqual([5, expect.stringContaining('cannot be reached')]);
    expect(broken).toBeGreaterThan(0);
    expect(heard).toBe(0);
    expect(leaksOf(dataDir, [end])).toEqual([]);
  });

  it('by a start that is refused for a secret in the wrong place or shape', async () => {
    const dataDir = newFolder();
    const env = secretEnv(dataDir);
    const path = join(dataDir, 'config.jsonc');
    writeFileSync(path, JSON.stringify({ anthropicApiKey: plainClaudeKey, dataDir }));
    const inFile = await run(['run', '--once', '--config', path], env);
    const torn = join(newFolder(), 'torn.pem');
    writeFileSync(torn, pem.slice(0, pem.length / 2), { mode: 0o600 });
    const broken = await run(['run', '--once'], { ...env, KALSHI_PRIVATE_KEY_PATH: torn });
    const { KALSHI_PRIVATE_KEY_PATH: _, ...rest } = env;
    const inEnv = await run(['run', '--once'], {
      ...rest,
      KALSHI_PRIVATE_KEY_PEM: pem.replaceAll('-', '_'),
    });
    const asFlag = await run(['run', '--once', '--set', `anthropicApiKey=${plainClaudeKey}`], env);
    const ends = [inFile, broken, inEnv, asFlag];
    expect(ends.map(({ code }) => code)).toEqual([3, 4, 4, 3]);
    expect(ends.flatMap(({ out, err }) => foundIn(Buffer.from(out + err), needles))).toEqual([]);
  });
});
