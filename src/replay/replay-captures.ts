import { assert } from '../domain/assert.js';
import { type EpochMs, epochMs } from '../domain/units.js';
import type { DecodedFrame } from '../exchange/venue.js';
import { ReplayIntake } from '../intake.js';
import type { Opened } from '../messages/input.js';
import { type CaptureProblem, readCaptures } from './captures.js';
import { readCaptured } from './decoded/read-inputs.js';
import type { BookLevels, MakeTarget, ReplayTarget, ReplayTotals } from './target.js';

export type CaptureReplay = {
  /** Lines of the files, up to `untilMs`. */
  readonly inputs: number;
  readonly problems: number;
  /** Its decoded cache was read. */
  readonly isDecoded: boolean;
  readonly totals: ReplayTotals;
  readonly books: Readonly<Record<string, BookLevels>>;
};

export type CaptureReplayOptions = {
  readonly paths: readonly string[];
  readonly untilMs: number | null;
  /** What the run opens with, at the receive time of the first line. */
  readonly opened: (at: EpochMs) => Opened;
  readonly make: MakeTarget;
  readonly onProblem: (problem: CaptureProblem) => void;
  /** Lines become `frame` inputs instead of lent bytes: slower, and the same in everything else. A test compares them. */
  readonly asFrames?: boolean;
  /** Its decoded cache is read where one fits. */
  readonly usesCache?: boolean;
};

/** Runs raw captures through an engine: log time is receive time, nothing is asked of anybody. */
export async function replayCaptures(options: CaptureReplayOptions): Promise<CaptureReplay> {
  let target: ReplayTarget | null = null;
  let intake: ReplayIntake | null = null;
  let seq = 0;
  const open = (at: EpochMs): ReplayTarget => {
    const opened = options.opened(at);
    target = options.make(opened, { effect: () => {}, misfit: () => {} });
    intake = new ReplayIntake(target);
    seq = 1;
    intake.feed({ seq, at, source: 'engine', payload: opened });
    return target;
  };
  const { asFrames = false, usesCache = false } = options;
  const reach = (recvMs: number): ReplayTarget => {
    // A bad line before the first good one has no time of its own.
    const at = Math.max(recvMs, 0) as EpochMs;
    const engine = target ?? open(at);
    assert(intake !== null, 'opened with its target');
    intake.reach(at);
    seq += 1;
    return engine;
  };
  const hearer = {
    untilMs: options.untilMs,
    onProblem: options.onProblem,
    onFrame: (recvMs: number, frame: DecodedFrame, bytes: Uint8Array): void =>
      reach(recvMs).decoded(seq, 0, frame, bytes),
    onCaptured: (recvMs: number, bytes: Buffer, start: number, end: number): void => {
      const engine = reach(recvMs);
      if (!asFrames) {
        engine.captured(bytes, start, end);
        return;
      }
      const text = bytes.toString('utf8', start, end);
      const payload = { kind: 'frame', connection: 0, text } as const;
      intake?.feed({ seq, at: engine.scheduler.now(), source: 'capture', payload });
    },
  };
  const { lines, problems, isDecoded } = usesCache
    ? await readCaptured(options.paths, hearer)
    : { ...(await readCaptures(options.paths, hearer)), isDecoded: false };
  const engine = target ?? open(epochMs(0));
  return { inputs: lines, problems, isDecoded, totals: engine.totals(), books: engine.books() };
}
