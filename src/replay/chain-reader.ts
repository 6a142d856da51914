import { crc32 } from 'node:zlib';
import { err, ok, type Result } from '../domain/result.js';
import { trailer, trailerBytes } from '../sinks/recorder/format.js';
import { changedByte } from './changed-byte.js';
import { foldedTail } from './folded-tail.js';
import { type FileProblem, LineFile } from './lines.js';

/**
 * Why a recording could not be read on. `line_changed`: a line's checksum does not fit it and the line before it.
 * `lines_missing`: a seq is skipped. `lines_out_of_order`: it is there, but later. `manifest_damaged`: nobody can say how many
 * there must be. `not_a_recording`: no such lines there.
 * `newer_version`: made by a later build. `fix` says what to do. Lines before the problem are sound.
 */
export type RecordingProblem = {
  readonly code:
    | FileProblem['code']
    | 'line_changed'
    | 'lines_missing'
    | 'lines_out_of_order'
    | 'manifest_damaged'
    | 'not_a_recording'
    | 'newer_version';
  readonly path: string;
  readonly line: number;
  /** The input, or decision, concerned; 0 when none can be named. */
  readonly seq: number;
  readonly detail: string;
  readonly fix: string;
};

export const restore = 'restore the file from a copy; what comes before it can be replayed';

export type ChainOptions<Line> = {
  /** What a line is called to a person. */
  readonly noun: string;
  /** Null when the text is no such line. */
  readonly parse: (text: string) => Line | null;
  /** The first line may be from the middle of a chain, and is then taken at its word. */
  readonly startsAnywhere: boolean;
};

/**
 * The lines of one stream of a recording, in order, checksum and seq verified. `next()` moves to the following line; when
 * it says no, `await fill()` brings more or says that it is over: at the end, at a torn end, or at a problem.
 */
export class ChainReader<Line extends { readonly seq: number; readonly at: number }> {
  line: Line | null = null;
  /** Sound lines so far. */
  lines = 0;
  seqLast = 0;
  crc = 0;
  torn: { readonly path: string; readonly afterSeq: number } | null = null;
  problem: RecordingProblem | null = null;
  /** Every file was read to its end. */
  isEnded = false;
  private at = Number.NEGATIVE_INFINITY;
  /** Of the last sound line, without its checksum. */
  private bodyBytes = 0;
  private file: LineFile | null = null;
  private opened = 0;
  private readonly files: readonly string[];
  private readonly options: ChainOptions<Line>;

  constructor(files: readonly string[], options: ChainOptions<Line>) {
    this.files = files;
    this.options = options;
  }

  next(): boolean {
    const { file } = this;
    if (file === null) return false;
    while (this.problem === null && file.next()) if (this.take(file)) return true;
    return false;
  }

  async fill(): Promise<boolean> {
    for (;;) {
      if (this.problem !== null) return await this.end();
      if (this.file === null && !(await this.openNext())) return await this.end();
      const { file } = this;
      if (file === null) continue;
      if (await file.fill()) {
        if (this.take(file) || this.next()) return true;
      } else await this.finish(file);
    }
  }

  async close(): Promise<void> {
    await this.file?.close();
    this.file = null;
  }

  private async openNext(): Promise<boolean> {
    const path = this.files[this.opened];
    this.isEnded = path === undefined;
    if (path === undefined) return false;
    this.opened += 1;
    const opened = await LineFile.open(path, { keepsLastLine: false });
    if (!opened.ok) return await this.openFolded(path, opened.error);
    this.file = opened.value;
    return true;
  }

  /** A tail that is gone because a run still records: its lines are in its segment now. */
  private async openFolded(path: string, { code, detail }: FileProblem): Promise<boolean> {
    const folded = await foldedTail(path, this.seqLast);
    if (folded?.kind === 'read') return true;
    const opened =
      folded === null
        ? null
        : await LineFile.open(folded.path, { keepsLastLine: false, from: folded.offset });
    if (opened?.ok === true) this.file = opened.value;
    else this.fail(code, path, 0, this.seqLast + 1, detail);
    return opened?.ok === true;
  }

  private async finish(file: LineFile): Promise<void> {
    if (file.problem !== null) {
      const { code, path, line, detail } = file.problem;
      this.fail(code, path, line, this.seqLast + 1, detail);
    }
    // A member cut off in folding is still whole in its tail, which comes next.
    const isTornLast = file.isTorn && this.opened === this.files.length;
    if (isTornLast && this.problem === null)
      this.torn = { path: file.path, afterSeq: this.seqLast };
    await this.close();
  }

