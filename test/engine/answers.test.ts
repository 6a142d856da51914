import { describe, expect, it } from 'vitest';
import type { ExecutorMessage } from '../../src/actors/executor/messages.js';
import {
  callId,
  clientOrderId,
  epochMs,
  micros,
  orderId,
  price,
  quantity,
  shard,
  ticker,
} from '../../src/domain/units.js';
import { answersOf } from '../../src/engine/answers.js';
import { KnownMarkets } from '../../src/engine/known-markets.js';
import { kalshiCodec } from '../../src/exchange/kalshi/codec.js';
import type { EffectKind, EffectRequest, Outcome } from '../../src/messages/effect.js';
import { startingBlend } from '../../src/valuation/blend.js';
import { marketSample, orderSample } from '../exchange/samples.js';
import { aListedMarket } from '../support/fixtures.js';

const id = clientOrderId('mine');
const held = ticker('KXHIGHNY-26JUN15-B84.5');
const requests = {
  flush: { kind: 'flush', recordSeq: 9 },
  place: {
    kind: 'place',
    order: {
      clientOrderId: id,
      ticker: held,
      shard: shard(0),
      side: 'bid',
      yesPrice: price(4_000),
      count: quantity(100),
      reduceOnly: false,
    },
  },
  cancel: {
    kind: 'cancel',
    orderId: orderId('v1'),
    clientOrderId: id,
    ticker: held,
    shard: shard(0),
  },
  orders: { kind: 'orders', since: epochMs(5), ticker: held },
  fills: { kind: 'fills', since: null, orderId: orderId('v1') },
  positions: { kind: 'positions' },
  settlements: { kind: 'settlements', since: null, ticker: held },
  balance: { kind: 'balance' },
  market: { kind: 'market', ticker: held },
  scan: { kind: 'scan' },
  metadata: { kind: 'metadata', events: [], series: [] },
  book: { kind: 'book', ticker: held },
  value: {
    kind: 'value',
    job: {
      cycle: 0,
      at: epochMs(0),
      settings: {} as never,
      bankroll: 0 as never,
      holdings: [],
      barred: [],
      blend: startingBlend,
      markets: [],
    },
  },
  evidence: { kind: 'evidence', source: 'noaa', url: 'http://127.0.0.1/points/1,2' },
  send: { kind: 'send', connection: 1, text: '' },
} satisfies { readonly [Kind in EffectKind]?: Extract<EffectRequest, { kind: Kind }> };

const http = (status: number, body: unknown): Outcome => ({
  kind: 'http',
  status,
  path: '/x',
  body: typeof body === 'string' ? body : JSON.stringify(body),
});
const failed = (sent: boolean): Outcome => ({ kind: 'failed', code: 'timeout', sent, detail: 'd' });
const end = (parts: number): Outcome => ({ kind: 'end', parts });

const answers = (request: EffectRequest, parts: readonly Outcome[], known = new KnownMarkets()) =>
  answersOf(request, parts, kalshiCodec, known.dress);

/** In one word: what the executor is told. */
function word(message: ExecutorMessage): string {
  if (message.kind === 'placed' || message.kind === 'cancel_answered') return message.answer.kind;
  if (message.kind === 'market') return message.market === null ? 'nothing' : 'market';
  if ('answer' in message) return message.answer.kind;
  return message.kind;
}

