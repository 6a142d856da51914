import { existsSync } from 'node:fs';
import type { TearsheetSource } from '../report/tearsheet.js';
import { tearsheetOf } from '../report/tearsheet.js';
import { whyUnwritable, writeWhole } from '../sinks/write-whole.js';
import { chartLibrary } from './chart-library.js';

/** Why no page can be written to `path`, null when nothing speaks against it: to be asked before a long run begins. */
export function pageRefusal(path: string, replaces: boolean): string | null {
  const isThere = existsSync(path);
  const unwritable = whyUnwritable(path);
  if (unwritable !== null) return `${unwritable}; name another file`;
  return isThere && !replaces ? `${path}: there is a file already; --force replaces it` : null;
}

export type PageWritten =
  | { readonly ok: true; readonly bytes: number; readonly line: string }
  | { readonly ok: false; readonly problem: string };

/** Draws the page and puts it there, whole or not at all. */
export function writePage(path: string, source: Omit<TearsheetSource, 'library'>): PageWritten {
  const page = tearsheetOf({ ...source, library: chartLibrary() });
  const problem = writeWhole(path, page);
  if (problem !== null) return { ok: false, problem };
  const { records } = source.figures.totals;
  const line = `${path}: ${records} ledger records on one page`;
  return { ok: true, bytes: Buffer.byteLength(page), line };
}
