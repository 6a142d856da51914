import { describe, expect, it } from 'vitest';
import type { ExchangeEvent } from '../../src/simulator/core/types.js';
import {
  HOUR,
  listing,
  makeBench,
  market,
  must,
  ORIGIN,
  quote,
  refusalOf,
  type Story,
  TICKER,
} from './support.js';

const determine = (result: 'yes' | 'no' | 'scalar', settlementValue: number) =>
  ({ kind: 'determine', ticker: TICKER, result, settlementValue, expirationValue: '51' }) as const;

const lifecycle = (events: readonly ExchangeEvent[]): readonly string[] =>
  events.flatMap((event) => (event.kind === 'lifecycle' ? [event.what] : []));

describe('the life of a market', () => {
  const story: Story = [
    [0, [...listing, quote([[4_500, 1_000]], [[4_800, 1_000]])]],
    [3_601, [determine('yes', 10_000)]],
  ];

  it('goes from active over closed and determined to finalized, after its timer', () => {
    const bench = makeBench(story);
    const status = () => bench.state.markets.get(TICKER)?.status;
    expect(status()).toBe('active');
    bench.at(3_599.999);
    expect(status()).toBe('active');
    bench.at(3_600);
    expect(status()).toBe('closed');
    bench.at(3_601);
    expect(status()).toBe('determined');
    bench.at(3_660.999);
    expect(status()).toBe('determined');
    bench.at(3_661);
    expect(status()).toBe('finalized');
    expect(lifecycle(bench.events)).toEqual(['created', 'determined', 'settled']);
  });

  it('opens at its time and takes no order before', () => {
    const later = { kind: 'market', market: market({ openMs: ORIGIN + 10_000 }) } as const;
    const bench = makeBench([[0, [...listing.slice(0, 2), later]]]);
    expect(bench.state.markets.get(TICKER)?.status).toBe('initialized');
    expect(refusalOf(bench.place())).toBe('market_inactive');
    bench.at(10);
    expect(refusalOf(bench.place())).toBe('accepted');
  });

  it('refuses every order operation after the close, cancels included, and clears the book soon after', () => {
    const bench = makeBench(story);
    const order = must(bench.place({ price: 1_000 }));
    bench.at(3_600);
    const cancel = {
      kind: 'cancel',
      account: bench.account(0),
      ask: { orderId: order.id, marketTicker: TICKER, exchangeIndex: null },
    } as const;
    expect(refusalOf(bench.place())).toBe('market_inactive');
    expect(refusalOf(bench.send(cancel))).toBe('market_inactive');
    bench.at(3_601);
    expect([order.status, order.reason]).toEqual(['canceled', 'CloseCancel']);
    expect(bench.state.markets.get(TICKER)?.book.bids).toEqual([]);
  });

  // Held quantity, side bought, outcome, what is paid: 10 contracts.
  const payouts = [
    ['bid', 'yes', 10_000, 10],
    ['bid', 'no', 0, 0],
    ['ask', 'yes', 10_000, 0],
    ['ask', 'no', 0, 10],
    ['bid', 'scalar', 2_500, 2.5],
    ['ask', 'scalar', 2_500, 7.5],
  ] as const;
  it.each(payouts)(
    'pays a holder of the %s side when %s settles at %i: $%d',
    (side, result, value, dollars) => {
      const bench = makeBench([
        [0, [...listing, quote([[4_500, 1_000]], [[4_800, 1_000]])]],
        [10, [determine(result, value)]],
      ]);
      must(
        bench.place({
          side,
          price: side === 'bid' ? 5_200 : 4_500,
          timeInForce: 'immediate_or_cancel',
        }),
      );
      const held = bench.account(0).positions.get(TICKER);
      const cost = held?.cost ?? 0;
      const before = bench.account(0).cash.get(0) ?? 0;
      bench.at(69);
      expect(bench.account(0).cash.get(0)).toBe(before);
      bench.at(70);
      expect((bench.account(0).cash.get(0) ?? 0) - before).toBe(dollars * 1_000_000);
      expect(held).toMatchObject({
        quantity: 0,
        cost: 0,
        settled: true,
        realized: dollars * 1_000_000 - cost,
      });
      expect(bench.account(0).settlements).toMatchObject([
        { quantity: side === 'bid' ? 1_000 : -1_000, revenue: dollars * 1_000_000, value },
      ]);
    },
  );

  it('closes early when it is determined early, and says so', () => {
    const bench = makeBench([
      [0, listing],
      [10, [determine('no', 0)]],
    ]);
    bench.at(10);
    expect(bench.state.markets.get(TICKER)?.closeMs).toBe(ORIGIN + 10_000);
    expect(lifecycle(bench.events)).toEqual(['created', 'close_date_updated', 'determined']);
    bench.at(HOUR / 1000 + 1);
    expect(bench.state.markets.get(TICKER)?.status).toBe('finalized');
  });
});

