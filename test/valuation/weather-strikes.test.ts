import { describe, expect, it } from 'vitest';
import { epochMs } from '../../src/domain/units.js';
import { coversPath, valueAt } from '../../src/valuation/temperature-path.js';
import { paidInterval, type Strikes } from '../../src/valuation/weather.js';

// Goal: strikes and paths of hours are read as they are meant, or not at all.

const from = epochMs(Date.parse('2026-07-15T05:00:00Z'));
const later = (hours: number) => epochMs(from + hours * 3_600_000);

const less = (capStrike: number): Strikes => ({ strikeType: 'less', floorStrike: null, capStrike });
const greater = (floorStrike: number): Strikes => ({
  strikeType: 'greater',
  floorStrike,
  capStrike: null,
});
const between = (floorStrike: number, capStrike: number): Strikes => ({
  strikeType: 'between',
  floorStrike,
  capStrike,
});

describe('paidInterval', () => {
  const rows: readonly (readonly [Strikes, number, number])[] = [
    [less(75), -Infinity, 74.5],
    [between(75, 76), 74.5, 76.5],
    [between(81, 82), 80.5, 82.5],
    [greater(82), 82.5, Infinity],
    [{ ...greater(82), strikeType: 'greater_or_equal' }, 81.5, Infinity],
    [{ ...less(75), strikeType: 'less_or_equal' }, -Infinity, 75.5],
    [greater(85.5), 85.5, Infinity],
    [less(75.5), -Infinity, 75.5],
  ];
  for (const [strikes, low, high] of rows) {
    it(`${strikes.strikeType} ${strikes.floorStrike} ${strikes.capStrike}`, () => {
      expect(paidInterval(strikes)).toEqual({ low, high });
    });
  }

  it('refuses strikes that are missing, crossed or of another kind', () => {
    const none = { floorStrike: null, capStrike: null };
    for (const strikeType of ['greater', 'less', 'between', 'custom', 'none'] as const)
      expect(paidInterval({ strikeType, ...none })).toBeNull();
    expect(paidInterval(between(80, 75))).toBeNull();
    expect(paidInterval(between(Number.NaN, 75))).toBeNull();
  });
});

describe('a path of hours', () => {
  const path = [0, 1, 2, 7].map((hours) => ({ at: later(hours), fahrenheit: 60 + hours }));
  it('is read between its hours and a little beyond', () => {
    expect(valueAt(path, later(0.5))).toBe(60.5);
    expect(valueAt(path, later(-1))).toBe(59);
    expect([valueAt(path, later(-2)), valueAt(path, later(4)), valueAt([], from)]).toEqual([
      null,
      null,
      null,
    ]);
    expect(valueAt(path.slice(0, 1), from)).toBeNull();
    expect(coversPath(path, later(0), later(2))).toBe(true);
    expect(coversPath(path, later(0), later(7))).toBe(false);
  });
});
