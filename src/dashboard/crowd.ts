import type { Duplex } from 'node:stream';
import type { Clock } from '../clock.js';
import { limits } from '../limits.js';

const secondMs = 1_000;

/**
 * Those who show no token. A connection of theirs carries one request, so many connections are kept, of which the oldest
 * goes first, and so many requests of a second are answered at once, each beyond that a little later: whatever they do, there
 * is room and time for whoever shows a token.
 */
export class Crowd {
  readonly #clock: Pick<Clock, 'monotonicMs' | 'setTimer'>;
  /** Connections on which no token was shown yet, oldest first. */
  readonly #strangers = new Set<Duplex>();
  /** Connections that have had their one request. */
  readonly #served = new WeakSet<Duplex>();
  #since = 0;
  #count = 0;

  constructor(clock: Pick<Clock, 'monotonicMs' | 'setTimer'>) {
    this.#clock = clock;
  }

  /** A connection is a stranger's until a token is shown on it. */
  enter(connection: Duplex): void {
    this.#strangers.add(connection);
    connection.once('close', () => this.#strangers.delete(connection));
    if (this.#strangers.size <= limits.dashboardStrangersMax) return;
    const [oldest] = this.#strangers;
    oldest?.destroy();
  }

  /** A token was shown on it. */
  leave(connection: Duplex): void {
    this.#strangers.delete(connection);
  }

  /** False: the connection has had its one request, and is cut with all that it sent besides. */
  admits(connection: Duplex): boolean {
    if (this.#served.has(connection)) connection.destroy();
    return !connection.destroyed;
  }

  /** Its one request is being answered. Null: at once. */
  queued(connection: Duplex): Promise<void> | null {
    this.#served.add(connection);
    const now = this.#clock.monotonicMs();
    if (!(now - this.#since < secondMs)) {
      this.#since = now;
      this.#count = 0;
    }
    this.#count += 1;
    if (this.#count <= limits.dashboardStrangersPerSecond) return null;
    return new Promise((done) => void this.#clock.setTimer(limits.dashboardStrangerWaitMs, done));
  }
}
