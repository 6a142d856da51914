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

/** The local date by another way: the offset that the zone database names, added to the instant. */
function dateByOffset(zone: string): (at: number) => string {
  const format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
  return (instant) => {
    const name = format.formatToParts(instant).find(({ type }) => type === 'timeZoneName')?.value;
    const [, sign, hours, minutes] = /^GMT(?:([+-])(\d\d):(\d\d))?$/.exec(name ?? '') ?? [];
    const offset = (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * (sign === '-' ? -1 : 1);
    return new Date(instant + offset * 60_000).toISOString().slice(0, 10);
  };
}
const hour = 3_600_000;
const quarter = hour / 4;
const nextDay = (key: string): string =>
  new Date(Date.parse(`${key}T00:00Z`) + 24 * hour).toISOString().slice(0, 10);

describe('every day from 2025 to the end of 2030', () => {
  it.each([
    ['UTC', [24]],
    ['America/New_York', [23, 24, 25]],
    ['America/Chicago', [23, 24, 25]],
    ['America/Phoenix', [24]],
    ['America/St_Johns', [23, 24, 25]],
    ['America/Santiago', [23, 24, 25]],
    ['Europe/London', [23, 24, 25]],
    // Its clocks change at midnight itself.
    ['Africa/Cairo', [23, 24, 25]],
    // Half an hour only.
    ['Australia/Lord_Howe', [23.5, 24, 24.5]],
    ['Asia/Kolkata', [24]],
    ['Asia/Kathmandu', [24]],
    ['Pacific/Chatham', [23, 24, 25]],
    ['Pacific/Kiritimati', [24]],
  ] as const)(
    'in %s begins once, follows the one before it, and is as long as it is',
    (zone, lengths) => {
      const reference = dateByOffset(zone);
      const from = Date.UTC(2024, 11, 31);
      const until = Date.UTC(2031, 0, 2);
      let key = dayKey(epochMs(from), zone);
      let beganAt: number | null = null;
      let days = 0;
      const found = new Set<number>();
      for (let top = from; top < until; top += hour) {
        const [before, after] = [key, dayKey(epochMs(top + hour - 1), zone)];
        if (before === after) continue;
        // The day turned within this hour: to the quarter, and there to the millisecond.
        let turn = top;
        while (dayKey(epochMs(turn), zone) === before) turn += quarter;
        expect(dayKey(epochMs(turn - 1), zone)).toBe(before);
        expect(reference(turn - 1)).toBe(before);
        expect(reference(turn)).toBe(after);
        expect(after).toBe(nextDay(before));
        if (beganAt !== null) found.add((turn - beganAt) / hour);
        beganAt = turn;
        key = after;
        days += 1;
      }
      expect(days).toBeGreaterThanOrEqual(2_192);
      expect([...found].sort((a, b) => a - b)).toEqual(lengths);
    },
    60_000,
  );
});
