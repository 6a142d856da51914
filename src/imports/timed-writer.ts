import type { Clock } from '../clock.js';
import { epochMs } from '../domain/units.js';
import type { Outcome } from '../messages/effect.js';
import type { Payload, Source } from '../messages/input.js';
import type { Recorder } from '../sinks/recorder/recorder.js';

/** Writes inputs at the times they have in history. Times never go back: one that would is written with the one before it. */
export class TimedWriter {
  private readonly recorder: Recorder;
  private seq = 0;
  private lastMs = 0;
  private asked = 0;

  constructor(recorder: Recorder) {
    this.recorder = recorder;
  }

  get inputs(): number {
    return this.seq;
  }
  get atMs(): number {
    return this.lastMs;
  }

  write(atMs: number, source: Source, payload: Payload): void {
    this.lastMs = Math.max(this.lastMs, atMs);
    this.seq += 1;
    this.recorder.tap({ seq: this.seq, at: epochMs(this.lastMs), source, payload });
  }

  /** Answers of the exchange, as one reply of many parts. `capture`: kept as they came, and passed over by replays. */
  answers(
    atMs: number,
    bodies: readonly { readonly path: string; readonly body: string }[],
    source: 'venue' | 'capture' = 'venue',
  ): void {
    this.asked += 1;
    const outcomes: readonly Outcome[] = [
      ...bodies.map(({ path, body }): Outcome => ({ kind: 'http', status: 200, path, body })),
      { kind: 'end', parts: bodies.length },
    ];
    for (const [part, outcome] of outcomes.entries()) {
      const last = part === outcomes.length - 1;
      const reply = { effectId: this.asked, requestHash: '', part, last, outcome };
      this.write(atMs, source, { kind: 'reply', reply });
    }
  }
}

/** Lets what was written be folded to disk before more comes. */
export const breathe = (clock: Clock): Promise<void> =>
  new Promise((resolve) => {
    clock.setTimer(0, resolve);
  });
