import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { epochMs } from '../../src/domain/units.js';
import type { WeatherEvidence } from '../../src/messages/evidence.js';
import type { FairValue } from '../../src/messages/valuation.js';
import { startingBlend } from '../../src/valuation/blend.js';
import {
  chanceOfMaximum,
  type Forecasted,
  forecastCdf,
  type Interval,
  leadFactor,
  sigmaOf,
} from '../../src/valuation/forecast-error.js';
import { valueAt } from '../../src/valuation/temperature-path.js';
import { paidInterval, type Strikes, weatherFair } from '../../src/valuation/weather.js';

// Goal: every probability of VALUATION §1.6 to its printed digits, ladders that sum to one, and no opinion without facts.

/** Null: no signal. */
function worth(...question: Parameters<typeof weatherFair>): FairValue | null {
  const fair = weatherFair(...question);
  return fair.ok ? fair.value : null;
}

const hour = 3_600_000;
const from = epochMs(Date.parse('2026-07-15T05:00:00Z'));
const to = epochMs(from + 24 * hour);
const later = (hours: number) => epochMs(from + hours * hour);

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
/** T75 (less) B75.5 B77.5 B79.5 B81.5 T82 (greater). */
const ladder = [
  less(75),
  between(75, 76),
  between(77, 78),
  between(79, 80),
  between(81, 82),
  greater(82),
];
const intervals = ladder.map((strikes) => paidInterval(strikes) as Interval);
const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
const printed = (values: readonly number[]): string =>
  values.map((value) => value.toFixed(6).replace(/^0/, '')).join(' ');

const normal = (mu: number, sigma: number): Forecasted => ({ mu, sigma, df: Infinity });

describe('the vectors of VALUATION §1.6', () => {
  const rows: readonly (readonly [string, Forecasted, number | null, string])[] = [
    ['normal', normal(78.3, 2.6), null, '.071934 .172438 .286286 .270609 .145620 .053114'],
    [
      't, 5 degrees',
      { mu: 78.3, sigma: 2.6, df: 5 },
      null,
      '.058919 .147280 .331425 .300135 .116528 .045713',
    ],
    [
      't, 8 degrees',
      { mu: 78.3, sigma: 2.6, df: 8 },
      null,
      '.064980 .158589 .310728 .287124 .129018 .049561',
    ],
    ['evening', normal(75, 1.5), 77, '.000000 .000000 .990185 .009692 .000123 .000000'],
    ['noon', normal(79, 1.8), 77, '.000000 .000000 .390591 .407080 .176407 .025921'],
  ];
  for (const [name, remaining, observed, vector] of rows) {
    it(name, () => {
      const chances = intervals.map((interval) => chanceOfMaximum(interval, remaining, observed));
      expect(printed(chances)).toBe(vector);
      expect(sum(chances)).toBeCloseTo(1, 9);
    });
  }

  it('the scale of t with 5 degrees', () => {
    expect((2.6 * Math.sqrt(3 / 5)).toFixed(6)).toBe('2.013951');
  });

  it('truncating the morning forecast is another, worse model', () => {
    const remaining = normal(78.3, 2.6);
    const rest = 1 - forecastCdf(76.5, remaining);
    const chances = intervals.map(({ low, high }) =>
      high <= 76.5
        ? 0
        : (forecastCdf(high, remaining) - forecastCdf(Math.max(low, 76.5), remaining)) / rest,
    );
    expect(printed(chances)).toBe('.000000 .000000 .378871 .358125 .192714 .070291');
  });

  it('a centred two-degree bracket by sigma', () => {
    const chances = [1, 1.5, 2, 2.5, 3, 3.5, 4].map((sigma) =>
      chanceOfMaximum({ low: 76.5, high: 78.5 }, normal(77.5, sigma), null).toFixed(3),
    );
    expect(chances.join('/')).toBe('0.683/0.495/0.383/0.311/0.261/0.225/0.197');
  });

  it('sums to one, rises with mu, and leaves nothing below what was observed', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 40, max: 110, noNaN: true }),
        fc.double({ min: 0.3, max: 8, noNaN: true }),
        fc.constantFrom(5, 8, Infinity),
        fc.option(fc.integer({ min: 60, max: 90 })),
        (mu, sigma, df, observed) => {
          const error = { mu, sigma, df };
          const chances = intervals.map((one) => chanceOfMaximum(one, error, observed));
          expect(Math.abs(sum(chances) - 1)).toBeLessThan(1e-9);
          expect(Math.min(...chances)).toBeGreaterThanOrEqual(0);
          const top = intervals.at(-1) as Interval;
          const warmer = chanceOfMaximum(top, { ...error, mu: mu + 1 }, observed);
          expect(warmer).toBeGreaterThanOrEqual(chanceOfMaximum(top, error, observed));
          intervals.forEach(({ high }, i) => {
            if (observed !== null && high < observed) expect(chances[i]).toBe(0);
          });
        },
      ),
      { seed: 1 },
    );
  });
});

