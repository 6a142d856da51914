import { Buffer } from 'node:buffer';
import type { Secrets } from './secrets.js';

const redacted = '[redacted]';

/** Shorter than this a secret is also an ordinary word, and cutting it out would cut up the text. */
const secretCharsMin = 6;
/** Of base64 fewer characters may be anything. */
const packedCharsMin = 8;

const jsonOf = (text: string): string => JSON.stringify(text).slice(1, -1);

/** Base64 of the part of a secret that reads the same whatever stands before and behind it, for each of three places. */
function packedForms(secret: string): readonly string[] {
  return [0, 1, 2].flatMap((before) => {
    const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(secret)]);
    const whole = 4 * Math.floor(bytes.length / 3);
    return (['base64', 'base64url'] as const).map((form) =>
      bytes.toString(form).slice(before === 0 ? 0 : 4, whole),
    );
  });
}

/** A secret as it may stand in a line: as it is, escaped in JSON once and twice, in an address, in hex, in base64. */
function formsOf(secret: string): readonly string[] {
  if (secret.length < secretCharsMin) return [];
  const escaped = jsonOf(secret);
  const hex = Buffer.from(secret).toString('hex');
  return [
    secret,
    escaped,
    jsonOf(escaped),
    encodeURIComponent(secret),
    hex,
    hex.toUpperCase(),
    ...packedForms(secret).filter((form) => form.length >= packedCharsMin),
  ];
}

/** A private key, whole or torn, with its line ends as they are or escaped. */
const pem =
  /-----BEGIN [A-Z ]*PRIVATE KEY-----(?:(?!-----END)[^"])*(?:-----END [A-Z ]*PRIVATE KEY-----)?/g;
/** What so long a run of base64 may be: a signature, or lines of a key. A hash in hex is none. */
const longBase64 = /(?![0-9a-f]+(?![A-Za-z0-9+/]))[A-Za-z0-9+/]{60,}={0,2}/g;

const literal = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** What cuts every form of these secrets, every private key and every signature out of a text. */
export function scrubber(secrets: Secrets): (text: string) => string {
  const { kalshiKeyId, anthropicApiKey, sportsInjuryApiKey, alerts } = secrets;
  const all = [kalshiKeyId, anthropicApiKey, sportsInjuryApiKey, ...Object.values(alerts)];
  const known = all.flatMap((secret) => (secret === null ? [] : formsOf(secret)));
  const longestFirst = [...new Set(known)].sort((one, other) => other.length - one.length);
  const forms =
    longestFirst.length === 0 ? null : new RegExp(longestFirst.map(literal).join('|'), 'g');
  return (text) => {
    const withoutKeys = text.replace(pem, redacted).replace(longBase64, redacted);
    return forms === null ? withoutKeys : withoutKeys.replace(forms, redacted);
  };
}
