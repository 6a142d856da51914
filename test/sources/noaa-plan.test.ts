import { describe, expect, it } from 'vitest';
import { epochMs } from '../../src/domain/units.js';
import type { Outcome } from '../../src/messages/effect.js';
import { type NoaaKnown, noaaEntryAfter, noaaKnownWithin } from '../../src/sources/noaa/known.js';
import { noaaRequests } from '../../src/sources/noaa/plan.js';
import { type WeatherSubject, weatherSubject } from '../../src/sources/noaa/station.js';
import { weatherEvidence } from '../../src/sources/noaa/weather-evidence.js';
import { base } from './noaa-support.js';

// Goal: what is asked follows from what is known; what is missing, old or broken says so and is asked again in time.

const minute = 60_000;
const hour = 60 * minute;
const day = Date.parse('2026-09-16T05:00:00Z');
const at = (hours: number, minutes = 0) => epochMs(day + hours * hour + minutes * minute);
const iso = (ms: number): string => new Date(ms).toISOString().replace('.000Z', '+00:00');

const subjectFrom = (rulesPrimary: string, closeAt = at(23.9)): WeatherSubject => {
  const subject = weatherSubject({ rulesPrimary, closeAt, settlementSources: [] });
  if (!subject.ok) throw new Error(subject.error);
  return subject.value;
};
const rules =
  'If the maximum temperature recorded at New York City (CLINYC) for Sep 16, 2026, is between 81-82° fahrenheit according to The Weather Company, then the market resolves to Yes.';
const high = subjectFrom(rules);
const low = subjectFrom(rules.replace('maximum', 'minimum'));
const moment = subjectFrom(
  'If the temperature recorded at New York City (KNYC) at 11 AM EDT on Sep 16, 2026, is greater than 84° fahrenheit according to Synoptic Data, then the market resolves to Yes.',
  at(10),
);

const points = '/points/40.7789,-73.9692';
const grid = '/gridpoints/OKX/34,38';
const hourly = `${grid}/forecast/hourly`;
const observations = '/stations/KNYC/observations?start=2026-09-16T05:00:00Z&limit=500';
const products = '/products/types/CLI/locations/NYC';

const http = (body: unknown, status = 200): Outcome => ({
  kind: 'http',
  status,
  path: '',
  body: typeof body === 'string' ? body : JSON.stringify(body),
});
const pointsBody = {
  properties: {
    forecastHourly: `https://api.weather.gov${hourly}`,
    forecastGridData: `https://api.weather.gov${grid}`,
  },
};
const temperature = (ms: number): number => 20 + Math.round((ms - day) / hour) / 10;
const gridBody = (issued: number, hours = 48) => ({
  properties: {
    updateTime: iso(issued),
    temperature: {
      uom: 'wmoUnit:degC',
      values: Array.from({ length: hours }, (_, i) => ({
        validTime: `${iso(issued + i * hour)}/PT1H`,
        value: temperature(issued + i * hour),
      })),
    },
  },
});
const hourlyBody = (issued: number) => ({
  properties: {
    updateTime: iso(issued),
    periods: Array.from({ length: 48 }, (_, i) => ({
      startTime: iso(issued + i * hour),
      temperature: 70,
      temperatureUnit: 'F',
    })),
  },
});
const reading = (ms: number, value: number | null = 20.5, rawMessage = '') => ({
  properties: {
    timestamp: iso(ms),
    rawMessage,
    temperature: { unitCode: 'wmoUnit:degC', value, qualityControl: 'V' },
  },
});
const readingsBody = (until: number) => ({
  features: Array.from({ length: Math.floor((until - day) / hour) + 1 }, (_, i) =>
    reading(day + i * hour),
  ),
});
const productsBody = (...issued: readonly number[]) => ({
  '@graph': issued.map((ms, i) => ({ id: `cli-${i}`, issuanceTime: iso(ms) })),
});
const reportBody = (header: string, maximum: string, minimum = '60', valid = '') => ({
  productText: `CDUS41 KOKX ${header}\nCLINYC\n\n...THE CENTRAL PARK NY CLIMATE SUMMARY FOR SEPTEMBER 16 2026...\n${valid}\n\nTEMPERATURE (F)\n TODAY\n MAXIMUM ${maximum} 105 PM\n MINIMUM ${minimum} 446 AM\n\n$$\n`,
});

