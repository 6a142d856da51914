import { describe, expect, it } from 'vitest';
import type { ListedMarket } from '../../src/domain/market.js';
import { type EpochMs, epochMs } from '../../src/domain/units.js';
import type { Outcome } from '../../src/messages/effect.js';
import type { SelectedMarket, Sibling } from '../../src/messages/window.js';
import type { SimMarket } from '../../src/simulator/world/types.js';
import { cryptoEvidence } from '../../src/sources/spot/crypto-evidence.js';
import {
  type CryptoAddresses,
  type CryptoKnown,
  type CryptoRequest,
  cryptoKnownAfter,
  cryptoRequests,
  nothingKnown,
} from '../../src/sources/spot/crypto-known.js';
import { crypto } from '../../src/valuation/crypto.js';
import { type CryptoAsset, cryptoTerms } from '../../src/valuation/crypto-terms.js';
import { Driver } from '../simulator/world-driver.js';
import { eventOf, listed } from '../valuation/sample.js';

// Goal: from the rules of a listed market to a probability, over what the services say, and that the probabilities of
// many settled markets are nearer to what happened than the prices they were quoted at.

const base = 'http://world';
const addresses: CryptoAddresses = {
  coinbase: base,
  kraken: base,
  blockchain: base,
  mempool: base,
  sentiment: `${base}/fng/?limit=1`,
};

const minuteMs = 60_000;
const originMs = Date.parse('2026-06-15T14:00:00Z');
/** Moments a window could end at. */
const lookEveryMs = 10 * minuteMs;
const hours = 4;

type Row = {
  readonly event: string;
  readonly minutesLeft: number;
  readonly fair: number;
  readonly mid: number;
  readonly ticker: string;
};

const marketOf = (market: SimMarket): ListedMarket =>
  listed(market.ticker, {
    strikeType: market.strikeType,
    floorStrike: market.floorStrike,
    capStrike: market.capStrike,
    rulesPrimary: market.rulesPrimary,
    closeAt: epochMs(market.closeMs),
    eventTicker: market.eventTicker as never,
    vertical: 'crypto',
  });

/** One world watched for hours: every market with both sides quoted, valued as a window's end would. */
function watched(seed: number, agentLag: number): { rows: Row[]; driver: Driver } {
  const driver = new Driver({ seed, originMs, markets: 200, agentLag });
  const rows: Row[] = [];
  let known: CryptoKnown = nothingKnown;
  for (
    let now = originMs + 2 * minuteMs;
    now < originMs + hours * 60 * minuteMs;
    now += lookEveryMs
  ) {
    driver.runTo(now);
    const at = epochMs(now);
    const open = [...driver.open].flatMap((ticker) => {
      const sim = driver.markets.get(ticker);
      if (sim === undefined) return [];
      const market = marketOf(sim);
      const series = driver.series.get(driver.events.get(sim.eventTicker)?.seriesTicker ?? '');
      const terms = cryptoTerms(market, series?.settlementSources);
      return terms.ok ? [{ market, asset: terms.value.asset }] : [];
    });
    known = fetched(driver, known, new Set(open.map(({ asset }) => asset)), at);
    for (const { market, asset } of open) {
      const { bid, ask } = driver.touch(market.ticker);
      if (bid <= 0 || ask >= 10_000) continue;
      const evidence = cryptoEvidence(asset, market.closeAt, known, at);
      if (!evidence.ok) throw new Error(`${market.ticker}: ${evidence.error}`);
      const fair = crypto(selectedOf(market, open, bid, ask), evidence.value, at);
      if (!fair.ok) throw new Error(`${market.ticker}: ${fair.error}`);
      rows.push({
        event: market.eventTicker,
        minutesLeft: (market.closeAt - now) / minuteMs,
        fair: fair.value.fair,
        mid: (bid + ask) / 20_000,
        ticker: market.ticker,
      });
    }
  }
  driver.runTo(originMs + (hours + 2) * 60 * minuteMs);
  return { rows, driver };
}

/** Plan, fetch and parse, with the world for an internet. */
function fetched(
  driver: Driver,
  before: CryptoKnown,
  assets: ReadonlySet<CryptoAsset>,
  at: EpochMs,
): CryptoKnown {
  return cryptoRequests(assets, before, at, addresses).reduce(
    (known, request) => cryptoKnownAfter(known, request, answer(driver, request, at), at),
    before,
  );
}

function answer(driver: Driver, { source, url }: CryptoRequest, at: EpochMs): Outcome {
  const { pathname, searchParams } = new URL(url);
  const reply = driver.world.evidence(source, pathname, searchParams, at);
  return { kind: 'http', status: reply?.status ?? 404, path: url, body: reply?.body ?? '' };
}

function selectedOf(
  market: ListedMarket,
  open: readonly { readonly market: ListedMarket }[],
  bid: number,
  ask: number,
): SelectedMarket {
  const siblings = open
    .filter((one) => one.market.eventTicker === market.eventTicker)
    .map(({ market: { ticker, strikeType, floorStrike, capStrike } }): Sibling => {
      return { ticker, strikeType, floorStrike, capStrike, bid: null, ask: null };
    });
  const [selected] = eventOf([{ name: market.ticker, bid, ask }]);
  if (selected === undefined) throw new Error('no market');
  return { ...selected, market, siblings };
}

