import { createHash } from 'node:crypto';
import { type Canonical, canonical, nano } from '../domain/canonical.js';
import type { Effect } from '../messages/effect.js';
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

/**
 * `decisionsHash`: SHA-256 over one canonical line for every verdict, intent, order step and effect, in the order they
 * were made. Two runs with the same hash decided the same things.
 */
export class Decisions {
  private readonly hash = createHash('sha256');

  verdict(cycle: number, verdict: Verdict): void {
    this.line({ verdict: verdictLine(verdict), cycle });
  }

  intent(intent: Intent): void {
    this.line({ intent: intentLine(intent) });
  }

  /** A ledger record: every order step is one. Its hash stands for its bytes. */
  record(seq: number, recordHash: string): void {
    this.line({ record: seq, hash: recordHash });
  }

  effect(effect: Effect): void {
    this.line({ effect: effect.id, kind: effect.request.kind, hash: effect.hash });
  }

  /** The hash so far, 64 hex digits. */
  digest(): string {
    return this.hash.copy().digest('hex');
  }

  private line(value: Canonical): void {
    this.hash.update(`${canonical(value)}\n`);
  }
}
