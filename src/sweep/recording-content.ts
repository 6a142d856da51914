import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { canonical } from '../domain/canonical.js';
import { err, ok, type Result } from '../domain/result.js';
import { openRecording, readRecording } from '../replay/recording-reader.js';
import { isSegment } from '../replay/segment-names.js';
import {
  decisionsPrefix,
  type IndexEntry,
  indexName,
  manifestName,
} from '../sinks/recorder/format.js';
import type { Span } from './job.js';

/** One file of a recording, by its content. */
export type RecordedFile = {
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
};

/** A recording as a sweep knows it: `hash` names the same bytes on every machine. */
export type RecordingContent = {
  readonly folder: string;
  readonly hash: string;
  readonly span: Span;
  readonly files: readonly RecordedFile[];
};

/** What a backtest reads of a recording. What the run decided, and what is derived from it, stays where it is. */
export const isRecordedFile = (name: string): boolean =>
  name === manifestName ||
  name === indexName ||
  (isSegment(name) && !name.startsWith(decisionsPrefix));

/** Names, sizes and digests of the files, in the order of their names. */
export const hashOf = (files: readonly RecordedFile[]): string =>
  createHash('sha256').update(canonical(files)).digest('hex');

/** Reads a recording through: what is in it, and from when to when. Or one line about why not. */
export async function contentOf(folder: string): Promise<Result<RecordingContent, string>> {
  const opened = await openRecording(folder);
  if (!opened.ok) {
    const { code, detail, fix } = opened.error;
    return err(`${folder}: ${code}: ${detail}; ${fix}`);
  }
  if (opened.value.isOnePart)
    return err(`${folder}: not_a_recording: one file of a recording; name the run's folder`);
  const span = (await indexedSpan(folder, opened.value.manifest?.closed?.seqLast)) ?? {
    fromMs: Number.NaN,
    toMs: Number.NaN,
  };
  let { fromMs, toMs } = span;
  if (Number.isNaN(fromMs)) {
    const end = await readRecording(opened.value, ({ at }) => {
      if (Number.isNaN(fromMs)) fromMs = at;
      toMs = at;
      return true;
    });
    if (end.problem !== null) {
      const { code, detail, fix } = end.problem;
      return err(`${folder}: ${code}: ${detail}; ${fix}`);
    }
    if (Number.isNaN(fromMs)) return err(`${folder}: not_a_recording: it holds no input`);
  }
  try {
    const files = await filesIn(opened.value.path);
    return ok({ folder: opened.value.path, hash: hashOf(files), span: { fromMs, toMs }, files });
  } catch (error) {
    return err(`${folder}: file_unreadable: ${String(error)}; check the path and its permissions`);
  }
}

export async function filesIn(folder: string): Promise<readonly RecordedFile[]> {
  const names = (await readdir(folder)).filter(isRecordedFile).sort();
  const files: RecordedFile[] = [];
  for (const name of names) {
    const path = join(folder, name);
    files.push({ name, bytes: (await stat(path)).size, sha256: await digestOf(path) });
  }
  return files;
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const block of createReadStream(path)) hash.update(block as Buffer);
  return hash.digest('hex');
}

/** From the index, when it reaches as far as the manifest says the run went; else the lines have to be read. */
async function indexedSpan(folder: string, seqLast: number | undefined): Promise<Span | null> {
  if (seqLast === undefined) return null;
  try {
    const lines = (await readFile(join(folder, indexName), 'utf8')).trim().split('\n');
    const entries = lines
      .map((line) => JSON.parse(line) as IndexEntry)
      .filter(({ segment }) => !segment.startsWith(decisionsPrefix));
    const [first] = entries;
    const last = entries.at(-1);
    if (first === undefined || last === undefined) return null;
    const isWhole = first.seqFirst === 1 && last.seqLast === seqLast;
    const span = { fromMs: first.atFirst, toMs: last.atLast };
    return isWhole && span.fromMs <= span.toMs ? span : null;
  } catch {
    return null;
  }
}
