import { describe, expect, it } from 'vitest';
import type { FairValue } from '../../src/messages/valuation.js';
import { heuristic } from '../../src/valuation/heuristic.js';
import { normalBelow } from '../../src/valuation/normal.js';
import { cellsOf, isPartition } from '../../src/valuation/outcome-line.js';
import { eventOf, type Quoted } from './sample.js';

/** Goal: a quote that its siblings contradict is found, and nothing else moves. Quotes are ±1 cent around the truth. */
const quoted = (p: number): { bid: number | null; ask: number | null } => {
  const middle = Math.round(p * 100) * 100;
  return {
    bid: middle >= 200 ? middle - 100 : null,
    ask: middle <= 9_800 ? middle + 100 : null,
  };
};

const weatherBounds = [
  { strikeType: 'less', cap: 76 },
  { strikeType: 'between', floor: 76, cap: 77 },
  { strikeType: 'between', floor: 78, cap: 79 },
  { strikeType: 'between', floor: 80, cap: 81 },
  { strikeType: 'between', floor: 82, cap: 83 },
  { strikeType: 'greater', floor: 83 },
] as const;

/** Six brackets of a daily high ~ normal(79.3, 2.2); `off` moves one market's quotes. */
function weather(off: { readonly index: number; readonly by: number } | null): Quoted[] {
  return weatherBounds.map((bounds, index) => {
    const low =
      'floor' in bounds ? bounds.floor + (bounds.strikeType === 'greater' ? 0.5 : -0.5) : -99;
    const high = 'cap' in bounds ? bounds.cap + (bounds.strikeType === 'less' ? -0.5 : 0.5) : 999;
    const p = normalBelow((high - 79.3) / 2.2) - normalBelow((low - 79.3) / 2.2);
    return {
      name: `KXHIGHNY-26JUN15-${index}`,
      ...quoted(p + (off?.index === index ? off.by : 0)),
      ...bounds,
    };
  });
}

/** Ten rungs of a price ~ normal(100, 2): P(above strike). */
function ladder(off: { readonly index: number; readonly by: number } | null): Quoted[] {
  return Array.from({ length: 10 }, (_, index) => {
    const floor = 97.75 + index * 0.5;
    const p = 1 - normalBelow((floor - 100) / 2);
    return {
      name: `KXBTCD-26SEP0107-T${index}`,
      strikeType: 'greater' as const,
      floor,
      ...quoted(p + (off?.index === index ? off.by : 0)),
    };
  });
}

const fairs = (quotes: readonly Quoted[]): (FairValue | null)[] => eventOf(quotes).map(heuristic);
const mid = ({ bid, ask }: Quoted): number => ((bid ?? 0) + (ask ?? 10_000)) / 20_000;

