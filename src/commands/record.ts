import { join } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { lastValueFrom, toArray } from 'rxjs';
import { type Clock, systemClock } from '../clock.js';
import type { Flags } from '../config/layers.js';
import { exitCodeOf } from '../config/problems.js';
import { readConfig } from '../config/read.js';
import type { Settings } from '../config/schema.js';
import { loadSecrets, type Secrets } from '../config/secrets.js';
import type { Market } from '../domain/market.js';
import { epochMs, type Ticker, ticker } from '../domain/units.js';
import { kalshiCodec } from '../exchange/kalshi/codec.js';
import type { FeedOutput, VenueShell } from '../exchange/venue.js';
import { limits } from '../limits.js';
import { venueFor } from '../runtime/venue-for.js';
import { CaptureWriter } from '../sinks/capture.js';
import { foreign } from '../sinks/console/text.js';
import { collectSet } from './config.js';

type RecordOptions = {
  readonly json?: true;
  readonly config?: string;
  readonly set: Flags;
  readonly out?: string;
  readonly seconds?: number;
  readonly tickers?: readonly string[];
};

const failure = 1;
const noKey = 4;
const unreachable = 5;

const say = (text: string): void => void process.stderr.write(`${foreign(text)}\n`);

/** The markets a scan would keep, most traded first; or why there are none. */
async function busiest(shell: VenueShell, marketsMax: number): Promise<readonly Ticker[] | string> {
  const parts = await lastValueFrom(shell.perform({ kind: 'scan' }).pipe(toArray()));
  const markets = new Map<Ticker, Market>();
  for (const { outcome } of parts) {
    if (outcome.kind === 'end') continue;
    if (outcome.kind === 'failed') return `market list: ${outcome.code}, ${outcome.detail}`;
    if (outcome.kind !== 'http' || outcome.status !== 200)
      return `market list: ${outcome.kind === 'http' ? `http ${outcome.status}` : outcome.kind}`;
    const page = kalshiCodec.listing(outcome.body);
    if (!page.ok) return `market list: ${page.error.code} at ${page.error.where}`;
    for (const market of page.value.markets) markets.set(market.ticker, market);
  }
  return [...markets.values()]
    .filter(
      (market) => market.status === 'active' && !market.isMultivariate && !market.isProvisional,
    )
    .sort(
      (left, right) => right.volume24h - left.volume24h || (left.ticker < right.ticker ? -1 : 1),
    )
    .slice(0, marketsMax)
    .map((market) => market.ticker);
}

/** Writes what the feed says until it is told to stop; keeps the subscriptions whole, decides nothing. */
function stream(
  shell: VenueShell,
  writer: CaptureWriter,
  tickers: readonly Ticker[],
  clock: Clock,
  secondsMax: number | null,
): Promise<void> {
  return new Promise((resolve) => {
    const feed = kalshiCodec.feed({
      sparseSeq: false,
      tickersPerSubscriptionMax: limits.tickersPerSubscriptionMax,
    });
    let isPrivate = false;
    const hear = (output: FeedOutput): void => {
      if (output.kind === 'account') isPrivate = true;
      else if (output.kind === 'send') shell.send(output.connection, output.text);
      else if (output.kind === 'gap') say(`gap: ${output.reason}`);
      else if (output.kind === 'refused')
        say(`refused: ${output.problem.code} at ${output.problem.where}`);
    };
    feed.want(tickers, hear);
    const socket = shell.socket.subscribe((event) => {
      if (event.kind === 'connected') say(`connected: ${tickers.length} markets`);
      else if (event.kind === 'disconnected') say(`disconnected: ${event.reason}`);
      isPrivate = false;
      feed.handle(event, hear);
      // Fills and orders of the account are nobody else's business: a capture may be handed around.
      if (event.kind === 'frame' && !isPrivate) writer.add(clock.realNow(), event.text);
    });
    let cancelSweep: () => void = () => {};
    let cancelEnd: () => void = () => {};
    const end = (): void => {
      process.off('SIGINT', end).off('SIGTERM', end);
      socket.unsubscribe();
      cancelSweep();
      cancelEnd();
      resolve();
    };
    const sweep = (): void => {
      feed.sweep(epochMs(Math.floor(clock.realNow())), hear);
      writer.flush();
      if (writer.problem === null) cancelSweep = clock.setTimer(limits.recorderMemberMs, sweep);
      else end();
    };
    process.once('SIGINT', end).once('SIGTERM', end);
    if (secondsMax !== null) cancelEnd = clock.setTimer(secondsMax * 1_000, end);
    sweep();
  });
}

