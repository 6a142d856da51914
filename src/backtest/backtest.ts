import type { LedgerRecord } from '../domain/records.js';
import { err, ok, type Result } from '../domain/result.js';
import type { Step } from '../messages/step.js';
import { openRecording, type RecordingProblem, readRecording } from '../replay/recording-reader.js';
import type { BacktestJob, BacktestProblem, BacktestTotals } from './job.js';
import { BacktestRun } from './run.js';

export type BacktestHooks = {
  /** The ledger's records, chained, as they are made. */
  readonly onRecords?: (records: readonly LedgerRecord[]) => void;
  /** Every step the engine tells its sinks. */
  readonly onStep?: (step: Step) => void;
  /** The recording was cut off or damaged: the totals are of what could be read. */
  readonly onProblem?: (problem: RecordingProblem) => void;
};

const failed = 1;
const usage = 2;
const config = 3;

/** `not_a_recording` names something else; a newer one wants another build; the rest is a damaged file. */
const exitCodes: Partial<Record<RecordingProblem['code'], BacktestProblem['exitCode']>> = {
  not_a_recording: usage,
  newer_version: config,
};

/**
 * Runs one backtest: the recording passes once, and nothing of it is kept that is not needed. Needs no network, no clock
 * and no disk but the recording's; the same job has the same totals in any thread and on any machine.
 */
export async function runBacktest(
  job: BacktestJob,
  hooks: BacktestHooks = {},
): Promise<Result<BacktestTotals, BacktestProblem>> {
  const opened = await openRecording(job.recording);
  if (!opened.ok) return err(problemOf(opened.error));
  const told = (step: Step): void => {
    if (step.kind === 'records') hooks.onRecords?.(step.records);
    hooks.onStep?.(step);
  };
  let run: BacktestRun | null = null;
  let problem: BacktestProblem | null = null;
  const end = await readRecording(opened.value, (input) => {
    if (job.toMs !== null && input.at > job.toMs) return false;
    if (run === null) {
      const begun = BacktestRun.open(input, job, told);
      if (begun.ok) run = begun.value;
      else problem = begun.error;
    }
    run?.take(input);
    return problem === null;
  });
  // Assigned in callbacks, which the compiler does not follow.
  const whole = run as BacktestRun | null;
  const refused = problem as BacktestProblem | null;
  if (refused !== null) return err(refused);
  if (whole === null)
    return err(
      end.problem === null
        ? {
            code: 'nothing_in_span',
            path: job.recording,
            detail: 'no input lies in the span that was asked for',
            fix: 'name another span with --from and --to',
            exitCode: usage,
          }
        : problemOf(end.problem),
    );
  if (end.problem !== null) hooks.onProblem?.(end.problem);
  return ok(whole.finish());
}

const problemOf = ({ code, path, detail, fix }: RecordingProblem): BacktestProblem => ({
  code,
  path,
  detail,
  fix,
  exitCode: exitCodes[code] ?? failed,
});
