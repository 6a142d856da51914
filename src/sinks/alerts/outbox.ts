import type { Clock } from '../../clock.js';
import { limits } from '../../limits.js';
import type { Channel } from './channels.js';
import type { AlertMessage } from './message.js';
import type { Poster } from './post.js';

export type OutboxPorts = {
  readonly clock: Clock;
  readonly poster: Pick<Poster, 'send'>;
  /** What came of a message. `failed`: given up. */
  readonly came: (outcome: 'sent' | 'retried' | 'failed') => void;
  /** Told once when the channel stops working, and once, with null, when it works again. */
  readonly report: (problem: string | null) => void;
};

const minuteMs = 60_000;

/**
 * One channel's messages, one at a time, the oldest first. Of one key only the newest word waits, so there are never more
 * than there are keys. A channel that is down is asked again with growing pauses; a message that has grown old is given up.
 */
export class Outbox {
  private readonly channel: Channel;
  private readonly ports: OutboxPorts;
  private readonly waiting = new Map<string, AlertMessage>();
  /** When the last ones were sent, monotonic ms. */
  private sentMs: number[] = [];
  /** In a row that came to nothing. */
  private tries = 0;
  private isSending = false;
  private isClosed = false;
  private isDown = false;
  private disarm: (() => void) | null = null;
  private emptied: () => void = () => {};

  constructor(channel: Channel, ports: OutboxPorts) {
    this.channel = channel;
    this.ports = ports;
  }

  get size(): number {
    return this.waiting.size + (this.isSending ? 1 : 0);
  }

  add(message: AlertMessage): void {
    if (this.isClosed) return;
    // A newer word takes the place of the older one.
    this.waiting.set(message.key, message);
    this.next();
  }

  /** Sends what waits at once, each once; what is not through by then is lost. */
  async close(): Promise<void> {
    this.isClosed = true;
    this.disarm?.();
    this.disarm = null;
    const { clock } = this.ports;
    await new Promise<void>((done) => {
      const undo = clock.setTimer(limits.alertsCloseMsMax, done);
      this.emptied = () => {
        undo();
        done();
      };
      this.next();
    });
  }

  private next(): void {
    if (this.isSending || this.disarm !== null) return;
    const [first] = this.waiting;
    if (first === undefined) {
      this.emptied();
      return;
    }
    const waitMs = this.isClosed ? 0 : this.paceMs();
    if (waitMs > 0) {
      this.after(waitMs);
      return;
    }
    const [key, message] = first;
    this.waiting.delete(key);
    this.isSending = true;
    void this.send(message);
  }

  private async send(message: AlertMessage): Promise<void> {
    const { poster, came } = this.ports;
    const posted = await poster.send(this.channel.post(message));
    this.isSending = false;
    this.sentMs.push(this.ports.clock.monotonicMs());
    if (posted.kind === 'done') {
      this.tries = 0;
      this.tell(null);
      came('sent');
      this.next();
      return;
    }
    this.tell(posted.text);
    if (posted.kind === 'refused' || this.isClosed || this.isOld(message)) {
      came('failed');
      this.next();
      return;
    }
    came('retried');
    this.tries += 1;
    // A newer word that came meanwhile stands.
    if (!this.waiting.has(message.key)) this.waiting.set(message.key, message);
    const backoffMs = limits.alertBackoffMs * 2 ** (this.tries - 1);
    this.after(Math.min(Math.max(backoffMs, posted.afterMs ?? 0), limits.alertBackoffMsMax));
  }

  /** Written so that NaN is old. */
  private isOld({ atMs }: AlertMessage): boolean {
    return !(this.ports.clock.realNow() - atMs < limits.alertAgeMsMax);
  }

  private after(ms: number): void {
    this.disarm = this.ports.clock.setTimer(ms, () => {
      this.disarm = null;
      this.next();
    });
  }

  /** How long until another one fits into the minute; 0: now. */
  private paceMs(): number {
    const now = this.ports.clock.monotonicMs();
    this.sentMs = this.sentMs.filter((at) => now - at < minuteMs);
    const [oldest] = this.sentMs;
    return oldest !== undefined && this.sentMs.length >= limits.alertsPerMinuteMax
      ? oldest + minuteMs - now
      : 0;
  }

  private tell(problem: string | null): void {
    const isDown = problem !== null;
    if (isDown !== this.isDown) this.ports.report(problem);
    this.isDown = isDown;
  }
}
