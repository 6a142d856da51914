// Goal: a replay of decoded captures is the replay of the captures, with what was wrong with them told in its place.
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { syntheticCapture } from '../../../bench/synthetic-capture.mjs';
import { readConfig } from '../../../src/config/read.js';
import { limits } from '../../../src/limits.js';
import type { Step } from '../../../src/messages/step.js';
import type { CaptureProblem } from '../../../src/replay/captures.js';
import { makeCapturesCache } from '../../../src/replay/decoded/make.js';
import { engineTarget, openedForCapture } from '../../../src/replay/engine-target.js';
import { replayCaptures } from '../../../src/replay/replay-captures.js';

const gold = join(import.meta.dirname, '../../../../shared/data/kalshi-gold15m');
const shortWindows = readConfig({ BOT_CYCLE_SECONDS: '10' }, {});

let home = '';
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'decoded-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

async function replay(
  paths: readonly string[],
  usesCache: boolean,
  options: { untilMs?: number; isSparse?: boolean } = {},
) {
  if (!shortWindows.ok) throw new Error(shortWindows.error[0]?.message);
  const problems: CaptureProblem[] = [];
  const steps: Step[] = [];
  const replayed = await replayCaptures({
    paths,
    usesCache,
    untilMs: options.untilMs ?? null,
    opened: openedForCapture(shortWindows.value.loaded.settings, options.isSparse ?? true),
    make: (opened, events) =>
      engineTarget(opened, events, (step) => void steps.push(structuredClone(step))),
    onProblem: (problem) => void problems.push(problem),
  });
  return { ...replayed, told: problems, steps };
}

function synthetic(seed: number, messages: number): readonly string[] {
  return syntheticCapture({ seed, messages }).map(({ ticker, lines }) => {
    const path = join(home, `${ticker}.ndjson.gz`);
    writeFileSync(path, gzipSync(`${lines.join('\n')}\n`));
    return path;
  });
}

/** The two ways agree. Tells the one through the cache. */
async function agrees(paths: readonly string[], options: Parameters<typeof replay>[2] = {}) {
  const plain = await replay(paths, false, options);
  const decoded = await replay(paths, true, options);
  expect([plain.isDecoded, decoded.isDecoded]).toEqual([false, true]);
  expect({ ...decoded, isDecoded: false }).toEqual(plain);
  return decoded;
}

const caches = (): readonly string[] =>
  readdirSync(home).filter((name) => name.includes('.decoded'));

describe('the cache of captures', () => {
  it('replays to the same books, windows and counts, at any time, with and without holes', async () => {
    const paths = synthetic(1, 4_000);
    expect(await makeCapturesCache(paths)).toBeNull();
    for (const isSparse of [true, false])
      for (const untilMs of [1_789_999_999_999, 1_790_000_000_000, 1_790_000_008_000, undefined])
        await agrees(paths, { isSparse, ...(untilMs === undefined ? {} : { untilMs }) });
    expect((await replay(paths, true)).totals.windows).toBeGreaterThan(0);
  });

  it('tells bad and late lines and a torn end where they are', async () => {
    const [file] = syntheticCapture({ seed: 5, markets: 1, messages: 400 });
    const lines = [...(file?.lines ?? [])];
    const late = lines[40] ?? '';
    lines.splice(60, 0, late, 'no line', '{"recv_ms": 1790000000200, "event": {"type": "odd"}}');
    const torn = join(home, 'torn.ndjson.gz');
    const packed = gzipSync(lines.join('\n'));
    writeFileSync(torn, packed.subarray(0, packed.length - 200));
    const paths = [torn, ...synthetic(6, 300)];
    await makeCapturesCache(paths);
    const { told } = await agrees(paths);
    expect(told.map(({ code }) => code)).toEqual(
      expect.arrayContaining(['out_of_order', 'bad_line', 'torn']),
    );
    await agrees(paths, { untilMs: 1_790_000_000_100 });
  });

  it('goes on with the files where it is damaged', async () => {
    const paths = synthetic(2, 30_000);
    await makeCapturesCache(paths);
    const plain = await replay(paths, false);
    const path = join(home, caches()[0] ?? '');
    const sound = readFileSync(path);
    // The second block of two.
    expect(sound.length).toBeGreaterThan(limits.decodedBlockBytes);
    for (const at of [100, limits.decodedBlockBytes + 10_000]) {
      const bytes = Buffer.from(sound);
      bytes[at] = (bytes[at] ?? 0) ^ 1;
      writeFileSync(path, bytes);
      expect(await replay(paths, true)).toEqual(plain);
    }
  });

  it('is of these files in this order, and of their bytes', async () => {
    const paths = synthetic(3, 500);
    await makeCapturesCache(paths);
    expect((await replay(paths.toReversed(), true)).isDecoded).toBe(false);
    expect((await replay(paths.slice(1), true)).isDecoded).toBe(false);
    writeFileSync(paths[1] ?? '', gzipSync('{"recv_ms":1790000000000,"event":{}}\n'));
    expect((await replay(paths, true)).isDecoded).toBe(false);
    await makeCapturesCache(paths);
    expect((await replay(paths, true)).isDecoded).toBe(true);
    // Moved together they still belong together, from wherever they are called.
    const elsewhere = join(home, 'elsewhere');
    mkdirSync(elsewhere);
    for (const name of readdirSync(home))
      if (name !== 'elsewhere') cpSync(join(home, name), join(elsewhere, name));
    const moved = paths.map((path) => path.replace(home, elsewhere));
    expect((await replay(moved, true)).isDecoded).toBe(true);
  });

  it('is not made of what does not read whole', async () => {
    const paths = [...synthetic(4, 300), join(home, 'not-there.ndjson')];
    expect(await makeCapturesCache(paths)).toMatchObject({ code: 'source_unsound' });
    const [first = ''] = paths;
    writeFileSync(first, readFileSync(first).fill(7, 200, 260));
    expect(await makeCapturesCache(paths.slice(0, -1))).toMatchObject({ code: 'source_unsound' });
    expect(await makeCapturesCache([])).toMatchObject({ code: 'source_unsound' });
    expect(caches()).toEqual([]);
  });

  it('keeps the newest few of a folder', async () => {
    const paths = synthetic(5, 60);
    const names: string[] = [];
    for (let count = 0; count <= limits.decodedCapturesMax; count += 1) {
      const chosen = Array.from({ length: count + 1 }, (_, index) => paths[index % 3] ?? '');
      await makeCapturesCache(chosen);
      const [made = ''] = caches().filter((name) => !names.includes(name));
      names.push(made);
      utimesSync(join(home, made), 1_000 + count, 1_000 + count);
    }
    expect(new Set(caches())).toEqual(new Set(names.slice(1)));
  });
});

describe.skipIf(!existsSync(gold))(
  'the cache of the recorded gold markets (skipped without ../shared/data/kalshi-gold15m)',
  () => {
    it('replays all 222,884 messages to the same', async () => {
      cpSync(gold, home, { recursive: true });
      const paths = readdirSync(home, { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.ndjson.gz'))
        .sort()
        .map((name) => join(home, name));
      await makeCapturesCache(paths);
      const { inputs, totals } = await agrees(paths);
      expect([inputs, totals.bookDeltas, totals.trades]).toEqual([222_884, 215_050, 7_817]);
    }, 60_000);
  },
);