// Goal: every request meets every kind of outcome, and nothing odd is ever good news.
const outcomes: Readonly<Record<string, readonly Outcome[]>> = {
  empty_200: [http(200, '{}')],
  html_200: [http(200, '<html>')],
  http_400: [http(400, '{"error":{"code":"bad"}}')],
  http_404: [http(404, '')],
  http_408: [http(408, '')],
  http_429: [http(429, '')],
  http_500: [http(500, 'oops')],
  left: [failed(true)],
  not_left: [failed(false)],
  worker: [{ kind: 'worker', output: { kind: 'accepted' } }],
  flushed: [{ kind: 'flushed', recordSeq: 9 }],
  paper: [{ kind: 'paper', answer: { fills: 'many' } }],
  end: [end(0)],
  none: [],
};
const table = `
              flush        place         cancel  orders  fills   positions settlements balance market
  empty_200   disk_failed  unknown       failed  failed  failed  failed    failed      failed  nothing
  html_200    disk_failed  unknown       failed  failed  failed  failed    failed      failed  nothing
  http_400    disk_failed  rejected      failed  failed  failed  failed    failed      failed  nothing
  http_404    disk_failed  rejected      gone    failed  failed  failed    failed      failed  nothing
  http_408    disk_failed  unknown       failed  failed  failed  failed    failed      failed  nothing
  http_429    disk_failed  rate_limited  failed  failed  failed  failed    failed      failed  nothing
  http_500    disk_failed  unknown       failed  failed  failed  failed    failed      failed  nothing
  left        disk_failed  unknown       failed  failed  failed  failed    failed      failed  nothing
  not_left    disk_failed  not_sent      failed  failed  failed  failed    failed      failed  nothing
  worker      disk_failed  unknown       failed  failed  failed  failed    failed      failed  nothing
  flushed     durable      unknown       failed  failed  failed  failed    failed      failed  nothing
  paper       disk_failed  unknown       gone    failed  failed  failed    failed      failed  nothing
  end         disk_failed  unknown       failed  failed  failed  failed    failed      failed  nothing
  none        disk_failed  unknown       failed  failed  failed  failed    failed      failed  nothing
`;
const [head = [], ...rows] = table
  .trim()
  .split('\n')
  .map((line) => line.trim().split(/\s+/));

describe('an answer of Claude', () => {
  it('is billed by any status that says it was made', () => {
    const body = JSON.stringify({
      id: 'msg_1',
      model: 'm',
      usage: { input_tokens: 1, output_tokens: 2 },
    });
    const call = { callId: callId('c'), model: 'm', tickers: [], body: '{}', maxCost: micros(1) };
    for (const [status, isBilled] of [
      [200, true],
      [201, true],
      [299, true],
      [300, false],
      [500, false],
    ] as const)
      expect(
        answers({ kind: 'infer', call, holdSeq: 1 }, [
          { kind: 'inference', status, body, lost: 0, detail: '' },
        ]),
      ).toMatchObject([{ status, bill: isBilled ? { messageId: 'msg_1' } : null }]);
  });
});

describe('a model that was looked up', () => {
  it('comes with what the operator should know of it', () => {
    const entry = { id: 'm', lifecycle: 'deprecated', retires_at: '2027-01-31T00:00:00Z' };
    expect(answers({ kind: 'model', model: 'm' }, [http(200, entry)])).toMatchObject([
      { problem: null, notice: expect.stringContaining('2027-01-31') },
    ]);
  });

  it('is refused for good by what the API says, and not by an API that could not be asked', () => {
    const isPassing = (outcome: Outcome): unknown => {
      const [message] = answers({ kind: 'model', model: 'm' }, [outcome]);
      return message?.kind === 'model_checked' && message.problem !== null && message.isPassing;
    };
    expect([408, 429, 500, 529].map((status) => isPassing(http(status, '')))).not.toContain(false);
    expect(isPassing(failed(false))).toBe(true);
    expect([200, 400, 401, 403, 404].map((status) => isPassing(http(status, '')))).not.toContain(
      true,
    );
  });
});

describe('every request meets every outcome', () => {
  it('covers them all', () => {
    const silent = ['scan', 'metadata', 'book', 'evidence', 'value', 'send'];
    expect([...head, ...silent].sort()).toEqual(Object.keys(requests).sort());
    expect(rows.map(([name]) => name)).toEqual(Object.keys(outcomes));
  });

  it.each(rows)('%s', (name = '', ...cells) => {
    const parts = outcomes[name] ?? [];
    const told = head.map((kind) => {
      const messages = answers(requests[kind as keyof typeof requests], parts);
      expect(messages).toHaveLength(1);
      return messages.map(word)[0];
    });
    expect(told).toEqual(cells);
  });

  it.each(Object.keys(outcomes))('what the streams asked is not for the executor: %s', (name) => {
    for (const kind of ['scan', 'metadata', 'book', 'evidence', 'value', 'send'] as const)
      expect(answers(requests[kind], outcomes[name] ?? [])).toEqual([]);
  });
});

