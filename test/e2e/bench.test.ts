// Goal: what measures the engine still runs beside it. Two benches reach into it: a change inside breaks them unseen.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

// The others are made of the same parts; each of them would cost more seconds than it could find.
const benches = ['page', 'replay', 'decoded', 'dashboard'];

it('benches run, as small as they can be', async () => {
  const ran = promisify(execFile)(process.execPath, ['bench/run.mjs', '--brief', ...benches]);
  const { stdout, stderr } = await ran;
  expect(stderr).toBe('');
  expect(stdout.trim().split('\n')).toHaveLength(1 + benches.length + 2);
}, 60_000);
