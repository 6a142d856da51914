// The same backtests by two threads and by one, as a sweep runs them.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jobIdOf } from '../dist/sweep/job.js';
import { localExecutor } from '../dist/sweep/local.js';
import { contentOf } from '../dist/sweep/recording-content.js';
import { busyRecording } from './busy-recording.mjs';
import { row, sideBySide } from './measure.mjs';

export async function sweepBench(size) {
  const deltas = size(150_000);
  const jobCount = size(8);
  const scratch = mkdtempSync(join(tmpdir(), 'bench-'));
  const executors = [];
  try {
    const folder = join(scratch, 'recording');
    await busyRecording({ folder, deltas });
    const content = await contentOf(folder);
    if (!content.ok) throw new Error(content.error);
    const { hash, span } = content.value;
    const jobs = Array.from({ length: jobCount }, (_, index) => {
      const seed = index + 1;
      const job = { settings: {}, recording: hash, build: 'bench', seed, fills: 'realistic', span };
      return { jobId: jobIdOf(job), job };
    });
    const by = (threads) => {
      const executor = localExecutor(new Map([[hash, content.value]]), { threads });
      executors.push(executor);
      return async () => {
        let count = 0;
        const onOutcome = (_jobId, outcome) => {
          if (!outcome.ok) throw new Error(JSON.stringify(outcome));
          count += 1;
        };
        const ended = await executor.run(jobs, { onOutcome, signal: new AbortController().signal });
        if (!ended.ok || count !== jobCount) throw new Error(`${count} of ${jobCount} jobs`);
      };
    };
    const { subjectMs, floorMs } = await sideBySide({
      runs: size(3),
      subject: by(2),
      floor: by(1),
    });
    const perSecond = (ms) => ((jobCount / ms) * 1_000).toFixed(2);
    return row(
      'sweep by 2 threads, by 1, backtests/s',
      perSecond(subjectMs),
      perSecond(floorMs),
      (floorMs / subjectMs).toFixed(2),
      '>= 1.8',
    );
  } finally {
    for (const executor of executors) await executor.close();
    rmSync(scratch, { recursive: true, force: true });
  }
}
