import type { Clock } from '../../clock.js';
import { limits } from '../../limits.js';

/** What a request may use of the rate limit. `scan` leaves tokens for `read`, `create` leaves tokens for `cancel`. */
export type Lane = 'scan' | 'read' | 'create' | 'cancel';

export type BucketSize = { readonly capacity: number; readonly perSecond: number };

/** Until the account's own are known: the Basic tier, its burst as small as it has ever been. */
export const basicRead: BucketSize = { capacity: 200, perSecond: 200 };
export const basicWrite: BucketSize = { capacity: 100, perSecond: 100 };

/** Tokens that refill continuously. */
export class TokenBucket {
  private readonly clock: Clock;
  private size: BucketSize;
  private level: number;
  private refilledAt: number;

  constructor(clock: Clock, size: BucketSize) {
    this.clock = clock;
    this.size = size;
    this.level = size.capacity;
    this.refilledAt = clock.monotonicMs();
  }

  /** 0: taken. Otherwise how many ms until it could be. `reserve` is what must be left behind. */
  take(cost: number, reserve: number): number {
    this.refill();
    const needed = cost + Math.max(0, Math.min(reserve, this.size.capacity - cost));
    if (this.level >= Math.min(needed, this.size.capacity)) {
      this.level -= cost;
      return 0;
    }
    const missing = Math.min(needed, this.size.capacity) - this.level;
    return Math.max(1, (missing / this.size.perSecond) * 1_000);
  }

  /** The exchange says that there is nothing left. */
  empty(): void {
    this.refill();
    this.level = Math.min(this.level, 0);
  }

  learn(size: BucketSize): void {
    this.refill();
    this.level = Math.max(0, this.level + (size.capacity - this.size.capacity));
    this.size = size;
  }

  private refill(): void {
    const now = this.clock.monotonicMs();
    const gained = ((now - this.refilledAt) / 1_000) * this.size.perSecond;
    this.level = Math.min(this.size.capacity, this.level + gained);
    this.refilledAt = now;
  }
}

/** The account's buckets: one for reads; for writes one per shard, as the exchange bills a write that names its shard. */
export class RateLimits {
  private readonly clock: Clock;
  private readonly read: TokenBucket;
  private readonly writes = new Map<number, TokenBucket>();
  private writeSize = basicWrite;

  constructor(clock: Clock) {
    this.clock = clock;
    this.read = new TokenBucket(clock, basicRead);
  }

  learn(read: BucketSize, write: BucketSize): void {
    this.read.learn(read);
    this.writeSize = write;
    for (const bucket of this.writes.values()) bucket.learn(write);
  }

  /** Resolves true when `cost` was taken; false when that would take longer than the lane may wait. */
  async acquire(lane: Lane, shard: number, cost: number): Promise<boolean> {
    const bucket = this.bucket(lane, shard);
    const isWrite = lane === 'create' || lane === 'cancel';
    const waitMsMax = isWrite ? limits.restWriteWaitMsMax : limits.restReadWaitMsMax;
    const startedAt = this.clock.monotonicMs();
    for (;;) {
      const waitMs = bucket.take(cost, reserveOf(lane));
      if (waitMs === 0) return true;
      if (this.clock.monotonicMs() - startedAt + waitMs > waitMsMax) return false;
      await new Promise<void>((done) => void this.clock.setTimer(waitMs, done));
    }
  }

  /** After a 429. */
  empty(lane: Lane, shard: number): void {
    this.bucket(lane, shard).empty();
  }

  private bucket(lane: Lane, shard: number): TokenBucket {
    if (lane === 'scan' || lane === 'read') return this.read;
    let bucket = this.writes.get(shard);
    if (bucket === undefined) {
      bucket = new TokenBucket(this.clock, this.writeSize);
      this.writes.set(shard, bucket);
    }
    return bucket;
  }
}

const reserveOf = (lane: Lane): number =>
  lane === 'scan'
    ? limits.restReadReserveTokens
    : lane === 'create'
      ? limits.restWriteReserveTokens
      : 0;
