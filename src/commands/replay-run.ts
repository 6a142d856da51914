import { systemClock } from '../clock.js';
import { recordedSettings } from '../config/recorded.js';
import { err, ok, type Result } from '../domain/result.js';
import { limits } from '../limits.js';
import type { Input } from '../messages/input.js';
import type { RecordingProblem } from '../replay/chain-reader.js';
import { makeRecordingCache } from '../replay/decoded/make.js';
import type { CacheProblem } from '../replay/decoded/writer.js';
import { engineTarget, recomputed, workerAnswer } from '../replay/engine-target.js';
import { Pace } from '../replay/pace.js';
import type { Place } from '../replay/range.js';
import { openRecording, type Recording } from '../replay/recording-reader.js';
import { Recount } from '../replay/recount.js';
import {
  type RecordingReplay,
  replayRecording,
  type Unopenable,
} from '../replay/replay-recording.js';
import { type Report, reportLine, reportText } from '../replay/report.js';
import type { ReplayTotals } from '../replay/target.js';
import { foreign } from '../sinks/console/text.js';

export type ReplayRunOptions = {
  readonly until?: number;
  readonly from?: Place;
  readonly to?: Place;
  readonly speed?: number;
  readonly decisions?: true;
  readonly books?: true;
  readonly verify?: true;
  readonly json?: true;
  /** True: made where it is not there; false: not even read. */
  readonly cache?: boolean;
};

const failure = 1;
const usage = 2;
const settingsCode = 3;
const divergedCode = 7;

const say = (text: string): void => void process.stderr.write(`${foreign(text)}\n`);

/** Replays one recorded run and returns the exit code. */
export async function replayRun(path: string, options: ReplayRunOptions): Promise<number> {
  const opened = await openRecording(path);
  if (!opened.ok) return tell(opened.error);
  const recording = opened.value;
  const { from, to, until, speed, decisions, verify } = options;
  const print = (line: string): void => void process.stdout.write(`${foreign(line)}\n`);
  const recount = new Recount(from ?? null, decisions === true ? print : null);
  const isRange = from !== undefined || to !== undefined || decisions === true;
  // Whoever wants to know of single inputs reads the recording itself.
  const usesCache = options.cache !== false && verify !== true && !isRange && speed === undefined;
  if (options.cache === true) tellCache(await makeRecordingCache(recording));
  let pace: Pace | null = null;
  const started = systemClock.monotonicMs();
  const replayed = await replayRecording(recording, {
    untilMs: to?.kind === 'ms' ? to.ms : (until ?? null),
    untilSeq: to?.kind === 'seq' ? to.seq : null,
    verify: verify === true,
    usesCache,
    make: engineTarget,
    admit,
    recompute: recomputed,
    answer: workerAnswer,
    before: (input) => {
      warnOfClock(input);
      if (speed !== undefined && input.payload.kind === 'opened')
        pace = new Pace(systemClock, speed, input.payload.clock.speed);
      return recount.input(input) && pace !== null ? pace.until(input.at) : null;
    },
    ...(isRange ? { decided: (decision) => recount.decided(decision) } : {}),
  });
  const seconds = (systemClock.monotonicMs() - started) / 1_000;
  const { totals, end } = replayed;
  if (end.torn !== null)
    say(`${end.torn.path}: torn: the run was cut off; complete up to input ${end.torn.afterSeq}`);
  if (verify === true && recording.decisionFiles.length === 0)
    say('no decisions are recorded: only answers and the hashes at the end can be compared');
  const code = codeOf(replayed);
  if (totals === null) return code;
  const report: Report = {
    inputs: replayed.inputs,
    isDecoded: replayed.isDecoded,
    problems: (end.problem === null ? 0 : 1) + (replayed.decisions?.problem ? 1 : 0),
    totals,
    seconds,
    diverged: replayed.diverged,
    damage: end.problem ?? replayed.decisions?.problem ?? null,
    verify: verify === true ? verified(recording, replayed, totals) : null,
    between: isRange ? recount.result : null,
    books: options.books === true ? replayed.books : null,
  };
  process.stdout.write(options.json === true ? `${reportLine(report)}\n` : reportText(report));
  return code;
}

export function tellCache(problem: CacheProblem | null): void {
  if (problem === null) return;
  const { path, code, detail } = problem;
  say(`${path}: ${code}: ${detail}; there is no cache, the original is read`);
}

/** Says what is wrong with it and with what code to leave. */
function codeOf({ end, unopenable, diverged, decisions, totals }: RecordingReplay): number {
  if (unopenable !== null) {
    for (const line of unopenable.settings) say(line);
    say('the recording can be replayed by the build that made it, named in manifest.json');
    return settingsCode;
  }
  const codes = [end.problem, decisions?.problem ?? null].flatMap((problem) =>
    problem === null ? [] : [tell(problem)],
  );
  if (diverged !== null) return divergedCode;
  return codes[0] ?? (totals === null ? failure : 0);
}

const verified = (
  { manifest }: Recording,
  { end, decisions }: RecordingReplay,
  totals: ReplayTotals,
): Report['verify'] => ({
  recorded: {
    seqLast: manifest?.closed?.seqLast ?? end.seqLast,
    decisionsHash: manifest?.closed?.decisionsHash ?? null,
    ledgerHash: manifest?.closed?.ledgerHash ?? null,
  },
  recomputed: {
    seqLast: end.seqLast,
    decisionsHash: totals.decisionsHash,
    ledgerHash: totals.ledgerHash,
  },
  decisions,
});

/** What was recorded with fewer settings ran as the defaults of the missing ones say. */
function admit(settings: unknown): Result<unknown, Unopenable> {
  const checked = recordedSettings(settings);
  if (!checked.ok) return err({ settings: checked.error.map(({ message }) => message) });
  const { added } = checked.value;
  if (added.length > 0)
    say(`settings newer than the recording have their defaults: ${added.join(', ')}`);
  return ok(checked.value.settings);
}

/** It replays all the same; but the clock of its machine, or of this one, was wrong. */
function warnOfClock({ payload }: Input): void {
  if (payload.kind !== 'opened') return;
  const aheadMs = payload.clock.realOriginMs - systemClock.realNow();
  if (!(aheadMs > limits.skewWarnMs)) return;
  const when = new Date(payload.clock.realOriginMs).toISOString();
  say(`warning: recorded at ${when}, which is still to come: a clock is wrong (clock_ahead)`);
}

function tell({ path, line, code, detail, fix }: RecordingProblem): number {
  say(`${path}${line > 0 ? `:${line}` : ''}: ${code}: ${detail}; ${fix}`);
  const isNone =
    code === 'not_a_recording' || code === 'newer_version' || code === 'file_unreadable';
  return isNone ? usage : divergedCode;
}