describe('a good answer', () => {
  it('of the ledger says up to where records are durable', () => {
    expect(answers(requests.flush, [{ kind: 'flushed', recordSeq: 8 }])).toEqual([
      { kind: 'durable', recordSeq: 8 },
    ]);
    expect(answers(requests.flush, [failed(false)])).toEqual([
      { kind: 'disk_failed', detail: 'd' },
    ]);
  });

  it('of a create says which order it was', () => {
    const body = { order_id: 'v1', fill_count: '1.00', remaining_count: '0.00' };
    expect(answers(requests.place, [http(201, body)])).toEqual([
      {
        kind: 'placed',
        clientOrderId: id,
        answer: {
          kind: 'accepted',
          orderId: 'v1',
          filled: 100,
          remaining: 0,
          averageYesPrice: null,
          averageFee: null,
        },
      },
    ]);
  });

  it('of the paper venue is the answer first, then its fills', () => {
    const fill = {
      tradeId: 't1',
      orderId: 'paper-mine',
      clientOrderId: 'mine',
      ticker: held,
      shard: 0,
      count: 100,
      yesPrice: 4_000,
      fee: 16_800,
      isTaker: true,
      executedAt: 5,
    };
    const answer = {
      kind: 'accepted',
      orderId: 'paper-mine',
      filled: 100,
      remaining: 0,
      averageYesPrice: 4_000,
      averageFee: 16_800,
    };
    const told = answers(requests.place, [
      { kind: 'paper', answer: { answer, fills: [fill, { ...fill, tradeId: 't2' }] } },
    ]);
    expect(told).toEqual([
      { kind: 'placed', clientOrderId: id, answer },
      { kind: 'account', event: { kind: 'fill', fill } },
      { kind: 'account', event: { kind: 'fill', fill: { ...fill, tradeId: 't2' } } },
    ]);
  });

  it('of a list carries what was asked, and is whole or nothing', () => {
    const page = (rows: readonly unknown[], cursor: string) => http(200, { orders: rows, cursor });
    const whole = [page([orderSample()], 'more'), page([orderSample({ order_id: 'v2' })], '')];
    expect(answers(requests.orders, [...whole, end(2)])).toMatchObject([
      {
        kind: 'orders',
        since: 5,
        ticker: held,
        answer: {
          kind: 'complete',
          items: [{ orderId: orderSample().order_id }, { orderId: 'v2' }],
        },
      },
    ]);
    for (const parts of [whole, [...whole.slice(0, 1), end(1)], [...whole, end(3)]])
      expect(answers(requests.orders, parts)).toMatchObject([{ answer: { kind: 'failed' } }]);
    const broken = [
      ...whole.slice(0, 1),
      page([orderSample({ fill_count_fp: 'NaN' })], ''),
      end(2),
    ];
    expect(answers(requests.orders, broken)).toMatchObject([{ answer: { kind: 'failed' } }]);
  });

  it('of the other lists, empty: nothing there, which is not a failure', () => {
    const told = (kind: 'fills' | 'positions' | 'settlements', field: string) =>
      answers(requests[kind], [http(200, { [field]: [], cursor: '' }), end(1)]);
    const answer = { kind: 'complete', items: [] };
    expect(told('fills', 'fills')).toEqual([{ kind: 'fills', since: null, orderId: 'v1', answer }]);
    expect(told('positions', 'market_positions')).toEqual([{ kind: 'positions', answer }]);
    expect(told('settlements', 'settlements')).toEqual([
      { kind: 'settlements', since: null, ticker: held, answer },
    ]);
  });

  it('of the balance needs no end', () => {
    const body = { balance_breakdown: [{ exchange_index: 2, balance: '12.500000' }] };
    expect(answers(requests.balance, [http(200, body)])).toEqual([
      {
        kind: 'balance',
        answer: { kind: 'complete', items: [{ shard: 2, cash: 12_500_000 }] },
      },
    ]);
  });
});

