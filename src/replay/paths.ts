import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { err, ok, type Result } from '../domain/result.js';
import { manifestName } from '../sinks/recorder/format.js';
import { LineFile } from './lines.js';
import { isSegment } from './segment-names.js';

/** What `replay` was pointed at. */
export type Sources =
  | { readonly kind: 'recording'; readonly path: string }
  | { readonly kind: 'captures'; readonly paths: readonly string[] };

/** `mixed`: more than one recording, or recordings and captures together. Every `detail` is one line for a person. */
export type PathProblem = {
  readonly code: 'file_unreadable' | 'nothing_there' | 'empty_file' | 'unknown_format' | 'mixed';
  readonly path: string;
  readonly detail: string;
};

const isCaptureName = (name: string): boolean => /\.(ndjson|jsonl)(\.gz)?$/.test(name);

/** Tells recordings from raw captures, by what is in them. A folder of captures stands for its files, in name order. */
export async function sourcesOf(paths: readonly string[]): Promise<Result<Sources, PathProblem>> {
  const captures: string[] = [];
  const recordings: string[] = [];
  for (const path of paths) {
    const kind = await kindOf(path);
    if (!kind.ok) return kind;
    if (kind.value === 'recording') recordings.push(path);
    else captures.push(...kind.value);
  }
  const [recording] = recordings;
  if (recording === undefined) return ok({ kind: 'captures', paths: captures });
  if (recordings.length === 1 && captures.length === 0)
    return ok({ kind: 'recording', path: recording });
  const detail = 'name one recorded run, or any number of raw captures';
  return err({ code: 'mixed', path: recordings[1] ?? recording, detail });
}

async function kindOf(path: string): Promise<Result<'recording' | readonly string[], PathProblem>> {
  try {
    const found = await stat(path);
    if (found.isFile() && found.size === 0) {
      const detail = 'there is not a byte in it; nothing can be replayed';
      return err({ code: 'empty_file', path, detail });
    }
    if (!found.isDirectory()) return await kindOfFile(path);
    const names = (await readdir(path)).sort();
    if (names.some((name) => name === manifestName || isSegment(name))) return ok('recording');
    const files = names.filter(isCaptureName).map((name) => join(path, name));
    if (files.length > 0) return ok(files);
    const detail = 'neither a recording (manifest.json) nor captures (*.ndjson, *.ndjson.gz)';
    return err({ code: 'nothing_there', path, detail });
  } catch (thrown) {
    const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
    const detail = code === 'ENOENT' ? 'no such file or folder' : String(thrown);
    return err({ code: 'file_unreadable', path, detail });
  }
}

async function kindOfFile(
  path: string,
): Promise<Result<'recording' | readonly string[], PathProblem>> {
  if (path.endsWith(manifestName)) return ok('recording');
  const opened = await LineFile.open(path, { keepsLastLine: true });
  if (!opened.ok) return err({ code: 'file_unreadable', path, detail: opened.error.detail });
  const file = opened.value;
  const hasLine = await file.fill();
  const head = file.bytes.toString('utf8', file.start, Math.min(file.end, file.start + 4_096));
  await file.close();
  // A capture without a whole line is one; one whose first line is bad is told line by line.
  if (hasLine && head.startsWith('{"seq":')) return ok('recording');
  if (!hasLine || head.includes('"recv_ms"') || isCaptureName(path)) return ok([path]);
  const detail = 'its first line is neither {"seq":… of a recording nor {"recv_ms":… of a capture';
  return err({ code: 'unknown_format', path, detail });
}
