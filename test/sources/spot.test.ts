import { describe, expect, it } from 'vitest';
import { epochMs } from '../../src/domain/units.js';
import { parseCoinbaseCandles } from '../../src/sources/spot/parse.js';
import { realisedVolatility } from '../../src/sources/spot/volatility.js';
import { printsWith, settlementWindow } from '../../src/sources/spot/window.js';

// Goal: what prices were, and how much they move, from the minutes and moments that were seen.

const at = epochMs(Date.UTC(2026, 8, 8, 12));
/** Newest first, as they come; the moves alternate by `step`. */
const candles = (count: number, step = 0.0006, last = at): string =>
  JSON.stringify(
    Array.from({ length: count }, (_, i) => {
      const close = 78_000 * Math.exp(i % 2 === 0 ? step : 0);
      return [last / 1_000 - 60 * (i + 1), 77_000, 79_000, 78_000, close, 12.5];
    }),
  );

describe('realised volatility', () => {
  const of = (body: string, now: number = at) => {
    const read = parseCoinbaseCandles(body);
    return read.ok ? realisedVolatility(read.value, epochMs(now)) : 'unread';
  };

  it('annualises one-minute returns', () => {
    expect(of(candles(300))).toBeCloseTo(0.0006 * Math.sqrt(525_600), 6);
  });

  it('counts a gap for the minutes it spans and forgets what is old', () => {
    const rows = JSON.parse(candles(300)) as number[][];
    const sparse = JSON.stringify(rows.filter((_, i) => i % 3 === 0));
    expect(of(sparse)).toBeCloseTo((0.0006 * Math.sqrt(525_600)) / Math.sqrt(3), 6);
    const quietLately = JSON.stringify(
      rows.map(([time = 0], i) => [
        time,
        77_000,
        79_000,
        78_000,
        i < 60 ? 78_000 : 78_000 + (i % 2) * 47,
      ]),
    );
    expect(of(quietLately)).toBeLessThan(0.42);
  });

  it('leaves out the running minute, and is silent on little or old data', () => {
    expect(of(candles(300), at - 30_000)).toBeCloseTo(0.0006 * Math.sqrt(525_600), 6);
    expect(of(candles(20))).toBe('no_data');
    expect(of('[]')).toBe('no_data');
    expect(of(candles(300), at + 700_000)).toBe('source_stale');
  });
});

describe('the settlement window', () => {
  const closeAt = epochMs(at + 60_000);
  const seen = (offsets: readonly number[], price = (s: number): number => 100 + s) =>
    offsets.reduce<ReturnType<typeof printsWith>>(
      (prints, s) => printsWith(prints, { at: epochMs(at + s * 1_000), price: price(s) }),
      [],
    );

  it('is not there before its minute', () => {
    expect(settlementWindow(seen([-20, -10]), closeAt)).toBeNull();
  });

  it('lies on a line between what was seen', () => {
    expect(settlementWindow(seen([-5, 9]), closeAt)).toEqual({ seen: 10, mean: 104.5 });
    expect(settlementWindow(seen([-5, 9, 29, 59]), closeAt)).toEqual({ seen: 60, mean: 129.5 });
    expect(settlementWindow(seen([0]), closeAt)).toEqual({ seen: 1, mean: 100 });
  });

  it('does not bridge a silence, nor begin in its midst', () => {
    expect(settlementWindow(seen([-40, 9]), closeAt)).toBeNull();
    expect(settlementWindow(seen([5, 9]), closeAt)).toBeNull();
    expect(settlementWindow(seen([0, 10, 50]), closeAt)?.seen).toBe(11);
  });

  it('takes no print twice or out of order', () => {
    expect(seen([0, 0, -5])).toHaveLength(1);
    expect(seen(Array.from({ length: 900 }, (_, i) => i)).length).toBeLessThan(200);
  });
});
