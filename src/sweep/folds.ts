import type { Span } from './job.js';
import type { WalkForward } from './spec.js';

/** Where a winner is chosen, and where it is scored: always later, never overlapping. `test` null: nothing is held back. */
export type Fold = { readonly train: Span; readonly test: Span | null };

/**
 * Cuts the time of all recordings into folds: the last `testShare` of it makes the tests, in equal parts one after the
 * other; each is preceded by its training, from the beginning (`expanding`) or of the first one's length (`rolling`).
 */
export function foldsOf(whole: Span, walkForward: WalkForward | null): readonly Fold[] {
  if (walkForward === null) return [{ train: whole, test: null }];
  const { testShare, folds, window } = walkForward;
  const lengthMs = whole.toMs + 1 - whole.fromMs;
  const trainMs = Math.floor(lengthMs * (1 - testShare));
  const cut = (fold: number): number =>
    whole.fromMs + trainMs + Math.floor(((lengthMs - trainMs) * fold) / folds);
  return Array.from({ length: folds }, (_, fold) => ({
    train: {
      fromMs: window === 'rolling' ? cut(fold) - trainMs : whole.fromMs,
      toMs: cut(fold) - 1,
    },
    test: { fromMs: cut(fold), toMs: cut(fold + 1) - 1 },
  }));
}

/** The part of `span` that a recording covers, and of that the first `share`; null when it has none of it. */
export function clipped(recording: Span, span: Span, share = 1): Span | null {
  const fromMs = Math.max(recording.fromMs, span.fromMs);
  const toMs = Math.min(recording.toMs, span.toMs);
  if (!(fromMs <= toMs)) return null;
  return share === 1
    ? { fromMs, toMs }
    : { fromMs, toMs: fromMs + Math.max(0, Math.ceil((toMs + 1 - fromMs) * share) - 1) };
}
