import { afterEach, describe, expect, it } from 'vitest';
import type { SimulatorOptions } from '../../src/simulator/main.js';
import {
  type Client,
  type Got,
  listing,
  quote,
  startClient,
  storyWorld,
  TICKER,
} from './support.js';

const world = () => storyWorld([[0, [...listing, quote([[4_700, 300]], [[4_800, 300]])]]]);
const ORDERS = '/portfolio/events/orders';

let client: Client;
const start = async (options: SimulatorOptions = {}): Promise<void> => {
  client = await startClient({ world: world(), ...options });
};
afterEach(() => client.simulator.stop());

const orderId = (got: Got): string => (got.body as { order_id: string }).order_id;
const cancel = (id: string, hint = `?market_ticker=${TICKER}`) =>
  client.remove(`${ORDERS}/${id}${hint}`);

describe('the life of an order', () => {
  it('is created, seen, canceled once and then gone', async () => {
    await start();
    const created = await client.order({ client_order_id: 'a-1', price: '0.0100', count: '1.00' });
    expect(created.status).toBe(201);
    expect(created.body).toEqual({
      order_id: orderId(created),
      client_order_id: 'a-1',
      fill_count: '0.00',
      remaining_count: '1.00',
      ts_ms: (created.body as { ts_ms: number }).ts_ms,
    });
    expect((await client.get(`/portfolio/orders/${orderId(created)}`)).body).toMatchObject({
      order: {
        order_id: orderId(created),
        client_order_id: 'a-1',
        status: 'resting',
        outcome_side: 'yes',
        book_side: 'bid',
        yes_price_dollars: '0.0100',
        no_price_dollars: '0.9900',
        initial_count_fp: '1.00',
        remaining_count_fp: '1.00',
        taker_fees_dollars: '0.000000',
        type: 'limit',
      },
    });
    const canceled = await cancel(orderId(created));
    expect(canceled).toMatchObject({
      status: 200,
      body: { order_id: orderId(created), reduced_by: '1.00' },
    });
    expect(await cancel(orderId(created))).toMatchObject({
      status: 404,
      body: { error: { code: 'not_found', message: 'not found' } },
    });
    expect((await cancel('nope')).text).toBe((await cancel(orderId(created))).text);
    expect(await client.order({ client_order_id: 'a-1' })).toMatchObject({
      status: 409,
      body: { error: { code: 'order_already_exists', message: 'order already exists' } },
    });
  });

  it('fills at the resting price and shows everywhere', async () => {
    await start();
    const filled = await client.order({
      price: '0.9900',
      count: '1.00',
      time_in_force: 'immediate_or_cancel',
    });
    expect(filled).toMatchObject({
      status: 201,
      body: {
        fill_count: '1.00',
        remaining_count: '0.00',
        average_fill_price: '0.5200',
        average_fee_paid: '0.0175',
      },
    });
    expect((await client.get(`/portfolio/fills?order_id=${orderId(filled)}`)).body).toMatchObject({
      cursor: '',
      fills: [
        {
          count_fp: '1.00',
          fee_cost: '0.017500',
          is_taker: true,
          yes_price_dollars: '0.5200',
          ticker: TICKER,
          side: 'yes',
          action: 'buy',
        },
      ],
    });
    expect((await client.get('/portfolio/positions')).body).toMatchObject({
      event_positions: [{ event_exposure_dollars: '0.520000', total_cost_shares_fp: '1.00' }],
      market_positions: [
        {
          position_fp: '1.00',
          market_exposure_dollars: '0.520000',
          fees_paid_dollars: '0.017500',
          total_traded_dollars: '0.520000',
        },
      ],
    });
    expect((await client.get('/portfolio/balance')).body).toMatchObject({
      balance: 999_946,
      balance_dollars: '9999.4625',
      portfolio_value: 52,
      balance_breakdown: [
        { balance: '4999.4625', exchange_index: 0 },
        { balance: '3000.0000', exchange_index: 2 },
        { balance: '2000.0000', exchange_index: 3 },
      ],
    });
    expect(
      (await client.get(`/portfolio/orders?status=executed&ticker=${TICKER}`)).body,
    ).toMatchObject({
      orders: [
        {
          status: 'executed',
          taker_fill_cost_dollars: '0.520000',
          taker_fees_dollars: '0.017500',
          yes_price_dollars: '0.9900',
        },
      ],
    });
    expect((await client.get('/markets/trades?limit=5')).body).toMatchObject({
      trades: [
        {
          ticker: TICKER,
          count_fp: '1.00',
          yes_price_dollars: '0.5200',
          taker_side: 'yes',
          taker_book_side: 'bid',
        },
      ],
    });
  });

  it('sells YES as a purchase of NO', async () => {
    await start();
    const filled = await client.order({
      side: 'ask',
      price: '0.0100',
      count: '2.00',
      time_in_force: 'immediate_or_cancel',
    });
    expect(filled.body).toMatchObject({ fill_count: '2.00', average_fill_price: '0.4700' });
    expect((await client.get('/portfolio/positions')).body).toMatchObject({
      market_positions: [{ position_fp: '-2.00', market_exposure_dollars: '1.060000' }],
    });
  });

  it('amends, decreases, and cancels all', async () => {
    await start();
    const id = orderId(await client.order({ price: '0.1000', count: '5.00' }));
    const amended = await client.post(`${ORDERS}/${id}/amend`, {
      ticker: TICKER,
      side: 'bid',
      price: '0.1100',
      count: '4.00',
    });
    expect(amended).toMatchObject({ status: 200, body: { order_id: id, remaining_count: '4.00' } });
    const decreased = await client.post(`${ORDERS}/${id}/decrease`, {
      reduce_by: '1.50',
      market_ticker: TICKER,
    });
    expect(decreased).toMatchObject({
      status: 200,
      body: { order_id: id, remaining_count: '2.50' },
    });
    expect(await client.remove(ORDERS)).toMatchObject({ status: 204, text: '' });
    expect((await client.get('/portfolio/orders?status=resting')).body).toMatchObject({
      orders: [],
    });
  });

  it('reports a batch item by item, in order', async () => {
    await start();
    const item = {
      ticker: TICKER,
      side: 'bid',
      count: '1.00',
      price: '0.0100',
      time_in_force: 'good_till_canceled',
      self_trade_prevention_type: 'maker',
    };
    const created = await client.post(`${ORDERS}/batched`, {
      orders: [item, { ...item, price: '0.0150' }, { ...item, count: 1 }],
    });
    expect(created).toMatchObject({
      status: 201,
      body: {
        orders: [
          { remaining_count: '1.00' },
          { error: { code: 'invalid_price' } },
          { error: { code: 'bad_request' } },
        ],
      },
    });
    const first = (created.body as { orders: { order_id: string }[] }).orders[0]?.order_id;
    const canceled = await client.remove(`${ORDERS}/batched`, {
      orders: [{ order_id: first, market_ticker: TICKER }, { order_id: 'nope' }],
    });
    expect(canceled).toMatchObject({
      status: 200,
      body: { orders: [{ order_id: first, reduced_by: '1.00' }, { error: { code: 'not_found' } }] },
    });
  });
});

