import { assert } from './assert.js';
import type { EpochMs } from './units.js';

/**
 * `YYYY-MM-DD` of an instant in an IANA zone: the day that a loss belongs to. A function of its two arguments; `Intl`
 * with a fixed locale is used because a day's borders come from the zone database, daylight saving included, and
 * nothing smaller knows them.
 */
export function dayKey(at: EpochMs, zone: string): string {
  // Every zone's offset changes on a quarter of an hour.
  const quarter = Math.floor(at / 900_000);
  const last = lastKey;
  if (last !== null && last.quarter === quarter && last.zone === zone) return last.key;
  let format = formats.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-CA', {
      timeZone: zone,
      calendar: 'gregory',
      numberingSystem: 'latn',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
    });
    formats.set(zone, format);
  }
  const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, value]));
  const key = `${parts.get('year')}-${parts.get('month')}-${parts.get('day')}`;
  assert(/^\d{4,}-\d\d-\d\d$/.test(key), `not a day: ${key}`);
  lastKey = { quarter, zone, key };
  return key;
}

const formats = new Map<string, Intl.DateTimeFormat>();
let lastKey: { readonly quarter: number; readonly zone: string; readonly key: string } | null =
  null;
