// Goal: the judge of the demo can convict: each kind of difference is found and named, and silence is no agreement.
import { from, of } from 'rxjs';
import { describe, expect, it } from 'vitest';
import {
  compareBooks,
  comparisonLines,
  isAgreed,
  RunBooks,
  uncompared,
} from '../../src/commands/compare-books.js';
import type { Account } from '../../src/domain/account.js';
import type { Order } from '../../src/domain/order.js';
import { clientOrderId, micros, orderId, quantity } from '../../src/domain/units.js';
import type { VenueShell } from '../../src/exchange/venue.js';
import type { EffectKind, Outcome } from '../../src/messages/effect.js';

const id = 'AAAAAAAAAAAAAAAAAAAAAAAAAA';
const listed = {
  order_id: 'order-1',
  client_order_id: id,
  ticker: 'KXA',
  exchange_index: 2,
  status: 'executed',
  book_side: 'bid',
  yes_price_dollars: '0.5000',
  initial_count_fp: '10.00',
  fill_count_fp: '10.00',
  remaining_count_fp: '0.00',
};
const filled = {
  trade_id: 'trade-1',
  order_id: 'order-1',
  ticker: 'KXA',
  exchange_index: 2,
  book_side: 'bid',
  count_fp: '10.00',
  yes_price_dollars: '0.5000',
  fee_cost: '0.1750',
  is_taker: true,
  ts_ms: 1_800_000_000_000,
};
const position = {
  ticker: 'KXA',
  exchange_index: 2,
  position_fp: '10.00',
  fees_paid_dollars: '0.1750',
};
const settlement = {
  ticker: 'KXB',
  exchange_index: 0,
  market_result: 'yes',
  revenue: 300,
  value: 100,
  settled_time: '2027-01-15T08:00:00Z',
};
const shards = [
  { exchange_index: 0, balance: '100.0000' },
  { exchange_index: 2, balance: '50.0000' },
];

/** What the exchange says, by list. */
const agreeing = {
  orders: { orders: [listed] as object[], cursor: '' },
  fills: { fills: [filled] as object[], cursor: '' },
  positions: { market_positions: [position] as object[], cursor: '' },
  settlements: { settlements: [settlement] as object[], cursor: '' },
  balance: { balance_breakdown: shards as object[] },
};
type Lists = typeof agreeing;

function venueOf(lists: Lists, broken: Partial<Record<EffectKind, Outcome>> = {}): VenueShell {
  return {
    perform: ({ kind }) => {
      const failure = broken[kind];
      if (failure !== undefined) return of({ outcome: failure, last: true });
      const body = JSON.stringify(lists[kind as keyof Lists]);
      const page: Outcome = { kind: 'http', status: 200, path: kind, body };
      return from([
        { outcome: page, last: false },
        { outcome: { kind: 'end', parts: 1 } as const, last: true },
      ]);
    },
    socket: of(),
    send: () => {},
    recall: () => {},
    close: () => Promise.resolve(),
  };
}

const order = {
  terms: { clientOrderId: clientOrderId(id), count: quantity(1_000) },
  status: 'filled',
  orderId: orderId('order-1'),
  filled: quantity(1_000),
  expected: quantity(1_000),
  fees: micros(175_000),
} as Order;

const account = {
  balances: new Map([
    ['cash:0', micros(100_000_000)],
    ['cash:2', micros(50_000_000)],
  ]),
  positions: new Map([['KXA', { ticker: 'KXA', quantity: quantity(1_000) }]]),
} as unknown as Account;

function runOf(orders: readonly Order[] = [order]): RunBooks {
  const run = new RunBooks();
  for (const each of orders) run.orders.set(each.terms.clientOrderId, each);
  run.settled.set('KXB', micros(3_000_000));
  return run;
}

const judged = async (change: Partial<Lists>, run = runOf(), ours = account) => {
  const { compared, differences } = await compareBooks(
    venueOf({ ...agreeing, ...change }),
    ours,
    run,
  );
  expect(compared).toBeGreaterThan(0);
  return differences.map(({ what, key, ledger, venue }) => `${what} ${key}: ${ledger} | ${venue}`);
};

describe('books that agree', () => {
  it('are compared, figure by figure, and nothing is found', async () => {
    expect(await compareBooks(venueOf(agreeing), account, runOf())).toEqual({
      compared: 6,
      differences: [],
    });
  });
});

