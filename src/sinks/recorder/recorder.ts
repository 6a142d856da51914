import { join } from 'node:path';
import type { Clock } from '../../clock.js';
import { assert } from '../../domain/assert.js';
import { err, ok, type Result } from '../../domain/result.js';
import { limits } from '../../limits.js';
import type { Decision } from '../../messages/decision.js';
import type { ClockSettings, Input } from '../../messages/input.js';
import { type Disk, diskProblem, systemDisk } from './disk.js';
import {
  type DecisionPayload,
  decisionsPrefix,
  type Made,
  type Manifest,
  manifestName,
  type RecordedTotals,
  recordingVersion,
} from './format.js';
import { LineStream, type StreamProblem } from './line-stream.js';

/** `recording_exists`: the folder already holds a recording; one run, one folder. */
export type RecorderProblem =
  | StreamProblem
  | { readonly code: 'recording_exists'; readonly path: string; readonly detail: string };

export type RecorderOptions = {
  /** `<home>/recordings/<run>`; made if absent. */
  readonly folder: string;
  readonly run: number;
  readonly engine: string;
  readonly settingsHash: string;
  readonly clock: ClockSettings;
  readonly made?: Made;
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
 * Writes every input before the engine sees it, and every decision after it was made. Inputs are in memory first, with the
 * operating system at the latest after `limits.recorderFlushMs` or when `flushTo` asks; no fsync, the ledger has that.
 * Decisions are derived: they are written by the timer alone, after the inputs, and nothing waits for them.
 */
export class Recorder {
  private readonly options: RecorderOptions;
  private readonly clock: Clock;
  private readonly disk: Disk;
  private readonly inputs: LineStream;
  private readonly decisions: LineStream;
  private readonly openedAtRealMs: number;
  private isClosed = false;
  private cancelTimer: (() => void) | null = null;

  private constructor(options: RecorderOptions, ports: RecorderPorts) {
    const { folder, report } = options;
    this.options = options;
    this.clock = ports.clock;
    this.disk = ports.disk ?? systemDisk;
    this.openedAtRealMs = this.clock.realNow();
    const segmentBytesMax = limits.recorderSegmentBytesMax;
    const stream = (prefix: string): LineStream =>
      new LineStream({ folder, prefix, segmentBytesMax, report }, this.clock, this.disk);
    this.inputs = stream('');
    this.decisions = stream(decisionsPrefix);
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
    if (this.isClosed) return;
    this.inputs.add(input);
    this.inputs.relieve();
    this.armTimer();
  };

  /** The engine's decisions, as they are made: into memory, whatever the disk does. */
  readonly decided = ({ at, ...decision }: Decision): void => {
    if (this.isClosed) return;
    const payload: DecisionPayload = { kind: 'decision', ...decision };
    this.decisions.add({ seq: this.decisions.lastSeq + 1, at, source: 'engine', payload });
    this.armTimer();
  };

  /**
   * Everything up to input `seq` is with the operating system; synchronous, so that an order can leave right after. On
   * failure nothing may leave.
   */
  flushTo(seq: number): Result<null, RecorderProblem> {
    const { inputs } = this;
    if (seq <= inputs.writtenSeq) return ok(null);
    inputs.write();
    if (inputs.writtenSeq >= seq) return ok(null);
    const path = this.options.folder;
    return err(
      inputs.problem ?? { code: 'disk_failed', path, detail: `input ${seq} was not recorded` },
    );
  }

  status(): RecorderStatus {
    const { bytes, writtenSeq, problem, lastSeq } = this.inputs;
    return { inputs: lastSeq, bytes, path: this.options.folder, writtenSeq, problem };
  }

  /** Writes and folds what is left and closes the manifest with what the run came to. */
  async close(totals: RecordedTotals): Promise<Result<Manifest, RecorderProblem>> {
    assert(!this.isClosed, 'a recording is closed once');
    this.isClosed = true;
    this.cancelTimer?.();
    try {
      const end = await this.inputs.close();
      const decisions = await this.decisions.close();
      const { seqFirst, seqLast } = end;
      return ok(
        this.writeManifest({
          closedAtRealMs: this.clock.realNow(),
          inputs: seqFirst === 0 ? 0 : seqLast - seqFirst + 1,
          ...end,
          decisions,
          ...totals,
        }),
      );
    } catch (thrown) {
      return err(diskProblem(join(this.options.folder, manifestName), thrown));
    }
  }

  private armTimer(): void {
    this.cancelTimer ??= this.clock.setTimer(limits.recorderFlushMs, () => {
      this.cancelTimer = null;
      if (this.isClosed) return;
      this.inputs.tick();
      // Second: no decision is on disk whose input is not.
      if (this.inputs.problem === null) this.decisions.tick();
      if (this.inputs.isOpen || this.decisions.isOpen) this.armTimer();
    });
  }

  private writeManifest(closed: Manifest['closed']): Manifest {
    const { run, engine, settingsHash, clock, folder, made } = this.options;
    const manifest: Manifest = {
      schemaVersion: recordingVersion,
      codec: 'gzip',
      run,
      engine,
      settingsHash,
      clock,
      openedAtRealMs: this.openedAtRealMs,
      ...(made === undefined ? {} : { made }),
      closed,
    };
    this.disk.replace(join(folder, manifestName), `${JSON.stringify(manifest, null, 2)}\n`);
    return manifest;
  }
}
