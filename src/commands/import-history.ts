import { existsSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { lastValueFrom, type Observable, toArray } from 'rxjs';
import { MarketClock, systemClock } from '../clock.js';
import { environmentOf } from '../config/addresses.js';
import type { Flags } from '../config/layers.js';
import { readConfig } from '../config/read.js';
import type { Settings } from '../config/schema.js';
import { eventTicker, seriesTicker } from '../domain/units.js';
import { type KalshiShell, kalshiShell } from '../exchange/kalshi/shell.js';
import { importHistory } from '../imports/history/import-history.js';
import {
  type HistoryJob,
  type HistoryPort,
  type HistoryProgress,
  type IntervalMinutes,
  intervals,
} from '../imports/history/job.js';
import { limits } from '../limits.js';
import type { Outcome } from '../messages/effect.js';
import { openedForHistory } from '../replay/engine-target.js';
import { parsePlace } from '../replay/range.js';
import { clockOf } from '../runtime/clock-of.js';
import { type Made, type Manifest, manifestName } from '../sinks/recorder/format.js';
import { importedRecording, say } from './imported-recording.js';
import { refuse } from './refuse.js';
import { collectSet, flagsOf } from './settings-options.js';

type HistoryOptions = {
  readonly out: string;
  readonly from: number;
  readonly to?: number;
  readonly interval: IntervalMinutes;
  readonly json?: true;
  readonly config?: string;
  readonly set: Flags;
};

const failure = 1;
const usage = 2;

function parseMoment(text: string): number {
  const place = parsePlace(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00Z` : text);
  if (!place.ok || place.value.kind !== 'ms')
    throw new InvalidArgumentError('must be a date, 2026-11-22, or a time, 2026-11-22T12:30Z');
  return place.value.ms;
}

function parseInterval(text: string): IntervalMinutes {
  const found = intervals.find((minutes) => String(minutes) === text);
  if (found === undefined)
    throw new InvalidArgumentError(`must be ${intervals.join(' or ')}, in minutes`);
  return found;
}

/** `import-history`: candlesticks and trades of the exchange's public endpoints as a recording. No key needed. */
export function registerImportHistory(program: Command): void {
  program
    .command('import-history')
    .description(
      'candlesticks, trades and results from the exchange into a recording; no key needed',
    )
    .argument('<name...>', 'series, events or markets, by ticker')
    .requiredOption(
      '--from <moment>',
      'first moment, UTC: 2026-11-22 or 2026-11-22T12:30',
      parseMoment,
    )
    .option('--to <moment>', 'last moment; without it, now', parseMoment)
    .option('--interval <minutes>', 'of a candlestick: 1, 60 or 1440', parseInterval, 1)
    .requiredOption('--out <folder>', 'folder to write to; it must be empty or absent')
    .option('--json', 'one line of JSON on stdout')
    .option('--config <path>', 'settings file')
    .option('--set <name=value>', 'set one setting; may be repeated', collectSet, {})
    .action(async (names: readonly string[], options: HistoryOptions) => {
      const read = readConfig(process.env, flagsOf(options));
      process.exitCode = read.ok
        ? await historyRun([...new Set(names)], options, read.value.loaded.settings)
        : refuse(read.error);
    });
}

type Span = { readonly fromMs: number; readonly toMs: number };

/** The span in whole candles, so that the windows of a backtest end right after one; or what is wrong with it. */
function spanOf({ from, to, interval }: HistoryOptions, settings: Settings): Span | string {
  const now = new MarketClock(systemClock, clockOf(settings, systemClock)).now();
  const moment = (ms: number): string => new Date(ms).toISOString();
  if (to !== undefined && to > now)
    return `--to ${moment(to)} is still to come; name a past moment`;
  // A day ends when the exchange says, not at midnight in UTC.
  const wholeMs = Math.min(interval, 60) * 60_000;
  const fromMs = Math.floor(from / wholeMs) * wholeMs;
  const toMs = Math.floor((to ?? now) / wholeMs) * wholeMs;
  // Written so that NaN refuses.
  if (!(fromMs < toMs))
    return `--from ${moment(from)} is not before --to ${moment(to ?? now)} by a whole candlestick of ${Math.min(interval, 60)} min`;
  return { fromMs, toMs };
}

/** Where an import is until it is whole. */
const draftOf = (out: string): string => `${out.replace(/\/+$/, '')}.importing`;

/** Null: nothing stands in the way. What an import that was interrupted has left is removed. */
function obstacle(out: string): string | null {
  try {
    if (existsSync(out) && readdirSync(out).length > 0)
      return `${out}: recording_exists: the folder is not empty; name another one`;
    const draft = draftOf(out);
    if (!existsSync(draft)) return null;
    if (!isUnfinished(draft))
      return `${draft}: recording_exists: an import would be made there, and something else is; move it`;
    rmSync(draft, { recursive: true });
    say(`${draft}: left by an import that did not end; made anew`);
    return null;
  } catch (error) {
    return `${out}: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function isUnfinished(draft: string): boolean {
  const path = join(draft, manifestName);
  if (!existsSync(path)) return readdirSync(draft).length === 0;
  const { made } = JSON.parse(readFileSync(path, 'utf8')) as Manifest;
  return made?.from === 'history';
}

async function historyRun(
  names: readonly string[],
  options: HistoryOptions,
  settings: Settings,
): Promise<number> {
  const span = spanOf(options, settings);
  const wrong = typeof span === 'string' ? span : obstacle(options.out);
  if (typeof span === 'string' || wrong !== null) {
    say(wrong ?? '');
    return usage;
  }
  const clock = systemClock;
  const { interval, out } = options;
  const made: Made = {
    from: 'history',
    exchange: settings.kalshiApiBaseUrl,
    names,
    ...span,
    intervalMinutes: interval,
    quoteContracts: limits.importQuoteContracts,
  };
  const draft = draftOf(out);
  const recording = importedRecording(draft, span.fromMs, settings, made);
  if (typeof recording === 'number') return recording;
  const shell = kalshiShell({
    baseUrl: settings.kalshiApiBaseUrl,
    wsUrl: settings.kalshiWsUrl,
    credentials: null,
    mayWrite: false,
    clock,
    log: ({ code, detail }) => {
      if (code !== 'no_key') say(`${code}: ${detail}`);
    },
  });
  const job: HistoryJob = {
    names,
    ...span,
    interval,
    opened: openedForHistory(settings, environmentOf(settings)),
    onProgress: progressTo((text) => process.stderr.write(text), process.stderr.isTTY === true),
    onNote: say,
  };
  const { writer } = recording;
  const result = await importHistory(job, portOf(shell), writer, clock);
  await shell.close();
  const isWhole = await recording.close();
  if (!result.ok || !isWhole) {
    rmSync(draft, { recursive: true, force: true });
    if (result.ok) return failure;
    const { code, detail, fix, exitCode } = result.error;
    say(`${code}: ${detail}; ${fix}`);
    return exitCode;
  }
  renameSync(draft, out);
  const totals = result.value;
  const line = { schemaVersion: 1, path: out, inputs: writer.inputs, ...totals };
  const { markets, settled, candles, trades, missing, unquoted, blockTrades } = totals;
  process.stdout.write(
    options.json === true
      ? `${JSON.stringify(line)}\n`
      : `${markets} markets, ${settled} with a result: ${candles} candlesticks and ${trades} trades as ${writer.inputs} inputs in ${out}\n`,
  );
  const short = [
    ...(missing > 0 ? [`${missing} periods of open markets have no candlestick`] : []),
    ...(unquoted > 0 ? [`${unquoted} candlesticks say nothing of a closing quote`] : []),
    ...(blockTrades > 0 ? [`${blockTrades} trades were agreed off the book and are left out`] : []),
  ];
  for (const text of short) say(text);
  return 0;
}

function portOf(shell: KalshiShell): HistoryPort {
  const all = async (parts$: Observable<{ readonly outcome: Outcome }>) =>
    (await lastValueFrom(parts$.pipe(toArray()))).map(({ outcome }) => outcome);
  return {
    list: (path, query) => all(shell.publicList(path, query)),
    one: async (path, query) => (await lastValueFrom(shell.publicOne(path, query))).outcome,
    metadata: (events, series) =>
      all(
        shell.perform({
          kind: 'metadata',
          events: events.map(eventTicker),
          series: series.map(seriesTicker),
        }),
      ),
  };
}

/** Draws over itself on a terminal; elsewhere a line a tenth. */
function progressTo(
  write: (text: string) => void,
  isTerminal: boolean,
): (progress: HistoryProgress) => void {
  let shown = -1;
  return ({ done, total, candles, trades }) => {
    const line = `${Math.floor((100 * done) / total)} %: ${candles} candlesticks, ${trades} trades`;
    if (isTerminal) {
      write(`\r${line}${done === total ? '\n' : ''}`);
      return;
    }
    const tenth = Math.floor((10 * done) / total);
    if (tenth === shown) return;
    shown = tenth;
    write(`${line}\n`);
  };
}
