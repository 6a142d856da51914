import { mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

const draftOf = (path: string): string => `${path}.draft`;

/** Writes a file whole or not at all: a reader sees the old text or the new one. The reason, if the disk refused. */
export function writeWhole(path: string, text: string | Uint8Array): string | null {
  const draft = draftOf(path);
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(draft, text);
    renameSync(draft, path);
    return null;
  } catch (error) {
    // What is left of it would be taken for something; that it cannot be taken away is no other problem.
    try {
      rmSync(draft, { force: true });
    } catch {}
    return `${path}: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** Why `writeWhole` would fail now; null when it would not. Leaves nothing but the folders it needs. */
export function whyUnwritable(path: string): string | null {
  try {
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true)
      return `${path}: is a folder`;
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(draftOf(path), '');
    rmSync(draftOf(path));
    return null;
  } catch (error) {
    return `${path}: ${error instanceof Error ? error.message : String(error)}`;
  }
}
