import { Buffer } from 'node:buffer';
import { constants, type KeyObject, sign } from 'node:crypto';
import type { Clock } from '../../clock.js';
import { err, ok, type Result } from '../../domain/result.js';
import { limits } from '../../limits.js';

export type Credentials = { readonly keyId: string; readonly key: KeyObject };

export type SignedHeaders = {
  readonly 'KALSHI-ACCESS-KEY': string;
  readonly 'KALSHI-ACCESS-TIMESTAMP': string;
  readonly 'KALSHI-ACCESS-SIGNATURE': string;
};

/** A key the exchange cannot verify: it takes RSA (PSS) and Ed25519. */
export type KeyProblem = { readonly code: 'key_type_unsupported'; readonly detail: string };

/**
 * Signs `timestamp + METHOD + path`. The path starts at the root and has no query; the body is not covered, so a
 * signature can be made ahead of need: `prepare` makes the next one for a request that will not wait.
 */
export class Signer {
  private readonly credentials: Credentials;
  private readonly clock: Clock;
  private ahead: {
    readonly method: string;
    readonly path: string;
    headers: SignedHeaders;
    madeAt: number;
  } | null = null;

  private constructor(credentials: Credentials, clock: Clock) {
    this.credentials = credentials;
    this.clock = clock;
  }

  static of(credentials: Credentials, clock: Clock): Result<Signer, KeyProblem> {
    const { key } = credentials;
    const type = key.type === 'private' ? key.asymmetricKeyType : key.type;
    return type === 'rsa' || type === 'ed25519'
      ? ok(new Signer(credentials, clock))
      : err({ code: 'key_type_unsupported', detail: `${type ?? key.type} key` });
  }

  /** Fresh headers, or those made ahead for the same request while they are young; each is used once. */
  headers(method: string, path: string): SignedHeaders {
    const { ahead } = this;
    if (ahead !== null && ahead.method === method && ahead.path === path) {
      this.ahead = null;
      const ageMs = this.clock.monotonicMs() - ahead.madeAt;
      if (ageMs <= limits.signatureAgeMsMax) return ahead.headers;
    }
    return this.make(method, path);
  }

  prepare(method: string, path: string): void {
    const headers = this.make(method, path);
    this.ahead = { method, path, headers, madeAt: this.clock.monotonicMs() };
  }

  private make(method: string, path: string): SignedHeaders {
    const timestamp = String(Math.floor(this.clock.realNow()));
    return {
      'KALSHI-ACCESS-KEY': this.credentials.keyId,
      'KALSHI-ACCESS-TIMESTAMP': timestamp,
      'KALSHI-ACCESS-SIGNATURE': signature(this.credentials.key, timestamp + method + path),
    };
  }
}

/** Base64. RSA: PSS with SHA-256 and a salt as long as the digest. The key's own type decides, never its PEM header. */
function signature(key: KeyObject, text: string): string {
  const bytes = Buffer.from(text, 'utf8');
  const signed =
    key.asymmetricKeyType === 'ed25519'
      ? sign(null, bytes, key)
      : sign('sha256', bytes, {
          key,
          padding: constants.RSA_PKCS1_PSS_PADDING,
          saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
        });
  return signed.toString('base64');
}
