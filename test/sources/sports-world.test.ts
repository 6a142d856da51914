import { describe, expect, it } from 'vitest';
import type { ListedMarket } from '../../src/domain/market.js';
import { epochMs } from '../../src/domain/units.js';
import type { Outcome } from '../../src/messages/effect.js';
import type { League, SportsReaction } from '../../src/messages/evidence.js';
import {
  type InjuriesKnown,
  type InjuriesRequest,
  injuriesKnownAfter,
  injuryRequests,
  noInjuriesKnown,
  sportsEvidence,
} from '../../src/sources/injuries/injuries-known.js';
import { sports } from '../../src/valuation/sports.js';
import { type SportsTerms, sportsTerms } from '../../src/valuation/sports-terms.js';
import { Driver } from '../simulator/world-driver.js';
import { eventOf, listed } from '../valuation/sample.js';

// Goal: from the rules of a game to a shifted probability, over two forms of the injury feed; silence by default.

const minuteMs = 60_000;
const originMs = Date.parse('2026-06-15T14:00:00Z');
/** As measured on these worlds' quoting agents, who take some three minutes to hear of a report. */
const measured = (['NFL', 'NBA', 'MLB'] as const).map(
  (league): SportsReaction => ({
    league,
    position: null,
    beta: 0.8,
    betaError: 0.5,
    halfLifeMs: 180_000,
  }),
);

type PastMid = { readonly at: number; readonly mid: number };

type Game = { readonly market: ListedMarket; readonly terms: SportsTerms };

function gamesOf(driver: Driver): Game[] {
  return [...driver.open].flatMap((ticker) => {
    const sim = driver.markets.get(ticker);
    if (sim === undefined || !/^KX(?:NFL|NBA|MLB|WTA|ATP)/.test(ticker)) return [];
    const market = listed(ticker, {
      rulesPrimary: sim.rulesPrimary,
      yesSubTitle: sim.yesSubTitle,
      strikeType: 'structured',
      vertical: 'sports',
    });
    const terms = sportsTerms(market);
    expect(terms.ok).toBe(!/^KX(?:WTA|ATP)/.test(ticker));
    return terms.ok ? [{ market, terms: terms.value }] : [];
  });
}

function polled(
  driver: Driver,
  address: string,
  known: InjuriesKnown,
  leagues: Set<League>,
): InjuriesKnown {
  const at = epochMs(driver.nowMs);
  const answer = ({ source, url }: InjuriesRequest): Outcome => {
    const { pathname, searchParams } = new URL(url);
    const reply = driver.world.evidence(source, pathname, searchParams, at);
    return { kind: 'http', status: reply?.status ?? 404, path: url, body: reply?.body ?? '' };
  };
  return injuryRequests(address, leagues, known, at).reduce(
    (after, request) => injuriesKnownAfter(after, request, answer(request), at),
    known,
  );
}

describe.each([
  ['the generic form', 'http://world/injuries'],
  ['the form of a sports site', 'http://world/apis/site/v2/sports/{sport}/{league}/injuries'],
])('injuries of a simulated world, in %s', (_, address) => {
  it('become changes, and with a measured reaction a better price', () => {
    const driver = new Driver({ seed: 7, originMs, markets: 400, agentLag: 1 });
    const mids = new Map<string, PastMid[]>();
    let known = noInjuriesKnown;
    const misses = { fair: 0, mid: 0, count: 0, silent: 0 };
    for (let now = originMs; now < originMs + 8 * 60 * minuteMs; now += minuteMs) {
      driver.runTo(now);
      const at = epochMs(now);
      const games = gamesOf(driver);
      known = polled(driver, address, known, new Set(games.map(({ terms }) => terms.league)));
      for (const { market, terms } of games) {
        const { bid, ask } = driver.touch(market.ticker);
        if (bid <= 0 || ask >= 10_000) continue;
        const mid = (bid + ask) / 20_000;
        const past = mids.get(market.ticker) ?? [];
        mids.set(market.ticker, [...past.slice(-10), { at, mid }]);
        const evidence = sportsEvidence(address, terms, known, at, {
          reactions: measured,
          midAt: (moment) => past.findLast((one) => one.at <= moment)?.mid ?? null,
        });
        if (!evidence.ok) throw new Error(`${market.ticker}: ${evidence.error}`);
        if (evidence.value.changes.length === 0) continue;
        const [quoted] = eventOf([{ name: market.ticker, bid, ask }]);
        if (quoted === undefined) throw new Error('no market');
        const selected = { ...quoted, market };
        const silent = sports(selected, { ...evidence.value, reactions: [] }, at);
        expect(silent.ok).toBe(false);
        misses.silent += 1;
        const fair = sports(selected, evidence.value, at);
        const truth = driver.world.truth(market.ticker, now);
        if (!fair.ok || truth === null) continue;
        misses.count += 1;
        misses.fair += Math.abs(fair.value.fair - truth);
        misses.mid += Math.abs(mid - truth);
      }
    }
    const per = (sum: number): string => (sum / misses.count).toFixed(4);
    console.log(
      `sports, ${address}: ${misses.count} prices after a report, off by ${per(misses.fair)} shifted and ${per(misses.mid)} as quoted; by default silent ${misses.silent} times`,
    );
    expect(known.changes.length).toBeGreaterThan(5);
    expect(misses.count).toBeGreaterThan(5);
    expect(misses.fair).toBeLessThan(misses.mid);
  });
});
