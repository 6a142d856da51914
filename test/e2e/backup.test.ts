// Goal: a copy that was taken while an engine writes is a whole ledger, checked before it has its name, nobody else's to
// read, and one that can be used in the place of the one it was taken from.
import { type ChildProcess, spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';
import { backUpLedger } from '../../src/sinks/ledger/backup.js';
import { highWaterPath, readHighWater } from '../../src/sinks/ledger/high-water.js';
import { exportRecords, inspectLedger } from '../../src/sinks/ledger/inspect.js';
import { ledgerPath, openLedger } from '../../src/sinks/ledger/ledger.js';
import { cleanUp, newFolder, run } from './support.js';

const child = fileURLToPath(new URL('../support/ledger-child.mjs', import.meta.url));
let writer: ChildProcess | null = null;
/** What the writer has said to be on disk. */
let said = '';
const durableSeq = (): number => Number(said.trimEnd().split('\n').at(-1)?.split(' ')[1] ?? 0);

async function writing(home: string): Promise<void> {
  said = '';
  const started = spawn(process.execPath, [child, resolve('dist'), home], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  writer = started;
  await new Promise<void>((ready) => {
    started.stdout.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-1_000);
      if (said.endsWith('\n') && durableSeq() > 60) ready();
    });
  });
}

async function stopWriting(): Promise<void> {
  const gone = new Promise((done) => writer?.once('exit', done));
  if (writer?.kill('SIGKILL') === true) await gone;
  writer = null;
}
afterEach(async () => {
  await stopWriting();
  await cleanUp();
});

async function linesOf(home: string): Promise<readonly string[]> {
  const lines: string[] = [];
  const problem = await exportRecords(home, (line) => {
    lines.push(line);
    return null;
  });
  expect(problem).toBeNull();
  return lines;
}

it('is taken while an engine writes, and can be restored', async () => {
  const home = newFolder();
  const folder = newFolder();
  await writing(home);
  for (const name of ['one', 'two', 'three']) {
    const target = join(folder, 'deep', name);
    const before = durableSeq();
    const { code, out, err } = await run(['ledger', 'backup', target, '--home', home, '--json']);
    expect([code, err]).toEqual([0, '']);
    const told = JSON.parse(out) as { readonly records: number; readonly headHash: string };
    expect(told).toMatchObject({ schemaVersion: 1, path: target, ok: true });
    expect(told.records).toBeGreaterThanOrEqual(before);
    expect(readHighWater(target)).toMatchObject({ seq: told.records, hash: told.headHash });
    for (const path of [target, join(target, 'ledger'), ledgerPath(target), highWaterPath(target)])
      expect(statSync(path).mode & 0o077, path).toBe(0);
  }
  // A reader is not misled by pages that are used again meanwhile.
  for (let time = 0; time < 10; time += 1) expect((await inspectLedger(home)).problem).toBeNull();
  // It was written to all the time.
  expect(durableSeq()).toBeGreaterThan(100);
  await stopWriting();

  const whole = await linesOf(home);
  for (const name of readdirSync(join(folder, 'deep'))) {
    const copy = await linesOf(join(folder, 'deep', name));
    expect(copy).toEqual(whole.slice(0, copy.length));
  }
  expect(readdirSync(join(folder, 'deep'))).toEqual(['one', 'three', 'two']);
  const restored = join(folder, 'deep', 'one');
  const ledger = await openLedger({
    home: restored,
    mode: 'paper',
    environment: 'loopback',
    account: 'main',
  });
  expect(ledger.ok && ledger.value.nextRun).toBe(2);
  if (ledger.ok) await ledger.value.close();
  // Only the file of an older copy is one that forgets; the file with its mark is a ledger.
  cpSync(ledgerPath(restored), ledgerPath(home));
  expect((await inspectLedger(home)).problem?.code).toBe('older_copy');
  cpSync(highWaterPath(restored), highWaterPath(home));
  expect((await inspectLedger(home)).problem).toBeNull();
});

it('is not made of a damaged ledger, over something, or where there is no room', async () => {
  const home = newFolder();
  const folder = newFolder();
  await writing(home);
  await stopWriting();
  const taken = join(folder, 'taken');
  mkdirSync(taken);
  writeFileSync(join(taken, 'mine'), 'mine');
  const over = await run(['ledger', 'backup', taken, '--home', home]);
  expect([over.code, over.err]).toEqual([1, expect.stringContaining('is there already')]);
  expect(readFileSync(join(taken, 'mine'), 'utf8')).toBe('mine');

  const target = join(folder, 'copy');
  const unreachable = await run(['ledger', 'backup', join(taken, 'mine', 'x'), '--home', home]);
  expect([unreachable.code, unreachable.err]).toEqual([1, expect.stringContaining('no copy')]);
  // What a check in another process refuses, or dies of, has no name and leaves nothing.
  const problem = { code: 'file_damaged', text: 'the check ended with SIGBUS' } as const;
  const refused = await backUpLedger(home, target, () =>
    Promise.resolve({ records: 0, headHash: null, problem }),
  );
  expect(refused).toMatchObject({ ok: false, error: { code: 'backup_failed' } });
  truncateSync(ledgerPath(home), 4 * 4_096);
  const damaged = await run(['ledger', 'backup', target, '--home', home]);
  expect([damaged.code, damaged.err]).toEqual([1, expect.stringContaining('no copy was made')]);
  expect([existsSync(target), readdirSync(folder)]).toEqual([false, ['taken']]);
});
