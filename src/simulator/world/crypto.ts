import {
  clockText,
  EASTERN,
  HOUR,
  type Local,
  local,
  MINUTE,
  SECOND,
  textDate,
  tickerDate,
  tickerTime,
  two,
} from './calendar.js';
import { type Stream, stream } from './draws.js';
import { activity, LINEAR, liquidity, TAPERED } from './listing.js';
import type { EventPlan, Line, MarketPlan } from './plan.js';
import { averageKnowledge, COINS, type Coin, makeSpot, roundTo, type Spot } from './spot.js';
import type { SimMarket, SimSeries } from './types.js';

/** Hourly ladders and ranges and quarter-hour up/down on coin prices. All settle on the average of the last minute. */
export type Crypto = {
  readonly spot: (symbol: string) => Spot | null;
  /** Ladders and ranges that are open `leads` hours ahead at any time, nearest hour first, then up/down. */
  readonly lines: (leads: number) => Line[];
};

const LADDER_RUNGS = 18;
const RANGE_BRACKETS = 10;
const LADDER_COINS = ['BTC', 'ETH', 'SOL'];
const RANGE_COINS = ['BTC', 'ETH'];
const UP_DOWN_COINS = ['BTC', 'ETH', 'SOL', 'XRP'];

export function makeCrypto(seed: number, originMs: number): Crypto {
  const spots = new Map<string, Spot>(
    COINS.map((coin) => [coin.symbol, makeSpot(seed, coin, originMs - 12 * HOUR)]),
  );
  const spotOf = (coin: Coin): Spot => {
    const spot = spots.get(coin.symbol);
    if (spot === undefined) throw new Error(`no path for ${coin.symbol}`);
    return spot;
  };
  const listed = (symbols: readonly string[]): Coin[] =>
    COINS.filter((coin) => symbols.includes(coin.symbol));

  function lines(leads: number): Line[] {
    const made: Line[] = [];
    const nextHour = Math.floor((originMs + 3 * MINUTE) / HOUR) + 1;
    const nextQuarter = Math.floor((originMs + MINUTE) / (15 * MINUTE)) + 1;
    for (const coin of listed(UP_DOWN_COINS)) {
      made.push({
        id: `updown/${coin.symbol}`,
        first: nextQuarter,
        stride: 1,
        plan: (n) => planUpDown(seed, coin, spotOf(coin), n * 15 * MINUTE),
      });
    }
    for (let lead = 0; lead < leads; lead += 1) {
      for (const coin of listed(LADDER_COINS)) {
        made.push({
          id: `ladder/${coin.symbol}/${lead}`,
          first: nextHour + lead,
          stride: leads,
          plan: (n) => planLadder(seed, coin, spotOf(coin), n * HOUR, leads),
        });
      }
      for (const coin of listed(RANGE_COINS)) {
        made.push({
          id: `range/${coin.symbol}/${lead}`,
          first: nextHour + lead,
          stride: leads,
          plan: (n) => planRange(seed, coin, spotOf(coin), n * HOUR, leads),
        });
      }
    }
    return made;
  }

  return { spot: (symbol) => spots.get(symbol) ?? null, lines };
}

function seriesOf(ticker: string, title: string, frequency: string): SimSeries {
  return {
    ticker,
    title,
    category: 'Crypto',
    tags: ['Crypto', frequency === 'hourly' ? 'Hourly' : '15 min'],
    frequency,
    settlementSources: [{ name: 'CF Benchmarks', url: 'https://www.cfbenchmarks.com' }],
    feeType: 'quadratic',
    feeMultiplier: 1,
    exchangeIndex: 2,
  };
}

type Common = {
  readonly coin: Coin;
  readonly spot: Spot;
  readonly series: SimSeries;
  readonly ticker: string;
  readonly at: Local;
  readonly openMs: number;
  readonly endMs: number;
  readonly of: Stream;
};