/** A day that warms from `low` at 05:00 to `high` at 15:00 standard time and cools again, issued at hour `issued`. */
const forecastOf = (high: number, low: number, issued: number): WeatherEvidence['forecast'] => ({
  issuedAt: later(issued),
  hourly: Array.from({ length: 40 }, (_, i) => {
    const hours = Math.floor(issued) + i;
    const up = Math.max(0, 1 - Math.abs((hours % 24) - 15) / 10);
    return { at: later(hours), fahrenheit: low + (high - low) * up };
  }),
});

const evidence = (over: Partial<WeatherEvidence> = {}): WeatherEvidence => ({
  kind: 'weather',
  station: 'KNYC',
  quantity: 'daily_high',
  from,
  to,
  forecast: forecastOf(77, 62, -8),
  sigmaF: null,
  observed: null,
  official: null,
  ...over,
});
const fairs = (one: WeatherEvidence, at: ReturnType<typeof epochMs>): readonly number[] =>
  ladder.map((strikes) => worth(strikes, one, at)?.fair ?? Number.NaN);

describe('weatherFair', () => {
  it('is centred on the forecast the evening before, and says how sure it is', () => {
    const values = fairs(evidence(), later(-8));
    expect(Math.abs(sum(values) - 1)).toBeLessThan(1e-9);
    expect(values.indexOf(Math.max(...values))).toBe(2);
    const fair = worth(between(77, 78), evidence(), later(-8));
    expect(fair?.model).toBe('weather');
    expect(fair?.sigma).toBeGreaterThan(0.01);
    expect(fair?.sigma).toBeLessThan(0.15);
  });

  it('narrows as the hours pass', () => {
    const chances = [-20, -8, 3, 10].map(
      (hours) =>
        worth(
          between(78, 79),
          evidence({
            forecast: forecastOf(78, 62, hours),
            observed: hours > 0 ? { fahrenheit: 62, at: later(hours) } : null,
          }),
          later(hours),
        )?.fair ?? 0,
    );
    expect([...chances].sort((a, b) => a - b)).toEqual(chances);
  });

  it('in the evening believes the thermometer, all but for what it may have missed', () => {
    const values = fairs(
      evidence({
        forecast: forecastOf(78, 62, 20),
        observed: { fahrenheit: 77, at: later(20) },
      }),
      later(20.2),
    );
    expect(values.slice(0, 2)).toEqual([0.002, 0.002]);
    expect(values[2]).toBeGreaterThan(0.97);
  });

  it('after the day leaves one chance in fourteen to a degree more', () => {
    const seen = evidence({ forecast: null, observed: { fahrenheit: 78, at: later(23.9) } });
    expect(fairs(seen, later(24.5))[2]).toBeCloseTo(0.93, 9);
    expect(fairs(seen, later(24.5))[3]).toBeCloseTo(0.07, 9);
  });

  it('takes the official value as the end of it', () => {
    const told = evidence({ official: { fahrenheit: 80, issuedAt: later(25) }, forecast: null });
    expect(fairs(told, later(26))).toEqual([0.002, 0.002, 0.002, 0.998, 0.002, 0.002]);
    expect(worth(greater(82), told, later(26))?.sigma).toBeLessThan(0.01);
  });

  it('a low is a high upside down', () => {
    const mirrored = (one: WeatherEvidence): WeatherEvidence => ({
      ...one,
      quantity: 'daily_low',
      forecast: one.forecast && {
        ...one.forecast,
        hourly: one.forecast.hourly.map(({ at, fahrenheit }) => ({ at, fahrenheit: -fahrenheit })),
      },
      observed: one.observed && { ...one.observed, fahrenheit: -one.observed.fahrenheit },
    });
    const seen = evidence({
      forecast: forecastOf(76, 62, 11),
      observed: { fahrenheit: 70, at: later(11) },
    });
    const low = worth(less(-74), mirrored(seen), later(11))?.fair ?? 0;
    // A high is lifted above its forecast, a low is not: otherwise they are the same.
    const high = worth(greater(74), seen, later(11))?.fair ?? 0;
    expect(high).toBeGreaterThan(low);
    const none = worth(greater(-70), mirrored(seen), later(11));
    expect(none?.fair).toBe(0.002);
  });

  it('has no opinion where the forecast does not reach, has holes or is missing', () => {
    const at = later(-8);
    expect(worth(less(75), evidence({ forecast: null }), at)).toBeNull();
    const short = forecastOf(78, 62, -8);
    const cut = (keep: (hours: number) => boolean): WeatherEvidence =>
      evidence({
        forecast: short && {
          ...short,
          hourly: short.hourly.filter((one) => keep((one.at - from) / hour)),
        },
      });
    expect(
      worth(
        less(75),
        cut((h) => h < 20),
        at,
      ),
    ).toBeNull();
    expect(
      worth(
        less(75),
        cut((h) => h > 4),
        at,
      ),
    ).toBeNull();
    expect(
      worth(
        less(75),
        cut((h) => h < 10 || h > 16),
        at,
      ),
    ).toBeNull();
    expect(
      worth(
        less(75),
        cut((h) => h < 10 || h > 11),
        at,
      ),
    ).not.toBeNull();
    expect(
      worth(
        less(75),
        cut(() => false),
        at,
      ),
    ).toBeNull();
    // Half of the day went by unseen.
    const late = evidence({ forecast: forecastOf(78, 62, 12) });
    expect(weatherFair(less(75), late, later(12))).toEqual({ ok: false, error: 'no_data' });
    expect(weatherFair(between(80, 75), evidence(), at)).toEqual({
      ok: false,
      error: 'unknown_rules',
    });
  });

  it('does not take the warmth of the night before for a forecast that is missed now', () => {
    const seen = (fahrenheit: number) =>
      evidence({ forecast: forecastOf(62, 45, 13), observed: { fahrenheit, at: later(13) } });
    const warmer = worth(greater(70), seen(70), later(13))?.fair ?? 1;
    expect(warmer).toBeLessThan(0.08);
    const missed = worth(greater(62), seen(61), later(13))?.fair ?? 0;
    expect(missed).toBeGreaterThan(worth(greater(62), seen(58), later(13))?.fair ?? 1);
  });

  it('prefers the spread that a source gives to the table', () => {
    const sure = worth(between(78, 79), evidence({ sigmaF: 1.2 }), later(-8))?.fair ?? 0;
    const table = worth(between(78, 79), evidence(), later(-8))?.fair ?? 1;
    expect(sure).toBeGreaterThan(table + 0.1);
  });

  it('is wider for a station nobody measured, in spring, and with time', () => {
    expect(sigmaOf('KNYC', 7, 16)).toBe(2.5);
    expect(sigmaOf('KNYC', 4, 24)).toBeGreaterThan(3.5);
    expect(sigmaOf('KMIA', 7, 16)).toBe(1.7);
    expect(sigmaOf('KXXX', 7, 16)).toBe(2.6);
    expect([9, 16, 40, 64, 160, 999].map(leadFactor)).toEqual([0.75, 1, 1.2, 1.5, 2.2, 2.2]);
    expect(leadFactor(0)).toBeGreaterThan(0);
  });

  it('never leaves [0.002, 0.998], whatever it is told', () => {
    const any = fc.double();
    fc.assert(
      fc.property(
        any,
        any,
        any,
        any,
        fc.constantFrom('daily_high', 'daily_low', 'hourly'),
        (a, b, c, d, quantity) => {
          const one = evidence({
            quantity: quantity as WeatherEvidence['quantity'],
            forecast: {
              issuedAt: from,
              hourly: Array.from({ length: 30 }, (_, i) => ({
                at: later(i - 2),
                fahrenheit: i % 2 === 0 ? a : b,
              })),
            },
            observed: { fahrenheit: c, at: later(9) },
          });
          const fair = worth(between(d, d + 1), one, later(10));
          if (fair === null) return;
          expect(fair.fair).toBeGreaterThanOrEqual(0.002);
          expect(fair.fair).toBeLessThanOrEqual(0.998);
          expect(fair.sigma).toBeGreaterThan(0);
        },
      ),
      { seed: 2 },
    );
  });
});

