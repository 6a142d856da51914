import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keyedDraw } from '../../src/domain/keyed-draw.js';
import { Scorer, type Snapshot, tooSmall } from '../../src/valuation/calibration.js';
import { expit, logit } from '../../src/valuation/numbers.js';
import { fitPlatt, LogitCounts, weakPrior } from '../../src/valuation/platt.js';

// Goal: scores by hand, intervals that do not depend on the order of lines, and silence where there is too little.
const scored = (rows: readonly Snapshot[]) => {
  const scorer = new Scorer();
  for (const row of rows) scorer.add(row);
  return scorer.report();
};
const snapshot = (ticker: string, p: number | null, mid: number, outcome: 0 | 1): Snapshot => ({
  ticker,
  p,
  mid,
  outcome,
  vertical: null,
});

/** Forecasts that say `slope` times the log-odds that are true, and a market that says them with noise. */
const history = (events: number, slope: number, noise: number, series = 'KXHIGHNY'): Snapshot[] =>
  Array.from({ length: events * 5 }, (_, i) => {
    const name = `${series}-${Math.floor(i / 5)}-B${i % 5}`;
    const truth = (keyedDraw(1, name) - 0.5) * 5;
    return snapshot(
      name,
      expit(slope * truth),
      expit(truth + (keyedDraw(2, name) - 0.5) * noise),
      keyedDraw(3, name) < expit(truth) ? 1 : 0,
    );
  });

describe('a score', () => {
  it('is Brier and log loss of engine and market on the same snapshots', () => {
    const report = scored([
      snapshot('KXHIGHNY-1-A', 0.8, 0.6, 1),
      snapshot('KXHIGHNY-1-B', 0.1, 0.3, 0),
      snapshot('KXBTCD-1-A', 0.5, 0.9, 0),
      snapshot('KXBTCD-1-B', null, 0.2, 1),
    ]);
    expect(report).toMatchObject({ rows: 4, n: 3, withoutP: 1, events: 2 });
    expect(report.brier).toBeCloseTo((0.04 + 0.01 + 0.25) / 3, 12);
    expect(report.marketBrier).toBeCloseTo((0.16 + 0.09 + 0.81) / 3, 12);
    expect(report.logLoss).toBeCloseTo(-(Math.log(0.8) + Math.log(0.9) + Math.log(0.5)) / 3, 12);
    expect(report.marketLogLoss).toBeCloseTo(
      -(Math.log(0.6) + Math.log(0.7) + Math.log(0.1)) / 3,
      12,
    );
    expect(report.byVertical.weather).toMatchObject({ n: 2, events: 1 });
    expect(report.byVertical.weather?.brier).toBeCloseTo(0.025, 12);
    expect(report.byVertical.crypto).toMatchObject({ n: 1, brier: 0.25 });
    expect(report.byVertical.crypto?.marketBrier).toBeCloseTo(0.81, 12);
    expect(report).toMatchObject({ difference: tooSmall, fit: tooSmall });
  });

  it('is the market’s alone where the engine said nothing, and nothing of nothing', () => {
    const market = scored([snapshot('A-1-B', null, 0.5, 1), snapshot('A-2-B', null, 0.2, 0)]);
    expect(market).toMatchObject({ n: 2, events: 2, brier: null, logLoss: null, reliability: [] });
    expect(market.marketBrier).toBeCloseTo((0.25 + 0.04) / 2, 12);
    expect(scored([])).toMatchObject({
      n: 0,
      rows: 0,
      brier: null,
      marketBrier: null,
      byVertical: {},
    });
  });

  it('of a wrong certainty is large and finite', () => {
    const { logLoss, brier } = scored([snapshot('A-1-B', 1, 0.5, 0)]);
    expect(brier).toBe(1);
    expect(logLoss).toBeCloseTo(Math.log(1e6), 9);
  });
});

