import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { format, inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { exitCodeOf } from '../../src/config/problems.js';
import { loadSecrets, type SecretEnviron } from '../../src/config/secrets.js';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const pkcs8 = rsa.export({ type: 'pkcs8', format: 'pem' }).toString();
const pkcs1 = rsa.export({ type: 'pkcs1', format: 'pem' }).toString();
const ed25519 = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' });
const canaryId = 'canary-key-id-5f1c';
const canaryModel = 'sk-canary-8813';
const canaryFeed = 'feed-canary-0417';

let folder = '';
const put = (name: string, text: string, mode = 0o600): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
};
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'secrets-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const read = (env: SecretEnviron) => {
  const result = loadSecrets(env);
  if (!result.ok) throw new Error(result.error.map((problem) => problem.message).join('\n'));
  return result.value;
};
const codes = (env: SecretEnviron): readonly string[] => {
  const result = loadSecrets(env);
  return result.ok ? [] : result.error.map((problem) => problem.code);
};

describe('keys', () => {
  it('may be absent altogether, and empty is absent', () => {
    const none = read({
      KALSHI_API_KEY_ID: '',
      KALSHI_PRIVATE_KEY_PEM: '',
      ANTHROPIC_API_KEY: ' ',
    });
    expect(none.secrets.hasKalshiKey).toBe(false);
    expect(none.secrets.anthropicApiKey).toBeNull();
    expect(none.warnings).toEqual([]);
  });

  it.each([
    ['PKCS#8', pkcs8, 'rsa'],
    ['PKCS#1', pkcs1, 'rsa'],
    ['Ed25519', ed25519.toString(), 'ed25519'],
    ['with escaped line ends', pkcs8.replaceAll('\n', '\\n'), 'rsa'],
    ['with carriage returns', pkcs8.replaceAll('\n', '\r\n'), 'rsa'],
    ['with blanks around it', `\n  ${pkcs8}\n\n`, 'rsa'],
  ])('are read %s, from a file and from the environment', (_name, pem, type) => {
    const path = put('key.pem', pem);
    for (const name of ['KALSHI_PRIVATE_KEY_PATH', 'KALSHI_PRIVATE_KEY_PEM_FILE']) {
      const { secrets, warnings } = read({ KALSHI_API_KEY_ID: 'id', [name]: path });
      expect(secrets.kalshiPrivateKey?.asymmetricKeyType).toBe(type);
      expect(warnings).toEqual([]);
    }
    const env = { KALSHI_API_KEY_ID: 'id', KALSHI_PRIVATE_KEY_PEM: pem };
    const { secrets, warnings } = read(env);
    expect(secrets.kalshiPrivateKey?.asymmetricKeyType).toBe(type);
    expect(warnings.map((warning) => warning.code)).toEqual(['pem_in_environment']);
    expect(env).toEqual({ KALSHI_API_KEY_ID: 'id' });
  });

  it('come from NAME_FILE files too, without their last line end', () => {
    const { secrets } = read({
      KALSHI_API_KEY_ID_FILE: put('id', `${canaryId}\n`),
      KALSHI_PRIVATE_KEY_PATH: put('key.pem', pkcs8),
      ANTHROPIC_API_KEY_FILE: put('model', `${canaryModel}\n`),
      SPORTS_INJURY_API_KEY_FILE: put('feed', `${canaryFeed}\n`),
    });
    expect([secrets.kalshiKeyId, secrets.anthropicApiKey]).toEqual([canaryId, canaryModel]);
    expect(secrets.sportsInjuryApiKey).toBe(canaryFeed);
    expect(secrets.hasKalshiKey).toBe(true);
  });

  it.each([0o644, 0o640, 0o604, 0o660, 0o610, 0o601])(
    'are refused from a file that others may use: %o',
    (mode) => {
      const open = put('open.pem', pkcs8, mode);
      const result = loadSecrets({ KALSHI_API_KEY_ID: 'id', KALSHI_PRIVATE_KEY_PATH: open });
      expect(result.ok ? [] : result.error).toEqual([
        {
          code: 'key_file_open',
          subject: 'KALSHI_PRIVATE_KEY_PATH',
          message: `KALSHI_PRIVATE_KEY_PATH: ${open} has mode ${mode.toString(8)}, so others can use it; chmod 600 it`,
        },
      ]);
      expect(codes({ ANTHROPIC_API_KEY_FILE: open })).toEqual(['key_file_open']);
    },
  );

  it('are taken from a file that only we may read', () => {
    for (const mode of [0o600, 0o400, 0o700])
      expect(codes({ ANTHROPIC_API_KEY_FILE: put('own', 'x', mode) })).toEqual([]);
  });

  it('are taken from the folder of credentials that systemd made, where it lets our group read', () => {
    const credential = put('credential', 'x', 0o440);
    const named = { ANTHROPIC_API_KEY_FILE: credential };
    expect(codes({ ...named, CREDENTIALS_DIRECTORY: folder })).toEqual([]);
    expect(codes({ ...named, CREDENTIALS_DIRECTORY: join(folder, 'other') })).toEqual([
      'key_file_open',
    ]);
    expect(codes({ ...named, CREDENTIALS_DIRECTORY: '' })).toEqual(['key_file_open']);
    for (const mode of [0o444, 0o460, 0o450])
      expect(
        codes({
          ANTHROPIC_API_KEY_FILE: put(`mode${mode}`, 'x', mode),
          CREDENTIALS_DIRECTORY: folder,
        }),
      ).toEqual(['key_file_open']);
  });

  it('are refused through a link, and a pipe is not waited for', () => {
    const link = join(folder, 'link.pem');
    symlinkSync(put('target.pem', pkcs8), link);
    expect(codes({ KALSHI_API_KEY_ID: 'id', KALSHI_PRIVATE_KEY_PATH: link })).toEqual([
      'key_file_link',
    ]);
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', ['-m', '600', pipe]);
    expect(codes({ ANTHROPIC_API_KEY_FILE: pipe })).toEqual(['key_unreadable']);
  });

  it.each(['KALSHI_PRIVATE_KEY_PATH', 'KALSHI_API_KEY_ID_FILE', 'ANTHROPIC_API_KEY_FILE'])(
    'are not said when they stand in %s, where a path belongs',
    (name) => {
      for (const value of [pkcs8, pkcs8.replaceAll('\n', '\\n'), canaryModel, 'a/'.repeat(3_000)]) {
        const read = loadSecrets({ [name]: value });
        expect(read.ok ? [] : read.error.map(({ code }) => code)).toContain('key_unreadable');
        expect(JSON.stringify(read)).not.toContain(value.split('\n')[1] ?? value);
        expect(JSON.stringify(read)).not.toContain(value.slice(0, 20));
      }
    },
  );

  it('says of an id what is wrong with it', () => {
    const read = loadSecrets({ KALSHI_API_KEY_ID: 'not a key', KALSHI_PRIVATE_KEY_PEM: pkcs8 });
    expect(read.ok ? [] : read.error.map(({ message }) => message)).toEqual([
      'KALSHI_API_KEY_ID: must be at most 128 printable characters without spaces',
    ]);
  });

  it('are refused from a file of somebody else', () => {
    const path = put('other.pem', pkcs8);
    const getuid = vi.spyOn(process, 'getuid').mockReturnValue(4_711);
    expect(codes({ KALSHI_API_KEY_ID: 'id', KALSHI_PRIVATE_KEY_PATH: path })).toEqual([
      'key_file_owner',
    ]);
    getuid.mockRestore();
  });

  it('refuses what cannot be a key, by code, exit 4, and without a word of it', () => {
    const missing = join(folder, 'missing.pem');
    const secret = 'canary-in-a-broken-key';
    const weak = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey;
    const curve = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    const pem = (key: typeof rsa) => key.export({ type: 'pkcs8', format: 'pem' }).toString();
    const locked = rsa
      .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' })
      .toString();
    mkdirSync(join(folder, 'folder'), { recursive: true });
    const id = { KALSHI_API_KEY_ID: 'id' };
    let files = 0;
    const path = (text: string) => {
      files += 1;
      return { ...id, KALSHI_PRIVATE_KEY_PATH: put(`bad-${files}.pem`, text) };
    };
    const table: readonly (readonly [SecretEnviron, string])[] = [
      [{ ...id, KALSHI_PRIVATE_KEY_PATH: missing }, 'key_unreadable'],
      [{ ...id, KALSHI_PRIVATE_KEY_PATH: join(folder, 'folder') }, 'key_unreadable'],
      [path('x'.repeat(70_000)), 'key_unreadable'],
      [path(''), 'key_not_a_key'],
      [path(secret), 'key_not_a_key'],
      [path(pkcs8.slice(0, 400)), 'key_not_a_key'],
      [path(locked), 'key_not_a_key'],
      [path(pem(weak)), 'key_unsupported'],
      [path(pem(curve)), 'key_unsupported'],
      [id, 'key_incomplete'],
      [{ KALSHI_PRIVATE_KEY_PATH: put('key.pem', pkcs8) }, 'key_incomplete'],
      [{ ...id, KALSHI_PRIVATE_KEY_PEM: secret }, 'key_not_a_key'],
      [{ ...id, KALSHI_PRIVATE_KEY_PEM: pkcs8, KALSHI_PRIVATE_KEY_PATH: missing }, 'key_ambiguous'],
      [{ KALSHI_API_KEY_ID_FILE: put('empty', '\n') }, 'key_id_invalid'],
      [{ KALSHI_API_KEY_ID: 'a', KALSHI_API_KEY_ID_FILE: missing }, 'key_ambiguous'],
      [{ KALSHI_API_KEY_ID: 'a\r\nX: y', KALSHI_PRIVATE_KEY_PEM: pkcs8 }, 'key_id_invalid'],
      [{ SPORTS_INJURY_API_KEY: 'canary\r\nX: y' }, 'key_id_invalid'],
      [{ SPORTS_INJURY_API_KEY: 'canary!' }, 'key_id_invalid'],
      [{ SPORTS_INJURY_API_KEY: canaryFeed, SPORTS_INJURY_API_KEY_FILE: missing }, 'key_ambiguous'],
    ];
    for (const [env, code] of table) {
      const result = loadSecrets(env);
      expect(result.ok ? [] : result.error.map((problem) => problem.code)).toEqual([code]);
      if (result.ok) continue;
      expect(exitCodeOf(result.error)).toBe(4);
      expect(JSON.stringify(result.error)).not.toMatch(/canary|BEGIN|MII/);
      expect(env['KALSHI_PRIVATE_KEY_PEM']).toBeUndefined();
    }
  });

  it('reports all problems at once', () => {
    const missing = join(folder, 'missing');
    expect(
      codes({
        KALSHI_API_KEY_ID_FILE: missing,
        KALSHI_PRIVATE_KEY_PATH: missing,
        ANTHROPIC_API_KEY_FILE: missing,
      }),
    ).toEqual(['key_unreadable', 'key_unreadable', 'key_unreadable']);
  });
});

describe('secrets', () => {
  it('never print, whichever way they are printed', () => {
    const { secrets } = read({
      KALSHI_API_KEY_ID: canaryId,
      KALSHI_PRIVATE_KEY_PEM: pkcs8,
      ANTHROPIC_API_KEY: canaryModel,
      SPORTS_INJURY_API_KEY: canaryFeed,
    });
    const body = pkcs8.split('\n')[1] ?? '';
    const nested = { deep: { secrets, list: [secrets] } };
    const printed = [
      JSON.stringify(nested),
      inspect(nested, { depth: null, showHidden: true, getters: true }),
      format('%s %o %j %O', secrets, secrets, secrets, secrets),
      String(secrets),
      secrets.toString(),
      String(new Error('x', { cause: secrets }).cause),
      JSON.stringify(structuredClone(Object.assign({}, secrets))),
      JSON.stringify(Object.entries(secrets)),
    ].join('\n');
    expect(printed).toContain('[redacted]');
    for (const canary of [canaryId, canaryModel, canaryFeed, body, 'BEGIN PRIVATE'])
      expect(printed).not.toContain(canary);
  });
});
