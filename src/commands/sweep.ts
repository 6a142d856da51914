import { readFileSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { systemClock } from '../clock.js';
import { readConfig } from '../config/read.js';
import { limits } from '../limits.js';
import { takeLock } from '../sinks/ledger/lock.js';
import { whyUnwritable, writeWhole } from '../sinks/write-whole.js';
import { engineBuild } from '../sweep/build.js';
import type { ExecutorProblem, JobExecutor, Recordings } from '../sweep/executor.js';
import { localExecutor } from '../sweep/local.js';
import { parquetOf } from '../sweep/parquet.js';
import { Plan } from '../sweep/plan.js';
import { progressTo } from '../sweep/progress.js';
import { contentOf, type RecordingContent } from '../sweep/recording-content.js';
import { remoteProblem } from '../sweep/remote/broker.js';
import { credentialsFrom } from '../sweep/remote/credentials.js';
import { remoteExecutor } from '../sweep/remote/executor.js';
import { openResults } from '../sweep/results.js';
import { foldRowsOf, rowsOf } from '../sweep/rows.js';
import { readSpec, type SweepSpec } from '../sweep/spec.js';
import { sweep } from '../sweep/sweep.js';
import { tableOf } from '../sweep/table.js';
import { refuse } from './refuse.js';

type SweepOptions = {
  readonly jobs?: number;
  readonly remote?: string;
  readonly out?: string;
  readonly parquet?: string;
  readonly retryFailed?: true;
  readonly json?: true;
};

const failure = 1;
const usage = 2;
const badSpec = 3;
const auth = 4;

const resultsName = 'results.ndjson';

const say = (text: string): void => void process.stderr.write(`${text}\n`);

/** Runs the command and returns its exit code. */
export async function sweepCommand(path: string, options: SweepOptions): Promise<number> {
  const spec = specAt(path);
  if (spec === null) return badSpec;
  const config = readConfig(process.env, {});
  if (!config.ok) return refuse(config.error);
  const folder =
    options.out ??
    join(config.value.loaded.settings.dataDir, 'sweeps', basename(path).replace(/\.jsonc?$/, ''));
  const unwritable =
    whyUnwritable(join(folder, resultsName)) ??
    (options.parquet === undefined ? null : whyUnwritable(options.parquet));
  if (unwritable !== null) {
    say(`${unwritable}; name another place with --out and --parquet`);
    return usage;
  }
  const recordings: RecordingContent[] = [];
  for (const name of spec.recordings) {
    // As the file means it: a spec and its recordings may be moved together.
    const content = await contentOf(resolve(dirname(path), name));
    if (!content.ok) {
      say(content.error);
      return badSpec;
    }
    if (recordings.some(({ hash }) => hash === content.value.hash))
      say(`warning: ${name}: the same recording is named before; it counts twice`);
    recordings.push(content.value);
  }
  const lock = await takeLock(folder);
  if (!lock.ok) {
    say(`${folder}: in_use: another sweep writes there; wait for it, or name another with --out`);
    return failure;
  }
  try {
    return await swept(new Plan(spec, recordings, engineBuild()), recordings, folder, options);
  } finally {
    await lock.value.release();
  }
}

async function swept(
  plan: Plan,
  recordings: readonly RecordingContent[],
  folder: string,
  options: SweepOptions,
): Promise<number> {
  const results = openResults(join(folder, resultsName), {
    forgetsFailed: options.retryFailed === true,
  });
  if (!results.ok) {
    say(results.error);
    return failure;
  }
  if (results.value.dropped > 0)
    say(`${folder}: ${results.value.dropped} unreadable lines of results dropped; they run again`);
  const executor = executorFor(options, new Map(recordings.map((one) => [one.hash, one])));
  if (typeof executor === 'number') return executor;
  const stopping = new AbortController();
  const stop = (): void => {
    stopping.abort();
    void executor.close();
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop);
  const done = await sweep(plan, results.value, executor, {
    signal: stopping.signal,
    onProgress: progressTo(
      (text) => void process.stderr.write(text),
      process.stderr.isTTY === true,
    ),
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.removeListener(signal, stop);
  await executor.close();
  results.value.close();
  if (!done.ok) return refuseRun(done.error);
  const outcomes = results.value.get;
  const rows = rowsOf(plan, outcomes);
  const folds = foldRowsOf(plan, outcomes);
  const failed = done.value.jobs.filter(({ jobId }) => outcomes(jobId)?.ok === false).length;
  const { jobs, ran } = done.value;
  say(`${jobs.length} jobs: ${ran} run now, ${jobs.length - ran} kept from before; in ${folder}`);
  if (failed > 0) say(`${failed} jobs failed; --retry-failed runs them again`);
  const unwritten =
    options.parquet === undefined
      ? null
      : writeWhole(options.parquet, parquetOf(plan, jobs, rows, outcomes));
  if (unwritten !== null) say(unwritten);
  process.stdout.write(
    options.json === true
      ? `${JSON.stringify({ schemaVersion: 1, folder, candidates: plan.candidates.length, jobs: jobs.length, ran, failed, folds, rows })}\n`
      : tableOf(plan, rows, folds),
  );
  return failed > 0 || unwritten !== null ? failure : 0;
}

function executorFor(options: SweepOptions, recordings: Recordings): JobExecutor | number {
  const { remote, jobs } = options;
  if (remote === undefined)
    return localExecutor(recordings, { threads: jobs ?? availableParallelism() });
  const credentials = credentialsFrom(process.env);
  if (!credentials.ok) {
    say(credentials.error);
    return auth;
  }
  const unsafe = remoteProblem(remote, credentials.value);
  if (unsafe !== null) return refuseRun(unsafe);
  return remoteExecutor(recordings, {
    url: remote,
    credentials: credentials.value,
    clock: systemClock,
    say,
  });
}

function specAt(path: string): SweepSpec | null {
  try {
    if (statSync(path).size > limits.sweepSpecBytesMax) {
      say(`${path}: larger than ${limits.sweepSpecBytesMax} bytes`);
      return null;
    }
    const spec = readSpec(path, readFileSync(path, 'utf8'));
    if (spec.ok) return spec.value;
    for (const line of spec.error) say(line);
  } catch (error) {
    say(`${path}: cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  return null;
}

function refuseRun({ code, detail }: ExecutorProblem): number {
  say(`${code}: ${detail}`);
  return code === 'remote_unsafe' || code === 'build_mismatch'
    ? badSpec
    : code === 'broker_refused'
      ? auth
      : failure;
}

export function parseThreads(text: string): number {
  const count = Number(text);
  if (!/^\d+$/.test(text) || !(count >= 1 && count <= limits.sweepThreadsMax))
    throw new InvalidArgumentError(`must be a whole number from 1 to ${limits.sweepThreadsMax}`);
  return count;
}

/** `sweep SPEC`: many backtests, which settings would have done best, and what that is worth out of sample. */
export function registerSweep(program: Command): void {
  program
    .command('sweep')
    .description('run many backtests over settings and recordings, here or on remote workers')
    .argument('<spec>', 'what to vary over which recordings (docs/sweeps.md)')
    .option('--jobs <n>', 'threads of this machine; as many as it has by default', parseThreads)
    .option('--remote <url>', 'hand the jobs to workers at this NATS server')
    .option('--out <folder>', "where results are kept, instead of the data folder's sweeps/")
    .option('--parquet <file>', 'also write every job as a row of this file')
    .option('--retry-failed', 'run jobs again that failed before')
    .option('--json', 'one line of JSON on stdout')
    .action(async (path: string, options: SweepOptions) => {
      process.exitCode = await sweepCommand(path, options);
    });
}
