import { describe, expect, it } from 'vitest';
import { dayKey } from '../../src/domain/day.js';
import { epochMs } from '../../src/domain/units.js';

const at = (iso: string) => epochMs(Date.parse(iso));

describe('the day of a loss', () => {
  it('is the calendar day of the zone', () => {
    expect(dayKey(at('2026-07-01T03:59:59.999Z'), 'America/New_York')).toBe('2026-06-30');
    expect(dayKey(at('2026-07-01T04:00:00Z'), 'America/New_York')).toBe('2026-07-01');
    expect(dayKey(at('2026-07-01T03:59:59Z'), 'UTC')).toBe('2026-07-01');
    expect(dayKey(at('2026-07-01T18:30:00Z'), 'Asia/Kolkata')).toBe('2026-07-02');
  });

  it('changes exactly once a day, when the clocks go forward and back too', () => {
    for (const [from, hours] of [
      ['2026-03-08T05:00:00Z', 23],
      ['2026-11-01T04:00:00Z', 25],
      ['2026-06-10T04:00:00Z', 24],
    ] as const) {
      const keys: string[] = [];
      for (let minute = 0; minute < (hours + 1) * 60; minute += 15)
        keys.push(dayKey(epochMs(at(from) + minute * 60_000), 'America/New_York'));
      const first = keys[0];
      expect(keys.filter((key) => key === first)).toHaveLength(hours * 4);
      expect(new Set(keys).size).toBe(2);
    }
  });
});
