import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { recordHash, sha256 } from '../../src/domain/chain.js';
import type { LedgerRecord } from '../../src/domain/records.js';
import {
  durationMs,
  epochMs,
  micros,
  price,
  probability,
  quantity,
  shard,
  ticker,
} from '../../src/domain/units.js';
import { Decisions, verdictLine } from '../../src/engine/decisions.js';
import { requestHash } from '../../src/engine/effect-desk.js';
import type { Effect } from '../../src/messages/effect.js';
import type { Intent } from '../../src/messages/intent.js';
import { intentFor } from '../support/executor-rig.js';
import { aVerdict } from '../support/fixtures.js';

const aRecord = (seq: number, hash: string): LedgerRecord => ({
  seq,
  at: epochMs(5),
  run: 1,
  inputSeq: 3,
  prevHash: 'ef'.repeat(32),
  body: { kind: 'stopped', reason: 'done' },
  hash,
});

const effect = (id: number): Effect => ({ id, hash: 'ab'.repeat(8), request: { kind: 'scan' } });

/** Everything that is hashed, each changeable by itself. */
const calls: Readonly<Record<string, (decisions: Decisions) => void>> = {
  verdict: (decisions) => decisions.verdict(1, aVerdict('A')),
  intent: (decisions) => decisions.intent(intentFor()),
  record: (decisions) => decisions.record(aRecord(7, 'cd'.repeat(32))),
  effect: (decisions) => decisions.effect(effect(1)),
};

function digestOf(...make: readonly ((decisions: Decisions) => void)[]): string {
  const decisions = new Decisions();
  for (const one of make) one(decisions);
  return decisions.digest();
}

const aWord = { model: 'weather', p: probability(0.7), evidenceAgeMs: 7 } as const;

