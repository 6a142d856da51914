import { existsSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Where a run is recorded: `<recordings>/000010`. A process that died before the ledger knew of its run has left that
 * folder behind; the next one to start has the same number and takes `000010.2`.
 */
export function runFolder(recordings: string, run: number): string {
  const name = String(run).padStart(6, '0');
  let folder = join(recordings, name);
  for (let start = 2; existsSync(folder); start += 1) folder = join(recordings, `${name}.${start}`);
  return folder;
}
