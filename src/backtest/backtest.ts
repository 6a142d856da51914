import type { Settings } from '../config/schema.js';
import { err, ok, type Result } from '../domain/result.js';
import type { Input } from '../messages/input.js';
import type { Step } from '../messages/step.js';
import { readInputs } from '../replay/decoded/read-inputs.js';
import { openRecording, type RecordingProblem } from '../replay/recording-reader.js';
import type { BacktestJob, BacktestProblem, BacktestTotals, FillEstimate } from './job.js';
import { recordedAsks } from './recorded-asks.js';
import { BacktestRun } from './run.js';
import { SharedValues } from './shared-values.js';

export type { BacktestJob, BacktestProblem, BacktestTotals, FillEstimate } from './job.js';

export type BacktestHooks = {
  /** The recording has been opened: the settings that a run begins with, before its first step. */
  readonly onBegin?: (settings: Settings, fills: FillEstimate) => void;
  /** Every step the engine tells its sinks. */
  readonly onStep?: (step: Step, fills: FillEstimate) => void;
  /** The recording was cut off or damaged: the totals are of what could be read. */
  readonly onProblem?: (problem: RecordingProblem) => void;
};

const usage = 2;
const damaged = 7;

/** Nothing there that could be read, in this or any part; the rest is damage. As `replay` has it. */
const isNone = (code: RecordingProblem['code']): boolean =>
  code === 'not_a_recording' || code === 'newer_version' || code === 'file_unreadable';

/**
 * Runs one backtest: the recording passes once, and nothing of it is kept that is not needed. Needs no network, no clock
 * and no disk but the recording's; the same job has the same totals in any thread and on any machine.
 */
export async function runBacktest(
  job: BacktestJob,
  hooks: BacktestHooks = {},
): Promise<Result<BacktestTotals, BacktestProblem>> {
  const run = await runEstimates(job, [job.fills], hooks);
  if (!run.ok) return run;
  const [totals] = run.value;
  return totals === undefined ? err(nothing(job)) : ok(totals);
}

/** The same job once for each estimate, beside each other in one pass. The totals are in the order of `estimates`. */
export async function runEstimates(
  job: Omit<BacktestJob, 'fills'>,
  estimates: readonly FillEstimate[],
  hooks: BacktestHooks = {},
): Promise<Result<readonly BacktestTotals[], BacktestProblem>> {
  const opened = await openRecording(job.recording);
  if (!opened.ok) return err(problemOf(opened.error));
  const runs: BacktestRun[] = [];
  const { asks, problem: decisionsProblem } = await recordedAsks(opened.value, job.toMs);
  const shared = { values: new SharedValues(), asks };
  let refused: BacktestProblem | null = null;
  const onInput = (input: Input): boolean => {
    if (job.toMs !== null && input.at > job.toMs) return false;
    if (runs.length === 0)
      for (const fills of estimates) {
        const begun = BacktestRun.open(input, { ...job, fills }, shared, (step) =>
          hooks.onStep?.(step, fills),
        );
        if (!begun.ok) {
          refused = begun.error;
          continue;
        }
        runs.push(begun.value);
        hooks.onBegin?.(begun.value.settings, fills);
      }
    for (const run of runs) run.take(input);
    return refused === null;
  };
  const end = await readInputs(opened.value, {
    onInput,
    onFrame: (_seq, at, ...frame) => {
      if (job.toMs !== null && at > job.toMs) return false;
      for (const run of runs) run.takeDecoded(at, ...frame);
      return true;
    },
  });
  // Assigned in a callback, which the compiler does not follow.
  const problem = refused as BacktestProblem | null;
  if (problem !== null) return err(problem);
  if (end.problem !== null && runs.length === 0) return err(problemOf(end.problem));
  if (!runs.some((run) => run.inputs > 0)) return err(nothing(job));
  for (const each of [end.problem, decisionsProblem]) if (each !== null) hooks.onProblem?.(each);
  return ok(runs.map((run) => run.finish()));
}

function nothing({ recording, fromMs, toMs }: Omit<BacktestJob, 'fills'>): BacktestProblem {
  const told =
    fromMs === null && toMs === null
      ? {
          code: 'not_a_recording',
          detail: 'it holds no input',
          fix: 'name the folder of a whole run',
        }
      : {
          code: 'nothing_in_span',
          detail: 'no input lies in the span that was asked for',
          fix: 'name another span with --from and --to',
        };
  return { ...told, path: recording, exitCode: usage };
}

const problemOf = ({ code, path, detail, fix }: RecordingProblem): BacktestProblem => ({
  code,
  path,
  detail,
  fix,
  exitCode: isNone(code) ? usage : damaged,
});
