import { systemClock } from '../clock.js';
import { revisionOf } from '../config/load.js';
import type { Settings } from '../config/schema.js';
import { TimedWriter } from '../imports/timed-writer.js';
import { foreign } from '../sinks/console/text.js';
import type { Made } from '../sinks/recorder/format.js';
import { Recorder, type RecorderProblem } from '../sinks/recorder/recorder.js';
import { version } from './version.js';

const failure = 1;
const usage = 2;

export const say = (text: string): void => void process.stderr.write(`${foreign(text)}\n`);

const sayProblem = ({ path, code, detail }: RecorderProblem): void =>
  say(`${path}: ${code}: ${detail}`);

export type ImportedRecording = {
  readonly writer: TimedWriter;
  /** Whether all of it is on disk; what is not has been said. */
  readonly close: () => Promise<boolean>;
};

/** A recording to import into, as of `atMs`; or the code to leave with, and the reason has been said. */
export function importedRecording(
  folder: string,
  atMs: number,
  settings: Settings,
  made?: Made,
): ImportedRecording | number {
  let isLost = false;
  const opened = Recorder.open(
    {
      folder,
      run: 1,
      engine: version,
      settingsHash: revisionOf(settings),
      clock: { realOriginMs: atMs, marketOriginMs: atMs, speed: 1 },
      ...(made === undefined ? {} : { made }),
      report: (problem) => {
        if (problem === null) return;
        isLost = true;
        sayProblem(problem);
      },
    },
    { clock: systemClock },
  );
  if (!opened.ok) {
    sayProblem(opened.error);
    return opened.error.code === 'recording_exists' ? usage : failure;
  }
  const recorder = opened.value;
  return {
    writer: new TimedWriter(recorder),
    close: async () => {
      const closed = await recorder.close({ decisionsHash: null, ledgerHash: null });
      if (!closed.ok) sayProblem(closed.error);
      return closed.ok && !isLost;
    },
  };
}
