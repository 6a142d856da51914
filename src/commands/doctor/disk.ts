import { accessSync, constants, statfsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { limits } from '../../limits.js';
import type { Inspection } from '../../sinks/ledger/inspect.js';
import { type Check, type Finding, failure, pass, unchecked, warning } from './check.js';

/** What can be asked of the file system; nothing is written. */
export type Disk = {
  /** Null: it is not there. */
  readonly stat: (
    path: string,
  ) => { readonly isDirectory: boolean; readonly mode: number; readonly uid: number } | null;
  readonly isWritable: (path: string) => boolean;
  /** `type`: the kernel's number of the file system, null where it is none that we know to read. */
  readonly space: (path: string) => { readonly freeBytes: number; readonly type: number | null };
  /** Null where there are no users. */
  readonly uid: number | null;
};

export const thisDisk: Disk = {
  stat: (path) => {
    const stat = statSync(path, { throwIfNoEntry: false });
    return stat === undefined
      ? null
      : { isDirectory: stat.isDirectory(), mode: stat.mode, uid: stat.uid };
  },
  isWritable: (path) => {
    try {
      accessSync(path, constants.W_OK | constants.X_OK);
      return true;
    } catch {
      return false;
    }
  },
  space: (path) => {
    const { bavail, bsize, type } = statfsSync(path);
    return { freeBytes: bavail * bsize, type: process.platform === 'linux' ? type : null };
  },
  uid: process.getuid?.() ?? null,
};

/** By the numbers of statfs(2). Locks and syncs on these do not mean what the ledger needs them to mean. */
const remote: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xfe534d42, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0x5346414f, 'AFS'],
  [0x01021997, '9p'],
  [0x00c36400, 'Ceph'],
  [0x65735546, 'FUSE'],
]);
/** Local, and gone with the machine or the container. */
const passing: ReadonlyMap<number, string> = new Map([
  [0x794c7630, 'overlay'],
  [0x01021994, 'tmpfs'],
  [0x858458f6, 'ramfs'],
]);

export type LedgerLook = {
  readonly exists: () => boolean;
  /** Null: nobody holds the lock. */
  readonly holder: () => Promise<{ readonly pid: number | null } | null>;
  readonly inspect: () => Promise<Inspection>;
};

export type DiskPorts = {
  readonly disk: Disk;
  readonly ledger: LedgerLook;
  readonly dataDir: string;
  readonly home: string;
  /** Whose ledger the settings select: "live, demo, main". */
  readonly owner: string;
};

export function diskChecks(ports: DiskPorts): readonly Check[] {
  const { disk, ledger, home, owner } = ports;
  const place = (): string => nearest(disk, home);
  return [
    {
      code: 'data_directory',
      proves: 'the data directory is ours, ours alone, and can be written',
      exitCode: 3,
      atStart: true,
      run: () => dataDirectory(ports),
    },
    {
      code: 'file_system',
      proves: 'what is on disk stays there, and one engine alone can hold it',
      exitCode: 3,
      needs: ['data_directory'],
      atStart: true,
      run: () => {
        const { type } = disk.space(place());
        if (type === null) return unchecked('not told here; keep the data on a local disk');
        // Numbers with the highest bit set come negative.
        const number = type < 0 ? type + 2 ** 32 : type;
        const far = remote.get(number);
        if (far !== undefined)
          return failure(`${place()} is on ${far}; set BOT_DATA_DIR to a local disk`);
        const fleeting = passing.get(number);
        return fleeting === undefined
          ? pass(`${place()} is on a local disk`)
          : warning(`${place()} is on ${fleeting}, which a restart of the machine may empty`);
      },
    },
    {
      code: 'free_space',
      proves: 'there is room for the ledger and the recording',
      exitCode: 3,
      needs: ['data_directory'],
      atStart: true,
      run: () => {
        const { freeBytes } = disk.space(place());
        const text = `${(freeBytes / 1_024 ** 2).toFixed(0)} MiB free`;
        if (!(freeBytes >= limits.ledgerFreeBytesMin)) return failure(`${text}; make room`);
        return freeBytes < limits.freeBytesWarn
          ? warning(`${text}; recordings grow with every hour of feed, so make room`)
          : pass(text);
      },
    },
    {
      code: 'ledger_lock',
      proves: 'one engine at most has this ledger',
      exitCode: 3,
      needs: ['data_directory'],
      atStart: false,
      run: async () => {
        const holder = await ledger.holder();
        if (holder === null) return pass('free');
        const who = holder.pid === null ? 'another process' : `process ${holder.pid}`;
        return pass(`an engine is running: ${who} holds it, and a second one would be refused`);
      },
    },
    {
      code: 'ledger_verified',
      proves: 'chain, books, views and mark agree, and they are of this account',
      exitCode: 3,
      needs: ['data_directory'],
      atStart: false,
      run: async () => {
        if (!ledger.exists()) return pass('there is none yet; the first run makes it');
        const { problem, records, genesis } = await ledger.inspect();
        if (problem !== null) return failure(problem.text);
        if (genesis !== null && genesis !== owner)
          return failure(`${home} belongs to ${genesis}; these settings are ${owner}`);
        return pass(`${records} records, ${owner}`);
      },
    },
  ];
}

function dataDirectory({ disk, dataDir, home }: DiskPorts): Finding {
  for (const path of [dataDir, home]) {
    const stat = disk.stat(path);
    if (stat === null) continue;
    if (!stat.isDirectory) return failure(`${path} is no directory; choose another BOT_DATA_DIR`);
    if (disk.uid !== null && stat.uid !== disk.uid)
      return failure(`${path} belongs to user ${stat.uid}, not to us (${disk.uid}); chown it`);
    if (disk.uid !== null && (stat.mode & 0o077) !== 0) {
      const mode = (stat.mode & 0o777).toString(8).padStart(3, '0');
      return failure(`${path} has mode ${mode}, so others can look into it; chmod 700 it`);
    }
  }
  const place = nearest(disk, home);
  if (!disk.isWritable(place))
    return failure(`${place} cannot be written; choose another BOT_DATA_DIR`);
  return pass(place === resolve(home) ? home : `${home} will be made`);
}

/** The path itself, or the closest directory above it that is there. */
function nearest(disk: Disk, path: string): string {
  let at = resolve(path);
  while (disk.stat(at) === null && dirname(at) !== at) at = dirname(at);
  return at;
}
