import { spawnSync } from 'node:child_process';

type Traced = { readonly status: number | null; readonly out: string; readonly err: string };

/**
 * Runs node under strace, which sees and bends what the process asks of the kernel. Without strace there is nothing to
 * judge by, so that is an error and no skipped test.
 */
export function straced(options: readonly string[], args: readonly string[]): Traced {
  const run = spawnSync('strace', ['-f', '-qq', ...options, process.execPath, ...args], {
    encoding: 'utf8',
    maxBuffer: 256 * 1_024 * 1_024,
    timeout: 150_000,
    // Otherwise some of what it asks would go past system calls.
    env: {
      PATH: process.env['PATH'] ?? '',
      UV_USE_IO_URING: '0',
      // It counts calls by thread: what is written asynchronously has one.
      UV_THREADPOOL_SIZE: '1',
    },
  });
  if (run.error !== undefined)
    throw new Error(
      `this test watches the disk with strace, which cannot be started (${run.error.message}): install it (Debian: apt-get install strace), on Linux`,
    );
  if (run.stderr.includes('ptrace'))
    throw new Error(`strace may not trace here: ${run.stderr.slice(0, 300)}`);
  return { status: run.status, out: run.stdout, err: run.stderr };
}