  private async end(): Promise<false> {
    if (this.problem?.code === 'lines_missing') await this.lookForMissing(this.problem);
    await this.close();
    return false;
  }

  /** A line that is not where it belongs may have been moved: then putting it back mends all. */
  private async lookForMissing(problem: RecordingProblem): Promise<void> {
    do {
      const { file } = this;
      while (file !== null && (file.next() || (await file.fill()))) {
        if (seqOf(file.bytes, file.start, file.end) !== problem.seq) continue;
        this.problem = {
          ...problem,
          code: 'lines_out_of_order',
          detail: `${problem.detail}; it is at ${file.path}:${file.line}`,
          fix: 'put the members back in the order of index.ndjson',
        };
        return;
      }
      await this.close();
    } while (await this.openNext());
    this.problem = problem;
  }

  /** Whether the line is the next one; it is not when it was read before (folded, and still in its tail) or unsound. */
  private take(file: LineFile): boolean {
    const sound = this.sound(file);
    if (!sound.ok) this.problem = sound.error;
    this.line = sound.ok ? sound.value : null;
    return this.line !== null;
  }

  private sound(file: LineFile): Result<Line | null, RecordingProblem> {
    const { bytes, start, end } = file;
    const { noun, parse, startsAnywhere } = this.options;
    const bodyEnd = end - trailerBytes;
    const seq = seqOf(bytes, start, end);
    const expected = this.seqLast + 1;
    const refuse = (code: RecordingProblem['code'], at: number, detail: string) =>
      err({ code, path: file.path, line: file.line, seq: at, detail, fix: restore });
    if (seq === null || bodyEnd <= start) {
      const code = this.lines === 0 ? 'not_a_recording' : 'line_changed';
      return refuse(code, expected, `not a recorded line, where ${noun} ${expected} belongs`);
    }
    if (this.lines > 0 && seq <= this.seqLast) return ok(null);
    // One segment alone starts in mid-run: its first line is taken at its word.
    const isBlindStart = startsAnywhere && this.lines === 0 && seq !== 1;
    if (seq !== expected && !isBlindStart) {
      const missing = expected === seq - 1 ? '' : ` to ${seq - 1}`;
      return refuse(
        'lines_missing',
        expected,
        `${noun} ${expected}${missing} missing before ${noun} ${seq}`,
      );
    }
    const crc = crc32(bytes.subarray(start, bodyEnd), this.crc);
    const written = bytes.toString('latin1', bodyEnd, end);
    const writtenCrc = Number.parseInt(written.slice(8, 16), 16);
    if (written !== trailer(crc).slice(0, -1) && !isBlindStart) {
      const changed = this.changed(
        seq,
        changedByte(crc, writtenCrc, bodyEnd - start + this.bodyBytes),
        bodyEnd - start,
      );
      return refuse('line_changed', changed.seq, changed.detail);
    }
    const line = parse(bytes.toString('utf8', start, end));
    if (line === null || line.seq !== seq || !(line.at >= this.at))
      return refuse('line_changed', seq, `${noun} ${seq} is not one, or goes back in time`);
    this.crc = isBlindStart ? writtenCrc : crc;
    this.bodyBytes = bodyEnd - start;
    this.at = line.at;
    this.seqLast = seq;
    this.lines += 1;
    return ok(line);
  }

  /** Which line was changed when the checksum of `seq` does not fit: it, or the one before it with a mended checksum. */
  private changed(seq: number, fromEnd: number | null, bodyBytes: number) {
    const { noun } = this.options;
    if (fromEnd !== null && fromEnd > bodyBytes)
      return {
        seq: seq - 1,
        detail: `one byte of ${noun} ${seq - 1} was changed and its checksum mended: that of ${noun} ${seq} does not fit`,
      };
    const what = fromEnd === null ? '' : `: its byte ${bodyBytes - fromEnd + 1} was changed`;
    return { seq, detail: `the checksum of ${noun} ${seq} does not fit${what}` };
  }

  private fail(
    code: RecordingProblem['code'],
    path: string,
    line: number,
    seq: number,
    detail: string,
  ): void {
    this.problem = { code, path, line, seq, detail, fix: restore };
  }
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