describe('pauses', () => {
  it('of trading leave cancels possible; of the exchange do not', () => {
    const bench = makeBench();
    const stays = must(bench.place({ price: 1_000 }));
    const leaves = must(bench.place({ price: 1_100, cancelOnPause: true }));
    const cancel = {
      kind: 'cancel',
      account: bench.account(0),
      ask: { orderId: stays.id, marketTicker: TICKER, exchangeIndex: null },
    } as const;
    must(bench.send({ kind: 'exchange', exchangeActive: true, tradingActive: false }));
    expect([stays.status, leaves.status, leaves.reason]).toEqual([
      'resting',
      'canceled',
      'HaltCancel',
    ]);
    expect(refusalOf(bench.place())).toBe('trading_paused');
    must(bench.send({ kind: 'exchange', exchangeActive: false, tradingActive: false }));
    expect(refusalOf(bench.send(cancel))).toBe('exchange_paused');
    must(bench.send({ kind: 'exchange', exchangeActive: true, tradingActive: false }));
    expect(refusalOf(bench.send(cancel))).toBe('accepted');
  });

  it('of a market cancel what rested, when it comes back', () => {
    const bench = makeBench();
    const order = must(bench.place({ price: 1_000 }));
    must(bench.send({ kind: 'market', ticker: TICKER, active: false }));
    expect(refusalOf(bench.place())).toBe('market_inactive');
    expect(order.status).toBe('resting');
    must(bench.send({ kind: 'market', ticker: TICKER, active: true }));
    expect([order.status, order.reason]).toEqual(['canceled', 'HaltCancel']);
    expect(lifecycle(bench.events)).toEqual(['created', 'deactivated', 'activated']);
  });
});

describe('order groups', () => {
  const grouped = () => {
    const bench = makeBench([[0, [...listing, quote([], [[4_800, 10_000]])]]]);
    const group = must(
      bench.send({ kind: 'group_create', account: bench.account(0), exchangeIndex: 0, limit: 500 }),
    );
    const buy = (quantity: number) =>
      bench.place({
        price: 5_200,
        quantity,
        timeInForce: 'immediate_or_cancel',
        groupId: group.id,
      });
    return { bench, group, buy };
  };

  it('trigger when more than the limit matches within fifteen seconds, and bar orders until reset', () => {
    const { bench, group, buy } = grouped();
    const resting = must(bench.place({ price: 1_000, groupId: group.id }));
    must(buy(500));
    expect(group.triggered).toBe(false);
    must(buy(1));
    expect(group.triggered).toBe(true);
    expect(resting.status).toBe('canceled');
    expect(refusalOf(buy(1))).toBe('exceeded_order_group_risk_limit');
    must(bench.send({ kind: 'group_reset', account: bench.account(0), id: group.id }));
    expect(refusalOf(buy(1))).toBe('accepted');
  });

  it('forget matches after fifteen seconds', () => {
    const { bench, group, buy } = grouped();
    must(buy(500));
    bench.at(14.999);
    bench.at(15);
    must(buy(500));
    expect(group.triggered).toBe(false);
    bench.at(29.999);
    must(buy(1));
    expect(group.triggered).toBe(true);
  });

  it('trigger by hand, and by a limit that falls below what has matched', () => {
    const { bench, group, buy } = grouped();
    must(buy(400));
    must(bench.send({ kind: 'group_limit', account: bench.account(0), id: group.id, limit: 300 }));
    expect(group.triggered).toBe(true);
    must(bench.send({ kind: 'group_delete', account: bench.account(0), id: group.id }));
    expect(refusalOf(buy(1))).toBe('order_group_not_found');
  });
});

describe('cash between shards', () => {
  it('moves when asked, and no more than is free', () => {
    const bench = makeBench();
    const move = (micros: number) =>
      bench.send({ kind: 'transfer', account: bench.account(0), from: 0, to: 2, micros });
    must(bench.place({ price: 5_000, quantity: 100_000 }));
    expect(refusalOf(move(501_000_000))).toBe('insufficient_balance');
    must(move(100_000_000));
    expect([...bench.account(0).cash]).toEqual([[0, 900_000_000]]);
    bench.at(1.999);
    expect(bench.account(0).cash.get(2)).toBeUndefined();
    bench.at(2);
    expect([...bench.account(0).cash]).toEqual([
      [0, 900_000_000],
      [2, 100_000_000],
    ]);
  });

  it('takes as long as it takes, and may come back', () => {
    const bench = makeBench();
    must(bench.send({ kind: 'transfers', ms: 60_000, fail: true }));
    must(
      bench.send({
        kind: 'transfer',
        account: bench.account(0),
        from: 0,
        to: 2,
        micros: 100_000_000,
      }),
    );
    bench.at(59.999);
    expect([...bench.account(0).cash]).toEqual([[0, 900_000_000]]);
    bench.at(60);
    expect([...bench.account(0).cash]).toEqual([[0, 1_000_000_000]]);
  });

  it('is kept at a target every ten seconds', () => {
    const bench = makeBench();
    const allocation = [
      { exchangeIndex: 0, percent: 70 },
      { exchangeIndex: 2, percent: 30 },
    ];
    expect(
      refusalOf(
        bench.send({
          kind: 'allocate',
          account: bench.account(0),
          allocation: allocation.slice(1),
        }),
      ),
    ).toBe('invalid_order');
    must(bench.send({ kind: 'allocate', account: bench.account(0), allocation }));
    bench.at(9.999);
    expect(bench.account(0).cash.get(0)).toBe(1_000_000_000);
    bench.at(10);
    expect([...bench.account(0).cash]).toEqual([
      [0, 700_000_000],
      [2, 300_000_000],
    ]);
  });
});
