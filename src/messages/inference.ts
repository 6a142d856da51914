import type { TokenUsage } from '../domain/inference-prices.js';
import type { CallId, DurationMs, Micros, Probability, Ticker } from '../domain/units.js';

/** One question to Claude, priced before it is asked. streams → executor → shell. */
export type InferenceCall = {
  readonly callId: CallId;
  readonly model: string;
  /** The markets it asks about. */
  readonly tickers: readonly Ticker[];
  /** The JSON that is sent, to the byte. */
  readonly body: string;
  /** Most that one attempt can cost. */
  readonly maxCost: Micros;
};

/** Why an estimate has no weight, or why there is none. */
export type JudgementRefusal =
  /** Nobody asked: no key, no money, not this window's turn, or a specialist knows better. */
  | 'not_asked'
  /** The market's own texts try to give orders (VALUATION §8-3): it is not asked about. */
  | 'text_flagged'
  /** Title, rules or fields contradict each other, or are missing. */
  | 'text_unusable'
  | 'model_refused'
  | 'answer_cut'
  | 'answer_unreadable'
  /** No estimate for this market, more than one, or one for a market nobody asked about. */
  | 'answer_mismatch'
  | 'out_of_range'
  | 'unknown_evidence'
  | 'rules_ambiguous'
  /** The samples disagree by more than a quarter, or the negated question does not add up. */
  | 'samples_disagree'
  | 'canary_leaked';

/** What Claude thinks of a market, over all samples of one content. */
export type Judgement = {
  readonly p: Probability;
  /** Standard deviation of `p`: dispersion of the samples, and what one sample hides. */
  readonly sigma: number;
  readonly samples: number;
};

/** What a valuation may use of it, with its age in real milliseconds. Exactly one of the first two is null. */
export type MarketJudgement = {
  readonly judgement: Judgement | null;
  readonly refusal: JudgementRefusal | null;
  readonly ageMs: DurationMs | null;
};

/** What is known of a market that nobody asked Claude about. */
export const noJudgement: MarketJudgement = { judgement: null, refusal: 'not_asked', ageMs: null };

/** Why a question is not asked. */
export type InferenceRefusal =
  /** A latch, a drain or a dead disk: no bet could follow. */
  | 'trading_held'
  | 'model_unchecked'
  | 'model_unusable'
  /** The provider refused the key, the account or the payment. */
  | 'provider_refused'
  | 'reserve_drained'
  | 'daily_cap';

/** What the provider charges for, as its answer says. */
export type InferenceBill = {
  readonly messageId: string;
  readonly model: string;
  readonly usage: TokenUsage;
};

/** What became of a question, once its bill is booked. */
export type InferenceReply =
  | { readonly kind: 'answered'; readonly body: string }
  | { readonly kind: 'failed'; readonly code: string; readonly detail: string }
  | { readonly kind: 'refused'; readonly code: InferenceRefusal };
