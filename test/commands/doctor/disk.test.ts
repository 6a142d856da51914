// Goal: a data directory that others can look into, that is not local or that is full is found before a ledger is opened.
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Disk,
  type DiskPorts,
  diskChecks,
  type LedgerLook,
  thisDisk,
} from '../../../src/commands/doctor/disk.js';
import { inspectLedger } from '../../../src/sinks/ledger/inspect.js';
import { openLedger } from '../../../src/sinks/ledger/ledger.js';
import { lockHolder } from '../../../src/sinks/ledger/lock.js';
import { rowOf, told } from './helpers.js';

const folder = { isDirectory: true, mode: 0o40_700, uid: 7 };
const soundDisk: Disk = {
  stat: (path) => (path === '/data' || path === '/' ? folder : null),
  isWritable: () => true,
  space: () => ({ freeBytes: 2 ** 40, type: 0xef53 }),
  uid: 7,
};
const none: LedgerLook = {
  exists: () => false,
  holder: () => Promise.resolve(null),
  inspect: () => Promise.reject(new Error('there is none')),
};
const sound: DiskPorts = {
  disk: soundDisk,
  ledger: none,
  dataDir: '/data',
  home: '/data/live-demo-main',
  owner: 'live, demo, main',
};
const look = async (code: string, change: Partial<Disk>, ledger: Partial<LedgerLook> = {}) =>
  told(
    await rowOf(
      diskChecks({
        ...sound,
        disk: { ...soundDisk, ...change },
        ledger: { ...none, ...ledger },
      }),
      code,
    ),
  );
const inspected = (change: object) => ({
  exists: (): boolean => true,
  inspect: () =>
    Promise.resolve({
      records: 3,
      headHash: 'h',
      isBalanced: true,
      genesis: 'live, demo, main',
      problem: null,
      ...change,
    }),
});

describe('the disk', () => {
  it.each([
    ['data_directory', {}, /^pass 0: \/data\/live-demo-main will be made/],
    ['data_directory', { stat: () => folder }, /^pass 0: \/data\/live-demo-main$/],
    [
      'data_directory',
      { stat: () => ({ ...folder, mode: 0o40_755 }) },
      /^fail 3: .*755.*chmod 700/,
    ],
    ['data_directory', { stat: () => ({ ...folder, mode: 0o40_701 }) }, /^fail 3/],
    ['data_directory', { stat: () => ({ ...folder, uid: 8 }) }, /^fail 3: .*chown/],
    [
      'data_directory',
      { stat: () => ({ ...folder, isDirectory: false }) },
      /^fail 3: .*no directory/,
    ],
    ['data_directory', { isWritable: () => false }, /^fail 3: .*cannot be written/],
    ['data_directory', { uid: null, stat: () => ({ ...folder, mode: 0o40_777 }) }, /^pass/],
    ['file_system', {}, /^pass/],
    ['file_system', { space: () => ({ freeBytes: 1, type: 0x6969 }) }, /^fail 3: .*NFS/],
    [
      'file_system',
      { space: () => ({ freeBytes: 1, type: 0xff534d42 - 2 ** 32 }) },
      /^fail 3: .*CIFS/,
    ],
    ['file_system', { space: () => ({ freeBytes: 1, type: 0x794c7630 }) }, /^warn 0: .*overlay/],
    ['file_system', { space: () => ({ freeBytes: 1, type: null }) }, /^not_checked 0/],
    ['free_space', {}, /^pass/],
    ['free_space', { space: () => ({ freeBytes: 2 ** 29, type: 0 }) }, /^warn 0: 512 MiB free/],
    ['free_space', { space: () => ({ freeBytes: 2 ** 20, type: 0 }) }, /^fail 3: 1 MiB free; make/],
    ['free_space', { space: () => ({ freeBytes: Number.NaN, type: 0 }) }, /^fail 3/],
  ] as const)('%s %j', async (code, change, says) => {
    expect(await look(code, change)).toMatch(says);
  });

  it.each([
    ['ledger_lock', {}, /^pass 0: free/],
    ['ledger_lock', { holder: () => Promise.resolve({ pid: 42 }) }, /^pass 0: .*process 42/],
    ['ledger_lock', { holder: () => Promise.resolve({ pid: null }) }, /^pass 0: .*another process/],
    ['ledger_verified', {}, /^pass 0: there is none yet/],
    ['ledger_verified', inspected({}), /^pass 0: 3 records, live, demo, main/],
    ['ledger_verified', inspected({ genesis: 'paper, demo, main' }), /^fail 3: .*belongs to paper/],
    [
      'ledger_verified',
      inspected({ problem: { code: 'chain_broken', text: 'record 2' } }),
      /^fail 3: record 2/,
    ],
    ['ledger_verified', { exists: (): boolean => true }, /^fail 3: cannot be checked/],
  ] as const)('%s of a ledger %#', async (code, ledger, says) => {
    expect(await look(code, {}, ledger)).toMatch(says);
  });
});

describe('on a real disk', () => {
  let home = '';
  beforeAll(() => {
    home = join(mkdtempSync(join(tmpdir(), 'doctor-')), 'data');
  });
  afterAll(() => rmSync(join(home, '..'), { recursive: true }));
  const real = (code: string) =>
    rowOf(
      diskChecks({
        ...sound,
        disk: thisDisk,
        dataDir: home,
        home,
        ledger: {
          exists: (): boolean => true,
          holder: () => lockHolder(home),
          inspect: () => inspectLedger(home),
        },
      }),
      code,
    );

  it('nothing is made by looking, modes are seen, and the lock is seen and not taken', async () => {
    expect(told(await real('data_directory'))).toMatch(/will be made/);
    expect(thisDisk.stat(home)).toBeNull();
    mkdirSync(home, { mode: 0o755 });
    chmodSync(home, 0o755);
    expect(told(await real('data_directory'))).toMatch(/^fail 3/);
    chmodSync(home, 0o700);
    for (const code of ['data_directory', 'free_space'])
      expect((await real(code)).status).not.toBe('fail');
    expect(told(await real('ledger_lock'))).toBe('pass 0: free');
    const owner = { mode: 'live', environment: 'demo', account: 'main' } as const;
    const ledger = await openLedger({ home, ...owner });
    if (!ledger.ok) throw new Error(ledger.error.text);
    expect((await real('ledger_lock')).text).toContain(`process ${process.pid}`);
    await ledger.value.close();
    expect(told(await real('ledger_lock'))).toBe('pass 0: free');
    const again = await openLedger({ home, ...owner });
    expect(again.ok).toBe(true);
    if (again.ok) await again.value.close();
  });
});
