import { expect, it } from 'vitest';
import { keyedDraw } from '../../src/domain/keyed-draw.js';

it('is the same for the same seed and name, and differs in either', () => {
  expect(keyedDraw(7, 'a/latency')).toBe(keyedDraw(7, 'a/latency'));
  expect(keyedDraw(7, 'a/latency')).not.toBe(keyedDraw(8, 'a/latency'));
  expect(keyedDraw(7, 'a/latency')).not.toBe(keyedDraw(7, 'b/latency'));
  expect(keyedDraw(7 + 2 ** 40, 'a')).not.toBe(keyedDraw(7, 'a'));
  // Recorded: a change of the hash would change what every seed means.
  expect(keyedDraw(1, 'order/gone')).toBeCloseTo(0.3776004870773949, 12);
});

it('is uniform and uncorrelated enough over neighbouring names', () => {
  const n = 20_000;
  const draws = Array.from({ length: n }, (_, i) => keyedDraw(3, `order-${i}/gone`));
  const buckets = Array.from({ length: 20 }, () => 0);
  let product = 0;
  for (const [i, draw] of draws.entries()) {
    expect(draw >= 0 && draw < 1).toBe(true);
    buckets[Math.floor(draw * 20)] = (buckets[Math.floor(draw * 20)] ?? 0) + 1;
    product += (draw - 0.5) * ((draws[i + 1] ?? 0.5) - 0.5);
  }
  // Expected 1,000 each, standard deviation 31.
  for (const count of buckets) expect(Math.abs(count - 1_000)).toBeLessThan(150);
  expect(Math.abs(product / n)).toBeLessThan(0.003);
});
