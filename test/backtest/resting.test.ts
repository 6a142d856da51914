// Goal: an order that rests is filled by the recorded trades whose turn it is, at the maker's fee, until it lapses.
import { describe, expect, it } from 'vitest';
import { RestingOrders } from '../../src/backtest/resting.js';
import { TapeFeed } from '../../src/backtest/tape-feed.js';
import { feesAt, fillFee } from '../../src/domain/fees.js';
import {
  clientOrderId,
  epochMs,
  micros,
  price,
  quantity,
  shard,
  ticker,
} from '../../src/domain/units.js';
import { kalshiCodec } from '../../src/exchange/kalshi/codec.js';
import type { Fill } from '../../src/messages/account-event.js';
import type { OrderRequest } from '../../src/messages/effect.js';
import { deltaSample, tradeSample } from '../exchange/samples.js';
import { aListedMarket } from '../support/fixtures.js';

const market = aListedMarket('A');
const bid: OrderRequest = {
  clientOrderId: clientOrderId('mine'),
  ticker: ticker('A'),
  shard: shard(0),
  side: 'bid',
  yesPrice: price(4_700),
  count: quantity(500),
  reduceOnly: false,
  restUntil: epochMs(1_000),
};

function rig() {
  const fills: Fill[] = [];
  let now = 0;
  let seq = 1;
  const feed: TapeFeed = new TapeFeed({
    codec: kalshiCodec,
    speed: 1,
    heard: (output) => resting.hear(output),
  });
  const resting = new RestingOrders({
    estimate: 'realistic',
    speed: 1,
    feed,
    market: () => market,
    cashUnit: () => micros(100),
    now: () => epochMs(now),
    filled: (fill) => fills.push(fill),
  });
  const frame = (text: object) =>
    feed.take({ kind: 'frame', connection: 1, text: JSON.stringify(text) }, () => {});
  frame({
    type: 'orderbook_snapshot',
    sid: 1,
    seq,
    msg: {
      market_ticker: 'A',
      yes_dollars_fp: [['0.4700', '3.00']],
      no_dollars_fp: [['0.5000', '7.00']],
    },
  });
  return {
    fills,
    resting,
    at: (ms: number) => {
      now = ms;
    },
    /** Somebody sells YES at 47 cents. */
    trade: (count: string, changes: object = {}) =>
      frame(
        tradeSample({
          count_fp: count,
          yes_price_dollars: '0.4700',
          no_price_dollars: '0.5300',
          taker_side: 'no',
          taker_outcome_side: 'no',
          taker_book_side: 'ask',
          ...changes,
        }),
      ),
    shrink: (by: string) => {
      seq += 1;
      frame({ ...deltaSample({ delta_fp: `-${by}` }), seq });
    },
  };
}

describe('a resting order', () => {
  it('is behind what is displayed, and filled by the trades after that, as a maker', () => {
    const { resting, trade, shrink, fills } = rig();
    expect(resting.place(bid)).toMatchObject({ kind: 'accepted', filled: 0, remaining: 500 });
    trade('2.00');
    shrink('2.00');
    expect(fills).toEqual([]);
    trade('3.00');
    const fees = feesAt(market.fees, null, epochMs(0));
    if (fees === null) throw new Error('expected fees');
    const fee = fillFee(fees, 'maker', 'buy', price(4_700), quantity(200), micros(100));
    expect(fills).toMatchObject([{ count: 200, yesPrice: 4_700, fee, isTaker: false }]);
    // Buyers of YES are on the other side of it, and other markets elsewhere.
    trade('9.00', { taker_side: 'yes', taker_outcome_side: 'yes', taker_book_side: 'bid' });
    trade('9.00', { market_ticker: 'B' });
    expect(fills).toHaveLength(1);
    trade('9.00');
    expect(fills.map(({ count }) => count)).toEqual([200, 300]);
    expect(resting.cancel('mine')).toBeNull();
  });

  it('moves up when those before it cancel', () => {
    const { resting, trade, shrink, fills, at } = rig();
    resting.place({ ...bid, restUntil: epochMs(10_000) });
    shrink('2.00');
    at(5_000);
    trade('2.00');
    expect(fills.map(({ count }) => count)).toEqual([100]);
  });

  it('ends when it lapses or is canceled, and says what was left', () => {
    const lapsing = rig();
    lapsing.resting.place(bid);
    lapsing.at(1_000);
    lapsing.trade('99.00');
    expect(lapsing.fills).toEqual([]);
    expect(lapsing.resting.cancel('mine')).toBeNull();
    const canceled = rig();
    canceled.resting.place(bid);
    expect(canceled.resting.cancel('mine')).toBe(500);
    canceled.trade('99.00');
    expect(canceled.fills).toEqual([]);
  });

  it('is refused where it would trade at once, or nothing is known', () => {
    const { resting } = rig();
    expect(resting.place({ ...bid, yesPrice: price(5_000) })).toMatchObject({
      kind: 'rejected',
      code: 'invalid_order',
    });
    expect(resting.place({ ...bid, ticker: ticker('B') })).toMatchObject({ code: 'book_unknown' });
    const ask = { ...bid, side: 'ask', yesPrice: price(4_700) } as const;
    expect(resting.place(ask)).toMatchObject({ kind: 'rejected' });
    expect(resting.place({ ...ask, yesPrice: price(4_900) })).toMatchObject({ kind: 'accepted' });
  });
});
