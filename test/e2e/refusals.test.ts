// Goal: whatever is wrong at the start is said in one line that names it, with the documented exit code, and no stack.
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { cleanUp, type End, type Env, linesOf, newFolder, run } from './support.js';

afterAll(cleanUp);

const nobody = {
  KALSHI_API_BASE_URL: 'http://127.0.0.1:1',
  KALSHI_WS_URL: 'ws://127.0.0.1:1/trade-api/ws/v2',
};
const clock = '{"realOriginMs":1,"marketOriginMs":1,"speed":2}';
const isStack = /^\s+at .*:\d+:\d+|node:internal|^[A-Z]\w*Error:/m;

/** Exactly one line on stderr, beside warnings. */
function oneLine({ err }: End): string {
  expect(err).not.toMatch(isStack);
  const lines = linesOf(err).filter((line) => !line.startsWith('warning: '));
  expect(lines, err).toHaveLength(1);
  return lines[0] ?? '';
}

type Case = {
  readonly name: string;
  readonly args?: readonly string[];
  readonly env?: Env;
  readonly files?: Readonly<Record<string, string>>;
  readonly code: number;
  readonly says: RegExp;
};

const cases: readonly Case[] = [
  {
    name: 'an unknown command',
    args: ['rpelay'],
    code: 2,
    says: /"rpelay"; did you mean replay\?/,
  },
  {
    name: 'a command nothing is like',
    args: ['frobnicate'],
    code: 2,
    says: /"frobnicate" \(run, /,
  },
  { name: 'an unknown flag', args: ['run', '--onec'], code: 2, says: /'--onec'/ },
  {
    name: 'a flag with a wrong value',
    args: ['demo', '--cycles', 'x'],
    code: 2,
    says: /--cycles.*whole number/,
  },
  {
    name: 'a lag that cannot be',
    args: ['demo', '--agent-lag', '-1'],
    code: 2,
    says: /--agent-lag.*from 0 to 100/,
  },
  {
    name: 'two commands in the environment',
    env: { BOT_RUN_ONCE: 'true', BOT_RUN_SUMMARY_ONLY: 'true' },
    code: 2,
    says: /BOT_RUN_ONCE and BOT_RUN_SUMMARY_ONLY/,
  },
  {
    name: 'a misspelt setting',
    env: { BOT_BANKROL: '5' },
    code: 3,
    says: /"BOT_BANKROL"; did you mean BOT_BANKROLL\?/,
  },
  {
    name: 'a value out of range',
    env: { BOT_KELLY_FRACTION: '1.5' },
    code: 3,
    says: /BOT_KELLY_FRACTION is "1\.5": must be/,
  },
  {
    name: 'a misspelt key in the file',
    files: { 'config.jsonc': '{\n  // more\n  "kellyFractoin": 0.2\n}\n' },
    code: 3,
    says: /^config\.jsonc:3:3: .*did you mean kellyFraction\?/,
  },
  {
    name: 'a file that is no JSON',
    files: { 'config.jsonc': '{\n  "bankroll": 100\n  "seed": 2\n}\n' },
    code: 3,
    says: /^config\.jsonc:3:3: a comma is expected/,
  },
  {
    name: 'a settings file that was asked for and is not there',
    args: ['--config', 'nowhere.jsonc'],
    code: 3,
    says: /nowhere\.jsonc/,
  },
  {
    name: 'a key file that is not there',
    env: { ...nobody, KALSHI_API_KEY_ID: 'abc', KALSHI_PRIVATE_KEY_PATH: 'no.pem' },
    code: 4,
    says: /KALSHI_PRIVATE_KEY_PATH: the file that it names does not exist/,
  },
  {
    name: 'a folder for a key',
    env: { ...nobody, KALSHI_API_KEY_ID: 'abc', KALSHI_PRIVATE_KEY_PATH: '.' },
    code: 4,
    says: /KALSHI_PRIVATE_KEY_PATH: \. is not a file/,
  },
  {
    name: 'a key file that others can read',
    env: { ...nobody, KALSHI_API_KEY_ID: 'abc', KALSHI_PRIVATE_KEY_PATH: 'open.pem' },
    files: { 'open.pem': 'hunter2' },
    code: 4,
    says: /KALSHI_PRIVATE_KEY_PATH: open\.pem has mode 644, .*chmod 600 it/,
  },
  {
    name: 'a file that is no key',
    env: { ...nobody, KALSHI_API_KEY_ID: 'abc', KALSHI_PRIVATE_KEY_PATH: 'key.pem' },
    files: { 'key.pem': 'hunter2' },
    code: 4,
    says: /KALSHI_PRIVATE_KEY_PATH: not a private key in PEM form/,
  },
  {
    name: 'a key id without a key',
    env: { ...nobody, KALSHI_API_KEY_ID: 'abc' },
    code: 4,
    says: /KALSHI_PRIVATE_KEY_PATH is needed/,
  },
  {
    name: 'live mode without a key',
    env: { ...nobody, BOT_EXECUTION_MODE: 'live', BOT_ALLOW_HEURISTIC_IN_LIVE: 'true' },
    code: 4,
    says: /live mode: KALSHI_API_KEY_ID and KALSHI_PRIVATE_KEY_PATH are needed/,
  },
  {
    name: "a simulator's clock with a real exchange",
    env: { BOT_CLOCK: clock },
    code: 3,
    says: /BOT_CLOCK is only for an exchange on loopback/,
  },
  {
    name: 'an exchange that is none of the known ones',
    env: { KALSHI_API_BASE_URL: 'https://kalshi.example.com' },
    code: 3,
    says: /KALSHI_API_BASE_URL/,
  },
  {
    name: 'no ledger to sum up',
    env: { BOT_RUN_SUMMARY_ONLY: 'true' },
    code: 3,
    says: /there is no ledger yet/,
  },
  {
    name: 'a recording that is not there',
    args: ['replay', 'nowhere'],
    code: 2,
    says: /nowhere/,
  },
  {
    name: 'a pace that is none',
    args: ['dashboard', 'here', '--speed', 'fast'],
    code: 2,
    says: /'--speed <x>' argument 'fast' is invalid. must be a number from 0/,
  },
  {
    name: 'a pace for a ledger at rest',
    args: ['dashboard', 'here', '--speed', '2'],
    files: { 'here/ledger/ledger.mdb': '' },
    code: 2,
    says: /^--speed is of a recording; here is a ledger's directory$/,
  },
  {
    name: 'a link that only lets look to what nobody can change',
    args: ['dashboard', 'here', '--read-only'],
    code: 2,
    says: /^--read-only is of the link to a running engine/,
  },
  {
    name: 'nobody at the address',
    args: ['--once'],
    env: nobody,
    code: 5,
    says: /^http:\/\/127\.0\.0\.1:1: the exchange cannot be reached \(ECONNREFUSED.*KALSHI_API_BASE_URL/,
  },
];

describe('refused in one line', () => {
  it.concurrent.each(cases)('$name', async ({ args = [], env = {}, files = {}, code, says }) => {
    const cwd = newFolder();
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(cwd, name)), { recursive: true });
      writeFileSync(join(cwd, name), text, { mode: name === 'open.pem' ? 0o644 : 0o600 });
    }
    const end = await run(args, env, { cwd });
    expect(oneLine(end)).toMatch(says);
    expect(end.code).toBe(code);
    expect(end.err).not.toContain('hunter2');
  });

  it('live mode on an exchange with real money, unconfirmed: says each thing that is missing', async () => {
    const { err, code } = await run([], {
      BOT_EXECUTION_MODE: 'live',
      BOT_ALLOW_HEURISTIC_IN_LIVE: 'true',
    });
    expect(code).toBe(3);
    expect(err).toMatch(/BOT_LIVE_CONFIRM must repeat the API key id/);
    expect(err).not.toMatch(isStack);
  });

  it('a port in use', async () => {
    const server = createServer();
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const { port } = server.address() as AddressInfo;
    const end = await run(['simulator', '--markets', '5', '--port', String(port)]);
    server.close();
    expect(oneLine(end)).toMatch(new RegExp(`port ${port} is in use`));
    expect(end.code).toBe(1);
  });

  it('a data directory that cannot be written', async () => {
    const cwd = newFolder();
    writeFileSync(join(cwd, 'file'), '');
    mkdirSync(join(cwd, 'real'));
    symlinkSync(join(cwd, 'file'), join(cwd, 'data'));
    const end = await run(['--once'], { ...nobody, BOT_DATA_DIR: 'data' }, { cwd });
    expect(oneLine(end)).toMatch(/data/);
    expect([1, 3]).toContain(end.code);
  });

  it('an exchange that answers nonsense', async () => {
    const server = createServer((_request, response) =>
      response.end('<html>captive portal</html>'),
    );
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const { port } = server.address() as AddressInfo;
    const end = await run(['--once'], {
      KALSHI_API_BASE_URL: `http://127.0.0.1:${port}`,
      KALSHI_WS_URL: `ws://127.0.0.1:${port}/trade-api/ws/v2`,
    });
    server.close();
    expect(oneLine(end)).toMatch(new RegExp(`^http://127.0.0.1:${port}: .*KALSHI_API_BASE_URL`));
    expect(end.code).toBe(5);
  });
});
