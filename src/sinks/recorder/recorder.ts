import { join } from 'node:path';
import type { Clock } from '../../clock.js';
import { assert } from '../../domain/assert.js';
import { err, ok, type Result } from '../../domain/result.js';
import { limits } from '../../limits.js';
import type { ClockSettings, Input } from '../../messages/input.js';
import { type Disk, type DiskProblem, diskProblem, systemDisk } from './disk.js';
import { Folder } from './fold.js';
import {
  hexCrc,
  type Manifest,
  manifestName,
  type RecordedTotals,
  recordingVersion,
  segmentHourMs,
  segmentOf,
} from './format.js';
import { Tail } from './tail.js';

/**
 * `recording_exists`: the folder already holds a recording; one run, one folder. `recording_overflow`: the disk refused
 * for so long that recording gave up; what was written before stays readable and is marked not whole.
 */
export type RecorderProblem =
  | DiskProblem
  | { readonly code: 'recording_exists'; readonly path: string; readonly detail: string }
  | { readonly code: 'recording_overflow'; readonly path: string; readonly detail: string };

export type RecorderOptions = {
  /** `<home>/recordings/<run>`; made if absent. */
  readonly folder: string;
  readonly run: number;
  readonly engine: string;
  readonly settingsHash: string;
  readonly clock: ClockSettings;
  /** Called once for each failure and once, with null, when writing works again. */
  readonly report: (problem: RecorderProblem | null) => void;
};

export type RecorderPorts = { readonly clock: Clock; readonly disk?: Disk };

export type RecorderStatus = {
  readonly inputs: number;
  /** Of plain lines, written or still in memory. */
  readonly bytes: number;
  readonly path: string;
  /** Highest seq the operating system has. */
  readonly writtenSeq: number;
  readonly problem: RecorderProblem | null;
};

/**
 * Writes every input before the engine sees it. Memory first, the operating system at the latest after
 * `limits.recorderFlushMs` or when `flushTo` asks; no fsync, the ledger has that. Hourly segments by market time.
 */
export class Recorder {
  private readonly options: RecorderOptions;
  private readonly clock: Clock;
  private readonly disk: Disk;
  private readonly folder: Folder;
  private readonly openedAtRealMs: number;
  private tail: Tail | null = null;
  private segment = '';
  private segmentEndMs = 0;
  private crc = 0;
  private seqFirst = 0;
  private seqLast = 0;
  private writtenSeq = 0;
  private inputs = 0;
  private sealedBytes = 0;
  private problem: RecorderProblem | null = null;
  private isGivenUp = false;
  private isClosed = false;
  private cancelTimer: (() => void) | null = null;

  private constructor(options: RecorderOptions, ports: RecorderPorts) {
    this.options = options;
    this.clock = ports.clock;
    this.disk = ports.disk ?? systemDisk;
    this.openedAtRealMs = this.clock.realNow();
    this.folder = new Folder(this.disk, options.folder, (problem) => options.report(problem));
  }

  /** Makes the folder and its manifest. Fails with `recording_exists` rather than mix two runs. */
  static open(options: RecorderOptions, ports: RecorderPorts): Result<Recorder, RecorderProblem> {
    const disk = ports.disk ?? systemDisk;
    try {
      disk.makeFolder(options.folder);
      if (disk.list(options.folder).length > 0) {
        const detail = 'the folder is not empty; a run records into a folder of its own';
        return err({ code: 'recording_exists', path: options.folder, detail });
      }
      const recorder = new Recorder(options, ports);
      recorder.writeManifest(null);
      return ok(recorder);
    } catch (thrown) {
      return err(diskProblem(options.folder, thrown));
    }
  }

  /** The intake's tap. Never throws for the disk's sake: failures are reported, and `flushTo` then refuses. */
  readonly tap = (input: Input): void => {
    if (this.isGivenUp || this.isClosed) return;
    if (this.seqFirst === 0) this.seqFirst = input.seq;
    else assert(input.seq === this.seqLast + 1, `recorded ${input.seq} after ${this.seqLast}`);
    const tail = this.tailFor(input);
    tail.add(input, this.clock.realNow());
    this.seqLast = input.seq;
    this.inputs += 1;
    if (tail.size >= limits.recorderMemberBytes && this.folder.waiting < limits.recorderFoldsMax)
      this.seal();
    else if (tail.unwritten >= limits.recorderWriteBytes) this.write(tail);
    if (this.cancelTimer === null) this.armTimer();
  };

