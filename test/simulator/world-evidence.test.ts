import { describe, expect, test } from 'vitest';
import type { EvidenceReply, EvidenceSource } from '../../src/simulator/world/types.js';
import { Driver } from './world-driver.js';

const HOUR_MS = 3_600_000;
const ORIGIN_MS = Date.parse('2026-06-15T14:00:00Z');
const driver = new Driver({ seed: 7, originMs: ORIGIN_MS, markets: 1_000, agentLag: 1 });

function ask(source: EvidenceSource, url: string, atMs: number): EvidenceReply | null {
  const { pathname, searchParams } = new URL(url, 'http://world');
  return driver.world.evidence(source, pathname, searchParams, atMs);
}

// biome-ignore lint/suspicious/noExplicitAny: bodies of foreign services, read as their users would
function read(source: EvidenceSource, url: string, atMs = ORIGIN_MS): any {
  const reply = ask(source, url, atMs);
  expect(reply?.status).toBe(200);
  return JSON.parse(reply?.body ?? 'null');
}

const fahrenheit = (celsius: number): number => (celsius * 9) / 5 + 32;

describe('weather service', () => {
  test('a point leads to forecasts of its grid', () => {
    const { properties } = read('noaa', '/points/40.7789,-73.9692');
    expect(properties.gridId).toBe('OKX');
    const path = new URL(properties.forecastHourly).pathname;
    const hourly = read('noaa', path).properties;
    expect(hourly.periods).toHaveLength(156);
    expect(hourly.periods[0].startTime).toBe('2026-06-15T10:00:00-04:00');
    expect(Number.isInteger(hourly.periods[0].temperature)).toBe(true);
    const daily = read('noaa', new URL(properties.forecast).pathname).properties.periods;
    expect(daily[0]).toMatchObject({ name: 'Today', isDaytime: true, temperatureUnit: 'F' });
    const raw = read('noaa', new URL(properties.forecastGridData).pathname).properties;
    expect(raw.gridX).toBe(String(properties.gridX));
    expect(Math.round(fahrenheit(raw.maxTemperature.values[0].value))).toBe(daily[0].temperature);
  });

  test('refuses as the real one does', () => {
    expect(ask('noaa', '/points/10.0,10.0', ORIGIN_MS)?.status).toBe(404);
    expect(ask('noaa', '/points/40.77891234,-73.9692', ORIGIN_MS)?.status).toBe(404);
    expect(ask('noaa', '/stations/KXXX/observations/latest', ORIGIN_MS)?.contentType).toBe(
      'application/problem+json',
    );
    expect(ask('noaa', '/nothing', ORIGIN_MS)).toBeNull();
  });

  test('observations never come from the future and agree with the final report and the settlement', () => {
    const end = Date.parse('2026-06-16T05:00:00Z');
    driver.runTo(end + 2 * HOUR_MS);
    const latest = read('noaa', '/stations/KNYC/observations/latest', end).properties;
    expect(Date.parse(latest.timestamp)).toBeLessThanOrEqual(end - 240_000);
    const query = `start=2026-06-15T05:00:00Z&end=2026-06-16T04:59:00Z&limit=500`;
    const list = read('noaa', `/stations/KNYC/observations?${query}`, end + HOUR_MS).features;
    expect(list).toHaveLength(288);
    // biome-ignore lint/suspicious/noExplicitAny: as above
    const values = list.map((feature: any) => fahrenheit(feature.properties.temperature.value));
    const product = read('noaa', '/products/types/CLI/locations/NYC', end + 2 * HOUR_MS)['@graph'];
    const report = read('noaa', `/products/${product[0].id}`, end + 2 * HOUR_MS);
    expect(report.productText).toContain('CLINYC');
    expect(report.productText).not.toContain('VALID TODAY AS OF');
    const maximum = Number(/MAXIMUM\s+(\d+)/.exec(report.productText)?.[1]);
    expect(Math.abs(Math.max(...values) - maximum)).toBeLessThan(0.6);
    const settled = [...driver.determined].find(([ticker]) =>
      ticker.startsWith('KXHIGHNY-26JUN15'),
    );
    expect(Number(settled?.[1].command.expirationValue)).toBe(maximum);
    const preliminary = read('noaa', `/products/${product[1].id}`, end + 2 * HOUR_MS).productText;
    expect(preliminary).toContain('VALID TODAY AS OF 0400 PM LOCAL TIME.');
  });

  test('a forecast of this hour does not know the next one', () => {
    const at = (ms: number): unknown =>
      read('noaa', '/gridpoints/OKX/34,38/forecast/hourly', ms).properties.periods;
    expect(at(ORIGIN_MS + 60_000)).toEqual(at(ORIGIN_MS + 59 * 60_000));
    expect(at(ORIGIN_MS + 60_000)).not.toEqual(at(ORIGIN_MS + 61 * 60_000));
  });
});

