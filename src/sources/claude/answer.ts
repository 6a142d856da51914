import type { TokenUsage } from '../../domain/inference-prices.js';
import { err, ok, type Result } from '../../domain/result.js';
import type { Probability, Ticker } from '../../domain/units.js';
import { limits } from '../../limits.js';
import type { InferenceBill, JudgementRefusal } from '../../messages/inference.js';
import { canonicalText } from './canonical-text.js';
import type { Question } from './questions.js';
import { canary } from './system-prompt.js';
import type { Variant } from './variants.js';

/** What one sample says of a market. Probabilities are of YES, whichever way the sample was asked. */
export type Estimate = {
  readonly p: Probability;
  readonly baseRate: Probability;
  readonly rulesAmbiguity: number;
  /** For the record only: never parsed, never asked again. */
  readonly keyUncertainty: string;
  readonly evidenceIds: readonly string[];
};

/** Rules that leave more than this open are no basis for a bet (VALUATION §4.2-7). */
const ambiguityMax = 0.3;

type Fields = Readonly<Record<string, unknown>>;

const fieldsOf = (value: unknown): Fields | null =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : null;

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** More tokens than any context window holds are not a count. */
const tokensMax = 100_000_000;
/** Absent is none; anything but a count is NaN. */
const tokens = (value: unknown): number => {
  if (value === undefined || value === null) return 0;
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= tokensMax
    ? Number(value)
    : Number.NaN;
};

/**
 * The bill of a message, read from its body before and apart from the answer; null without a whole one. Tokens written
 * to the cache for an unknown time count as the dearer kind. Never throws.
 */
export function billOf(body: string): InferenceBill | null {
  const message = fieldsOf(parsed(body));
  const usage = fieldsOf(message?.['usage']);
  if (message === null || usage === null) return null;
  const { id, model } = message;
  if (typeof id !== 'string' || typeof model !== 'string' || id === '' || model === '') return null;
  if (usage['input_tokens'] == null || usage['output_tokens'] == null) return null;
  const written = fieldsOf(usage['cache_creation']);
  const cacheWrite5m = tokens(written?.['ephemeral_5m_input_tokens']);
  const cacheWrite1h = tokens(written?.['ephemeral_1h_input_tokens']);
  const writes = tokens(usage['cache_creation_input_tokens']);
  const counted: TokenUsage = {
    input: tokens(usage['input_tokens']),
    output: tokens(usage['output_tokens']),
    cacheWrite5m,
    cacheWrite1h: Math.max(cacheWrite1h, writes - cacheWrite5m),
    cacheRead: tokens(usage['cache_read_input_tokens']),
  };
  return Object.values(counted).every((count) => count >= 0)
    ? { messageId: id, model, usage: counted }
    : null;
}

/**
 * What a message says of every market it was asked about; each has an entry. One market's nonsense costs no other
 * market anything; what puts the whole message in doubt refuses all. Never throws.
 */
export function readAnswer(
  body: string,
  asked: readonly Question[],
  variant: Variant,
  nonce: string,
): ReadonlyMap<Ticker, Result<Estimate, JudgementRefusal>> {
  const entries = entriesOf(body, nonce);
  return new Map(
    asked.map((question) => [
      question.ticker,
      entries.ok ? estimateOf(entries.value, question, variant) : entries,
    ]),
  );
}

function entriesOf(body: string, nonce: string): Result<readonly Fields[], JudgementRefusal> {
  const leaks = (text: string): boolean => text.includes(canary) || text.includes(nonce);
  if (leaks(body)) return err('canary_leaked');
  const message = fieldsOf(parsed(body));
  switch (message?.['stop_reason']) {
    case 'end_turn':
      break;
    case 'refusal':
      return err('model_refused');
    case 'max_tokens':
    case 'model_context_window_exceeded':
      return err('answer_cut');
    default:
      return err('answer_unreadable');
  }
  const text = textOf(message?.['content']);
  if (text === null) return err('answer_unreadable');
  const estimates = fieldsOf(parsed(text))?.['estimates'];
  if (!Array.isArray(estimates)) return err(leaks(text) ? 'canary_leaked' : 'answer_unreadable');
  const entries = estimates.map(fieldsOf).filter((entry) => entry !== null);
  // Twice escaped, it is in neither of the texts above.
  const words = entries.map(({ key_uncertainty: word }) => word);
  const isLeak = [text, ...words].some((word) => typeof word === 'string' && leaks(word));
  return isLeak ? err('canary_leaked') : ok(entries);
}

/** The answer among blocks of thinking; null when there is none, or a block of another kind. */
function textOf(content: unknown): string | null {
  if (!Array.isArray(content)) return null;
  const texts: string[] = [];
  for (const value of content) {
    const block = fieldsOf(value);
    if (block?.['type'] === 'text' && typeof block['text'] === 'string') texts.push(block['text']);
    else if (block?.['type'] !== 'thinking') return null;
  }
  return texts.length === 0 ? null : texts.join('');
}

function estimateOf(
  entries: readonly Fields[],
  { ticker, content }: Question,
  variant: Variant,
): Result<Estimate, JudgementRefusal> {
  const [entry, other] = entries.filter(({ id }) => id === ticker);
  if (entry === undefined || other !== undefined) return err('answer_mismatch');
  const p = share(entry['p']);
  const baseRate = share(entry['base_rate']);
  const rulesAmbiguity = share(entry['rules_ambiguity']);
  if (p === null || baseRate === null || rulesAmbiguity === null) return err('out_of_range');
  const { key_uncertainty: uncertainty, evidence_ids: evidence } = entry;
  if (typeof uncertainty !== 'string' || !Array.isArray(evidence)) return err('answer_unreadable');
  const evidenceIds = evidence.filter((id) => content.notes.some((note) => note.id === id));
  if (evidenceIds.length !== evidence.length) return err('unknown_evidence');
  if (!(rulesAmbiguity <= ambiguityMax)) return err('rules_ambiguous');
  const ofYes = (value: Probability): Probability =>
    (variant === 'negated' ? 1 - value : value) as Probability;
  return ok({
    p: ofYes(p),
    baseRate: ofYes(baseRate),
    rulesAmbiguity,
    keyUncertainty: canonicalText(uncertainty, limits.answerTextCharsMax),
    evidenceIds,
  });
}

const share = (value: unknown): Probability | null =>
  typeof value === 'number' && value >= 0 && value <= 1 ? (value as Probability) : null;