describe('each kind of difference is found', () => {
  const orders = (rows: readonly object[]) => ({ orders: { orders: [...rows], cursor: '' } });
  const fills = (rows: readonly object[]) => ({ fills: { fills: [...rows], cursor: '' } });

  it('cash of a shard, by a hundredth of a cent', async () => {
    const balance = {
      balance_breakdown: [shards[0] as object, { exchange_index: 2, balance: '50.0001' }],
    };
    expect(await judged({ balance })).toEqual(['cash shard 2: 50.000000 | 50.000100']);
  });
  it('cash on a shard that the exchange does not list', async () => {
    const balance = { balance_breakdown: [shards[0] as object] };
    expect(await judged({ balance })).toEqual(['cash shard 2: 50.000000 | 0.000000']);
  });
  it('a position of another sign', async () => {
    const positions = { market_positions: [{ ...position, position_fp: '-10.00' }], cursor: '' };
    expect(await judged({ positions })).toEqual(['position KXA: 10.00 | -10.00']);
  });
  it('a position on either side only', async () => {
    const positions = { market_positions: [{ ...position, ticker: 'KXC' }], cursor: '' };
    expect(await judged({ positions })).toEqual([
      'position KXC: 0.00 | 10.00',
      'position KXA: 10.00 | 0.00',
    ]);
  });
  it('a settlement that paid something else, or that nobody booked', async () => {
    const settlements = { settlements: [{ ...settlement, revenue: 299 }], cursor: '' };
    expect(await judged({ settlements })).toEqual(['settlement KXB: 3.000000 | 2.990000']);
    const run = runOf();
    run.settled.clear();
    expect(await judged({}, run)).toEqual(['settlement KXB: 0.000000 | 3.000000']);
  });
  it('an order that only the exchange has', async () => {
    expect(await judged({}, runOf([]))).toEqual([
      `order ${id}: none | executed 10.00`,
      `fills and fees ${id}: 0.00 0.000000 | 10.00 0.175000`,
    ]);
  });
  it('an order that only the ledger has', async () => {
    expect(await judged({ ...orders([]), ...fills([]) })).toEqual([
      `order ${id}: executed 10.00 | none`,
      `fills and fees ${id}: 10.00 0.175000 | 0.00 0.000000`,
    ]);
  });
  it('an order placed twice under one id', async () => {
    const rows = [listed, { ...listed, order_id: 'order-2' }];
    expect(await judged(orders(rows))).toEqual([`order ${id}: none | executed 10.00`]);
  });
  it('an order that bears no id of ours', async () => {
    const rows = [listed, { ...listed, order_id: 'order-2', client_order_id: '' }];
    expect(await judged(orders(rows))).toEqual([
      'order order-2, without an id of ours: none | executed 10.00',
    ]);
  });
  it('a status', async () => {
    const rows = [{ ...listed, status: 'resting' }];
    expect(await judged(orders(rows))).toEqual([`order ${id}: executed 10.00 | resting 10.00`]);
  });
  it('a filled count', async () => {
    const rows = [{ ...listed, fill_count_fp: '9.00', remaining_count_fp: '1.00' }];
    expect(await judged(orders(rows))).toEqual([`order ${id}: executed 10.00 | executed 9.00`]);
  });
  it('a fee', async () => {
    expect(await judged(fills([{ ...filled, fee_cost: '0.1800' }]))).toEqual([
      `fills and fees ${id}: 10.00 0.175000 | 10.00 0.180000`,
    ]);
  });
  it('a fill that was booked but is not listed, and one of no listed order', async () => {
    expect(await judged(fills([{ ...filled, order_id: 'order-9' }]))).toEqual([
      `fills and fees ${id}: 10.00 0.175000 | 0.00 0.000000`,
      'fills and fees order-9, an order that is not listed: none | 10.00 0.175000',
    ]);
  });
});

describe('what could not be compared is no agreement', () => {
  const kinds = ['orders', 'fills', 'positions', 'settlements', 'balance'] as const;
  it.each(kinds)('%s could not be read', async (kind) => {
    const failed: Outcome = { kind: 'failed', code: 'timeout', sent: true, detail: 'too late' };
    const venue = venueOf(agreeing, { [kind]: failed });
    expect(await compareBooks(venue, account, runOf())).toEqual({
      compared: 0,
      differences: [{ what: kind, key: 'reading', ledger: '', venue: 'too late' }],
    });
  });
  it('a list cut short is a failed reading', async () => {
    const fills = { fills: [filled], cursor: 'more' };
    const { differences } = await compareBooks(venueOf({ ...agreeing, fills }), account, runOf());
    expect(differences).toMatchObject([{ what: 'fills', key: 'reading' }]);
  });
  it('an exchange that says nothing of the cash', async () => {
    const balance = { balance_breakdown: [] };
    const comparison = await compareBooks(venueOf({ ...agreeing, balance }), account, runOf());
    expect(comparison).toMatchObject({
      compared: 0,
      differences: [{ what: 'balance', key: 'reading' }],
    });
  });
});

describe('what is told', () => {
  const told = async (lists: Lists, broken: Partial<Record<EffectKind, Outcome>> = {}) => {
    const comparison = await compareBooks(venueOf(lists, broken), account, runOf());
    return { isAgreed: isAgreed(comparison), lines: comparisonLines(comparison) };
  };

  it('is how much was compared, or where they differ', async () => {
    expect(await told(agreeing)).toEqual({
      isAgreed: true,
      lines: [
        "the ledger agrees with the exchange's own books: 6 figures compared, to the micro-dollar",
      ],
    });
    const other = { ...position, position_fp: '9.00' };
    const positions = { market_positions: [other], cursor: '' };
    expect(await told({ ...agreeing, positions })).toEqual({
      isAgreed: false,
      lines: [
        "THE LEDGER DIFFERS FROM THE EXCHANGE'S BOOKS in 1 of 6 figures:",
        '   position KXA: ledger 10.00, exchange 9.00',
      ],
    });
  });

  it('is why nothing was compared: neither agreement nor difference', async () => {
    const nothing = "nothing was compared with the exchange's own books";
    const busy: Outcome = { kind: 'http', status: 503, path: 'fills', body: '' };
    const { isAgreed: isIt, lines } = await told(agreeing, { fills: busy });
    expect(isIt).toBe(false);
    expect(lines).toEqual([nothing, expect.stringMatching(/^ {3}fills could not be read: .+/)]);
    const broken = uncompared('books', 'the run broke off');
    expect(isAgreed(broken)).toBe(false);
    expect(comparisonLines(broken)).toEqual([
      nothing,
      '   books could not be read: the run broke off',
    ]);
  });
});
