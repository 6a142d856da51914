import { deriveCallId } from '../domain/chain.js';
import { maxCostOf, priceOf } from '../domain/inference-prices.js';
import type { ListedMarket } from '../domain/market.js';
import type { Result } from '../domain/result.js';
import { type CallId, dollar, durationMs, type EpochMs } from '../domain/units.js';
import { limits } from '../limits.js';
import type {
  InferenceCall,
  InferenceReply,
  JudgementRefusal,
  MarketJudgement,
} from '../messages/inference.js';
import { noJudgement } from '../messages/inference.js';
import type { SelectedMarket } from '../messages/window.js';
import { type Estimate, readAnswer } from '../sources/claude/answer.js';
import { judgementOf } from '../sources/claude/ensemble.js';
import { contentKey, type Question, questionOf } from '../sources/claude/questions.js';
import { batchesOf, maxTokensFor, messagesBody, nonceFor } from '../sources/claude/request.js';
import { type Variant, variants } from '../sources/claude/variants.js';
import type { JudgementDesk } from '../streams/judgements.js';
import type { JobInputs } from '../streams/valuations.js';
import { isLeftToClaude } from '../valuation/opinion.js';
import { worthAsking } from '../valuation/worth-asking.js';
import { notesOf } from './claude-notes.js';

export type ClaudeDeskPorts = {
  readonly settings: () => {
    readonly model: string;
    readonly batchSize: number;
    readonly ensemble: number;
  };
  readonly jobInputs: () => JobInputs;
  /** What questions are named after. */
  readonly genesis: () => { readonly hash: string; readonly run: number };
  readonly speed: number;
};

/** What one phrasing of one content was answered. `at`: when it was asked, for nothing newer was told. */
type Sample = { readonly answer: Result<Estimate, JudgementRefusal>; readonly at: EpochMs };
type Asked = {
  readonly questions: readonly Question[];
  readonly variant: Variant;
  readonly nonce: string;
  readonly keys: readonly string[];
  readonly at: EpochMs;
};
type Open = { readonly question: Question; readonly worth: number };

/**
 * What Claude has been asked in this run and what it said, by content: a market whose texts and notes have not changed is
 * not asked about again for `judgementAgeMsMax`. Learns only from replies that came through the log.
 */
export class ClaudeDesk implements JudgementDesk {
  private readonly ports: ClaudeDeskPorts;
  private readonly samples = new Map<string, Sample>();
  private readonly asked = new Map<CallId, Asked>();
  private readonly underWay = new Set<string>();
  private readonly read = new WeakMap<
    ListedMarket,
    { readonly notes: string; readonly question: Result<Question, JudgementRefusal> }
  >();
  private count = 0;

  constructor(ports: ClaudeDeskPorts) {
    this.ports = ports;
  }

  readonly calls = (markets: readonly SelectedMarket[], at: EpochMs): readonly InferenceCall[] => {
    const { model, batchSize, ensemble } = this.ports.settings();
    const open = this.open(markets, at);
    return variants.slice(0, ensemble).flatMap((variant) => {
      const missing = open.filter(({ question }) =>
        this.lacks(contentKey(question, model, variant), at),
      );
      const worth = new Map(missing.map((one) => [one.question.ticker, one.worth]));
      const questions = missing.map(({ question }) => question);
      return batchesOf(questions, batchSize).flatMap((ranked) => {
        // Their rank comes from prices: within a request it would tell something of them.
        const batch = [...ranked].sort((a, b) => (a.ticker < b.ticker ? -1 : 1));
        const call = this.call(model, variant, batch, at);
        if (call === null) return [];
        // What the whole ensemble would earn has to pay for each of its questions.
        const earns = batch.reduce((sum, { ticker }) => sum + (worth.get(ticker) ?? 0), 0);
        if (!((earns * dollar) / ensemble > call.maxCost)) return [];
        return [this.take(call, model, variant, batch, at)];
      });
    });
  };

  readonly learn = (call: InferenceCall, reply: InferenceReply): void => {
    const asked = this.asked.get(call.callId);
    if (asked === undefined) return;
    this.asked.delete(call.callId);
    for (const key of asked.keys) this.underWay.delete(key);
    if (reply.kind !== 'answered') return;
    const answers = readAnswer(reply.body, asked.questions, asked.variant, asked.nonce);
    for (const [place, { ticker }] of asked.questions.entries()) {
      const answer = answers.get(ticker);
      const key = asked.keys[place];
      if (answer === undefined || key === undefined) continue;
      this.samples.delete(key);
      this.samples.set(key, { answer, at: asked.at });
    }
    for (const oldest of this.samples.keys()) {
      if (this.samples.size <= limits.judgementsKeptMax) break;
      this.samples.delete(oldest);
    }
  };

