import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { availableOn } from '../../src/simulator/core/accounts.js';
import type { ExchangeEvent, ExchangeState } from '../../src/simulator/core/types.js';
import { listing, makeBench, market, must, quote, refusalOf, TICKER } from './support.js';

const DOLLAR = 1_000_000;

/** Everything anyone has: cash, what the exchange kept, and a dollar for every pair of contracts outstanding. */
function wealth(state: ExchangeState): { readonly money: number; readonly contracts: number } {
  let money = state.collected + state.house.cash;
  let contracts = 0;
  let longs = 0;
  const held = [...state.house.positions.values()];
  for (const account of state.accounts.values()) {
    for (const cash of account.cash.values()) money += cash;
    for (const position of account.positions.values()) held.push(position.quantity);
  }
  for (const quantity of held) {
    contracts += quantity;
    if (quantity > 0) longs += quantity;
  }
  return { money: money + longs * 10_000, contracts };
}

/** The book as its deltas tell it, and as it is. */
function rebuilt(events: readonly ExchangeEvent[]): ReadonlyMap<string, number> {
  const levels = new Map<string, number>();
  for (const event of events) {
    if (event.kind !== 'delta') continue;
    const key = `${event.side} ${event.price}`;
    const total = (levels.get(key) ?? 0) + event.delta;
    if (total === 0) levels.delete(key);
    else levels.set(key, total);
  }
  return levels;
}

function levelsOf(state: ExchangeState): ReadonlyMap<string, number> {
  const book = state.markets.get(TICKER)?.book;
  return new Map([
    ...(book?.bids ?? []).map((level) => [`bid ${level.price}`, level.total] as const),
    ...(book?.asks ?? []).map((level) => [`ask ${level.price}`, level.total] as const),
  ]);
}

describe('price-time priority', () => {
  it('lets a background trader take what is offered within its limit, and prints it', () => {
    const take = {
      kind: 'take',
      agent: 't',
      ticker: TICKER,
      side: 'no',
      limit: 5_500,
      quantity: 900,
    } as const;
    const quotes = quote(
      [
        [4_700, 300],
        [4_600, 300],
        [4_400, 300],
      ],
      [],
    );
    const bench = makeBench([
      [0, [...listing, quotes]],
      [1, [take]],
    ]);
    bench.at(1);
    expect(
      bench.state.tradeList.map((trade) => [trade.price, trade.quantity, trade.takerSide]),
    ).toEqual([
      [4_700, 300, 'ask'],
      [4_600, 300, 'ask'],
    ]);
    expect(levelsOf(bench.state)).toEqual(new Map([['bid 4400', 300]]));
  });

  it('trades at the better price first, and within a price with the older order', () => {
    const bench = makeBench([[0, listing]], [1000, 1000, 1000, 1000]);
    const late = must(bench.place({ side: 'ask', price: 5_200, quantity: 500 }, 0));
    const better = must(bench.place({ side: 'ask', price: 5_100, quantity: 300 }, 1));
    const later = must(bench.place({ side: 'ask', price: 5_200, quantity: 500 }, 2));
    must(bench.place({ price: 5_200, quantity: 900, timeInForce: 'immediate_or_cancel' }, 3));
    expect([better.filled, late.filled, later.filled]).toEqual([300, 500, 100]);
    expect(bench.account(3).fills.map((fill) => [fill.price, fill.quantity])).toEqual([
      [5_100, 300],
      [5_200, 500],
      [5_200, 100],
    ]);
  });

  it('gives the taker the resting price', () => {
    const bench = makeBench([[0, [...listing, quote([], [[4_800, 1_000]])]]]);
    const order = must(
      bench.place({ price: 9_900, quantity: 100, timeInForce: 'immediate_or_cancel' }),
    );
    expect([order.filled, order.takerCost, order.takerFees]).toEqual([100, 520_000, 17_500]);
  });

  it('keeps an agent in its place when it quotes the same or less, and sends it back when it quotes more', () => {
    const first = quote([], [[4_800, 500]], 'one');
    const second = quote([], [[4_800, 500]], 'two');
    const less = quote([], [[4_800, 400]], 'one');
    const more = quote([], [[4_800, 600]], 'one');
    const owners = (state: ExchangeState): (string | undefined)[] =>
      state.markets
        .get(TICKER)
        ?.book.asks[0]?.orders.map((order) => `${order.owner} ${order.remaining}`) ?? [];
    const bench = makeBench([
      [0, [...listing, first, second]],
      [1, [less]],
      [2, [more]],
    ]);
    bench.at(1);
    expect(owners(bench.state)).toEqual(['agent:one 400', 'agent:two 500']);
    bench.at(2);
    expect(owners(bench.state)).toEqual(['agent:two 500', 'agent:one 600']);
  });
});

