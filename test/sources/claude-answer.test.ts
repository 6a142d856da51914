import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ticker } from '../../src/domain/units.js';
import { billOf, readAnswer } from '../../src/sources/claude/answer.js';
import { canary } from '../../src/sources/claude/system-prompt.js';
import type { Variant } from '../../src/sources/claude/variants.js';
import { aQuestion } from './claude-support.js';
import { hostileBodies, mutated } from './fuzz.js';

// Goal: a bill is read from whatever came, an estimate only from what was asked for, and nonsense about one market costs
// no other.
const nonce = 'ab'.repeat(16);
const note = { id: 'n1', source: 'injuries', ageMinutes: 1, text: 'Out.' };
const asked = [aQuestion('A-1', {}, [note]), aQuestion('A-2'), aQuestion('A-3')];

const entry = (id: string, changes: object = {}): object => ({
  id,
  p: 0.3,
  base_rate: 0.2,
  rules_ambiguity: 0.1,
  key_uncertainty: 'The weather.',
  evidence_ids: [],
  ...changes,
});
const three = [entry('A-1'), entry('A-2'), entry('A-3')];

const usage = {
  input_tokens: 1_500,
  output_tokens: 200,
  cache_creation_input_tokens: 700,
  cache_read_input_tokens: 30,
  cache_creation: { ephemeral_5m_input_tokens: 100, ephemeral_1h_input_tokens: 600 },
};
const message = (changes: object = {}): string =>
  JSON.stringify({
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'claude-haiku-5-5',
    content: [
      { type: 'thinking', thinking: 'hm', signature: 's' },
      { type: 'text', text: JSON.stringify({ estimates: three }) },
    ],
    stop_reason: 'end_turn',
    usage,
    ...changes,
  });
const saying = (estimates: unknown): string =>
  message({ content: [{ type: 'text', text: JSON.stringify({ estimates }) }] });

/** By market: its p, or why not. */
const read = (body: string, variant: Variant = 'status_quo'): readonly unknown[] => {
  const answers = readAnswer(body, asked, variant, nonce);
  expect([...answers.keys()]).toEqual(asked.map((question) => question.ticker));
  return [...answers.values()].map((answer) => (answer.ok ? answer.value.p : answer.error));
};

