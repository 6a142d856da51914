import { readFileSync } from 'node:fs';
import { err, ok, type Result } from '../../domain/result.js';

/** How to say who we are to the broker. Read from the environment only, and never told to anybody else. */
export type Credentials =
  | { readonly kind: 'none' }
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'user'; readonly user: string; readonly password: string }
  | { readonly kind: 'creds'; readonly text: Uint8Array };

/** `NATS_CREDS` (a file), `NATS_TOKEN`, or `NATS_USER` and `NATS_PASSWORD`: the names other NATS programs use. */
export function credentialsFrom(
  env: Readonly<Record<string, string | undefined>>,
): Result<Credentials, string> {
  const { NATS_CREDS: file, NATS_TOKEN: token, NATS_USER: user, NATS_PASSWORD: password } = env;
  const given = [file, token, user].filter((one) => one !== undefined && one !== '');
  if (given.length > 1)
    return err('environment: more than one of NATS_CREDS, NATS_TOKEN and NATS_USER; keep one');
  if (file !== undefined && file !== '') {
    try {
      return ok({ kind: 'creds', text: readFileSync(file) });
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
      return err(`environment: the file that NATS_CREDS names cannot be read (${code})`);
    }
  }
  if (token !== undefined && token !== '') return ok({ kind: 'token', token });
  if (user === undefined || user === '') return ok({ kind: 'none' });
  return password === undefined || password === ''
    ? err('environment: NATS_USER without NATS_PASSWORD')
    : ok({ kind: 'user', user, password });
}
