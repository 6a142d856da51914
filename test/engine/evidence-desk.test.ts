import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.js';
import type { Settings } from '../../src/config/schema.js';
import { epochMs } from '../../src/domain/units.js';
import { evidenceAddresses } from '../../src/engine/evidence-addresses.js';
import { SourcesDesk } from '../../src/engine/evidence-desk.js';
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
});
