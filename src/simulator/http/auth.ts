/** Checks the venue's signature headers for real, in real time. */
import { constants, createPublicKey, type KeyObject, verify } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Refusal } from '../core/refusals.js';
import { type Answer, no, yes } from '../core/refusals.js';
import type { Account } from '../core/types.js';

export type ApiKey = {
  readonly id: string;
  readonly publicKey: KeyObject;
  readonly account: Account;
};

export type SkewWindow = { readonly pastMs: number; readonly futureMs: number };
export const DEFAULT_SKEW: SkewWindow = { pastMs: 20_000, futureMs: 30_000 };

const unauthorized = (code: string, message: string, details?: string): Refusal => ({
  status: 401,
  code,
  message,
  ...(details === undefined ? {} : { details }),
});

const missing = unauthorized(
  'signature_is_missing_from_headers',
  'signature is missing from headers',
);
const expired = unauthorized('header_timestamp_expired', 'header timestamp expired');
const unknownKey = unauthorized('authentication_error', 'authentication_error', 'NOT_FOUND');
const badSignature = unauthorized(
  'authentication_error',
  'authentication_error',
  'INCORRECT_API_KEY_SIGNATURE',
);

const header = (headers: IncomingHttpHeaders, name: string): string => {
  const value = headers[name];
  return typeof value === 'string' ? value : '';
};

export const keyIdOf = (headers: IncomingHttpHeaders): string =>
  header(headers, 'kalshi-access-key');

export function readPublicKey(pem: string): KeyObject {
  return createPublicKey(pem);
}

function verifies(key: KeyObject, message: Buffer, signature: Buffer): boolean {
  try {
    if (key.asymmetricKeyType === 'ed25519') return verify(null, message, key, signature);
    return verify(
      'sha256',
      message,
      { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_AUTO },
      signature,
    );
  } catch {
    // A signature of the wrong length is a wrong signature.
    return false;
  }
}

/** The key that signed this request, or why not. `path` is the full path, without the query. */
export function authenticate(
  keys: ReadonlyMap<string, ApiKey>,
  request: {
    readonly method: string;
    readonly path: string;
    readonly headers: IncomingHttpHeaders;
  },
  realNowMs: number,
  skew: SkewWindow,
): Answer<ApiKey> {
  const signature = header(request.headers, 'kalshi-access-signature');
  if (signature === '') return no(missing);
  const timestamp = header(request.headers, 'kalshi-access-timestamp');
  const sentMs = /^\d{1,16}$/.test(timestamp) ? Number(timestamp) : Number.NaN;
  const ageMs = realNowMs - sentMs;
  if (!(ageMs <= skew.pastMs && ageMs >= -skew.futureMs)) return no(expired);
  const key = keys.get(keyIdOf(request.headers));
  if (key === undefined) return no(unknownKey);
  const message = Buffer.from(timestamp + request.method.toUpperCase() + request.path, 'utf8');
  return verifies(key.publicKey, message, Buffer.from(signature, 'base64'))
    ? yes(key)
    : no(badSignature);
}