describe('the heuristic', () => {
  it.each([
    ['weather', weather],
    ['ladder', ladder],
  ] as const)('leaves a coherent %s event alone', (_, make) => {
    const quotes = make(null);
    for (const [i, fair] of fairs(quotes).entries()) {
      const quote = quotes[i] as Quoted;
      if (fair !== null) expect(Math.abs(fair.fair - mid(quote))).toBeLessThan(0.02);
    }
  });

  it.each([
    ['weather', weather, 2, 0.2],
    ['weather', weather, 3, -0.18],
    ['weather', weather, 1, 0.25],
    ['ladder', ladder, 4, 0.15],
    ['ladder', ladder, 5, -0.25],
    ['ladder', ladder, 2, -0.15],
  ] as const)('finds the wrong quote in a %s event (%#)', (_, make, index, by) => {
    const truth = make(null);
    const quotes = make({ index, by });
    for (const [i, fair] of fairs(quotes).entries()) {
      const quote = quotes[i] as Quoted;
      if (fair === null) continue;
      if (i === index) {
        expect(Math.abs(fair.fair - mid(truth[i] as Quoted))).toBeLessThan(0.04);
        expect(fair.sigma).toBeLessThan(0.12);
      } else expect(Math.abs(fair.fair - mid(quote))).toBeLessThan(0.06);
    }
  });

  it('does not correct a shape it has no curve for, as long as the quotes sum to one', () => {
    // Two humps: a front may or may not arrive.
    const humps = [0.06, 0.3, 0.08, 0.06, 0.34, 0.16];
    const quotes = weather(null).map((quote, i) => ({ ...quote, ...quoted(humps[i] ?? 0) }));
    for (const [i, fair] of fairs(quotes).entries())
      expect(Math.abs((fair?.fair ?? 0) - mid(quotes[i] as Quoted))).toBeLessThan(0.05);
  });

  it('believes the market where there are no siblings to ask, a cent or so apart', () => {
    const [alone] = fairs([
      {
        name: 'KXBTC15M-26AUG170130-30',
        bid: 4_800,
        ask: 5_000,
        strikeType: 'greater_or_equal',
        floor: 100,
        summary: { midMean2: 10_400 as never, lastTradePrice: 5_300 as never },
      },
    ]);
    expect(alone?.fair).toBeGreaterThan(0.49);
    expect(alone?.fair).toBeLessThan(0.51);
    const [teams] = fairs([
      { name: 'KXNFLGAME-X-PHI', bid: 4_800, ask: 5_000, strikeType: 'structured' },
      { name: 'KXNFLGAME-X-TEN', bid: 2_800, ask: 3_000, strikeType: 'structured' },
    ]);
    expect(teams?.fair).toBeCloseTo(0.49, 2);
  });

  it('says nothing without both sides of its own book, or with a crossed one', () => {
    const one = { name: 'A-B-C' };
    expect(fairs([{ ...one, bid: null, ask: 5_000 }])[0]).toBeNull();
    expect(fairs([{ ...one, bid: 4_000, ask: null }])[0]).toBeNull();
    expect(fairs([{ ...one, bid: 5_100, ask: 5_000 }])[0]).toBeNull();
    expect(fairs([{ ...one, bid: Number.NaN, ask: 5_000 }])[0]).toBeNull();
  });

  it('survives siblings that make no sense', () => {
    const broken: Quoted[] = [
      ...weather({ index: 2, by: 0.2 }),
      { name: 'X-1', bid: Number.NaN, ask: 100, strikeType: 'between', floor: 90, cap: 80 },
      { name: 'X-2', bid: 9_000, ask: 100, strikeType: 'greater', floor: Number.NaN },
      { name: 'X-3', bid: 100, ask: 300, strikeType: 'greater' },
      { name: 'X-4', bid: 100, ask: 300, strikeType: 'between', floor: 1e308, cap: Infinity },
    ];
    for (const fair of fairs(broken))
      if (fair !== null) {
        expect(fair.fair).toBeGreaterThan(0);
        expect(fair.fair).toBeLessThan(1);
        expect(Number.isFinite(fair.sigma)).toBe(true);
      }
  });
});

describe('the line of outcomes', () => {
  const siblings = (quotes: readonly Quoted[]) => eventOf(quotes)[0]?.siblings ?? [];

  it('joins brackets half-way and recognises a complete partition', () => {
    const cells = cellsOf(siblings(weather(null)));
    expect(cells.map(({ low, high }) => [low, high])).toEqual([
      [-Infinity, 75.5],
      [75.5, 77.5],
      [77.5, 79.5],
      [79.5, 81.5],
      [81.5, 83.5],
      [83.5, Infinity],
    ]);
    expect(isPartition(cells)).toBe(true);
  });

  it('does not take a partition with a hole, or a ladder, for a complete one', () => {
    expect(isPartition(cellsOf(siblings(weather(null).filter((_, i) => i !== 2))))).toBe(false);
    expect(isPartition(cellsOf(siblings(weather(null).slice(1))))).toBe(false);
    expect(isPartition(cellsOf(siblings(ladder(null))))).toBe(false);
    expect(isPartition([])).toBe(false);
  });

  it('reads ranges that end a cent below the next one', () => {
    const range: Quoted[] = [
      { name: 'R-0', bid: null, ask: 200, strikeType: 'less', cap: 73_000 },
      { name: 'R-1', bid: 4_000, ask: 4_200, strikeType: 'between', floor: 73_000, cap: 73_249.99 },
      { name: 'R-2', bid: 4_000, ask: 4_200, strikeType: 'between', floor: 73_250, cap: 73_499.99 },
      { name: 'R-3', bid: null, ask: 200, strikeType: 'greater', floor: 73_499.99 },
    ];
    expect(isPartition(cellsOf(siblings(range)))).toBe(true);
  });
});