describe('order kinds', () => {
  const withAsk = () => makeBench([[0, [...listing, quote([[4_500, 1_000]], [[4_800, 1_000]])]]]);

  it.each([
    ['post only that would cross', { price: 5_200, postOnly: true }, 'invalid_order'],
    [
      'fill or kill beyond the volume',
      { price: 5_200, quantity: 1_001, timeInForce: 'fill_or_kill' },
      'fill_or_kill_insufficient_resting_volume',
    ],
    ['a price off the grid', { price: 5_150 }, 'invalid_price'],
    ['a price of nothing', { price: 0 }, 'invalid_price'],
    ['a price of a dollar', { price: 10_000 }, 'invalid_price'],
    ['no contracts', { quantity: 0 }, 'invalid_order_size'],
    ['more than the cash', { price: 5_000, quantity: 300_000 }, 'insufficient_balance'],
    ['an unknown market', { ticker: 'NOPE' }, 'market_not_found'],
    [
      'an expiry with IOC',
      { timeInForce: 'immediate_or_cancel', expirationMs: 9e12 },
      'invalid_order',
    ],
    ['an expiry in the past', { expirationMs: 1 }, 'invalid_order'],
    ['reduce only that rests', { reduceOnly: true }, 'invalid_order'],
    ['a strange client order id', { clientOrderId: 'a b' }, 'invalid_order'],
    ['an unknown group', { groupId: 'nope' }, 'order_group_not_found'],
    ['the wrong shard', { exchangeIndex: 2 }, 'market_not_found'],
  ] as const)('refuses %s', (_, over, code) => {
    const bench = withAsk();
    expect(refusalOf(bench.place(over))).toBe(code);
    expect(bench.account(0).orders.size).toBe(0);
  });

  it('cancels what an IOC order leaves over', () => {
    const order = must(
      withAsk().place({ price: 5_200, quantity: 1_500, timeInForce: 'immediate_or_cancel' }),
    );
    expect([order.status, order.filled, order.remaining]).toEqual(['canceled', 1_000, 0]);
  });

  it('accepts an IOC order that meets nothing', () => {
    const order = must(withAsk().place({ price: 5_000, timeInForce: 'immediate_or_cancel' }));
    expect([order.status, order.filled, order.remaining]).toEqual(['canceled', 0, 0]);
  });

  it('fills a fill-or-kill order whole', () => {
    const order = must(withAsk().place({ price: 5_200, timeInForce: 'fill_or_kill' }));
    expect([order.status, order.filled]).toEqual(['executed', 1_000]);
  });

  it('rests what is left of a good-till-canceled order', () => {
    const order = must(withAsk().place({ price: 5_200, quantity: 1_200 }));
    expect([order.status, order.filled, order.remaining]).toEqual(['resting', 1_000, 200]);
  });

  it('takes an order out at its expiry', () => {
    const bench = withAsk();
    const order = must(bench.place({ expirationMs: bench.state.nowMs + 5_000 }));
    bench.at(4);
    expect(order.status).toBe('resting');
    bench.at(5);
    expect([order.status, order.reason, order.remaining]).toEqual(['canceled', 'ExpiryCancel', 0]);
    expect(bench.account(0).reserved.size).toBe(0);
  });

  it('reduces to nothing and no further', () => {
    const bench = withAsk();
    const nothing = must(
      bench.place({
        side: 'ask',
        price: 4_500,
        reduceOnly: true,
        timeInForce: 'immediate_or_cancel',
      }),
    );
    expect([nothing.status, nothing.filled, nothing.reason]).toEqual([
      'canceled',
      0,
      'ReduceOnlyCancel',
    ]);
    must(bench.place({ price: 5_200, quantity: 300, timeInForce: 'immediate_or_cancel' }));
    const reduced = must(
      bench.place({
        side: 'ask',
        price: 4_500,
        quantity: 500,
        reduceOnly: true,
        timeInForce: 'immediate_or_cancel',
      }),
    );
    expect([reduced.filled, reduced.status]).toEqual([300, 'canceled']);
    expect(bench.account(0).positions.get(TICKER)?.quantity).toBe(0);
  });

  it.each(['canceled', 'killed', 'live'] as const)(
    'never takes a client order id twice (%s)',
    (before) => {
      const bench = withAsk();
      const clientOrderId = 'once';
      if (before === 'killed') {
        expect(
          refusalOf(
            bench.place({
              clientOrderId,
              price: 5_200,
              quantity: 9_999,
              timeInForce: 'fill_or_kill',
            }),
          ),
        ).toMatch(/^fill_or/);
      } else {
        const order = must(bench.place({ clientOrderId }));
        if (before === 'canceled') {
          must(
            bench.send({
              kind: 'cancel',
              account: bench.account(0),
              ask: { orderId: order.id, marketTicker: TICKER, exchangeIndex: null },
            }),
          );
        }
      }
      expect(refusalOf(bench.place({ clientOrderId }))).toBe('order_already_exists');
    },
  );
});

