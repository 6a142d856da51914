// Goal: three commits that the disk makes slow end a run; what a busy processor makes of a commit ends nothing.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { limits } from '../../src/limits.js';
import { commitTimer } from '../../src/sinks/ledger/commit-time.js';
import { openLedger } from '../../src/sinks/ledger/ledger.js';
import { tradedRuns } from '../support/ledger-records.js';
import { ManualClock } from '../support/manual-clock.js';

/** Time passes by hand: with timers that fire when they are due, or with none, as where a process is not given a core. */
let manual: ManualClock;
let lostMs = 0;
const clock = {
  monotonicMs: () => manual.monotonicMs() + lostMs,
  setTimer: (ms: number, fire: () => void) => manual.setTimer(ms, fire),
};
const disk = (ms: number): void => manual.pass(ms);
const processor = (ms: number): void => {
  lostMs += ms;
};

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'commits-'));
  manual = new ManualClock();
  lostMs = 0;
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

it.each([
  ['the disk alone', () => disk(1_300), 1_300, 1_300],
  ['the processor alone', () => processor(1_300), 1_300, 10],
  [
    'first the one and then the other',
    () => {
      disk(500);
      processor(800);
    },
    1_300,
    510,
  ],
  ['nobody', () => {}, 0, 0],
])('%s', (_, pass, tookMs, diskMs) => {
  const timed = commitTimer(clock);
  pass();
  expect(timed()).toEqual({ tookMs, diskMs });
  expect(manual.waiting).toBe(0);
});

const slowMs = limits.commitBreakerMs + 100;
it.each([
  ['the disk', disk, slowMs, ['slow_disk', 2]],
  ['the processor', processor, slowMs, [null, 5]],
  ['the processor, or so it seems,', processor, limits.commitExcusedMsMax + 100, ['slow_disk', 2]],
] as const)('commits that %s makes slow by %i ms', async (_, pass, ms, expected) => {
  const opened = await openLedger({
    home,
    mode: 'paper',
    environment: 'loopback',
    account: 'main',
    clock,
  });
  if (!opened.ok) throw new Error(opened.error.text);
  let durable = 0;
  let code: string | null = null;
  for (const records of (tradedRuns(1, 5)[0] ?? []).slice(0, 5)) {
    // The one before is over: this one begins at once.
    await new Promise(setImmediate);
    opened.value.append(records);
    const flushed = opened.value.flush(records.at(-1)?.seq ?? 0);
    pass(ms);
    const result = await flushed;
    if (result.ok) durable += 1;
    else code ??= result.error.code;
  }
  expect([code, durable]).toEqual(expected);
  await opened.value.close();
});
