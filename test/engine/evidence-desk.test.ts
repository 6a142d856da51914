import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.js';
import type { Settings } from '../../src/config/schema.js';
import type { ListedMarket } from '../../src/domain/market.js';
import { epochMs } from '../../src/domain/units.js';
import { evidenceAddresses } from '../../src/engine/evidence-addresses.js';
import { SourcesDesk } from '../../src/engine/evidence-desk.js';
import type { Outcome } from '../../src/messages/effect.js';
import { pointOf } from '../../src/sources/noaa/stations.js';
import { aListedMarket } from '../support/fixtures.js';

// Goal: a market's evidence is asked where the settings say, and never mixes a simulated world with the real one.
const at = epochMs(Date.UTC(2026, 10, 23, 14));
const settings = (flags: Readonly<Record<string, string>>) => {
  const loaded = loadConfig({ env: {}, file: null, flags });
  if (!loaded.ok) throw new Error(loaded.error[0]?.message);
  return loaded.value.settings;
};
const deskOf = (configured: Settings, speed = 1) =>
  new SourcesDesk({
    addresses: evidenceAddresses(configured),
    point: pointOf(configured.noaaPoint),
    reactions: configured.sportsReactions,
    midAt: () => 0.6,
    speed,
  });
const simulated = {
  kalshiApiBaseUrl: 'http://127.0.0.1:9',
  kalshiWsUrl: 'ws://127.0.0.1:9/trade-api/ws/v2',
};
const local = 'http://127.0.0.1:9/evidence';
const served = {
  noaaBaseUrl: `${local}/noaa`,
  coinbaseBaseUrl: `${local}/spot`,
  krakenBaseUrl: `${local}/spot`,
  blockchainBaseUrl: `${local}/onchain`,
  mempoolBaseUrl: `${local}/onchain`,
  cryptoSentimentApiUrl: `${local}/sentiment/fng/`,
};
const weather = {
  ...aListedMarket('KXHIGHNY-26NOV23-B48.5'),
  vertical: 'weather' as const,
  closeAt: epochMs(Date.UTC(2026, 10, 24, 5)),
  rulesPrimary:
    'If the highest temperature recorded in Central Park, New York for November 23, 2026 as reported by the National Weather Service’s Climatological Report (Daily), is between 48-49°, then the market resolves to Yes.',
  settlementSources: [
    {
      name: 'NWS Climatological Report',
      url: 'https://forecast.weather.gov/product.php?site=OKX&product=CLI&issuedby=NYC',
    },
  ],
};

