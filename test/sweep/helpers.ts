import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JobExecutor } from '../../src/sweep/executor.js';
import type { JobOutcome, JobTotals } from '../../src/sweep/job.js';
import { Plan } from '../../src/sweep/plan.js';
import { filesIn, hashOf, type RecordingContent } from '../../src/sweep/recording-content.js';
import { openResults } from '../../src/sweep/results.js';
import { foldRowsOf, rowsOf } from '../../src/sweep/rows.js';
import { readSpec, type SweepSpec } from '../../src/sweep/spec.js';
import { sweep } from '../../src/sweep/sweep.js';
import { tableOf } from '../../src/sweep/table.js';

export const build = '0123456789abcdef';
export const threadFile = new URL('../support/sweep-thread.mjs', import.meta.url);

export const newFolder = (): string => mkdtempSync(join(tmpdir(), 'event-trading-sweep-'));

export function specOf(written: Readonly<Record<string, unknown>>): SweepSpec {
  const read = readSpec('s.jsonc', JSON.stringify({ recordings: ['r'], ...written }));
  if (!read.ok) throw new Error(read.error.join('\n'));
  return read.value;
}

/** Files by the names of a recording, whose text nobody reads. */
export async function recordingIn(folder: string, text = 'x'): Promise<RecordingContent> {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'manifest.json'), '{}');
  writeFileSync(join(folder, '2026-11-22T12.ndjson.gz'), text);
  const files = await filesIn(folder);
  return { folder, files, hash: hashOf(files), span: { fromMs: 1_000, toMs: 1_999 } };
}

export const recording: RecordingContent = {
  folder: 'r',
  hash: 'a'.repeat(64),
  files: [],
  span: { fromMs: 1_000, toMs: 1_999 },
};

export function outcomeOf(markedPnlMicros: number, more: Partial<JobTotals> = {}): JobOutcome {
  const orders = { submitted: 1, filled: 1, partial: 0, canceled: 0, rejected: 0, unknown: 0 };
  return {
    ok: true,
    totals: {
      cycles: 1,
      inputs: 1,
      orders,
      filled: 100,
      feesMicros: 0,
      realizedPnlMicros: 0,
      markedPnlMicros,
      expectedPnlMicros: 0,
      maxDrawdownMicros: 0,
      settled: 0,
      brier: null,
      marketBrier: null,
      decisionsHash: '',
      ledgerHash: '',
      ...more,
    },
  };
}

export type Ran = {
  readonly table: string;
  readonly ran: number;
  readonly jobs: number;
  readonly lines: readonly string[];
};

/** A whole sweep, with its results in `folder`; a problem of the executor is thrown. */
export async function swept(
  spec: SweepSpec,
  content: RecordingContent,
  folder: string,
  executor: JobExecutor,
  {
    signal = new AbortController().signal,
    onDone,
  }: { readonly signal?: AbortSignal; readonly onDone?: (done: number) => void } = {},
): Promise<Ran> {
  const plan = new Plan(spec, [content], build);
  const path = join(folder, 'results.ndjson');
  mkdirSync(folder, { recursive: true });
  const results = openResults(path, { forgetsFailed: false });
  if (!results.ok) throw new Error(results.error);
  const done = await sweep(plan, results.value, executor, {
    signal,
    onProgress: (progress) => onDone?.(progress.done),
  });
  await executor.close();
  results.value.close();
  if (!done.ok) throw new Error(`${done.error.code}: ${done.error.detail}`);
  const { get } = results.value;
  return {
    table: tableOf(plan, rowsOf(plan, get), foldRowsOf(plan, get)),
    ran: done.value.ran,
    jobs: done.value.jobs.length,
    lines: readFileSync(path, 'utf8').trim().split('\n'),
  };
}
