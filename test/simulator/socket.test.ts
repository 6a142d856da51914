import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { SimulatorOptions } from '../../src/simulator/main.js';
import { makeWorld } from '../../src/simulator/world/world.js';
import {
  type Client,
  listing,
  market,
  ORIGIN,
  openSocket,
  quote,
  type SocketMessage,
  startClient,
  storyWorld,
  type TestSocket,
  TICKER,
} from './support.js';

const OTHER = 'KXTEST-27JAN15-T60';
const world = () =>
  storyWorld([
    [
      0,
      [
        ...listing,
        { kind: 'market', market: market({ ticker: OTHER }) },
        quote([[4_700, 300]], [[4_800, 300]]),
      ],
    ],
    [
      60,
      [
        quote(
          [[4_700, 400]],
          [
            [4_800, 200],
            [4_700, 100],
          ],
        ),
      ],
    ],
    [
      3_700,
      [
        {
          kind: 'determine',
          ticker: TICKER,
          result: 'yes',
          settlementValue: 10_000,
          expirationValue: '51',
        },
      ],
    ],
  ]);

let client: Client;
let open: TestSocket;
const start = async (options: SimulatorOptions = {}): Promise<void> => {
  client = await startClient({ world: world(), ...options });
  open = await openSocket(client);
};
afterEach(async () => {
  open.socket.terminate();
  await client.simulator.stop();
});

const subscribe = (
  channels: readonly string[],
  tickers: readonly string[] | null,
  over: Record<string, unknown> = {},
  id = 1,
): void =>
  open.send({
    id,
    cmd: 'subscribe',
    params: { channels, ...(tickers === null ? {} : { market_tickers: tickers }), ...over },
  });

const sequenced = (): readonly (number | undefined)[] =>
  open.messages.filter((one) => one.seq !== undefined).map((one) => one.seq);

describe('the handshake', () => {
  it('is refused without a signature, on every channel', async () => {
    await start();
    const status = await new Promise((resolve) => {
      const bare = new WebSocket(client.simulator.ready.ws);
      bare.on('unexpected-response', (_, response) => resolve(response.statusCode));
      bare.on('error', () => {});
    });
    expect(status).toBe(401);
  });

  it('is pinged with a body, and answers pings', async () => {
    await start();
    const pong = new Promise((resolve) =>
      open.socket.once('pong', (data: Buffer) => resolve(data.toString())),
    );
    open.socket.ping('hello');
    expect(await pong).toBe('hello');
  });
});

