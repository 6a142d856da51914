import { expect, it } from 'vitest';
import { smokeSpot } from '../../src/commands/smoke-steps.js';
import type { Market } from '../../src/domain/market.js';
import {
  clientOrderId,
  epochMs,
  micros,
  price,
  quantity,
  shard,
  ticker,
} from '../../src/domain/units.js';
import { orderBody } from '../../src/exchange/kalshi/requests.js';
import { limits } from '../../src/limits.js';
import { marketOf, start } from '../support/executor-rig.js';

const spotIn = (name: string, yesBid: number | null, change: Partial<Market> = {}): Market =>
  marketOf(ticker(name), {
    quote: {
      yesBid: yesBid === null ? null : price(yesBid),
      yesBidSize: quantity(100),
      yesAsk: null,
      yesAskSize: quantity(0),
    },
    ...change,
  });
const cash = [{ shard: shard(0), cash: micros(20_000) }];
const find = (...markets: readonly Market[]): string | null =>
  smokeSpot(markets, cash, start, 1)?.market.ticker ?? null;

it('rests where others bid most, at the lowest price of the grid', () => {
  expect(find(spotIn('A', 5_000), spotIn('C', 9_000), spotIn('B', 9_000))).toBe('B');
  const fine = { priceRanges: [{ start: price(0), end: price(10_000), step: price(10) }] };
  expect(smokeSpot([spotIn('A', 5_000, fine)], cash, start, 1)?.price).toBe(10);
});

it.each([
  ['nobody bids', spotIn('A', null)],
  ['nobody bids more', spotIn('A', 100)],
  ['it is not open', spotIn('A', 5_000, { status: 'closed' })],
  [
    'it closes too soon',
    spotIn('A', 5_000, { closeAt: epochMs(start + limits.smokeClosesMsMin - 1) }),
  ],
  [
    'its shard has too little',
    spotIn('A', 5_000, { priceRanges: [{ start: price(101), end: price(9_999), step: price(1) }] }),
  ],
  ['its shard has nothing', spotIn('A', 5_000, { shard: shard(2) })],
  ['it is provisional', spotIn('A', 5_000, { isProvisional: true })],
  ['its grid offers nothing', spotIn('A', 5_000, { priceRanges: [] })],
])('not where %s', (_, market) => {
  expect(find(market)).toBeNull();
});

it('an order that rests can never take, and lapses by itself', () => {
  const order = {
    clientOrderId: clientOrderId('smoke-1'),
    ticker: ticker('A'),
    shard: shard(0),
    side: 'bid' as const,
    yesPrice: price(100),
    count: quantity(100),
    reduceOnly: false,
  };
  expect(JSON.parse(orderBody({ ...order, restUntil: epochMs(1_500) }))).toMatchObject({
    time_in_force: 'good_till_canceled',
    post_only: true,
    expiration_time: 2,
    count: '1.00',
    price: '0.0100',
  });
  const plain = JSON.parse(orderBody(order)) as object;
  expect(plain).toMatchObject({ time_in_force: 'immediate_or_cancel' });
  expect(plain).not.toHaveProperty('post_only');
  expect(plain).not.toHaveProperty('expiration_time');
});
