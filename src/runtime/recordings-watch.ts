import { dirname } from 'node:path';
import { Subscription } from 'rxjs';
import type { Clock } from '../clock.js';
import type { Settings } from '../config/schema.js';
import { limits } from '../limits.js';
import { type RetentionRules, retire } from '../sinks/recorder/retention.js';

const dayMs = 86_400_000;
const gigabyte = 1e9;

export type RecordingsWatchPorts = {
  readonly clock: Clock;
  /** Of the run that is being recorded. */
  readonly folder: string;
  readonly settings: Pick<Settings, 'recordingsKeepDays' | 'recordingsMaxGb'>;
  readonly warn: (code: string, text: string) => void;
};

/** Deletes recordings past what the settings keep, now and every hour, and says which. */
export function watchRecordings({
  clock,
  folder,
  settings,
  warn,
}: RecordingsWatchPorts): Subscription {
  const { recordingsKeepDays: days, recordingsMaxGb: size } = settings;
  const rules: RetentionRules = {
    ageMsMax: days === 0 ? null : days * dayMs,
    bytesMax: size === 0 ? null : size * gigabyte,
  };
  let cancel: () => void = () => {};
  const look = (): void => {
    try {
      for (const { path, bytes, why, problem } of retire(
        dirname(folder),
        folder,
        rules,
        clock.realNow(),
      ))
        if (problem === null)
          warn('recording_deleted', `${path}: ${bytes} bytes, past BOT_RECORDINGS_${setting[why]}`);
        else warn('recording_kept', `${path}: ${problem}`);
    } catch (thrown) {
      warn('recording_kept', `${dirname(folder)}: ${String(thrown)}`);
    }
    cancel = clock.setTimer(limits.recordingsWatchMs, look);
  };
  look();
  return new Subscription(() => cancel());
}

const setting = { age: 'KEEP_DAYS', size: 'MAX_GB' } as const;
