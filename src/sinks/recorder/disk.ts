import {
  closeSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  unlinkSync,
  writeSync,
} from 'node:fs';

/** The few file operations a recording is made of; a test hands in a disk that fills up. All may throw `ErrnoException`. */
export interface Disk {
  readonly makeFolder: (path: string) => void;
  readonly list: (path: string) => readonly string[];
  /** Created if absent, else continued at its end. */
  readonly open: (path: string) => number;
  /** Returns the bytes written, which may be fewer than asked. */
  readonly write: (file: number, bytes: Buffer, offset: number, length: number) => number;
  readonly truncate: (file: number, length: number) => void;
  readonly close: (file: number) => void;
  readonly remove: (path: string) => void;
  /** Whole or not at all. */
  readonly replace: (path: string, text: string) => void;
}

export const systemDisk: Disk = {
  makeFolder: (path) => void mkdirSync(path, { recursive: true, mode: 0o700 }),
  list: (path) => readdirSync(path),
  open: (path) => openSync(path, 'a', 0o600),
  write: (file, bytes, offset, length) => writeSync(file, bytes, offset, length),
  truncate: (file, length) => ftruncateSync(file, length),
  close: (file) => closeSync(file),
  remove: (path) => unlinkSync(path),
  replace: (path, text) => {
    const draft = `${path}.new`;
    const file = openSync(draft, 'w', 0o600);
    try {
      writeSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(draft, path);
  },
};

/** Why bytes did not reach the disk. `disk_full` heals when space returns; nothing buffered is lost until then. */
export type DiskProblem = {
  readonly code: 'disk_full' | 'disk_failed';
  readonly path: string;
  readonly detail: string;
};

export function diskProblem(path: string, thrown: unknown): DiskProblem {
  const errno = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
  const isFull = errno === 'ENOSPC' || errno === 'EDQUOT' || errno === 'EFBIG';
  return { code: isFull ? 'disk_full' : 'disk_failed', path, detail: String(thrown) };
}
