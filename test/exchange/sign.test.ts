// Goal: signatures that the exchange's rule verifies, for both kinds of key, over time, method and path alone.
import { constants, generateKeyPairSync, type KeyObject, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Signer } from '../../src/exchange/kalshi/sign.js';
import { ManualClock } from '../support/manual-clock.js';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ed25519 = generateKeyPairSync('ed25519');

const signerOf = (key: KeyObject, clock = new ManualClock()): Signer => {
  const signer = Signer.of({ keyId: 'key-1', key }, clock);
  if (!signer.ok) throw new Error(signer.error.detail);
  return signer.value;
};

function isValid(publicKey: KeyObject, text: string, signature: string): boolean {
  const bytes = Buffer.from(signature, 'base64');
  if (publicKey.asymmetricKeyType === 'ed25519')
    return verify(null, Buffer.from(text), publicKey, bytes);
  const pss = { key: publicKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
  return verify('sha256', Buffer.from(text), pss, bytes);
}

describe.each([
  ['RSA', rsa],
  ['Ed25519', ed25519],
])('%s', (_, pair) => {
  it('signs the millisecond, the method and the path', () => {
    const headers = signerOf(pair.privateKey).headers('GET', '/trade-api/v2/portfolio/balance');
    expect(headers['KALSHI-ACCESS-KEY']).toBe('key-1');
    expect(headers['KALSHI-ACCESS-TIMESTAMP']).toBe('1800000000000');
    const text = '1800000000000GET/trade-api/v2/portfolio/balance';
    expect(isValid(pair.publicKey, text, headers['KALSHI-ACCESS-SIGNATURE'])).toBe(true);
    expect(isValid(pair.publicKey, `${text}?limit=1`, headers['KALSHI-ACCESS-SIGNATURE'])).toBe(
      false,
    );
  });

  it('uses one made ahead once, for its own request only, while it is young', () => {
    const clock = new ManualClock();
    const signer = signerOf(pair.privateKey, clock);
    const stamp = (path: string) =>
      Number(signer.headers('POST', path)['KALSHI-ACCESS-TIMESTAMP']) - 1_800_000_000_000;
    signer.prepare('POST', '/a');
    clock.pass(900);
    expect(stamp('/b')).toBe(900);
    expect(stamp('/a')).toBe(0);
    expect(stamp('/a')).toBe(900);
    signer.prepare('POST', '/a');
    clock.pass(1_001);
    expect(stamp('/a')).toBe(1_901);
  });
});

describe('keys the exchange does not take', () => {
  it.each([
    ['an EC key', generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey],
    ['a public key', rsa.publicKey],
  ])('%s', (_, key) => {
    expect(Signer.of({ keyId: 'k', key }, new ManualClock())).toMatchObject({
      ok: false,
      error: { code: 'key_type_unsupported' },
    });
  });
});