describe('refusals', () => {
  it.each([
    [
      'a price off the grid',
      { price: '0.5150' },
      { error: { code: 'invalid_price', message: 'invalid price' } },
    ],
    [
      'too little balance',
      { count: '20000.00', price: '0.9900' },
      { error: { code: 'insufficient_balance', message: 'insufficient balance' } },
    ],
    [
      'a post only that crosses',
      { price: '0.9900', post_only: true },
      { error: { code: 'invalid_order', message: 'invalid order', details: 'post only cross' } },
    ],
    [
      'a number for a count',
      { count: 1 },
      {
        code: 'bad_request',
        message: 'bad request',
        details:
          'json: cannot unmarshal number into Go struct field CreateOrderV2Request.count of type string',
      },
    ],
    [
      'a number for a price',
      { price: 0.5 },
      {
        code: 'bad_request',
        message: 'bad request',
        details:
          'json: cannot unmarshal number into Go struct field CreateOrderV2Request.price of type string',
      },
    ],
  ])('of %s are worded as recorded', async (_, over, body) => {
    await start();
    expect(await client.order(over)).toMatchObject({ status: 400, body });
  });

  it('of legacy endpoints say they are gone', async () => {
    await start();
    expect(await client.post('/portfolio/orders', {})).toMatchObject({
      status: 410,
      body: { error: { code: 'deprecated_v1_order_endpoint' } },
    });
    expect((await client.remove('/portfolio/orders/x')).status).toBe(410);
    expect((await client.get('/portfolio/orders')).status).toBe(200);
  });

  it('of a cancel without routing look only on shard 0', async () => {
    await start({ shardAllocation: new Map([[0, 100]]) });
    const id = orderId(await client.order({ price: '0.0100' }));
    expect((await cancel(id, '?exchange_index=2')).status).toBe(404);
    expect((await cancel(id, '')).status).toBe(200);
  });

  it('of a body beyond the cap or no JSON at all', async () => {
    await start();
    expect((await client.order({ client_order_id: 'x'.repeat(1_100_000) })).status).toBe(413);
    expect((await client.post(ORDERS, 'text')).status).toBe(400);
    expect((await client.get('/exchange/status')).status).toBe(200);
  });
});