describe('a bill', () => {
  const counted = {
    input: 1_500,
    output: 200,
    cacheWrite5m: 100,
    cacheWrite1h: 600,
    cacheRead: 30,
  };

  it('is read from usage', () => {
    expect(billOf(message())).toEqual({
      messageId: 'msg_1',
      model: 'claude-haiku-5-5',
      usage: counted,
    });
  });

  const whatever = [
    { content: null },
    { content: [{ type: 'tool_use' }] },
    { stop_reason: 'refusal', content: [] },
    { stop_reason: 'max_tokens', content: [{ type: 'text', text: '{"estim' }] },
    { content: [{ type: 'text', text: canary }] },
  ];
  for (const changes of whatever)
    it(`does not depend on the answer: ${JSON.stringify(changes).slice(0, 60)}`, () => {
      expect(billOf(message(changes))?.usage).toEqual(counted);
    });

  it('takes missing cache counts for none, and writes of unknown life for the dearer', () => {
    const bare = { input_tokens: 1, output_tokens: 2 };
    const none = { input: 1, output: 2, cacheWrite5m: 0, cacheWrite1h: 0, cacheRead: 0 };
    expect(billOf(message({ usage: bare }))?.usage).toEqual(none);
    const nulls = { ...bare, cache_creation_input_tokens: null, cache_creation: null };
    expect(billOf(message({ usage: nulls }))?.usage).toEqual(none);
    const total = { ...bare, cache_creation_input_tokens: 700, cache_creation: null };
    expect(billOf(message({ usage: total }))?.usage).toEqual({ ...none, cacheWrite1h: 700 });
  });

  const bad: readonly object[] = [
    { usage: null },
    { usage: {} },
    { usage: { ...usage, input_tokens: -1 } },
    { usage: { ...usage, output_tokens: 1.5 } },
    { usage: { ...usage, output_tokens: '7' } },
    { usage: { ...usage, output_tokens: null } },
    { usage: { ...usage, cache_read_input_tokens: 1e300 } },
    { usage: { ...usage, cache_creation: { ephemeral_5m_input_tokens: 'x' } } },
    { usage: { ...usage, cache_creation_input_tokens: -5 } },
    { id: 7 },
    { id: '' },
    { model: null },
  ];
  for (const changes of bad)
    it(`is none: ${JSON.stringify(changes)}`, () => {
      expect(billOf(message(changes))).toBeNull();
    });

  it('is whole or none, whatever the body', () => {
    const fuzz = fc.oneof(
      fc.string(),
      fc.json(),
      mutated(message()),
      fc.constantFrom(...hostileBodies),
    );
    fc.assert(
      fc.property(fuzz, (body) => {
        const bill = billOf(body);
        if (bill === null) return;
        for (const count of Object.values(bill.usage))
          expect(Number.isSafeInteger(count) && count >= 0).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});

describe('an answer', () => {
  it('has an estimate for every market', () => {
    expect(read(message())).toEqual([0.3, 0.3, 0.3]);
    const answer = readAnswer(
      saying([
        entry('A-1', { evidence_ids: ['n1'], key_uncertainty: 'a\u202eb\n c' }),
        ...three.slice(1),
      ]),
      asked,
      'status_quo',
      nonce,
    ).get(ticker('A-1'));
    expect(answer).toEqual({
      ok: true,
      value: {
        p: 0.3,
        baseRate: 0.2,
        rulesAmbiguity: 0.1,
        keyUncertainty: 'ab c',
        evidenceIds: ['n1'],
      },
    });
  });

  it('to the negated question is turned around', () => {
    const first = readAnswer(message(), asked, 'negated', nonce).get(ticker('A-1'));
    expect(first?.ok && [first.value.p, first.value.baseRate]).toEqual([0.7, 0.8]);
  });

  const forOne: readonly (readonly [what: string, entries: readonly unknown[], refusal: string])[] =
    [
      ['p above one', [entry('A-1', { p: 1.7 })], 'out_of_range'],
      ['p below zero', [entry('A-1', { p: -0.01 })], 'out_of_range'],
      ['p as text', [entry('A-1', { p: '0.5' })], 'out_of_range'],
      ['no p', [entry('A-1', { p: null })], 'out_of_range'],
      ['a base rate in percent', [entry('A-1', { base_rate: 20 })], 'out_of_range'],
      ['no ambiguity', [entry('A-1', { rules_ambiguity: undefined })], 'out_of_range'],
      ['ambiguous rules', [entry('A-1', { rules_ambiguity: 0.31 })], 'rules_ambiguous'],
      ['no words', [entry('A-1', { key_uncertainty: 3 })], 'answer_unreadable'],
      ['evidence that is no list', [entry('A-1', { evidence_ids: 'n1' })], 'answer_unreadable'],
      ['evidence nobody gave', [entry('A-1', { evidence_ids: ['n1', 'n2'] })], 'unknown_evidence'],
      ['evidence that is no id', [entry('A-1', { evidence_ids: [1] })], 'unknown_evidence'],
      ['nothing', [], 'answer_mismatch'],
      ['another market', [entry('B-9')], 'answer_mismatch'],
      ['a market spelt otherwise', [entry('a-1')], 'answer_mismatch'],
      ['two estimates', [entry('A-1'), entry('A-1', { p: 0.4 })], 'answer_mismatch'],
      ['something that is no entry', ['A-1', null, [entry('A-1')]], 'answer_mismatch'],
    ];
  for (const [what, entries, refusal] of forOne)
    it(`with ${what} for one market is ${refusal} for that one alone`, () => {
      expect(read(saying([...entries, ...three.slice(1)]))).toEqual([refusal, 0.3, 0.3]);
    });

  it('with evidence of another market is refused', () => {
    expect(read(saying([three[0], entry('A-2', { evidence_ids: ['n1'] }), three[2]]))).toEqual([
      0.3,
      'unknown_evidence',
      0.3,
    ]);
  });

  it('with p that JSON cannot hold is refused', () => {
    const text = JSON.stringify({ estimates: three }).replaceAll('0.3', '1e999');
    expect(read(message({ content: [{ type: 'text', text }] }))).toEqual(
      Array(3).fill('out_of_range'),
    );
  });

  const text = JSON.stringify({ estimates: three });
  const forAll: readonly (readonly [what: string, body: string, refusal: string])[] = [
    ['refuses', message({ stop_reason: 'refusal', content: [] }), 'model_refused'],
    ['is cut', message({ stop_reason: 'max_tokens' }), 'answer_cut'],
    ['is too long', message({ stop_reason: 'model_context_window_exceeded' }), 'answer_cut'],
    ['wants a tool', message({ stop_reason: 'tool_use' }), 'answer_unreadable'],
    ['does not say why it ended', message({ stop_reason: null }), 'answer_unreadable'],
    ['has no content', message({ content: [] }), 'answer_unreadable'],
    [
      'only thinks',
      message({ content: [{ type: 'thinking', thinking: text }] }),
      'answer_unreadable',
    ],
    [
      'used a tool',
      message({
        content: [
          { type: 'text', text },
          { type: 'tool_use', id: 't', name: 'x' },
        ],
      }),
      'answer_unreadable',
    ],
    [
      'is prose',
      message({ content: [{ type: 'text', text: `Sure! ${text}` }] }),
      'answer_unreadable',
    ],
    [
      'is an empty object',
      message({ content: [{ type: 'text', text: '{}' }] }),
      'answer_unreadable',
    ],
    ['is an error', '{"type":"error","error":{"type":"api_error"}}', 'answer_unreadable'],
    [
      'repeats the canary',
      saying([entry('A-1', { key_uncertainty: canary }), ...three]),
      'canary_leaked',
    ],
    ['repeats the nonce as an id', saying([...three, entry(nonce)]), 'canary_leaked'],
    [
      'hides the canary in escapes',
      message({
        content: [
          { type: 'text', text: text.replace('The weather', canary.replace('c', '\\u0063')) },
        ],
      }),
      'canary_leaked',
    ],
    [
      'thinks aloud of the canary',
      message({
        content: [
          { type: 'thinking', thinking: canary },
          { type: 'text', text },
        ],
      }),
      'canary_leaked',
    ],
  ];
  for (const [what, body, refusal] of forAll)
    it(`that ${what} is ${refusal} for all`, () => {
      expect(read(body)).toEqual(Array(3).fill(refusal));
    });

  it('is read after its thinking, in however many pieces', () => {
    const pieces = [text.slice(0, 20), text.slice(20)].map((piece) => ({
      type: 'text',
      text: piece,
    }));
    expect(read(message({ content: pieces }))).toEqual([0.3, 0.3, 0.3]);
  });

  it('never throws and never leaves its range, whatever came', () => {
    const inner = mutated(JSON.stringify({ estimates: three })).map((changed) =>
      message({ content: [{ type: 'text', text: changed }] }),
    );
    const fuzz = fc.oneof(
      fc.string(),
      fc.json(),
      mutated(message()),
      inner,
      fc.constantFrom(...hostileBodies),
      fc
        .constantFrom(...hostileBodies)
        .map((body) => message({ content: [{ type: 'text', text: body }] })),
    );
    fc.assert(
      fc.property(fuzz, fc.constantFrom<Variant>('status_quo', 'negated'), (body, variant) => {
        for (const value of read(body, variant))
          if (typeof value === 'number') expect(value >= 0 && value <= 1).toBe(true);
          else expect(value).toMatch(/^[a-z_]+$/);
      }),
      { numRuns: 1_000 },
    );
  });
});
