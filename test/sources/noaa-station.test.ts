import { describe, expect, it } from 'vitest';
import { epochMs } from '../../src/domain/units.js';
import { type WeatherFacts, weatherSubject } from '../../src/sources/noaa/station.js';
import { pointOf } from '../../src/sources/noaa/stations.js';

// Goal: station, quantity and period come from the market's own words, or not at all.

const time = (text: string) => epochMs(Date.parse(text));
const company = { name: 'The Weather Company', url: 'https://weather.com/kalshi' };
const report = {
  name: 'NWS Climatological Report',
  url: 'https://forecast.weather.gov/product.php?site=OKX&product=CLI&issuedby=NYC',
};
const synoptic = { name: 'Synoptic Data', url: 'https://synopticdata.com' };

const today =
  'If the maximum temperature recorded at New York City (CLINYC) for Sep 16, 2026, is between 81-82° fahrenheit according to The Weather Company, then the market resolves to Yes.';
const formerly =
  "If the highest temperature recorded in Central Park, New York for June 15, 2026 as reported by the National Weather Service's Climatological Report (Daily), is between 84-85°, then the market resolves to Yes.";
const moment =
  'If the temperature recorded at Denver (KDEN) at 11:20 AM MDT on Jun 15, 2026, is greater than 84° fahrenheit according to Synoptic Data, then the market resolves to Yes.';

const told = (rulesPrimary: string, over: Partial<WeatherFacts> = {}): string => {
  const subject = weatherSubject({
    rulesPrimary,
    closeAt: time('2026-09-17T04:59:00Z'),
    settlementSources: [],
    ...over,
  });
  if (!subject.ok) return subject.error;
  const { station, quantity, from, to } = subject.value;
  return [
    station.icao,
    quantity,
    new Date(from).toISOString().slice(0, 16),
    (to - from) / 3_600_000,
  ].join(' ');
};

