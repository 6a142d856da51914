import {
  DAY,
  EASTERN,
  HOUR,
  local,
  MINUTE,
  SECOND,
  textDate,
  tickerDate,
  tickerTime,
} from './calendar.js';
import { between, stream } from './draws.js';
import { type Game, makeGame } from './games.js';
import { activity, LINEAR, liquidity } from './listing.js';
import type { EventPlan, Line, MarketPlan } from './plan.js';
import { LEAGUES, type League } from './teams.js';
import type { SimSeries } from './types.js';

/** Winners of games, two markets each. Every third line plays short gaps, so that results keep coming. */
export type Sports = {
  readonly lines: (count: number) => Line[];
  /** Games whose listing is open at `ms`, as far as lines were asked for. */
  readonly openGames: (ms: number) => readonly Game[];
};

type Slot = {
  readonly index: number;
  readonly league: League;
  readonly pair: number;
  readonly short: boolean;
  /** Ends of the games so far, by number. */
  readonly ends: number[];
  readonly games: Map<number, Game>;
};

/** The most games that can be open together: every pair of neighbours plays one. */
export const GAMES_MAX = LEAGUES.reduce((sum, league) => sum + league.sides.length / 2, 0);

export function makeSports(seed: number, originMs: number): Sports {
  const slots: Slot[] = [];

  function endOf(slot: Slot, n: number): number {
    const of = stream(seed, `schedule/${slot.index}`);
    const length = slot.league.durationHours * HOUR;
    const grid = 5 * MINUTE;
    for (let i = slot.ends.length; i <= n; i += 1) {
      const before = slot.ends[i - 1];
      const first = slot.short ? between(of, 0, 0.25, 1.95) : between(of, 0, 2.5, 50);
      const gap = slot.short ? between(of, i, 0.2, 1.5) : between(of, i, 24, 50);
      const end = before === undefined ? originMs + first * HOUR : before + length + gap * HOUR;
      slot.ends.push(Math.ceil(end / grid) * grid);
    }
    return slot.ends[n] ?? originMs;
  }

  function gameOf(slot: Slot, n: number): Game {
    const found = slot.games.get(n);
    if (found !== undefined) return found;
    const { sides } = slot.league;
    const one = sides[slot.pair * 2];
    const other = sides[slot.pair * 2 + 1];
    if (one === undefined || other === undefined) throw new Error('a game needs two sides');
    const pair = n % 2 === 0 ? ([one, other] as const) : ([other, one] as const);
    const made = makeGame(seed, `${slot.index}/${n}`, slot.league, pair, endOf(slot, n));
    slot.games.set(n, made);
    slot.games.delete(n - 3);
    return made;
  }

  function lines(count: number): Line[] {
    for (let i = slots.length; i < Math.min(count, GAMES_MAX); i += 1) {
      const taken = (league: League): number => slots.filter((s) => s.league === league).length;
      const free = LEAGUES.filter((league) => taken(league) < league.sides.length / 2);
      const league = free[i % free.length];
      if (league === undefined) break;
      const short = i % 3 === 1 && league.code !== 'NFL';
      slots.push({ index: i, league, pair: taken(league), short, ends: [], games: new Map() });
    }
    return slots.map((slot) => ({
      id: `game/${slot.index}`,
      first: 0,
      stride: 1,
      plan: (n) => {
        const openMs = n === 0 ? originMs - 20 * HOUR : endOf(slot, n - 1);
        return planGame(seed, gameOf(slot, n), openMs);
      },
    }));
  }

  return {
    lines,
    openGames: (ms) =>
      slots.map((slot) => {
        let n = 0;
        while (endOf(slot, n) < ms) n += 1;
        return gameOf(slot, n);
      }),
  };
}

function planGame(seed: number, game: Game, openMs: number): EventPlan {
  const { league, home, away, startMs, endMs } = game;
  const at = local(startMs, EASTERN);
  const time = league.code === 'NFL' ? '' : tickerTime(startMs, EASTERN, true);
  const ticker = `${league.series}-${tickerDate(at)}${time}${away[0]}${home[0]}`;
  const of = stream(seed, `sports/${ticker}`);
  const versus = `${away[1]} ${league.sport === 'Tennis' ? 'vs' : 'at'} ${home[1]}`;
  const title = `${versus} Winner?`;
  const kindOfGame = league.title.replace(/^Pro/, 'pro');
  const series: SimSeries = {
    ticker: league.series,
    title: league.title,
    category: 'Sports',
    tags: [league.sport],
    frequency: 'custom',
    settlementSources: [{ name: league.code, url: `https://www.${league.code.toLowerCase()}.com` }],
    feeType: league.code === 'NFL' ? 'quadratic_with_maker_fees' : 'quadratic',
    feeMultiplier: 1,
    exchangeIndex: league.exchangeIndex,
  };
  const side = (n: number): MarketPlan => {
    const [code, name] = n === 0 ? home : away;
    const kind = liquidity(of, n);
    return {
      low: n === 0 ? 0 : Number.NEGATIVE_INFINITY,
      high: n === 0 ? Number.POSITIVE_INFINITY : 0,
      liquidity: kind,
      market: {
        ticker: `${ticker}-${code}`,
        eventTicker: ticker,
        title,
        yesSubTitle: name,
        strikeType: 'structured',
        floorStrike: null,
        capStrike: null,
        customStrike: { [league.competitor]: n === 0 ? game.homeId : game.awayId },
        rulesPrimary: `If ${name} wins the ${versus} ${kindOfGame} originally scheduled for ${textDate(at)}, then the market resolves to Yes.`,
        rulesSecondary:
          'If the game is postponed, the market remains open and closes after the rescheduled game has finished (within two weeks). Injury reports do not change the terms.',
        openMs,
        closeMs: endMs + 14 * DAY,
        expectedExpirationMs: endMs,
        settlementTimerSeconds: 60,
        ...LINEAR,
        ...activity(of, 100 + n, kind),
        exchangeIndex: league.exchangeIndex,
        provisional: false,
        multivariate: false,
      },
    };
  };
  return {
    vertical: 'sports',
    series,
    event: {
      ticker,
      seriesTicker: league.series,
      title: versus,
      subTitle: `${versus} (${at.monthName} ${at.day})`,
      category: 'Sports',
      mutuallyExclusive: true,
      strikeDateMs: startMs,
      exchangeIndex: league.exchangeIndex,
    },
    markets: [side(0), side(1)],
    openMs,
    endMs,
    determineMs: endMs + Math.round(between(of, 900, 60, 150)) * SECOND,
    latent: {
      at: game.known,
      final: game.final,
      print: (final) => (final >= 0 ? home[1] : away[1]),
    },
    lookMs: 3 * MINUTE,
    lagMs: 3 * MINUTE,
  };
}
