// Goal: the demo a newcomer types does what it says, the same seed is the same world, and its recording replays.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cleanUp, type End, jsonOf, linesOf, newFolder, run } from './support.js';

let end: End;
let demo: Record<string, unknown>;
beforeAll(async () => {
  end = await run(['demo', '--cycles', '3', '--json', '--no-ui'], { BOT_DATA_DIR: newFolder() });
  demo = jsonOf(end.out);
}, 90_000);
afterAll(cleanUp);

describe('demo --cycles 3 --json', () => {
  it('exits 0 with one line of what it did, and its books are the exchange’s', () => {
    expect(end.code, end.err).toBe(0);
    expect(linesOf(end.out)).toHaveLength(1);
    expect(demo).toMatchObject({
      schemaVersion: 1,
      cycles: 3,
      agreesWithVenue: true,
      differences: [],
      ledger: { balanced: true },
    });
    expect(demo['markets']).toBeGreaterThanOrEqual(900);
    expect(demo['compared']).toBeGreaterThan(10);
    const orders = demo['orders'] as Record<string, number>;
    const { submitted, ...outcomes } = orders;
    expect(orders['filled']).toBeGreaterThanOrEqual(1);
    expect(orders['unknown']).toBe(0);
    expect(Object.values(outcomes).reduce((sum, count) => sum + count, 0)).toBe(submitted);
    for (const field of ['valuations', 'candidates', 'feesMicros', 'realizedPnlMicros'])
      expect(Number.isSafeInteger(demo[field]), field).toBe(true);
    expect(demo['decisionsHash']).toMatch(/^[0-9a-f]{64}$/);
  });

  it('scores its fair values beside the mids on what settled within it', () => {
    const brier = demo['brier'] as Record<string, Record<string, number | null>>;
    expect(Object.keys(brier)).toEqual(['weather', 'crypto']);
    for (const [vertical, score] of Object.entries(brier)) {
      expect(Object.keys(score), vertical).toEqual([
        'engine',
        'market',
        'n',
        'events',
        'low',
        'high',
      ]);
      const { engine, market, n, events, low, high } = score;
      if (n === 0) {
        expect([engine, market, low, high]).toEqual([null, null, null, null]);
        continue;
      }
      expect(Number(engine) >= 0 && Number(engine) <= 1 && Number(market) >= 0).toBe(true);
      expect(Number(n)).toBeGreaterThanOrEqual(Number(events));
      expect(Number(low)).toBeLessThanOrEqual(Number(high));
    }
  });

  it('replays to the same decisions and the same ledger', async () => {
    const replayed = await run(['replay', String(demo['recording']), '--json', '--verify']);
    expect(replayed.code, replayed.err).toBe(0);
    expect(jsonOf(replayed.out)).toMatchObject({
      diverged: null,
      decisionsHash: demo['decisionsHash'],
      ledgerHash: (demo['ledger'] as { headHash: string }).headHash,
      markets: demo['markets'],
      windows: 3,
    });
  });

  it('a recording in which one digit was changed does not', async () => {
    const recording = String(demo['recording']);
    const manifest = JSON.parse(readFileSync(join(recording, 'manifest.json'), 'utf8')) as object;
    expect(JSON.stringify(manifest)).toContain(String(demo['decisionsHash']));
    const { writeFileSync, cpSync } = await import('node:fs');
    const copy = join(newFolder(), 'recording');
    cpSync(recording, copy, { recursive: true });
    const changed = JSON.stringify(manifest).replace(String(demo['decisionsHash']), '0'.repeat(64));
    writeFileSync(join(copy, 'manifest.json'), changed);
    const replayed = await run(['replay', copy, '--json']);
    expect(replayed.code).toBe(7);
    expect(jsonOf(replayed.out)).toMatchObject({
      diverged: { what: 'decisionsHash', recorded: '0'.repeat(64) },
    });
  });
});

it('the same seed and origin are the same world, another seed is another', async () => {
  const script = async (seed: string): Promise<string> => {
    const args = ['--seed', seed, '--origin', '1795442400000', '--script', '120000'];
    const { code, out, err } = await run(['simulator', ...args]);
    expect([code, err]).toEqual([0, '']);
    expect(linesOf(out).length).toBeGreaterThan(1_000);
    return createHash('sha256').update(out).digest('hex');
  };
  const [first, second, other] = [await script('7'), await script('7'), await script('8')];
  expect(second).toBe(first);
  expect(other).not.toBe(first);
});
