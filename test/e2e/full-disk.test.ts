// Goal: what cannot be written is told at once, and nothing leaves that would have to be in it.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { cleanUp, jsonOf, newFolder, run, start, until } from './support.js';
import { startVenue } from './venue.js';

afterAll(cleanUp);

it('ends with code 1 though it is paused and sends nothing; a kill it cannot write down holds in the next run', async () => {
  const venue = await startVenue({ args: ['--markets', '300'] });
  const dataDir = newFolder();
  mkdirSync(join(dataDir, 'control'), { recursive: true });
  const request = join(dataDir, 'control', 'pause');
  writeFileSync(request, '');
  const engine = start(['run', '--json'], {
    ...venue.env,
    BOT_DATA_DIR: dataDir,
    BOT_EXECUTION_MODE: 'paper',
    BOT_CYCLE_SECONDS: '20',
  });
  await until('the pause is on disk', () => !existsSync(request), { log: engine.err });
  // No file of this process grows beyond a byte: what it writes from now on fails, as on a full disk.
  execFileSync('prlimit', ['--pid', String(engine.child.pid), '--fsize=1']);
  // A kill that can no longer be written down: it has to hold all the same.
  const halt = join(dataDir, 'control', 'halt');
  engine.child.kill('SIGUSR2');
  const { code, err } = await engine.ended;
  expect([code, err]).toEqual([1, expect.stringContaining('ledger: a commit failed')]);
  expect(existsSync(halt)).toBe(true);
  const next = await run(['run', '--once', '--json'], engine.env);
  expect(next.code, next.err).toBe(6);
  expect(next.err).toContain('latched_operator');
  expect(existsSync(halt)).toBe(false);
});

it('sends no order while nothing can be recorded; by a setting it trades on, and says so all the same', async () => {
  const venue = await startVenue({ args: ['--markets', '300'] });
  const once = async (isRequired: boolean) => {
    const dataDir = newFolder();
    const engine = start(['run', '--once', '--json'], {
      ...venue.env,
      BOT_DATA_DIR: dataDir,
      BOT_RECORDING_REQUIRED: String(isRequired),
    });
    const folder = join(dataDir, 'live-loopback-main', 'recordings', '000001');
    await until('a recording has begun', () => existsSync(join(folder, 'manifest.json')), {
      log: engine.err,
    });
    rmSync(folder, { recursive: true });
    const { code, out, err } = await engine.ended;
    expect(err).toContain('disk_failed');
    return { code, orders: jsonOf(out)['orders'] as Record<string, number> };
  };
  const [required, free] = await Promise.all([once(true), once(false)]);
  expect(required.orders['filled']).toBe(0);
  expect(required.orders['rejected']).toBeGreaterThan(0);
  expect(free.orders['filled']).toBeGreaterThan(0);
});
