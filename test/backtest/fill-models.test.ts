// Goal: the three estimates are in order on the same book, have the same luck, and are as late as was measured.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fillModel } from '../../src/backtest/fill-models.js';
import { fillEstimates } from '../../src/backtest/job.js';
import { Latencies } from '../../src/backtest/latencies.js';
import { clientOrderId, epochMs, price, quantity, shard, ticker } from '../../src/domain/units.js';
import type { OrderRequest } from '../../src/messages/effect.js';
import type { AskLevel } from '../../src/messages/window.js';

const order: OrderRequest = {
  clientOrderId: clientOrderId('id'),
  ticker: ticker('KXTEST-T1'),
  shard: shard(0),
  side: 'bid',
  yesPrice: price(5_000),
  count: quantity(1_000),
  reduceOnly: false,
};
const now = epochMs(1_790_000_000_000);
const noAsks = { orders: new Map(), questions: new Map(), asked: new Map() };
const measured = () => {
  const latencies = new Latencies(10, noAsks);
  // Seen by the exchange 50 to 149 real ms before its reply came.
  for (let ms = 50; ms < 150; ms += 1) latencies.order(now, now + ms * 10);
  return latencies;
};

describe('on the same displayed levels', () => {
  const ladders = fc.array(fc.integer({ min: 0, max: 100_000 }), { minLength: 1, maxLength: 8 });
  it('the pessimistic estimate finds no more than the realistic one, and that no more than is there', () => {
    fc.assert(
      fc.property(ladders, fc.nat(), fc.nat({ max: 1e9 }), (sizes, seed, later) => {
        const shown = sizes.map((size, level): AskLevel => [price(100 + level), quantity(size)]);
        const at = epochMs(now + later);
        const [least, middle, most] = fillEstimates.map((name) =>
          fillModel(name, seed, measured()).there(shown, order, at),
        );
        expect(most).toEqual(shown);
        for (const level of shown.keys()) {
          expect(least?.[level]?.[1]).toBeLessThanOrEqual(middle?.[level]?.[1] ?? -1);
          expect(middle?.[level]?.[1]).toBeLessThanOrEqual(most?.[level]?.[1] ?? -1);
        }
      }),
    );
  });

  it('the realistic one loses a fifth on average, and the touch is gone now and then in the pessimistic one', () => {
    const shown: AskLevel[] = [[price(100), quantity(10_000)]];
    const [least, middle] = fillEstimates.map((name) => {
      const model = fillModel(name, 1, measured());
      return Array.from({ length: 2_000 }, (_, turn) => {
        const [level] = model.there(shown, order, epochMs(now + turn));
        return level?.[1] ?? -1;
      });
    });
    const mean = (sizes: readonly number[] = []) =>
      sizes.reduce((sum, size) => sum + size, 0) / sizes.length;
    expect(mean(middle)).toBeGreaterThan(7_800);
    expect(mean(middle)).toBeLessThan(8_200);
    const gone = (least ?? []).filter((size) => size === 0).length;
    expect(gone).toBeGreaterThan(520);
    expect(gone).toBeLessThan(680);
  });
});

describe('latency', () => {
  it('is none, drawn from what was measured, or its slowest twentieth', () => {
    const [pessimistic, realistic, optimistic] = fillEstimates.map((name) =>
      fillModel(name, 1, measured()).latencyMs(order, now),
    );
    expect(optimistic).toBe(0);
    expect(pessimistic).toBe(290);
    expect(realistic).toBeGreaterThanOrEqual(100);
    expect(realistic).toBeLessThanOrEqual(298);
    expect(fillModel('realistic', 2, measured()).latencyMs(order, now)).not.toBe(realistic);
  });

  it('is taken from when an order left, where the recording says so', () => {
    const orders = new Map(Array.from({ length: 20 }, (_, id) => [id, now]));
    const latencies = new Latencies(10, { ...noAsks, orders });
    for (const effectId of orders.keys())
      latencies.hear(
        {
          effectId,
          requestHash: '',
          part: 0,
          last: true,
          outcome: { kind: 'failed', code: 'timeout', sent: true, detail: '' },
        },
        now + 700,
      );
    expect([latencies.source, latencies.quantile(0.5)]).toEqual(['orders', 70]);
  });

  it('is the paper venue’s before enough was measured, frames before orders', () => {
    const latencies = new Latencies(1, noAsks);
    expect([latencies.source, latencies.quantile(0.5)]).toEqual(['default', 250]);
    for (let frame = 0; frame < 64 * 20; frame += 1) latencies.frame(now, now + 30);
    expect([latencies.source, latencies.quantile(0.5)]).toEqual(['frames', 60]);
    for (let each = 0; each < 20; each += 1) latencies.order(now, now + 40);
    expect([latencies.source, latencies.quantile(0.5)]).toEqual(['orders', 80]);
    // A clock that is ahead does not make an order arrive before it left.
    for (let each = 0; each < 1_000; each += 1) latencies.order(now, now - 40);
    expect(latencies.quantile(0.95)).toBe(0);
  });
});
