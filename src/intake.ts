import type { Clock, MarketClock } from './clock.js';
import { assert } from './domain/assert.js';
import type { EpochMs } from './domain/units.js';
import { limits } from './limits.js';
import type { LogScheduler } from './log-scheduler.js';
import type { Input, Payload, Source } from './messages/input.js';

/** Anything that takes inputs in order: the recorder, the engine. */
export type InputSink = (input: Input) => void;

export type IntakePorts = {
  readonly clock: Clock;
  readonly marketClock: MarketClock;
  readonly scheduler: LogScheduler;
  /** The recorder. Hears an input before any timer or stream does. */
  readonly tap: InputSink;
  /** The engine. Called synchronously; may call `accept` again, which then waits its turn. */
  readonly deliver: InputSink;
};

/**
 * The one door. Whatever is not deterministic comes in here and leaves as one totally ordered log: `seq` from 1 without
 * holes, `at` in market time, never going back. For each input, in this order: stamp, record, run the timers due by
 * then, deliver. Nothing is dropped; a queue beyond `limits.intakeQueueMax` means the engine feeds itself, which is a
 * bug and stops the process. After `stop` the door is shut and late arrivals are only counted.
 */
export class Intake {
  private readonly ports: IntakePorts;
  private seq = 0;
  private at: EpochMs = 0 as EpochMs;
  private isOpen = true;
  private isDraining = false;
  private readonly queue: { readonly source: Source; readonly payload: Payload }[] = [];
  private lateCount = 0;
  private isArmed = false;
  /** The due time the real timer was armed for; an earlier one re-arms it. */
  private armedDue = Number.POSITIVE_INFINITY;
  private disarm: () => void = () => {};

  constructor(ports: IntakePorts) {
    this.ports = ports;
  }

  /** Seq of the last input delivered, 0 before the first. */
  get lastSeq(): number {
    return this.seq;
  }

  /** What arrived after `stop`. */
  get late(): number {
    return this.lateCount;
  }

  /** True when the input is in the log, or queued to be; false once the door is shut. */
  accept(source: Source, payload: Payload): boolean {
    if (!this.isOpen) {
      this.lateCount += 1;
      return false;
    }
    if (this.isDraining) {
      this.queue.push({ source, payload });
      assert(
        this.queue.length <= limits.intakeQueueMax,
        `more than ${limits.intakeQueueMax} inputs wait at the intake`,
      );
      return true;
    }
    this.isDraining = true;
    let isWhole = false;
    try {
      this.enter(source, payload);
      if (this.queue.length > 0) this.drain();
      isWhole = true;
    } finally {
      this.isDraining = false;
      // A bug came through: the log ends here, and recovery starts from it.
      if (!isWhole) this.shut();
    }
    this.arm();
    return true;
  }

  /** Shuts the door without a `stop`: the process is going down. */
  close(): void {
    this.shut();
  }

  private drain(): void {
    const { queue } = this;
    for (let next = 0; next < queue.length; next += 1) {
      const waiting = queue[next];
      if (waiting === undefined) break;
      if (this.isOpen) this.enter(waiting.source, waiting.payload);
      else this.lateCount += 1;
      // Keep memory bounded while the engine feeds itself in a long chain.
      if (next === 1_023) {
        queue.splice(0, next + 1);
        next = -1;
      }
    }
    queue.length = 0;
  }

  private enter(source: Source, payload: Payload): void {
    const { marketClock, scheduler, tap, deliver } = this.ports;
    const now = marketClock.now();
    if (now > this.at) this.at = now;
    this.seq += 1;
    const input: Input = { seq: this.seq, at: this.at, source, payload };
    tap(input);
    scheduler.advanceTo(this.at);
    deliver(input);
    if (payload.kind === 'stop') this.shut();
  }

  private shut(): void {
    this.isOpen = false;
    this.isArmed = false;
    this.disarm();
  }

  /** One real timer: for the earliest due timer, and at most `limits.tickEveryMs` after the last input. */
  private arm(): void {
    if (!this.isOpen) return;
    const due = this.ports.scheduler.earliestDue() ?? Number.POSITIVE_INFINITY;
    if (this.isArmed && due >= this.armedDue) return;
    const { clock, marketClock } = this.ports;
    this.disarm();
    const idleLeftMs = limits.tickEveryMs - this.idleMs();
    const waitMs = Math.max(0, Math.min(idleLeftMs, (due - marketClock.now()) / marketClock.speed));
    this.isArmed = true;
    this.armedDue = due;
    this.disarm = clock.setTimer(Math.ceil(waitMs), () => this.fired());
  }

  private fired(): void {
    this.isArmed = false;
    this.disarm = () => {};
    if (!this.isOpen) return;
    const due = this.ports.scheduler.earliestDue();
    const isDue = due !== null && due <= this.ports.marketClock.now();
    if (isDue || this.idleMs() >= limits.tickEveryMs) this.accept('clock', { kind: 'tick' });
    else this.arm();
  }

  /** Real milliseconds since the last input. */
  private idleMs(): number {
    const { marketClock } = this.ports;
    return (marketClock.now() - this.at) / marketClock.speed;
  }
}

export type ReplayPorts = { readonly scheduler: LogScheduler; readonly deliver: InputSink };

/**
 * The same door for a log that exists already: no clock, no stamps, no recorder. Timers first, then the input, exactly
 * as `Intake` did when the log was made.
 */
export class ReplayIntake {
  private readonly ports: ReplayPorts;
  private at: EpochMs = 0 as EpochMs;

  constructor(ports: ReplayPorts) {
    this.ports = ports;
  }

  feed(input: Input): void {
    this.move(input.at);
    this.ports.deliver(input);
  }

  /** The first half of `feed`, for an input that the caller has decoded and hands to the engine itself. */
  move(at: EpochMs): void {
    this.at = at;
    this.ports.scheduler.advanceTo(at);
  }

  /**
   * Moves log time to one captured message, whose bytes the caller then hands to the feed itself: captures carry their
   * receive time instead of a stamp, and millions of them need no `Input` object each. A receive time that goes back is
   * taken as now.
   */
  reach(receivedAt: EpochMs): void {
    if (receivedAt > this.at) {
      this.at = receivedAt;
      this.ports.scheduler.advanceTo(receivedAt);
    }
  }
}