describe('the sources’ desk', () => {
  it('asks about the station that the rules name, at the configured address', () => {
    const desk = deskOf(settings({}));
    const urls = desk.questions(weather, at).map(({ url }) => url);
    expect(urls[0]).toMatch(/^https:\/\/api\.weather\.gov\/points\/40\.77/);
    expect(desk.evidenceOf(weather, at).evidence).toBeNull();
  });

  it('asks the real world nothing about a simulated one', () => {
    expect(evidenceAddresses(settings(simulated))).toEqual({
      noaa: null,
      nbm: null,
      injuries: null,
      crypto: null,
    });
    const desk = deskOf(settings(simulated));
    expect(desk.questions(weather, at)).toEqual([]);
  });

  it('asks a simulator about its own world', () => {
    const desk = deskOf(settings({ ...simulated, ...served }), 60);
    const urls = desk.questions(weather, at).map(({ url }) => url);
    expect(urls.length).toBeGreaterThan(0);
    expect(urls.every((url) => url.startsWith(`${local}/noaa/`))).toBe(true);
  });

  it('has nothing to ask about other subjects, and says so', () => {
    const desk = deskOf(settings({}));
    const other = { ...weather, vertical: 'other' as const };
    expect(desk.questions(other, at)).toEqual([]);
    expect(desk.evidenceOf(other, at).noSignal).toBe('not_this_subject');
    const vague = { ...weather, rulesPrimary: 'Whatever the temperature may be.' };
    expect(desk.questions(vague, at)).toEqual([]);
    expect(desk.evidenceOf(vague, at).noSignal).not.toBeNull();
  });

  it('takes a failure for what it is, and an answer to nothing for nothing', () => {
    const desk = deskOf(settings({}));
    const [question] = desk.questions(weather, at);
    if (question === undefined) throw new Error('nothing asked');
    const failed = { kind: 'failed', code: 'timeout', sent: true, detail: '' } as const;
    desk.learn(question, failed, at);
    desk.learn({ source: 'noaa', url: 'https://elsewhere/' }, failed, at);
    expect(desk.evidenceOf(weather, at).noSignal).not.toBeNull();
    // Not again at once.
    expect(desk.questions(weather, at).map(({ url }) => url)).not.toContain(question.url);
  });

  it('leaves a point to stand in for a station that nobody knows, and marks its word', () => {
    const desk = deskOf(settings({}));
    const tulsa = {
      ...weather,
      rulesPrimary: weather.rulesPrimary.replace('Central Park, New York', 'Tulsa'),
    };
    const unlisted = {
      ...tulsa,
      settlementSources: [{ name: 'NWS Climatological Report', url: '' }],
    };
    expect(desk.questions(unlisted, at).map(({ url }) => url)).toEqual([
      'https://api.weather.gov/points/39.7456,-97.0892',
    ]);
    expect(desk.aboutOf(unlisted)).toBe('weather point');
    expect(desk.aboutOf(weather)).toBe('weather KNYC');
  });

  it('has the blend’s spread in the evidence, and asks for it only where it may', () => {
    const evening = epochMs(Date.UTC(2026, 10, 23, 3));
    const desk = deskOf(settings({ ...simulated, ...served, nbmBaseUrl: `${local}/nbm` }));
    const answer = (url: string): string => {
      const path = new URL(url).pathname;
      const hours = Array.from({ length: 40 }, (_, n) => ({
        startTime: new Date(evening + n * 3_600_000).toISOString(),
        temperature: 48,
        temperatureUnit: 'F',
      }));
      const links = {
        forecastHourly: `${local}/noaa/gridpoints/OKX/1,1/forecast/hourly`,
        forecastGridData: `${local}/noaa/gridpoints/OKX/1,1`,
      };
      if (path.includes('/points/')) return JSON.stringify({ properties: links });
      if (path.endsWith('/hourly'))
        return JSON.stringify({
          properties: { updateTime: new Date(evening).toISOString(), periods: hours },
        });
      if (!path.endsWith('/mos.json')) return '{}';
      const row = {
        runtime_utc: '2026-11-23T01:00',
        ftime_utc: '2026-11-24T00:00',
        txn: 48,
        xnd: 1.5,
      };
      return JSON.stringify({ data: [row] });
    };
    for (let round = 0; round < 4; round += 1)
      for (const question of desk.questions(weather, evening))
        desk.learn(
          question,
          { kind: 'http', status: 200, path: '', body: answer(question.url) },
          evening,
        );
    expect(desk.evidenceOf(weather, evening).evidence).toMatchObject({
      kind: 'weather',
      sigmaF: 1.5,
    });
    const without = deskOf(settings({ ...simulated, ...served }));
    expect(without.questions(weather, evening).some(({ url }) => url.includes('mos.json'))).toBe(
      false,
    );
  });

  describe('about a game', () => {
    const game = {
      ...aListedMarket('KXNFLGAME-26NOV23BUFMIA-MIA'),
      vertical: 'sports' as const,
      yesSubTitle: 'Miami',
      rulesPrimary:
        'If Miami wins the Buffalo at Miami pro football game originally scheduled for Nov 23, 2026, then the market resolves to Yes.',
    };
    const feed = {
      sportsInjuryApiUrl: 'https://feed.example/injuries',
      sportsReactions: 'NFL=0.8/120',
    };
    const page = (status: string, reportedAt: number, next: string | null = null): Outcome => ({
      kind: 'http',
      status: 200,
      path: '',
      body: JSON.stringify({
        data: [
          {
            league: 'NFL',
            team: 'Miami Dolphins',
            playerName: 'A. Back',
            position: 'RB',
            status,
            reportedAt,
            details: null,
          },
        ],
        meta: { next_cursor: next },
      }),
    });
    const minute = 60_000;
    const asked = (desk: SourcesDesk, market: ListedMarket, when: number) =>
      desk.questions(market, epochMs(when)).map(({ url }) => url);

    it('asks one feed for all of them, again when it is a minute old, and nothing without one', () => {
      const desk = deskOf(settings(feed));
      const other = {
        ...game,
        rulesPrimary: game.rulesPrimary.replaceAll('football', 'basketball'),
      };
      expect(asked(desk, game, at)).toEqual(['https://feed.example/injuries']);
      expect(asked(desk, other, at)).toEqual(asked(desk, game, at));
      expect(desk.aboutOf(other)).toBe(desk.aboutOf(game));
      desk.learn({ source: 'injuries', url: 'https://feed.example/injuries' }, page('Out', at), at);
      expect(asked(desk, game, at + minute - 1)).toEqual([]);
      expect(asked(desk, game, at + minute)).toEqual(['https://feed.example/injuries']);
      const silent = deskOf(settings({}));
      expect(asked(silent, game, at)).toEqual([]);
      expect(silent.evidenceOf(game, at)).toMatchObject({ evidence: null, noSignal: 'not_asked' });
    });

    it('tells a change from no change, and gives both times, the price before and the age', () => {
      const desk = deskOf(settings(feed), 60);
      const question = { source: 'injuries', url: 'https://feed.example/injuries' } as const;
      const poll = (when: number, outcome: Outcome): string | null => {
        desk.questions(game, epochMs(when));
        return desk.learn(question, outcome, epochMs(when));
      };
      expect(desk.evidenceOf(game, at).noSignal).toBe('not_asked');
      expect(poll(at, page('Questionable', at - minute))).toBeNull();
      expect(poll(at + minute, page('Questionable', at - minute))).toBeNull();
      expect(poll(at + 2 * minute, page('Out', at + minute + 5))).toBe(desk.aboutOf(game));
      expect(desk.evidenceOf(game, epochMs(at + 3 * minute))).toEqual({
        evidence: {
          kind: 'sports',
          changes: [
            {
              team: 'Miami Dolphins',
              player: 'A. Back',
              position: 'RB',
              from: 'questionable',
              to: 'out',
              reportedAt: at + minute + 5,
              seenAt: at + 2 * minute,
              midBefore: 0.6,
            },
          ],
          reactions: [
            { league: 'NFL', position: null, beta: 0.8, betaError: 0.5, halfLifeMs: 120_000 },
          ],
        },
        noSignal: null,
        ageMs: 1_000,
      });
      expect(desk.evidenceOf(game, epochMs(at + 18 * minute)).noSignal).toBe('source_stale');
    });

    it('reads a feed of pages, and stops at the most that it reads', () => {
      const desk = deskOf(settings(feed));
      const urls: string[] = [];
      for (let n = 1; n < 40; n += 1)
        for (const question of desk.questions(game, at)) {
          urls.push(question.url);
          desk.learn(question, page('Out', at, `c${n}`), at);
        }
      expect(urls).toHaveLength(10);
      expect(urls[1]).toBe('https://feed.example/injuries?cursor=c1');
      expect(desk.evidenceOf(game, at).noSignal).toBe('source_failed');
    });
  });
});