describe('self-trade prevention', () => {
  it('stops the taker at the cross, and its earlier fills stand', () => {
    const bench = makeBench([[0, [...listing, quote([], [[4_900, 300]])]]]);
    const own = must(bench.place({ side: 'ask', price: 5_200, quantity: 500 }));
    const taker = must(bench.place({ price: 5_200, quantity: 1_000 }));
    expect([taker.status, taker.filled, taker.remaining, taker.reason]).toEqual([
      'canceled',
      300,
      0,
      'SelfTradeCancel',
    ]);
    expect([own.status, own.filled]).toEqual(['resting', 0]);
  });

  it('takes the older order out and goes on, when asked to', () => {
    const bench = makeBench([[0, [...listing, quote([], [[4_700, 300]])]]]);
    const own = must(bench.place({ side: 'ask', price: 5_200, quantity: 500 }));
    const taker = must(bench.place({ price: 5_300, quantity: 1_000, selfTrade: 'maker' }));
    expect([own.status, own.reason]).toEqual(['canceled', 'SelfTradeCancel']);
    expect([taker.status, taker.filled, taker.remaining]).toEqual(['resting', 300, 700]);
  });
});

describe('amending and decreasing', () => {
  const two = () => {
    const bench = makeBench([[0, listing]], [1000, 1000]);
    const mine = must(bench.place({ quantity: 500 }, 0));
    const theirs = must(bench.place({ quantity: 500 }, 1));
    const amend = (over: Record<string, unknown>) =>
      bench.send({
        kind: 'amend',
        account: bench.account(0),
        ask: {
          orderId: mine.id,
          marketTicker: TICKER,
          exchangeIndex: null,
          ticker: TICKER,
          side: 'bid',
          price: 5_000,
          quantity: 500,
          clientOrderId: null,
          updatedClientOrderId: null,
          expirationMs: undefined,
          ...over,
        },
      });
    const first = () => bench.state.markets.get(TICKER)?.book.bids[0]?.orders[0]?.owner;
    return { bench, mine, theirs, amend, first };
  };

  it('keeps the place of an order that shrinks, and not of one that grows', () => {
    const { amend, first, mine } = two();
    must(amend({ quantity: 400 }));
    expect([first(), mine.remaining]).toEqual(['account-0', 400]);
    must(amend({ quantity: 600 }));
    expect([first(), mine.remaining]).toEqual(['account-1', 600]);
  });

  it('counts what has filled towards the new total', () => {
    const { bench, mine, amend } = two();
    must(
      bench.place(
        { side: 'ask', price: 5_000, quantity: 200, timeInForce: 'immediate_or_cancel' },
        1,
      ),
    );
    expect(mine.filled).toBe(200);
    must(amend({ quantity: 300 }));
    expect(mine.remaining).toBe(100);
    expect(refusalOf(amend({ quantity: 100 }))).toBe('invalid_order_size');
    must(amend({ quantity: 200 }));
    expect(mine.status).toBe('canceled');
  });

  it('decreases by or to, exactly one of them', () => {
    const { bench, mine } = two();
    const decrease = (reduceBy: number | null, reduceTo: number | null) =>
      bench.send({
        kind: 'decrease',
        account: bench.account(0),
        ask: { orderId: mine.id, marketTicker: TICKER, exchangeIndex: null, reduceBy, reduceTo },
      });
    must(decrease(100, null));
    expect(mine.remaining).toBe(400);
    must(decrease(null, 150));
    expect(mine.remaining).toBe(150);
    expect(refusalOf(decrease(1, 1))).toBe('invalid_order');
    expect(refusalOf(decrease(null, null))).toBe('invalid_order');
    must(decrease(150, null));
    expect(mine.status).toBe('canceled');
  });
});

