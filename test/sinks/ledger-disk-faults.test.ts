import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { limits } from '../../src/limits.js';
import { highWaterPath } from '../../src/sinks/ledger/high-water.js';
import { inspectLedger } from '../../src/sinks/ledger/inspect.js';
import { ledgerPath, openLedger } from '../../src/sinks/ledger/ledger.js';
import { compiled } from '../support/compiled.js';
import { tradedRuns } from '../support/ledger-records.js';
import { straced } from '../support/strace.js';

// Goal: a disk that fails, is full or is slow ends the run: nothing is said to be on disk after its first failure, and what
// was said before is there at the next start.
const runs = tradedRuns(1, 12);
const commits = runs.flat().length;
const writer = fileURLToPath(new URL('../support/ledger-writer.mjs', import.meta.url));

const box = mkdtempSync(join(tmpdir(), 'faults-'));
const runsPath = join(box, 'runs.json');
let home = '';
beforeAll(() => {
  writeFileSync(runsPath, JSON.stringify(runs));
});
beforeEach(() => {
  home = mkdtempSync(join(box, 'home-'));
});
afterAll(() => rmSync(box, { recursive: true, force: true }));

type Told = { readonly status: number | null; readonly lines: readonly string[] };

/** The writer with faults that strace makes of its calls; `path`: only of calls that concern this file. */
function written(faults: readonly string[], path: string | null = null): Told {
  const inject = faults.flatMap((fault) => ['-e', `inject=${fault}`]);
  const calls = faults.map((fault) => fault.split(':')[0]).join();
  const only = path === null ? [] : ['-P', path];
  const trace = ['-o', '/dev/null', '-e', `trace=${calls}`, ...only, ...inject];
  const { status, out } = straced(trace, [writer, compiled, home, runsPath]);
  return { status, lines: out.trimEnd().split('\n') };
}

const acknowledged = (lines: readonly string[]): number =>
  Math.max(0, ...lines.map((line) => Number(/^durable (\d+)/.exec(line)?.[1] ?? 0)));

/** Whatever happened, the next start finds every acknowledged record and can go on. */
async function holds(lines: readonly string[]): Promise<void> {
  const { problem, records } = await inspectLedger(home);
  expect(problem).toBeNull();
  expect(records).toBeGreaterThanOrEqual(acknowledged(lines));
  const ledger = await openLedger({
    home,
    mode: 'paper',
    environment: 'loopback',
    account: 'main',
  });
  if (!ledger.ok) throw new Error(ledger.error.text);
  expect(ledger.value.durableSeq()).toBe(records);
  ledger.value.append(runs.flat(2).slice(records));
  expect(await ledger.value.flush(runs.flat(2).length)).toMatchObject({ ok: true });
  await ledger.value.close();
}

/** It ended by the first failure, whatever would have worked afterwards. */
function endedBy({ status, lines }: Told, code: string): void {
  expect(status).toBe(4);
  const failure = lines.findIndex((line) => line.startsWith('failed'));
  expect(lines[failure]).toBe(`failed ${code}`);
  expect(lines.slice(failure).filter((line) => line.startsWith('durable'))).toEqual([]);
  expect(lines.filter((line) => line.startsWith('durable')).length).toBeLessThan(commits);
}

describe('a sync that fails', () => {
  for (const when of ['8', '11', '15', '9+', '13+'])
    it(`at call ${when} ends the run for good`, async () => {
      const told = written([`fdatasync:error=EIO:when=${when}`]);
      endedBy(told, 'commit_failed');
      expect(acknowledged(told.lines)).toBeGreaterThan(0);
      await holds(told.lines);
    });

  it('while the ledger is made leaves none that cannot be opened', async () => {
    const told = written(['fdatasync:error=EIO:when=1+']);
    expect(told).toMatchObject({
      status: 3,
      lines: [expect.stringMatching(/^refused not_writable/)],
    });
    const ledger = await openLedger({
      home,
      mode: 'paper',
      environment: 'loopback',
      account: 'main',
    });
    expect(ledger.ok && ledger.value.recovered).toBeNull();
    if (ledger.ok) await ledger.value.close();
  });

  it('of the mark is told, and the records are kept', async () => {
    const told = written(['fsync:error=EIO'], `${highWaterPath(home)}.next`);
    expect(told.status).toBe(0);
    expect(told.lines).toContain('warning mark_failed');
    expect(acknowledged(told.lines)).toBe(runs.flat(2).length);
    await holds(told.lines);
  });
});

describe('a full disk', () => {
  for (const when of ['12', '20', '25+', '31+'])
    it(`from write ${when} on ends the run`, async () => {
      const calls = ['pwrite64', 'writev', 'pwritev'];
      const told = written(
        calls.map((call) => `${call}:error=ENOSPC:when=${when}`),
        ledgerPath(home),
      );
      endedBy(told, 'commit_failed');
      await holds(told.lines);
    });

  it('that lets no file grow ends the run', async () => {
    const { status, stdout } = spawnSync(
      'prlimit',
      ['--fsize=61440', process.execPath, writer, compiled, home, runsPath],
      { encoding: 'utf8' },
    );
    const told = { status, lines: stdout.trimEnd().split('\n') };
    endedBy(told, 'commit_failed');
    expect(acknowledged(told.lines)).toBeGreaterThan(0);
    await holds(told.lines);
  });
});

describe('a slow disk', () => {
  it('is told', async () => {
    // Far from what ends the run, on a busy machine too; there, others may be slow as well.
    const ms = limits.commitWarnMs + 50;
    const told = written([`fdatasync:delay_exit=${ms * 1_000}:when=8..10`]);
    expect(told.status).toBe(0);
    const warnings = told.lines.filter((line) => line === 'warning slow_commit');
    expect(warnings.length).toBeGreaterThanOrEqual(3);
    await holds(told.lines);
  });

  it('ends the run once it was slow several times in a row', async () => {
    // On a busy machine some of it is the processor's.
    const ms = 2 * limits.commitBreakerMs;
    const told = written([`fdatasync:delay_exit=${ms * 1_000}:when=8+`]);
    endedBy(told, 'slow_disk');
    await holds(told.lines);
  });
});
