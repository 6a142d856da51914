import { DAY, EASTERN, HOUR, local, MINUTE, textDate, tickerDate } from './calendar.js';
import { between, normal, pick, type Stream, stream, uuid } from './draws.js';
import { knowledge, makeWalk } from './latent.js';
import { activity, DECI, LINEAR, liquidity } from './listing.js';
import type { EventPlan, Line, MarketPlan } from './plan.js';
import type { SimMarket, SimSeries } from './types.js';

/** Markets outside of the supported verticals, and the two kinds that a scan must drop: combos and provisional ones. */

type Topic = {
  readonly series: string;
  readonly title: string;
  readonly category: string;
  readonly source: readonly [name: string, url: string];
  readonly feeType: SimSeries['feeType'];
  readonly feeMultiplier: number;
  readonly unit: string;
  readonly middle: number;
  readonly sd: number;
  readonly rung: number;
  readonly digits: number;
  readonly days: readonly [number, number];
};

// biome-ignore format: a table reads better as one
const TOPICS: readonly Topic[] = [
  { series: 'KXCPIYOY', title: 'CPI year over year', category: 'Economics', source: ['Bureau of Labor Statistics', 'https://www.bls.gov'], feeType: 'quadratic', feeMultiplier: 1, unit: '%', middle: 2.9, sd: 0.2, rung: 0.1, digits: 1, days: [8, 30] },
  { series: 'KXPAYROLLS', title: 'Jobs added', category: 'Economics', source: ['Bureau of Labor Statistics', 'https://www.bls.gov'], feeType: 'quadratic', feeMultiplier: 1, unit: '', middle: 90_000, sd: 45_000, rung: 20_000, digits: 0, days: [4, 28] },
  { series: 'KXINXU', title: 'S&P 500 at close', category: 'Financials', source: ['S&P Dow Jones Indices', 'https://www.spglobal.com'], feeType: 'quadratic', feeMultiplier: 0.5, unit: '', middle: 6_840, sd: 70, rung: 25, digits: 2, days: [1, 4] },
  { series: 'KXNASDAQ100U', title: 'Nasdaq-100 at close', category: 'Financials', source: ['Nasdaq', 'https://www.nasdaq.com'], feeType: 'quadratic', feeMultiplier: 0.5, unit: '', middle: 25_200, sd: 320, rung: 100, digits: 2, days: [1, 4] },
  { series: 'KXFED', title: 'Fed funds upper bound', category: 'Economics', source: ['Federal Reserve', 'https://www.federalreserve.gov'], feeType: 'quadratic_with_maker_fees', feeMultiplier: 1, unit: '%', middle: 3.5, sd: 0.22, rung: 0.25, digits: 2, days: [12, 45] },
  { series: 'KXAAAGASM', title: 'US gas price', category: 'Economics', source: ['AAA', 'https://gasprices.aaa.com'], feeType: 'quadratic', feeMultiplier: 1, unit: '$', middle: 3.12, sd: 0.08, rung: 0.04, digits: 3, days: [3, 20] },
  { series: 'KXAPRPOTUS', title: 'Presidential approval', category: 'Politics', source: ['Silver Bulletin', 'https://www.natesilver.net'], feeType: 'quadratic', feeMultiplier: 1, unit: '%', middle: 41.5, sd: 0.9, rung: 0.5, digits: 1, days: [2, 12] },
  { series: 'KXSENATESEATS', title: 'Senate seats', category: 'Elections', source: ['The Associated Press', 'https://apnews.com'], feeType: 'quadratic_with_maker_fees', feeMultiplier: 1, unit: '', middle: 51, sd: 2, rung: 1, digits: 0, days: [40, 60] },
  { series: 'KXRTMOVIE', title: 'Film score', category: 'Entertainment', source: ['Rotten Tomatoes', 'https://www.rottentomatoes.com'], feeType: 'quadratic', feeMultiplier: 1, unit: '', middle: 72, sd: 8, rung: 5, digits: 0, days: [2, 14] },
  { series: 'KXSPOTSTREAMGLOBAL', title: 'Daily streams of the top song', category: 'Entertainment', source: ['Spotify', 'https://charts.spotify.com'], feeType: 'quadratic', feeMultiplier: 1, unit: '', middle: 7_200_000, sd: 300_000, rung: 150_000, digits: 0, days: [1, 6] },
];

/** Markets of one ladder. */
export const RUNGS_PER_TOPIC = 8;

