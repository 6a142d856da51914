import { join } from 'node:path';
import { type Clock, MarketClock, systemClock } from '../clock.js';
import { environmentOf } from '../config/addresses.js';
import { revisionOf } from '../config/load.js';
import type { Settings } from '../config/schema.js';
import type { Secrets } from '../config/secrets.js';
import type { Market } from '../domain/market.js';
import { epochMs, type Ticker, ticker } from '../domain/units.js';
import { kalshiCodec } from '../exchange/kalshi/codec.js';
import type { KalshiShell } from '../exchange/kalshi/shell.js';
import type { FeedOutput } from '../exchange/venue.js';
import { Intake } from '../intake.js';
import { limits } from '../limits.js';
import { LogScheduler } from '../log-scheduler.js';
import type { Opened } from '../messages/input.js';
import { clockOf } from '../runtime/clock-of.js';
import { venueFor } from '../runtime/venue-for.js';
import { foreign } from '../sinks/console/text.js';
import { Recorder, type RecorderProblem } from '../sinks/recorder/recorder.js';
import { type Accept, RecordPolls, whyNot } from './record-polls.js';
import { version } from './version.js';

export type RecordOptions = {
  readonly json?: true;
  readonly out?: string;
  readonly seconds?: number;
  readonly every?: number;
  readonly tickers?: readonly string[];
};

const failure = 1;
const unreachable = 5;
/** Real seconds between two polls: quotes come from them alone, or from the feed besides. */
const everySecondsKeyless = 10;
const everySecondsWithFeed = 600;

const say = (text: string): void => void process.stderr.write(`${foreign(text)}\n`);

/** The markets a scan would keep, most traded first. */
const busiest = (markets: readonly Market[], marketsMax: number): readonly Ticker[] =>
  markets
    .filter(
      (market) => market.status === 'active' && !market.isMultivariate && !market.isProvisional,
    )
    .sort(
      (left, right) => right.volume24h - left.volume24h || (left.ticker < right.ticker ? -1 : 1),
    )
    .slice(0, marketsMax)
    .map((market) => market.ticker);

/** Everything the feed says of these markets until it is undone; keeps the subscriptions whole. */
function listen(
  shell: KalshiShell,
  accept: Accept,
  tickers: readonly Ticker[],
  clock: Clock,
): () => void {
  const { tickersPerSubscriptionMax } = limits;
  const feed = kalshiCodec.feed({ sparseSeq: false, tickersPerSubscriptionMax });
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
    // Fills and orders of the account are nobody else's business: a recording may be handed around.
    if (!isPrivate) accept('feed', event);
  });
  let cancelSweep: () => void = () => {};
  const sweep = (): void => {
    feed.sweep(epochMs(Math.floor(clock.realNow())), hear);
    cancelSweep = clock.setTimer(limits.sweepMs, sweep);
  };
  sweep();
  return () => {
    socket.unsubscribe();
    cancelSweep();
  };
}

/** Settles when the time is up, when it is interrupted, or when `isOver` says so. */
function untilEnd(clock: Clock, seconds: number | null, isOver: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    let cancel: () => void = () => {};
    const started = clock.monotonicMs();
    const end = (): void => {
      process.off('SIGINT', end).off('SIGTERM', end);
      cancel();
      resolve();
    };
    const look = (): void => {
      const leftMs =
        seconds === null ? limits.sweepMs : seconds * 1_000 - (clock.monotonicMs() - started);
      if (!(leftMs > 0) || isOver()) end();
      else cancel = clock.setTimer(Math.min(leftMs, limits.sweepMs), look);
    };
    process.once('SIGINT', end).once('SIGTERM', end);
    look();
  });
}

