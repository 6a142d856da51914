import type { JobOutcome, JobTotals } from './job.js';
import type { Objective } from './spec.js';

/**
 * What a candidate came to over some jobs, in micro-dollars: PnL minus a share of the largest drawdown, summed over the
 * jobs. Null when one of them failed: half a sum compares with nothing.
 */
export function scoreOf(
  outcomes: readonly (JobOutcome | undefined)[],
  objective: Objective,
): number | null {
  let sum = 0;
  for (const outcome of outcomes) {
    if (outcome?.ok !== true) return null;
    sum += scoreOne(outcome.totals, objective);
  }
  return outcomes.length === 0 ? null : sum;
}

const scoreOne = (totals: JobTotals, { pnl, drawdownPenalty }: Objective): number =>
  (pnl === 'marked' ? totals.markedPnlMicros : totals.realizedPnlMicros) -
  Math.round(drawdownPenalty * totals.maxDrawdownMicros);

/** Best first: higher scores, then whoever was made earlier; without a score last. Depends on nothing else. */
export const byScore = <Scored extends { readonly score: number | null; readonly index: number }>(
  left: Scored,
  right: Scored,
): number =>
  left.score === right.score
    ? left.index - right.index
    : left.score === null
      ? 1
      : right.score === null
        ? -1
        : right.score - left.score;