/** Answers whatever the plan asks, from a table; a path without an answer fails with 500. */
function world(
  subject: WeatherSubject,
  answers: Readonly<Record<string, unknown>>,
  now: ReturnType<typeof at>,
  before: NoaaKnown = new Map(),
) {
  const known = new Map(before);
  const asked: string[] = [];
  for (let round = 0; round < 5; round += 1) {
    const requests = noaaRequests(subject, known, now);
    for (const request of requests) {
      asked.push(request.path);
      const answer = answers[request.path];
      const outcome = answer === undefined ? http('', 500) : http(answer);
      known.set(request.path, noaaEntryAfter(known.get(request.path), request, outcome, now, base));
    }
    if (requests.length === 0) break;
  }
  return { known, asked, told: weatherEvidence(subject, known, now, 1), now };
}

const morning = {
  [points]: pointsBody,
  [grid]: gridBody(day + 8 * hour),
  [observations]: readingsBody(at(8)),
};

describe('the plan', () => {
  it('goes from the point to its grid, and to the readings once the day has begun', () => {
    expect(world(high, morning, at(-10)).asked).toEqual([points, grid]);
    expect(world(high, morning, at(8, 10)).asked).toEqual([points, observations, grid]);
  });

  it('asks again when an answer is old, and not before', () => {
    const first = world(high, morning, at(8, 10));
    expect(world(high, morning, at(8, 11), first.known).asked).toEqual([]);
    expect(world(high, morning, at(8, 12), first.known).asked).toEqual([observations]);
    expect(world(high, morning, at(8, 15), first.known).asked).toEqual([grid, observations]);
    expect(world(high, morning, at(34), first.known).asked).not.toContain(points);
  });

  it('falls back on the hourly forecast while the grid fails, and waits ever longer before it asks the grid', () => {
    const broken = { ...morning, [grid]: undefined, [hourly]: hourlyBody(day + 8 * hour) };
    let one = world(high, broken, at(8, 10));
    expect(one.asked).toEqual([points, observations, grid, hourly]);
    expect(one.told.evidence).toMatchObject({ forecast: { issuedAt: day + 8 * hour } });
    const seconds: number[] = [];
    for (let s = 1; s <= 60; s += 1) {
      one = world(high, broken, epochMs(at(8, 10) + s * 1_000), one.known);
      if (one.asked.includes(grid)) seconds.push(s);
    }
    expect(seconds).toEqual([5, 15, 35]);
    const back = world(high, morning, at(8, 12), one.known);
    expect(back.told.evidence).toMatchObject({ forecast: { issuedAt: day + 8 * hour } });
    expect(back.known.get(grid)?.failed).toBeNull();
  });

  it('looks for reports in the afternoon, reads each once, and asks nothing after the final one', () => {
    const afternoon = {
      ...morning,
      [grid]: gridBody(day + 15 * hour),
      [observations]: readingsBody(at(16)),
      [products]: productsBody(day - 3 * hour, day + 15.5 * hour),
      '/products/cli-1': reportBody('162034', '75', '59', 'VALID TODAY AS OF 0400 PM LOCAL TIME.'),
    };
    expect(world(high, afternoon, at(13)).asked).not.toContain(products);
    const first = world(high, afternoon, at(16));
    expect(first.asked).toContain(products);
    expect(first.asked).toContain('/products/cli-1');
    expect(first.asked).not.toContain('/products/cli-0');
    // A preliminary maximum is a floor, a preliminary minimum a ceiling: nothing is settled.
    expect(first.told.evidence).toMatchObject({ official: null, observed: { fahrenheit: 75 } });
    expect(world(low, afternoon, at(16)).told.evidence).toMatchObject({
      official: null,
      observed: { fahrenheit: 59 },
    });
    const night = {
      ...afternoon,
      [products]: productsBody(
        day - 3 * hour,
        day + 15.5 * hour,
        day + 25 * hour,
        day + 26 * hour,
        day + 27 * hour,
      ),
      '/products/cli-2': reportBody('170600', 'MM', '58'),
      '/products/cli-3': reportBody('170700', '76', '58'),
      '/products/cli-4': reportBody('170800', '85', '57'),
    };
    const last = world(high, night, at(27), first.known);
    expect(last.asked).not.toContain('/products/cli-1');
    // The first final value governs; a missing one is none, and what corrects it counts for nothing.
    expect(last.told.evidence).toMatchObject({
      official: { fahrenheit: 76, issuedAt: Date.parse('2026-09-17T07:00:00Z') },
    });
    expect(world(low, night, at(27)).told.evidence).toMatchObject({ official: { fahrenheit: 58 } });
    expect(noaaRequests(high, last.known, at(40))).toEqual([]);
    expect(noaaRequests(high, new Map(), at(24 * 5))).toEqual([]);
  });

  it('of an hourly market needs the hour before the moment and no report', () => {
    const start = '/stations/KNYC/observations?start=2026-09-16T14:00:00Z&limit=500';
    const answers = {
      ...morning,
      [grid]: gridBody(day + 9 * hour),
      [start]: { features: [reading(at(9, 40))] },
    };
    const { asked, told } = world(moment, answers, at(9, 50));
    expect(asked).toEqual([points, start, grid]);
    expect(told.evidence).toMatchObject({
      quantity: 'hourly',
      observed: { at: at(9, 40), fahrenheit: expect.closeTo(68.9, 9) },
    });
    expect(noaaRequests(moment, new Map(), at(30)).map(({ kind }) => kind)).toEqual([
      'observations',
    ]);
  });

  it('forgets what nobody refreshes', () => {
    const { known } = world(high, morning, at(8, 10));
    expect(noaaKnownWithin(known, at(70)).size).toBe(3);
    expect(noaaKnownWithin(known, at(24 * 4)).size).toBe(0);
  });
});

