// A small world behind the simulator's exchange: seven markets, thin quotes that move, a few background takers, closings and
// settlements within minutes. Drawn by seed alone: what is traded never moves it.

import { Draws } from './draws.mjs';

const longMarkets = 1;
const hourMs = 3_600_000;

/** Markets that the strategy never bets on: only somebody else trades there. */
export const isForeign = (ticker) => ticker.startsWith('KXFOREIGN');

export function smallWorld(seed, originMs) {
  const draws = new Draws(`world/${seed}`);
  const series = [
    seriesOf('KXALPHA', 0, 1),
    seriesOf('KXBETA', 2, draws.pick('fee', [1, 0.5])),
    seriesOf('KXFOREIGN', 0, 1),
  ];
  const events = series.map((one) => ({
    ticker: `${one.ticker}-26DEC01`,
    seriesTicker: one.ticker,
    title: one.title,
    subTitle: '',
    category: one.category,
    mutuallyExclusive: false,
    strikeDateMs: originMs + 3_600_000,
    exchangeIndex: one.exchangeIndex,
  }));
  const markets = [];
  for (const [at, event] of events.entries())
    for (let n = 0; n < (at === 2 ? 1 : 3); n += 1) {
      const isLong = at === 2 || n < longMarkets;
      const lifeMs = isLong ? 86_400_000 : draws.whole('life', 25, 140) * 1_000;
      markets.push(marketOf(event, n, originMs, originMs + lifeMs, draws));
    }
  const fair = new Map(markets.map(({ ticker }) => [ticker, draws.whole('fair', 15, 85)]));

  const quote = (ticker) => {
    const step = draws.whole('step', -4, 4);
    const middle = Math.max(5, Math.min(95, fair.get(ticker) + step));
    fair.set(ticker, middle);
    const half = draws.whole('half', 1, 3);
    const side = (top) =>
      [top, top - draws.whole('gap', 1, 3)]
        .filter((price) => price > 0)
        .map((price) => [
          price * 100,
          draws.whole('size', 2, 60) * draws.pick('unit', [100, 100, 37]),
        ]);
    return {
      kind: 'quote',
      agent: 'maker',
      ticker,
      yes: side(middle - half),
      no: side(100 - middle - half),
    };
  };
  const take = (ticker) => {
    const isYes = draws.next('taker/side') < 0.5;
    return {
      kind: 'take',
      agent: 'taker',
      ticker,
      side: isYes ? 'yes' : 'no',
      limit: 9_900,
      quantity: draws.whole('taker/size', 1, 20) * 100,
    };
  };
  const outcome = (ticker) => {
    const how = draws.next('outcome');
    const settlementValue =
      how < 0.45 ? 10_000 : how < 0.9 ? 0 : draws.whole('scalar', 1, 99) * 100;
    const result = settlementValue === 10_000 ? 'yes' : settlementValue === 0 ? 'no' : 'scalar';
    return { kind: 'determine', ticker, result, settlementValue, expirationValue: '' };
  };
  const wake = (atMs, kind, key) => ({ atMs, kind, key, count: 0 });
  // In markets that live long little happens: their books are fetched before an order.
  const isQuiet = new Map(
    markets.map(({ ticker, closeMs }) => [ticker, closeMs > originMs + hourMs]),
  );
  const nextQuote = (atMs, ticker) =>
    wake(
      atMs + draws.whole('quote/wait', 4_000, 25_000) * (isQuiet.get(ticker) ? 4 : 1),
      'quote',
      ticker,
    );

  return {
    start: () => ({
      commands: [
        ...series.map((one) => ({ kind: 'series', series: one })),
        ...events.map((event) => ({ kind: 'event', event })),
        ...markets.map((market) => ({ kind: 'market', market })),
        ...markets.map(({ ticker }) => quote(ticker)),
      ],
      wake: markets.flatMap(({ ticker, closeMs }) => [
        nextQuote(originMs, ticker),
        wake(closeMs + draws.whole('determine/wait', 1, 20_000), 'determine', ticker),
      ]),
    }),
    handle: ({ atMs, kind, key }) => {
      if (kind === 'determine') return { commands: [outcome(key)], wake: [] };
      const commands = draws.next('takes') < 0.15 ? [take(key), quote(key)] : [quote(key)];
      return { commands, wake: [nextQuote(atMs, key)] };
    },
    evidence: () => null,
    index: () => null,
    /** How a market ends that somebody closes early. */
    outcome,
    /** New quotes out of turn. */
    quote,
  };
}

const seriesOf = (ticker, exchangeIndex, feeMultiplier) => ({
  ticker,
  title: `Readings of ${ticker}`,
  category: 'Economics',
  tags: [],
  frequency: 'custom',
  settlementSources: [{ name: 'Bureau of Readings', url: 'https://readings.example' }],
  feeType: 'quadratic',
  feeMultiplier,
  exchangeIndex,
});

const marketOf = (event, n, originMs, closeMs, draws) => ({
  ticker: `${event.ticker}-T${n}`,
  eventTicker: event.ticker,
  title: `Will the reading be above ${n}?`,
  yesSubTitle: `Above ${n}`,
  strikeType: 'greater',
  floorStrike: n,
  capStrike: null,
  customStrike: null,
  rulesPrimary: `If the reading is above ${n}, then the market resolves to Yes.`,
  rulesSecondary: '',
  openMs: originMs - 86_400_000,
  closeMs,
  expectedExpirationMs: closeMs,
  settlementTimerSeconds: draws.pick('settle/timer', [1, 3, 10, 30]),
  priceLevelStructure: 'linear_cent',
  priceRanges: [{ start: 0, end: 10_000, step: 100 }],
  volume: 1_000_000,
  volume24h: 500_000,
  openInterest: 100_000,
  exchangeIndex: event.exchangeIndex,
  provisional: false,
  multivariate: false,
});
