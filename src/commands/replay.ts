import { type Command, InvalidArgumentError } from 'commander';
import { systemClock } from '../clock.js';
import type { Flags } from '../config/layers.js';
import { exitCodeOf } from '../config/problems.js';
import { readConfig } from '../config/read.js';
import { limits } from '../limits.js';
import type { CaptureProblem } from '../replay/captures.js';
import {
  engineTarget,
  openedForCapture,
  recomputed,
  workerAnswer,
} from '../replay/engine-target.js';
import { sourcesOf } from '../replay/paths.js';
import { openRecording, type RecordingProblem } from '../replay/recording-reader.js';
import { replayCaptures } from '../replay/replay-captures.js';
import { replayRecording } from '../replay/replay-recording.js';
import { type Report, reportLine, reportText } from '../replay/report.js';
import { collectSet } from './config.js';

type ReplayOptions = {
  readonly sparseSeq?: true;
  readonly until?: number;
  readonly books?: true;
  readonly verify?: true;
  readonly json?: true;
  readonly config?: string;
  readonly set: Flags;
};

const failure = 1;
const divergedCode = 7;

const say = (text: string): void => void process.stderr.write(`${text}\n`);

/** One line a problem, the first few of them: a capture of a bad disk has millions. */
class Problems {
  private count = 0;
  /** Something that should have been read was not. */
  isLossy = false;

  hear(problem: CaptureProblem): void {
    this.count += 1;
    this.isLossy ||=
      problem.code !== 'torn' && problem.code !== 'bad_line' && problem.code !== 'out_of_order';
    if (this.count <= limits.readProblemsKeptMax)
      say(`${problem.path}:${problem.line}: ${problem.code}: ${problem.detail}`);
  }

  close(): void {
    const more = this.count - limits.readProblemsKeptMax;
    if (more > 0) say(`… and ${more} more`);
  }
}

/** Runs the command and returns its exit code. */
export async function replayCommand(
  paths: readonly string[],
  options: ReplayOptions,
): Promise<number> {
  const sources = await sourcesOf(paths);
  if (!sources.ok) {
    const { path, code, detail } = sources.error;
    say(`${path}: ${code}: ${detail}`);
    return failure;
  }
  return sources.value.kind === 'captures'
    ? await captures(sources.value.paths, options)
    : await recording(sources.value.path, options);
}

async function captures(paths: readonly string[], options: ReplayOptions): Promise<number> {
  const flags = {
    ...options.set,
    ...(options.config === undefined ? {} : { configPath: options.config }),
  };
  const config = readConfig(process.env, flags);
  if (!config.ok) {
    for (const problem of config.error) say(problem.message);
    return exitCodeOf(config.error);
  }
  if (options.verify === true) say('--verify: captures carry no hashes to compare with; ignored');
  const problems = new Problems();
  const started = systemClock.monotonicMs();
  const replayed = await replayCaptures({
    paths,
    untilMs: options.until ?? null,
    opened: openedForCapture(config.value.loaded.settings, options.sparseSeq === true),
    make: engineTarget,
    onProblem: (problem) => problems.hear(problem),
  });
  problems.close();
  const seconds = (systemClock.monotonicMs() - started) / 1_000;
  print(options, {
    ...replayed,
    seconds,
    diverged: null,
    verify: null,
    books: options.books === true ? replayed.books : null,
  });
  return problems.isLossy ? failure : 0;
}

async function recording(path: string, options: ReplayOptions): Promise<number> {
  const opened = await openRecording(path);
  if (!opened.ok) return refuse(opened.error);
  const started = systemClock.monotonicMs();
  const replayed = await replayRecording(opened.value, {
    untilMs: options.until ?? null,
    make: engineTarget,
    recompute: recomputed,
    answer: workerAnswer,
  });
  const seconds = (systemClock.monotonicMs() - started) / 1_000;
  const { end, totals, diverged, inputs } = replayed;
  if (end.torn !== null)
    say(`${end.torn.path}: torn: the run was cut off; complete up to input ${end.torn.afterSeq}`);
  if (end.problem !== null) refuse(end.problem);
  if (totals === null) return failure;
  const closed = opened.value.manifest?.closed ?? null;
  print(options, {
    inputs,
    problems: end.problem === null ? 0 : 1,
    totals,
    seconds,
    diverged,
    verify:
      options.verify === true
        ? {
            recorded: {
              seqLast: closed?.seqLast ?? end.seqLast,
              decisionsHash: closed?.decisionsHash ?? null,
              ledgerHash: closed?.ledgerHash ?? null,
            },
            recomputed: {
              seqLast: end.seqLast,
              decisionsHash: totals.decisionsHash,
              ledgerHash: totals.ledgerHash,
            },
          }
        : null,
    books: options.books === true ? replayed.books : null,
  });
  if (diverged !== null) return divergedCode;
  return end.problem === null ? 0 : failure;
}

function refuse(problem: RecordingProblem): number {
  const { path, line, code, detail, fix } = problem;
  say(`${path}${line > 0 ? `:${line}` : ''}: ${code}: ${detail}; ${fix}`);
  return failure;
}

function print(options: ReplayOptions, report: Report): void {
  process.stdout.write(options.json === true ? `${reportLine(report)}\n` : reportText(report));
}

function parseUntil(text: string): number {
  const ms = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(ms))
    throw new InvalidArgumentError('must be milliseconds since the epoch');
  return ms;
}

/** `replay PATH…`: a recorded run, or raw captures, through the same engine. */
export function registerReplay(program: Command): void {
  program
    .command('replay')
    .description('run a recording, or raw captures, through the same engine and compare')
    .argument('<path...>', "a run's recording, or captures: files of lines {recv_ms, event}")
    .option('--sparse-seq', 'holes in the sequence are not losses: captures split by market')
    .option('--until <ms>', 'stop after this time, inclusive, ms since the epoch', parseUntil)
    .option('--books', 'also print every book, level by level')
    .option('--verify', 'also print what the run recorded beside what came out')
    .option('--json', 'one line of JSON on stdout')
    .option('--config <path>', 'settings file; captures only, a recording has its own')
    .option('--set <name=value>', 'set one setting; may be repeated', collectSet, {})
    .action(async (paths: readonly string[], options: ReplayOptions) => {
      process.exitCode = await replayCommand(paths, options);
    });
}
