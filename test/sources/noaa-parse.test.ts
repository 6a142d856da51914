import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { epochMs } from '../../src/domain/units.js';
import type { SourceEntry } from '../../src/sources/known.js';
import { type NoaaAnswer, type NoaaRequest, noaaEntryAfter } from '../../src/sources/noaa/known.js';
import { parseClimateText } from '../../src/sources/noaa/parse-climate.js';
import { parseForecast, parseGrid } from '../../src/sources/noaa/parse-forecast.js';
import {
  certainHigh,
  certainLow,
  parseObservations,
} from '../../src/sources/noaa/parse-observations.js';
import { parsePoints } from '../../src/sources/noaa/parse-points.js';
import { base, code, iso, rendered, report, value } from './noaa-support.js';

// Goal: what the weather service really said is read in units; what it never said is a coded problem and no exception.

const now = Date.parse('2026-07-05T12:34:56Z');

const folder = new URL('../../../shared/data/', import.meta.url);
const isAbsent = !existsSync(folder);
if (isAbsent) console.warn(`skipped: recorded data not found at ${folder.pathname}`);

function filesIn(url: URL): readonly URL[] {
  return readdirSync(url).flatMap((name) => {
    const child = new URL(encodeURIComponent(name), url);
    return statSync(child).isDirectory() ? filesIn(new URL(`${child.href}/`)) : [child];
  });
}