async function record(
  settings: Settings,
  secrets: Secrets,
  options: RecordOptions,
): Promise<number> {
  if (!secrets.hasKalshiKey) {
    say('record: the feed wants a key; set KALSHI_API_KEY_ID and its private key');
    return noKey;
  }
  const clock = systemClock;
  const stamp = new Date(clock.realNow()).toISOString().slice(0, 19).replaceAll(':', '-');
  const path = options.out ?? join(settings.dataDir, 'captures', `${stamp}.ndjson.gz`);
  const opened = CaptureWriter.open(path);
  if (!opened.ok) {
    say(`${path}: ${opened.error.code}: ${opened.error.detail}`);
    return failure;
  }
  const writer = opened.value;
  const shell = venueFor(settings, secrets, clock, ({ code, detail }) => say(`${code}: ${detail}`));
  try {
    const tickers = options.tickers?.map(ticker) ?? (await busiest(shell, settings.scanMaxMarkets));
    if (typeof tickers === 'string') {
      say(tickers);
      return unreachable;
    }
    await stream(shell, writer, tickers, clock, options.seconds ?? null);
  } finally {
    await shell.close();
    writer.close();
  }
  if (writer.problem !== null) say(`${path}: ${writer.problem.code}: ${writer.problem.detail}`);
  const { inputs, bytes } = writer.totals;
  const line = { schemaVersion: 1, inputs, bytes, path };
  process.stdout.write(
    options.json === true
      ? `${JSON.stringify(line)}\n`
      : `${inputs} messages, ${bytes} bytes in ${path}\n`,
  );
  return writer.problem === null ? 0 : failure;
}

function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (!(seconds > 0) || !Number.isFinite(seconds))
    throw new InvalidArgumentError('must be a number of seconds');
  return seconds;
}

/** `record`: the exchange's feed to disk as a raw capture, which `replay` reads. No decisions, no ledger. */
export function registerRecord(program: Command): void {
  program
    .command('record')
    .description("write the exchange's feed to disk, to be replayed; decides nothing")
    .option('--out <path>', 'file to write, *.ndjson.gz; it must not exist')
    .option('--seconds <n>', 'stop after so long; without it, when interrupted', parseSeconds)
    .option('--tickers <list>', 'markets, by comma; without it, the busiest ones', (text: string) =>
      text.split(',').filter((name) => name !== ''),
    )
    .option('--json', 'one line of JSON on stdout at the end')
    .option('--config <path>', 'settings file')
    .option('--set <name=value>', 'set one setting; may be repeated', collectSet, {})
    .action(async (options: RecordOptions) => {
      const flags = {
        ...options.set,
        ...(options.config === undefined ? {} : { configPath: options.config }),
      };
      const config = readConfig(process.env, flags);
      if (!config.ok) {
        for (const problem of config.error) say(problem.message);
        process.exitCode = exitCodeOf(config.error);
        return;
      }
      const { settings } = config.value.loaded;
      const secrets = loadSecrets(process.env);
      if (!secrets.ok) {
        for (const problem of secrets.error) say(problem.message);
        process.exitCode = exitCodeOf(secrets.error);
        return;
      }
      for (const { message } of secrets.value.warnings) say(`warning: ${message}`);
      process.exitCode = await record(settings, secrets.value.secrets, options);
    });
}