describe('subscribing', () => {
  it('answers once per channel, with its own sid, before any data', async () => {
    await start();
    subscribe(['orderbook_delta', 'trade'], [TICKER, OTHER], { use_yes_price: false });
    await open.until('second snapshot', (one) => one.seq === 2);
    const [first, second, snapshot, empty] = open.messages;
    expect(first).toMatchObject({
      type: 'subscribed',
      id: 1,
      msg: { channel: 'orderbook_delta', sid: 1 },
    });
    expect(first).not.toHaveProperty('seq');
    const snapshots = [second, snapshot, empty].filter((one) => one?.type === 'orderbook_snapshot');
    expect(snapshots[0]).toMatchObject({
      sid: 1,
      seq: 1,
      msg: {
        market_ticker: TICKER,
        yes_dollars_fp: [['0.4700', '3.00']],
        no_dollars_fp: [['0.4800', '3.00']],
      },
    });
    expect(snapshots[1]).toMatchObject({ sid: 1, seq: 2, msg: { market_ticker: OTHER } });
    expect(snapshots[1]?.msg).not.toHaveProperty('yes_dollars_fp');
    expect(snapshots[1]?.msg).not.toHaveProperty('no_dollars_fp');
    await open.until('trade channel', (one) => one.type === 'subscribed' && one.msg['sid'] === 2);
    for (const message of open.messages)
      expect(message.sending_ts_ms).toBeGreaterThanOrEqual(ORIGIN);
  });

  it('writes NO levels at YES prices when asked to', async () => {
    await start();
    subscribe(['orderbook_delta'], [TICKER], { use_yes_price: true });
    const snapshot = await open.until('snapshot', (one) => one.type === 'orderbook_snapshot');
    expect(snapshot.msg['no_dollars_fp']).toEqual([['0.5200', '3.00']]);
    await client.order({ side: 'ask', price: '0.6000', count: '1.00' });
    const delta = await open.until('delta', (one) => one.type === 'orderbook_delta');
    expect(delta.msg).toMatchObject({ side: 'no', price_dollars: '0.6000', delta_fp: '1.00' });
  });

  it('again adds markets to the sid there is; the same ones change nothing', async () => {
    await start();
    subscribe(['orderbook_delta'], [TICKER]);
    subscribe(['orderbook_delta'], [TICKER], {}, 2);
    subscribe(['orderbook_delta'], [TICKER, OTHER], {}, 3);
    await open.until('snapshot of the other', (one) => one.msg['market_ticker'] === OTHER);
    open.send({ id: 4, cmd: 'list_subscriptions' });
    const list = await open.until('list', (one) => one.id === 4);
    expect(list.msg).toEqual([{ channel: 'orderbook_delta', sid: 1 }]);
    expect(
      open.messages.filter((one) => one.type === 'orderbook_snapshot').map((one) => one.seq),
    ).toEqual([1, 2]);
  });

  it('adds and deletes markets, and sends snapshots again, all in one count', async () => {
    await start();
    subscribe(['orderbook_delta'], [TICKER]);
    const update = (id: number, action: string, tickers: readonly string[]): void =>
      open.send({
        id,
        cmd: 'update_subscription',
        params: { sids: [1], market_tickers: tickers, action },
      });
    update(2, 'add_markets', [OTHER]);
    update(3, 'get_snapshot', [TICKER]);
    update(4, 'delete_markets', [TICKER]);
    open.send({ id: 5, cmd: 'unsubscribe', params: { sids: [1] } });
    await open.until('end', (one) => one.type === 'unsubscribed');
    expect(open.messages.map((one) => [one.type, one.id, one.seq])).toEqual([
      ['subscribed', 1, undefined],
      ['orderbook_snapshot', undefined, 1],
      ['ok', 2, 2],
      ['orderbook_snapshot', undefined, 3],
      ['orderbook_snapshot', 3, 4],
      ['ok', 4, 5],
      ['unsubscribed', 5, 6],
    ]);
    expect(open.messages[2]?.msg).toEqual({ market_tickers: [TICKER, OTHER] });
  });

  it.each([
    ['not json', 'nonsense{', 1],
    ['no params', { id: 9, cmd: 'subscribe' }, 2],
    ['no channels', { id: 9, cmd: 'subscribe', params: {} }, 3],
    ['no sids', { id: 9, cmd: 'unsubscribe', params: {} }, 4],
    ['an unknown command', { id: 9, cmd: 'dance' }, 5],
    ['an unknown sid', { id: 9, cmd: 'unsubscribe', params: { sids: [4] } }, 7],
    ['an unknown channel', { id: 9, cmd: 'subscribe', params: { channels: ['ticker_v2'] } }, 8],
    [
      'books of no market',
      { id: 9, cmd: 'subscribe', params: { channels: ['orderbook_delta'] } },
      14,
    ],
    [
      'two kinds of tickers',
      {
        id: 9,
        cmd: 'subscribe',
        params: { channels: ['trade'], market_ticker: 'A', market_tickers: ['B'] },
      },
      11,
    ],
    [
      'two sids',
      { id: 9, cmd: 'update_subscription', params: { sids: [1, 2], action: 'add_markets' } },
      12,
    ],
  ])('refuses %s with its number', async (_, command, code) => {
    await start();
    if (typeof command === 'string') open.socket.send(command);
    else open.send(command);
    expect((await open.until('error', (one) => one.type === 'error')).msg['code']).toBe(code);
  });
});