describe.skipIf(isAbsent)('recorded answers', () => {
  const files = isAbsent ? [] : filesIn(new URL('nws/', folder));
  const of = (pattern: RegExp): readonly string[] =>
    files
      .filter(({ pathname }) => pattern.test(decodeURIComponent(pathname)))
      .map((url) => rendered(readFileSync(url, 'utf8'), now));

  it('every file is of a kind that is read here', () => {
    const kinds = [
      /\/points\//,
      /forecast(\/hourly)?\.json$/,
      /\d\.json$/,
      /observations__/,
      /stations__/,
    ];
    expect(files.length).toBeGreaterThan(8);
    for (const { pathname } of files)
      expect(kinds.some((kind) => kind.test(decodeURIComponent(pathname)))).toBe(true);
  });

  it('points lead to their grid', () => {
    const points = of(/\/points\//);
    expect(points).toHaveLength(3);
    for (const body of points) {
      const { hourly, grid } = value(parsePoints(body, 'https://api.weather.gov'));
      expect(hourly).toBe(`${grid}/forecast/hourly`);
    }
    expect(value(parsePoints(points[0] ?? '', base)).grid).toMatch(
      /^\/gridpoints\/[A-Z]{3}\/\d+,\d+$/,
    );
  });

  it('hourly forecasts, half days and the raw grid agree', () => {
    const hourly = of(/forecast\/hourly\.json$/).map((body) => value(parseForecast(body)));
    expect(hourly.map((one) => one.hourly.length)).toEqual([156, 156]);
    for (const { hourly: hours } of hourly)
      for (const [i, { at }] of hours.entries())
        if (i > 0) expect(at - (hours[i - 1]?.at ?? 0)).toBe(3_600_000);
    for (const body of of(/\/forecast\.json$/))
      expect(value(parseForecast(body)).hourly.length).toBeGreaterThan(1);
    const [grid] = of(/89,104\.json$/).map((body) => value(parseGrid(body)));
    expect(grid?.hourly.length).toBeGreaterThan(100);
    expect(grid?.hourly[0]).toEqual({
      at: Math.floor(now / 3_600_000) * 3_600_000,
      fahrenheit: 77,
    });
    expect(
      grid?.hourly.slice(0, 20).every(({ fahrenheit }) => fahrenheit > 60 && fahrenheit < 110),
    ).toBe(true);
  });

  it('observations have the tenths of their remarks', () => {
    const readings = of(/observations__/).map((body) => value(parseObservations(body)).readings);
    expect(readings.map((one) => one.length)).toEqual([1, 1, 1]);
    const dallas = readings.flat().find(({ fahrenheit }) => Math.abs(fahrenheit - 78.98) < 0.001);
    expect(dallas?.halfStep).toBe(0.09);
  });

  it('a list of stations is not a list of readings', () => {
    for (const body of of(/stations__/))
      expect(code(parseObservations(body))).toBe('unknown_shape');
  });

  it('the climate report of 4 July, final and preliminary', () => {
    const [text] = filesIn(new URL('feeds/', folder)).filter(({ pathname }) =>
      /clinyc/.test(pathname),
    );
    const reports = value(parseClimateText(readFileSync(text as URL, 'utf8')));
    const date = Date.parse('2026-07-04');
    expect(reports).toEqual([
      {
        cli: 'NYC',
        date,
        issuedAt: Date.parse('2026-07-05T06:20:00Z'),
        isFinal: true,
        maximum: 94,
        minimum: 72,
      },
      {
        cli: 'NYC',
        date,
        issuedAt: Date.parse('2026-07-04T20:34:00Z'),
        isFinal: false,
        maximum: 94,
        minimum: 76,
      },
    ]);
  });
});

const observation = (celsius: number | null, over: object = {}, rawMessage = ''): object => ({
  properties: {
    timestamp: '2026-07-05T11:51:00+00:00',
    rawMessage,
    temperature: { unitCode: 'wmoUnit:degC', value: celsius, qualityControl: 'V', ...over },
  },
});
const observed = (...features: readonly unknown[]) =>
  parseObservations(JSON.stringify({ features }));

describe('observations', () => {
  it('leave out what is missing, impossible, rejected or unreadable', () => {
    const { readings } = value(
      observed(
        observation(22),
        observation(null),
        observation(999),
        observation(21, { qualityControl: 'X' }),
        observation(21, { unitCode: 'wmoUnit:K' }),
        { properties: null },
        7,
      ),
    );
    expect(readings.map(({ fahrenheit, halfStep }) => [fahrenheit.toFixed(1), halfStep])).toEqual([
      ['71.6', 0.9],
    ]);
    expect(value(observed())).toEqual({ readings: [], sixHours: [] });
    expect(code(observed({}, 7))).toBe('unknown_shape');
  });

  it('read the remarks: tenths, and the extremes of six hours', () => {
    const { readings, sixHours } = value(
      observed(
        observation(22, {}, 'KNYC 051151Z AUTO 22/17 A2992 RMK AO2 SLP125 10261 21006 T02170172'),
      ),
    );
    expect(readings[0]).toMatchObject({ fahrenheit: expect.closeTo(71.06, 2), halfStep: 0.09 });
    expect(sixHours[0]?.high).toBeCloseTo(78.98, 2);
    expect(sixHours[0]?.low).toBeCloseTo(30.92, 2);
  });

  it('prove a degree only when nothing else is possible', () => {
    // 71 °F is 21.7 °C, is reported as 22 °C, is 71.6 °F again.
    expect(certainHigh(71.6, 0.9)).toBe(71);
    expect(certainHigh(78.98, 0.09)).toBe(79);
    expect(certainHigh(78.53, 0.09)).toBe(78);
    expect(certainLow(71.6, 0.9)).toBe(72);
    expect(certainLow(78.98, 0.09)).toBe(79);
    for (let fahrenheit = -20; fahrenheit <= 115; fahrenheit += 1) {
      const whole = (Math.round(((fahrenheit - 32) * 5) / 9) * 9) / 5 + 32;
      const tenths = (Math.round(((fahrenheit - 32) * 50) / 9) / 10) * 1.8 + 32;
      expect(certainHigh(whole, 0.9)).toBeLessThanOrEqual(fahrenheit);
      expect(certainLow(whole, 0.9)).toBeGreaterThanOrEqual(fahrenheit);
      expect([certainHigh(tenths, 0.09), certainLow(tenths, 0.09)]).toEqual([
        fahrenheit,
        fahrenheit,
      ]);
    }
  });
});

describe('forecasts', () => {
  const forecast = (...periods: readonly object[]) =>
    parseForecast(JSON.stringify({ properties: { updateTime: iso(now), periods } }));
  const period = (temperature: unknown, hours = 0, temperatureUnit: unknown = 'F') => ({
    startTime: iso(now + hours * 3_600_000),
    temperature,
    temperatureUnit,
  });
  it('are read in either unit and form, holes left open', () => {
    const { hourly } = value(
      forecast(
        period(68, 1),
        period(20, 2, 'C'),
        period({ unitCode: 'wmoUnit:degC', value: 20 }, 3),
        period(null, 4),
        period(70, 0),
        period(71, 0),
      ),
    );
    expect(hourly.map(({ at, fahrenheit }) => [(at - now) / 3_600_000, fahrenheit])).toEqual([
      [0, 70],
      [1, 68],
      [2, 68],
      [3, 68],
    ]);
    expect(value(forecast()).hourly).toEqual([]);
  });

  it('refuse another shape', () => {
    expect(code(parseForecast('{'))).toBe('not_json');
    expect(code(parseForecast('{"properties":{}}'))).toBe('unknown_shape');
    expect(code(forecast({ temperature: 'warm' }))).toBe('unknown_shape');
    const grid = (validTime: string) =>
      parseGrid(
        JSON.stringify({
          properties: {
            updateTime: iso(now),
            temperature: { uom: 'wmoUnit:degC', values: [{ validTime, value: 20 }] },
          },
        }),
      );
    expect(value(grid(`${iso(now)}/P1DT2H`)).hourly).toHaveLength(26);
    for (const bad of [iso(now), `${iso(now)}/PT0H`, `${iso(now)}/P`, `yesterday/PT1H`])
      expect(code(grid(bad))).toBe('unknown_shape');
  });
});

describe('an answer of any kind', () => {
  const kinds = ['points', 'hourly', 'grid', 'observations', 'products', 'product'] as const;
  const request = (kind: NoaaRequest['kind']): NoaaRequest => ({ kind, path: '/x', ttlMs: 1 });
  const entryAfter = (
    kind: NoaaRequest['kind'],
    status: number,
    body: string,
  ): SourceEntry<NoaaAnswer> =>
    noaaEntryAfter(
      undefined,
      request(kind),
      { kind: 'http', status, path: '/x', body },
      epochMs(now),
      base,
    );

  it('is a problem with a code, never an exception, however broken', () => {
    const broken = fc.oneof(
      fc.string(),
      fc.json(),
      fc
        .record(
          {
            properties: fc.record(
              {
                updateTime: fc.oneof(fc.string(), fc.constant(iso(now))),
                periods: fc.array(fc.anything({ maxDepth: 2 })),
                temperature: fc.record({
                  uom: fc.string(),
                  values: fc.array(fc.anything({ maxDepth: 2 })),
                }),
                forecastHourly: fc.webUrl(),
                forecastGridData: fc.webUrl(),
              },
              { requiredKeys: [] },
            ),
            features: fc.array(fc.anything({ maxDepth: 3 })),
            '@graph': fc.array(fc.anything({ maxDepth: 2 })),
            productText: fc.string(),
          },
          { requiredKeys: [] },
        )
        .map((value) => JSON.stringify(value) ?? ''),
      fc
        .tuple(fc.nat(report().length), fc.string())
        .map(([cut, more]) => JSON.stringify({ productText: report().slice(0, cut) + more })),
    );
    fc.assert(
      fc.property(fc.constantFrom(...kinds), broken, (kind, body) => {
        const { good, failed } = entryAfter(kind, 200, body);
        expect((good === null) === (failed !== null)).toBe(true);
        if (failed !== null) {
          expect(['not_json', 'unknown_shape', 'bad_value', 'foreign_link']).toContain(
            failed.problem.code,
          );
          expect(failed.problem.text.length).toBeLessThanOrEqual(160);
        }
      }),
      { seed: 3, numRuns: 400 },
    );
    expect(entryAfter('grid', 200, '['.repeat(100_000)).failed?.problem.code).toBe('not_json');
  });

  it('that is an error is told from one that passes', () => {
    const body = JSON.stringify({
      correlationId: '16c91526',
      title: 'Unexpected Problem',
      type: 'https://api.weather.gov/problems/UnexpectedProblem',
      status: 500,
      detail: 'An unexpected problem has occurred.',
    });
    expect(entryAfter('hourly', 500, body).failed?.problem).toEqual({
      code: 'unavailable',
      where: '/x',
      text: `HTTP 500 ${body}`.slice(0, 160),
    });
    expect(entryAfter('hourly', 404, '<html>').failed?.problem.code).toBe('refused');
    expect(entryAfter('hourly', 429, '').failed?.problem.code).toBe('unavailable');
    const lost = noaaEntryAfter(
      undefined,
      request('grid'),
      { kind: 'failed', code: 'timeout', sent: true, detail: '' },
      epochMs(now),
      base,
    );
    expect(lost.failed?.problem).toMatchObject({ code: 'unreachable', text: 'timeout' });
  });
});
