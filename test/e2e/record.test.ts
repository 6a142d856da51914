// Goal: anybody can record: quotes and trades without a key, whole books with one, in the format that everything reads.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { cleanUp, type Env, jsonOf, newFolder, run } from './support.js';
import { startVenue } from './venue.js';

afterAll(cleanUp);

const recorded = async (env: Env, ...args: readonly string[]) => {
  const out = join(newFolder(), 'recording');
  const end = await run(['record', '--out', out, '--seconds', '4', '--json', ...args], env);
  expect(end.code, end.err).toBe(0);
  const replayed = await run(['replay', out, '--json', '--books']);
  expect(replayed.code, replayed.err).toBe(0);
  const reader = ['test/replay/foreign-reader.mjs', out];
  const foreign = jsonOf(execFileSync(process.execPath, reader, { encoding: 'utf8' }));
  expect(foreign).toMatchObject({ isWhole: true, inputs: jsonOf(end.out)['inputs'], decisions: 0 });
  return { out, replay: jsonOf(replayed.out), kinds: foreign['kinds'] as Record<string, number> };
};

it('records and replays with and without a key; never over another recording', async () => {
  const venue = await startVenue({ speed: 60, args: ['--markets', '120'] });
  const { KALSHI_API_KEY_ID: _id, KALSHI_PRIVATE_KEY_PATH: _path, ...keyless } = venue.env;
  const [free, whole] = await Promise.all([
    recorded({ ...keyless, BOT_EXECUTION_MODE: 'paper' }, '--every', '1'),
    recorded(venue.env),
  ]);
  expect(Object.keys(free.kinds).sort()).toEqual(
    expect.arrayContaining(['opened', 'reply', 'stop']),
  );
  expect(free.kinds['frame']).toBeUndefined();
  expect(free.replay['markets']).toBeGreaterThan(50);
  expect(free.replay['trades']).toBeGreaterThan(0);
  expect(whole.kinds['frame']).toBeGreaterThan(100);
  expect(whole.replay['bookDeltas']).toBeGreaterThan(50);
  expect(Object.keys(whole.replay['books'] as object).length).toBeGreaterThan(50);
  const again = await run(['record', '--out', free.out, '--seconds', '1'], keyless);
  expect([again.code, again.err]).toEqual([1, expect.stringContaining('recording_exists')]);
});

it('says that the exchange cannot be reached, and leaves what it has', async () => {
  const env = {
    KALSHI_API_BASE_URL: 'http://127.0.0.1:1',
    KALSHI_WS_URL: 'ws://127.0.0.1:1/trade-api/ws/v2',
  };
  const end = await run(['record', '--out', join(newFolder(), 'x'), '--json'], env);
  expect([end.code, end.err]).toEqual([5, expect.stringContaining('market list: network')]);
  expect(jsonOf(end.out)).toMatchObject({ inputs: expect.any(Number) as number });
});
