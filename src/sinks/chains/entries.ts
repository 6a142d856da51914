import type { CallId, EpochMs, Ticker } from '../../domain/units.js';
import { limits } from '../../limits.js';
import type { CallAt, ChainEntry } from '../../messages/chain-line.js';
import type { MarketJudgement } from '../../messages/inference.js';
import type { Step } from '../../messages/step.js';
import type { ValuationJob } from '../../messages/valuation.js';
import { Turns } from '../turns.js';

export type ChainSource = {
  readonly run: () => number;
  /** Market ms per real ms. */
  readonly speed: number;
};

type Heard = CallAt & { readonly askedAt: EpochMs };

/**
 * Reads from the steps what chains are made of. Keeps references only, of the last few windows; nothing is worked out here,
 * for it runs between a decision and its order.
 */
export class ChainEntries {
  private readonly source: ChainSource;
  /** Newest valuation asked for, by cycle. */
  private readonly jobs = new Map<number, ValuationJob>();
  private readonly askedAt = new Map<CallId, EpochMs>();
  /** Answered questions by market, newest last. */
  private readonly answered = new Map<Ticker, readonly Heard[]>();
  private readonly turns = new Turns();
  private cycle = 0;

  constructor(source: ChainSource) {
    this.source = source;
  }

  hear(step: Step): ChainEntry | null {
    const { at } = step;
    const run = this.source.run();
    switch (step.kind) {
      case 'window':
        this.cycle = step.window.index;
        return null;
      case 'effect': {
        const { request } = step.effect;
        // A preview of a window comes before its valuation: the last one counts.
        if (request.kind === 'value') bounded(this.jobs, request.job.cycle, request.job, jobsMax);
        else if (request.kind === 'infer')
          bounded(this.askedAt, request.call.callId, at, limits.chainCallsKeptMax);
        return null;
      }
      case 'cycle': {
        const { cycle } = step.report;
        const job = this.jobs.get(cycle);
        if (job === undefined) return null;
        return { kind: 'window', run, cycle, at: job.at, job, calls: this.callsIn(job) };
      }
      case 'intent': {
        const { intent, basis, clientOrderId, refusal } = step;
        const { cycle, ticker } = intent;
        const by = refusal === null ? null : 'executor';
        const told = { run, cycle, at, ticker, intent, clientOrderId, refusal, by } as const;
        return this.decided(told, basis);
      }
      case 'intent_refused': {
        const { cycle, ticker, code: refusal, basis } = step;
        const answer = { intent: null, clientOrderId: null, refusal, by: 'second_look' } as const;
        return this.decided({ run, cycle, at, ticker, ...answer }, basis);
      }
      case 'judged': {
        const { call, reply } = step;
        const { callId, model, tickers, body: request, maxCost } = call;
        const askedAt = this.askedAt.get(callId) ?? at;
        this.askedAt.delete(callId);
        // One that was refused was never asked.
        if (reply.kind === 'refused') return null;
        const { cycle } = this;
        for (const ticker of tickers) this.answeredAbout(ticker, { callId, cycle, askedAt });
        return {
          kind: 'call',
          run,
          cycle,
          at,
          callId,
          askedAt,
          model,
          tickers,
          request,
          maxCost,
          answer: reply.kind === 'answered' ? reply.body : null,
          failure: reply.kind === 'failed' ? `${reply.code}: ${reply.detail}` : null,
        };
      }
      default:
        return null;
    }
  }

  private decided(
    told: Omit<Extract<ChainEntry, { kind: 'look' }>, 'kind' | 'book' | 'market' | 'settings'>,
    basis: Extract<Step, { kind: 'intent_refused' }>['basis'],
  ): ChainEntry {
    if (basis?.kind === 'repriced') {
      const { question } = basis;
      const { ticker, ...rest } = told;
      const { cycle } = rest;
      const n = this.turns.next(cycle, ticker);
      const calls = this.callsOf(ticker, question.selected.judgement, question.at);
      return { kind: 'repriced', ...rest, n, question, calls };
    }
    const job = this.jobs.get(told.cycle);
    const selected = job?.markets.find(({ market }) => market.ticker === told.ticker);
    return {
      kind: 'look',
      ...told,
      book: basis?.book ?? null,
      market: selected?.market ?? null,
      settings: job?.settings ?? null,
    };
  }

  private answeredAbout(ticker: Ticker, heard: Heard): void {
    const before = this.answered.get(ticker) ?? [];
    this.answered.delete(ticker);
    const next = [...before, heard].slice(-limits.chainCallsPerMarketMax);
    bounded(this.answered, ticker, next, limits.chainCallsKeptMax);
  }

  private callsIn({ markets, at }: ValuationJob): Readonly<Record<Ticker, readonly CallAt[]>> {
    const calls: Record<Ticker, readonly CallAt[]> = {};
    for (const { market, judgement } of markets) {
      const of = this.callsOf(market.ticker, judgement, at);
      if (of.length > 0) calls[market.ticker] = of;
    }
    return calls;
  }

  /** What was asked since the oldest sample of an estimate. */
  private callsOf(ticker: Ticker, { ageMs }: MarketJudgement, at: EpochMs): readonly CallAt[] {
    if (ageMs === null) return [];
    // The age is rounded.
    const oldest = at - (ageMs + 1) * this.source.speed;
    return (this.answered.get(ticker) ?? [])
      .filter(({ askedAt }) => askedAt >= oldest)
      .map(({ callId, cycle }) => ({ callId, cycle }));
  }
}

/** Windows whose bets may still be looked at again. */
const jobsMax = 3;

function bounded<Key, Value>(map: Map<Key, Value>, key: Key, value: Value, max: number): void {
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > max && oldest !== undefined) map.delete(oldest);
}
