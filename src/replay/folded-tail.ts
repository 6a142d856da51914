import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type IndexEntry, indexName, segmentFile } from '../sinks/recorder/format.js';
import { tailOf } from './segment-names.js';

/** Where the lines of a tail are that is not there any more. */
export type Folded =
  /** All of them were read from the segment already. */
  | { readonly kind: 'read' }
  /** From a member of the segment on, which may begin with lines that were read. */
  | { readonly kind: 'member'; readonly path: string; readonly offset: number };

/**
 * A run that is still recording folds its tails: one that was listed may be gone when it is its turn. It is indexed before
 * it is removed, so the index says where its lines are. Null when it does not. `seqLast`: of the last line that was read.
 */
export async function foldedTail(path: string, seqLast: number): Promise<Folded | null> {
  const tail = tailOf(basename(path));
  if (tail === null) return null;
  const { segment, seqFirst } = tail;
  const entries = (await indexIn(dirname(path))).filter((entry) => entry.segment === segment);
  const own = entries.find((entry) => entry.seqFirst <= seqFirst && seqFirst <= entry.seqLast);
  if (own === undefined) return null;
  if (own.seqLast <= seqLast) return { kind: 'read' };
  return { kind: 'member', path: join(dirname(path), segmentFile(segment)), offset: own.offset };
}

/** Whole lines only: one that is being written is of a tail that is still there. */
async function indexIn(folder: string): Promise<readonly IndexEntry[]> {
  try {
    const text = await readFile(join(folder, indexName), 'utf8');
    const lines = text.slice(0, text.lastIndexOf('\n') + 1).split('\n');
    return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as IndexEntry);
  } catch {
    return [];
  }
}