describe('what happens', () => {
  it('is told on every channel of one’s own order, with numbers only where they belong', async () => {
    await start();
    subscribe(
      ['orderbook_delta', 'trade', 'ticker', 'fill', 'user_orders', 'market_positions'],
      [TICKER],
    );
    await open.until('last channel', (one) => one.msg['sid'] === 6);
    await client.order({ client_order_id: 'mine', price: '0.9900', count: '4.00' });
    const position = await open.until('position', (one) => one.type === 'market_position');
    const fill = await open.until('fill', (one) => one.type === 'fill');
    const order = await open.until('order', (one) => one.type === 'user_order');
    const trade = await open.until('trade', (one) => one.type === 'trade');
    const ticker = await open.until('ticker', (one) => one.type === 'ticker');
    const rests = await open.until(
      'own delta',
      (one) => one.type === 'orderbook_delta' && one.msg['side'] === 'yes',
    );
    expect(fill).toMatchObject({
      msg: {
        client_order_id: 'mine',
        is_taker: true,
        count_fp: '3.00',
        yes_price_dollars: '0.5200',
        post_position_fp: '3.00',
        fee_cost: '0.052500',
      },
    });
    expect(order).toMatchObject({
      msg: {
        client_order_id: 'mine',
        status: 'resting',
        fill_count_fp: '3.00',
        remaining_count_fp: '1.00',
        last_update_reason: 'Trade',
      },
    });
    expect(position).toMatchObject({
      msg: { position_fp: '3.00', position_cost_dollars: '1.560000' },
    });
    expect(trade).toMatchObject({
      seq: 1,
      msg: { trade_id: fill.msg['trade_id'], count_fp: '3.00' },
    });
    expect(ticker).toMatchObject({
      msg: { yes_bid_dollars: '0.9900', yes_ask_dollars: '1.0000', price_dollars: '0.5200' },
    });
    expect(rests.msg).toMatchObject({
      client_order_id: 'mine',
      subaccount: 0,
      price_dollars: '0.9900',
      delta_fp: '1.00',
    });
    for (const message of [fill, order, position, ticker])
      expect(message).not.toHaveProperty('seq');
  });

  it('keeps private channels private', async () => {
    await start();
    subscribe(['user_orders'], null);
    await open.until('subscribed', (one) => one.type === 'subscribed');
    const bench = client.simulator.venue.openAccount('someone-else', new Map([[0, 1_000_000_000]]));
    client.simulator.venue.send({
      kind: 'create',
      account: bench,
      ask: {
        ticker: TICKER,
        side: 'bid',
        quantity: 100,
        price: 100,
        timeInForce: 'good_till_canceled',
        selfTrade: 'maker',
        clientOrderId: null,
        expirationMs: null,
        postOnly: false,
        reduceOnly: false,
        cancelOnPause: false,
        groupId: null,
        exchangeIndex: null,
      },
    });
    await client.order({ price: '0.0200', client_order_id: 'own' });
    const seen = await open.until('own order', (one) => one.type === 'user_order');
    expect(seen.msg['client_order_id']).toBe('own');
  });

  it('settles: the lifecycle is told and the money is paid', async () => {
    const outcome = {
      kind: 'determine',
      ticker: TICKER,
      result: 'yes',
      settlementValue: 10_000,
      expirationValue: '51',
    } as const;
    const story = storyWorld([
      [0, [...listing, quote([], [[4_800, 300]])]],
      [3_700, [outcome]],
    ]);
    await start({ world: story, speed: 4_000 });
    subscribe(['market_lifecycle_v2'], null);
    await client.order({ price: '0.9900', count: '3.00', time_in_force: 'immediate_or_cancel' });
    const determined = await open.until(
      'determined',
      (one) => one.msg['event_type'] === 'determined',
    );
    expect(determined.msg).toMatchObject({
      market_ticker: TICKER,
      result: 'yes',
      settlement_value: '1.0000',
    });
    const settled = await open.until('settled', (one) => one.msg['event_type'] === 'settled');
    expect(settled.msg['settled_ts']).toBe(ORIGIN / 1000 + 3_760);
    expect((await client.get('/portfolio/settlements')).body).toMatchObject({
      settlements: [
        {
          ticker: TICKER,
          market_result: 'yes',
          yes_count_fp: '3.00',
          yes_total_cost_dollars: '1.560000',
          revenue: 300,
          value: 100,
          fee_cost: '0.052500',
        },
      ],
    });
    expect((await client.get('/portfolio/positions')).body).toMatchObject({ market_positions: [] });
    expect((await client.get('/portfolio/positions?settlement_status=settled')).body).toMatchObject(
      {
        market_positions: [{ position_fp: '0.00', realized_pnl_dollars: '1.440000' }],
      },
    );
    expect((await client.get('/portfolio/balance')).body).toMatchObject({
      balance_dollars: '10001.3875',
    });
    expect((await client.get(`/markets/${TICKER}`)).body).toMatchObject({
      market: { status: 'finalized', result: 'yes', settlement_value_dollars: '1.0000' },
    });
  });
});

