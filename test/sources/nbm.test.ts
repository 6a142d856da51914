import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { epochMs } from '../../src/domain/units.js';
import type { Outcome } from '../../src/messages/effect.js';
import { entryAfter } from '../../src/sources/known.js';
import { parseNbm } from '../../src/sources/nbm/parse.js';
import { type NbmKnown, nbmRequests, nbmSpread } from '../../src/sources/nbm/spread.js';
import type { WeatherSubject } from '../../src/sources/noaa/station.js';
import { pointOf, stations } from '../../src/sources/noaa/stations.js';
import { hostileBodies, mutated } from './fuzz.js';

// Goal: the spread that the blend itself gives is found for the right day and station, or it is not there.
const time = (text: string) => epochMs(Date.parse(text));
const hourMs = 3_600_000;
const base = 'https://mos.example';
const run = '2026-09-15T13:00:00';
const row = (ftime: string, txn: unknown = null, xnd: unknown = null, runtime = run) => ({
  station: 'KNYC',
  model: 'NBE',
  runtime_utc: runtime,
  ftime_utc: ftime,
  tmp: 70,
  txn,
  xnd,
});
/** Rows every twelve hours: highs at 00Z, lows at 12Z; nothing of extremes between. */
const bulletin = (...more: readonly unknown[]): string =>
  JSON.stringify({
    schema: { fields: [] },
    data: [
      row('2026-09-16T12:00:00', 63, 2),
      row('2026-09-16T18:00:00'),
      row('2026-09-17T00:00:00', 81, 3),
      row('2026-09-17T12:00:00', 60, 2.5),
      row('2026-09-18T00:00:00', 77, 4),
      ...more,
    ],
  });
const newYork = stations[0];
if (newYork === undefined) throw new Error('no station');
const subject = (over: Partial<WeatherSubject> = {}): WeatherSubject => ({
  station: newYork,
  quantity: 'daily_high',
  from: time('2026-09-16T05:00:00Z'),
  to: time('2026-09-17T05:00:00Z'),
  ...over,
});
const at = time('2026-09-15T15:00:00Z');
const url = `${base}/api/1/mos.json?station=KNYC&model=NBE`;
const heard = (body: string | Outcome, known: NbmKnown = new Map(), when = at): NbmKnown => {
  const outcome: Outcome =
    typeof body === 'string' ? { kind: 'http', status: 200, path: '', body } : body;
  return new Map(known).set(url, entryAfter(known.get(url), 'nbm', outcome, when, parseNbm));
};

describe('the blend’s spread', () => {
  it('is that of the high that ends in the day, of the low that ends in it', () => {
    const known = heard(bulletin());
    expect(nbmSpread(base, subject(), known, at)).toBe(3);
    expect(nbmSpread(base, subject({ quantity: 'daily_low' }), known, at)).toBe(2);
    const next = {
      from: time('2026-09-17T05:00:00Z'),
      to: time('2026-09-18T05:00:00Z'),
    };
    expect(nbmSpread(base, subject(next), known, at)).toBe(4);
    expect(nbmSpread(base, subject({ ...next, quantity: 'daily_low' }), known, at)).toBe(2.5);
  });

  it('is of the newest run alone', () => {
    const mixed = heard(bulletin(row('2026-09-17T00:00:00', 82, 2.2, '2026-09-15T14:00:00')));
    expect(nbmSpread(base, subject(), mixed, at)).toBe(2.2);
  });

  it('is asked for once an hour, of days that have not begun, of stations', () => {
    const ask = (over: Partial<WeatherSubject> = {}, when = at, known: NbmKnown = new Map()) =>
      nbmRequests(base, subject(over), known, when).map((request) => request.url);
    expect(ask()).toEqual([url]);
    expect(ask({}, epochMs(at + hourMs - 1), heard(bulletin()))).toEqual([]);
    expect(ask({}, epochMs(at + hourMs), heard(bulletin()))).toEqual([url]);
    expect(ask({}, time('2026-09-16T05:00:00Z'))).toEqual([]);
    expect(ask({}, time('2026-09-07T05:00:00Z'))).toEqual([]);
    expect(ask({ quantity: 'hourly' })).toEqual([]);
    expect(ask({ station: pointOf('39.7,-97.1') })).toEqual([]);
  });

  it.each([
    ['nothing was heard', new Map()],
    ['the station is not in it', heard('{"data":[]}')],
    ['the service is down', heard({ kind: 'http', status: 500, path: '', body: '' })],
    [
      'the service is not reached',
      heard({ kind: 'failed', code: 'timeout', sent: true, detail: '' }),
    ],
    ['the spread is missing', heard(bulletin().replace('"xnd":3', '"xnd":null'))],
    ['the spread is none', heard(bulletin().replace('"xnd":3', '"xnd":0'))],
    ['the spread is text', heard(bulletin().replace('"xnd":3', '"xnd":"3"'))],
    ['the spread is beyond belief', heard(bulletin().replace('"xnd":3', '"xnd":99'))],
    ['the temperature is beyond belief', heard(bulletin().replace('"txn":81', '"txn":999'))],
    ['the time is not one', heard(bulletin().replaceAll('2026-09-17T00', '17 Sep'))],
  ] as const)('is not there when %s', (_, known) => {
    expect(nbmSpread(base, subject(), known, at)).toBeNull();
  });

  it('outlives a failure and not a day', () => {
    const failed = heard({ kind: 'http', status: 404, path: '', body: '' }, heard(bulletin()));
    expect(nbmSpread(base, subject(), failed, at)).toBe(3);
    expect(nbmSpread(base, subject(), failed, time('2026-09-16T13:00:01Z'))).toBeNull();
  });

  it('never makes the parser throw', () => {
    for (const hostile of hostileBodies) expect(typeof parseNbm(hostile).ok).toBe('boolean');
    fc.assert(
      fc.property(mutated(bulletin()), (text) => typeof parseNbm(text).ok === 'boolean'),
      { numRuns: 200 },
    );
  });
});
