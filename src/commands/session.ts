import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pino from 'pino';
import { merge, NEVER, type Observable } from 'rxjs';
import { systemClock } from '../clock.js';
import { environmentOf, marketPage } from '../config/addresses.js';
import type { ConfigChange } from '../config/reload.js';
import type { Settings } from '../config/schema.js';
import { scrubber } from '../config/scrub.js';
import type { Secrets } from '../config/secrets.js';
import { assert } from '../domain/assert.js';
import { reasonRules } from '../engine/derived-settings.js';
import { limits } from '../limits.js';
import { clockOf } from '../runtime/clock-of.js';
import { controlFolder } from '../runtime/control-requests.js';
import { type RunEnd, Runtime, type Sink } from '../runtime.js';
import { poster } from '../sinks/alerts/post.js';
import { artifacts } from '../sinks/artifacts.js';
import { Chains } from '../sinks/chains/chains.js';
import { console } from '../sinks/console/console.js';
import { foreign, paintFor } from '../sinks/console/text.js';
import { warnings } from '../sinks/console/warnings.js';
import { journal } from '../sinks/journal.js';
import { takeLock } from '../sinks/ledger/lock.js';
import { inert, log } from '../sinks/log.js';
import { LogFile } from '../sinks/log-file.js';
import { stateFile } from '../sinks/state.js';
import { controlFiles } from './control-files.js';
import { alertAgent, runInstruments } from './instruments.js';
import type { KillSignal } from './kill-signal.js';
import { sessionDashboard, type UiOptions } from './session-dashboard.js';
import { version } from './version.js';

export type SessionOptions = {
  readonly settings: Settings;
  readonly secrets: Secrets;
  readonly home: string;
  readonly cyclesMax: number | null;
  /** One JSON line at the end is all of stdout; people are then told nothing but warnings, on stderr. */
  readonly json: boolean;
  /** People are told nothing but warnings, on stderr, and the end. */
  readonly quiet?: boolean;
  readonly configChanges$?: Observable<ConfigChange>;
  /** Where an operator's requests are looked for. */
  readonly controlDir: string;
  /** Of the same directory; on before anything else of a start takes time. */
  readonly kill: KillSignal;
  readonly ui: UiOptions;
  readonly beforeStop?: (runtime: Runtime) => Promise<void>;
  /** One more sink; it may look at the engine as it is after each step. */
  readonly listen?: (runtime: () => Runtime) => Sink;
};

const stateEveryMs = 250;
const config = 3;
const halted = 6;

/**
 * Runs the engine until it ends by itself or is interrupted: the first SIGINT or SIGTERM drains it, a second one stops
 * it at once. The end, or the exit code of a start that failed.
 */
export async function session(options: SessionOptions): Promise<RunEnd | number> {
  // Of two engines that look into one control folder, one would take the kill that both were meant to hear.
  const place = await takeLock(controlFolder(options.controlDir));
  if (!place.ok) {
    process.stderr.write(`${foreign(place.error.text)}\n`);
    return config;
  }
  try {
    return await alone(options);
  } finally {
    await place.value.release();
  }
}

