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
} from '../sinks/recorder/format.js';
import { ChainReader, type RecordingProblem, restore } from './chain-reader.js';
import { inReadingOrder } from './segment-names.js';

export type { RecordingProblem };

export type Recording = {
  /** The run's folder. */
  readonly path: string;
  /** Null when it is absent: segments alone can be read. */
  readonly manifest: Manifest | null;
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
    const manifest = isOnePart ? null : await readManifest(join(folder, manifestName));
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
    return ok({ path: folder, manifest, files, decisionFiles, isOnePart });
  } catch (thrown) {
    return fail('file_unreadable', String(thrown), 'check the path and its permissions');
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
  const closed = recording.manifest?.closed;
  if (closed === null || closed === undefined || seqLast >= closed.seqLast) return null;
  const seq = seqLast + 1;
  const detail = `ends after input ${seqLast}; its manifest counts to ${closed.seqLast}`;
  return { code: 'lines_missing', path: recording.path, line: 0, seq, detail, fix: restore };
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

/** Null when there is none, or one of something else. */
async function readManifest(path: string): Promise<Manifest | null> {
  try {
    const manifest = JSON.parse(await readFile(path, 'utf8')) as Partial<Manifest> | null;
    return typeof manifest?.schemaVersion === 'number' ? (manifest as Manifest) : null;
  } catch {
    return null;
  }
}
