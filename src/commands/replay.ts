import { type Command, InvalidArgumentError, Option } from 'commander';
import { systemClock } from '../clock.js';
import type { Flags } from '../config/layers.js';
import { readConfig } from '../config/read.js';
import { limits } from '../limits.js';
import type { CaptureProblem } from '../replay/captures.js';
import { makeCapturesCache } from '../replay/decoded/make.js';
import { engineTarget, openedForCapture } from '../replay/engine-target.js';
import { sourcesOf } from '../replay/paths.js';
import { isReversed, type Place, parsePlace } from '../replay/range.js';
import { replayCaptures } from '../replay/replay-captures.js';
import { type Report, reportLine, reportText } from '../replay/report.js';
import { foreign } from '../sinks/console/text.js';
import { refuse } from './refuse.js';
import { replayChanged } from './replay-changed.js';
import { type ReplayRunOptions, replayRun, tellCache } from './replay-run.js';
import { collectSet, flagsOf } from './settings-options.js';

type ReplayOptions = ReplayRunOptions & {
  readonly sparseSeq?: true;
  readonly config?: string;
  readonly set: Flags;
};

const failure = 1;
const usage = 2;

const say = (text: string): void => void process.stderr.write(`${foreign(text)}\n`);

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
  const { from, to } = options;
  if (from !== undefined && to !== undefined && isReversed(from, to)) {
    say('--from is after --to: nothing lies between; swap them');
    return usage;
  }
  const sources = await sourcesOf(paths);
  if (!sources.ok) {
    const { path, code, detail } = sources.error;
    say(`${path}: ${code}: ${detail}`);
    return usage;
  }
  if (sources.value.kind === 'captures') return await captures(sources.value.paths, options);
  const { path } = sources.value;
  return Object.keys(options.set).length === 0
    ? await replayRun(path, options)
    : await changed(path, options);
}

/** The same recording under other settings: a comparison of its own. */
async function changed(path: string, options: ReplayOptions): Promise<number> {
  const { set, from, to, until, json } = options;
  const isMore = [options.verify, options.speed, options.decisions, options.books].some(
    (option) => option !== undefined,
  );
  if (isMore || from?.kind === 'seq' || to?.kind === 'seq') {
    say(
      '--set compares two runs over the recording: only --from, --to (times) and --json go with it',
    );
    return usage;
  }
  return await replayChanged(path, {
    set,
    fromMs: from?.ms ?? null,
    toMs: to?.ms ?? until ?? null,
    json: json === true,
  });
}

async function captures(paths: readonly string[], options: ReplayOptions): Promise<number> {
  const config = readConfig(process.env, flagsOf(options));
  if (!config.ok) return refuse(config.error);
  if (options.from !== undefined || options.to?.kind === 'seq' || options.speed !== undefined) {
    say('--from, --to #seq and --speed are for recordings; a capture can be cut with --to <ms>');
    return usage;
  }
  if (options.verify === true) say('--verify: captures carry no hashes to compare with; ignored');
  if (options.cache === true) tellCache(await makeCapturesCache(paths));
  const problems = new Problems();
  const started = systemClock.monotonicMs();
  const replayed = await replayCaptures({
    paths,
    usesCache: options.cache !== false,
    untilMs: options.to?.ms ?? options.until ?? null,
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
    damage: null,
    verify: null,
    between: null,
    books: options.books === true ? replayed.books : null,
  });
  return problems.isLossy ? failure : 0;
}

function print(options: ReplayOptions, report: Report): void {
  process.stdout.write(options.json === true ? `${reportLine(report)}\n` : reportText(report));
}

function placeOf(text: string): Place {
  const place = parsePlace(text);
  if (!place.ok) throw new InvalidArgumentError(place.error);
  return place.value;
}

function speedOf(text: string): number {
  const speed = Number(text);
  if (!(speed > 0) || !Number.isFinite(speed)) throw new InvalidArgumentError('must be above 0');
  return speed;
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
    .option(
      '--from <place>',
      'report from here on: #seq, ms since the epoch, or a UTC time',
      placeOf,
    )
    .addOption(
      new Option('--to <place>', 'stop after this, inclusive: as --from')
        .argParser(placeOf)
        .conflicts('until'),
    )
    .option('--speed <n>', '1 is as fast as the run was; without it, as fast as it goes', speedOf)
    .option('--decisions', 'also print every decision, from --from on')
    .option('--books', 'also print every book, level by level')
    .option('--verify', 'compare every decision with the recorded one')
    .option('--cache', 'keep a decoded cache beside it, so that further replays are faster')
    .option('--no-cache', 'read the original even where there is a decoded cache')
    .option('--json', 'one line of JSON on stdout')
    .option('--config <path>', 'settings file; captures only, a recording has its own')
    .option(
      '--set <name=value>',
      'set one setting; may be repeated. Of a recording: shows what it would have changed',
      collectSet,
      {},
    )
    .action(async (paths: readonly string[], options: ReplayOptions) => {
      process.exitCode = await replayCommand(paths, options);
    });
}