  readonly judgementOf = (selected: SelectedMarket, at: EpochMs): MarketJudgement => {
    const question = this.questionOf(selected, at);
    if (!question.ok) return { ...noJudgement, refusal: question.error };
    const { model, ensemble } = this.ports.settings();
    const told = variants.slice(0, ensemble).flatMap((variant) => {
      const sample = this.samples.get(contentKey(question.value, model, variant));
      return sample === undefined || this.isOld(sample, at) ? [] : [{ variant, ...sample }];
    });
    const good = told.flatMap(({ variant, answer }) =>
      answer.ok ? [{ variant, estimate: answer.value }] : [],
    );
    const refusal = told.find(({ answer }) => !answer.ok)?.answer;
    if (good.length === 0)
      return refusal === undefined || refusal.ok
        ? noJudgement
        : { ...noJudgement, refusal: refusal.error };
    const oldest = Math.min(...told.map((sample) => sample.at));
    const ageMs = durationMs(Math.max(0, Math.round((at - oldest) / this.ports.speed)));
    const judgement = judgementOf(good);
    return judgement.ok
      ? { judgement: judgement.value, refusal: null, ageMs }
      : { judgement: null, refusal: judgement.error, ageMs };
  };

  /** What may be asked about and could pay, the most promising first. */
  private open(markets: readonly SelectedMarket[], at: EpochMs): readonly Open[] {
    const { settings, blend, bankroll } = this.ports.jobInputs();
    const open: Open[] = [];
    for (const selected of markets) {
      if (!isLeftToClaude(selected, at)) continue;
      const worth = worthAsking(selected, settings, blend, bankroll, at);
      if (!(worth > 0)) continue;
      const question = questionOf(selected.market, notesOf(selected, at), at);
      if (question.ok) open.push({ question: question.value, worth });
    }
    return open.sort(
      (a, b) => b.worth - a.worth || (a.question.ticker < b.question.ticker ? -1 : 1),
    );
  }

  private call(
    model: string,
    variant: Variant,
    questions: readonly Question[],
    at: EpochMs,
  ): (InferenceCall & { readonly nonce: string }) | null {
    const price = priceOf(model, at);
    if (price === null) return null;
    const { hash, run } = this.ports.genesis();
    const callId = deriveCallId(hash, run, this.count + 1);
    // Nobody outside knows the ledger's first hash; 128 bits of what follows from it are as good as drawn.
    const nonce = nonceFor(`${hash} ${callId}`, questions);
    const maxTokens = maxTokensFor(questions.length);
    const effort = 'low';
    const body = messagesBody({ model, maxTokens, effort, variant, nonce, questions });
    const maxCost = maxCostOf(price, new TextEncoder().encode(body).length, maxTokens);
    return { callId, model, tickers: questions.map(({ ticker }) => ticker), body, maxCost, nonce };
  }

  private take(
    { nonce, ...call }: InferenceCall & { readonly nonce: string },
    model: string,
    variant: Variant,
    questions: readonly Question[],
    at: EpochMs,
  ): InferenceCall {
    this.count += 1;
    const keys = questions.map((question) => contentKey(question, model, variant));
    for (const key of keys) this.underWay.add(key);
    this.asked.set(call.callId, { questions, variant, nonce, keys, at });
    return call;
  }

  private lacks(key: string, at: EpochMs): boolean {
    if (this.underWay.has(key)) return false;
    const sample = this.samples.get(key);
    return sample === undefined || this.isOld(sample, at);
  }

  private isOld(sample: Sample, at: EpochMs): boolean {
    return !((at - sample.at) / this.ports.speed <= limits.judgementAgeMsMax);
  }

  /** Read once for as long as a market and its notes stay the same; the time left in it is that of the first look. */
  private questionOf(selected: SelectedMarket, at: EpochMs): Result<Question, JudgementRefusal> {
    const notes = notesOf(selected, at);
    const text = JSON.stringify(notes.map(({ id, text: said }) => [id, said]));
    const known = this.read.get(selected.market);
    if (known?.notes === text) return known.question;
    const question = questionOf(selected.market, notes, at);
    this.read.set(selected.market, { notes: text, question });
    return question;
  }
}
