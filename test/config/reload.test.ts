import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Subscription } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.js';
import { readConfigFile } from '../../src/config/read.js';
import { applyReload, type ConfigChange } from '../../src/config/reload.js';
import { metaOf, settingKeys } from '../../src/config/schema.js';
import { configChanges } from '../../src/config/watch.js';
import { loaded } from './helpers.js';

describe('a reload', () => {
  const from = (text: string, to: string) =>
    applyReload(loaded({ fileText: text }).settings, loaded({ fileText: to }));
  const outcome = (text: string, to: string) => {
    const result = from(text, to);
    if (!result.ok) return result.error.map((problem) => problem.code);
    const { changedKeys, waiting } = result.value;
    return [changedKeys, waiting.map((wait) => `${wait.key} ${wait.why}`)];
  };

  it.each([
    ['{}', '{}', [[], []]],
    ['{}', '{"minEdgePct": 0.1}', [['minEdgePct'], []]],
    ['{"minEdgePct": 0.1}', '{}', [['minEdgePct'], []]],
    ['{}', '{"maxDailyLoss": 499}', [['maxDailyLoss'], []]],
    ['{}', '{"maxDailyLoss": 501}', [[], ['maxDailyLoss loosens_cap']]],
    ['{}', '{"reentryCooldownSeconds": 601}', [['reentryCooldownSeconds'], []]],
    ['{}', '{"reentryCooldownSeconds": 599}', [[], ['reentryCooldownSeconds loosens_cap']]],
    ['{}', '{"enforceEventMutex": false}', [[], ['enforceEventMutex loosens_cap']]],
    ['{"enforceEventMutex": false}', '{}', [['enforceEventMutex'], []]],
    ['{}', '{"account": "b", "feeBps": 1}', [['feeBps'], ['account not_hot']]],
    // The trade cap may fall at once, the cycle cap may not rise; both together still hold.
    [
      '{}',
      '{"maxFractionPerTrade": 0.05, "maxTotalFractionPerCycle": 0.5}',
      [['maxFractionPerTrade'], ['maxTotalFractionPerCycle loosens_cap']],
    ],
    // The minimum would rise over the trade cap, whose own rise waits.
    ['{}', '{"minFractionPerTrade": 0.1, "maxFractionPerTrade": 0.15}', ['relation']],
  ])('from %s to %s', (text, to, expected) => {
    expect(outcome(text, to)).toEqual(expected);
  });

  it('keeps the running value of what waits', () => {
    const result = from('{}', '{"maxDailyLoss": 501, "minEdgePct": 0.1}');
    expect(result.ok && result.value.settings).toEqual({ ...loaded().settings, minEdgePct: 0.1 });
  });

  it('lets every risk cap move hot, or it could not tighten', () => {
    for (const key of settingKeys) {
      const meta = metaOf(key);
      if (meta.riskCap !== undefined) expect([key, meta.hot]).toEqual([key, true]);
    }
  });
});

describe('watching the file', () => {
  let folder = '';
  let path = '';
  let seen: ConfigChange[] = [];
  let subscription: Subscription | undefined;

  const start = (text: string | null): void => {
    if (text !== null) writeFileSync(path, text);
    const file = readConfigFile(path, false);
    const first = loadConfig({ env: {}, file: file.ok ? file.value : null, flags: {} });
    if (!first.ok || !file.ok) throw new Error('the first file is not valid');
    const load = (next: { path: string; text: string }) =>
      loadConfig({ env: {}, file: next, flags: {} });
    subscription = configChanges({ path, loaded: first.value, file: file.value, load }).subscribe(
      (change) => seen.push(change),
    );
  };
  const replace = (text: string): void => {
    writeFileSync(`${path}.new`, text);
    renameSync(`${path}.new`, path);
  };
  /** The nth change and how long it took. */
  const change = async (count: number): Promise<ConfigChange & { readonly tookMs: number }> => {
    const from = performance.now();
    await expect.poll(() => seen.length, { interval: 5 }).toBe(count);
    const last = seen[count - 1];
    if (last === undefined) throw new Error('nothing was seen');
    return { ...last, tookMs: performance.now() - from };
  };
  const quiet = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'config-'));
    path = join(folder, 'config.jsonc');
    seen = [];
  });
  afterEach(() => {
    subscription?.unsubscribe();
    rmSync(folder, { recursive: true });
  });

  it('sees renames and in-place writes, again and again, each once and within a second', async () => {
    start('{}');
    await quiet(200);
    const steps = [replace, replace, (text: string) => writeFileSync(path, text), replace] as const;
    const tookMs: number[] = [];
    for (const [at, write] of steps.entries()) {
      write(`{"feeBps": ${at + 1}}`);
      const found = await change(at + 1);
      expect(found).toMatchObject({ kind: 'changed', changedKeys: ['feeBps'], restartKeys: [] });
      expect(found.kind === 'changed' && found.settings.feeBps).toBe(at + 1);
      tookMs.push(found.tookMs);
    }
    // Most of them: a busy machine may be late with one or the other.
    expect(tookMs.toSorted((a, b) => a - b)[2]).toBeLessThan(1_000);
  });

  it('keeps the last good settings through an invalid file, and says when it is well again', async () => {
    start('{"feeBps": 1}');
    await quiet(200);
    replace('{"feeBps": 2, "feBps": 3}');
    const bad = await change(1);
    expect(bad.kind === 'invalid' && bad.problems.map((problem) => problem.code)).toEqual([
      'unknown_key',
    ]);
    replace('{"feeBps": 1} // better');
    expect(await change(2)).toMatchObject({ kind: 'changed', changedKeys: [] });
  });

  it('is silent about a write that changes nothing, and about other files', async () => {
    start('{"feeBps": 1}');
    await quiet(200);
    replace('{"feeBps": 1}');
    writeFileSync(join(folder, 'other.jsonc'), '{');
    await quiet(400);
    expect(seen).toEqual([]);
  });

  it('reports a file that vanishes, and takes the one that comes back', async () => {
    start('{"feeBps": 1}');
    await quiet(200);
    rmSync(path);
    const gone = await change(1);
    expect(gone.kind === 'invalid' && gone.problems[0]?.code).toBe('file_missing');
    writeFileSync(path, '{"feeBps": 4}');
    expect(await change(2)).toMatchObject({ kind: 'changed', changedKeys: ['feeBps'] });
  });

  it('takes a file that appears where there was none, and one written while it started', async () => {
    start(null);
    writeFileSync(path, '{"maxDailyLoss": 600, "maxOpenExposure": 100}');
    expect(await change(1)).toMatchObject({
      kind: 'changed',
      changedKeys: ['maxOpenExposure'],
      restartKeys: ['maxDailyLoss'],
    });
  });
});