describe('a temperature at one moment', () => {
  const moment = (observed: WeatherEvidence['observed']): WeatherEvidence =>
    evidence({ quantity: 'hourly', from: later(11), to: later(12), observed });
  it('follows the forecast, and what it missed a moment ago', () => {
    const expected = valueAt(evidence().forecast?.hourly ?? [], later(12)) ?? 0;
    const warm = greater(Math.round(expected));
    const plain = worth(warm, moment(null), later(11.5))?.fair ?? 0;
    const then = valueAt(evidence().forecast?.hourly ?? [], later(11.5)) ?? 0;
    const missed = (miss: number): number =>
      worth(warm, moment({ fahrenheit: then + miss, at: later(11.5) }), later(11.5))?.fair ?? 0;
    expect(missed(3)).toBeGreaterThan(plain + 0.2);
    expect(missed(-3)).toBeLessThan(plain / 2);
    const late = weatherFair(warm, moment(null), later(11.6));
    expect(late).toEqual({ ok: false, error: 'too_late' });
  });
});

describe('a point that stands in for a station', () => {
  const hourly = Array.from({ length: 30 }, (_, n) => ({
    at: epochMs(from + (n - 2) * hour),
    fahrenheit: 60 + 20 * Math.sin((Math.PI * Math.max(0, Math.min(24, n - 2))) / 24),
  }));
  const evidence = (station: string | null): WeatherEvidence => ({
    kind: 'weather',
    station,
    quantity: 'daily_high',
    from,
    to,
    forecast: { issuedAt: epochMs(from - 5 * hour), hourly },
    sigmaF: 2,
    observed: null,
    official: null,
  });
  const fairOf = (station: string | null) =>
    worth(between(80, 81), evidence(station), epochMs(from - 4 * hour));

  it('says little, whatever spread the forecast claims, and says who speaks', () => {
    const [known, point] = [fairOf('KNYC'), fairOf(null)];
    expect(known?.model).toBe('weather');
    expect(known?.fair).toBeGreaterThan(0.3);
    expect(point?.model).toBe('weather_point');
    expect(point?.fair).toBeLessThan(0.1);
    const values = ladder.map((strikes) => worth(strikes, evidence(null), from)?.fair ?? 0);
    expect(sum(values)).toBeCloseTo(1, 6);
  });

  it('weighs next to nothing against the quotes', () => {
    expect(startingBlend['weather_point']?.weight).toBeLessThanOrEqual(0.02);
    expect(startingBlend['weather_point']?.weightThin).toBeLessThanOrEqual(0.02);
  });
});