describe('positions and collateral', () => {
  it('closes the other side first and opens with the rest', () => {
    const bench = makeBench([[0, [...listing, quote([[4_500, 10_000]], [[4_800, 10_000]])]]]);
    const cash = () => bench.account(0).cash.get(0) ?? 0;
    must(bench.place({ price: 5_200, quantity: 1_000, timeInForce: 'immediate_or_cancel' }));
    // 10 × .52 + fee of .07 · 10 · .52 · .48 = .174720 → .1748
    expect(cash()).toBe(1000 * DOLLAR - 5_200_000 - 174_800);
    const before = cash();
    must(
      bench.place({
        side: 'ask',
        price: 4_500,
        quantity: 1_500,
        timeInForce: 'immediate_or_cancel',
      }),
    );
    // Sells 10 at .45, buys 5 NO at .55; fee of 15 at .45 is .259875 → .2599.
    expect(cash() - before).toBe(4_500_000 - 2_750_000 - 259_900);
    const position = bench.account(0).positions.get(TICKER);
    expect(position).toMatchObject({ quantity: -500, cost: 2_750_000, realized: -700_000 });
  });

  it('holds what resting orders could cost, nothing for what would close', () => {
    const bench = makeBench([[0, [...listing, quote([], [[4_800, 10_000]])]]]);
    const free = () => availableOn(bench.state, bench.account(0), 0);
    const start = free();
    const bid = must(bench.place({ price: 4_000, quantity: 1_000 }));
    expect(start - free()).toBe(4 * DOLLAR);
    must(
      bench.send({
        kind: 'cancel',
        account: bench.account(0),
        ask: { orderId: bid.id, marketTicker: TICKER, exchangeIndex: null },
      }),
    );
    expect(free()).toBe(start);
    must(bench.place({ price: 5_200, quantity: 1_000, timeInForce: 'immediate_or_cancel' }));
    const bought = free();
    must(bench.place({ side: 'ask', price: 9_000, quantity: 1_500 }));
    // Ten close the position; five more would be NO at ten cents.
    expect(bought - free()).toBe(500_000);
    must(bench.place({ side: 'ask', price: 9_500, quantity: 1_000 }));
    // The position is spoken for: these ten are NO at five cents.
    expect(bought - free()).toBe(1_000_000);
  });

  it('refuses a shard that has no account', () => {
    const elsewhere = { kind: 'market', market: market({ exchangeIndex: 2 }) } as const;
    const bench = makeBench([[0, [...listing.slice(0, 2), elsewhere]]]);
    expect(refusalOf(bench.place())).toBe('user_not_found');
  });

  it('conserves money and contracts, whatever anyone does', () => {
    const action = fc.record({
      who: fc.integer({ min: 0, max: 2 }),
      side: fc.constantFrom('bid' as const, 'ask' as const),
      price: fc.integer({ min: 1, max: 99 }).map((cents) => cents * 100),
      quantity: fc.integer({ min: 1, max: 5_000 }),
      timeInForce: fc.constantFrom(
        'good_till_canceled' as const,
        'immediate_or_cancel' as const,
        'fill_or_kill' as const,
      ),
      selfTrade: fc.constantFrom('maker' as const, 'taker_at_cross' as const),
      cancel: fc.boolean(),
    });
    fc.assert(
      fc.property(
        fc.array(action, { minLength: 5, maxLength: 60 }),
        fc.constantFrom('yes' as const, 'no' as const),
        (actions, result) => {
          const quotes = quote(
            [
              [4_500, 3_000],
              [4_000, 5_000],
            ],
            [
              [4_800, 3_000],
              [4_300, 5_000],
            ],
          );
          const bench = makeBench(
            [
              [0, [...listing, quotes]],
              [
                100,
                [
                  quotes,
                  {
                    kind: 'take',
                    agent: 't',
                    ticker: TICKER,
                    side: 'yes',
                    limit: 6_000,
                    quantity: 2_000,
                  },
                ],
              ],
              [
                200,
                [
                  {
                    kind: 'determine',
                    ticker: TICKER,
                    result,
                    settlementValue: result === 'yes' ? 10_000 : 0,
                    expirationValue: '',
                  },
                ],
              ],
            ],
            [100, 100, 20],
          );
          const start = wealth(bench.state);
          const check = (): void => {
            expect(wealth(bench.state)).toEqual(start);
            expect(start.contracts).toBe(0);
            const book = bench.state.markets.get(TICKER)?.book;
            const bid = book?.bids[0]?.price ?? 0;
            const ask = book?.asks[0]?.price ?? 10_000;
            expect(bid).toBeLessThan(ask);
            const prices = {
              bid: book?.bids.map((one) => one.price),
              ask: book?.asks.map((one) => one.price),
            };
            expect(prices.bid).toEqual(prices.bid?.toSorted((a, b) => b - a));
            expect(prices.ask).toEqual(prices.ask?.toSorted((a, b) => a - b));
            expect(rebuilt(bench.events)).toEqual(levelsOf(bench.state));
            for (const level of [...(book?.bids ?? []), ...(book?.asks ?? [])]) {
              expect(level.total).toBe(
                level.orders.reduce((sum, order) => sum + order.remaining, 0),
              );
            }
          };
          actions.forEach(({ who, cancel, ...over }, n) => {
            if (n === Math.floor(actions.length / 2)) bench.at(100);
            bench.place(over, who);
            const account = bench.account(who);
            const resting = [...(account.resting.get(TICKER)?.values() ?? [])][0];
            if (cancel && resting !== undefined) {
              bench.send({
                kind: 'cancel',
                account,
                ask: { orderId: resting.id, marketTicker: TICKER, exchangeIndex: null },
              });
            }
            check();
          });
          bench.at(200);
          bench.at(300);
          expect(wealth(bench.state)).toEqual(start);
          for (const account of bench.accounts) {
            expect(account.reserved.size).toBe(0);
            expect(account.cash.get(0)).toBeGreaterThanOrEqual(0);
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});
