// Goal: a ledger that cannot be written any more ends the run at once, not only when the next order waits for it.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { cleanUp, newFolder, run, start, until } from './support.js';
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
}, 40_000);
