// Replay of a decoded recording, a busy one: the whole engine, no network. Floor: the same cache through one Subject.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Subject } from 'rxjs';
import { makeRecordingCache } from '../dist/replay/decoded/make.js';
import { readInputs } from '../dist/replay/decoded/read-inputs.js';
import { engineTarget, recomputed, workerAnswer } from '../dist/replay/engine-target.js';
import { openRecording } from '../dist/replay/recording-reader.js';
import { replayRecording } from '../dist/replay/replay-recording.js';
import { busyRecording } from './busy-recording.mjs';
import { grouped, row, sideBySide } from './measure.mjs';

export async function decodedBench(size) {
  const deltas = size(1_000_000);
  const scratch = mkdtempSync(join(tmpdir(), 'bench-'));
  try {
    const folder = join(scratch, 'recording');
    const { inputs } = await busyRecording({ folder, deltas });
    const opened = await openRecording(folder);
    if (!opened.ok) throw new Error(opened.error.detail);
    const problem = await makeRecordingCache(opened.value);
    if (problem !== null) throw new Error(`${problem.code}: ${problem.detail}`);
    const subject = async () => {
      const { isDecoded, diverged, totals } = await replayRecording(opened.value, {
        untilMs: null,
        usesCache: true,
        make: engineTarget,
        recompute: recomputed,
        answer: workerAnswer,
      });
      // The hashes that the run closed with are compared, too.
      if (!isDecoded || diverged !== null || totals.bookDeltas !== deltas)
        throw new Error(JSON.stringify({ isDecoded, diverged, totals }));
    };
    const floor = async () => {
      const heard$ = new Subject();
      let count = 0;
      heard$.subscribe(() => {
        count += 1;
      });
      const hear = (input) => heard$.next(input);
      await readInputs(opened.value, {
        onInput: hear,
        onFrame: (_seq, _at, _connection, frame) => hear(frame),
      });
      if (count !== inputs) throw new Error(`heard ${count} of ${inputs}`);
    };
    const { subjectMs, floorMs } = await sideBySide({ runs: size(5), subject, floor });
    const value = (inputs / subjectMs) * 1_000;
    const least = (inputs / floorMs) * 1_000;
    return row(
      'decoded recording replay, inputs/s',
      grouped(value),
      grouped(least),
      (value / least).toFixed(2),
      '>= 1,000,000',
    );
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
