import {
  closeSync,
  fchmodSync,
  fsyncSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { limits } from '../../limits.js';

/** Shell code: the settings file and the history of its changes, on a real disk. */

const newFileMode = 0o600;

/** Where the text really is: a link that somebody made stays one. */
function targetOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

const modeOf = (path: string): number =>
  (statSync(path, { throwIfNoEntry: false })?.mode ?? newFileMode) & 0o777;

/** Puts a whole file in the place of another: a reader, or a machine that loses power, has the one or the other. */
export function replaceFile(path: string, text: string): string | null {
  const target = targetOf(path);
  const draft = `${target}.draft`;
  try {
    const mode = modeOf(target);
    const file = openSync(draft, 'w', mode);
    try {
      // The umask takes away what the file had.
      fchmodSync(file, mode);
      writeSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(draft, target);
    return null;
  } catch (error) {
    rmSync(draft, { force: true });
    return error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
  }
}

/** The kept history; null when there is none, or one that nobody can have written here. */
export function readHistory(path: string): string | null {
  try {
    const { size } = statSync(path);
    return size <= limits.settingsHistoryBytesMax ? readFileSync(path, 'utf8') : null;
  } catch {
    return null;
  }
}