/** Ladder number `i` of the listing, with `rungs` markets. */
export function topicLine(seed: number, originMs: number, i: number, rungs: number): Line {
  const topic = TOPICS[i % TOPICS.length];
  if (topic === undefined) throw new Error('there is no topic');
  const round = Math.floor(i / TOPICS.length);
  const ends: number[] = [];
  const of = stream(seed, `topic/${i}`);
  /** Lines of the same topic end in different minutes, so that no two events share a name. */
  const endOf = (n: number): number => {
    for (let k = ends.length; k <= n; k += 1) {
      const days = between(of, k, topic.days[0], topic.days[1]);
      const end = (ends[k - 1] ?? originMs) + days * DAY;
      ends.push(Math.ceil(end / HOUR) * HOUR + round * MINUTE);
    }
    return ends[n] ?? originMs;
  };
  return {
    id: `topic/${i}`,
    first: 0,
    stride: 1,
    plan: (n) => {
      const openMs = n === 0 ? originMs - 2 * DAY : endOf(n - 1);
      return planTopic(seed, topic, `${i}/${n}`, round, openMs, endOf(n), rungs);
    },
  };
}

function planTopic(
  seed: number,
  topic: Topic,
  name: string,
  round: number,
  openMs: number,
  endMs: number,
  rungs: number,
): EventPlan {
  const of = stream(seed, `topic/${name}`);
  const date = local(endMs, EASTERN);
  const ticker = `${topic.series}-${tickerDate(date)}${round === 0 ? '' : `R${round}`}`;
  const start = topic.middle + topic.sd * normal(of, 0);
  const walk = makeWalk(seed, `topic/${name}/walk`, start, topic.sd, openMs, endMs, 20 * MINUTE);
  const series: SimSeries = {
    ticker: topic.series,
    title: topic.title,
    category: topic.category,
    tags: [],
    frequency: 'custom',
    settlementSources: [{ name: topic.source[0], url: topic.source[1] }],
    feeType: topic.feeType,
    feeMultiplier: topic.feeMultiplier,
    exchangeIndex: 0,
  };
  const unit = 10 ** -topic.digits;
  const middle = Math.round(start / topic.rung) - Math.floor(rungs / 2);
  const markets = Array.from({ length: rungs }, (_, n): MarketPlan => {
    const floor = Number(((middle + n) * topic.rung).toFixed(topic.digits));
    const kind = liquidity(of, 10 + n);
    return {
      low: floor + unit / 2,
      high: Number.POSITIVE_INFINITY,
      liquidity: kind,
      market: {
        ...blank(ticker, `T${floor}`, openMs, endMs),
        title: `Will ${topic.title} be above ${floor}${topic.unit} on ${textDate(date)}?`,
        yesSubTitle: `Above ${floor}${topic.unit}`,
        strikeType: 'greater',
        floorStrike: floor,
        rulesPrimary: `If ${topic.title} for ${textDate(date)} is above ${floor}${topic.unit} according to ${topic.source[0]}, then the market resolves to Yes.`,
        ...activity(of, 100 + n, kind),
      },
    };
  });
  return {
    vertical: 'other',
    series,
    event: {
      ticker,
      seriesTicker: topic.series,
      title: `${topic.title} on ${textDate(date)}?`,
      subTitle: `On ${textDate(date)}`,
      category: topic.category,
      mutuallyExclusive: false,
      strikeDateMs: endMs,
      exchangeIndex: 0,
    },
    markets,
    openMs,
    endMs,
    determineMs: endMs + 5 * MINUTE,
    latent: {
      at: (ms) => knowledge(walk, ms),
      final: () => Number(walk.final().toFixed(topic.digits)),
      print: (final) => final.toFixed(topic.digits),
    },
    lookMs: 9 * MINUTE,
    lagMs: 5 * MINUTE,
  };
}

/** A single market on whether something happens: a combination of games, or a market that is still provisional. */
export function singleLine(
  seed: number,
  originMs: number,
  i: number,
  kind: 'combo' | 'provisional' | 'plain',
): Line {
  const of = stream(seed, `single/${kind}/${i}`);
  const gap = kind === 'combo' ? [5, 60] : [24, 400];
  const ends: number[] = [];
  const endOf = (n: number): number => {
    for (let k = ends.length; k <= n; k += 1) {
      const end = (ends[k - 1] ?? originMs) + between(of, k, gap[0] ?? 5, gap[1] ?? 60) * HOUR;
      ends.push(Math.ceil(end / MINUTE) * MINUTE);
    }
    return ends[n] ?? originMs;
  };
  return {
    id: `single/${kind}/${i}`,
    first: 0,
    stride: 1,
    plan: (n) => {
      const openMs = n === 0 ? originMs - 6 * HOUR : endOf(n - 1);
      return planSingle(seed, kind, `${kind}/${i}/${n}`, openMs, endOf(n));
    },
  };
}