describe('an interval', () => {
  it('holds the difference, and says which of two is better when it is', () => {
    const { difference } = scored(history(200, 1, 3));
    if (difference === tooSmall) throw new Error(difference);
    expect(difference.mean).toBeLessThan(0);
    expect(difference.low).toBeLessThan(difference.mean);
    expect(difference.high).toBeGreaterThan(difference.mean);
    expect(difference.high).toBeLessThan(0);
    const even = scored(history(200, 1, 0)).difference;
    expect(even).toEqual({ mean: 0, low: 0, high: 0 });
  });

  it('is about as wide as the spread of events says', () => {
    const rows = history(300, 1, 2);
    const { difference } = scored(rows);
    if (difference === tooSmall) throw new Error(difference);
    const byEvent = Array.from({ length: 300 }, (_, event) =>
      rows
        .slice(event * 5, event * 5 + 5)
        .reduce(
          (sum, { p, mid, outcome }) => sum + ((p ?? 0) - outcome) ** 2 - (mid - outcome) ** 2,
          0,
        ),
    );
    const mean = byEvent.reduce((sum, each) => sum + each, 0) / 300;
    const variance = byEvent.reduce((sum, each) => sum + (each - mean) ** 2, 0) / 299;
    const halfWidth = (1.96 * Math.sqrt(variance / 300)) / 5;
    expect((difference.high - difference.low) / 2 / halfWidth).toBeGreaterThan(0.85);
    expect((difference.high - difference.low) / 2 / halfWidth).toBeLessThan(1.15);
  });

  it('is not given for fewer than twenty events, whatever the rows', () => {
    const few = Array.from({ length: 19 }, (_, event) => event).flatMap((event) =>
      Array.from({ length: 50 }, (_, i) => snapshot(`A-${event}-${i}`, 0.4, 0.5, 0)),
    );
    expect(scored(few)).toMatchObject({ difference: tooSmall, fit: tooSmall });
    expect(scored([...few, snapshot('A-X-1', 0.4, 0.5, 0)]).difference).not.toBe(tooSmall);
  });

  it('and everything else does not depend on the order of lines', () => {
    const rows = history(40, 1.3, 2);
    const near = (a: unknown, b: unknown): void => {
      const round = (_: string, value: unknown) =>
        typeof value === 'number' ? Number(value.toFixed(9)) : value;
      expect(JSON.parse(JSON.stringify(a, round))).toEqual(JSON.parse(JSON.stringify(b, round)));
    };
    const plain = scored(rows);
    near(scored([...rows].reverse()), plain);
    fc.assert(
      fc.property(fc.shuffledSubarray(rows, { minLength: rows.length }), (shuffled) =>
        near(scored(shuffled), plain),
      ),
      { numRuns: 5 },
    );
  });
});

describe('a fit', () => {
  it('finds how overconfident forecasts are, and leans on all where a vertical has little', () => {
    const report = scored([...history(400, 2, 2), ...history(25, 2, 2, 'KXBTCD')]);
    if (report.fit === tooSmall) throw new Error(report.fit);
    expect(report.fit.beta).toBeGreaterThan(0.42);
    expect(report.fit.beta).toBeLessThan(0.58);
    expect(Math.abs(report.fit.alpha)).toBeLessThan(0.15);
    const crypto = report.byVertical.crypto?.fit;
    if (crypto === undefined || crypto === tooSmall) throw new Error('expected a fit');
    expect(Math.abs(crypto.beta - report.fit.beta)).toBeLessThan(0.3);
  });

  it('weighs the engine by what it adds to the market', () => {
    const weight = (rows: readonly Snapshot[]): number => {
      const { fit } = scored(rows);
      return fit === tooSmall ? Number.NaN : fit.weight;
    };
    const truth = history(400, 1, 3);
    expect(weight(truth)).toBeGreaterThan(0.4);
    expect(weight(truth)).toBeLessThanOrEqual(0.6);
    const swapped = truth.map((row) => ({ ...row, p: row.mid, mid: row.p ?? 0.5 }));
    expect(weight(swapped)).toBeLessThan(0.1);
  });

  it('without anything is the prior, and never turns forecasts round', () => {
    expect(fitPlatt(new LogitCounts(), weakPrior)).toEqual({ alpha: 0, beta: 1 });
    const against = new LogitCounts();
    for (let i = 0; i < 1_000; i += 1)
      against.add(i % 2 === 0 ? logit(0.9) : logit(0.1), i % 2 === 0 ? 0 : 1);
    expect(fitPlatt(against, weakPrior).beta).toBeGreaterThan(0);
    const extreme = new LogitCounts();
    for (let i = 0; i < 1_000; i += 1) extreme.add(i % 2 === 0 ? 40 : -40, i % 2 === 0 ? 1 : 0);
    const { alpha, beta } = fitPlatt(extreme, weakPrior);
    expect(Number.isFinite(alpha) && beta > 0).toBe(true);
  });
});

describe('reliability', () => {
  it('counts tenths of the scale, one included, and leaves empty ones out', () => {
    const { reliability, marketReliability } = scored([
      snapshot('A-1-A', 0.05, 0.5, 0),
      snapshot('A-1-B', 0.09, 0.5, 1),
      snapshot('A-2-A', 1, 0.5, 1),
    ]);
    expect(reliability).toHaveLength(2);
    expect(reliability[0]).toMatchObject({
      from: 0,
      to: 0.1,
      n: 2,
      events: 1,
      outcome: 0.5,
      interval: tooSmall,
    });
    expect(reliability[0]?.forecast).toBeCloseTo(0.07, 12);
    expect(reliability[1]).toMatchObject({ from: 0.9, to: 1, n: 1, outcome: 1 });
    expect(marketReliability).toMatchObject([{ from: 0.5, n: 3, events: 2 }]);
  });

  it('has an interval from ten events on', () => {
    const rows = Array.from({ length: 10 }, (_, event) =>
      snapshot(`A-${event}-B`, 0.55, 0.5, event < 5 ? 1 : 0),
    );
    const [bin] = scored(rows).reliability;
    if (bin === undefined || bin.interval === tooSmall) throw new Error('expected an interval');
    // Wilson's interval of 5 in 10.
    expect(bin.interval.low).toBeCloseTo(0.2366, 4);
    expect(bin.interval.high).toBeCloseTo(0.7634, 4);
  });
});
