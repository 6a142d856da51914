import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { SimMarket, WorldCommand, WorldOptions } from '../../src/simulator/world/types.js';
import { cpuMsOf } from '../support/cpu-time.js';
import { Driver, type Published } from './world-driver.js';

const WINDOW_MS = 600_000;
const ORIGIN_MS = Date.parse('2026-06-15T14:00:00Z');
const OPTIONS: WorldOptions = { seed: 7, originMs: ORIGIN_MS, markets: 1_000, agentLag: 1 };

const onGrid = (market: SimMarket, price: number): boolean =>
  Number.isInteger(price) &&
  price > 0 &&
  price < 10_000 &&
  market.priceRanges.some(
    ({ start, end, step }) => price >= start && price <= end && (price - start) % step === 0,
  );

/** What an engine may look at: neither a combination nor provisional. */
const plain = (driver: Driver): SimMarket[] =>
  [...driver.open].flatMap((ticker) => {
    const market = driver.markets.get(ticker);
    return market === undefined || market.multivariate || market.provisional ? [] : [market];
  });

const tight = (driver: Driver, market: SimMarket): boolean => {
  const { bid, ask } = driver.touch(market.ticker);
  return market.volume >= 100_000 && bid > 0 && ask < 10_000 && ask - bid <= 800;
};

/** Mid minus truth, in probability. */
const error = (driver: Driver, market: SimMarket): number => {
  const { bid, ask } = driver.touch(market.ticker);
  return (bid + ask) / 20_000 - (driver.world.truth(market.ticker, driver.nowMs) ?? 0);
};

/** Liquid markets far off the truth whose tight siblings (at least one) are near it. */
function outOfLine(driver: Driver): SimMarket[] {
  const markets = plain(driver).filter((market) => tight(driver, market));
  return markets.filter((market) => {
    if (Math.abs(error(driver, market)) <= 0.12) return false;
    const siblings = markets.filter((m) => m !== market && m.eventTicker === market.eventTicker);
    return siblings.length > 0 && siblings.every((m) => Math.abs(error(driver, m)) < 0.05);
  });
}

const categoryOf = (driver: Driver, ticker: string): string => {
  const event = driver.events.get(driver.markets.get(ticker)?.eventTicker ?? '');
  return driver.series.get(event?.seriesTicker ?? '')?.category ?? '';
};

function hashOf(options: WorldOptions, forMs: number): string {
  const hash = createHash('sha256');
  const driver = new Driver(options, (command, atMs) => {
    hash.update(`${atMs} ${JSON.stringify(command)}\n`);
  });
  driver.runTo(options.originMs + forMs);
  return hash.digest('hex');
}

