import { type SchedulerAction, type SchedulerLike, Subscription } from 'rxjs';
import { assert } from './domain/assert.js';
import type { EpochMs } from './domain/units.js';
import { limits } from './limits.js';

type Work<State> = (this: SchedulerAction<State>, state?: State) => void;

/**
 * One scheduled piece of work. Re-arming from inside its own work reuses it, so that an interval that runs for a year
 * keeps one action (`VirtualTimeScheduler` keeps one per firing).
 */
class LogAction<State> extends Subscription implements SchedulerAction<State> {
  due = 0;
  /** Order of scheduling: ties at one instant run first come, first served. */
  turn = 0;
  /** Position in the heap; -1 when not waiting. */
  slot = -1;
  private state: State | undefined;
  private readonly scheduler: LogScheduler;
  private readonly work: Work<State>;

  constructor(scheduler: LogScheduler, work: Work<State>) {
    super();
    this.scheduler = scheduler;
    this.work = work;
  }

  schedule(state?: State, delay = 0): Subscription {
    if (this.closed || !Number.isFinite(delay)) return this;
    this.state = state;
    this.scheduler.arm(this as LogAction<unknown>, delay);
    return this;
  }

  run(): void {
    const { state } = this;
    this.state = undefined;
    this.work(state);
  }

  override unsubscribe(): void {
    if (this.closed) return;
    this.scheduler.disarm(this as LogAction<unknown>);
    this.state = undefined;
    super.unsubscribe();
  }
}

/**
 * RxJS time that only the log moves: `advanceTo(at)` runs what is due by then, in order of due time and then of
 * scheduling, and nothing else ever runs a timer. `now()` is log time in epoch ms: inside a timer the time it was due,
 * elsewhere the last `at`. An own heap, so that thousands of timers cost a logarithm each.
 */
export class LogScheduler implements SchedulerLike {
  private frame: number;
  private target: number;
  private turns = 0;
  private flushing = false;
  private readonly heap: LogAction<unknown>[] = [];

  constructor(startAt: EpochMs | 0 = 0) {
    this.frame = startAt;
    this.target = startAt;
  }

  /** Log time, epoch ms. */
  now(): EpochMs {
    return this.frame as EpochMs;
  }

  /**
   * How far the log is: inside a timer that runs late, after a sleep say, the `at` that is being moved to. What may only be
   * done on fresh news is judged by this, not by when it was due.
   */
  reached(): EpochMs {
    return this.target as EpochMs;
  }

  schedule<State>(work: Work<State>, delay = 0, state?: State): Subscription {
    return new LogAction(this, work).schedule(state, delay);
  }

  /** When the next timer is due; null when none waits. May lie at `now()`: work scheduled without delay. */
  earliestDue(): EpochMs | null {
    const head = this.heap[0];
    return head === undefined ? null : (head.due as EpochMs);
  }

  get pending(): number {
    return this.heap.length;
  }

  /**
   * Moves log time to `at`, running every timer due by then, those scheduled meanwhile included. What a timer throws
   * passes through: it is a bug, and we die.
   */
  advanceTo(at: EpochMs): void {
    const head = this.heap[0];
    if (head === undefined || head.due > at) {
      // The common case: thousands of inputs between two timers.
      if (!(at >= this.frame) || this.flushing) this.refuse(at);
      this.frame = at;
      this.target = at;
      return;
    }
    if (!(at >= this.frame) || this.flushing) this.refuse(at);
    this.target = at;
    this.flushing = true;
    try {
      this.flush(at);
    } finally {
      this.flushing = false;
    }
    this.frame = at;
  }

  private flush(at: number): void {
    let stepsAtThisInstant = 0;
    for (let next = this.heap[0]; next !== undefined && next.due <= at; next = this.heap[0]) {
      // A loop of zero delays never lets time move; a long jump may run any number of timers.
      stepsAtThisInstant = next.due === this.frame ? stepsAtThisInstant + 1 : 0;
      assert(
        stepsAtThisInstant <= limits.timersAtOneInstantMax,
        `timers re-arm without delay at ${this.frame}`,
      );
      this.disarm(next);
      if (next.due > this.frame) this.frame = next.due;
      next.run();
    }
  }

  private refuse(at: number): void {
    assert(!this.flushing, 'a timer may not advance its own scheduler');
    assert(at >= this.frame, `log time never goes back: ${this.frame} to ${at}`);
  }

  /** For actions only. Fractions of a millisecond round up: a timer is never early. */
  arm(action: LogAction<unknown>, delay: number): void {
    if (action.slot >= 0) this.disarm(action);
    action.due = this.frame + Math.max(0, Math.ceil(delay));
    action.turn = this.turns;
    this.turns += 1;
    this.heap.push(action);
    this.siftUp(action, this.heap.length - 1);
  }

  /** For actions only. */
  disarm(action: LogAction<unknown>): void {
    const { slot } = action;
    if (slot < 0) return;
    action.slot = -1;
    const last = this.heap.pop();
    if (last === undefined || last === action) return;
    this.siftDown(last, slot);
    this.siftUp(last, last.slot);
  }

  private siftUp(action: LogAction<unknown>, from: number): void {
    const { heap } = this;
    let slot = from;
    while (slot > 0) {
      const above = (slot - 1) >> 1;
      const parent = heap[above];
      if (parent === undefined || !before(action, parent)) break;
      heap[slot] = parent;
      parent.slot = slot;
      slot = above;
    }
    heap[slot] = action;
    action.slot = slot;
  }

  private siftDown(action: LogAction<unknown>, from: number): void {
    const { heap } = this;
    let slot = from;
    for (;;) {
      let below = 2 * slot + 1;
      let child = heap[below];
      if (child === undefined) break;
      const other = heap[below + 1];
      if (other !== undefined && before(other, child)) {
        child = other;
        below += 1;
      }
      if (!before(child, action)) break;
      heap[slot] = child;
      child.slot = slot;
      slot = below;
    }
    heap[slot] = action;
    action.slot = slot;
  }
}

const before = (left: LogAction<unknown>, right: LogAction<unknown>): boolean =>
  left.due < right.due || (left.due === right.due && left.turn < right.turn);