describe('a market listed on its own', () => {
  const listed = (changes: Readonly<Record<string, unknown>>): Outcome =>
    http(200, { market: marketSample(changes) });

  it('is dressed with what is known, and says what it will pay', () => {
    const known = new KnownMarkets();
    known.add(
      aListedMarket(held, { vertical: 'weather', fees: { type: 'flat', multiplierPpm: 3 } }),
    );
    const told = answers(
      requests.market,
      [listed({ status: 'determined', settlement_value_dollars: '1.0000' })],
      known,
    );
    expect(told).toMatchObject([
      {
        kind: 'market',
        ticker: held,
        market: { vertical: 'weather', fees: { type: 'flat' }, status: 'determined' },
        settlementValue: 10_000,
        isFinal: false,
      },
    ]);
  });

  it.each([
    ['finalized', true],
    ['determined', false],
    ['disputed', false],
    ['amended', false],
    ['active', false],
    ['brand_new_status', false],
  ])('is final only when finalized: %s', (status, isFinal) => {
    const value = status === 'active' ? {} : { settlement_value_dollars: '0.0000' };
    expect(answers(requests.market, [listed({ status, ...value })])).toMatchObject([{ isFinal }]);
  });

  it('is nothing when it is another market, or not a market', () => {
    const nothing = { market: null, settlementValue: null, isFinal: false, ticker: held };
    for (const outcome of [
      listed({
        ticker: 'OTHER',
        status: 'finalized',
        settlement_value_dollars: '1.0000',
      }),
      listed({ status: 'finalized', settlement_value_dollars: '1.5000' }),
      http(200, { market: { ticker: '__proto__' } }),
      http(200, { market: null }),
      http(200, { market: [] }),
      http(200, '[]'),
      http(503, { market: marketSample() }),
    ])
      expect(answers(requests.market, [outcome])).toMatchObject([nothing]);
  });
});

describe('a hostile answer', () => {
  it.each([
    ['no order id', { fill_count: '1.00', remaining_count: '0.00' }],
    ['a count that is a number', { order_id: 'v', fill_count: 1, remaining_count: '0.00' }],
    ['a negative count', { order_id: 'v', fill_count: '-1.00', remaining_count: '0.00' }],
    ['an exponent', { order_id: 'v', fill_count: '1e2', remaining_count: '0.00' }],
    ['an error beside it', { order_id: 'v', fill_count: '0', remaining_count: '0', error: {} }],
    ['an array', []],
    ['null', null],
  ])('to a create leaves its outcome open: %s', (_name, body) => {
    expect(answers(requests.place, [http(200, body)])).toMatchObject([
      { kind: 'placed', clientOrderId: id, answer: { kind: 'unknown' } },
    ]);
  });

  it.each([
    ['no fills', { answer: { kind: 'rejected', code: 'a', detail: 'b' } }],
    ['fills without numbers', { answer: { kind: 'accepted' }, fills: [] }],
    [
      'a fill at no price',
      {
        answer: {
          kind: 'accepted',
          orderId: 'x',
          filled: 100,
          remaining: 0,
          averageYesPrice: null,
          averageFee: null,
        },
        fills: [{ tradeId: 't', orderId: 'x', clientOrderId: 'mine', ticker: 'A', count: 1 }],
      },
    ],
    ['a string', 'filled'],
    ['null', null],
  ])('of the paper venue is no fill: %s', (_name, answer) => {
    const told = answers(requests.place, [{ kind: 'paper', answer }]);
    expect(told).toHaveLength(1);
    expect(told).toMatchObject([{ kind: 'placed', answer: { kind: 'unknown' } }]);
  });
});
