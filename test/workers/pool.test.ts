import { lastValueFrom, toArray } from 'rxjs';
import { afterEach, describe, expect, it } from 'vitest';
import type { Outcome } from '../../src/messages/effect.js';
import type { ValuationJob } from '../../src/messages/valuation.js';
import { valueMarkets } from '../../src/valuation/value.js';
import { type Pool, type PoolOptions, valuationPool } from '../../src/workers/pool.js';
import { eventOf, jobOf } from '../valuation/sample.js';

const faulty = new URL('./faulty-worker.mjs', import.meta.url);
const crash = -1;
const broken = -2;
const hang = -3;
const brokenPart = -4;
const slow = -5;

/** Partitions with a wrong quote each, so that there is something to allocate across threads. */
function job(cycle: number, events: number): ValuationJob {
  const markets = Array.from({ length: events }, (_, e) =>
    eventOf(
      [1_400, 3_200, 4_900 + e, 1_200, 300].map((mid, i) => ({
        name: `KXHIGHNY-E${e}-${i}`,
        bid: Math.floor(mid / 100) * 100,
        ask: Math.floor(mid / 100) * 100 + 200,
        strikeType:
          i === 0 ? ('less' as const) : i === 4 ? ('greater' as const) : ('between' as const),
        ...(i === 0 ? {} : { floor: 74 + 2 * i - (i === 4 ? 1 : 0) }),
        ...(i === 4 ? {} : { cap: i === 0 ? 76 : 75 + 2 * i }),
      })),
    ),
  ).flat();
  return jobOf(markets, { cycle, settings: { minFractionPerTrade: 0.001 } });
}

describe('the valuation pool', () => {
  let pool: Pool | null = null;
  const open = (options: Partial<PoolOptions> = {}): Pool => {
    pool = valuationPool({ threads: 2, worker: faulty, ...options });
    return pool;
  };
  const ask = (on: Pool, work: ValuationJob): Promise<Outcome> => lastValueFrom(on.value(work));
  afterEach(async () => {
    await pool?.close();
    pool = null;
  });

  it('gives what one piece of code gives, in the job’s order, whole or split', async () => {
    const on = open({ worker: new URL('../../dist/workers/valuation-worker.js', import.meta.url) });
    for (const work of [job(1, 1), job(2, 9), job(3, 30)]) {
      const outcome = await ask(on, work);
      expect(outcome).toEqual({ kind: 'worker', output: valueMarkets(work) });
    }
    expect(valueMarkets(job(3, 30)).allocations.length).toBeGreaterThan(0);
  });

  it('finds its built worker by itself, also from the sources', async () => {
    const own = valuationPool({ threads: 1 });
    expect(await ask(own, job(1, 1))).toMatchObject({ kind: 'worker' });
    await own.close();
  });

  it('answers once and completes', async () => {
    const answers = await lastValueFrom(open().value(job(1, 9)).pipe(toArray()));
    expect(answers).toHaveLength(1);
  });

  it.each([
    ['crashes', crash],
    ['throws', broken],
    ['throws in one part', brokenPart],
  ])('replaces a thread that %s, and works on', async (_, cycle) => {
    const on = open();
    for (let round = 0; round < 3; round += 1) {
      expect(await ask(on, job(cycle, 20))).toMatchObject({
        kind: 'failed',
        code: 'worker_failed',
      });
      expect(await ask(on, job(1, 20))).toMatchObject({ kind: 'worker' });
    }
    expect(on.pending()).toBe(0);
  });

  it('replaces threads that hang past the deadline', async () => {
    const on = open({ deadlineMs: 1_000 });
    // Both threads hang; the next jobs need replaced ones, which take their time to start.
    expect(await ask(on, job(hang, 20))).toMatchObject({ kind: 'failed', code: 'timeout' });
    let outcome = await ask(on, job(1, 20));
    for (let n = 0; n < 10 && outcome.kind !== 'worker'; n += 1)
      outcome = await ask(on, job(1, 20));
    expect(outcome).toMatchObject({ kind: 'worker' });
  });

  it('fails no other job with the one that hangs', async () => {
    const on = open({ deadlineMs: 4_000 });
    const [stuck, fine] = await Promise.all([ask(on, job(hang, 1)), ask(on, job(1, 1))]);
    expect(stuck).toMatchObject({ code: 'timeout' });
    expect(fine).toMatchObject({ kind: 'worker' });
  });

  it('refuses what does not fit its queue, at once', async () => {
    const on = open({ threads: 1, jobsMax: 2 });
    const first = ask(on, job(slow, 1));
    const second = ask(on, job(1, 1));
    expect(await ask(on, job(1, 1))).toMatchObject({
      kind: 'failed',
      code: 'queue_full',
      sent: false,
    });
    expect(on.pending()).toBe(2);
    expect(await first).toMatchObject({ kind: 'worker' });
    expect(await second).toMatchObject({ kind: 'worker' });
    expect(on.pending()).toBe(0);
  });

  it('closes while busy: everyone waiting is told, nothing is left running', async () => {
    const on = open({ threads: 1 });
    const busy = [ask(on, job(hang, 1)), ask(on, job(1, 1))];
    await on.close();
    for (const outcome of await Promise.all(busy))
      expect(outcome).toMatchObject({ kind: 'failed', code: 'aborted' });
    expect(await ask(on, job(1, 1))).toMatchObject({ kind: 'failed', code: 'aborted' });
    expect(on.pending()).toBe(0);
  });

  it('drops what a leaver would have got, and frees the thread', async () => {
    const on = open({ threads: 1 });
    const heard: Outcome[] = [];
    const leaver = on.value(job(hang, 1)).subscribe((outcome) => heard.push(outcome));
    leaver.unsubscribe();
    expect(await ask(on, job(1, 1))).toMatchObject({ kind: 'worker' });
    expect(heard).toEqual([]);
  });
});
