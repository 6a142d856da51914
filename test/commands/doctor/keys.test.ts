// Goal: keys that others could use, and a live mode that nobody meant, are found and said without a word of the key.
import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { keyChecks } from '../../../src/commands/doctor/keys.js';
import type { ConfigProblem, ConfigWarning } from '../../../src/config/problems.js';
import { type LoadedSecrets, Secrets } from '../../../src/config/secrets.js';
import { err, ok, type Result } from '../../../src/domain/result.js';
import { loaded as loadedConfig } from '../../config/helpers.js';
import { rowOf, told } from './helpers.js';

const canary = 'canary-key-id';
const ed25519 = generateKeyPairSync('ed25519').privateKey;
const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey;
const with_ = (secrets: Secrets, warnings: readonly ConfigWarning[] = []) =>
  ok<LoadedSecrets>({ secrets, warnings });
const nobody = with_(new Secrets(null, null, null));
const somebody = with_(new Secrets(canary, ed25519, null));
const withClaude = with_(new Secrets(canary, rsa, 'sk-canary'));
const broken: Result<LoadedSecrets, readonly ConfigProblem[]> = err([
  { code: 'key_file_open', subject: 'X', message: 'X: k.pem has mode 644; chmod 600 it' },
]);
const live = { BOT_EXECUTION_MODE: 'live' };
const confirmed = { ...live, BOT_LIVE_CONFIRM: canary };
const loopback = {
  ...live,
  BOT_ALLOW_HEURISTIC_IN_LIVE: 'true',
  KALSHI_API_BASE_URL: 'http://127.0.0.1:1',
  KALSHI_WS_URL: 'ws://127.0.0.1:1/trade-api/ws/v2',
};

type Options = {
  readonly env?: Readonly<Record<string, string>>;
  readonly path?: string;
  readonly secrets?: Result<LoadedSecrets, readonly ConfigProblem[]>;
};
async function look(code: string, { env = {}, path = '', secrets = somebody }: Options) {
  const { settings, warnings } = loadedConfig({ env });
  const checks = keyChecks({
    settings,
    spoken: warnings,
    loaded: secrets,
    env: { KALSHI_PRIVATE_KEY_PATH: path },
    programDir: '/opt/bot',
  });
  return told(await rowOf(checks, code));
}

describe('keys and settings', () => {
  it.each<readonly [string, Options, RegExp]>([
    ['settings_valid', {}, /^pass 0/],
    ['settings_valid', { env: { BOT_FORCE_TEST_CANDIDATE: 'true' } }, /^warn 0: .*FORCE_TEST/],
    ['addresses', {}, /^pass 0: both of the demo exchange/],
    ['addresses', { env: loopback }, /^pass 0: both of the loopback exchange/],
    ['key_file', { secrets: nobody }, /^not_checked 0: no key/],
    ['key_file', { secrets: nobody, env: live }, /^fail 4: set KALSHI_API_KEY_ID/],
    ['key_file', { secrets: broken }, /^fail 4: .*chmod 600/],
    ['key_file', {}, /^pass 0: Ed25519/],
    ['key_file', { secrets: withClaude }, /^pass 0: RSA of 2048 bits/],
    ['key_file', { path: '/opt/bot/key.pem' }, /^fail 4: .*keep it elsewhere/],
    ['key_file', { path: '/opt/bot/../bot/secrets/key.pem' }, /^fail 4/],
    ['key_file', { path: '/opt/bots/key.pem' }, /^pass/],
    ['key_file', { path: '/opt/key.pem' }, /^pass/],
    [
      'key_file',
      {
        secrets: with_(new Secrets(canary, rsa, null), [
          { code: 'pem_in_environment', subject: 'X', message: 'a PATH is safer' },
        ]),
      },
      /^warn 0: a PATH is safer/,
    ],
    ['live_rules', {}, /^pass 0: paper mode/],
    ['live_rules', { env: loopback }, /^pass 0: live on loopback/],
    ['live_rules', { env: live, secrets: withClaude }, /^fail 3: .*BOT_LIVE_CONFIRM/],
    ['live_rules', { env: confirmed, secrets: withClaude }, /^pass 0: confirmed/],
    ['live_rules', { env: confirmed }, /^fail 3: .*BOT_ALLOW_HEURISTIC_IN_LIVE/],
    ['live_rules', { env: loopback, secrets: nobody }, /^fail 4/],
    ['live_rules', { env: live, secrets: broken }, /^fail 3: the keys cannot be read/],
  ])('%s %#', async (code, options, says) => {
    const row = await look(code, options);
    expect(row).toMatch(says);
    expect(row).not.toContain('canary');
  });

  it('addresses that are of no one known exchange are refused even if the settings let them through', async () => {
    const { settings } = loadedConfig();
    const other = 'wss://api.elections.kalshi.com/trade-api/ws/v2';
    for (const change of [
      { kalshiWsUrl: other },
      { kalshiApiBaseUrl: 'https://demo-api.kalshi.co@evil.test' },
      { kalshiApiBaseUrl: 'http://demo-api.kalshi.co' },
    ]) {
      const checks = keyChecks({
        settings: { ...settings, ...change },
        spoken: [],
        loaded: somebody,
        env: {},
        programDir: '/opt/bot',
      });
      expect(told(await rowOf(checks, 'addresses'))).toMatch(/^fail 3/);
    }
  });
});
