// Goal: what must not wait never has to: scans leave tokens for reconciling, creates leave tokens for cancels.
import { describe, expect, it } from 'vitest';
import { RateLimits, TokenBucket } from '../../src/exchange/kalshi/buckets.js';
import { ManualClock } from '../support/manual-clock.js';

const settled = async (promise: Promise<boolean>): Promise<boolean | 'waiting'> => {
  const later = new Promise<'waiting'>((done) => setTimeout(() => done('waiting'), 5));
  return Promise.race([promise, later]);
};

describe('a token bucket', () => {
  it('refills continuously up to its capacity', () => {
    const clock = new ManualClock();
    const bucket = new TokenBucket(clock, { capacity: 20, perSecond: 10 });
    expect([bucket.take(10, 0), bucket.take(10, 0)]).toEqual([0, 0]);
    expect(bucket.take(10, 0)).toBe(1_000);
    clock.pass(500);
    expect(bucket.take(10, 0)).toBe(500);
    clock.pass(60_000);
    expect([bucket.take(10, 0), bucket.take(10, 0), bucket.take(10, 0)]).toEqual([0, 0, 1_000]);
  });

  it('keeps a reserve, as far as it can hold one', () => {
    const bucket = new TokenBucket(new ManualClock(), { capacity: 20, perSecond: 10 });
    expect(bucket.take(10, 60)).toBe(0);
    expect(bucket.take(10, 5)).toBe(500);
    expect(bucket.take(10, 0)).toBe(0);
  });
});

describe('the account’s limits', () => {
  it('let a reconciling read through while scans wait', async () => {
    const limits = new RateLimits(new ManualClock());
    for (let taken = 0; taken < 14; taken += 1)
      expect(await limits.acquire('scan', 0, 10)).toBe(true);
    const scan = limits.acquire('scan', 0, 10);
    expect(await settled(scan)).toBe('waiting');
    expect(await limits.acquire('read', 0, 10)).toBe(true);
  });

  it('let a cancel through when creates are used up, on each shard by itself', async () => {
    const clock = new ManualClock();
    const limits = new RateLimits(clock);
    for (let taken = 0; taken < 9; taken += 1)
      expect(await limits.acquire('create', 2, 10)).toBe(true);
    const create = limits.acquire('create', 2, 10);
    expect(await settled(create)).toBe('waiting');
    expect(await limits.acquire('cancel', 2, 2)).toBe(true);
    expect(await limits.acquire('create', 3, 10)).toBe(true);
    clock.pass(130);
    expect(await create).toBe(true);
  });

  it('refuse a write rather than let it wait past its use', async () => {
    const limits = new RateLimits(new ManualClock());
    limits.empty('create', 0);
    limits.learn({ capacity: 10, perSecond: 1 }, { capacity: 10, perSecond: 1 });
    expect(await limits.acquire('create', 0, 10)).toBe(false);
  });
});
