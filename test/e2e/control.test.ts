// Goal: what an operator asks for reaches the engine it is meant for, and what `status` shows is what the engine wrote.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { cleanUp, jsonOf, newFolder, run } from './support.js';
import { startVenue } from './venue.js';

afterAll(cleanUp);

it('status shows the run that was, and a demo leaves requests for other engines alone', async () => {
  const venue = await startVenue({ args: ['--markets', '300'] });
  const dataDir = newFolder();
  const env = { ...venue.env, BOT_DATA_DIR: dataDir, BOT_EXECUTION_MODE: 'paper' };
  const before = await run(['status', '--json'], env);
  expect([before.code, before.out]).toEqual([1, '']);
  const end = await run(['run', '--once', '--json'], env);
  expect(end.code, end.err).toBe(0);
  const { ledger } = jsonOf(end.out) as { ledger: { headHash: string; records: number } };
  const status = await run(['status', '--json'], env);
  expect(status.code, status.err).toBe(0);
  expect(jsonOf(status.out)).toMatchObject({
    mode: 'paper',
    ledger: { seq: ledger.records, hash: ledger.headHash },
  });

  const request = join(dataDir, 'control', 'halt');
  mkdirSync(join(dataDir, 'control'), { recursive: true });
  writeFileSync(request, '');
  const demo = await run(['demo', '--cycles', '1', '--json'], { BOT_DATA_DIR: dataDir });
  expect([demo.code, existsSync(request)], demo.err).toEqual([0, true]);
  // The engine it was left for takes it at its start.
  const halted = await run(['run', '--once', '--json'], env);
  expect([halted.code, existsSync(request)], halted.err).toEqual([6, false]);
}, 90_000);