const QUESTIONS = [
  ['KXHEADLINE', 'a bill on permitting pass the Senate', 'Politics'],
  ['KXLAUNCH', 'the next heavy rocket launch on schedule', 'Science and Technology'],
  ['KXTOPSONG', 'the number one song change this week', 'Entertainment'],
  ['KXSTRIKE', 'a national rail strike begin', 'Economics'],
] as const;

function planSingle(
  seed: number,
  kind: 'combo' | 'provisional' | 'plain',
  name: string,
  openMs: number,
  endMs: number,
): EventPlan {
  const of = stream(seed, `single/${name}`);
  const combo = kind === 'combo';
  const date = local(endMs, EASTERN);
  const question = QUESTIONS[pick(of, 1, QUESTIONS.length)] ?? QUESTIONS[0];
  const seriesTicker = combo ? 'KXMVESPORTSMULTIGAMEEXTENDED' : question[0];
  const id = uuid(of, 2).slice(0, 8).toUpperCase();
  const ticker = combo
    ? `${seriesTicker}-S${tickerDate(date)}${id}`
    : `${seriesTicker}-${tickerDate(date)}${id}`;
  const walk = makeWalk(
    seed,
    `single/${name}/walk`,
    normal(of, 3) * 0.9 - (combo ? 1.2 : 0),
    1,
    openMs,
    endMs,
    20 * MINUTE,
  );
  const level = liquidity(of, 4);
  const shard = combo ? 1 : 0;
  const series: SimSeries = {
    ticker: seriesTicker,
    title: combo ? 'Multi-game combos' : question[1],
    category: combo ? 'Exotics' : question[2],
    tags: [],
    frequency: 'custom',
    settlementSources: [{ name: 'The Associated Press', url: 'https://apnews.com' }],
    feeType: 'quadratic',
    feeMultiplier: 1,
    exchangeIndex: shard,
  };
  const title = combo
    ? `yes ${pickTeam(of, 5)} wins,yes ${pickTeam(of, 6)} wins,yes Over ${180 + pick(of, 7, 60)}.5 points scored`
    : `Will ${question[1]} by ${textDate(date)}?`;
  const market: SimMarket = {
    ...blank(ticker, combo ? id.slice(0, 6) : 'YES', openMs, endMs),
    title,
    yesSubTitle: combo ? title : 'Yes',
    strikeType: 'structured',
    customStrike: { event: uuid(of, 8) },
    rulesPrimary: `If ${title.replace(/\?$/, '')}, then the market resolves to Yes.`,
    ...(combo ? DECI : LINEAR),
    ...activity(of, 100, level),
    exchangeIndex: shard,
    provisional: kind === 'provisional',
    multivariate: combo,
  };
  return {
    vertical: 'other',
    series,
    event: {
      ticker,
      seriesTicker,
      title,
      subTitle: textDate(date),
      category: series.category,
      mutuallyExclusive: false,
      strikeDateMs: endMs,
      exchangeIndex: shard,
    },
    markets: [{ market, liquidity: level, low: 0, high: Number.POSITIVE_INFINITY }],
    openMs,
    endMs,
    determineMs: endMs + 5 * MINUTE,
    latent: {
      at: (ms) => knowledge(walk, ms),
      final: walk.final,
      print: (final) => (final >= 0 ? 'Yes' : 'No'),
    },
    lookMs: 9 * MINUTE,
    lagMs: 5 * MINUTE,
  };
}

const pickTeam = (of: Stream, n: number): string =>
  ['New York', 'Boston', 'Denver', 'Miami', 'Chicago', 'Seattle'][pick(of, n, 6)] ?? 'Boston';

/** What all markets of this file have in common. */
function blank(event: string, suffix: string, openMs: number, endMs: number): SimMarket {
  return {
    ticker: `${event}-${suffix}`,
    eventTicker: event,
    title: '',
    yesSubTitle: '',
    strikeType: 'structured',
    floorStrike: null,
    capStrike: null,
    customStrike: null,
    rulesPrimary: '',
    rulesSecondary: 'See the full contract terms for what happens when no value is published.',
    openMs,
    closeMs: endMs,
    expectedExpirationMs: endMs + HOUR,
    settlementTimerSeconds: 120,
    ...LINEAR,
    volume: 0,
    volume24h: 0,
    openInterest: 0,
    exchangeIndex: 0,
    provisional: false,
    multivariate: false,
  };
}
