/**
 * The ledger's hash chain and the ids made from it. The one file of the domain with an import from the platform:
 * SHA-256 is a function of its bytes alone, and node's is audited and fast where our own would be neither.
 */
import { hash } from 'node:crypto';
import { type Canonical, canonical } from './canonical.js';
import { type LedgerRecord, noHash, type RecordBody } from './records.js';
import {
  type CallId,
  type ClientOrderId,
  callId,
  clientOrderId,
  type EpochMs,
  type Ticker,
} from './units.js';

export const sha256 = (text: string): string => hash('sha256', text);

/** Where a chain stands: the next record has `seq + 1` and this `hash` as its `prevHash`. */
export type Head = { readonly seq: number; readonly hash: string };
export const noHead: Head = { seq: 0, hash: noHash };

/** The same stamp for every record of one step. */
export type Stamp = { readonly at: EpochMs; readonly run: number; readonly inputSeq: number };

export function seal(head: Head, stamp: Stamp, body: RecordBody): LedgerRecord {
  const open = { ...stamp, seq: head.seq + 1, prevHash: head.hash, body };
  return { ...open, hash: recordHash(open) };
}

/** Every field but `hash` itself, as it is hashed. */
export function recordText(record: Omit<LedgerRecord, 'hash'>): string {
  const { seq, at, run, inputSeq, prevHash, body } = record;
  return canonical({ seq, at, run, inputSeq, prevHash, body: body as Canonical });
}

export const recordHash = (record: Omit<LedgerRecord, 'hash'>): string =>
  sha256(recordText(record));

export type ChainProblem = {
  readonly code: 'seq' | 'prev_hash' | 'hash' | 'time';
  readonly seq: number;
  readonly text: string;
};

/** Whether `record` continues the chain at `head`; null when it does. */
export function chainProblem(
  head: Head,
  lastAt: EpochMs | null,
  record: LedgerRecord,
): ChainProblem | null {
  const at = head.seq + 1;
  const bad = (code: ChainProblem['code'], text: string): ChainProblem => ({ code, seq: at, text });
  if (record.seq !== at) return bad('seq', `record ${at} calls itself ${record.seq}`);
  if (record.prevHash !== head.hash)
    return bad('prev_hash', `record ${at} does not follow the one before it`);
  if (record.hash !== recordHash(record)) return bad('hash', `record ${at} was altered`);
  if (lastAt !== null && record.at < lastAt)
    return bad('time', `record ${at} is older than the one before it`);
  return null;
}

const base32 = 'abcdefghijklmnopqrstuvwxyz234567';

/**
 * 26 characters (130 bits) that follow from what decided the order, so that a replay and a restart name it alike and
 * no two decisions share one.
 */
export const deriveClientOrderId = (
  genesisHash: string,
  run: number,
  inputSeq: number,
  ticker: Ticker,
  leg: number,
): ClientOrderId => clientOrderId(derivedId([genesisHash, run, inputSeq, ticker, leg]));

/** The `count`-th question to Claude of a run, from 1. */
export const deriveCallId = (genesisHash: string, run: number, count: number): CallId =>
  callId(derivedId([genesisHash, run, 'claude', count]));

function derivedId(from: Canonical): string {
  const digest = hash('sha256', canonical(from), 'buffer');
  let bits = 0;
  let value = 0;
  let text = '';
  for (const byte of digest) {
    value = (value << 8) | byte;
    bits += 8;
    while (bits >= 5 && text.length < 26) {
      bits -= 5;
      text += base32.charAt((value >>> bits) & 31);
    }
    value &= (1 << bits) - 1;
  }
  return text;
}

/** Of plain settings, fractions and all: keys sorted, otherwise as JSON writes them. */
export const plainHash = (value: unknown): string => sha256(plainText(value));

function plainText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(plainText).join(',')}]`;
  if (typeof value === 'object' && value !== null)
    return `{${Object.entries(value)
      .filter(([, field]) => field !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, field]) => `${JSON.stringify(key)}:${plainText(field)}`)
      .join(',')}}`;
  return JSON.stringify(value) ?? 'null';
}
