// Goal: no doubt is ever read as "no order" or as "flat".
import { describe, expect, it } from 'vitest';
import type { Ticker } from '../../src/domain/units.js';
import { kalshiCodec } from '../../src/exchange/kalshi/codec.js';
import { venueError } from '../../src/exchange/kalshi/errors.js';
import type { Outcome } from '../../src/messages/effect.js';
import { fillSample, orderSample } from './samples.js';

const http = (status: number, body: unknown): Outcome => ({
  kind: 'http',
  status,
  path: '/x',
  body: typeof body === 'string' ? body : JSON.stringify(body),
});
const failed = (sent: boolean): Outcome => ({
  kind: 'failed',
  code: 'timeout',
  sent,
  detail: 'late',
});
const end = (parts: number): Outcome => ({ kind: 'end', parts });

describe('a transfer', () => {
  const entry = {
    transfer_id: 't1',
    source: 'event_contract',
    destination: 'event_contract',
    source_exchange_shard: 0,
    destination_exchange_shard: 2,
    amount: '0.500000',
    status: 'pending',
    created_ts: 1_790_000_000,
  };
  const read = {
    venueId: 't1',
    from: 0,
    to: 2,
    amount: 500_000,
    status: 'pending',
    createdAt: 1_790_000_000_000,
  };

  it.each([
    [http(200, { transfer_id: 't1' }), { kind: 'accepted', venueId: 't1' }],
    [http(201, { transfer_id: 't1' }), { kind: 'accepted', venueId: 't1' }],
    [http(200, {}), { kind: 'unknown' }],
    [http(200, ''), { kind: 'unknown' }],
    [http(200, { transfer_id: '' }), { kind: 'unknown' }],
    [http(202, { transfer_id: 't1' }), { kind: 'unknown' }],
    [http(400, { error: { code: 'insufficient_balance', message: '' } }), { kind: 'refused' }],
    [http(403, { error: 'this API key is restricted' }), { kind: 'refused' }],
    [http(429, { error: 'too many requests' }), { kind: 'refused' }],
    [http(409, { error: { code: 'conflict', message: '' } }), { kind: 'refused' }],
    [http(409, ''), { kind: 'unknown' }],
    [http(408, ''), { kind: 'unknown' }],
    [http(500, ''), { kind: 'unknown' }],
    [failed(true), { kind: 'unknown' }],
    [failed(false), { kind: 'refused', code: 'timeout' }],
    [end(1), { kind: 'unknown' }],
  ] as const)('asked for and answered %j is %j', (outcome, answer) => {
    expect(kalshiCodec.transferred(outcome)).toMatchObject(answer);
  });

  it('is read alone: one that is not there is an answer, a failure is none', () => {
    const one = (outcome: Outcome) => kalshiCodec.transfers([outcome], true);
    expect(one(http(200, { transfer: entry }))).toEqual({ kind: 'complete', items: [read] });
    expect(one(http(200, { transfer: { ...entry, status: 'reversed' } }))).toMatchObject({
      items: [{ status: 'unknown' }],
    });
    expect(one(http(404, ''))).toEqual({ kind: 'complete', items: [] });
    for (const bad of [
      http(200, { transfer: { ...entry, amount: 0.5 } }),
      http(200, {}),
      http(503, ''),
      failed(true),
      failed(false),
      end(1),
    ])
      expect(one(bad).kind).toBe('failed');
    expect(kalshiCodec.transfers([], true).kind).toBe('failed');
  });

  it('is read in a list that may leave out its last cursor, and only whole', () => {
    const list = (...parts: Outcome[]) => kalshiCodec.transfers(parts, false);
    const whole = { kind: 'complete', items: [read] };
    expect(list(http(200, { transfers: [entry] }), end(1))).toEqual(whole);
    expect(list(http(200, { transfers: [entry], cursor: '' }), end(1))).toEqual(whole);
    // Money of another part of the exchange is not ours.
    const other = { ...entry, destination: 'margined' };
    expect(list(http(200, { transfers: [other, entry] }), end(1))).toEqual(whole);
    for (const parts of [
      [http(200, { transfers: [entry], cursor: 'more' }), end(1)],
      [http(200, { transfers: [entry] })],
      [http(200, { transfers: [entry] }), failed(true)],
      [http(200, { transfers: [{ ...entry, amount: undefined }] }), end(1)],
      [http(200, { transfers: {} }), end(1)],
      [http(500, ''), end(1)],
    ])
      expect(list(...parts).kind).toBe('failed');
  });

  it('needs its cursor in every other list', () => {
    expect(kalshiCodec.positions([http(200, { market_positions: [] }), end(1)]).kind).toBe(
      'failed',
    );
  });
});

