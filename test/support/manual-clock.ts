import type { Clock } from '../../src/clock.js';

/** A clock that a test moves by hand; its timers fire only then, in order. */
export class ManualClock implements Clock {
  private elapsedMs = 0;
  private nextTimer = 0;
  private readonly timers = new Map<
    number,
    { readonly dueMs: number; readonly fire: () => void }
  >();
  private readonly startMs: number;
  /** Added to the wall clock only: a step that the monotonic clock does not see. */
  wallStepMs = 0;

  constructor(startMs = 1_800_000_000_000) {
    this.startMs = startMs;
  }

  readonly realNow = (): number => this.startMs + Math.floor(this.elapsedMs) + this.wallStepMs;
  readonly monotonicMs = (): number => this.elapsedMs;
  readonly random = (): number => 0.5;
  readonly setTimer = (ms: number, fire: () => void): (() => void) => {
    const id = this.nextTimer;
    this.nextTimer += 1;
    this.timers.set(id, { dueMs: this.elapsedMs + ms, fire });
    return () => this.timers.delete(id);
  };

  get waiting(): number {
    return this.timers.size;
  }

  /** Lets real time pass, firing what comes due on the way. */
  pass(ms: number): void {
    const until = this.elapsedMs + ms;
    for (;;) {
      let first: number | null = null;
      for (const [id, timer] of this.timers)
        if (timer.dueMs <= until && (first === null || timer.dueMs < this.dueOf(first))) first = id;
      if (first === null) break;
      const timer = this.timers.get(first);
      this.timers.delete(first);
      this.elapsedMs = Math.max(this.elapsedMs, timer?.dueMs ?? 0);
      timer?.fire();
    }
    this.elapsedMs = until;
  }

  private dueOf(id: number): number {
    return this.timers.get(id)?.dueMs ?? Number.POSITIVE_INFINITY;
  }
}