async function alone(options: SessionOptions): Promise<RunEnd | number> {
  const { settings, home } = options;
  const isCalm = options.json || options.quiet === true;
  const paint = paintFor(process.stdout);
  const logPath = join(home, 'logs', 'engine.log');
  let logFile: LogFile;
  try {
    logFile = new LogFile({
      path: logPath,
      bytesMax: limits.logFileBytesMax,
      keptMax: limits.logFilesKeptMax,
      report: (problem) =>
        void process.stderr.write(`warning: ${foreign(problem)} (file_not_written)\n`),
    });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    process.stderr.write(`${logPath}: ${foreign(why)}; choose another BOT_DATA_DIR\n`);
    return config;
  }
  const scrub = scrubber(options.secrets);
  const logger = pino({ base: null }, { write: (line) => logFile.write(scrub(inert(line))) });
  const warn = (code: string, text: string): void => {
    logger.warn({ code }, text);
    process.stderr.write(`warning: ${foreign(text)} (${code})\n`);
  };
  const report = (problem: string): void => warn('file_not_written', problem);
  let runtime: Runtime | null = null;
  const running = (): Runtime => {
    assert(runtime !== null, 'steps come from a runtime');
    return runtime;
  };
  const instruments = runInstruments({
    settings,
    secrets: options.secrets,
    home,
    clock: systemClock,
    warn,
    poster: poster(systemClock, alertAgent),
    readings: () => runtime?.readings() ?? null,
  });
  const artifactSink: Sink = (steps$) =>
    artifacts(steps$, settings.cycleArtifactsDir, () => runtime?.engine.account?.run ?? 0, report);
  const consoleSink: Sink = (steps$) =>
    console(steps$, (line) => process.stdout.write(`${line}\n`), {
      paint,
      rules: () => reasonRules(runtime?.engine.settingsNow ?? settings),
      lookUp: (ticker) => marketPage(environmentOf(settings), ticker),
    });
  const warningSink: Sink = (steps$) =>
    warnings(steps$, (line) => void process.stderr.write(`${line}\n`));
  const chains = settings.chainsEnabled
    ? new Chains({
        home,
        run: () => runtime?.engine.account?.run ?? 0,
        speed: clockOf(settings, systemClock).speed,
        pack: (entries) => running().packChains(entries),
        setTimer: systemClock.setTimer,
        report: (problem) => warn('chains_not_written', problem),
      })
    : null;
  const dashboard = sessionDashboard(options.ui, {
    settings,
    home,
    controlDir: options.controlDir,
    warn,
    runtime: () => runtime,
    metricsText: instruments.metricsText,
    say: (line) => {
      if (!isCalm) process.stdout.write(`${line}\n`);
    },
  });
  const opened = await Runtime.open({
    settings,
    secrets: options.secrets,
    home,
    engineVersion: version,
    cyclesMax: options.cyclesMax,
    configChanges$: options.configChanges$ ?? NEVER,
    operator$: merge(controlFiles(options.controlDir, home), options.kill.requests$),
    clock: systemClock,
    sinks: [
      (steps$) => log(steps$, logger),
      (steps$) => journal(steps$, settings.journalPath, report),
      (steps$) =>
        stateFile(steps$, {
          path: settings.statePath,
          everyMs: stateEveryMs,
          account: () => runtime?.engine.account ?? null,
          setTimer: systemClock.setTimer,
          report,
        }),
      ...(settings.cycleArtifactsEnabled ? [artifactSink] : []),
      ...(chains === null ? [] : [chains.sink]),
      isCalm ? warningSink : consoleSink,
      instruments.sink,
      ...(options.listen === undefined ? [] : [options.listen(running)]),
      ...(dashboard === null ? [] : [dashboard.sink]),
    ],
    observer: instruments.observer,
    beforeStop: options.beforeStop ?? (() => Promise.resolve()),
    settled: async () => {
      if (chains !== null)
        await Promise.race([
          chains.settled(),
          sleep(limits.chainsSettleMsMax, null, { ref: false }),
        ]);
    },
    warn,
  });
  if (!opened.ok) {
    await instruments.close(null);
    process.stderr.write(`${foreign(opened.error.text)}\n`);
    return opened.error.exitCode;
  }
  runtime = opened.value;
  const interrupt = (): void => {
    if (!isCalm) process.stdout.write('\nstopping: no new orders, waiting for those in flight\n');
    opened.value.drain('interrupted');
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  try {
    runtime.start();
    dashboard?.start();
    const end = await runtime.ended;
    await instruments.close(end.failure);
    return end;
  } finally {
    await dashboard?.stop();
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
  }
}

/** 1, 2, 4 or 5 when the run could not go on, 6 when trading is held back by a latch, else 0. */
export function exitCodeOfEnd(end: RunEnd): number {
  if (end.failure !== null) {
    process.stderr.write(`${foreign(end.failure.text)}\n`);
    return end.failure.exitCode;
  }
  return end.halted === null ? 0 : halted;
}