/** Records market data, and nothing of anybody, until it is told to stop. The exit code. */
export async function recordRun(
  settings: Settings,
  secrets: Secrets,
  options: RecordOptions,
): Promise<number> {
  const clock = systemClock;
  const stamp = new Date(clock.realNow()).toISOString().slice(0, 19).replaceAll(':', '-');
  const folder = options.out ?? join(settings.dataDir, 'captures', stamp);
  let lost: RecorderProblem | null = null;
  const clockSettings = clockOf(settings, clock);
  const opened = Recorder.open(
    {
      folder,
      run: 1,
      engine: version,
      settingsHash: revisionOf(settings),
      clock: clockSettings,
      report: (problem) => {
        if (problem?.code === 'recording_overflow') lost = problem;
        if (problem !== null) say(`${problem.path}: ${problem.code}: ${problem.detail}`);
      },
    },
    { clock },
  );
  if (!opened.ok) {
    const { path, code, detail } = opened.error;
    say(`${path}: ${code}: ${detail}`);
    return failure;
  }
  const recorder = opened.value;
  const marketClock = new MarketClock(clock, clockSettings);
  const intake = new Intake({
    clock,
    marketClock,
    scheduler: new LogScheduler(),
    tap: recorder.tap,
    deliver: () => {},
  });
  const accept: Accept = (source, payload) => intake.accept(source, payload);
  const shell = venueFor(settings, secrets, clock, ({ code, detail }) => say(`${code}: ${detail}`));
  const hasKey = secrets.hasKalshiKey;
  accept('engine', {
    kind: 'opened',
    run: 1,
    mode: 'paper',
    venue: settings.exchangeBackend,
    environment: environmentOf(settings),
    account: settings.account,
    hasKey,
    hasClaude: false,
    clock: clockSettings,
    settings,
    recovered: null,
    cyclesMax: null,
    feed: 'capture',
  } satisfies Opened);
  const polls = new RecordPolls(shell, accept, () => marketClock.now());
  const begun = await polls.scan();
  if (begun.ok) {
    const all = begun.value;
    const tickers = options.tickers?.map(ticker) ?? busiest(all, settings.scanMaxMarkets);
    const chosen = new Set(tickers);
    const events = all.filter((one) => chosen.has(one.ticker)).map((one) => one.eventTicker);
    const unlisten = hasKey ? listen(shell, accept, tickers, clock) : () => {};
    const stopPolls = poll(polls, tickers, [...new Set(events)], hasKey, clock, options.every);
    await untilEnd(clock, options.seconds ?? null, () => lost !== null);
    stopPolls();
    unlisten();
  } else say(`market list: ${whyNot(begun.error)}`);
  accept('engine', { kind: 'stop', reason: begun.ok ? 'done' : 'unreachable' });
  await shell.close();
  return await close(recorder, options, begun.ok);
}

/** Asks in turn and again, each time after the answers of the last; undone by what it returns. */
function poll(
  polls: RecordPolls,
  tickers: readonly Ticker[],
  events: Parameters<RecordPolls['metadata']>[0],
  hasKey: boolean,
  clock: Clock,
  every: number | undefined,
): () => void {
  const everyMs = (every ?? (hasKey ? everySecondsWithFeed : everySecondsKeyless)) * 1_000;
  let isOver = false;
  let cancel: () => void = () => {};
  const tell = (what: string, failed: Awaited<ReturnType<RecordPolls['trades']>>): void => {
    if (failed !== null && !isOver) say(`${what}: ${whyNot(failed)}; asked again`);
  };
  const round = async (isFirst: boolean): Promise<void> => {
    if (isFirst) tell('events and series', await polls.metadata(events));
    if (!isOver) tell('markets', await polls.listings(tickers));
    // With a feed they come by themselves.
    if (!isOver && !hasKey) tell('trades', await polls.trades(tickers));
    if (!isOver) cancel = clock.setTimer(everyMs, () => void round(false));
  };
  void round(true);
  return () => {
    isOver = true;
    cancel();
  };
}

async function close(recorder: Recorder, options: RecordOptions, isUp: boolean): Promise<number> {
  const closed = await recorder.close({ decisionsHash: null, ledgerHash: null });
  const { inputs, bytes, path } = recorder.status();
  if (!closed.ok) say(`${closed.error.path}: ${closed.error.code}: ${closed.error.detail}`);
  const line = { schemaVersion: 1, inputs, bytes, path };
  process.stdout.write(
    options.json === true
      ? `${JSON.stringify(line)}\n`
      : `${inputs} inputs, ${bytes} bytes before compression in ${path}\n`,
  );
  if (!isUp) return unreachable;
  return closed.ok && closed.value.closed?.isWhole === true ? 0 : failure;
}
