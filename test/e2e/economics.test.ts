// Goal: the engine's opinions are worth money where quotes are wrong, and make no bets where they are right. Judged by the
// simulator's own probabilities, on virtual time: no luck and no busy machine is in it, and the same seed is the same run.
import { describe, expect, it } from 'vitest';
import { booksOf } from '../../bench/seed-books.mjs';
import { demoOriginMs, virtualDemo } from '../../src/synthetic/demo.js';

function judged(seed: number, agentLag: number, cycles: number) {
  const { records, totals, agreesWithVenue } = virtualDemo({ seed, agentLag, cycles });
  expect(totals.cycles).toBe(cycles);
  expect(agreesWithVenue).toBe(true);
  const { fills, forecasts } = booksOf({ records, seed, agentLag, originMs: demoOriginMs });
  let [predicted, expected] = [0, 0];
  for (const fill of fills) {
    predicted += fill.predicted;
    expected += fill.expected ?? 0;
  }
  return { fills: fills.length, predicted, expected, forecasts, hash: totals.decisionsHash };
}

describe('a demo on virtual time', () => {
  it('earns what it predicts, and knows more than the quotes', () => {
    const run = judged(2, 1, 2);
    expect(run.fills).toBeGreaterThanOrEqual(4);
    // Dollars, after fees.
    expect(run.expected).toBeGreaterThan(30);
    expect(run.expected / run.predicted).toBeGreaterThan(0.6);
    expect(run.expected / run.predicted).toBeLessThan(1.6);
    for (const distance of [run.forecasts.weather, run.forecasts.crypto]) {
      expect(distance?.n).toBeGreaterThan(100);
      expect(distance?.engine).toBeLessThan((distance?.market ?? 0) * 0.7);
    }
  });

  it('hardly bets when the quotes are right: what it would predict there is its own mistake', () => {
    const run = judged(2, 0, 2);
    expect(run.fills).toBeLessThanOrEqual(2);
    expect(run.predicted).toBeLessThan(15);
  });

  it('decides the same again', () => {
    expect(judged(3, 1, 1).hash).toBe(judged(3, 1, 1).hash);
  });
});