describe('faults', () => {
  const arm = (body: unknown) => client.admin('fault', body);

  it('lose a reply of an order that was accepted', async () => {
    await start();
    await arm({ kind: 'drop_reply', method: 'POST' });
    await expect(client.order({ client_order_id: 'lost', price: '0.0100' })).rejects.toThrow();
    expect((await client.order({ client_order_id: 'lost', price: '0.0100' })).status).toBe(409);
  });

  it('answer 503 before or after the order is accepted', async () => {
    await start();
    await arm({ kind: 'error_before', method: 'POST' });
    expect((await client.order({ client_order_id: 'before', price: '0.0100' })).status).toBe(503);
    expect((await client.order({ client_order_id: 'before', price: '0.0100' })).status).toBe(201);
    await arm({ kind: 'error_after', method: 'POST' });
    expect((await client.order({ client_order_id: 'after', price: '0.0100' })).status).toBe(503);
    expect((await client.order({ client_order_id: 'after', price: '0.0100' })).status).toBe(409);
  });

  it('delay replies, and burst into 429s', async () => {
    await start();
    await arm({ kind: 'delay_reply', ms: 120, path: '/markets' });
    const before = performance.now();
    await client.get('/markets?limit=1');
    expect(performance.now() - before).toBeGreaterThan(110);
    await arm({ kind: 'rate_limit', count: 2 });
    const statuses = [];
    for (let n = 0; n < 3; n += 1) statuses.push((await client.get('/exchange/status')).status);
    expect(statuses).toEqual([429, 429, 200]);
  });

  it('pause trading, skew the clock and let queries lag', async () => {
    await start();
    await arm({ kind: 'pause_trading' });
    expect(await client.order()).toMatchObject({
      status: 400,
      body: { error: { code: 'trading_paused' } },
    });
    expect((await client.get('/exchange/status')).body).toMatchObject({ trading_active: false });
    await arm({ kind: 'pause_trading', on: false });
    await arm({ kind: 'clock_skew', ms: 40_000 });
    expect((await client.order()).status).toBe(401);
    await arm({ kind: 'clock_skew', ms: 0 });
    await arm({ kind: 'query_lag', ms: 60_000 });
    const id = orderId(await client.order({ price: '0.9900', count: '1.00' }));
    expect((await client.get(`/portfolio/orders/${id}`)).status).toBe(404);
    expect((await client.get('/portfolio/fills')).body).toMatchObject({ fills: [] });
    await arm({ kind: 'query_lag', ms: 300 });
    await expect
      .poll(async () => (await client.get('/portfolio/fills')).body)
      .toMatchObject({ fills: [{ order_id: id }] });
    expect((await client.get(`/portfolio/orders/${id}`)).status).toBe(200);
  });

  it('are refused when unknown, from pages, and are counted', async () => {
    await start();
    expect((await arm({ kind: 'nonsense' })).status).toBe(400);
    const headers = { origin: 'http://evil.example' };
    expect((await client.raw('/simulator/stats', { headers })).status).toBe(403);
    await arm({ kind: 'rate_limit' });
    await client.get('/exchange/status');
    expect((await client.admin('stats')).body).toMatchObject({
      frozen: false,
      faults: { rate_limit: 1 },
    });
  });

  it('freeze the world: time stands, reads work, orders do not', async () => {
    await start({ speed: 1000 });
    const frozen = (await client.admin('freeze')).body as { frozen: boolean; atMs: number };
    expect(frozen.frozen).toBe(true);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect((await client.admin('stats')).body).toMatchObject({
      marketTimeMs: frozen.atMs,
      frozen: true,
    });
    expect((await client.order()).status).toBe(400);
    expect((await client.get('/portfolio/balance')).status).toBe(200);
  });
});