/** A book kept from a socket alone: snapshot, then deltas. */
function follow(
  messages: readonly SocketMessage[],
  ticker: string,
): Record<string, [string, number][]> {
  const sides = { yes: new Map<string, number>(), no: new Map<string, number>() };
  const hundredths = (text: string): number => Number(text.replace('.', ''));
  for (const { type, msg } of messages) {
    if (msg['market_ticker'] !== ticker) continue;
    if (type === 'orderbook_snapshot') {
      for (const side of ['yes', 'no'] as const) {
        const levels = (msg[`${side}_dollars_fp`] ?? []) as [string, string][];
        sides[side] = new Map(levels.map(([price, count]) => [price, hundredths(count)]));
      }
    } else if (type === 'orderbook_delta') {
      const side = sides[msg['side'] as 'yes' | 'no'];
      const price = msg['price_dollars'] as string;
      const count = (side.get(price) ?? 0) + hundredths(msg['delta_fp'] as string);
      if (count === 0) side.delete(price);
      else side.set(price, count);
    }
  }
  const sorted = (side: Map<string, number>): [string, number][] =>
    [...side].sort(([a], [b]) => (a < b ? -1 : 1));
  return { yes: sorted(sides.yes), no: sorted(sides.no) };
}

describe('the seeded world', () => {
  it('streams books that rebuild from deltas to what REST says, with no number missing', async () => {
    await start({
      world: makeWorld({ seed: 3, originMs: ORIGIN, markets: 60, agentLag: 1 }),
      speed: 300,
    });
    const listed = (await client.get('/markets?limit=1000&status=open')).body as {
      markets: { ticker: string }[];
    };
    const tickers = listed.markets.map((one) => one.ticker);
    expect(tickers.length).toBeGreaterThan(40);
    subscribe(['orderbook_delta'], tickers, { use_yes_price: false });
    await open.until('first snapshot', (one) => one.seq === 1);
    const until = performance.now() + 1_500;
    // On a busy machine it takes longer to as many.
    for (
      let n = 0;
      performance.now() < until || sequenced().length <= tickers.length + 50;
      n += 1
    ) {
      const ticker = tickers[n % tickers.length];
      await client.order({
        ticker,
        side: n % 2 === 0 ? 'bid' : 'ask',
        price: n % 2 === 0 ? '0.9000' : '0.1000',
        count: '7.00',
      });
    }
    await client.admin('freeze');
    // What was sent before is heard before the answer to what is asked now.
    open.send({ id: 99, cmd: 'list_subscriptions' });
    await open.until('an answer', (one) => one.id === 99);
    const numbers = sequenced();
    expect(numbers).toEqual(numbers.map((_, index) => index + 1));
    for (const ticker of tickers) {
      const rest = (await client.get(`/markets/${ticker}/orderbook`)).body as {
        orderbook_fp: Record<string, [string, string][]>;
      };
      const own = follow(open.messages, ticker);
      for (const side of ['yes', 'no'] as const) {
        const told = (rest.orderbook_fp[`${side}_dollars`] ?? []).map(([price, count]) => [
          price,
          Number(count.replace('.', '')),
        ]);
        expect([ticker, side, own[side]]).toEqual([ticker, side, told]);
      }
    }
  });
});

describe('prints of an index', () => {
  const prints = (): SocketMessage[] =>
    open.messages.filter((one) => one.type === 'cfbenchmarks_value');

  it('come once a second for the indices that were named, numbered', async () => {
    await start({ speed: 20 });
    subscribe(['cfbenchmarks_value'], null, { index_ids: ['BRTI', 'NOT_AN_INDEX'] });
    await open.until('three prints', () => prints().length >= 3);
    expect(sequenced().slice(0, 3)).toEqual([1, 2, 3]);
    const times = prints().map(({ msg }) => {
      const data = JSON.parse(String((msg as Record<string, unknown>)['data'])) as Record<
        string,
        unknown
      >;
      expect(data).toMatchObject({ type: 'value', id: 'BRTI' });
      const time = Number(data['time']);
      expect(Number(data['value'])).toBeCloseTo(70_000 + (time - ORIGIN) / 1_000, 3);
      return time;
    });
    expect(new Set(times).size).toBe(times.length);
    expect(times.every((time) => time % 1_000 === 0)).toBe(true);
  });

  it('take no markets, and are changed by commands of their own', async () => {
    await start();
    subscribe(['cfbenchmarks_value'], [TICKER], { index_ids: ['BRTI'] });
    const codeOf = (one: SocketMessage): unknown => (one.msg as Record<string, unknown>)['code'];
    await open.until('a refusal', (one) => one.type === 'error' && codeOf(one) === 11);
    subscribe(['cfbenchmarks_value'], null, { index_ids: ['BRTI'] }, 2);
    const ack = await open.until('an answer', (one) => one.type === 'subscribed');
    const { sid } = ack.msg as { sid: number };
    const update = (id: number, action: string, more: object = {}): void =>
      open.send({ id, cmd: 'update_subscription', params: { sids: [sid], action, ...more } });
    update(3, 'subscribe_indices');
    await open.until('error 24', (one) => one.id === 3 && codeOf(one) === 24);
    update(4, 'add_markets', { market_tickers: [TICKER] });
    await open.until('error 13', (one) => one.id === 4 && codeOf(one) === 13);
    update(5, 'indexlist');
    await open.until('a list', (one) => one.type === 'cfbenchmarks_value_indexlist');
    update(6, 'unsubscribe_indices', { index_ids: ['BRTI'] });
    await open.until('ok', (one) => one.id === 6 && one.type === 'ok');
  });
});