type Scored = Row & { readonly outcome: number };
const brier = (rows: readonly Scored[], p: (row: Scored) => number): number =>
  rows.reduce((sum, row) => sum + (p(row) - row.outcome) ** 2, 0) / rows.length;

function scored(seeds: readonly number[], agentLag: number): Scored[] {
  return seeds.flatMap((seed) => {
    const { rows, driver } = watched(seed, agentLag);
    return rows.flatMap((row) => {
      const settled = driver.determined.get(row.ticker)?.command.settlementValue;
      if (settled === undefined) return [];
      return [{ ...row, event: `${seed} ${row.event}`, outcome: settled / 10_000 }];
    });
  });
}

/** How much lower our score is, and its standard error; the markets of one event settle together. */
function gain(rows: readonly Scored[]): { readonly mean: number; readonly error: number } {
  const mean = brier(rows, ({ mid }) => mid) - brier(rows, ({ fair }) => fair);
  const sums = new Map<string, number>();
  for (const { event, mid, fair, outcome } of rows) {
    const over = (mid - outcome) ** 2 - (fair - outcome) ** 2 - mean;
    sums.set(event, (sums.get(event) ?? 0) + over);
  }
  const squares = [...sums.values()].reduce((total, sum) => total + sum * sum, 0);
  return { mean, error: Math.sqrt(squares) / rows.length };
}

function told(rows: readonly Scored[]): string {
  const { mean, error } = gain(rows);
  const [ours, theirs] = [brier(rows, ({ fair }) => fair), brier(rows, ({ mid }) => mid)];
  const events = new Set(rows.map(({ event }) => event)).size;
  return `Brier specialist ${ours.toFixed(4)}, mid ${theirs.toFixed(4)}, gain ${mean.toFixed(4)} ± ${error.toFixed(4)} (${rows.length} quotes of ${events} events)`;
}

const kinds = [
  ['all', () => true],
  ['up/down', ({ event }: Scored) => event.includes('15M')],
  ['ladders', ({ event }: Scored) => /KX[A-Z]+D-/.test(event)],
  ['ranges', ({ event }: Scored) => /KX(?:BTC|ETH)-/.test(event)],
  ['last 15 minutes', ({ minutesLeft }: Scored) => minutesLeft <= 15],
] as const;

describe('coins of a simulated world', () => {
  it('are forecast better than they are quoted, and as often as said', () => {
    const rows = scored([1, 2, 3, 4], 1);
    for (const [name, of] of kinds) console.log(`crypto, ${name}: ${told(rows.filter(of))}`);
    const { mean, error } = gain(rows);
    expect(rows.length).toBeGreaterThan(2_000);
    expect(mean).toBeGreaterThan(2 * error);
    const bins = [0, 0.05, 0.2, 0.4, 0.6, 0.8, 0.95, 1];
    for (const [i, low] of bins.slice(0, -1).entries()) {
      const within = rows.filter(({ fair }) => fair >= low && fair < (bins[i + 1] ?? 1));
      const average = (of: (row: Scored) => number): number =>
        within.reduce((sum, row) => sum + of(row), 0) / within.length;
      const [saidOf, cameOf] = [average(({ fair }) => fair), average(({ outcome }) => outcome)];
      console.log(
        `crypto, said ${saidOf.toFixed(3)}, came ${cameOf.toFixed(3)} (${within.length})`,
      );
      expect(Math.abs(saidOf - cameOf)).toBeLessThan(0.12);
    }
  });

  it('are quoted as well as they can be where nobody lags', () => {
    const rows = scored([1, 2], 0);
    console.log(`crypto, agents without a lag: ${told(rows)}`);
    const { mean, error } = gain(rows);
    expect(mean).toBeLessThan(2 * error + 0.0005);
  });

  it('are seen settling: the last minute’s prints become the value that pays', () => {
    const driver = new Driver({ seed: 3, originMs, markets: 200, agentLag: 1 });
    const closeMs = originMs + 15 * minuteMs;
    let known = nothingKnown;
    for (let now = closeMs - 2 * minuteMs; now <= closeMs; now += 5_000) {
      driver.runTo(now);
      known = fetched(driver, known, new Set(['BTC']), epochMs(now));
    }
    const evidence = cryptoEvidence('BTC', epochMs(closeMs), known, epochMs(closeMs));
    driver.runTo(closeMs + minuteMs);
    const settled = [...driver.determined].find(([ticker]) => ticker.startsWith('KXBTC15M'));
    const value = Number(settled?.[1].command.expirationValue);
    if (!evidence.ok) throw new Error(evidence.error);
    expect(evidence.value.window?.seen).toBe(60);
    expect(Math.abs((evidence.value.window?.mean ?? 0) / value - 1)).toBeLessThan(1.5e-4);
  });
});
