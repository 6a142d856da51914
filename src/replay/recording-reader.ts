import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { err, ok, type Result } from '../domain/result.js';
import type { Input } from '../messages/input.js';
import {
  decisionsPrefix,
  hexCrc,
  type Manifest,
  manifestName,
  recordingVersion,
  type StreamEnd,
} from '../sinks/recorder/format.js';
import { ChainReader, type RecordingProblem, restore } from './chain-reader.js';
import { inReadingOrder } from './segment-names.js';

export type { RecordingProblem };

export type Recording = {
  /** The run's folder. */
  readonly path: string;
  /** Null when it is absent or damaged: segments alone can be read. */
  readonly manifest: Manifest | null;
  readonly isManifestDamaged: boolean;
  /** In reading order: each hour's segment, then its tails. */
  readonly files: readonly string[];
  /** Of the second stream; none in older recordings, and in those of market data alone. */
  readonly decisionFiles: readonly string[];
  /** One file of a run, which may start in its middle. */
  readonly isOnePart: boolean;
};

export type RecordingEnd = {
  readonly inputs: number;
  readonly seqLast: number;
  readonly crcLast: string;
  /** Set when the last line was cut off in writing: the inputs before it are whole. */
  readonly torn: { readonly path: string; readonly afterSeq: number } | null;
  readonly problem: RecordingProblem | null;
};

/** Finds a recording's parts from its folder, its manifest, or any one of its files. */
export async function openRecording(path: string): Promise<Result<Recording, RecordingProblem>> {
  const fail = (code: RecordingProblem['code'], detail: string, fix: string) =>
    err({ code, path, line: 0, seq: 0, detail, fix });
  try {
    const folder = (await stat(path)).isDirectory() ? path : dirname(path);
    const isOnePart = folder !== path && basename(path) !== manifestName;
    const names = isOnePart ? [basename(path)] : await readdir(folder);
    const hasManifest = !isOnePart && names.includes(manifestName);
    const manifest = hasManifest ? await readManifest(join(folder, manifestName)) : null;
    const isManifestDamaged = hasManifest && manifest === null;
    const files = inReadingOrder(names, '').map((name) => join(folder, name));
    const decisionFiles = inReadingOrder(names, decisionsPrefix).map((name) => join(folder, name));
    if (files.length === 0 && decisionFiles.length > 0 && isOnePart)
      return fail('not_a_recording', 'decisions, without the inputs', 'name the folder of the run');
    if (files.length === 0 && manifest === null)
      return fail('not_a_recording', 'no manifest and no segments', 'name a run under recordings/');
    if (manifest !== null && manifest.schemaVersion > recordingVersion) {
      const detail = `version ${manifest.schemaVersion}; this build reads up to ${recordingVersion}`;
      return fail('newer_version', detail, 'replay it with the build that made it');
    }
    return ok({ path: folder, manifest, isManifestDamaged, files, decisionFiles, isOnePart });
  } catch (thrown) {
    const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
    const detail = code === 'ENOENT' ? 'no such file or folder' : String(thrown);
    return fail('file_unreadable', detail, 'check the path and its permissions');
  }
}

/**
 * Hands over every input in order, checksum and seq verified, as fast as `onInput` takes them. A torn end is normal after
 * a crash and only reported; anything else wrong stops the reading at the last sound input. `onInput` may return false
 * to stop, or a promise to be waited for. `onBlock` is awaited every few hundred kilobytes, and may stop likewise.
 */
export async function readRecording(
  recording: Recording,
  onInput: (input: Input) => boolean | undefined | Promise<boolean>,
  onBlock: () => Promise<boolean> = () => Promise.resolve(true),
): Promise<RecordingEnd> {
  const chain = new ChainReader<Input>(recording.files, {
    noun: 'input',
    parse: parseInput,
    startsAnywhere: recording.isOnePart,
  });
  let isStopped = false;
  for (;;) {
    if (!chain.next() && (!(await onBlock()) || !(await chain.fill()))) break;
    const isWanted = chain.line === null || onInput(chain.line);
    isStopped = isWanted === false || (typeof isWanted === 'object' && !(await isWanted));
    if (isStopped) break;
  }
  await chain.close();
  const { seqLast, crc, torn } = chain;
  const problem =
    chain.problem ?? (isStopped || !chain.isEnded ? null : shortOf(recording, seqLast));
  return { inputs: chain.lines, seqLast, crcLast: hexCrc(crc), torn, problem };
}

/** A closed run says how far it went; less than that was lost at the end. */
function shortOf(recording: Recording, seqLast: number): RecordingProblem | null {
  const { path, manifest, isManifestDamaged } = recording;
  if (!isManifestDamaged) return streamShort('input', path, seqLast, manifest?.closed ?? null);
  const detail = 'is no manifest; nobody can say whether inputs are missing at the end';
  return {
    code: 'manifest_damaged',
    path: join(path, manifestName),
    line: 0,
    seq: 0,
    detail,
    fix: 'restore it from a copy',
  };
}

/** A stream that ends before its manifest says it does. */
export function streamShort(
  noun: 'input' | 'decision',
  path: string,
  seqLast: number,
  closed: Pick<StreamEnd, 'seqLast'> | null,
): RecordingProblem | null {
  if (closed === null || seqLast >= closed.seqLast) return null;
  const seq = seqLast + 1;
  const detail = `ends after ${noun} ${seqLast}; its manifest counts to ${closed.seqLast}`;
  return { code: 'lines_missing', path, line: 0, seq, detail, fix: restore };
}

function parseInput(text: string): Input | null {
  try {
    const line = JSON.parse(text) as Partial<Input>;
    const { seq, at, source, payload } = line;
    if (typeof seq !== 'number' || typeof at !== 'number' || typeof source !== 'string')
      return null;
    if (!Number.isSafeInteger(at) || !(Math.abs(at) <= dateMsMax)) return null;
    if (typeof payload !== 'object' || payload === null || typeof payload.kind !== 'string')
      return null;
    // Exactly what the intake made, without what the recorder added.
    return { seq, at, source, payload } as Input;
  } catch {
    return null;
  }
}

/** The latest moment that a date can name. */
const dateMsMax = 8_640_000_000_000_000;

/** Null when it is none. */
async function readManifest(path: string): Promise<Manifest | null> {
  try {
    const manifest = JSON.parse(await readFile(path, 'utf8')) as Partial<Manifest> | null;
    return typeof manifest?.schemaVersion === 'number' ? (manifest as Manifest) : null;
  } catch {
    return null;
  }
}
