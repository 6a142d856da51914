// Goal: candlesticks say what quotes and trades were, minute by minute and in longer periods, in the exchange's own shape.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Candles } from '../../src/simulator/candles.js';
import type { Market } from '../../src/simulator/core/types.js';
import {
  type Client,
  HOUR,
  listing,
  makeBench,
  must,
  ORIGIN,
  quote,
  type Story,
  startClient,
  storyWorld,
  TICKER,
} from './support.js';

const MINUTE = 60_000;
const story: Story = [
  [0, [...listing, quote([[4_000, 1_000]], [[5_600, 1_000]])]],
  [70, [quote([[4_100, 1_000]], [[5_500, 1_000]])]],
  [80, [quote([[3_900, 1_000]], [[5_500, 1_000]])]],
  // Then nothing for two minutes.
  [250, [quote([[4_200, 1_000]], [[5_700, 1_000]])]],
];

function heard() {
  const bench = makeBench(story);
  const candles = new Candles();
  let told = 0;
  const at = (second: number): void => {
    bench.at(second);
    candles.hear(bench.events.slice(told));
    told = bench.events.length;
  };
  at(0);
  at(70);
  at(80);
  must(bench.place({ price: 4_500, quantity: 300 }));
  at(100);
  at(250);
  return { candles, market: bench.state.markets.get(TICKER) as Market };
}

describe('candlesticks', () => {
  it('follow the best quotes and trades of each minute, and stay where nothing happens', () => {
    const { candles, market } = heard();
    const minutes = candles.of(market, ORIGIN, ORIGIN + 5 * MINUTE, MINUTE);
    const flat = (at: number) => ({ open: at, low: at, high: at, close: at });
    expect(minutes.map(({ endMs }) => (endMs - ORIGIN) / MINUTE)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(minutes[0]).toMatchObject({ bid: { close: 4_000 }, ask: { close: 4_400 }, volume: 0 });
    expect(minutes[1]).toMatchObject({ bid: flat(4_000), ask: flat(4_400), price: null });
    expect(minutes[2]).toMatchObject({
      bid: { open: 4_000, low: 3_900, high: 4_100, close: 3_900 },
      ask: { open: 4_400, low: 4_400, high: 4_500, close: 4_500 },
      price: flat(4_500),
      volume: 300,
      previous: null,
    });
    expect(minutes[3]).toMatchObject({ bid: flat(3_900), price: null, volume: 0, previous: 4_500 });
    expect(minutes[5]).toMatchObject({ bid: { open: 3_900, close: 4_200 }, ask: { close: 4_300 } });
    expect(candles.of(market, ORIGIN + 1, ORIGIN + 2 * MINUTE, MINUTE)).toEqual(
      minutes.slice(1, 3),
    );
  });

  it('of an hour are those of its minutes together, and end with the market', () => {
    const { candles, market } = heard();
    const hours = candles.of(market, ORIGIN + 1, ORIGIN + 9 * HOUR, HOUR);
    expect(hours).toMatchObject([
      {
        endMs: Math.ceil((ORIGIN + 1) / HOUR) * HOUR,
        // Before the first quote there was none.
        bid: { open: 0, low: 0, high: 4_200, close: 4_200 },
        volume: 300,
        paid: 300 * 4_500,
      },
    ]);
  });
});

describe('over HTTP', () => {
  const many = Array.from({ length: 101 }, (_, at) => `A${at}`).join();
  let client: Client;
  beforeAll(async () => {
    client = await startClient({ world: storyWorld(story), speed: 6_000 });
    await new Promise((done) => setTimeout(done, 80));
  });
  afterAll(() => client.simulator.stop());
  const span = `start_ts=${ORIGIN / 1_000 + 1}&end_ts=${ORIGIN / 1_000 + 120}&period_interval=1`;

  it('are told of many markets at once and of one, alike', async () => {
    const all = await client.raw(
      `/trade-api/v2/markets/candlesticks?market_tickers=${TICKER},KXNONE&${span}`,
    );
    const one = await client.raw(
      `/trade-api/v2/series/KXTEST/markets/${TICKER}/candlesticks?${span}`,
    );
    const { markets } = all.body as { markets: { candlesticks: unknown[] }[] };
    expect(markets).toMatchObject([
      {
        market_ticker: TICKER,
        candlesticks: [
          { end_period_ts: ORIGIN / 1_000 + 60, volume_fp: '0.00', price: { close_dollars: null } },
          {
            end_period_ts: ORIGIN / 1_000 + 120,
            yes_bid: {
              open_dollars: '0.4000',
              low_dollars: '0.3900',
              high_dollars: '0.4100',
              close_dollars: '0.3900',
            },
          },
        ],
      },
    ]);
    expect(one.body).toEqual({ ticker: TICKER, candlesticks: markets[0]?.candlesticks });
  });

  it.each([
    ['markets/candlesticks', 400],
    [`markets/candlesticks?market_tickers=${TICKER}&start_ts=2&end_ts=1&period_interval=1`, 400],
    [`markets/candlesticks?market_tickers=${TICKER}&start_ts=1&end_ts=2&period_interval=5`, 400],
    [`markets/candlesticks?market_tickers=${many}&start_ts=1&end_ts=2&period_interval=1`, 400],
    [`series/KXOTHER/markets/${TICKER}/candlesticks?start_ts=1&end_ts=2&period_interval=1`, 404],
    ['historical/markets/KXNONE', 404],
    ['historical/markets', 200],
    ['historical/trades', 200],
    ['historical/cutoff', 200],
  ])('answers %s with %i', async (path, status) => {
    expect((await client.raw(`/trade-api/v2/${path}`)).status).toBe(status);
  });
});
