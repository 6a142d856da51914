// Goal: results survive what a crash leaves, no job has two, and a local sweep goes on where it was.
import { appendFileSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parquetReadObjects } from 'hyparquet';
import { afterAll, describe, expect, it } from 'vitest';
import { localExecutor } from '../../src/sweep/local.js';
import { parquetOf } from '../../src/sweep/parquet.js';
import { Plan } from '../../src/sweep/plan.js';
import { openResults } from '../../src/sweep/results.js';
import { rowsOf } from '../../src/sweep/rows.js';
import {
  build,
  newFolder,
  outcomeOf,
  recording,
  recordingIn,
  specOf,
  swept,
  threadFile,
} from './helpers.js';

const folder = newFolder();
afterAll(() => rmSync(folder, { recursive: true }));

const opened = (path: string, forgetsFailed = false) => {
  const results = openResults(path, { forgetsFailed });
  if (!results.ok) throw new Error(results.error);
  return results.value;
};
const failed = { ok: false, failure: { code: 'x', detail: 'y' } } as const;

describe('results', () => {
  it('keep the first outcome of a job, over a torn tail and a changed line', () => {
    const path = join(folder, 'torn.ndjson');
    const first = opened(path);
    expect(['a', 'b', 'c'].map((id, at) => first.add(id, outcomeOf(at)))).toEqual([
      true,
      true,
      true,
    ]);
    expect(first.add('a', outcomeOf(9))).toBe(false);
    first.close();
    const whole = readFileSync(path, 'utf8');
    writeFileSync(path, whole.replace('"markedPnlMicros":1', '"markedPnlMicros":7'));
    truncateSync(path, whole.length - 5);
    const again = opened(path);
    expect(again.dropped).toBe(2);
    expect(['a', 'b', 'c'].map((id) => again.get(id) !== undefined)).toEqual([true, false, false]);
    again.add('c', outcomeOf(2));
    again.close();
    expect(opened(path).get('c')).toEqual(outcomeOf(2));
  });

  it('forget failures only when asked, and then take the newer outcome', () => {
    const path = join(folder, 'failed.ndjson');
    const first = opened(path);
    first.add('a', failed);
    first.close();
    expect(opened(path).get('a')).toEqual(failed);
    const retried = opened(path, true);
    expect(retried.add('a', outcomeOf(1))).toBe(true);
    retried.close();
    expect(opened(path).get('a')).toEqual(outcomeOf(1));
  });

  it('say so when they cannot be kept', () => {
    appendFileSync(join(folder, 'file'), '');
    expect(openResults(join(folder, 'file', 'x'), { forgetsFailed: false }).ok).toBe(false);
  });
});

describe('a local sweep', () => {
  const spec = specOf({
    vary: { account: ['good', 'fails', 'throws'], bankroll: [1, 2, 3, 4] },
    fixed: { maxOrdersPerMin: 20 },
    walkForward: { testShare: 0.5 },
  });

  it('goes on where it was interrupted, to the same table', async () => {
    const content = await recordingIn(join(folder, 'recording'));
    const local = () =>
      localExecutor(new Map([[content.hash, content]]), { threads: 2, file: threadFile });
    const stopping = new AbortController();
    const options = {
      signal: stopping.signal,
      onDone: (done: number) => {
        if (done === 5) stopping.abort();
      },
    };
    const out = join(folder, 'interrupted');
    await expect(swept(spec, content, out, local(), options)).rejects.toThrow('sweep_interrupted');
    const resumed = await swept(spec, content, out, local());
    const straight = await swept(spec, content, join(folder, 'straight'), local());
    expect([straight.ran, straight.jobs, straight.lines.length]).toEqual([24, 24, 24]);
    expect(resumed.ran).toBeLessThan(24);
    expect(resumed.ran).toBeGreaterThan(15);
    expect(resumed.lines).toHaveLength(24);
    expect(resumed.table).toBe(straight.table);
    expect(straight.table).toContain('failed: settings_invalid: no');
    expect(straight.table).toContain('failed: job_crashed: the thread is broken');
    expect((await swept(spec, content, out, local())).ran).toBe(0);
  });

  it('is a Parquet file of one row a job', async () => {
    const plan = new Plan(spec, [recording], build);
    const jobs = plan.jobs(0, () => undefined);
    const outcomes = (jobId: string) =>
      jobId === jobs[0]?.jobId ? failed : outcomeOf(-5_000_000_000, { brier: 0.25 });
    const bytes = parquetOf(plan, jobs, rowsOf(plan, outcomes), outcomes);
    const file = new Uint8Array(bytes).buffer;
    const rows = await parquetReadObjects({ file });
    expect(rows).toHaveLength(24);
    expect(rows[0]).toMatchObject({ failure: 'x', markedPnlMicros: null, part: 'train', fold: 1 });
    expect(rows[1]).toMatchObject({
      jobId: jobs[1]?.jobId,
      set_account: 'good',
      failure: null,
      markedPnlMicros: -5_000_000_000n,
      brier: 0.25,
    });
  });
});
