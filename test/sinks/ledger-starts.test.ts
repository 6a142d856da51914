import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { exportRecords, inspectLedger } from '../../src/sinks/ledger/inspect.js';
import { ledgerPath, openLedger } from '../../src/sinks/ledger/ledger.js';
import { takeLock } from '../../src/sinks/ledger/lock.js';
import { compiled } from '../support/compiled.js';
import { tradedRuns } from '../support/ledger-records.js';
import { straced } from '../support/strace.js';

// Goal: of any number of starts one has the ledger and the others end before they talk to anybody; what a dead process
// left behind holds up nobody, and neither does a slow reader.
let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'starts-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const child = fileURLToPath(new URL('../support/ledger-child.mjs', import.meta.url));
const opened = () => openLedger({ home, mode: 'paper', environment: 'loopback', account: 'main' });

/** Starts it, and says how it began: what it has written first, or why it was refused. */
async function firstWord(): Promise<{ word: string; end: () => Promise<void> }> {
  const started = spawn(process.execPath, [child, compiled, home], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const gone = new Promise<void>((done) => started.once('exit', () => done()));
  const word = await new Promise<string>((done) =>
    started.stdout.once('data', (chunk: Buffer) => done(chunk.toString().trim())),
  );
  return {
    word,
    end: async () => {
      started.kill('SIGKILL');
      await gone;
    },
  };
}

it('eight starts at once: one has it, seven learn that it is in use', async () => {
  for (let round = 0; round < 2; round += 1) {
    const started = await Promise.all(Array.from({ length: 8 }, () => firstWord()));
    const words = started.map(({ word }) => word.split(' ').slice(0, 2).join(' '));
    expect(words.filter((word) => word.startsWith('durable'))).toHaveLength(1);
    expect(words.filter((word) => word === 'refused in_use')).toHaveLength(7);
    await Promise.all(started.map(({ end }) => end()));
    expect((await inspectLedger(home)).problem).toBeNull();
  }
});

it('an engine that finds it in use ends with 3 and has opened no connection', async () => {
  const dataDir = join(home, 'data');
  const own = join(dataDir, 'paper-loopback-main');
  const lock = await takeLock(own);
  if (!lock.ok) throw new Error(lock.error.text);
  const trace = join(home, 'trace');
  const options = ['-o', trace, '-e', 'trace=socket,connect'];
  // One that did start would find nobody there, and end.
  const nobody = [
    'kalshiApiBaseUrl=http://127.0.0.1:9',
    'kalshiWsUrl=ws://127.0.0.1:9/trade-api/ws/v2',
  ];
  const set = [`dataDir=${dataDir}`, ...nobody].flatMap((one) => ['--set', one]);
  const { status, err } = straced(options, [resolve('dist/main.js'), 'run', '--once', ...set]);
  await lock.value.release();
  expect([status, err]).toEqual([3, expect.stringContaining('another instance')]);
  const calls = readFileSync(trace, 'utf8');
  // The lock itself is a socket: there is something to see.
  expect(calls).toContain('AF_UNIX');
  expect(calls).not.toContain('AF_INET');
});

it('a lock file of a dead process, or of another with its number, holds up nobody', async () => {
  const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  for (const left of [
    JSON.stringify({ pid: 2 ** 22 + 1, bootId: boot }),
    JSON.stringify({ pid: process.ppid, bootId: boot }),
    JSON.stringify({ pid: 1, bootId: 'another boot' }),
    '{"pid":',
    '',
  ]) {
    writeFileSync(join(home, 'lock.json'), left);
    const ledger = await opened();
    expect(ledger.ok, left).toBe(true);
    if (ledger.ok) await ledger.value.close();
  }
});

it('makes its directories for this user alone, whatever the mask', async () => {
  const before = process.umask(0);
  const deep = join(home, 'a', 'b');
  const ledger = await openLedger({
    home: deep,
    mode: 'paper',
    environment: 'loopback',
    account: 'main',
  });
  process.umask(before);
  if (!ledger.ok) throw new Error(ledger.error.text);
  const [groups = []] = tradedRuns(1, 1);
  ledger.value.append(groups.flat());
  await ledger.value.flush(groups.flat().length);
  const made = [deep, join(deep, 'ledger'), join(deep, 'high-water'), join(deep, 'lock.json')];
  const files = [ledgerPath(deep), `${ledgerPath(deep)}-lock`, join(deep, 'high-water/mark.json')];
  for (const path of [...made, ...files]) expect(statSync(path).mode & 0o077, path).toBe(0);
  await ledger.value.close();
});

it('an export that nobody reads on keeps no page from being used again', async () => {
  mkdirSync(home, { recursive: true });
  const ledger = await opened();
  if (!ledger.ok) throw new Error(ledger.error.text);
  const groups = tradedRuns(1, 120)[0] ?? [];
  const write = async (from: number, to: number): Promise<number> => {
    const before = statSync(ledgerPath(home)).size;
    for (const records of groups.slice(from, to)) {
      ledger.value.append(records);
      await ledger.value.flush(records.at(-1)?.seq ?? 0);
    }
    return statSync(ledgerPath(home)).size - before;
  };
  await write(0, 40);
  const grown = await write(40, 80);
  let goOn = (): void => {};
  const held = new Promise<void>((done) => {
    goOn = done;
  });
  const lines: string[] = [];
  const exporting = exportRecords(home, (line) => {
    lines.push(line);
    return held;
  });
  const grownMeanwhile = await write(80, 120);
  expect(lines).toHaveLength(1);
  goOn();
  expect(await exporting).toBeNull();
  // It goes on to what was written since.
  expect(lines).toHaveLength(ledger.value.durableSeq());
  expect(grownMeanwhile).toBeLessThanOrEqual(2 * grown + 16 * 4_096);
  await ledger.value.close();
});