describe('decisionsHash', () => {
  it('is SHA-256 over one canonical line a decision', () => {
    const lines = [
      '{"cycle":3,"verdict":{"confidence":500000000,"cost":530000000,"edge":50000000,"fair":600000000,"fraction":0,"kelly":100000000,"mid2":10000,"model":"heuristic","noSignal":null,"quoteAgeMs":0,"reason":"below_threshold","side":"yes","sigma":50000000,"taken":false,"threshold":80000000,"ticker":"A","vertical":"other","volume24h":0,"word":{"evidenceAgeMs":7,"model":"weather","p":700000000}}}',
      '{"hash":"cdcd","record":7}',
      '{"effect":1,"hash":"abababababababab","kind":"scan"}',
      '{"intent":{"count":200,"cycle":1,"decidedAt":5,"edge":100000000,"fair":600000000,"keyless":false,"limit":4000,"reason":"taken","shard":2,"side":"no","ticker":"B","worstCost":900000}}',
    ];
    const expected = createHash('sha256')
      .update(`${lines.join('\n')}\n`)
      .digest('hex');
    const intent: Intent = intentFor({
      ticker: ticker('B'),
      side: 'no',
      shard: shard(2),
      limit: price(4_000),
      count: quantity(200),
      worstCost: micros(900_000),
      edge: 0.1,
      decidedAt: epochMs(5),
    });
    expect(
      digestOf(
        (decisions) => decisions.verdict(3, aVerdict('A', { word: aWord })),
        (decisions) => decisions.record(aRecord(7, 'cdcd')),
        (decisions) => decisions.effect(effect(1)),
        (decisions) => decisions.intent(intent),
      ),
    ).toBe(expected);
  });

  it('is of nothing at first, and can be read on the way without changing', () => {
    const decisions = new Decisions();
    expect(decisions.digest()).toBe(createHash('sha256').digest('hex'));
    decisions.record(aRecord(1, 'x'));
    const one = decisions.digest();
    expect(decisions.digest()).toBe(one);
    decisions.record(aRecord(2, 'y'));
    expect(decisions.digest()).not.toBe(one);
    expect(digestOf((again) => again.record(aRecord(1, 'x')))).toBe(one);
  });

  it('tells each line as it is hashed, with the text whose hash stands in it', () => {
    const heard: [string, string | null][] = [];
    const decisions = new Decisions((line, of) => heard.push([line, of()]));
    const request = { kind: 'scan' } as const;
    decisions.verdict(1, aVerdict('A'));
    decisions.record({ ...aRecord(1, ''), hash: recordHash(aRecord(1, '')) });
    decisions.effect({ id: 1, hash: requestHash(request), request });
    const secret = { kind: 'evidence', source: 'injuries', url: 'https://x/?key=canary' } as const;
    decisions.effect({ id: 2, hash: requestHash(secret), request: secret });
    const text = heard.map(([line]) => `${line}\n`).join('');
    expect(sha256(text)).toBe(decisions.digest());
    expect(heard[0]?.[1]).toBeNull();
    expect(heard[1]?.[0]).toContain(sha256(heard[1]?.[1] ?? ''));
    expect(heard[2]?.[0]).toContain(sha256(heard[2]?.[1] ?? '').slice(0, 16));
    expect(heard[3]?.[1]).toBeNull();
    expect(JSON.stringify(heard)).not.toContain('canary');
  });

  it('depends on the order: any two decisions swapped are another hash', () => {
    const names = Object.keys(calls);
    for (const left of names)
      for (const right of names) {
        const [a, b] = [calls[left], calls[right]];
        if (a === undefined || b === undefined || left === right) continue;
        expect(digestOf(a, b), `${left}, ${right}`).not.toBe(digestOf(b, a));
      }
  });

  it('does not depend on the order of fields, nor on dust below 1e-9', () => {
    const verdict = aVerdict('A');
    const turned = Object.fromEntries(Object.entries(verdict).reverse()) as typeof verdict;
    const plain = digestOf((decisions) => decisions.verdict(1, verdict));
    expect(digestOf((decisions) => decisions.verdict(1, turned))).toBe(plain);
    const dusty = { ...verdict, edge: 0.05 + 1e-13 };
    expect(digestOf((decisions) => decisions.verdict(1, dusty))).toBe(plain);
    const other = { ...verdict, edge: 0.05 + 1e-9 };
    expect(digestOf((decisions) => decisions.verdict(1, other))).not.toBe(plain);
  });

  it('holds every field of a verdict', () => {
    const plain = digestOf((decisions) => decisions.verdict(1, aVerdict('A')));
    const changes: readonly Parameters<typeof aVerdict>[1][] = [
      { ticker: ticker('B') },
      { side: 'no' },
      { side: null },
      { model: null },
      { fair: null },
      { sigma: 0.06 },
      { mid2: null },
      { cost: 0.54 },
      { edge: null },
      { threshold: 0.07 },
      { threshold: null },
      { confidence: 0.51 },
      { kelly: 0.11 },
      { fraction: 0.01 },
      { taken: true },
      { reason: 'no_signal' },
      { word: aWord },
      { word: { ...aWord, model: 'crypto' } },
      { word: { ...aWord, p: probability(0.71) } },
      { word: { ...aWord, evidenceAgeMs: null } },
      { noSignal: 'no_data' },
      { quoteAgeMs: durationMs(1) },
      { volume24h: quantity(1) },
      { vertical: 'weather' },
    ];
    const digests = changes.map((change) =>
      digestOf((decisions) => decisions.verdict(1, aVerdict('A', change))),
    );
    digests.push(digestOf((decisions) => decisions.verdict(2, aVerdict('A'))));
    expect(new Set([plain, ...digests]).size).toBe(changes.length + 2);
  });

  it.each([
    ['fair', Number.NaN],
    ['edge', Number.NaN],
    ['edge', Number.POSITIVE_INFINITY],
    ['sigma', Number.NaN],
    ['cost', Number.NEGATIVE_INFINITY],
    ['threshold', Number.NEGATIVE_INFINITY],
    ['confidence', Number.NaN],
    ['kelly', Number.NaN],
    ['fraction', Number.NaN],
    ['mid2', 0.5],
  ])('refuses a verdict whose %s is %s', (field, value) => {
    const verdict = { ...aVerdict('A'), [field]: value };
    expect(() => new Decisions().verdict(1, verdict)).toThrow(/finite|safe integer/);
  });

  it.each([
    ['fair', Number.NaN],
    ['edge', Number.NaN],
    ['limit', Number.NaN],
    ['count', 0.5],
    ['worstCost', Number.POSITIVE_INFINITY],
  ])('refuses an intent whose %s is %s', (field, value) => {
    const intent = { ...intentFor(), [field]: value };
    expect(() => new Decisions().intent(intent)).toThrow(/finite|safe integer/);
  });
});

describe('a verdict line', () => {
  it('is whole numbers and nulls: probabilities in 1e-9', () => {
    const line = verdictLine(aVerdict('A', { side: null, fair: null, edge: -0.0125, kelly: -0 }));
    expect(line).toMatchObject({ side: null, fair: null, edge: -12_500_000, kelly: 0 });
    expect(Object.is((line as { kelly: number }).kelly, -0)).toBe(false);
  });
});