function hourly(
  seed: number,
  coin: Coin,
  spot: Spot,
  endMs: number,
  leads: number,
  suffix: string,
): Common {
  const at = local(endMs, EASTERN);
  const seriesTicker = `KX${coin.symbol}${suffix}`;
  const ticker = `${seriesTicker}-${tickerDate(at)}${tickerTime(endMs, EASTERN, false)}`;
  return {
    coin,
    spot,
    series: seriesOf(
      seriesTicker,
      `${coin.name} price ${suffix === 'D' ? 'above/below' : 'range'}`,
      'hourly',
    ),
    ticker,
    at,
    openMs: endMs - leads * HOUR,
    endMs,
    of: stream(seed, `crypto/${ticker}`),
  };
}

function planLadder(seed: number, coin: Coin, spot: Spot, endMs: number, leads: number): EventPlan {
  const common = hourly(seed, coin, spot, endMs, leads, 'D');
  const { at, ticker, openMs } = common;
  const middle = Math.round(spot.at(openMs) / coin.rung);
  const unit = 10 ** -coin.digits;
  const markets = Array.from({ length: LADDER_RUNGS }, (_, n) => {
    const shown = roundTo((middle - LADDER_RUNGS / 2 + 0.5 + n + 0.5) * coin.rung, coin.digits);
    const strike = roundTo(shown - unit, coin.digits);
    return market(common, n, {
      suffix: `T${strike}`,
      title: `${coin.name} price on ${textDate(at)} at ${clockText(at)}?`,
      yesSubTitle: `$${money(shown, coin)} or above`,
      strikeType: 'greater',
      floorStrike: strike,
      capStrike: null,
      rule: `above ${strike}`,
      low: strike + unit / 2,
      high: Infinity,
    });
  });
  return plan(common, markets, false, `${coin.name} price at ${clockText(at)}?`, ticker);
}

function planRange(seed: number, coin: Coin, spot: Spot, endMs: number, leads: number): EventPlan {
  const common = hourly(seed, coin, spot, endMs, leads, '');
  const { at, ticker, openMs } = common;
  const unit = 10 ** -coin.digits;
  const start = (Math.round(spot.at(openMs) / coin.width) - RANGE_BRACKETS / 2) * coin.width;
  const markets = Array.from({ length: RANGE_BRACKETS + 2 }, (_, n) => {
    const floor = roundTo(start + (n - 1) * coin.width, coin.digits);
    const cap = roundTo(floor + coin.width - unit, coin.digits);
    const title = `${coin.name} price range on ${textDate(at)} at ${clockText(at)}?`;
    if (n === 0) {
      const edge = roundTo(start, coin.digits);
      return market(common, n, {
        suffix: `T${edge}`,
        title,
        yesSubTitle: `$${money(roundTo(edge - unit, coin.digits), coin)} or below`,
        strikeType: 'less',
        floorStrike: null,
        capStrike: edge,
        rule: `below ${edge}`,
        low: -Infinity,
        high: edge - unit / 2,
      });
    }
    if (n === RANGE_BRACKETS + 1) {
      const edge = roundTo(floor - unit, coin.digits);
      return market(common, n, {
        suffix: `T${edge}`,
        title,
        yesSubTitle: `$${money(floor, coin)} or above`,
        strikeType: 'greater',
        floorStrike: edge,
        capStrike: null,
        rule: `above ${edge}`,
        low: edge + unit / 2,
        high: Infinity,
      });
    }
    return market(common, n, {
      suffix: `B${roundTo(floor + coin.width / 2, coin.digits)}`,
      title,
      yesSubTitle: `$${money(floor, coin)} to ${money(cap, coin)}`,
      strikeType: 'between',
      floorStrike: floor,
      capStrike: cap,
      rule: `between ${floor}-${cap}`,
      low: floor - unit / 2,
      high: cap + unit / 2,
    });
  });
  return plan(common, markets, true, `${coin.name} price range at ${clockText(at)}?`, ticker);
}

