import {
  defaultIfEmpty,
  filter,
  map,
  type Observable,
  of,
  type SchedulerLike,
  takeLast,
} from 'rxjs';
import { epochMs, priceMax } from '../domain/units.js';
import type { FailureCode, Outcome } from '../messages/effect.js';
import type { Allocation, ValuationJob, ValuationResult } from '../messages/valuation.js';
import type { Selection } from '../messages/window.js';
import type { Ask } from './ask.js';
import { mapNewest } from './operators/map-newest.js';

/** What a job needs beside its markets, as it stands when the job starts. */
export type JobInputs = Pick<
  ValuationJob,
  'settings' | 'bankroll' | 'holdings' | 'barred' | 'blend'
>;

export type ValuationFailure = FailureCode | 'no_answer' | 'odd_answer';

/** What the pool said about one window, or why it said nothing. */
export type Valuation =
  | { readonly kind: 'valued'; readonly selection: Selection; readonly result: ValuationResult }
  | {
      readonly kind: 'failed';
      readonly selection: Selection;
      readonly code: ValuationFailure;
      readonly detail: string;
    };

/** Each selection's worth, from the pool. While one is being valued only the newest waits. */
export const valuations = (
  selections$: Observable<Selection>,
  ask: Ask,
  jobInputs: () => JobInputs,
  scheduler: SchedulerLike,
): Observable<Valuation> =>
  selections$.pipe(
    mapNewest((selection) => {
      const { markets, window } = selection;
      if (markets.length === 0) {
        return of<Valuation>({ kind: 'valued', selection, result: emptyResult(window.index) });
      }
      const at = epochMs(scheduler.now());
      const job: ValuationJob = { cycle: window.index, at, ...jobInputs(), markets };
      return ask({ kind: 'value', job }).pipe(
        filter((outcome) => outcome.kind !== 'end'),
        takeLast(1),
        defaultIfEmpty(null),
        map((outcome) => valuationOf(selection, job, outcome)),
      );
    }),
  );

const emptyResult = (cycle: number): ValuationResult => ({ cycle, verdicts: [], allocations: [] });

function valuationOf(selection: Selection, job: ValuationJob, outcome: Outcome | null): Valuation {
  const failed = (code: ValuationFailure, detail: string): Valuation => ({
    kind: 'failed',
    selection,
    code,
    detail,
  });
  if (outcome === null) return failed('no_answer', 'the pool answered nothing');
  if (outcome.kind === 'failed') return failed(outcome.code, outcome.detail);
  if (outcome.kind !== 'worker') return failed('odd_answer', `a ${outcome.kind} outcome`);
  if (!isResultOf(job, outcome.output)) {
    return failed('odd_answer', 'not the verdicts of this job, one for each market in order');
  }
  return { kind: 'valued', selection, result: outcome.output };
}

/** A worker is ours, but its answer came through a recording: what is not this job's is refused, not traded on. */
function isResultOf(job: ValuationJob, output: unknown): output is ValuationResult {
  if (typeof output !== 'object' || output === null) return false;
  const { cycle, verdicts, allocations } = output as Partial<ValuationResult>;
  if (cycle !== job.cycle || !Array.isArray(verdicts) || !Array.isArray(allocations)) return false;
  const tickers = job.markets.map(({ market }) => market.ticker);
  return (
    verdicts.length === tickers.length &&
    tickers.every((ticker, place) => verdicts[place]?.ticker === ticker) &&
    allocations.every((allocation) => tickers.includes(allocation?.ticker) && isSane(allocation))
  );
}

/** Numbers that can be reckoned with; whether they are a good bet is for others to say. */
const isSane = ({ fair, limit, count, worstCost }: Allocation): boolean =>
  fair >= 0 &&
  fair <= 1 &&
  Number.isSafeInteger(limit) &&
  limit > 0 &&
  limit < priceMax &&
  Number.isSafeInteger(count) &&
  count > 0 &&
  Number.isSafeInteger(worstCost) &&
  worstCost > 0;
