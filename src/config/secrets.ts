import { createPrivateKey, type KeyObject } from 'node:crypto';
import { resolve } from 'node:path';
import { inspect } from 'node:util';
import { err, ok, type Result } from '../domain/result.js';
import { type AlertSecrets, alertSecrets, noAlertSecrets } from './alert-secrets.js';
import type { ConfigProblem, ConfigWarning, ProblemCode } from './problems.js';
import { errno, readSecretFile } from './secret-files.js';

const redacted = '[redacted]';

/** What signs and pays. Lives outside the settings; however it is printed, it says "[redacted]". */
export class Secrets {
  readonly #kalshiKeyId: string | null;
  readonly #kalshiPrivateKey: KeyObject | null;
  readonly #anthropicApiKey: string | null;
  readonly #sportsInjuryApiKey: string | null;
  readonly #alerts: AlertSecrets;

  constructor(
    kalshiKeyId: string | null,
    kalshiPrivateKey: KeyObject | null,
    anthropicApiKey: string | null,
    sportsInjuryApiKey: string | null = null,
    alerts: AlertSecrets = noAlertSecrets,
  ) {
    this.#kalshiKeyId = kalshiKeyId;
    this.#kalshiPrivateKey = kalshiPrivateKey;
    this.#anthropicApiKey = anthropicApiKey;
    this.#sportsInjuryApiKey = sportsInjuryApiKey;
    this.#alerts = alerts;
  }

  /** Set exactly when `kalshiPrivateKey` is. */
  get kalshiKeyId(): string | null {
    return this.#kalshiKeyId;
  }
  /** RSA or Ed25519. */
  get kalshiPrivateKey(): KeyObject | null {
    return this.#kalshiPrivateKey;
  }
  get anthropicApiKey(): string | null {
    return this.#anthropicApiKey;
  }
  /** Eight visible characters or more, fit for a header. */
  get sportsInjuryApiKey(): string | null {
    return this.#sportsInjuryApiKey;
  }
  /** Where people are told. */
  get alerts(): AlertSecrets {
    return this.#alerts;
  }
  /** True when the exchange can be asked as somebody. */
  get hasKalshiKey(): boolean {
    return this.#kalshiKeyId !== null && this.#kalshiPrivateKey !== null;
  }

  toJSON(): string {
    return redacted;
  }
  toString(): string {
    return redacted;
  }
  [inspect.custom](): string {
    return redacted;
  }
}

export type LoadedSecrets = {
  readonly secrets: Secrets;
  readonly warnings: readonly ConfigWarning[];
};

/** The environment as handed in; a PEM is deleted from it once read. */
export type SecretEnviron = { [name: string]: string | undefined };

type Read = Result<string | null, ConfigProblem>;

const problem = (code: ProblemCode, subject: string, why: string): ConfigProblem => ({
  code,
  subject,
  message: `${subject}: ${why}`,
});

/** Takes one secret from whichever of its names is set; two at once is ambiguous. Empty means not set. */
function take(
  env: SecretEnviron,
  names: readonly { readonly name: string; readonly isFile: boolean }[],
): Read {
  const set = names.filter(({ name }) => (env[name] ?? '') !== '');
  const [first, second] = set;
  if (first === undefined) return ok(null);
  if (second !== undefined)
    return err(
      problem('key_ambiguous', first.name, `${second.name} is set too; which one is meant?`),
    );
  const value = env[first.name] ?? '';
  if (!first.isFile) return ok(value);
  const credentials = env['CREDENTIALS_DIRECTORY'] ?? '';
  return readSecretFile(first.name, value, credentials === '' ? null : resolve(credentials));
}

/** Turns the escapes and carriage returns that env files leave in a PEM into plain line ends. */
const plainPem = (text: string): string =>
  text.replaceAll('\\r', '').replaceAll('\\n', '\n').replaceAll('\r', '').trim();

