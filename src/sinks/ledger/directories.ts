import { closeSync, fsyncSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Makes a directory for this user alone that a power failure leaves in its place. Also one that is there already: whoever
 * made it may have died before its name was on disk.
 */
export function makeDirectory(path: string): void {
  const first = mkdirSync(path, { recursive: true, mode: 0o700 }) ?? path;
  for (let at = path; ; at = dirname(at)) {
    syncDirectory(at);
    if (at === dirname(first)) return;
  }
}

/** A file's own sync keeps its bytes; this keeps the names, of files new, renamed and removed. */
export function syncDirectory(path: string): void {
  const directory = openSync(path, 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}
