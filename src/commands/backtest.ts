import { type Command, InvalidArgumentError } from 'commander';
import { runEstimates } from '../backtest/backtest.js';
import { type FillEstimate, fillEstimates } from '../backtest/job.js';
import type { Flags } from '../config/layers.js';
import { foreign } from '../sinks/console/text.js';
import { BacktestPage } from './backtest-page.js';
import { backtestLines, type Estimated } from './backtest-text.js';
import { pageRefusal, writePage } from './page-file.js';
import { collectSet } from './settings-options.js';

type BacktestOptions = {
  readonly set: Flags;
  readonly seed: number;
  readonly from?: number;
  readonly to?: number;
  readonly fills?: readonly FillEstimate[];
  readonly tearsheet?: string;
  readonly force?: true;
  readonly json?: true;
};

const failure = 1;
const usage = 2;
const damaged = 7;

const say = (text: string): void => void process.stderr.write(`${foreign(text)}\n`);

/** Runs every recording once for each estimate; the first that cannot be read at all ends it. */
export async function backtestCommand(
  recordings: readonly string[],
  { set, seed, from, to, fills = fillEstimates, tearsheet, force, json }: BacktestOptions,
): Promise<number> {
  const refusal = tearsheet === undefined ? null : refusalOf(tearsheet, recordings, force);
  if (refusal !== null) {
    say(refusal);
    return usage;
  }
  const done: Estimated[] = [];
  let exitCode = 0;
  let pageAt: string | undefined;
  for (const recording of recordings) {
    const job = { recording, settings: set, seed, fromMs: from ?? null, toMs: to ?? null };
    const page = tearsheet === undefined ? null : new BacktestPage(fills);
    const run = await runEstimates(job, fills, {
      ...page?.hooks,
      onProblem: (problem) => {
        exitCode = damaged;
        const { path, line, code, detail, fix } = problem;
        say(`${path}${line > 0 ? `:${line}` : ''}: ${code}: ${detail}; ${fix}`);
        page?.hooks.onProblem(problem);
      },
    });
    if (!run.ok) {
      const { path, code, detail, fix, exitCode } = run.error;
      say(`${path}: ${code}: ${detail}; ${fix}`);
      return exitCode;
    }
    const totals = Object.fromEntries(run.value.map((each, at) => [fills[at], each]));
    const estimated: Estimated = { recording, totals };
    done.push(estimated);
    if (json !== true)
      process.stdout.write(
        `${backtestLines(estimated).join('\n')}\n${recordings.length > 1 ? '\n' : ''}`,
      );
    if (tearsheet === undefined || page === null) continue;
    const written = writePage(tearsheet, page.source(job, estimated));
    if (!written.ok) {
      say(written.problem);
      exitCode = failure;
      continue;
    }
    pageAt = tearsheet;
    if (json !== true) process.stdout.write(`${written.line}\n`);
  }
  if (json === true)
    process.stdout.write(
      `${JSON.stringify({ schemaVersion: 1, seed, recordings: done, tearsheet: pageAt })}\n`,
    );
  return exitCode;
}

/** Why there would be no page at the end, before the long run begins. */
function refusalOf(path: string, recordings: readonly string[], force = false): string | null {
  return recordings.length > 1
    ? `--tearsheet ${path}: a page is of one recording, and ${recordings.length} are named`
    : pageRefusal(path, force);
}

/** Milliseconds since the epoch, or a date that says its zone. */
function parseMoment(text: string): number {
  const ms = /^\d+$/.test(text) ? Number(text) : momentOf(text);
  if (!Number.isSafeInteger(ms))
    throw new InvalidArgumentError(
      'must be milliseconds since the epoch, or a date such as 2026-11-23T14:00:00Z',
    );
  return ms;
}

const momentOf = (text: string): number =>
  /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/.test(text)
    ? Date.parse(text)
    : Number.NaN;

function parseSeed(text: string): number {
  const seed = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(seed))
    throw new InvalidArgumentError('must be a whole number, 0 or more');
  return seed;
}

function parseFills(text: string): readonly FillEstimate[] {
  const named = text.split(',').map((part) => part.trim());
  const found = fillEstimates.filter((estimate) => named.includes(estimate));
  if (found.length !== named.length)
    throw new InvalidArgumentError(`must be some of ${fillEstimates.join(', ')}`);
  return found;
}

/** `backtest RECORDING…`: what the engine would have done, and how its orders might have filled. */
export function registerBacktest(program: Command): void {
  program
    .command('backtest')
    .description('run recordings through the live engine with a fill model, three estimates')
    .argument('<recording...>', "runs' recordings")
    .option(
      '--set <name=value>',
      'lay a setting over the recorded ones; may be repeated',
      collectSet,
      {},
    )
    .option('--seed <number>', "of the fill model's draws", parseSeed, 1)
    .option(
      '--from <moment>',
      'begin at this market time: ms since the epoch, or a date',
      parseMoment,
    )
    .option('--to <moment>', 'end after this market time, inclusive', parseMoment)
    .option('--fills <names>', `only these estimates: ${fillEstimates.join(', ')}`, parseFills)
    .option('--tearsheet <file>', 'also write one HTML page of it')
    .option('--force', 'replace a page that is there')
    .option('--json', 'one line of JSON on stdout')
    .action(async (recordings: readonly string[], options: BacktestOptions) => {
      process.exitCode = await backtestCommand(recordings, options);
    });
}