describe('error bodies', () => {
  it.each([
    [
      401,
      {
        error: {
          code: 'authentication_error',
          message: 'authentication_error',
          details: 'NOT_FOUND',
        },
      },
      'nested',
      'authentication_error',
      'NOT_FOUND',
    ],
    [
      409,
      {
        error: {
          code: 'order_already_exists',
          message: 'order already exists',
          service: 'exchange',
        },
      },
      'nested',
      'order_already_exists',
      '',
    ],
    [
      400,
      { code: 'bad_request', message: 'bad request', details: 'json: cannot unmarshal' },
      'flat',
      'bad_request',
      'json: cannot unmarshal',
    ],
    [400, { msg: 'Parameter validation failed' }, 'message', 'invalid_query', ''],
    [429, { error: 'too many requests' }, 'text', 'too_many_requests', ''],
    [403, { error: 'this API key is restricted' }, 'text', 'this_api_key_is_restricted', ''],
    [502, '<html>Bad Gateway</html>', 'none', 'http_502', ''],
    [500, '', 'none', 'http_500', ''],
    [400, { error: { code: 7, message: {} } }, 'nested', 'http_400', ''],
    [400, 'null', 'none', 'http_400', ''],
  ])('%i %j is %s', (status, body, shape, code, details) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    expect(venueError(status, text)).toMatchObject({ status, shape, code, details });
  });

  it('keeps one bounded line of whatever the exchange says', () => {
    const error = venueError(
      400,
      JSON.stringify({ msg: `a\n{"level":50}\u001b[31m${'x'.repeat(10_000)}` }),
    );
    expect(error.message.length).toBe(200);
    expect(error.message).not.toMatch(/\p{Cc}/u);
  });
});

const good = {
  order_id: 'o1',
  client_order_id: 'c',
  fill_count: '1.00',
  remaining_count: '0.00',
  average_fill_price: '0.5200',
  average_fee_paid: '0.0175',
  ts_ms: 1,
};

describe('the answer to a create', () => {
  it.each([200, 201])('%i with a whole body is an order', (status) => {
    expect(kalshiCodec.placed(http(status, good))).toEqual({
      kind: 'accepted',
      orderId: 'o1',
      filled: 100,
      remaining: 0,
      averageYesPrice: 5_200,
      averageFee: 17_500,
    });
  });

  it('an average finer than the unit is left out, not a reason to doubt the order', () => {
    const body = { ...good, average_fill_price: '0.52333333', average_fee_paid: null };
    expect(kalshiCodec.placed(http(201, body))).toMatchObject({
      kind: 'accepted',
      averageYesPrice: null,
      averageFee: null,
    });
  });

  it.each([
    [http(201, '')],
    [http(201, 'null')],
    [http(201, '{}')],
    [http(200, { error: { code: 'x' } })],
    [http(201, { ...good, error: { code: 'x' } })],
    [http(201, { ...good, fill_count: 1 })],
    [http(201, { ...good, fill_count: '-1.00' })],
    [http(201, { ...good, order_id: '' })],
    [http(201, JSON.stringify(good).slice(0, -5))],
    [http(202, good)],
    [http(204, '')],
    [http(302, '')],
    [http(408, '')],
    [http(500, good)],
    [http(503, { error: { code: 'service_unavailable' } })],
    [http(402, '')],
    [failed(true)],
    [end(1)],
  ])('nobody knows: %j', (outcome) => {
    expect(kalshiCodec.placed(outcome).kind).toBe('unknown');
  });

  it.each([400, 401, 403, 404, 409, 410])(
    '%i is definitely no order, with the wire’s code',
    (status) => {
      const body = { error: { code: 'insufficient_balance', message: 'no', details: 'shard 2' } };
      expect(kalshiCodec.placed(http(status, body))).toEqual({
        kind: 'rejected',
        code: 'insufficient_balance',
        detail: `HTTP ${status}: no: shard 2`,
      });
      // Of a conflict it matters with what: there may be an order of this id.
      const bare = kalshiCodec.placed(http(status, '<html>')).kind;
      expect(bare).toBe(status === 409 ? 'unknown' : 'rejected');
    },
  );

  it('429 may be sent again, and what never left was not sent', () => {
    expect(kalshiCodec.placed(http(429, { error: 'too many requests' }))).toEqual({
      kind: 'rate_limited',
    });
    expect(kalshiCodec.placed(failed(false))).toEqual({
      kind: 'not_sent',
      code: 'timeout',
      detail: 'late',
    });
  });
});

