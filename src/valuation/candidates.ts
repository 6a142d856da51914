import type { RefusalCode, ValuationSettings } from '../messages/valuation.js';
import type { Valued } from './value-one.js';

/** How a market came to be worth an allocation, and the edge its order has to keep. */
export type Candidate = {
  /** Place in the job. */
  readonly index: number;
  readonly reason: 'taken' | 'backfill' | 'forced_test';
  readonly threshold: number;
};

export type Candidates = {
  /** Best first. */
  readonly ranked: readonly Candidate[];
  /** One per market of the job; null for candidates. */
  readonly refusals: readonly (RefusalCode | null)[];
};

type Named = { readonly ticker: string };

/**
 * Who is considered, best first by edge × confidence, ties by ticker.
 *
 * A market's threshold makes it a candidate; when candidates are fewer than wanted, the best of the rest over the fallback
 * threshold fill up; whatever lies below the absolute minimum is refused all the same. An edge above the maximum is a suspected error
 * of ours. When nobody is left and a test candidate is asked for, the best tradable market stands in, whatever its edge.
 */
export function candidatesOf(
  valued: readonly Valued[],
  names: readonly Named[],
  settings: ValuationSettings,
): Candidates {
  const { fallbackThreshold, minEdge, maxEdge, minCandidates } = settings;
  const refusals: (RefusalCode | null)[] = valued.map(
    (one) => one.refused ?? implausible(one, maxEdge),
  );
  const open = valued.map((_, index) => index).filter((index) => refusals[index] === null);
  const score = (index: number): number => {
    const one = valued[index];
    return one?.best == null ? Number.NEGATIVE_INFINITY : one.best.edge * one.confidence;
  };
  const nameOf = (index: number): string => names[index]?.ticker ?? '';
  open.sort((a, b) => score(b) - score(a) || (nameOf(a) < nameOf(b) ? -1 : 1));
  const edgeOf = (index: number): number => valued[index]?.best?.edge ?? Number.NaN;

  const chosen = new Map<number, Candidate>();
  for (const index of open) {
    const threshold = valued[index]?.threshold ?? Number.NaN;
    if (edgeOf(index) >= threshold)
      chosen.set(index, { index, reason: 'taken', threshold: Math.max(threshold, minEdge) });
  }
  for (const index of open) {
    if (!(chosen.size < minCandidates)) break;
    if (!chosen.has(index) && edgeOf(index) >= fallbackThreshold)
      chosen.set(index, {
        index,
        reason: 'backfill',
        threshold: Math.max(fallbackThreshold, minEdge),
      });
  }
  const ranked: Candidate[] = [];
  for (const index of open) {
    const candidate = chosen.get(index);
    if (candidate === undefined) refusals[index] = 'below_threshold';
    else if (!(edgeOf(index) >= minEdge)) refusals[index] = 'below_min_edge';
    else ranked.push(candidate);
  }
  const [first] = bestFirst(open, edgeOf, nameOf);
  if (ranked.length === 0 && settings.forceTestCandidate && first !== undefined) {
    refusals[first] = null;
    ranked.push({ index: first, reason: 'forced_test', threshold: Number.NEGATIVE_INFINITY });
  }
  return { ranked, refusals };
}

/** Confidence is 0 for all without an edge, so a stand-in is the one that loses least. */
function bestFirst(
  open: readonly number[],
  edgeOf: (index: number) => number,
  nameOf: (index: number) => string,
): readonly number[] {
  return [...open].sort((a, b) => edgeOf(b) - edgeOf(a) || (nameOf(a) < nameOf(b) ? -1 : 1));
}

function implausible({ best }: Valued, maxEdge: number): RefusalCode | null {
  return best !== null && best.edge <= maxEdge ? null : 'edge_implausible';
}
