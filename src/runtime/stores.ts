import { join } from 'node:path';
import type { Clock } from '../clock.js';
import { environmentOf } from '../config/addresses.js';
import { revisionOf } from '../config/load.js';
import type { Settings } from '../config/schema.js';
import { err, ok, type Result } from '../domain/result.js';
import type { ClockSettings } from '../messages/input.js';
import { type Ledger, openLedger } from '../sinks/ledger/ledger.js';
import type { RunObserver } from '../sinks/readings.js';
import { Recorder } from '../sinks/recorder/recorder.js';
import { runFolder } from '../sinks/recorder/run-folder.js';
import { clockOf } from './clock-of.js';

export type StartProblem = {
  readonly code: string;
  readonly text: string;
  readonly exitCode: 1 | 3;
};

/** What a run keeps on disk, and the clock that its recording goes by. */
export type Stores = {
  readonly ledger: Ledger;
  readonly recorder: Recorder;
  readonly clockSettings: ClockSettings;
};

/** Takes the ledger's lock and makes the recording's folder. */
export async function openStores(options: {
  readonly settings: Settings;
  readonly home: string;
  readonly engineVersion: string;
  readonly clock: Clock;
  readonly observer?: RunObserver;
  readonly warn: (code: string, text: string) => void;
}): Promise<Result<Stores, StartProblem>> {
  const { settings, home, warn } = options;
  const opened = await openLedger({
    home,
    mode: settings.executionMode,
    environment: environmentOf(settings),
    account: settings.account,
    onWarning: warn,
    onCommit: options.observer?.committed,
  });
  if (!opened.ok) return err({ ...opened.error, exitCode: 3 });
  const ledger = opened.value;
  const clockSettings = clockOf(settings, options.clock);
  const recorder = Recorder.open(
    {
      folder: runFolder(join(home, 'recordings'), ledger.nextRun),
      run: ledger.nextRun,
      engine: options.engineVersion,
      settingsHash: revisionOf(settings),
      clock: clockSettings,
      report: (problem) => {
        if (problem === null) warn('recorder_recovered', 'the recording is written again');
        else warn(problem.code, `${problem.path}: ${problem.detail}`);
      },
    },
    { clock: options.clock },
  );
  if (recorder.ok) return ok({ ledger, recorder: recorder.value, clockSettings });
  await ledger.close();
  const { code, path, detail } = recorder.error;
  return err({ code, text: `${path}: ${detail}`, exitCode: 1 });
}
