import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { constants, gunzipSync } from 'node:zlib';
import { err, ok, type Result } from '../domain/result.js';
import { limits } from '../limits.js';
import type { ChainLine } from '../messages/chain-line.js';
import { chainFile, chainsFolder } from '../sinks/chains/files.js';

/** The lines of one window's file that hold a text; a cheap look before anything is parsed. Why there are none, else. */
export function chainLinesWith(
  home: string,
  run: number,
  cycle: number,
  text: string,
): Result<readonly ChainLine[], string> {
  const path = chainFile(home, run, cycle);
  // Where the home lies is nobody's business who asks over the page.
  const shown = relative(home, path);
  if (!existsSync(path)) return err(`${shown} is not there: ${whyGone(home, path)}`);
  try {
    const lines: ChainLine[] = [];
    for (const line of textOf(path).split('\n')) {
      if (!line.includes(text) || !line.endsWith('}')) continue;
      const read = JSON.parse(line) as ChainLine;
      if (read.schemaVersion === 1) lines.push(read);
    }
    return ok(lines);
  } catch (error) {
    return err(
      `${shown} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

/** What was written whole: a file that was cut off while it was written is read as far as it goes. */
const textOf = (path: string): string =>
  gunzipSync(readFileSync(path), {
    finishFlush: constants.Z_SYNC_FLUSH,
    maxOutputLength: limits.chainTextBytesMax,
  }).toString('utf8');

/** The oldest are deleted; names sort by time. */
function whyGone(home: string, path: string): string {
  const folder = chainsFolder(home);
  const first = existsSync(folder) ? readdirSync(folder).sort()[0] : undefined;
  if (first === undefined) return 'nothing was kept (BOT_CHAINS_ENABLED)';
  return path < join(folder, first)
    ? 'it is older than what is kept'
    : 'it was not kept, or not yet';
}
