import type { FillEstimate } from '../backtest/job.js';
import { type Candidate, candidatesOf, settingsOf } from './candidates.js';
import type { NamedJob } from './executor.js';
import { clipped, type Fold, foldsOf } from './folds.js';
import type { JobOutcome, Span } from './job.js';
import { jobIdOf } from './job.js';
import type { RecordingContent } from './recording-content.js';
import { byScore, scoreOf } from './score.js';
import type { SweepSpec } from './spec.js';

export type Part = 'train' | 'test';

/** A job with what it is for. */
export type PlannedJob = NamedJob & {
  readonly candidate: Candidate;
  readonly fold: number;
  readonly part: Part;
  /** Of the part's time, 1 but in the early rungs of halving. */
  readonly share: number;
  readonly recording: RecordingContent;
};

export type Outcomes = (jobId: string) => JobOutcome | undefined;

/** What a sweep would run. Pure: jobs follow from the spec, the recordings and the outcomes so far, never from time. */
export class Plan {
  readonly candidates: readonly Candidate[];
  readonly folds: readonly Fold[];
  readonly spec: SweepSpec;
  private readonly recordings: readonly RecordingContent[];
  private readonly build: string;

  constructor(spec: SweepSpec, recordings: readonly RecordingContent[], build: string) {
    this.spec = spec;
    this.recordings = recordings;
    this.build = build;
    this.candidates = candidatesOf(spec);
    this.folds = foldsOf(wholeOf(recordings), spec.walkForward);
  }

  /** Shares of the time, rung by rung; the last sees everything. */
  get rungs(): readonly number[] {
    const { search } = this.spec;
    if (search.kind !== 'halving') return [1];
    const shares: number[] = [];
    for (let share = search.firstShare; share < 1; share *= search.eta) shares.push(share);
    return [...shares, 1];
  }

  /** The candidates that are in rung `rung`, from the outcomes of the rungs before it. */
  survivors(rung: number, outcomes: Outcomes): readonly Candidate[] {
    const { search } = this.spec;
    let left = this.candidates;
    if (search.kind !== 'halving') return left;
    for (const share of this.rungs.slice(0, rung)) {
      const scored = left
        .map((candidate) => ({
          candidate,
          index: candidate.index,
          score: this.trainScore(candidate, share, outcomes),
        }))
        .sort(byScore);
      left = scored
        .slice(0, Math.ceil(scored.length / search.eta))
        .map(({ candidate }) => candidate);
    }
    return left;
  }

  /** The jobs of a rung; those of the last also score out of sample. */
  jobs(rung: number, outcomes: Outcomes): readonly PlannedJob[] {
    const share = this.rungs[rung] ?? 1;
    const isLast = rung === this.rungs.length - 1;
    return this.survivors(rung, outcomes).flatMap((candidate) => [
      ...this.jobsOf(candidate, 'train', share),
      ...(isLast ? this.jobsOf(candidate, 'test', 1) : []),
    ]);
  }

  /** Over all folds and recordings, in every fill estimate of the spec. */
  jobsOf(candidate: Candidate, part: Part, share: number): readonly PlannedJob[] {
    return this.folds.flatMap((fold, index) => {
      const span = fold[part];
      if (span === null) return [];
      return this.recordings.flatMap((recording) => {
        const its = clipped(recording.span, span, share);
        if (its === null) return [];
        return this.spec.fills.map((fills) =>
          this.planned(candidate, { fold: index, part, share, recording, fills, span: its }),
        );
      });
    });
  }

  private planned(
    candidate: Candidate,
    {
      fills,
      span,
      ...rest
    }: Omit<PlannedJob, keyof NamedJob | 'candidate'> & {
      readonly fills: FillEstimate;
      readonly span: Span;
    },
  ): PlannedJob {
    const job = {
      settings: settingsOf(this.spec, candidate),
      recording: rest.recording.hash,
      build: this.build,
      seed: this.spec.seed,
      fills,
      span,
    };
    return { jobId: jobIdOf(job), job, candidate, ...rest };
  }

  private trainScore(candidate: Candidate, share: number, outcomes: Outcomes): number | null {
    const jobs = this.jobsOf(candidate, 'train', share);
    return scoreOf(this.scored(jobs, outcomes), this.spec.objective);
  }

  /** The outcomes the objective looks at. */
  scored(jobs: readonly PlannedJob[], outcomes: Outcomes): readonly (JobOutcome | undefined)[] {
    const { fills } = this.spec.objective;
    return jobs.filter(({ job }) => job.fills === fills).map(({ jobId }) => outcomes(jobId));
  }
}

const wholeOf = (recordings: readonly RecordingContent[]): Span => ({
  fromMs: Math.min(...recordings.map(({ span }) => span.fromMs)),
  toMs: Math.max(...recordings.map(({ span }) => span.toMs)),
});
