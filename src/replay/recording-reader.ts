import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { crc32 } from 'node:zlib';
import { err, ok, type Result } from '../domain/result.js';
import type { Input } from '../messages/input.js';
import {
  hexCrc,
  type Manifest,
  manifestName,
  recordingVersion,
  trailer,
  trailerBytes,
} from '../sinks/recorder/format.js';
import { type FileProblem, LineFile } from './lines.js';

/**
 * Why a recording could not be read on. `line_changed`: a line's checksum does not fit it and the line before it.
 * `lines_missing`: a seq is skipped. `not_a_recording`: no such lines there. `newer_version`: made by a later build.
 * `fix` says what to do. Inputs before the problem are sound.
 */
export type RecordingProblem = {
  readonly code:
    | FileProblem['code']
    | 'line_changed'
    | 'lines_missing'
    | 'not_a_recording'
    | 'newer_version';
  readonly path: string;
  readonly line: number;
  /** The input concerned, 0 when none can be named. */
  readonly seq: number;
  readonly detail: string;
  readonly fix: string;
};

export type Recording = {
  /** The run's folder. */
  readonly path: string;
  /** Null when it is absent: segments alone can be read. */
  readonly manifest: Manifest | null;
  /** In reading order: each hour's segment, then its tails. */
  readonly files: readonly string[];
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

const segmentPattern = /^\d{4}-\d{2}-\d{2}T\d{2}(\.ndjson\.gz|\.tail-\d{12}\.ndjson)$/;
/** A file of a recording's lines, by its name. */
export const isSegment = (name: string): boolean => segmentPattern.test(name);

const restore = 'restore the file from a copy; inputs before it can be replayed with --verify';

/** Finds a recording's parts from its folder, its manifest, or any one of its files. */
export async function openRecording(path: string): Promise<Result<Recording, RecordingProblem>> {
  const fail = (code: RecordingProblem['code'], detail: string, fix: string) =>
    err({ code, path, line: 0, seq: 0, detail, fix });
  try {
    const folder = (await stat(path)).isDirectory() ? path : dirname(path);
    const isOnePart = folder !== path && basename(path) !== manifestName;
    const names = isOnePart ? [basename(path)] : await readdir(folder);
    const files = names.filter((name) => isSegment(name)).sort(byHourThenSeq);
    const manifest = isOnePart ? null : await readManifest(join(folder, manifestName));
    if (files.length === 0 && manifest === null)
      return fail('not_a_recording', 'no manifest and no segments', 'name a run under recordings/');
    if (manifest !== null && manifest.schemaVersion > recordingVersion) {
      const detail = `version ${manifest.schemaVersion}; this build reads up to ${recordingVersion}`;
      return fail('newer_version', detail, 'replay it with the build that made it');
    }
    return ok({
      path: folder,
      manifest,
      files: files.map((name) => join(folder, name)),
      isOnePart,
    });
  } catch (thrown) {
    return fail('file_unreadable', String(thrown), 'check the path and its permissions');
  }
}

/**
 * Hands over every input in order, checksum and seq verified, as fast as `onInput` takes them. A torn end is normal after
 * a crash and only reported; anything else wrong stops the reading at the last sound input. `onInput` may return false
 * to stop.
 */
export async function readRecording(
  recording: Recording,
  onInput: (input: Input) => boolean | undefined,
): Promise<RecordingEnd> {
  const chain = new Chain(recording.isOnePart);
  let torn: RecordingEnd['torn'] = null;
  let problem: RecordingProblem | null = null;
  let isStopped = false;
  for (const [index, path] of recording.files.entries()) {
    const opened = await LineFile.open(path, { keepsLastLine: false });
    if (!opened.ok) {
      const { code, detail } = opened.error;
      problem = { code, path, line: 0, seq: chain.seqLast + 1, detail, fix: restore };
      break;
    }
    const file = opened.value;
    while (problem === null && !isStopped && (file.next() || (await file.fill()))) {
      const read = chain.take(file);
      if (!read.ok) problem = read.error;
      else if (read.value !== null) isStopped = onInput(read.value) === false;
    }
    problem ??= unreadable(file, chain.seqLast + 1);
    await file.close();
    if (problem !== null || isStopped) break;
    // A member cut off in folding is still whole in its tail, which comes next.
    const isLast = index === recording.files.length - 1;
    torn = file.isTorn && isLast ? { path, afterSeq: chain.seqLast } : null;
  }
  const { inputs, seqLast, crc } = chain;
  if (problem === null && !isStopped) problem = shortOf(recording, chain);
  return { inputs, seqLast, crcLast: hexCrc(crc), torn, problem };
}

/** Follows the chain of checksums from line to line. */
class Chain {
  inputs = 0;
  seqLast = 0;
  crc = 0;
  private at = 0;
  private readonly startsAnywhere: boolean;

  constructor(startsAnywhere: boolean) {
    this.startsAnywhere = startsAnywhere;
  }

  /** The line's input; null when it was read before (folded, and still in its tail). */
  take(file: LineFile): Result<Input | null, RecordingProblem> {
    const { bytes, start, end } = file;
    const bodyEnd = end - trailerBytes;
    const seq = seqOf(bytes, start, end);
    if (seq === null || bodyEnd <= start) {
      const expected = this.seqLast + 1;
      const code = this.inputs === 0 ? 'not_a_recording' : 'line_changed';
      return this.fail(
        code,
        file,
        expected,
        `not a recorded line, where input ${expected} belongs`,
      );
    }
    if (this.inputs > 0 && seq <= this.seqLast) return ok(null);
    // One segment alone starts in mid-run: its first line is taken at its word.
    const isBlindStart = this.startsAnywhere && this.inputs === 0 && seq !== 1;
    if (seq !== this.seqLast + 1 && !isBlindStart) {
      const missing = this.seqLast + 1 === seq - 1 ? '' : ` to ${seq - 1}`;
      const detail = `input ${this.seqLast + 1}${missing} missing before input ${seq}`;
      return this.fail('lines_missing', file, this.seqLast + 1, detail);
    }
    const crc = crc32(bytes.subarray(start, bodyEnd), this.crc);
    const written = bytes.toString('latin1', bodyEnd, end);
    if (written !== trailer(crc).slice(0, -1) && !isBlindStart)
      return this.fail('line_changed', file, seq, `the checksum of input ${seq} does not fit`);
    const input = parseInput(bytes.toString('utf8', start, end));
    if (input === null || input.seq !== seq || !(input.at >= this.at))
      return this.fail('line_changed', file, seq, `input ${seq} is not an input`);
    this.crc = isBlindStart ? Number.parseInt(written.slice(8, 16), 16) : crc;
    this.at = input.at;
    this.seqLast = seq;
    this.inputs += 1;
    return ok(input);
  }

  private fail(
    code: RecordingProblem['code'],
    file: LineFile,
    seq: number,
    detail: string,
  ): Result<never, RecordingProblem> {
    return err({ code, path: file.path, line: file.line, seq, detail, fix: restore });
  }
}

/** A file that ended early for another reason than a crash while writing. */
function unreadable(file: LineFile, seq: number): RecordingProblem | null {
  if (file.problem === null) return null;
  const { code, path, line, detail } = file.problem;
  return { code, path, line, seq, detail, fix: restore };
}

/** A closed run says how far it went; less than that was lost at the end. */
function shortOf(recording: Recording, chain: Chain): RecordingProblem | null {
  const closed = recording.manifest?.closed;
  if (closed === null || closed === undefined || chain.seqLast >= closed.seqLast) return null;
  const seq = chain.seqLast + 1;
  const detail = `ends after input ${chain.seqLast}; its manifest counts to ${closed.seqLast}`;
  return { code: 'lines_missing', path: recording.path, line: 0, seq, detail, fix: restore };
}

/** The number after `{"seq":`; null when the line does not start so. */
function seqOf(bytes: Buffer, start: number, end: number): number | null {
  const head = '{"seq":';
  for (let index = 0; index < head.length; index += 1)
    if (bytes[start + index] !== head.charCodeAt(index)) return null;
  let seq = 0;
  let at = start + head.length;
  for (; at < end; at += 1) {
    const digit = (bytes[at] ?? 0) - 48;
    if (!(digit >= 0 && digit <= 9)) break;
    seq = seq * 10 + digit;
  }
  return bytes[at] === 44 && Number.isSafeInteger(seq) && seq > 0 ? seq : null;
}

function parseInput(text: string): Input | null {
  try {
    const line = JSON.parse(text) as Partial<Input>;
    const { seq, at, source, payload } = line;
    if (typeof seq !== 'number' || !Number.isSafeInteger(at) || typeof source !== 'string')
      return null;
    if (typeof payload !== 'object' || payload === null || typeof payload.kind !== 'string')
      return null;
    // Exactly what the intake made, without what the recorder added.
    return { seq, at, source, payload } as Input;
  } catch {
    return null;
  }
}

async function readManifest(path: string): Promise<Manifest | null> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Manifest;
  } catch {
    return null;
  }
}

/** An hour's folded segment comes before its tails; tails sort by their padded seq. */
const rank = (name: string): string => name.replace('.ndjson.gz', '.a').replace('.tail-', '.b');
const byHourThenSeq = (left: string, right: string): number => (rank(left) < rank(right) ? -1 : 1);
