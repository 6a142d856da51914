// Goal: a run is scored on its own settled snapshots, each verdict of a market that settled counted once.
import { expect, it } from 'vitest';
import { RunScore } from '../../src/commands/run-score.js';
import { price, probability, ticker } from '../../src/domain/units.js';
import { Rig } from '../support/executor-rig.js';
import { aVerdict } from '../support/fixtures.js';

const none = { engine: null, market: null, n: 0, events: 0, low: null, high: null };

/** A rig whose records a score hears. */
function heard() {
  const rig = new Rig().paper();
  const score = new RunScore();
  const value = (name: string, fair: number, mid2: number, vertical: 'weather' | 'other') => {
    const verdict = aVerdict(name, { fair: probability(fair), mid2, vertical });
    const result = { cycle: 1, verdicts: [verdict], allocations: [] };
    score.hear(rig.send({ kind: 'cycle', result }).records);
  };
  const settle = (name: string, value_: number) => {
    const change = { kind: 'determined', settlementValue: price(value_) } as const;
    score.hear(rig.send({ kind: 'lifecycle', ticker: ticker(name), change }).records);
  };
  return { score, value, settle };
}

it('is engine and market on the same snapshots, with an interval over events', () => {
  const { score, value, settle } = heard();
  value('W-1-A', 0.8, 12_000, 'weather');
  value('W-1-A', 0.9, 14_000, 'weather');
  value('W-2-A', 0.3, 4_000, 'weather');
  value('W-3-A', 0.5, 4_000, 'weather');
  value('O-1-A', 0.5, 4_000, 'other');
  expect(score.brier()).toEqual({ weather: none, crypto: none });
  settle('W-1-A', 10_000);
  settle('W-2-A', 0);
  settle('O-1-A', 0);
  settle('W-1-A', 0);
  const { weather, crypto } = score.brier();
  expect(crypto).toEqual(none);
  expect(weather).toMatchObject({ n: 3, events: 2 });
  expect(weather.engine).toBeCloseTo((0.04 + 0.01 + 0.09) / 3, 12);
  expect(weather.market).toBeCloseTo((0.16 + 0.09 + 0.04) / 3, 12);
  // Resamples hold the first event alone, or the second alone.
  expect(weather.low).toBeCloseTo((0.05 - 0.25) / 2, 12);
  expect(weather.high).toBeCloseTo(0.05, 12);
  expect(score.line()).toMatch(
    /^Brier score weather 0\.0467, market 0\.0967, difference within \[-0\.1000, 0\.0500\] \(3 snapshots, 2 events\) · crypto nothing settled$/,
  );
});

it('keeps the newest windows of a market that waits long', () => {
  const { score, value, settle } = heard();
  for (let window = 0; window < 400; window += 1)
    value('W-1-A', window < 100 ? 0 : 1, 10_000, 'weather');
  settle('W-1-A', 10_000);
  expect(score.brier().weather).toMatchObject({ n: 300, engine: 0, market: 0.25 });
});
