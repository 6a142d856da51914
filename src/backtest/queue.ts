import type { Price } from '../domain/units.js';
import type { FillEstimate } from './job.js';

/**
 * Where a resting order stands in its level, from what the feed shows of it. Sizes in 0.01 contracts, prices in the order's
 * own notation.
 *
 * Realistic: behind all that was displayed when it came; trades at its price move it up, and so do cancellations, in
 * proportion to what stands before it. Pessimistic: cancellations are all from behind it, and it is filled only when the
 * market trades through its price. Optimistic: it is first in its level.
 */
export class QueuePosition {
  /** What is still to be filled. */
  left: number;
  /** What stands before it. */
  ahead: number;
  private readonly estimate: FillEstimate;
  private readonly price: Price;
  /**
   * Trades whose shrinking level was not seen yet, and the other way round: the feed tells the two soon after each other,
   * in any order.
   */
  private traded = 0;
  private shrunk = 0;
  private toldAt = Number.NEGATIVE_INFINITY;
  private readonly soonMs: number;
  /** By how much `ahead` fell for each unit that `shrunk`. */
  private share = 0;

  /** `soonMs`: market ms within which the feed tells both sides of one trade. */
  constructor(
    estimate: FillEstimate,
    price: Price,
    count: number,
    displayed: number,
    soonMs: number,
  ) {
    this.estimate = estimate;
    this.price = price;
    this.left = count;
    this.soonMs = soonMs;
    this.ahead = estimate === 'optimistic' ? 0 : displayed;
  }

  /** Somebody hit this side of the market at `at`. Answers with what that fills of the order. */
  onTrade(at: Price, count: number, now: number): number {
    this.forget(now);
    if (at > this.price) return 0;
    if (at < this.price) return this.fill(count);
    const known = Math.min(this.shrunk, count);
    this.shrunk -= known;
    // It was no cancellation after all.
    this.ahead += known * this.share;
    this.traded += count - known;
    const before = Math.min(this.ahead, count);
    this.ahead -= before;
    return this.estimate === 'pessimistic' ? 0 : this.fill(Math.floor(count - before));
  }

  /** The level at the order's price shrank by `by` from `displayed`. */
  onShrink(by: number, displayed: number, now: number): void {
    this.forget(now);
    const known = Math.min(this.traded, by);
    this.traded -= known;
    const canceled = by - known;
    if (!(canceled > 0)) return;
    this.shrunk += canceled;
    this.share = 0;
    if (this.estimate !== 'realistic' || !(displayed > 0)) return;
    const after = Math.max(0, (this.ahead * (displayed - canceled)) / displayed);
    this.share = (this.ahead - after) / canceled;
    this.ahead = after;
  }

  private forget(now: number): void {
    if (now - this.toldAt > this.soonMs) {
      this.traded = 0;
      this.shrunk = 0;
    }
    this.toldAt = now;
  }

  private fill(count: number): number {
    const filled = Math.min(this.left, count);
    this.left -= filled;
    return filled;
  }
}
