// Goal: no known secret, in whatever form, and no private key gets through to a log; nothing else is cut out of it.
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { scrubber } from '../../src/config/scrub.js';
import { Secrets } from '../../src/config/secrets.js';
import { encodingsOf, foundIn, privateKeyNeedles } from '../support/secret-search.js';

const keyId = '0f3b1c52-77aa-4f0e-9d7e-5b2f6d1c0a9e';
const claudeKey = 'sk-canary/claude+key "4471" \\ä';
const feedKey = 'canary-feed/key+7731=';
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const scrub = scrubber(new Secrets(keyId, privateKey, claudeKey, feedKey));

describe('the scrubber', () => {
  it('cuts out each secret in each form, wherever it stands', () => {
    for (const secret of [keyId, claudeKey, feedKey])
      for (const needle of encodingsOf('secret', secret)) {
        // A log is UTF-8.
        if (needle.name.endsWith('utf16')) continue;
        const line = `{"msg":"GET /x?key=${needle.bytes.toString()}&y=1"}`;
        const written = scrub(line);
        expect(foundIn(Buffer.from(written), [needle]), needle.name).toEqual([]);
        expect(written).toContain('[redacted]');
        expect(written).toMatch(/^\{"msg":"GET \/x\?key=.*&y=1"\}$/);
      }
  });

  it('cuts out a secret in the middle of what was packed with it', () => {
    for (const before of [0, 1, 2, 3, 4, 5]) {
      const packed = Buffer.from(`${'.'.repeat(before)}${claudeKey}, and`).toString('base64');
      expect(foundIn(Buffer.from(scrub(packed)), encodingsOf('x', claudeKey))).toEqual([]);
    }
  });

  it.each([
    ['as it is', (text: string) => text],
    ['in JSON', (text: string) => JSON.stringify({ text })],
    ['in JSON in JSON', (text: string) => JSON.stringify({ text: JSON.stringify({ text }) })],
    ['torn', (text: string) => `${text.slice(0, 900)}`],
    ['without its head', (text: string) => text.split('\n').slice(1).join('\n')],
    ['packed', (text: string) => Buffer.from(text).toString('base64')],
  ])('cuts out a private key %s', (_, form) => {
    const written = scrub(`before ${form(pem)} after`);
    expect(foundIn(Buffer.from(written), privateKeyNeedles('key', pem))).toEqual([]);
    expect(written).toMatch(/^before .*\[redacted\]/s);
    expect(written).not.toContain('BEGIN');
  });

  it('cuts out signatures', () => {
    const signature = sign('sha256', Buffer.from('x'), privateKey).toString('base64');
    expect(scrub(`"kalshi-access-signature":"${signature}"`)).toBe(
      '"kalshi-access-signature":"[redacted]"',
    );
  });

  it('leaves alone what a log is for', () => {
    const hash = createHash('sha256').update('x').digest('hex');
    const lines = [
      `{"level":30,"time":1764216000000,"seq":12,"record":{"hash":"${hash}","prevHash":"${hash}"}}`,
      '{"ticker":"KXMVESPORTSMULTIGAMEEXTENDED-S20259C1C7B1A2F3-0B7A1D1E2F3A4B5C6D7E8F90"}',
      '{"url":"https://api.weather.gov/gridpoints/OKX/33,35/forecast/hourly"}',
      `{"clientOrderId":"abcdefghijklmnopqrstuvwxyz"}`,
    ];
    for (const line of lines) expect(scrub(line)).toBe(line);
    expect(scrubber(new Secrets(null, null, null))('nothing secret here')).toBe(
      'nothing secret here',
    );
  });

  it('takes no ordinary word for a secret', () => {
    expect(scrubber(new Secrets('a', privateKey, null))('a cat')).toBe('a cat');
  });
});
