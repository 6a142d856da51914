import type { FillEstimate } from '../backtest/job.js';
import type { Candidate } from './candidates.js';
import type { JobFailure, JobOutcome } from './job.js';
import type { Outcomes, Part, Plan } from './plan.js';
import { byScore, scoreOf } from './score.js';

/** One candidate of a finished sweep. */
export type Row = {
  readonly rank: number;
  readonly index: number;
  readonly settings: Readonly<Record<string, string>>;
  /** The share of the training time it saw: below 1 when it was dropped on the way. */
  readonly share: number;
  /** Micro-dollars by the objective, over all folds; null when a job failed, or nothing was held back. */
  readonly inSampleMicros: number | null;
  readonly outOfSampleMicros: number | null;
  /** Marked PnL in sample, by fill estimate. */
  readonly pnlMicros: Readonly<Partial<Record<FillEstimate, number>>>;
  /** In sample, by the objective's estimate: the largest of any job, and sums. */
  readonly drawdownMicros: number;
  readonly orders: number;
  readonly settled: number;
  /** The first job of it that failed. */
  readonly failure: JobFailure | null;
};

/** Who wins in the training of a fold, and what that is worth after it. */
export type FoldRow = {
  readonly fold: number;
  readonly train: { readonly fromMs: number; readonly toMs: number };
  readonly test: { readonly fromMs: number; readonly toMs: number } | null;
  /** Index of the candidate; null when none could be scored. */
  readonly winner: number | null;
  readonly inSampleMicros: number | null;
  readonly outOfSampleMicros: number | null;
};

/** All candidates: those that saw everything first, best in sample first. Never ordered by what is out of sample. */
export function rowsOf(plan: Plan, outcomes: Outcomes): readonly Row[] {
  const { rungs } = plan;
  const seen = new Set<number>();
  const rows: Omit<Row, 'rank'>[] = [];
  for (let rung = rungs.length - 1; rung >= 0; rung -= 1) {
    const dropped = plan.survivors(rung, outcomes).filter(({ index }) => !seen.has(index));
    for (const { index } of dropped) seen.add(index);
    const share = rungs[rung] ?? 1;
    const its = dropped.map((candidate) => rowOf(plan, outcomes, candidate, share));
    rows.push(
      ...its
        .map((row) => ({ row, index: row.index, score: row.inSampleMicros }))
        .sort(byScore)
        .map(({ row }) => row),
    );
  }
  return rows.map((row, at) => ({ rank: at + 1, ...row }));
}

function rowOf(
  plan: Plan,
  outcomes: Outcomes,
  candidate: Candidate,
  share: number,
): Omit<Row, 'rank'> {
  const { objective, fills } = plan.spec;
  const train = plan.jobsOf(candidate, 'train', share);
  const test = share === 1 ? plan.jobsOf(candidate, 'test', 1) : [];
  const looked = plan.scored(train, outcomes);
  const totals = looked.flatMap((outcome) => (outcome?.ok === true ? [outcome.totals] : []));
  const sum = (of: (one: (typeof totals)[number]) => number): number =>
    totals.reduce((all, one) => all + of(one), 0);
  const failed = [...train, ...test]
    .map(({ jobId }) => outcomes(jobId))
    .find((outcome) => outcome?.ok === false) as Extract<JobOutcome, { ok: false }> | undefined;
  return {
    index: candidate.index,
    settings: candidate.varied,
    share,
    inSampleMicros: scoreOf(looked, objective),
    outOfSampleMicros: scoreOf(plan.scored(test, outcomes), objective),
    pnlMicros: Object.fromEntries(
      fills.map((estimate) => [
        estimate,
        train
          .filter(({ job }) => job.fills === estimate)
          .reduce((all, { jobId }) => {
            const outcome = outcomes(jobId);
            return all + (outcome?.ok === true ? outcome.totals.markedPnlMicros : 0);
          }, 0),
      ]),
    ),
    drawdownMicros: Math.max(0, ...totals.map((one) => one.maxDrawdownMicros)),
    orders: sum((one) => one.orders.submitted),
    settled: sum((one) => one.settled),
    failure: failed?.failure ?? null,
  };
}

/** The walk forward: in each fold the best of its own training, and only then its test. */
export function foldRowsOf(plan: Plan, outcomes: Outcomes): readonly FoldRow[] {
  const finalists = plan.survivors(plan.rungs.length - 1, outcomes);
  return plan.folds.map(({ train, test }, fold) => {
    const score = (candidate: Candidate, part: Part): number | null =>
      scoreOf(
        plan.scored(
          plan.jobsOf(candidate, part, 1).filter((job) => job.fold === fold),
          outcomes,
        ),
        plan.spec.objective,
      );
    const [best] = finalists
      .map((candidate) => ({ candidate, index: candidate.index, score: score(candidate, 'train') }))
      .sort(byScore);
    const isScored = best !== undefined && best.score !== null;
    return {
      fold: fold + 1,
      train,
      test,
      winner: isScored ? best.index : null,
      inSampleMicros: isScored ? best.score : null,
      outOfSampleMicros: isScored ? score(best.candidate, 'test') : null,
    };
  });
}
