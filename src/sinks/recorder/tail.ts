import { join } from 'node:path';
import { err, ok, type Result } from '../../domain/result.js';
import { limits } from '../../limits.js';
import { type Disk, type DiskProblem, diskProblem } from './disk.js';
import { chained, type Line, lineBody, tailFile, trailer, trailerBytes } from './format.js';

/** What an index entry says, before its place in the segment is known. */
export type TailFacts = {
  readonly segment: string;
  readonly path: string;
  readonly lines: number;
  readonly seqFirst: number;
  readonly seqLast: number;
  readonly atFirst: number;
  readonly atLast: number;
  readonly crcBefore: number;
  readonly crcLast: number;
};

/** UTF-8 needs at most three bytes for each UTF-16 unit. */
const bytesMax = (text: string): number => text.length * 3;

/**
 * The open end of a recording: lines gathered in one buffer, which is both what is written to the tail file and what is
 * folded later. A failed write keeps its bytes and is taken up again where it stopped.
 */
export class Tail {
  readonly path: string;
  readonly openedAtMs: number;
  private readonly disk: Disk;
  private readonly segment: string;
  private readonly seqFirst: number;
  private readonly atFirst: number;
  private readonly crcBefore: number;
  private file: number | null = null;
  private bytes: Buffer;
  private filled = 0;
  private written = 0;
  private lines = 0;
  private seqLast: number;
  private atLast: number;
  private crc: number;

  constructor(
    disk: Disk,
    folder: string,
    segment: string,
    first: Line,
    crcBefore: number,
    openedAtMs: number,
  ) {
    this.disk = disk;
    this.segment = segment;
    this.path = join(folder, tailFile(segment, first.seq));
    this.openedAtMs = openedAtMs;
    this.seqFirst = first.seq;
    this.seqLast = first.seq - 1;
    this.atFirst = first.at;
    this.atLast = first.at;
    this.crcBefore = crcBefore;
    this.crc = crcBefore;
    this.bytes = Buffer.allocUnsafe(limits.recorderMemberBytes + limits.recorderMemberBytes / 4);
  }

  add(line: Line, recvMs: number): void {
    const body = lineBody(line, recvMs);
    this.reserve(bytesMax(body) + trailerBytes + 1);
    const start = this.filled;
    const end = start + this.bytes.write(body, start);
    this.crc = chained(this.bytes.subarray(start, end), this.crc);
    this.filled = end + this.bytes.write(trailer(this.crc), end, 'latin1');
    this.lines += 1;
    this.seqLast = line.seq;
    this.atLast = line.at;
  }

  /** Everything added so far is with the operating system, or says why not. */
  flush(): Result<null, DiskProblem> {
    try {
      this.file ??= this.disk.open(this.path);
      while (this.written < this.filled)
        this.written += this.disk.write(
          this.file,
          this.bytes,
          this.written,
          this.filled - this.written,
        );
      return ok(null);
    } catch (thrown) {
      return err(diskProblem(this.path, thrown));
    }
  }

  /** Bytes gathered, and how many of them are only in memory. */
  get size(): number {
    return this.filled;
  }
  get unwritten(): number {
    return this.filled - this.written;
  }
  get lastSeq(): number {
    return this.seqLast;
  }
  get crcLast(): number {
    return this.crc;
  }

  /** Closes the file; the lines are now to be folded. Call after a good `flush`. */
  seal(): { readonly facts: TailFacts; readonly bytes: Buffer } {
    if (this.file !== null) this.disk.close(this.file);
    this.file = null;
    const { segment, path, lines, seqFirst, seqLast, atFirst, atLast, crcBefore, crc } = this;
    return {
      facts: { segment, path, lines, seqFirst, seqLast, atFirst, atLast, crcBefore, crcLast: crc },
      bytes: this.bytes.subarray(0, this.filled),
    };
  }

  private reserve(wanted: number): void {
    if (this.filled + wanted <= this.bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.bytes.length * 2, this.filled + wanted));
    this.bytes.copy(grown, 0, 0, this.filled);
    this.bytes = grown;
  }
}
