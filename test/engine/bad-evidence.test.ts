import { beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.js';
import type { ListedMarket } from '../../src/domain/market.js';
import { type EpochMs, epochMs, priceMax } from '../../src/domain/units.js';
import { evidenceAddresses } from '../../src/engine/evidence-addresses.js';
import { SourcesDesk } from '../../src/engine/evidence-desk.js';
import type { Outcome } from '../../src/messages/effect.js';
import type { EvidenceSource } from '../../src/simulator/world/types.js';
import { pointOf } from '../../src/sources/noaa/stations.js';
import { startingBlend } from '../../src/valuation/blend.js';
import { opinionSteps } from '../../src/valuation/opinion.js';
import { Driver } from '../simulator/world-driver.js';
import { eventOf, listed } from '../valuation/sample.js';

// Goal: whatever is wrong with a source or a market is "no signal" with a code for that market, and costs no other anything.
const originMs = Date.parse('2026-06-15T14:00:00Z');
const at = epochMs(originMs + 20 * 60_000);
const local = 'http://127.0.0.1:9/evidence';
const addresses = (() => {
  const loaded = loadConfig({
    env: {},
    file: null,
    flags: {
      kalshiApiBaseUrl: 'http://127.0.0.1:9',
      kalshiWsUrl: 'ws://127.0.0.1:9/trade-api/ws/v2',
      noaaBaseUrl: `${local}/noaa`,
      coinbaseBaseUrl: `${local}/spot`,
      krakenBaseUrl: `${local}/spot`,
      blockchainBaseUrl: `${local}/onchain`,
      mempoolBaseUrl: `${local}/onchain`,
      cryptoSentimentApiUrl: `${local}/sentiment/fng/`,
      sportsInjuryApiUrl: `${local}/injuries/injuries`,
    },
  });
  if (!loaded.ok) throw new Error(loaded.error[0]?.message);
  return evidenceAddresses(loaded.value.settings);
})();

type Subject = 'weather' | 'crypto' | 'sports';
const subjects: readonly Subject[] = ['weather', 'crypto', 'sports'];
type Three = Readonly<Record<Subject, ListedMarket>>;
let driver: Driver;
let markets: Three;

beforeAll(() => {
  driver = new Driver({ seed: 7, originMs, markets: 400, agentLag: 1 });
  driver.runTo(at);
  const first = (pattern: RegExp, vertical: Subject): ListedMarket => {
    const ticker = [...driver.open].find((name) => pattern.test(name));
    const sim = driver.markets.get(ticker ?? '');
    const series = driver.series.get(driver.events.get(sim?.eventTicker ?? '')?.seriesTicker ?? '');
    if (sim === undefined || series === undefined) throw new Error(`no ${vertical}`);
    return listed(sim.ticker, {
      rulesPrimary: sim.rulesPrimary,
      yesSubTitle: sim.yesSubTitle,
      strikeType: sim.strikeType,
      floorStrike: sim.floorStrike,
      capStrike: sim.capStrike,
      closeAt: epochMs(sim.closeMs),
      settlementSources: series.settlementSources,
      vertical,
    });
  };
  markets = {
    weather: first(/^KXHIGH.*-B/, 'weather'),
    crypto: first(/^KXBTCD-/, 'crypto'),
    sports: first(/^KXNBAGAME/, 'sports'),
  };
});

type Wrong = (url: string, body: string) => Outcome | string | null;

/** Asks until nothing is left to ask, every answer the world's own unless `wrong` says another. */
function deskAfter(asked: Three, wrong: Wrong, when: EpochMs = at): SourcesDesk {
  const desk = new SourcesDesk({
    addresses,
    point: pointOf('39.7456,-97.0892'),
    reactions: [],
    midAt: () => null,
    speed: 1,
  });
  for (let round = 0; round < 6; round += 1)
    for (const subject of subjects)
      for (const question of desk.questions(asked[subject], when)) {
        const { pathname, searchParams } = new URL(question.url);
        const [, , source = '', ...path] = pathname.split('/');
        const reply = driver.world.evidence(
          source as EvidenceSource,
          `/${path.join('/')}`,
          searchParams,
          when,
        );
        const body = reply?.body ?? '';
        const told = wrong(question.url, body) ?? body;
        const outcome: Outcome =
          typeof told === 'string'
            ? { kind: 'http', status: reply?.status ?? 404, path: '', body: told }
            : told;
        desk.learn(question, outcome, when);
      }
  return desk;
}

const on =
  (pattern: RegExp, answer: Outcome | ((body: string) => string)): Wrong =>
  (url, body) =>
    pattern.test(url) ? (typeof answer === 'function' ? answer(body) : answer) : null;
const http = (status: number, body: string): Outcome => ({ kind: 'http', status, path: '', body });
const failed = (code: 'timeout' | 'too_large' | 'redirect'): Outcome => ({
  kind: 'failed',
  code,
  sent: true,
  detail: '',
});
/** The body with every value under these names replaced, at any depth. */
const having =
  (names: Readonly<Record<string, unknown>>) =>
  (body: string): string =>
    JSON.stringify(JSON.parse(body), (key, value: unknown) =>
      Object.hasOwn(names, key) ? names[key] : value,
    );
const noaa = /\/noaa\//;
const grid = /\/gridpoints\//;
const readings = /\/observations/;
const spot = /\/spot\//;
const injuries = /\/injuries\//;

describe('a bad source', () => {
  it('is none of these: with good answers all three have evidence', () => {
    const desk = deskAfter(markets, () => null);
    for (const subject of subjects) {
      expect(desk.evidenceOf(markets[subject], at), subject).toMatchObject({
        evidence: { kind: subject },
        noSignal: null,
      });
      expect(desk.evidenceOf(markets[subject], at).ageMs).toBeGreaterThanOrEqual(0);
    }
  });

  it('is not one that has had no time to answer', () => {
    const desk = new SourcesDesk({
      addresses,
      point: pointOf('39.7456,-97.0892'),
      reactions: [],
      midAt: () => null,
      speed: 1,
    });
    for (const subject of subjects) {
      desk.questions(markets[subject], at);
      expect(desk.evidenceOf(markets[subject], at).noSignal, subject).toBe('not_asked');
    }
  });

  const table: readonly (readonly [string, Subject, Wrong, string])[] = [
    ['a forecast service that is down', 'weather', on(noaa, http(503, 'x')), 'source_failed'],
    [
      'a forecast service that never answers',
      'weather',
      on(noaa, failed('timeout')),
      'source_failed',
    ],
    ['a forecast of 20 MB', 'weather', on(grid, failed('too_large')), 'source_failed'],
    ['a forecast that is elsewhere', 'weather', on(grid, failed('redirect')), 'source_failed'],
    ['a forecast that is a web page', 'weather', on(grid, http(200, '<html>')), 'bad_answer'],
    [
      'a forecast of another shape',
      'weather',
      on(grid, http(200, '{"properties":{}}')),
      'bad_answer',
    ],
    ['an empty forecast', 'weather', on(grid, having({ values: [], periods: [] })), 'no_data'],
    [
      'a forecast of nulls',
      'weather',
      on(grid, having({ value: null, temperature: null })),
      'no_data',
    ],
    [
      'a forecast of yesterday',
      'weather',
      on(grid, having({ updateTime: '2026-06-14T10:00:00+00:00' })),
      'source_stale',
    ],
    [
      'links to somewhere else',
      'weather',
      on(/\/points\//, (body) =>
        body.replaceAll(/https?:\/\/[^/"]+/g, 'https://elsewhere.example'),
      ),
      'bad_answer',
    ],
    [
      'readings that stopped',
      'weather',
      on(readings, having({ timestamp: '2026-06-15T06:00:00+00:00' })),
      'source_stale',
    ],
    ['no readings', 'weather', on(readings, having({ features: [] })), 'no_data'],
    ['readings out of reach', 'weather', on(readings, http(500, '')), 'source_failed'],
    ['venues that are down', 'crypto', on(spot, http(502, '')), 'source_failed'],
    ['venues that refuse', 'crypto', on(spot, http(403, '')), 'source_failed'],
    [
      'prices in words',
      'crypto',
      on(/ticker/i, http(200, '{"bid":"much","ask":"more"}')),
      'bad_answer',
    ],
    [
      'two venues far apart',
      'crypto',
      on(/\/products\/.*ticker/, http(200, '{"bid":"1","ask":"1.001"}')),
      'bad_answer',
    ],
    [
      'candles of yesterday',
      'crypto',
      on(/candles/, http(200, JSON.stringify([[1_781_000_000, 1, 3, 2, 2, 1]]))),
      'source_stale',
    ],
    ['no candles', 'crypto', on(/candles/, http(200, '[]')), 'no_data'],
    ['a feed that is down', 'sports', on(injuries, http(500, '')), 'source_failed'],
    [
      'a feed that refuses the key',
      'sports',
      on(injuries, http(401, '{"error":"key"}')),
      'source_failed',
    ],
    ['a feed of another shape', 'sports', on(injuries, http(200, '{"teams":[]}')), 'bad_answer'],
    [
      'a feed of rows that cannot be read',
      'sports',
      on(injuries, http(200, '{"data":[null,7,{"status":"Out"}]}')),
      'bad_answer',
    ],
    [
      'a feed made yesterday',
      'sports',
      on(injuries, http(200, '{"timestamp":"2026-06-14T12:00:00Z","injuries":[]}')),
      'source_stale',
    ],
  ];
  it.each(table)('%s', (_, bad, wrong, code) => {
    const desk = deskAfter(markets, wrong);
    expect(desk.evidenceOf(markets[bad], at)).toEqual({
      evidence: null,
      noSignal: code,
      ageMs: null,
    });
    for (const other of subjects)
      if (other !== bad) expect(desk.evidenceOf(markets[other], at).noSignal, other).toBeNull();
  });

  it.each([
    ['negative fees on the chain', on(/\/stats/, having({ total_fees_btc: -5 })), 'chain_fees_btc'],
    ['a chain that is down', on(/\/stats/, http(500, '')), 'chain_fees_btc'],
    ['fees in words', on(/recommended/, having({ fastestFee: 'fast' })), 'mempool_fee_fastest'],
    ['a sentiment of 169', on(/\/fng/, having({ value: '169' })), 'fear_greed'],
    ['a sentiment that failed', on(/\/fng/, having({ error: 'down' })), 'fear_greed'],
  ] as const)('%s cost the feature and not the evidence', (_, wrong, feature) => {
    const good = deskAfter(markets, () => null).evidenceOf(markets.crypto, at).evidence;
    expect(good?.kind === 'crypto' && good.features[feature]?.value).toBeTypeOf('number');
    const bad = deskAfter(markets, wrong).evidenceOf(markets.crypto, at).evidence;
    expect(bad?.kind).toBe('crypto');
    expect(bad?.kind === 'crypto' && bad.features[feature]).toBeUndefined();
  });

  it('an injury without details is one like any other', () => {
    const desk = deskAfter(
      markets,
      on(injuries, having({ bodyPart: null, note: null, returnDate: null, position: null })),
    );
    expect(desk.evidenceOf(markets.sports, at).noSignal).toBeNull();
  });
});

describe('a bad market', () => {
  const changed = (subject: Subject, over: Partial<ListedMarket>): Three => ({
    ...markets,
    [subject]: { ...markets[subject], ...over },
  });
  const rulesOf = (subject: Subject): string => markets[subject].rulesPrimary;
  const table: readonly (readonly [string, Subject, () => Partial<ListedMarket>, string])[] = [
    ['without rules', 'weather', () => ({ rulesPrimary: '' }), 'not_this_subject'],
    ['without rules', 'crypto', () => ({ rulesPrimary: '' }), 'unknown_rules'],
    ['without rules', 'sports', () => ({ rulesPrimary: '' }), 'unknown_rules'],
    [
      'whose source changed',
      'weather',
      () => ({ settlementSources: [{ name: 'AccuWeather', url: 'https://accuweather.com' }] }),
      'unknown_rules',
    ],
    [
      'whose source changed',
      'crypto',
      () => ({ settlementSources: [{ name: 'Binance', url: 'https://binance.com' }] }),
      'unknown_rules',
    ],
    [
      'that names two days',
      'weather',
      () => ({ rulesPrimary: `${rulesOf('weather')} Not for Jan 3, 2026.` }),
      'unknown_rules',
    ],
    [
      'that closes long after its day',
      'weather',
      () => ({ closeAt: epochMs(markets.weather.closeAt + 5 * 86_400_000) }),
      'unknown_rules',
    ],
    [
      'that is named after the other team',
      'sports',
      () => ({ yesSubTitle: 'Somebody else' }),
      'unknown_rules',
    ],
  ];
  it.each(table)('%s has no signal: %s', (_, subject, over, code) => {
    const asked = changed(subject, over());
    const desk = deskAfter(asked, () => null);
    expect(desk.questions(asked[subject], at)).toEqual([]);
    expect(desk.evidenceOf(asked[subject], at)).toEqual({
      evidence: null,
      noSignal: code,
      ageMs: null,
    });
    for (const other of subjects)
      if (other !== subject) expect(desk.evidenceOf(asked[other], at).noSignal, other).toBeNull();
  });

  it.each(['weather', 'crypto'] as const)(
    'without strikes has no opinion of the %s model, and says why',
    (subject) => {
      const desk = deskAfter(markets, () => null);
      const evidence = desk.evidenceOf(markets[subject], at);
      const saidOf = (over: Partial<ListedMarket>): readonly unknown[] => {
        const market = { ...markets[subject], ...over };
        const [quoted] = eventOf([
          {
            name: market.ticker,
            bid: 4_000,
            ask: priceMax - 5_600,
            strikeType: market.strikeType,
            ...(market.floorStrike === null ? {} : { floor: market.floorStrike }),
            ...(market.capStrike === null ? {} : { cap: market.capStrike }),
          },
        ]);
        if (quoted === undefined) throw new Error('no market');
        const said = opinionSteps({ ...quoted, market, evidence }, at, startingBlend);
        return [said.fair?.model, said.noSignal];
      };
      const none = ['heuristic', 'unknown_rules'];
      expect(saidOf({})).toEqual([subject, null]);
      expect(saidOf({ floorStrike: null, capStrike: null })).toEqual(none);
      expect(saidOf({ strikeType: 'between', floorStrike: 90, capStrike: 80 })).toEqual(none);
      expect(saidOf({ floorStrike: Number.NaN, capStrike: Number.NaN })).toEqual(none);
    },
  );
});