describe('the answer to a cancel', () => {
  it.each([
    [http(200, { order_id: 'o', reduced_by: '1.00' }), { kind: 'canceled', reducedBy: 100 }],
    [http(404, { error: { code: 'not_found' } }), { kind: 'gone' }],
    [http(200, {}), { kind: 'failed', code: 'odd_answer' }],
    [http(204, ''), { kind: 'failed', code: 'http_204' }],
    [
      http(503, { error: { code: 'service_unavailable' } }),
      { kind: 'failed', code: 'service_unavailable' },
    ],
    [failed(true), { kind: 'failed', code: 'timeout' }],
  ])('%j', (outcome, answer) => {
    expect(kalshiCodec.canceled(outcome)).toMatchObject(answer);
  });
});

const page = (rows: readonly unknown[], cursor: unknown): Outcome =>
  http(200, { orders: rows, cursor });

describe('a paged list', () => {
  it('is whole with every page, the last cursor empty and the end in place', () => {
    const answer = kalshiCodec.orders([
      page([orderSample()], 'c1'),
      page([orderSample({ order_id: 'o2' }), orderSample({ subaccount_number: 4 })], ''),
      end(2),
    ]);
    expect(answer).toMatchObject({ kind: 'complete', items: [{ side: 'ask' }, { orderId: 'o2' }] });
    expect(kalshiCodec.orders([page([], ''), end(1)])).toEqual({ kind: 'complete', items: [] });
  });

  it.each([
    ['nothing', []],
    ['no end', [page([], '')]],
    ['an end without pages', [end(0)]],
    ['an end that counts differently', [page([], ''), end(2)]],
    ['something behind the end', [page([], ''), end(1), page([], '')]],
    ['a cursor left over', [page([], 'more'), end(1)]],
    ['a page behind the last one', [page([], ''), page([], ''), end(2)]],
    ['no cursor', [page([], undefined), end(1)]],
    ['no rows', [http(200, { cursor: '' }), end(1)]],
    ['a failed page', [page([], 'c1'), failed(true)]],
    ['a refused page', [page([], 'c1'), http(503, '')]],
    ['a cut page', [http(200, '{"orders":[],"cursor":""'), end(1)]],
    ['one malformed row', [page([orderSample(), orderSample({ fill_count_fp: 1 })], ''), end(1)]],
    [
      'a row without a side',
      [
        page([orderSample({ book_side: undefined, outcome_side: undefined, side: 'maybe' })], ''),
        end(1),
      ],
    ],
  ])('is not whole with %s', (_, parts) => {
    expect(kalshiCodec.orders(parts as Outcome[]).kind).toBe('failed');
  });

  it('names page and field of what was malformed, and the wire’s code of what was refused', () => {
    expect(
      kalshiCodec.orders([page([orderSample({ yes_price_dollars: '7' })], ''), end(1)]),
    ).toEqual({
      kind: 'failed',
      code: 'bad_value',
      detail: 'page 0, orders.0.yes_price_dollars: 7',
    });
    expect(
      kalshiCodec.orders([http(401, { error: { code: 'header_timestamp_expired' } })]),
    ).toMatchObject({
      kind: 'failed',
      code: 'header_timestamp_expired',
    });
  });
});

