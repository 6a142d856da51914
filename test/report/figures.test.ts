// Goal: every figure of a tearsheet is the one that is computed by hand, and its sums are those of `summary`.
import { describe, expect, it } from 'vitest';
import { LedgerSummary } from '../../src/domain/run-totals.js';
import { type Figures, FiguresReader, figuresOf } from '../../src/report/figures.js';
import { type Rig, tickerA, tickerB } from '../support/executor-rig.js';
import { traded } from '../support/traded-ledger.js';

function figures(rig: Rig): Figures {
  const made = figuresOf(rig.records, 'UTC');
  if (made === null) throw new Error('no records');
  return made;
}

describe('figures', () => {
  const rig = traded();
  const made = figures(rig);

  it('have the sums of `summary`', () => {
    const sums = new LedgerSummary('UTC');
    for (const record of rig.records) sums.add(record);
    expect(made.totals).toEqual(sums.totals());
    const { realizedPnlMicros, feesMicros, notionalMicros } = made.totals;
    const total = (pick: (each: Figures['verticals'][number]) => number): number =>
      made.verticals.reduce((sum, each) => sum + pick(each), 0);
    expect(total(({ realizedMicros }) => realizedMicros)).toBe(realizedPnlMicros);
    expect(total(({ feesMicros: fees }) => fees)).toBe(feesMicros);
    expect(total(({ notionalMicros: traded }) => traded)).toBe(notionalMicros);
    for (const day of made.totals.days) {
      const realized = [...(made.byDay.get(day.day)?.values() ?? [])];
      expect(realized.reduce((sum, each) => sum + each, 0)).toBe(day.realizedPnlMicros);
    }
    expect(made.curve.at(-1)).toMatchObject({ realized: realizedPnlMicros });
  });

  it('are those computed by hand: profit', () => {
    // A: 10 × (1.00 − 0.40) − 0.168; B: −5 × 0.30 − 0.08.
    expect(made.totals.realizedPnlMicros).toBe(5_832_000 - 1_580_000);
    expect(
      made.verticals.map(({ vertical, realizedMicros }) => [vertical, realizedMicros]),
    ).toEqual([
      ['crypto', -1_580_000],
      ['weather', 5_832_000],
    ]);
    expect(made.markedMicros).toBe(4_252_000);
    expect(made.trades).toMatchObject({ closed: 2, won: 1, open: 0 });
    expect(made.trades.wins).toMatchObject([
      { ticker: tickerA, contracts: 10, costMicros: 4_000_000, profitMicros: 5_832_000 },
    ]);
    expect(made.trades.losses).toMatchObject([
      { ticker: tickerB, contracts: -5, costMicros: 1_500_000, profitMicros: -1_580_000 },
    ]);
    // A settled first. B could be sold at 29¢ until then: 5¢ of its loss were marked already.
    expect(made.drawdown?.micros).toBe(-1_450_000);
  });

  it('are those computed by hand: edges', () => {
    expect(made.trades.edges).toMatchObject([
      { fromCents: 4, toCents: 6, orders: 1, contracts: 5, expectedCents: 5, realizedCents: -31.6 },
      { fromCents: 15, toCents: 20, orders: 1, contracts: 10, realizedCents: 58.32 },
    ]);
  });

  it('are those computed by hand: fills', () => {
    const { fills } = made;
    expect(fills).toMatchObject({ fills: 2, contracts: 15, midKnown: 2, filledShare: 1 });
    // A paid 2¢ less than its limit, B its limit.
    expect(fills.belowLimitCents).toBeCloseTo(20 / 15, 9);
    // A: mid 40¢, paid 40¢. B: its NO mid was 29¢, paid 30¢.
    expect(fills.belowMidCents).toBeCloseTo(-5 / 15, 9);
    expect(fills.feeCents).toBeCloseTo(24.8 / 15, 9);
    expect(fills.waitMs).toEqual({ median: 301, p90: 301, max: 301 });
  });

  it('are those computed by hand: markout', () => {
    // After ten minutes A's mid is 6¢ above what was paid, B's 5¢ against a NO bought at YES 70¢.
    expect(made.markouts).toEqual([
      { minutes: 1, known: 0, unknown: 2, centsMean: null },
      { minutes: 5, known: 0, unknown: 2, centsMean: null },
      { minutes: 10, known: 2, unknown: 0, centsMean: expect.closeTo((60 - 25) / 15, 9) },
    ]);
  });

  it('are those computed by hand: forecasts', () => {
    // A said 0.6 twice beside 0.40 and 0.46, B 0.2 and 0.6 beside 0.71 and 0.75; both came true.
    const { all, ours } = made.forecasts;
    expect(all?.snapshots).toBe(4);
    expect(all?.ours).toBeCloseTo((0.16 + 0.16 + 0.64 + 0.16) / 4, 9);
    expect(all?.market).toBeCloseTo((0.36 + 0.54 ** 2 + 0.29 ** 2 + 0.25 ** 2) / 4, 9);
    expect(all?.low).toBeNull();
    expect(ours.map(({ snapshots, outcome }) => [snapshots, outcome])).toEqual([
      [1, 1],
      [3, 1],
    ]);
  });

  it('are those computed by hand: the funnel', () => {
    const { funnel } = made;
    expect(funnel).toMatchObject({ valued: 5, withFair: 4, intents: 2, screening: null });
    expect(Object.fromEntries(funnel.refusedInValuation)).toEqual({
      no_signal: 1,
      below_threshold: 3,
    });
    expect(funnel.orders).toMatchObject({ submitted: 2, filled: 2 });
  });

  it('of one run count only what was booked in it', () => {
    const reader = new FiguresReader('UTC', 2);
    for (const record of rig.records) reader.add(record);
    expect(reader.figures(null)).toBeNull();
  });
});