describe('makeWorld', () => {
  test('lists as many markets as asked, of all kinds', () => {
    const driver = new Driver(OPTIONS);
    expect(driver.open.size).toBe(1_000);
    expect(plain(driver).length).toBeGreaterThanOrEqual(900);
    const shards = new Set([...driver.markets.values()].map((market) => market.exchangeIndex));
    expect([...shards].toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3]);
    const series = [...driver.series.values()];
    expect(series.some((s) => s.feeType === 'quadratic_with_maker_fees')).toBe(true);
    expect(series.some((s) => s.feeMultiplier === 0.5)).toBe(true);
    expect(series.filter((s) => s.ticker.startsWith('KXHIGH')).length).toBe(20);
    const structures = [...driver.markets.values()].map((market) => market.priceLevelStructure);
    expect(structures).toContain('tapered_deci_cent');
    for (const market of driver.markets.values()) {
      expect(market.openMs).toBeLessThanOrEqual(ORIGIN_MS);
      expect(market.closeMs).toBeGreaterThan(ORIGIN_MS);
    }
  });

  test.each([1, 60, 300, 2_000])('lists exactly %i when asked', (markets) => {
    expect(new Driver({ ...OPTIONS, markets }).open.size).toBe(markets);
  });

  test('most plain markets are liquid and tight, some are not', () => {
    const driver = new Driver(OPTIONS);
    for (let window = 1; window <= 6; window += 1) {
      driver.runTo(ORIGIN_MS + window * WINDOW_MS);
      const markets = plain(driver);
      const share = markets.filter((market) => tight(driver, market)).length / markets.length;
      expect(share).toBeGreaterThan(0.55);
      expect(share).toBeLessThan(0.8);
    }
  });

  test('the same options give the same stream, another seed another one', () => {
    const half = 30 * 60_000;
    const first = hashOf(OPTIONS, half);
    expect(hashOf(OPTIONS, half)).toBe(first);
    expect(hashOf({ ...OPTIONS, seed: 8 }, half)).not.toBe(first);
  });

  test('reading evidence and truth changes nothing', () => {
    const run = (ask: boolean): string => {
      const hash = createHash('sha256');
      const driver = new Driver({ ...OPTIONS, markets: 200 }, (command) => {
        hash.update(JSON.stringify(command));
      });
      for (let minute = 1; minute <= 20; minute += 1) {
        driver.runTo(ORIGIN_MS + minute * 60_000);
        if (!ask) continue;
        for (const ticker of driver.open) driver.world.truth(ticker, driver.nowMs);
        driver.world.evidence(
          'noaa',
          '/stations/KNYC/observations/latest',
          new URLSearchParams(),
          driver.nowMs,
        );
      }
      return hash.digest('hex');
    };
    expect(run(true)).toBe(run(false));
  });

  test('every published book is on the grid, in order and crosses nobody', () => {
    const books = new Map<string, Map<string, Published>>();
    const markets = new Map<string, SimMarket>();
    let quotes = 0;
    const check = (command: WorldCommand): void => {
      if (command.kind === 'market') markets.set(command.market.ticker, command.market);
      if (command.kind === 'take') {
        const market = markets.get(command.ticker);
        expect(market !== undefined && onGrid(market, command.limit)).toBe(true);
        expect(command.quantity).toBeGreaterThan(0);
      }
      if (command.kind !== 'quote') return;
      quotes += 1;
      const market = markets.get(command.ticker);
      if (market === undefined) throw new Error('a quote before its market');
      for (const side of [command.yes, command.no]) {
        side.forEach(([price, quantity], i) => {
          const above = side[i - 1]?.[0] ?? 10_000;
          if (!onGrid(market, price) || price >= above || quantity <= 0) {
            throw new Error(`bad level ${price}x${quantity} in ${command.ticker}`);
          }
        });
      }
      const book = books.get(command.ticker) ?? new Map<string, Published>();
      books.set(command.ticker, book.set(command.agent, command));
      const bid = Math.max(0, ...[...book.values()].map((quote) => quote.yes[0]?.[0] ?? 0));
      const no = Math.max(0, ...[...book.values()].map((quote) => quote.no[0]?.[0] ?? 0));
      if (bid + no >= 10_000) throw new Error(`crossed: ${command.ticker} ${bid} ${no}`);
    };
    new Driver(OPTIONS, check).runTo(ORIGIN_MS + 70 * 60_000);
    expect(quotes).toBeGreaterThan(5_000);
  });

  test('partitions have one winner, ladders are monotone, and nothing pays before it closes', () => {
    const driver = new Driver({ ...OPTIONS, markets: 500 });
    driver.runTo(ORIGIN_MS + 16 * 3_600_000);
    const byEvent = new Map<string, SimMarket[]>();
    for (const [ticker, { atMs }] of driver.determined) {
      const market = driver.markets.get(ticker);
      if (market === undefined) throw new Error('determined but never listed');
      if (market.strikeType !== 'structured') expect(atMs).toBeGreaterThan(market.closeMs);
      expect(driver.open.has(ticker)).toBe(false);
      byEvent.set(market.eventTicker, [...(byEvent.get(market.eventTicker) ?? []), market]);
    }
    const yes = (market: SimMarket): boolean => {
      const command = driver.determined.get(market.ticker)?.command;
      expect(command?.settlementValue).toBe(command?.result === 'yes' ? 10_000 : 0);
      expect(command?.expirationValue).not.toBe('');
      return command?.result === 'yes';
    };
    let partitions = 0;
    let ladders = 0;
    for (const [ticker, markets] of byEvent) {
      if (driver.events.get(ticker)?.mutuallyExclusive === true) {
        partitions += 1;
        expect(markets.filter(yes)).toHaveLength(1);
      } else if (markets.length > 1) {
        ladders += 1;
        const sorted = markets.toSorted((a, b) => (a.floorStrike ?? 0) - (b.floorStrike ?? 0));
        const results = sorted.map((market) => (yes(market) ? 1 : 0));
        expect(results).toEqual(results.toSorted((a, b) => b - a));
      }
    }
    expect(partitions).toBeGreaterThan(100);
    expect(ladders).toBeGreaterThan(15);
  });

  test.each([
    ['in the morning', '2026-06-15T14:00:00Z'],
    ['at night', '2026-11-22T03:17:41Z'],
    ['in winter', '2027-01-09T22:05:09Z'],
  ])('enough settles soon, started %s', (_name, origin) => {
    const originMs = Date.parse(origin);
    const driver = new Driver({ ...OPTIONS, originMs });
    const settled = (): [category: string, count: number][] => {
      const counts = new Map<string, number>();
      for (const [ticker, { atMs }] of driver.determined) {
        const timerMs = (driver.markets.get(ticker)?.settlementTimerSeconds ?? 0) * 1_000;
        if (atMs + timerMs > driver.nowMs) continue;
        const category = categoryOf(driver, ticker);
        counts.set(category, (counts.get(category) ?? 0) + 1);
      }
      return [...counts];
    };
    driver.runTo(originMs + 3 * WINDOW_MS);
    expect(settled().reduce((sum, [, count]) => sum + count, 0)).toBeGreaterThanOrEqual(5);
    driver.runTo(originMs + 12 * WINDOW_MS - 1_000);
    const late = new Map(settled());
    expect(late.get('Climate and Weather')).toBeGreaterThanOrEqual(40);
    expect(late.get('Crypto')).toBeGreaterThanOrEqual(40);
    expect(late.get('Sports')).toBeGreaterThanOrEqual(4);
    driver.runTo(originMs + 12 * WINDOW_MS + 5_000);
    expect(driver.open.size).toBeGreaterThan(970);
  });

  test.each([7, 8, 9])('seed %i: every window has liquid markets out of line', (seed) => {
    const driver = new Driver({ ...OPTIONS, seed });
    for (let window = 0; window <= 24; window += 1) {
      driver.runTo(ORIGIN_MS + window * WINDOW_MS);
      expect(outOfLine(driver).length).toBeGreaterThanOrEqual(10);
    }
  });

  test('without lag nothing is out of line beyond what a minute can move', () => {
    const driver = new Driver({ ...OPTIONS, agentLag: 0 });
    let off = 0;
    for (let window = 0; window <= 12; window += 1) {
      driver.runTo(ORIGIN_MS + window * WINDOW_MS);
      off += outOfLine(driver).length;
      const wrong = plain(driver).filter(
        (market) => tight(driver, market) && Math.abs(error(driver, market)) > 0.12,
      );
      expect(wrong.length).toBeLessThanOrEqual(3);
    }
    expect(off).toBeLessThanOrEqual(3);
  });

  test('what happens agrees with what was known', () => {
    // Truth an hour before the end against results, in bands: a judge may rely on it as fair value.
    const bands = Array.from({ length: 5 }, () => ({ said: 0, was: 0, n: 0 }));
    for (const seed of [1, 2, 3, 4]) {
      const driver = new Driver({ ...OPTIONS, seed, markets: 400 });
      const said = new Map<string, number>();
      for (let step = 1; step <= 24; step += 1) {
        driver.runTo(ORIGIN_MS + step * 1_800_000 - 60_000);
        for (const ticker of driver.open) {
          if (said.has(ticker)) continue;
          const p = driver.world.truth(ticker, driver.nowMs);
          if (p !== null) said.set(ticker, p);
        }
      }
      for (const [ticker, { command }] of driver.determined) {
        const p = said.get(ticker);
        if (p === undefined) continue;
        const band = bands[Math.min(4, Math.floor(p * 5))];
        if (band === undefined) continue;
        band.said += p;
        band.was += command.result === 'yes' ? 1 : 0;
        band.n += 1;
      }
    }
    for (const { said, was, n } of bands) {
      expect(n).toBeGreaterThan(40);
      expect(Math.abs(said - was) / n).toBeLessThan(0.12);
    }
  });

  test('runs far faster than real time', () => {
    const driver = new Driver(OPTIONS);
    const ms = cpuMsOf(() => driver.runTo(ORIGIN_MS + 3_600_000));
    expect(3_600_000 / ms).toBeGreaterThan(1_000);
    const perSecondAt60 = driver.counts.quote / 60;
    expect(perSecondAt60).toBeGreaterThan(80);
    expect(perSecondAt60).toBeLessThan(280);
  });
});