describe('faults on the wire', () => {
  const arm = (kind: string, over: Record<string, unknown> = {}) =>
    client.admin('fault', { kind, ...over });

  it('skip a number', async () => {
    await start();
    subscribe(['orderbook_delta'], [TICKER]);
    await open.until('snapshot', (one) => one.seq === 1);
    await arm('skip_seq');
    await client.order({ price: '0.0100' });
    await client.order({ price: '0.0200' });
    await open.until('third', (one) => one.seq === 3);
    expect(sequenced()).toEqual([1, 3]);
  });

  it('send a fill twice, or late', async () => {
    await start();
    subscribe(['fill', 'trade'], null);
    await open.until('trade channel', (one) => one.msg['sid'] === 2);
    await arm('duplicate_fill');
    await client.order({ price: '0.9900', count: '1.00' });
    await open.until('trade', (one) => one.type === 'trade');
    expect(open.messages.filter((one) => one.type === 'fill').length).toBe(2);
    await arm('delay_fill', { ms: 150 });
    await client.order({ price: '0.9900', count: '1.00' });
    await open.until('second trade', (one) => one.type === 'trade' && one.seq === 2);
    const fills = (): readonly number[] =>
      open.messages.flatMap((one, at) => (one.type === 'fill' ? [at] : []));
    await expect.poll(() => fills().length).toBe(3);
    const trade = open.messages.findIndex((one) => one.type === 'trade' && one.seq === 2);
    expect(fills()[2]).toBeGreaterThan(trade);
  });

  it('cut sockets, or let them fall silent', async () => {
    await start();
    subscribe(['orderbook_delta'], [TICKER]);
    await open.until('snapshot', (one) => one.seq === 1);
    await arm('mute_sockets');
    await client.order({ price: '0.0100' });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(sequenced()).toEqual([1]);
    expect(open.socket.readyState).toBe(WebSocket.OPEN);
    const closed = new Promise((resolve) => open.socket.once('close', resolve));
    await arm('drop_sockets');
    await closed;
  });
});

describe('a client that does not read', () => {
  it('loses its subscriptions with error 25 and leaves the others alone', async () => {
    await start({
      world: makeWorld({ seed: 3, originMs: ORIGIN, markets: 200, agentLag: 1 }),
      speed: 2_000,
      bufferedBytesMax: 65_536,
    });
    const reader = open;
    const listed = (await client.get('/markets?limit=1000&status=open')).body as {
      markets: { ticker: string }[];
    };
    open = await openSocket(client);
    subscribe(
      ['orderbook_delta', 'ticker'],
      listed.markets.map((one) => one.ticker),
    );
    await open.until('snapshot', (one) => one.seq === 1);
    open.socket.pause();
    // It has lost them when nothing more is sent, in a world that goes on.
    const sent = async (): Promise<number> =>
      ((await client.admin('stats')).body as { framesSent: number }).framesSent;
    let before = -1;
    await expect
      .poll(
        async () => {
          const [last, now] = [before, await sent()];
          before = now;
          return now - last;
        },
        { interval: 500 },
      )
      .toBe(0);
    open.socket.resume();
    await Promise.race([
      open.until('error 25', (one) => one.type === 'error' && one.msg['code'] === 25),
      new Promise((resolve) => open.socket.once('close', resolve)),
    ]);
    reader.send({ id: 8, cmd: 'list_subscriptions' });
    await reader.until('list', (one) => one.id === 8);
    reader.socket.terminate();
  });
});
