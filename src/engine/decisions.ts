import { createHash } from 'node:crypto';
import { type Canonical, canonical, nano } from '../domain/canonical.js';
import { recordText } from '../domain/chain.js';
import type { LedgerRecord } from '../domain/records.js';
import type { Effect, EffectRequest } from '../messages/effect.js';
import type { Intent } from '../messages/intent.js';
import type { Verdict } from '../messages/valuation.js';

const nanoOrNull = (value: number | null): number | null => (value === null ? null : nano(value));

/** A verdict as it is hashed and kept: probabilities in 1e-9. */
export const verdictLine = (verdict: Verdict): Canonical => ({
  ticker: verdict.ticker,
  side: verdict.side,
  model: verdict.model,
  fair: nanoOrNull(verdict.fair),
  sigma: nanoOrNull(verdict.sigma),
  mid2: verdict.mid2,
  cost: nanoOrNull(verdict.cost),
  edge: nanoOrNull(verdict.edge),
  threshold: nanoOrNull(verdict.threshold),
  confidence: nanoOrNull(verdict.confidence),
  kelly: nanoOrNull(verdict.kelly),
  fraction: nano(verdict.fraction),
  taken: verdict.taken,
  reason: verdict.reason,
  word: verdict.word && { ...verdict.word, p: nano(verdict.word.p) },
  noSignal: verdict.noSignal,
  quoteAgeMs: verdict.quoteAgeMs,
  volume24h: verdict.volume24h,
  vertical: verdict.vertical,
});

const intentLine = (intent: Intent): Canonical => ({
  ...intent,
  fair: nano(intent.fair),
  edge: nano(intent.edge),
});

/** Hears each line as it is hashed. `of` gives the text whose hash stands in it, null where there is none to keep. */
export type HearDecision = (line: string, of: () => string | null) => void;

/**
 * `decisionsHash`: SHA-256 over one canonical line for every verdict, intent, order step and effect, in the order they
 * were made. Two runs with the same hash decided the same things.
 */
export class Decisions {
  private readonly hash = createHash('sha256');
  private readonly hear: HearDecision;

  constructor(hear: HearDecision = () => {}) {
    this.hear = hear;
  }

  verdict(cycle: number, verdict: Verdict): void {
    this.line({ verdict: verdictLine(verdict), cycle });
  }

  intent(intent: Intent): void {
    this.line({ intent: intentLine(intent) });
  }

  /** A ledger record: every order step is one. Its hash stands for its bytes. */
  record(record: LedgerRecord): void {
    this.line({ record: record.seq, hash: record.hash }, () => recordText(record));
  }

  effect(effect: Effect): void {
    const { id, hash, request } = effect;
    this.line({ effect: id, kind: request.kind, hash }, () => requestText(request));
  }

  /** The hash so far, 64 hex digits. */
  digest(): string {
    return this.hash.copy().digest('hex');
  }

  private line(value: Canonical, of: () => string | null = nothing): void {
    const line = canonical(value);
    this.hash.update(`${line}\n`);
    this.hear(line, of);
  }
}

const nothing = (): null => null;

/**
 * What an effect asks for, as it is hashed. Not of evidence, whose address may hold a key, and not of a valuation, which
 * is ten times all other decisions together and follows from the inputs alone.
 */
const requestText = (request: EffectRequest): string | null =>
  request.kind === 'evidence' || request.kind === 'value' ? null : JSON.stringify(request);
