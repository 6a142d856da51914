import { describe, expect, it } from 'vitest';
import { epochMs } from '../../src/domain/units.js';
import type { MarketEvidence } from '../../src/messages/evidence.js';
import { weatherFair } from '../../src/valuation/weather.js';
import { Driver } from '../simulator/world-driver.js';
import { NoaaDesk, strikesOf, subjectOf } from './noaa-support.js';

// Goal: from a market's rules to a probability over the simulated services, and that the probability is worth having.

const minute = 60_000;
const hour = 60 * minute;
const origin = Date.parse('2026-11-23T16:00:00Z');

describe('the weather of the simulated world', () => {
  it('is found, read and followed to the official value', () => {
    const driver = new Driver({ seed: 7, originMs: origin, markets: 600, agentLag: 1 });
    const desk = new NoaaDesk(driver);
    const [market, ...others] = [...driver.markets.values()].filter(
      ({ eventTicker }) => eventTicker === 'KXHIGHNY-26NOV23',
    );
    const subject = market && subjectOf(driver, market);
    if (market === undefined || subject == null) throw new Error('no market about New York');
    expect(subject).toMatchObject({ quantity: 'daily_high', station: { icao: 'KNYC' } });
    expect(subject.from).toBe(Date.parse('2026-11-23T05:00:00Z'));

    const first = desk.evidence(subject, epochMs(origin + minute));
    expect(first.ageMs).toBe(0);
    expect(first.evidence).toMatchObject({ kind: 'weather', station: 'KNYC', official: null });
    const asked = desk.asked;
    expect(asked).toBe(3);
    const again = desk.evidence(subject, epochMs(origin + 2 * minute));
    expect([desk.asked, again.ageMs]).toEqual([asked, minute]);
    const sum = [market, ...others].reduce((total, one) => {
      const { evidence } = again;
      if (evidence?.kind !== 'weather') throw new Error('no evidence');
      const fair = weatherFair(strikesOf(one), evidence, epochMs(origin));
      return total + (fair.ok ? fair.value.fair : Number.NaN);
    }, 0);
    expect(Math.abs(sum - 1)).toBeLessThan(0.013);

    // The report of the night after settles as the exchange does.
    const end = subject.to + 2 * hour;
    driver.runTo(end);
    const { evidence } = desk.evidence(subject, epochMs(end));
    const value = driver.determined.get(market.ticker)?.command.expirationValue;
    expect(evidence).toMatchObject({ official: { fahrenheit: Number(value) } });
    expect(desk.evidence(subject, epochMs(end + 30 * minute)).ageMs).toBe(30 * minute);
  });

  it('is known better than the quotes know it', () => {
    const rows = [1, 2].flatMap(rowsOf);
    for (const name of ['daily_high', 'hourly', 'all']) {
      const of = scores(rows.filter(({ quantity }) => name === 'all' || quantity === name));
      console.info(
        `${name}: Brier ${of.engine}, mid ${of.mid}; expected ${of.engineExpected}, mid ${of.midExpected}, ` +
          `difference [${of.low}, ${of.high}]; n ${of.n}, events ${of.events}`,
      );
      expect(of.n).toBeGreaterThan(200);
      expect(of.engine).toBeLessThan(of.mid);
      expect(of.engineExpected).toBeLessThan(of.midExpected);
      expect(of.high).toBeLessThan(0.002);
    }
  });
});

type Row = {
  readonly event: string;
  readonly quantity: string;
  /** The specialist's probability, the quotes' mid, and what the world itself knows at that moment. */
  readonly p: number;
  readonly mid: number;
  readonly truth: number;
  readonly paid: number;
};

/** Every settled weather market quoted within ten cents, once an hour until its end. */
function rowsOf(seed: number): readonly Row[] {
  const driver = new Driver({ seed, originMs: origin, markets: 700, agentLag: 1 });
  const desk = new NoaaDesk(driver);
  const open: (Omit<Row, 'paid'> & { readonly ticker: string })[] = [];
  for (let ms = origin + 7 * minute; ms < origin + 14 * hour; ms += hour) {
    driver.runTo(ms);
    const at = epochMs(ms);
    const byEvent = new Map<string, MarketEvidence | null>();
    for (const ticker of driver.open) {
      const market = driver.markets.get(ticker);
      if (market === undefined) continue;
      const { eventTicker } = market;
      if (!byEvent.has(eventTicker)) {
        const subject = subjectOf(driver, market);
        byEvent.set(eventTicker, subject === null ? null : desk.evidence(subject, at));
      }
      const evidence = byEvent.get(eventTicker)?.evidence;
      if (evidence?.kind !== 'weather') continue;
      const fair = weatherFair(strikesOf(market), evidence, at);
      const p = fair.ok ? fair.value.fair : undefined;
      const truth = driver.world.truth(ticker, ms);
      const { bid, ask } = driver.touch(ticker);
      if (p === undefined || truth === null) continue;
      if (!(bid > 0 && ask < 10_000 && ask - bid <= 1_000)) continue;
      const mid = (bid + ask) / 20_000;
      open.push({
        ticker,
        event: `${seed} ${eventTicker}`,
        quantity: evidence.quantity,
        p,
        mid,
        truth,
      });
    }
  }
  driver.runTo(origin + 16.5 * hour);
  return open.flatMap((row) => {
    const settled = driver.determined.get(row.ticker);
    return settled === undefined
      ? []
      : [{ ...row, paid: settled.command.settlementValue / 10_000 }];
  });
}

const mean = (values: readonly number[]): number =>
  values.reduce((a, b) => a + b, 0) / values.length;
/** Brier score to be expected of `p` when YES has the chance `truth`. */
const expected = (p: number, truth: number): number => truth * (1 - p) ** 2 + (1 - truth) * p ** 2;

/** Brier scores, settled and expected; `low` to `high` is the 95 % interval of the expected difference, over events. */
function scores(rows: readonly Row[]) {
  const byEvent = new Map<string, { sum: number; n: number }>();
  for (const { event, p, mid, truth } of rows) {
    const { sum, n } = byEvent.get(event) ?? { sum: 0, n: 0 };
    byEvent.set(event, { sum: sum + expected(p, truth) - expected(mid, truth), n: n + 1 });
  }
  const events = [...byEvent.values()];
  let state = 12_345;
  const drawn = (): { sum: number; n: number } => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return events[Math.floor((state / 2 ** 32) * events.length)] ?? { sum: 0, n: 0 };
  };
  const differences = Array.from({ length: 400 }, () => {
    const sample = events.map(drawn);
    return sample.reduce((a, { sum }) => a + sum, 0) / sample.reduce((a, { n }) => a + n, 0);
  }).sort((a, b) => a - b);
  const four = (value: number | undefined): number => Number((value ?? Number.NaN).toFixed(4));
  return {
    engine: four(mean(rows.map(({ p, paid }) => (p - paid) ** 2))),
    mid: four(mean(rows.map(({ mid, paid }) => (mid - paid) ** 2))),
    engineExpected: four(mean(rows.map(({ p, truth }) => expected(p, truth)))),
    midExpected: four(mean(rows.map(({ mid, truth }) => expected(mid, truth)))),
    low: four(differences[10]),
    high: four(differences[389]),
    n: rows.length,
    events: events.length,
  };
}
