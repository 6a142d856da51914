// Goal: whatever dies in the middle of a remote sweep, each job has one result, and the table is the local one to the byte.
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { localExecutor } from '../../src/sweep/local.js';
import type { RecordingContent } from '../../src/sweep/recording-content.js';
import { remoteExecutor } from '../../src/sweep/remote/executor.js';
import { build, recordingIn, specOf, swept, threadFile } from '../sweep/helpers.js';
import { type Nats, natsIn } from './nats.js';
import { cleanUp, newFolder, run, start, until } from './support.js';

const ackWaitMs = 900;
const workerFile = fileURLToPath(new URL('../support/sweep-worker.mjs', import.meta.url));
let nats: Nats;
let content: RecordingContent;
const workers = new Set<ChildProcess>();

function worker(name: string, itsBuild = build): ChildProcess {
  const args = [workerFile, nats.url, name, itsBuild, newFolder(), String(ackWaitMs)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  workers.add(child);
  return child;
}

const ended = (child: ChildProcess): Promise<unknown> =>
  child.exitCode !== null || child.signalCode !== null
    ? Promise.resolve()
    : new Promise((done) => child.once('close', done));

const remote = (said: string[] = []) =>
  remoteExecutor(new Map([[content.hash, content]]), {
    url: nats.url,
    credentials: { kind: 'none' },
    clock: systemClock,
    ackWaitMs,
    say: (text) => void said.push(text),
  });
const local = (threads: number) =>
  localExecutor(new Map([[content.hash, content]]), { threads, file: threadFile });

/** 60 jobs. `seed` makes them other ones, so that no test finds the results of another. */
const sixty = (seed: number) =>
  specOf({
    vary: {
      minEdgePct: [0.01, 0.02, 0.03, 0.04, 0.05, 0.06],
      bankroll: [100, 200, 300, 400, 500],
    },
    fixed: { maxOrdersPerMin: 10 },
    walkForward: { testShare: 0.3 },
    seed,
  });

beforeAll(async () => {
  nats = await natsIn(newFolder());
  content = await recordingIn(newFolder(), 'a recording '.repeat(50_000));
});
afterEach(async () => {
  for (const child of workers) child.kill('SIGKILL');
  await Promise.all([...workers].map(ended));
  workers.clear();
});
afterAll(async () => {
  await nats.kill();
  await cleanUp();
});

describe('a sweep over NATS', () => {
  it('survives a worker killed in its middle', async () => {
    const three = ['one', 'two', 'three'].map((name) => worker(name));
    let isKilled = false;
    const over = await swept(sixty(1), content, newFolder(), remote(), {
      onDone: (done) => {
        if (done < 15 || isKilled) return;
        isKilled = true;
        three[1]?.kill('SIGKILL');
      },
    });
    expect(isKilled).toBe(true);
    const ids = over.lines.map((line) => (JSON.parse(line) as { jobId: string }).jobId);
    expect([over.ran, ids.length, new Set(ids).size]).toEqual([60, 60, 60]);
    const one = await swept(sixty(1), content, newFolder(), local(1));
    const two = await swept(sixty(1), content, newFolder(), local(2));
    expect(over.table).toBe(one.table);
    expect(two.table).toBe(one.table);
    expect([...two.lines].sort()).toEqual([...over.lines].sort());
  });

  it('survives a broker killed in its middle, and takes what is done from it when asked again', async () => {
    worker('one');
    worker('two');
    const restarts: Promise<void>[] = [];
    const over = await swept(sixty(2), content, newFolder(), remote(), {
      onDone: (done) => {
        if (done >= 15 && restarts.length === 0)
          restarts.push(nats.kill().then(() => nats.start()));
      },
    });
    expect(restarts).toHaveLength(1);
    await Promise.all(restarts);
    expect(over.lines).toHaveLength(60);
    expect(over.table).toBe((await swept(sixty(2), content, newFolder(), local(2))).table);
    for (const child of workers) child.kill('SIGKILL');
    // Nobody works any more, and yet every result is there.
    const again = await swept(sixty(2), content, newFolder(), remote());
    expect(again.table).toBe(over.table);
  });

  it('ends a job that kills its worker each time as a row', async () => {
    const spec = specOf({ vary: { account: ['kills', 'good'] }, seed: 3 });
    let isOver = false;
    const supervised = (async () => {
      while (!isOver) await ended(worker('again'));
    })();
    const over = await swept(spec, content, newFolder(), remote());
    isOver = true;
    for (const child of workers) child.kill('SIGKILL');
    await supervised;
    expect(over.table).toContain(
      'failed: job_poisoned: its worker ended without an answer 3 times',
    );
    expect(over.table.match(/failed/g)).toHaveLength(1);
  });

  it('refuses workers of another build, and says which', async () => {
    worker('old', 'ffffffffffffffff');
    const spec = specOf({ vary: { account: ['good'] }, seed: 4 });
    await expect(swept(spec, content, newFolder(), remote())).rejects.toThrow(
      `build_mismatch: no worker has this sweep's build ${build}: old has ffffffffffffffff; build the same commit on both sides`,
    );
  });
});

describe('the commands', () => {
  it('let a worker start whatever keys lie about, and never read them', async () => {
    const keys = {
      KALSHI_API_KEY_ID: 'canary-1',
      KALSHI_PRIVATE_KEY_PATH: '/nowhere/canary-2',
      ANTHROPIC_API_KEY: 'canary-3',
    };
    const child = start(['worker', '--remote', nats.url], keys);
    await until('the worker waits', () => child.err().includes('waiting for jobs'), {
      log: child.err,
    });
    child.child.kill('SIGTERM');
    const { code, err } = await child.ended;
    expect(code).toBe(0);
    for (const name of Object.keys(keys)) expect(err).toContain(`${name} is in the environment`);
    expect(err).not.toContain('canary');
  });

  it('send nothing in the clear, and no secret on the command line', async () => {
    const rows: readonly (readonly [url: string, code: number, said: string])[] = [
      ['nats://10.0.0.1:4222', 3, 'remote_unsafe: 10.0.0.1 is not this machine: use tls://'],
      ['tls://10.0.0.1:4222', 3, 'remote_unsafe: 10.0.0.1 is not this machine: set NATS_CREDS'],
      ['nats://me:canary@127.0.0.1:1', 3, 'remote_unsafe: credentials in --remote'],
      ['nats://127.0.0.1:1', 1, 'broker_unreachable: 127.0.0.1:1'],
    ];
    for (const [url, code, said] of rows) {
      const end = await run(['worker', '--remote', url]);
      expect([url, end.code, end.err]).toEqual([url, code, expect.stringContaining(said)]);
      expect(end.err).not.toContain('canary');
    }
  });

  it('say that the broker refuses a credential, without showing it', async () => {
    const guarded = await natsIn(newFolder(), ['--auth', 'right-token']);
    const wrong = await run(['worker', '--remote', guarded.url], { NATS_TOKEN: 'canary-token' });
    expect([wrong.code, wrong.err]).toEqual([4, expect.stringContaining('broker_refused')]);
    expect(wrong.err).not.toContain('canary');
    const right = start(['worker', '--remote', guarded.url], { NATS_TOKEN: 'right-token' });
    await until('the worker waits', () => right.err().includes('waiting for jobs'), {
      log: right.err,
    });
    right.child.kill('SIGTERM');
    await right.ended;
    await guarded.kill();
  });
});
