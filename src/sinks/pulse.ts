import type { Clock } from '../clock.js';
import type { Input, Opened } from '../messages/input.js';
import type { Step } from '../messages/step.js';
import type { Readings } from './readings.js';

/** When a run last took something in, and how long its disk has kept it waiting. Real ms of the monotonic clock. */
export class Pulse {
  private readonly clock: Pick<Clock, 'monotonicMs'>;
  private inputMs: number | null = null;
  private feedMs: number | null = null;
  private scanMs: number | null = null;
  private durable: { readonly seq: number; readonly sinceMs: number } | null = null;
  opened: Opened | null = null;
  isFeedUp = false;

  constructor(clock: Pick<Clock, 'monotonicMs'>) {
    this.clock = clock;
  }

  handled({ payload }: Input): void {
    const now = this.clock.monotonicMs();
    this.inputMs = now;
    switch (payload.kind) {
      case 'opened':
        this.opened = payload;
        // From here on silence is age.
        this.feedMs = now;
        return;
      case 'connected':
        this.isFeedUp = true;
        this.feedMs = now;
        return;
      case 'disconnected':
        this.isFeedUp = false;
        return;
      case 'frame':
      case 'alive':
        this.feedMs = now;
        return;
      default:
    }
  }

  hear(step: Step): void {
    if (step.kind === 'scanned') this.scanMs = this.clock.monotonicMs();
  }

  /** Null: nothing was taken in yet. */
  get inputAgeMs(): number | null {
    return this.since(this.inputMs);
  }

  /** Null: there is no live feed, as without a key. */
  get feedAgeMs(): number | null {
    return this.opened?.hasKey === true ? this.since(this.feedMs) : null;
  }

  get scanAgeMs(): number | null {
    return this.since(this.scanMs);
  }

  /** How long the ledger's oldest record that is not durable has been waiting, at most: since the disk last got on. */
  ledgerLagMs({ ledger: { headSeq, durableSeq } }: Pick<Readings, 'ledger'>): number {
    const now = this.clock.monotonicMs();
    if (durableSeq >= headSeq) {
      this.durable = null;
      return 0;
    }
    if (this.durable?.seq !== durableSeq) this.durable = { seq: durableSeq, sinceMs: now };
    return now - this.durable.sinceMs;
  }

  private since(ms: number | null): number | null {
    return ms === null ? null : this.clock.monotonicMs() - ms;
  }
}
