import { describe, expect, it } from 'vitest';
import { parsePoints } from '../../src/sources/noaa/parse-points.js';
import { base, code, value } from './noaa-support.js';

// Goal: no answer of a service can send the engine to another host.

describe('links', () => {
  const points = (hourly: string, grid = 'https://api.weather.gov/gridpoints/OKX/34,38') =>
    parsePoints(
      JSON.stringify({ properties: { forecastHourly: hourly, forecastGridData: grid } }),
      base,
    );
  it('lead to the service or the configured base and nowhere else', () => {
    const own = '/gridpoints/OKX/34,38/forecast/hourly';
    for (const root of ['https://api.weather.gov', base])
      expect(value(points(root + own)).hourly).toBe(own);
    for (const link of [
      `https://evil.example${own}`,
      `https://api.weather.gov.evil.example${own}`,
      `https://api.weather.gov@evil.example${own}`,
      `https://api.weather.gov/../..${own}`,
      `https://api.weather.gov${own}?next=1`,
      `//evil.example${own}`,
      own,
      '',
    ])
      expect(code(points(link))).toBe('foreign_link');
    expect(code(points(base + own, 'https://evil.example/gridpoints/OKX/34,38'))).toBe(
      'foreign_link',
    );
  });
});
