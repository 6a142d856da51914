// Goal: the rig's judge convicts. Both sides agree on a small account; each row changes one thing, and is told by name.
import { describe, expect, it } from 'vitest';
import { readBooks } from './books.mjs';
import { differences, overCap, wireFaults } from './judge.mjs';

type Json = Readonly<Record<string, unknown>>;
type Line = {
  readonly run: number;
  readonly inputSeq: number;
  readonly at: number;
  readonly body: Json;
};

const line = (body: Json, inputSeq = 1): Line => ({ run: 1, inputSeq, at: 0, body });
const intent = (id: string, market: string, inputSeq: number): Line =>
  line(
    { kind: 'intent', terms: { clientOrderId: id, ticker: market, reduceOnly: false } },
    inputSeq,
  );
const fill = (over: Json = {}): Json => ({
  kind: 'fill',
  tradeId: 't1',
  orderId: 'o1',
  clientOrderId: 'a',
  ticker: 'KX-A',
  shard: 0,
  count: 1_000,
  yesPrice: 4_000,
  fee: 168_000,
  ...over,
});

/** Ten YES at 40 cents, four NO at 55: four pairs are a dollar each; then the rest settles at a dollar. */
const lines: readonly Line[] = [
  line({ kind: 'opening', shard: 0, amount: 100_000_000 }),
  intent('a', 'KX-A', 2),
  line({ kind: 'order', clientOrderId: 'a', event: { kind: 'sent' } }),
  line(fill()),
  intent('b', 'KX-A', 3),
  line(
    fill({
      tradeId: 't2',
      orderId: 'o2',
      clientOrderId: 'b',
      count: -400,
      yesPrice: 4_500,
      fee: 70_000,
    }),
  ),
  line({ kind: 'settled', ticker: 'KX-A', revenue: 6_000_000 }),
];
const cash = 100_000_000 - 4_000_000 - 168_000 - 2_200_000 - 70_000 + 4_000_000 + 6_000_000;
const order = { ticker: 'KX-A', group: 'g' };
const truth = {
  exposureMax: '4000000',
  marketExposureMax: '4000000',
  cash: [{ shard: 0, micros: String(cash) }],
  orders: [
    { ...order, id: 'o1', clientOrderId: 'a' },
    { ...order, id: 'o2', clientOrderId: 'b' },
  ],
  fills: [
    {
      id: 't1',
      orderId: 'o1',
      ticker: 'KX-A',
      shard: 0,
      count: '1000',
      price: '4000',
      fee: '168000',
    },
    {
      id: 't2',
      orderId: 'o2',
      ticker: 'KX-A',
      shard: 0,
      count: '-400',
      price: '4500',
      fee: '70000',
    },
  ],
  positions: [{ ticker: 'KX-A', count: '0' }],
  settlements: [{ ticker: 'KX-A', shard: 0, count: '600', revenue: '6000000' }],
};
const caps = { exposure: 4_000_000n, market: 4_000_000n };
const post = (id: string, status: number | null, over: Json = {}): Json => ({
  status,
  body: JSON.stringify({ client_order_id: id, ticker: 'KX-A', ...over }),
});

describe('the judge', () => {
  it('has nothing to say of books that agree', () => {
    const books = readBooks(lines);
    expect(differences(truth, books, { isNow: true })).toEqual([]);
    expect(overCap(truth, caps)).toEqual([]);
    expect(wireFaults([post('a', 201), post('b', 429), post('b', 201)], books)).toEqual([]);
  });

  it('compares a ledger with an earlier moment, and then leaves out what came after', () => {
    const earlier = {
      ...truth,
      cash: [{ shard: 0, micros: String(100_000_000 - 4_000_000 - 168_000) }],
      orders: truth.orders.slice(0, 1),
      fills: truth.fills.slice(0, 1),
      positions: [{ ticker: 'KX-A', count: '1000' }],
      settlements: [],
    };
    expect(differences(earlier, readBooks(lines))).toEqual([]);
    expect(differences(earlier, readBooks(lines), { isNow: true })).toHaveLength(3);
  });

  it.each<[what: string, change: Partial<Record<keyof typeof truth, unknown>>, told: RegExp]>([
    ['a micro-dollar', { cash: [{ shard: 0, micros: String(cash + 1) }] }, /cash on shard 0/],
    [
      'an order twice',
      { orders: [...truth.orders, { ...truth.orders[0], id: 'o3' }] },
      /placed twice/,
    ],
    [
      'an order of nobody',
      { orders: [...truth.orders, { ...order, id: 'o3', clientOrderId: 'c' }] },
      /never written down/,
    ],
    [
      'an order outside a group',
      { orders: [{ ...truth.orders[0], group: null }, truth.orders[1]] },
      /own fuse/,
    ],
    [
      'a fill that nobody booked',
      { fills: [...truth.fills, { ...truth.fills[0], id: 't3' }] },
      /t3: lost/,
    ],
    ['another fee', { fills: [{ ...truth.fills[0], fee: '1' }, truth.fills[1]] }, /fill t1/],
    ['another position', { positions: [{ ticker: 'KX-A', count: '1' }] }, /position KX-A/],
    [
      'another payout',
      { settlements: [{ ...truth.settlements[0], revenue: '1' }] },
      /settlement of KX-A/,
    ],
  ])('tells of %s', (_what, change, told) => {
    expect(differences({ ...truth, ...change }, readBooks(lines)).join('\n')).toMatch(told);
  });

  it.each<[what: string, more: Line, told: RegExp]>([
    ['a fill booked twice', line(fill()), /fill t1 is booked twice/],
    ['an order intended twice', intent('a', 'KX-A', 9), /a was intended twice/],
    ['two orders for one decision', intent('c', 'KX-A', 2), /two orders for one decision/],
    ['cash that was adjusted', line({ kind: 'adjusted', shard: 0, amount: 1 }), /adjusted by 1/],
    ['an anomaly', line({ kind: 'anomaly', code: 'overfill', text: '' }), /anomaly overfill/],
  ])('tells of %s', (_what, more, told) => {
    expect(differences(truth, readBooks([...lines, more])).join('\n')).toMatch(told);
  });

  it('tells of an order that was sent while a latch held', () => {
    const latched = [
      line({ kind: 'latch', cause: 'operator', set: true, why: '' }),
      intent('c', 'KX-A', 9),
      line({ kind: 'order', clientOrderId: 'c', event: { kind: 'sent' } }),
    ];
    const told = differences(truth, readBooks([...lines, ...latched])).join('\n');
    expect(told).toMatch(/c was sent while operator held/);
  });

  it.each<[what: string, posts: readonly Json[], told: RegExp]>([
    ['an id with two bodies', [post('a', 429), post('a', 201, { count: 2 })], /two bodies/],
    ['an order sent again that was no 429', [post('a', null), post('a', 201)], /sent again/],
    ['four attempts', [429, 429, 429, 201].map((status) => post('a', status)), /sent 4 times/],
    ['an order nobody wrote down', [post('c', 201)], /never written down/],
    ['another market', [post('a', 201, { ticker: 'KX-B' })], /intended for KX-A/],
  ])('tells of %s on the wire', (_what, posts, told) => {
    expect(wireFaults(posts, readBooks(lines)).join('\n')).toMatch(told);
  });

  it('tells of a cap that was exceeded by a micro-dollar', () => {
    expect(overCap({ ...truth, exposureMax: '4000001' }, caps)).toHaveLength(1);
    expect(overCap({ ...truth, marketExposureMax: '4000001' }, caps)).toHaveLength(1);
  });
});