function parseKey(pem: string, subject: string): Result<KeyObject, ConfigProblem> {
  let key: KeyObject;
  try {
    key = createPrivateKey(plainPem(pem));
  } catch (error) {
    const why =
      errno(error) === 'ERR_MISSING_PASSPHRASE'
        ? 'the key has a passphrase, which is not supported'
        : 'not a private key in PEM form (PKCS#1 or PKCS#8)';
    return err(problem('key_not_a_key', subject, why));
  }
  if (key.asymmetricKeyType === 'ed25519') return ok(key);
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (key.asymmetricKeyType === 'rsa' && bits >= 2_048) return ok(key);
  const found = `${key.asymmetricKeyType ?? 'unknown'}${bits > 0 ? ` of ${bits} bits` : ''}`;
  return err(
    problem(
      'key_unsupported',
      subject,
      `must be RSA of at least 2048 bits or Ed25519, is ${found}`,
    ),
  );
}

const orNull = (text: string | null): string | null => (text === null || text === '' ? null : text);

/**
 * Reads the secrets once. Everything wrong is reported at once, without any part of a secret. A PEM in `env` is
 * accepted with a warning and deleted from it, also when something else is wrong.
 */
export function loadSecrets(env: SecretEnviron): Result<LoadedSecrets, ConfigProblem[]> {
  const warnings: ConfigWarning[] = [];
  const problems: ConfigProblem[] = [];
  const orReport = (read: Read): string | null => {
    if (read.ok) return read.value;
    problems.push(read.error);
    return null;
  };
  const named = (name: string) => [
    { name, isFile: false },
    { name: `${name}_FILE`, isFile: true },
  ];
  const keyNames = [
    ...named('KALSHI_PRIVATE_KEY_PEM'),
    { name: 'KALSHI_PRIVATE_KEY_PATH', isFile: true },
  ];
  const keySubject =
    keyNames.find(({ name }) => (env[name] ?? '') !== '')?.name ?? 'KALSHI_PRIVATE_KEY_PATH';
  const keyId = orReport(take(env, named('KALSHI_API_KEY_ID')))?.trim() ?? null;
  const pem = orReport(take(env, keyNames));
  const model = orNull(orReport(take(env, named('ANTHROPIC_API_KEY')))?.trim() ?? null);
  const injuries = orNull(orReport(take(env, named('SPORTS_INJURY_API_KEY')))?.trim() ?? null);
  if (injuries !== null && !/^[\x21-\x7e]{8,512}$/.test(injuries))
    problems.push(
      problem(
        'key_id_invalid',
        'SPORTS_INJURY_API_KEY',
        'must be 8 to 512 visible characters without blanks',
      ),
    );
  const alerts = alertSecrets((name) => orNull(orReport(take(env, named(name)))?.trim() ?? null));
  if (!alerts.ok) problems.push(...alerts.error);
  if ((env['KALSHI_PRIVATE_KEY_PEM'] ?? '') !== '')
    warnings.push({
      code: 'pem_in_environment',
      subject: 'KALSHI_PRIVATE_KEY_PEM',
      message:
        'KALSHI_PRIVATE_KEY_PEM: a key in the environment can be read by other programs; KALSHI_PRIVATE_KEY_PATH is safer',
    });
  delete env['KALSHI_PRIVATE_KEY_PEM'];
  if (keyId !== null && !/^[\x21-\x7e]{1,128}$/.test(keyId))
    problems.push(
      problem(
        'key_id_invalid',
        'KALSHI_API_KEY_ID',
        'must be at most 128 printable characters without spaces',
      ),
    );
  let key: KeyObject | null = null;
  if (pem !== null) {
    const parsed = parseKey(pem, keySubject);
    if (parsed.ok) key = parsed.value;
    else problems.push(parsed.error);
  }
  if (problems.length === 0 && (keyId === null) !== (key === null))
    problems.push(
      keyId === null
        ? problem('key_incomplete', keySubject, 'KALSHI_API_KEY_ID is needed with it')
        : problem(
            'key_incomplete',
            'KALSHI_API_KEY_ID',
            'KALSHI_PRIVATE_KEY_PATH is needed with it',
          ),
    );
  if (problems.length > 0 || !alerts.ok) return err(problems);
  const secrets = new Secrets(keyId, key, model, injuries, alerts.value);
  return ok({ secrets, warnings });
}