describe('account rows', () => {
  it('fills from REST carry no client order id; the time is cut to the millisecond', () => {
    const answer = kalshiCodec.fills([
      http(200, {
        fills: [fillSample(), fillSample({ outcome_side: 'no', book_side: 'ask' })],
        cursor: '',
      }),
      end(1),
    ]);
    expect(answer).toMatchObject({
      kind: 'complete',
      items: [
        {
          tradeId: 'f4a42159',
          clientOrderId: null,
          count: 100,
          yesPrice: 5_200,
          fee: 17_500,
          isTaker: true,
          executedAt: 1_781_159_370_164,
        },
        { count: -100 },
      ],
    });
  });

  it('settlements pay whole cents as integers', () => {
    const row = {
      ticker: 'A',
      exchange_index: 3,
      market_result: 'yes',
      revenue: 1_000,
      value: 100,
      settled_time: '2026-06-16T15:01:02Z',
      fee_cost: '0.3400',
    };
    const read = (changes: object) =>
      kalshiCodec.settlements([
        http(200, { settlements: [{ ...row, ...changes }], cursor: '' }),
        end(1),
      ]);
    expect(read({})).toMatchObject({
      items: [{ shard: 3, revenue: 10_000_000, yesValue: 10_000 }],
    });
    expect(read({ value: null, market_result: 'no' })).toMatchObject({ items: [{ yesValue: 0 }] });
    expect(read({ value: null, market_result: 'scalar' })).toMatchObject({
      items: [{ yesValue: null }],
    });
    for (const revenue of ['1000', 10.5, -1, null]) expect(read({ revenue }).kind).toBe('failed');
  });

  it('balances by shard, with the older totals as shard 0', () => {
    const read = (body: unknown) => kalshiCodec.balance([http(200, body)]);
    const rows = [
      { exchange_index: 0, balance: '98.0186' },
      { exchange_index: 2, balance: '1.5' },
    ];
    expect(read({ balance: 9_801, balance_dollars: '99.5186', balance_breakdown: rows })).toEqual({
      kind: 'complete',
      items: [
        { shard: 0, cash: 98_018_600 },
        { shard: 2, cash: 1_500_000 },
      ],
    });
    expect(read({ balance: 9_801, balance_dollars: '98.0186' })).toMatchObject({
      items: [{ shard: 0, cash: 98_018_600 }],
    });
    expect(read({ balance: 9_801 })).toMatchObject({ items: [{ shard: 0, cash: 98_010_000 }] });
    expect(read({})).toMatchObject({ kind: 'failed' });
    expect(read({ balance_breakdown: [{ exchange_index: 0, balance: 98 }] })).toMatchObject({
      kind: 'failed',
    });
    expect(kalshiCodec.balance([])).toMatchObject({ kind: 'failed' });
  });
});

describe('books and metadata', () => {
  it('reads a REST book; absent sides are empty', () => {
    const read = (book: unknown) =>
      kalshiCodec.book('A' as Ticker, JSON.stringify({ orderbook_fp: book }));
    expect(
      read({
        yes_dollars: [
          ['0.4700', '3.00'],
          ['0.4800', '0.00'],
        ],
        no_dollars: null,
      }),
    ).toEqual({
      ok: true,
      value: {
        kind: 'snapshot',
        ticker: 'A',
        yes: [[4_700, 300]],
        no: [],
        exchangeAt: null,
        from: 'book',
      },
    });
    expect(read({})).toMatchObject({ ok: true, value: { yes: [], no: [] } });
    for (const bad of [
      null,
      undefined,
      { yes_dollars: {} },
      { yes_dollars: [['0.4700']] },
      { yes_dollars: [[0.47, '3.00']] },
      { no_dollars: [['1.0000', '3.00']] },
      { no_dollars: [['0.1', '-1.00']] },
    ])
      expect(read(bad)).toMatchObject({ ok: false });
  });

  it('reads events and series, leaving out what is malformed', () => {
    const event = { event_ticker: 'E', series_ticker: 'S', title: 'T', mutually_exclusive: true };
    const events = kalshiCodec.events(
      JSON.stringify({
        events: [
          event,
          { ...event, mutually_exclusive: 'yes' },
          { ...event, event_ticker: 'F', fee_type_override: 'flat' },
          { ...event, fee_type_override: 'quadratic', fee_multiplier_override: 0.5 },
        ],
        cursor: '',
      }),
    );
    expect(events).toMatchObject({
      ok: true,
      value: [
        { ticker: 'E', mutuallyExclusive: true, feeOverride: null },
        { ticker: 'F', feeOverride: { type: 'unknown' } },
        { feeOverride: { type: 'quadratic', multiplierPpm: 500_000 } },
      ],
    });
    const series = {
      ticker: 'S',
      title: 'T',
      category: 'Crypto',
      tags: null,
      settlement_sources: [{ name: 'CF', url: 'https://x' }],
      fee_type: 'quadratic',
      fee_multiplier: 1,
    };
    expect(kalshiCodec.series(JSON.stringify({ series }))).toMatchObject({
      ok: true,
      value: [{ ticker: 'S', fees: { type: 'quadratic', multiplierPpm: 1_000_000 } }],
    });
    expect(
      kalshiCodec.series(JSON.stringify({ series: [{ ...series, fee_type: 'novel' }] })),
    ).toMatchObject({ ok: true, value: [{ fees: { type: 'unknown' } }] });
    for (const fee_multiplier of ['1', -1, 0.1234567, null])
      expect(
        kalshiCodec.series(JSON.stringify({ series: { ...series, fee_multiplier } })),
      ).toMatchObject({ ok: false });
    expect(kalshiCodec.events('{}')).toMatchObject({ ok: false });
  });
});
