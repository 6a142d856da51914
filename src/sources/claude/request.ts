import { zodOutputFormat } from '@anthropic-ai/sdk/helpers/zod';
import { z } from 'zod';
import { assert } from '../../domain/assert.js';
import { sha256 } from '../../domain/chain.js';
import { limits } from '../../limits.js';
import type { Question } from './questions.js';
import { systemPrompt } from './system-prompt.js';
import { closing, framings, type Variant } from './variants.js';

/** What the answer looks like. Its ranges are only told, not enforced: the reader checks them (VALUATION §6.3). */
const EstimatesJson = z.object({
  estimates: z.array(
    z.object({
      id: z.string(),
      p: z.number().min(0).max(1),
      base_rate: z.number().min(0).max(1),
      rules_ambiguity: z.number().min(0).max(1),
      key_uncertainty: z.string(),
      evidence_ids: z.array(z.string()),
    }),
  ),
});
const { type, schema } = zodOutputFormat(EstimatesJson);

/** Markup of the envelope has no other source than the envelope: in JSON, `<` can be written without itself. */
const encoded = (value: unknown): string =>
  JSON.stringify(value).replace(
    /[<>&]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

function block({ ticker, content, hoursLeft, noteAgesMinutes }: Question, nonce: string): string {
  const { title, yesMeans, rules, strike, closesAt, settlementSources, notes } = content;
  const shown = {
    title,
    yes_means: yesMeans,
    rules,
    strike,
    closes_at: closesAt,
    hours_left: hoursLeft,
    settlement_sources: settlementSources,
    notes: notes.map(({ id, source, text }, i) => ({
      id,
      source,
      age_minutes: noteAgesMinutes[i],
      text,
    })),
  };
  return `<untrusted id="${ticker}" nonce="${nonce}">\n${encoded(shown)}\n</untrusted>`;
}

/** 128 bits, hex, that follow from what names the call and occur in none of its questions. */
export function nonceFor(seed: string, questions: readonly Question[]): string {
  const texts = questions.map((question) => encoded(question));
  let nonce = sha256(seed).slice(0, 32);
  while (texts.some((text) => text.includes(nonce))) nonce = sha256(nonce).slice(0, 32);
  return nonce;
}

/** Output tokens that so many answers may need, thinking included. */
export const maxTokensFor = (questions: number): number =>
  Math.min(
    limits.inferenceTokensMax,
    limits.inferenceTokensBase + questions * limits.inferenceTokensPerQuestion,
  );

/**
 * The JSON text of a request to `/v1/messages`. What strangers wrote is in the user's turn only, JSON inside
 * `<untrusted>`. No tools, and no sampling parameters: this version of the API refuses those.
 */
export function messagesBody({
  model,
  maxTokens,
  effort,
  variant,
  nonce,
  questions,
}: {
  readonly model: string;
  readonly maxTokens: number;
  readonly effort: 'low' | 'medium' | 'high';
  readonly variant: Variant;
  readonly nonce: string;
  readonly questions: readonly Question[];
}): string {
  assert(/^[0-9a-f]{32}$/.test(nonce), 'a nonce is 32 hex digits');
  assert(questions.length > 0, 'a request asks something');
  assert(
    questions.every((question) => !encoded(question).includes(nonce)),
    'no question may hold the nonce of its own request',
  );
  const blocks = questions.map((question) => block(question, nonce));
  return JSON.stringify({
    model,
    max_tokens: maxTokens,
    system: [{ type: 'text', text: systemPrompt, cache_control: { type: 'ephemeral', ttl: '1h' } }],
    messages: [{ role: 'user', content: [framings[variant], ...blocks, closing].join('\n\n') }],
    output_config: { effort, format: { type, schema } },
  });
}

const anyNonce = '0'.repeat(32);

/** The questions in requests of at most so many, each within `limits.inferencePromptBytesMax` as sent; order kept. */
export function batchesOf(
  questions: readonly Question[],
  batchSize: number,
): readonly (readonly Question[])[] {
  const countMax = Math.max(1, Math.min(batchSize, limits.inferenceQuestionsMax));
  const batches: Question[][] = [];
  let bytes = 0;
  for (const question of questions) {
    const size = Buffer.byteLength(JSON.stringify(`${block(question, anyNonce)}\n\n`));
    const last = batches.at(-1);
    const fits =
      last !== undefined &&
      last.length < countMax &&
      bytes + size <= limits.inferencePromptBytesMax;
    if (fits) last.push(question);
    else batches.push([question]);
    bytes = fits ? bytes + size : size;
  }
  return batches;
}