describe('the evidence', () => {
  it('has what is needed, with the age of its oldest answer in real time', () => {
    const { known } = world(high, morning, at(8, 10));
    const { evidence, ageMs } = weatherEvidence(high, known, at(8, 14), 60);
    expect(ageMs).toBe(4_000);
    expect(evidence).toMatchObject({
      station: 'KNYC',
      quantity: 'daily_high',
      from: day,
      to: day + 24 * hour,
      sigmaF: null,
      official: null,
      // 20.5 °C is 68.9 °F: 69 with certainty.
      observed: { fahrenheit: 69, at: at(8) },
    });
    if (evidence?.kind !== 'weather') throw new Error('no evidence');
    expect(evidence.forecast?.hourly.at(-1)?.at).toBe(day + 25 * hour);
  });

  it('counts six-hour extremes only of hours within the day', () => {
    const extremes = (ms: number) => ({
      features: [...readingsBody(at(8)).features, reading(ms, 20.5, 'KNYC RMK AO2 10300 20100')],
    });
    const seen = (ms: number) =>
      world(high, { ...morning, [observations]: extremes(ms) }, at(8, 10)).told.evidence;
    expect(seen(at(7))).toMatchObject({ observed: { fahrenheit: 86 } });
    expect(seen(at(5))).toMatchObject({ observed: { fahrenheit: 69 } });
    expect(
      world(low, { ...morning, [observations]: extremes(at(7)) }, at(8, 10)).told.evidence,
    ).toMatchObject({ observed: { fahrenheit: 50 } });
  });

  const silences: readonly (readonly [
    string,
    Readonly<Record<string, unknown>>,
    number,
    string,
  ])[] = [
    ['nothing answers', {}, 8.2, 'source_failed'],
    ['the point is unreadable', { ...morning, [points]: '{}' }, 8.2, 'bad_answer'],
    [
      'the point leads elsewhere',
      {
        ...morning,
        [points]: { properties: { forecastHourly: 'https://evil.example/', forecastGridData: '' } },
      },
      8.2,
      'bad_answer',
    ],
    ['the forecast is empty', { ...morning, [grid]: gridBody(day + 8 * hour, 0) }, 8.2, 'no_data'],
    [
      'the forecast is of another week',
      { ...morning, [grid]: gridBody(day - 200 * hour) },
      8.2,
      'source_stale',
    ],
    ['the readings fail', { ...morning, [observations]: undefined }, 8.2, 'source_failed'],
    ['the readings are unreadable', { ...morning, [observations]: '[]' }, 8.2, 'bad_answer'],
    ['there is no reading', { ...morning, [observations]: { features: [] } }, 8.2, 'no_data'],
    [
      'the last reading is old',
      { ...morning, [observations]: readingsBody(at(5)) },
      8.2,
      'source_stale',
    ],
    [
      'there is a hole',
      { ...morning, [observations]: { features: [reading(at(1)), reading(at(7))] } },
      8.2,
      'no_data',
    ],
    ['the day is over and nothing was seen', morning, 24.5, 'source_stale'],
  ];
  for (const [name, answers, hours, code] of silences) {
    it(`is silent when ${name}`, () => {
      expect(world(high, answers, at(hours)).told).toEqual({
        evidence: null,
        noSignal: code,
        ageMs: null,
      });
    });
  }

  it('is silent before anything was asked, and when answers are no longer refreshed', () => {
    expect(weatherEvidence(high, new Map(), at(8), 1).noSignal).toBe('not_asked');
    const { known } = world(high, morning, at(8, 10));
    expect(weatherEvidence(high, known, at(9), 1).noSignal).toBe('source_stale');
  });

  it('needs no reading before the day, nor in its first minutes', () => {
    const early = {
      ...morning,
      [grid]: gridBody(day - 10 * hour),
      [observations]: { features: [] },
    };
    expect(world(high, early, at(-5)).told.evidence).toMatchObject({ observed: null });
    expect(world(high, early, at(0.5)).told.evidence).toMatchObject({ observed: null });
  });
});
