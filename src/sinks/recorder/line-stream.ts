import type { Clock } from '../../clock.js';
import { assert } from '../../domain/assert.js';
import { limits } from '../../limits.js';
import type { Disk, DiskProblem } from './disk.js';
import { Folder } from './fold.js';
import { hexCrc, type Line, type StreamEnd, segmentHourMs, segmentOf } from './format.js';
import { Tail } from './tail.js';

/** `recording_overflow`: the disk refused for so long that recording gave up; what was written before stays readable. */
export type StreamProblem =
  | DiskProblem
  | { readonly code: 'recording_overflow'; readonly path: string; readonly detail: string };

export type LineStreamOptions = {
  readonly folder: string;
  /** Of its files' names. */
  readonly prefix: string;
  /** A segment beyond it is not added to. */
  readonly segmentBytesMax: number;
  /** Called once for each failure and once, with null, when writing works again. */
  readonly report: (problem: StreamProblem | null) => void;
};

/**
 * One chain of lines on its way to the disk: memory, then a plain tail, then a gzip member of its hour's segment. Nothing is
 * written but by `write`, `relieve` and `close`; when is up to the recorder.
 */
export class LineStream {
  private readonly options: LineStreamOptions;
  private readonly clock: Clock;
  private readonly disk: Disk;
  private readonly folder: Folder;
  private tail: Tail | null = null;
  private segment = '';
  private segmentEndMs = 0;
  private part = 1;
  private crc = 0;
  private seqFirst = 0;
  private seqLast = 0;
  private writtenLast = 0;
  private sealedBytes = 0;
  private failure: StreamProblem | null = null;
  private isGivenUp = false;

  constructor(options: LineStreamOptions, clock: Clock, disk: Disk) {
    this.options = options;
    this.clock = clock;
    this.disk = disk;
    this.folder = new Folder(disk, options.folder, options.report);
  }

  /** Seq of the last line added, 0 before the first. */
  get lastSeq(): number {
    return this.seqLast;
  }
  /** Highest seq the operating system has. */
  get writtenSeq(): number {
    return this.writtenLast;
  }
  /** Of plain lines, written or still in memory. */
  get bytes(): number {
    return this.sealedBytes + (this.tail?.size ?? 0);
  }
  get problem(): StreamProblem | null {
    return this.failure;
  }
  /** Lines wait to be written or folded. */
  get isOpen(): boolean {
    return this.tail !== null;
  }

  add(line: Line): void {
    if (this.isGivenUp) return;
    if (this.seqFirst === 0) this.seqFirst = line.seq;
    else assert(line.seq === this.seqLast + 1, `recorded ${line.seq} after ${this.seqLast}`);
    const tail = this.tailFor(line);
    tail.add(line, this.clock.realNow());
    this.seqLast = line.seq;
    if (tail.unwritten > limits.recorderUnwrittenBytesMax) this.write();
  }

  /** Writes what has gathered once it is much, and folds it once it is a member. */
  relieve(): void {
    const { tail } = this;
    if (tail === null) return;
    if (tail.size >= limits.recorderMemberBytes && this.canFold) this.seal();
    else if (tail.unwritten >= limits.recorderWriteBytes) this.write();
  }

  /** Writes what has gathered, and folds it when it is old or much. */
  tick(): void {
    const { tail } = this;
    if (tail === null) return;
    const isOld = this.clock.monotonicMs() - tail.openedAtMs >= limits.recorderMemberMs;
    if ((isOld || tail.size >= limits.recorderMemberBytes) && this.canFold) this.seal();
    else this.write();
  }

  /** Whether the operating system has everything added so far. */
  write(): boolean {
    const { tail } = this;
    if (tail === null) return !this.isGivenUp;
    const flushed = tail.flush();
    if (flushed.ok) {
      this.writtenLast = tail.lastSeq;
      if (this.failure !== null) {
        this.failure = null;
        this.options.report(null);
      }
      return true;
    }
    if (this.failure === null || this.failure.code !== flushed.error.code) {
      this.failure = flushed.error;
      this.options.report(flushed.error);
    }
    if (tail.unwritten > limits.recorderUnwrittenBytesMax) this.giveUp(tail);
    return false;
  }

  /** Writes and folds what is left; may throw `ErrnoException`. */
  async close(): Promise<StreamEnd> {
    this.seal();
    await new Promise<void>((done) => this.folder.whenIdle(done));
    this.folder.close();
    const { seqFirst, writtenLast: seqLast, sealedBytes: plainBytes } = this;
    return {
      seqFirst,
      seqLast,
      plainBytes,
      crcLast: hexCrc(this.crc),
      isWhole: !this.isGivenUp && this.tail === null,
      problem: this.failure?.detail ?? null,
    };
  }

  private get canFold(): boolean {
    return this.folder.waiting < limits.recorderFoldsMax;
  }

  private tailFor(line: Line): Tail {
    const isNewHour = !(line.at < this.segmentEndMs);
    if (this.tail !== null && isNewHour) this.seal();
    // A tail that the disk still refuses stays open; the segment's hour then ends late, which no reader minds.
    if (this.tail !== null) return this.tail;
    if (isNewHour) {
      this.part = 1;
      this.segmentEndMs = (Math.floor(line.at / segmentHourMs) + 1) * segmentHourMs;
    } else if (this.folder.sizeOf(this.segment) >= this.options.segmentBytesMax) this.part += 1;
    this.segment = segmentOf(this.options.prefix, this.segmentEndMs - segmentHourMs, this.part);
    const { disk, options, segment, crc } = this;
    this.tail = new Tail(disk, options.folder, segment, line, crc, this.clock.monotonicMs());
    return this.tail;
  }

  /** Hands the tail to the folder; keeps it when the disk does not take it. */
  private seal(): void {
    const { tail } = this;
    if (tail === null || !this.write()) return;
    this.crc = tail.crcLast;
    this.sealedBytes += tail.size;
    this.tail = null;
    this.folder.add(tail.seal());
  }

  private giveUp(tail: Tail): void {
    this.isGivenUp = true;
    this.sealedBytes += tail.size - tail.unwritten;
    this.tail = null;
    const detail = `${tail.unwritten} bytes could not be written; recording ends after line ${this.writtenLast}`;
    this.failure = { code: 'recording_overflow', path: tail.path, detail };
    this.options.report(this.failure);
  }
}
