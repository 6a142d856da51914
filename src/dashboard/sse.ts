import type { ServerResponse } from 'node:http';
import type { Clock } from '../clock.js';
import { limits } from '../limits.js';
import type { DashboardPatch, DashboardState } from '../messages/dashboard.js';

type Client = {
  readonly response: ServerResponse;
  /** Patches it was not ready for; null: too many, and it gets a snapshot once it is. */
  queued: string[] | null;
  /** Since when it does not read; null: it does. */
  blockedAt: number | null;
};

const told = (event: string, data: unknown): string =>
  `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;

/**
 * The pages that listen. Each is sent a snapshot and then every patch; one that reads slowly loses patches and gets a new
 * snapshot, one that does not read at all is cut. Memory is bounded by the number of clients, whatever they do.
 */
export class EventHub {
  readonly #clients = new Set<Client>();
  readonly #state: () => DashboardState;
  readonly #clock: Pick<Clock, 'monotonicMs' | 'setTimer'>;
  #snapshot: string | null = null;
  #disarm: () => void = () => {};

  constructor(state: () => DashboardState, clock: Pick<Clock, 'monotonicMs' | 'setTimer'>) {
    this.#state = state;
    this.#clock = clock;
    this.#beat();
  }

  get clients(): number {
    return this.#clients.size;
  }

  get isFull(): boolean {
    return this.#clients.size >= limits.dashboardClientsMax;
  }

  /** The response is the hub's from here on; its head is written. */
  add(response: ServerResponse): void {
    const client: Client = { response, queued: [], blockedAt: null };
    this.#clients.add(client);
    response.on('drain', () => this.#resume(client));
    response.on('close', () => this.#clients.delete(client));
    response.on('error', () => this.#clients.delete(client));
    this.#write(client, this.#whole());
  }

  patch(patch: DashboardPatch): void {
    this.#snapshot = null;
    if (this.#clients.size === 0) return;
    const text = told('patch', patch);
    for (const client of this.#clients) {
      if (client.blockedAt === null) this.#write(client, text);
      else if (client.queued !== null) {
        client.queued.push(text);
        if (client.queued.length > limits.dashboardQueuedMax) client.queued = null;
      }
    }
  }

  /** Everything is another: each page is told anew. */
  renew(): void {
    this.#snapshot = null;
    for (const client of this.#clients) {
      if (client.blockedAt === null) this.#write(client, this.#whole());
      else client.queued = null;
    }
  }

  close(): void {
    this.#disarm();
    for (const { response } of this.#clients) response.destroy();
  }

  #whole(): string {
    this.#snapshot ??= told('snapshot', this.#state());
    return this.#snapshot;
  }

  #write(client: Client, text: string): void {
    if (!client.response.write(text)) client.blockedAt = this.#clock.monotonicMs();
  }

  #resume(client: Client): void {
    client.blockedAt = null;
    const { queued } = client;
    client.queued = [];
    if (queued === null) this.#write(client, this.#whole());
    else if (queued.length > 0) this.#write(client, queued.join(''));
  }

  /** Shows that the line is alive, and cuts who has not read for too long. */
  #beat(): void {
    this.#disarm = this.#clock.setTimer(limits.dashboardHeartbeatMs, () => {
      const now = this.#clock.monotonicMs();
      for (const client of this.#clients) {
        const { blockedAt, response } = client;
        if (blockedAt === null) this.#write(client, ': alive\n\n');
        else if (now - blockedAt > limits.dashboardBlockedMsMax) response.destroy();
      }
      this.#beat();
    });
  }
}