describe('weatherSubject', () => {
  it('reads the rules of today', () => {
    expect(told(today, { settlementSources: [company] })).toBe(
      'KNYC daily_high 2026-09-16T05:00 24',
    );
    expect(told(today.replace('maximum', 'minimum'))).toBe('KNYC daily_low 2026-09-16T05:00 24');
    expect(told(today.replace('(CLINYC)', '(CLIMIA)'))).toBe('KMIA daily_high 2026-09-16T05:00 24');
  });

  it('reads the rules of June 2026, which name the park', () => {
    const closeAt = time('2026-06-16T04:59:00Z');
    for (const settlementSources of [[], [report]])
      expect(told(formerly, { closeAt, settlementSources })).toBe(
        'KNYC daily_high 2026-06-15T05:00 24',
      );
  });

  it('takes a point set by hand only where the rules name no known station', () => {
    const point = pointOf('39.7456,-97.0892');
    const of = (rulesPrimary: string) =>
      weatherSubject(
        { rulesPrimary, closeAt: time('2026-09-17T04:59:00Z'), settlementSources: [] },
        point,
      );
    const named = of(today);
    expect(named.ok && named.value.station.icao).toBe('KNYC');
    const unnamed = of(today.replace('New York City (CLINYC)', 'Tulsa (CLITUL)'));
    expect(unnamed).toEqual({
      ok: true,
      value: {
        station: {
          icao: null,
          cli: null,
          latitude: 39.7456,
          longitude: -97.0892,
          standardHours: -6,
        },
        quantity: 'daily_high',
        from: time('2026-09-16T06:00:00Z'),
        to: time('2026-09-17T06:00:00Z'),
      },
    });
    for (const [rules, code] of [
      [today.replace('(CLINYC)', '(CLINYC) or Miami (CLIMIA)'), 'unknown_rules'],
      [today.replace('The Weather Company', 'my thermometer'), 'unknown_rules'],
      ['Whether it rains in Tulsa.', 'not_this_subject'],
    ] as const)
      expect(of(rules)).toEqual({ ok: false, error: code });
  });

  it('counts days in standard time, in summer too, and in Arizona', () => {
    const phoenix = today.replace('(CLINYC)', '(CLIPHX)');
    expect(told(phoenix, { closeAt: time('2026-09-17T06:59:00Z') })).toBe(
      'KPHX daily_high 2026-09-16T07:00 24',
    );
  });

  it('reads the moment of an hourly market in the clock it names', () => {
    const closeAt = time('2026-06-15T17:20:00Z');
    const settlementSources = [synoptic];
    expect(told(moment, { closeAt, settlementSources })).toBe('KDEN hourly 2026-06-15T16:20 1');
    const noon = moment.replace('11:20 AM MDT', '12 PM MST');
    expect(told(noon, { closeAt: time('2026-06-15T19:00:00Z'), settlementSources })).toBe(
      'KDEN hourly 2026-06-15T18:00 1',
    );
    const midnight = moment.replace('11:20 AM MDT', '12 AM MST');
    expect(told(midnight, { closeAt: time('2026-06-15T07:00:00Z'), settlementSources })).toBe(
      'KDEN hourly 2026-06-15T06:00 1',
    );
  });

  it('takes the station from the settlement source where the rules name a city only', () => {
    const city = today
      .replace(' (CLINYC)', '')
      .replace('The Weather Company', 'the National Weather Service');
    expect(told(city)).toBe('no_station');
    expect(told(city, { settlementSources: [report] })).toBe('KNYC daily_high 2026-09-16T05:00 24');
  });

  const refusals: readonly (readonly [string, string, Partial<WeatherFacts>, string])[] = [
    [
      'another subject',
      'If it rains in New York City (CLINYC) for Sep 16, 2026, then Yes.',
      {},
      'not_this_subject',
    ],
    ['no text', '', {}, 'not_this_subject'],
    ['a station we do not know', today.replace('CLINYC', 'CLIXYZ'), {}, 'no_station'],
    ['an average', today.replace('maximum', 'average maximum'), {}, 'unknown_rules'],
    ['neither high nor low', today.replace('maximum ', ''), {}, 'unknown_rules'],
    ['Celsius', today.replace('fahrenheit', 'celsius'), {}, 'unknown_rules'],
    [
      'a source we do not know',
      today.replace('The Weather Company', 'AccuWeather'),
      {},
      'unknown_rules',
    ],
    [
      'no source at all',
      today.replace(' according to The Weather Company', ''),
      {},
      'unknown_rules',
    ],
    [
      'a source that changed under the rules',
      today,
      { settlementSources: [synoptic] },
      'unknown_rules',
    ],
    [
      'readings for a day',
      today.replace('The Weather Company', 'Synoptic Data'),
      {},
      'unknown_rules',
    ],
    ['two stations', today.replace('(CLINYC)', '(CLINYC) (CLIMIA)'), {}, 'unknown_rules'],
    [
      'a name and another code',
      today.replace('New York City', 'Chicago Midway'),
      {},
      'unknown_rules',
    ],
    [
      'a code and another source',
      today.replace('CLINYC', 'CLIMIA').replace('The Weather Company', 'the NWS'),
      { settlementSources: [report] },
      'unknown_rules',
    ],
    ['no date', today.replace('Sep 16, 2026', 'the day'), {}, 'unknown_rules'],
    [
      'two dates',
      today.replace('Sep 16, 2026', 'Sep 16, 2026 or Sep 17, 2026'),
      {},
      'unknown_rules',
    ],
    ['a date that is none', today.replace('Sep 16', 'Sep 31'), {}, 'unknown_rules'],
    ['a close before the day', today, { closeAt: time('2026-09-16T04:00:00Z') }, 'unknown_rules'],
    [
      'a close long after the day',
      today,
      { closeAt: time('2026-09-19T00:00:00Z') },
      'unknown_rules',
    ],
    [
      'a clock of another zone',
      moment.replace('MDT', 'EDT'),
      { closeAt: time('2026-06-15T15:20:00Z') },
      'unknown_rules',
    ],
    ['a moment far from the close', moment, {}, 'unknown_rules'],
    [
      'an hour that is none',
      moment.replace('11:20', '14:70'),
      { closeAt: time('2026-06-15T17:20:00Z') },
      'unknown_rules',
    ],
  ];
  for (const [name, rules, over, code] of refusals) {
    it(`refuses ${name}`, () => {
      expect(told(rules, over)).toBe(code);
    });
  }
});
