import { createPrivateKey } from 'node:crypto';
import { gunzipSync } from 'node:zlib';

/** What to look for: a secret in one encoding. */
export type Needle = { readonly name: string; readonly bytes: Buffer };

/**
 * A secret as it may look on its way: plain, escaped in JSON once and twice, in a URL, hex, and base64 at any place of a
 * longer text (a secret that begins at byte 1 or 2 of a group reads differently there).
 */
export function encodingsOf(name: string, secret: string | Buffer): readonly Needle[] {
  const raw = Buffer.from(secret);
  const text = raw.toString('utf8');
  const isText = Buffer.from(text).equals(raw);
  const escaped = JSON.stringify(text).slice(1, -1);
  const all: [string, string | Buffer][] = [
    ['plain', raw],
    ['hex', raw.toString('hex')],
    ['HEX', raw.toString('hex').toUpperCase()],
  ];
  if (isText)
    all.push(
      ['json', escaped],
      ['json in json', JSON.stringify(escaped).slice(1, -1)],
      ['url', encodeURIComponent(text)],
      ['utf16', Buffer.from(text, 'utf16le')],
    );
  for (const before of [0, 1, 2]) {
    const shifted = Buffer.concat([Buffer.alloc(before), raw]);
    // Only the groups that belong to the secret alone.
    const from = before === 0 ? 0 : 4;
    const to = 4 * Math.floor(shifted.length / 3);
    for (const encoding of ['base64', 'base64url'] as const)
      all.push([`${encoding}+${before}`, shifted.toString(encoding).slice(from, to)]);
  }
  return all.map(([encoding, bytes]) => ({
    name: `${name} as ${encoding}`,
    bytes: Buffer.from(bytes),
  }));
}

/** A private key: its text, some of its lines, its bytes, and the number that makes it private. */
export function privateKeyNeedles(name: string, pem: string): readonly Needle[] {
  const lines = pem.split('\n').filter((line) => line.length >= 32 && !line.startsWith('-'));
  const key = createPrivateKey(pem);
  const der = key.export({ type: 'pkcs8', format: 'der' });
  const { d = '' } = key.export({ format: 'jwk' });
  const some = [lines[0], lines[Math.floor(lines.length / 2)], lines.at(-2)];
  return [
    ...encodingsOf(name, pem.trim()),
    ...some.flatMap((line, at) => encodingsOf(`${name}, line ${at}`, line ?? '')),
    ...encodingsOf(`${name}, bytes`, der.subarray(der.length / 2, der.length / 2 + 24)),
    ...encodingsOf(`${name}, exponent`, Buffer.from(d, 'base64url').subarray(0, 24)),
  ];
}

/** The names of those that are there. Packed bytes are looked at packed and unpacked. */
export function foundIn(bytes: Buffer, needles: readonly Needle[]): readonly string[] {
  const isPacked = bytes.length > 2 && bytes[0] === 0x1f && bytes[1] === 0x8b;
  const all = isPacked ? [bytes, gunzipSync(bytes)] : [bytes];
  return needles
    .filter((needle) => all.some((each) => each.includes(needle.bytes)))
    .map(({ name }) => name);
}
