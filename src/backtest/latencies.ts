import { createPath } from '../exchange/kalshi/requests.js';
import { limits } from '../limits.js';
import type { Reply } from '../messages/effect.js';
import type { RecordedAsks } from './recorded-asks.js';

/** Where the distribution comes from, best first: orders, the feed's frames, or nothing but a known default. */
export type LatencySource = 'orders' | 'frames' | 'default';

/** The newest so many samples, sorted when asked. */
class Samples {
  count = 0;
  private readonly kept: number[] = [];
  private sorted: number[] | null = null;

  add(ms: number): void {
    // Clocks differ a little: what looks like less than no time is none.
    this.kept[this.count % limits.backtestLatencySamplesMax] = Math.max(0, ms);
    this.count += 1;
    this.sorted = null;
  }

  quantile(share: number): number {
    this.sorted ??= [...this.kept].sort((left, right) => left - right);
    const { sorted } = this;
    return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  }
}

/**
 * How long an order takes from leaving to meeting the book that we see, real ms: there and back, for a book is seen as
 * late as its frames are. Measured from what has passed of the recording so far, never from what is still to come.
 */
export class Latencies {
  private readonly orders = new Samples();
  private readonly frames = new Samples();
  private readonly speed: number;
  private readonly asks: RecordedAsks;
  private passed = 0;

  constructor(speed: number, asks: RecordedAsks) {
    this.speed = speed;
    this.asks = asks;
  }

  /** What the recorded run's orders were answered: from when they left, or else from when the exchange says it had them. */
  hear({ effectId, outcome }: Reply, at: number): void {
    const askedAt = this.asks.orders.get(effectId);
    if (askedAt !== undefined) {
      this.orders.add((at - askedAt) / this.speed);
      return;
    }
    if (outcome.kind !== 'http' || outcome.status !== 201 || outcome.path !== createPath) return;
    const { ts_ms: exchangeAt } = JSON.parse(outcome.body) as { readonly ts_ms?: unknown };
    if (typeof exchangeAt === 'number') this.order(exchangeAt, at);
  }

  /** A create reply that says when the exchange had the order: half of the way there and back. */
  order(exchangeAt: number, at: number): void {
    this.orders.add((2 * (at - exchangeAt)) / this.speed);
  }

  /** One in a few frames is enough. */
  frame(exchangeAt: number, at: number): void {
    this.passed += 1;
    if (this.passed % limits.backtestLatencyFramesEvery === 0)
      this.frames.add((2 * (at - exchangeAt)) / this.speed);
  }

  get source(): LatencySource {
    if (this.orders.count >= limits.backtestLatencySamplesMin) return 'orders';
    return this.frames.count >= limits.backtestLatencySamplesMin ? 'frames' : 'default';
  }

  get samples(): number {
    const { source } = this;
    return source === 'default' ? 0 : this[source].count;
  }

  /** Real ms. `share` 0.5 is the median. */
  quantile(share: number): number {
    const { source } = this;
    if (source !== 'default') return this[source].quantile(share);
    const { paperLatencyMsMin: least, paperLatencyMsMax: most } = limits;
    return least + (most - least) * share;
  }
}