describe('feeds', () => {
  test('a report moves the chance of its team', () => {
    const open = [...driver.open].filter((ticker) => /^KX(NFL|NBA|MLB)GAME/.test(ticker));
    const seen = new Map<string, string>();
    let moved = 0;
    for (let minute = 0; minute <= 12 * 60; minute += 10) {
      const atMs = driver.nowMs + minute * 60_000;
      for (const row of read('injuries', '/', atMs).data) {
        expect(Date.parse(row.reportedAt)).toBeLessThanOrEqual(atMs);
        const before = seen.get(row.playerId);
        seen.set(row.playerId, row.status);
        if (before !== 'Questionable' || row.status === before) continue;
        const reportedMs = Date.parse(row.reportedAt);
        const ticker = open.find(
          (one) => one.startsWith(`KX${row.league}GAME`) && one.endsWith(`-${row.teamCode}`),
        );
        if (ticker === undefined) continue;
        const after = driver.world.truth(ticker, reportedMs) ?? 0;
        const prior = driver.world.truth(ticker, reportedMs - 1) ?? 0;
        if (Math.abs(after - prior) < 0.001) continue;
        moved += 1;
        expect(after > prior).toBe(row.status === 'Active');
      }
    }
    expect(moved).toBeGreaterThan(10);
  });

  test('the same list in the form of a sports site', () => {
    const { injuries } = read('injuries', '/apis/site/v2/sports/football/nfl/injuries');
    expect(injuries.length).toBeGreaterThan(0);
    expect(injuries[0].injuries[0]).toMatchObject({ athlete: { team: {} }, type: {} });
  });

  test('sentiment has strings, newest first', () => {
    const { data } = read('sentiment', '/fng/?limit=2');
    expect(data).toHaveLength(2);
    expect(data[0].timestamp).toBe(String(Date.parse('2026-06-15T00:00:00Z') / 1_000));
    expect(data[0].time_until_update).toBe('36000');
    expect(data[1]).not.toHaveProperty('time_until_update');
    expect(Number(data[0].value)).toBeGreaterThan(0);
  });

  test('spot is near what settles, on both venues', () => {
    const endMs = Date.parse('2026-06-15T16:00:00Z');
    const settled = [...driver.determined].find(([ticker]) =>
      ticker.startsWith('KXBTCD-26JUN1512'),
    );
    const index = Number(settled?.[1].command.expirationValue);
    const ticker = read('spot', '/products/BTC-USD/ticker', endMs);
    expect(Math.abs(Number(ticker.price) / index - 1)).toBeLessThan(0.003);
    const kraken = read('spot', '/0/public/Ticker?pair=XBTUSD', endMs).result.XXBTZUSD;
    expect(kraken.c[0]).toBe(ticker.price);
    const rows = read('spot', '/products/BTC-USD/candles?granularity=60', endMs);
    expect(rows).toHaveLength(300);
    for (const [, low, high, open, close] of rows) {
      expect(low).toBeLessThanOrEqual(Math.min(open, close));
      expect(high).toBeGreaterThanOrEqual(Math.max(open, close));
    }
    expect(rows[0][0] - rows[1][0]).toBe(60);
  });

  test('the chain answers in the forms of both providers', () => {
    expect(read('onchain', '/stats')).toMatchObject({ n_tx: expect.any(Number) });
    expect(read('onchain', '/api/v1/fees/recommended').fastestFee).toBeGreaterThan(0);
    expect(ask('onchain', '/other', ORIGIN_MS)).toBeNull();
  });
});
