// Goal: a capture through the engine gives the books that an independent reading gives, at any time, by either way in.
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { syntheticCapture } from '../../bench/synthetic-capture.mjs';
import { readConfig } from '../../src/config/read.js';
import type { Step } from '../../src/messages/step.js';
import type { CaptureProblem } from '../../src/replay/captures.js';
import { engineTarget, openedForCapture } from '../../src/replay/engine-target.js';
import { replayCaptures } from '../../src/replay/replay-captures.js';
import { naiveBooks } from '../support/naive-books.js';

const recorded = join(import.meta.dirname, '../../../shared/data/kalshi-gold15m');

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'replay-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const shortWindows = readConfig({ BOT_CYCLE_SECONDS: '10' }, {});

async function replay(
  paths: readonly string[],
  options: { untilMs?: number; isSparse?: boolean; asFrames?: boolean } = {},
) {
  if (!shortWindows.ok) throw new Error(shortWindows.error[0]?.message);
  const problems: CaptureProblem[] = [];
  const steps: Step[] = [];
  const replayed = await replayCaptures({
    paths,
    untilMs: options.untilMs ?? null,
    opened: openedForCapture(shortWindows.value.loaded.settings, options.isSparse ?? true),
    make: (opened, events) =>
      engineTarget(opened, events, (step) => steps.push(structuredClone(step))),
    onProblem: (problem) => problems.push(problem),
    asFrames: options.asFrames ?? false,
  });
  return { ...replayed, problems, steps };
}

function synthetic(seed: number, messages: number): readonly string[] {
  return syntheticCapture({ seed, messages }).map(({ ticker, lines }, index) => {
    const text = `${lines.join('\n')}\n`;
    const path = join(folder, `${seed}-${ticker}.ndjson${index === 0 ? '' : '.gz'}`);
    writeFileSync(path, index === 0 ? text : gzipSync(text));
    return path;
  });
}

/** Receive times to stop at: the first, the last, and some between. */
const stops = (from: number, to: number, count: number): readonly number[] =>
  Array.from({ length: count }, (_, index) =>
    Math.floor(from + ((to - from) * index) / (count - 1)),
  );

async function agreesWithNaive(paths: readonly string[], untilMs: number) {
  const naive = naiveBooks(paths, untilMs);
  const replayed = await replay(paths, { untilMs });
  const { inputs, totals, books } = replayed;
  expect(books).toEqual(naive.books);
  expect({
    inputs,
    snapshots: totals.snapshots,
    bookDeltas: totals.bookDeltas,
    trades: totals.trades,
    negative: totals.gaps,
  }).toEqual(naive.counts);
}

describe('replay of a synthetic capture', () => {
  it('gives the books of an independent reading, at any time', async () => {
    for (const seed of [1, 2]) {
      const paths = synthetic(seed, 4_000);
      for (const untilMs of stops(1_790_000_000_000, 1_790_000_016_000, 6))
        await agreesWithNaive(paths, untilMs);
    }
  });

  it('is the same by bytes and by frames: books, windows, counts', async () => {
    const paths = synthetic(3, 5_000);
    for (const isSparse of [true, false]) {
      const fast = await replay(paths, { isSparse });
      const slow = await replay(paths, { isSparse, asFrames: true });
      expect(fast).toEqual(slow);
      expect(fast.totals.windows).toBeGreaterThan(0);
      expect(fast.totals.gaps > 0).toBe(!isSparse);
    }
  });

  it('shows levels as they add up even when every hole in the sequence is a loss', async () => {
    const paths = synthetic(4, 2_000);
    const { books } = await replay(paths, { isSparse: false });
    expect(books).toEqual(naiveBooks(paths, Number.POSITIVE_INFINITY).books);
  });

  it('loses a market, not the run, to a bad line', async () => {
    const [file] = syntheticCapture({ seed: 5, markets: 1, messages: 400 });
    const lines = file?.lines ?? [];
    const path = join(folder, 'bad.ndjson');
    const at = lines.findIndex((line, index) => index > 100 && line.includes('orderbook_delta'));
    const cut = (lines[at] ?? '').replace(/"delta_fp":"[^"]*"/, '"delta_fp":"lots"');
    writeFileSync(path, [...lines.with(at, cut), 'half a li'].join('\n'));
    const { inputs, totals, problems, steps } = await replay([path]);
    expect(inputs).toBe(401);
    expect(problems).toMatchObject([{ code: 'bad_line', path, line: 401 }]);
    expect(totals.gaps).toBeGreaterThan(0);
    expect(
      steps.some((step) => step.kind === 'notice' && step.notice.code === 'frame_refused'),
    ).toBe(true);
  });

  it('replays nothing as nothing', async () => {
    const path = join(folder, 'empty.ndjson');
    writeFileSync(path, '');
    const { inputs, totals, books } = await replay([path]);
    expect([inputs, totals.bookDeltas, totals.windows, books]).toEqual([0, 0, 0, {}]);
  });
});

describe.skipIf(!existsSync(recorded))(
  'replay of the recorded gold markets (skipped without ../shared/data/kalshi-gold15m)',
  () => {
    const paths = existsSync(recorded)
      ? readdirSync(recorded, { recursive: true, encoding: 'utf8' })
          .filter((name) => name.endsWith('.ndjson.gz'))
          .sort()
          .map((name) => join(recorded, name))
      : [];

    it('takes all 222,884 messages and meets no negative size', async () => {
      const { inputs, totals, problems } = await replay(paths);
      expect(problems).toEqual([]);
      expect(inputs).toBe(222_884);
      expect(totals).toMatchObject({
        bookDeltas: 215_050,
        trades: 7_817,
        snapshots: 17,
        gaps: 0,
        markets: 6,
      });
    });

    it('shows the books of an independent reading, level for level, at any receive time', async () => {
      for (const untilMs of stops(1_786_398_368_844, 1_786_403_760_000, 5))
        await agreesWithNaive(paths, untilMs);
    });

    it('is the same by bytes and by frames over the whole capture', async () => {
      const fast = await replay(paths);
      const slow = await replay(paths, { asFrames: true });
      expect(slow).toEqual(fast);
    });
  },
);
