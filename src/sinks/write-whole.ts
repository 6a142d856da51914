import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** Writes a file whole or not at all: a reader sees the old text or the new one. The reason, if the disk refused. */
export function writeWhole(path: string, text: string): string | null {
  const draft = `${path}.draft`;
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