function planUpDown(seed: number, coin: Coin, spot: Spot, endMs: number): EventPlan {
  const at = local(endMs, EASTERN);
  const seriesTicker = `KX${coin.symbol}15M`;
  const ticker = `${seriesTicker}-${tickerDate(at)}${tickerTime(endMs, EASTERN, true)}`;
  const openMs = endMs - 15 * MINUTE;
  const common: Common = {
    coin,
    spot,
    series: seriesOf(seriesTicker, `${coin.name} up or down in 15 minutes`, 'fifteen_min'),
    ticker,
    at,
    openMs,
    endMs,
    of: stream(seed, `crypto/${ticker}`),
  };
  const strike = roundTo(spot.average(endMs - 15 * MINUTE).mean, coin.digits);
  const only = market(common, 0, {
    suffix: two(at.minute),
    title: `${coin.symbol} price up in next 15 mins?`,
    yesSubTitle: `Target Price: $${money(strike, coin)}`,
    strikeType: 'greater_or_equal',
    floorStrike: strike,
    capStrike: null,
    rule: `greater than or equal to ${strike}`,
    low: strike - 10 ** -coin.digits / 2,
    high: Infinity,
  });
  const event = plan(common, [only], false, `${coin.symbol} up or down - 15 minutes`, ticker);
  return { ...event, lookMs: 45 * SECOND, lagMs: 10 * SECOND };
}

type Strike = Pick<
  SimMarket,
  'title' | 'yesSubTitle' | 'strikeType' | 'floorStrike' | 'capStrike'
> & {
  readonly suffix: string;
  readonly rule: string;
  readonly low: number;
  readonly high: number;
};

function market(common: Common, n: number, strike: Strike): MarketPlan {
  const { coin, at, of, series } = common;
  const quarter = strike.strikeType === 'greater_or_equal';
  const kind = quarter ? 'liquid' : liquidity(of, n);
  const fine = quarter || coin.symbol === 'SOL';
  return {
    low: strike.low,
    high: strike.high,
    liquidity: kind,
    market: {
      ticker: `${common.ticker}-${strike.suffix}`,
      eventTicker: common.ticker,
      title: strike.title,
      yesSubTitle: strike.yesSubTitle,
      strikeType: strike.strikeType,
      floorStrike: strike.floorStrike,
      capStrike: strike.capStrike,
      customStrike: quarter ? { round_digits: String(coin.digits) } : null,
      rulesPrimary: `If the simple average of the sixty seconds of CF Benchmarks' ${coin.name} Real-Time Index (${coin.index}) before ${clockText(at)} is ${strike.rule} at ${clockText(at)} on ${textDate(at)}, then the market resolves to Yes.`,
      rulesSecondary: `The average is rounded to ${coin.digits} decimals. Not all cryptocurrency price data is the same; the value used to determine this market is the one published by CF Benchmarks.`,
      openMs: common.openMs,
      closeMs: common.endMs,
      expectedExpirationMs: common.endMs + 5 * MINUTE,
      settlementTimerSeconds: quarter ? 1 : 60,
      ...(fine ? TAPERED : LINEAR),
      ...activity(of, 100 + n, kind),
      exchangeIndex: series.exchangeIndex,
      provisional: false,
      multivariate: false,
    },
  };
}

function plan(
  common: Common,
  markets: readonly MarketPlan[],
  mutuallyExclusive: boolean,
  title: string,
  ticker: string,
): EventPlan {
  const { coin, spot, series, at, openMs, endMs } = common;
  return {
    vertical: 'crypto',
    series,
    event: {
      ticker,
      seriesTicker: series.ticker,
      title,
      subTitle: `On ${textDate(at)} at ${clockText(at)}`,
      category: 'Crypto',
      mutuallyExclusive,
      strikeDateMs: endMs,
      exchangeIndex: series.exchangeIndex,
    },
    markets,
    openMs,
    endMs,
    determineMs: endMs + 5 * SECOND,
    latent: {
      at: (ms) => ({ ...averageKnowledge(spot, ms, endMs), floor: Number.NEGATIVE_INFINITY }),
      final: () => roundTo(spot.average(endMs).mean, coin.digits),
      print: (final) => final.toFixed(coin.digits),
    },
    lookMs: 130 * SECOND,
    lagMs: 25 * SECOND,
  };
}

/** `78,100` for whole dollars, else with all decimals: `78,099.99`. */
function money(value: number, coin: Coin): string {
  const text = Number.isInteger(value) ? String(value) : value.toFixed(coin.digits);
  const [whole = '', part] = text.split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return part === undefined ? grouped : `${grouped}.${part}`;
}