  /**
   * Everything up to input `seq` is with the operating system; synchronous, so that an order can leave right after. On
   * failure nothing may leave.
   */
  flushTo(seq: number): Result<null, RecorderProblem> {
    if (seq <= this.writtenSeq) return ok(null);
    if (this.tail !== null) this.write(this.tail);
    if (this.writtenSeq >= seq) return ok(null);
    const path = this.options.folder;
    return err(
      this.problem ?? { code: 'disk_failed', path, detail: `input ${seq} was not recorded` },
    );
  }

  status(): RecorderStatus {
    const { inputs, writtenSeq, problem } = this;
    const bytes = this.sealedBytes + (this.tail?.size ?? 0);
    return { inputs, bytes, path: this.options.folder, writtenSeq, problem };
  }

  /** Writes and folds what is left and closes the manifest with what the run came to. */
  async close(totals: RecordedTotals): Promise<Result<Manifest, RecorderProblem>> {
    assert(!this.isClosed, 'a recording is closed once');
    this.isClosed = true;
    this.cancelTimer?.();
    this.seal();
    await new Promise<void>((done) => this.folder.whenIdle(done));
    try {
      this.folder.close();
      return ok(this.writeManifest(totals));
    } catch (thrown) {
      return err(diskProblem(join(this.options.folder, manifestName), thrown));
    }
  }

  private tailFor(input: Input): Tail {
    if (this.tail !== null && !(input.at < this.segmentEndMs)) this.seal();
    if (this.tail !== null && input.at < this.segmentEndMs) return this.tail;
    if (!(input.at < this.segmentEndMs)) {
      this.segment = segmentOf(input.at);
      this.segmentEndMs = (Math.floor(input.at / segmentHourMs) + 1) * segmentHourMs;
    }
    const { disk, options, segment, crc } = this;
    // A tail that the disk still refuses stays open; the segment's hour then ends late, which no reader minds.
    if (this.tail !== null) return this.tail;
    this.tail = new Tail(disk, options.folder, segment, input, crc, this.clock.monotonicMs());
    return this.tail;
  }

  /** Hands the tail to the folder; keeps it when the disk does not take it. */
  private seal(): void {
    const { tail } = this;
    if (tail === null || !this.write(tail)) return;
    this.crc = tail.crcLast;
    this.sealedBytes += tail.size;
    this.tail = null;
    this.folder.add(tail.seal());
  }

  private write(tail: Tail): boolean {
    const flushed = tail.flush();
    if (flushed.ok) {
      this.writtenSeq = tail.lastSeq;
      if (this.problem !== null) {
        this.problem = null;
        this.options.report(null);
      }
      return true;
    }
    if (this.problem === null || this.problem.code !== flushed.error.code) {
      this.problem = flushed.error;
      this.options.report(flushed.error);
    }
    if (tail.unwritten > limits.recorderUnwrittenBytesMax) this.giveUp(tail);
    return false;
  }

  private giveUp(tail: Tail): void {
    this.isGivenUp = true;
    this.sealedBytes += tail.size - tail.unwritten;
    this.tail = null;
    const detail = `${tail.unwritten} bytes could not be written; recording ends after input ${this.writtenSeq}`;
    this.problem = { code: 'recording_overflow', path: tail.path, detail };
    this.options.report(this.problem);
  }

  private armTimer(): void {
    this.cancelTimer = this.clock.setTimer(limits.recorderFlushMs, () => {
      this.cancelTimer = null;
      const { tail } = this;
      if (tail === null || this.isClosed) return;
      const isOld = this.clock.monotonicMs() - tail.openedAtMs >= limits.recorderMemberMs;
      if (isOld && this.folder.waiting < limits.recorderFoldsMax) this.seal();
      else this.write(tail);
      if (this.tail !== null) this.armTimer();
    });
  }

  private writeManifest(totals: RecordedTotals | null): Manifest {
    const { run, engine, settingsHash, clock, folder } = this.options;
    const { seqFirst, writtenSeq: seqLast, openedAtRealMs } = this;
    const inputs = seqFirst === 0 ? 0 : seqLast - seqFirst + 1;
    const manifest: Manifest = {
      schemaVersion: recordingVersion,
      codec: 'gzip',
      run,
      engine,
      settingsHash,
      clock,
      openedAtRealMs,
      closed:
        totals === null
          ? null
          : {
              closedAtRealMs: this.clock.realNow(),
              inputs,
              seqFirst,
              seqLast,
              plainBytes: this.sealedBytes,
              crcLast: hexCrc(this.crc),
              isWhole: !this.isGivenUp && this.tail === null,
              problem: this.problem === null ? null : this.problem.detail,
              ...totals,
            },
    };
    this.disk.replace(join(folder, manifestName), `${JSON.stringify(manifest, null, 2)}\n`);
    return manifest;
  }
}
