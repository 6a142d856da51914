// Goal: the client and the simulator, written apart from the same documentation, understand each other over sockets.
import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { lastValueFrom, toArray } from 'rxjs';
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import {
  clientOrderId,
  micros,
  price,
  quantity,
  type Shard,
  shard as shardOf,
  type Ticker,
} from '../../src/domain/units.js';
import { kalshiCodec } from '../../src/exchange/kalshi/codec.js';
import { kalshiShell } from '../../src/exchange/kalshi/shell.js';
import type { FeedOutput, SocketEvent, VenueShell } from '../../src/exchange/venue.js';
import type { GroupOp } from '../../src/messages/desk.js';
import type { EffectRequest, Outcome } from '../../src/messages/effect.js';
import { type Simulator, startSimulator } from '../../src/simulator/main.js';

let simulator: Simulator;
let shell: VenueShell;

beforeAll(async () => {
  simulator = await startSimulator({ seed: 7, markets: 60, tier: 'premier', speed: 20 });
  const { rest, ws, keyId, privateKeyPath } = simulator.ready;
  const key = createPrivateKey(readFileSync(privateKeyPath));
  shell = kalshiShell({
    baseUrl: rest,
    wsUrl: ws,
    credentials: { keyId, key },
    mayWrite: true,
    clock: systemClock,
    log: () => {},
  });
});

afterAll(async () => {
  await shell.close();
  await simulator.stop();
});

const fault = async (body: object): Promise<number> => {
  const answer = await request(`${simulator.ready.rest}/simulator/fault`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  await answer.body.dump();
  return answer.statusCode;
};

const perform = async (effect: EffectRequest): Promise<readonly Outcome[]> => {
  const parts = await lastValueFrom(shell.perform(effect).pipe(toArray()));
  expect(parts.map((part) => part.last)).toEqual(parts.map((_, at) => at === parts.length - 1));
  return parts.map((part) => part.outcome);
};

const bodyOf = (outcome: Outcome | undefined): string => {
  expect(outcome).toMatchObject({ kind: 'http', status: 200 });
  return outcome?.kind === 'http' ? outcome.body : '';
};

const scan = async () => {
  const [page] = await perform({ kind: 'scan' });
  const listing = kalshiCodec.listing(bodyOf(page));
  if (!listing.ok) throw new Error(JSON.stringify(listing.error));
  return listing.value.markets;
};

describe('against the simulator', () => {
  it('reads markets, events, series and a book', async () => {
    const markets = await scan();
    expect(markets.length).toBeGreaterThan(30);
    const [market] = markets.filter(
      (one) => one.quote.yesBid !== null && one.quote.yesAsk !== null,
    );
    if (market === undefined) throw new Error('no quoted market');
    const parts = await perform({ kind: 'metadata', events: [market.eventTicker], series: [] });
    const events = kalshiCodec.events(bodyOf(parts[0]));
    if (!events.ok) throw new Error(JSON.stringify(events.error));
    expect(events.value[0]?.ticker).toBe(market.eventTicker);
    const [first] = events.value;
    if (first === undefined) throw new Error('no event');
    const series = await perform({ kind: 'metadata', events: [], series: [first.seriesTicker] });
    expect(kalshiCodec.series(bodyOf(series[0]))).toMatchObject({
      ok: true,
      value: [{ ticker: first.seriesTicker }],
    });
    const [body] = await perform({ kind: 'book', ticker: market.ticker });
    const book = kalshiCodec.book(market.ticker, bodyOf(body));
    expect(book).toMatchObject({ ok: true, value: { kind: 'snapshot', from: 'book' } });
    const [single] = await perform({ kind: 'market', ticker: market.ticker });
    expect(kalshiCodec.market(bodyOf(single))).toMatchObject({
      ok: true,
      value: { ticker: market.ticker },
    });
  });

  it('places an order once, finds it in every list, and gets 409 for its id again', async () => {
    const market = (await scan()).find(
      (one) => one.quote.yesAsk !== null && one.quote.yesAskSize >= 200 && one.status === 'active',
    );
    if (market?.quote.yesAsk == null) throw new Error('no market to buy');
    const id = clientOrderId('ABCDEFGHIJKLMNOPQRSTUVWXYZ');
    const order = {
      clientOrderId: id,
      ticker: market.ticker,
      shard: market.shard,
      side: 'bid' as const,
      yesPrice: price(9_900),
      count: quantity(200),
      reduceOnly: false,
    };
    const [created] = await perform({ kind: 'place', order });
    const answer = kalshiCodec.placed(created as Outcome);
    expect(answer).toMatchObject({ kind: 'accepted', filled: 200, remaining: 0 });
    const [again] = await perform({ kind: 'place', order });
    expect(kalshiCodec.placed(again as Outcome)).toMatchObject({
      kind: 'rejected',
      code: 'order_already_exists',
    });
    const orders = kalshiCodec.orders(await perform({ kind: 'orders', since: null, ticker: null }));
    expect(orders).toMatchObject({
      kind: 'complete',
      items: [{ clientOrderId: id, status: 'executed', side: 'bid', filledCount: 200 }],
    });
    const fills = kalshiCodec.fills(await perform({ kind: 'fills', since: null, orderId: null }));
    if (fills.kind !== 'complete') throw new Error(fills.detail);
    expect(fills.items.reduce((sum, fill) => sum + fill.count, 0)).toBe(200);
    const positions = kalshiCodec.positions(await perform({ kind: 'positions' }));
    expect(positions).toMatchObject({
      kind: 'complete',
      items: [{ ticker: market.ticker, position: 200 }],
    });
    const balance = kalshiCodec.balance(await perform({ kind: 'balance' }));
    if (balance.kind !== 'complete') throw new Error(balance.detail);
    expect(balance.items.map((one) => one.shard)).toEqual([0, 2, 3]);
    expect(
      kalshiCodec.settlements(await perform({ kind: 'settlements', since: null, ticker: null })),
    ).toMatchObject({ kind: 'complete' });
    const [gone] = await perform({
      kind: 'cancel',
      orderId: answer.kind === 'accepted' ? answer.orderId : (undefined as never),
      clientOrderId: id,
      ticker: market.ticker,
      shard: market.shard,
    });
    expect(kalshiCodec.canceled(gone as Outcome)).toEqual({ kind: 'gone' });
  });

  it('makes an order group, sends orders in it, trips it, and resets it', async () => {
    const market = (await scan()).find(
      (one) => one.quote.yesAsk !== null && one.quote.yesAskSize >= 500 && one.status === 'active',
    );
    if (market?.quote.yesAsk == null) throw new Error('no market to buy');
    const { ticker, shard } = market;
    const act = async (op: GroupOp, groupId: string | null, contracts = 5, at: Shard = shard) => {
      const [outcome] = await perform({ kind: 'group', op, shard: at, groupId, contracts });
      return kalshiCodec.group(op, outcome as Outcome);
    };
    const created = await act('create', null);
    if (created.kind !== 'created') throw new Error(JSON.stringify(created));
    const { groupId } = created;
    const buy = async (name: string, whole: number) => {
      const order = {
        clientOrderId: clientOrderId(name),
        ticker,
        shard,
        side: 'bid' as const,
        yesPrice: price(9_900),
        count: quantity(100 * whole),
        reduceOnly: false,
        groupId,
      };
      const [outcome] = await perform({ kind: 'place', order });
      return kalshiCodec.placed(outcome as Outcome);
    };
    expect(await buy('GROUPFIRST', 1)).toMatchObject({ kind: 'accepted', filled: 100 });
    expect(await act('check', groupId)).toEqual({ kind: 'state', isTripped: false, contracts: 5 });
    expect(await act('limit', groupId, 3)).toEqual({ kind: 'done' });
    // More than it allows within 15 s: the exchange pulls the trigger itself, at once.
    await buy('GROUPSECOND', 4);
    expect(await act('check', groupId)).toEqual({ kind: 'state', isTripped: true, contracts: 3 });
    expect(await buy('GROUPTHIRD', 1)).toMatchObject({
      kind: 'rejected',
      code: 'exceeded_order_group_risk_limit',
    });
    expect(await act('reset', groupId)).toEqual({ kind: 'done' });
    expect(await buy('GROUPFOURTH', 1)).toMatchObject({ kind: 'accepted' });
    expect(await act('trigger', groupId)).toEqual({ kind: 'done' });
    expect(await buy('GROUPFIFTH', 1)).toMatchObject({ kind: 'rejected' });
    expect(await act('check', 'never-there')).toEqual({ kind: 'gone' });
    expect(await act('create', null, 0)).toMatchObject({ kind: 'failed', code: 'bad_request' });
  });

  it('moves cash between shards, and finds the transfer by its name and in the list', async () => {
    const cashNow = async () => {
      const answer = kalshiCodec.balance(await perform({ kind: 'balance' }));
      if (answer.kind !== 'complete') throw new Error(answer.detail);
      return new Map(answer.items.map(({ shard, cash }) => [shard, cash]));
    };
    const [from, to] = [shardOf(0), shardOf(3)];
    const move = async (amount: number) => {
      const wanted = {
        kind: 'transfer',
        transferSeq: 1,
        from,
        to,
        amount: micros(amount),
      } as const;
      const [outcome] = await perform(wanted);
      return kalshiCodec.transferred(outcome as Outcome);
    };
    const read = async (venueId: string | null) => {
      const parts = await perform({ kind: 'transfers', transferSeq: 1, venueId });
      const answer = kalshiCodec.transfers(parts, venueId !== null);
      if (answer.kind !== 'complete') throw new Error(answer.detail);
      return answer.items;
    };
    const before = await cashNow();
    const answer = await move(1_234_500);
    if (answer.kind !== 'accepted') throw new Error(JSON.stringify(answer));
    const { venueId } = answer;
    const entry = { venueId, from, to, amount: 1_234_500 };
    await expect.poll(() => read(venueId)).toMatchObject([{ ...entry, status: 'complete' }]);
    expect(await read(null)).toMatchObject([{ ...entry, status: 'complete' }]);
    expect(await read('never-there')).toEqual([]);
    const after = await cashNow();
    expect((after.get(to) ?? 0) - (before.get(to) ?? 0)).toBe(1_234_500);
    expect(await move(10 ** 15)).toMatchObject({ kind: 'refused', code: 'insufficient_balance' });
    // Its answer gets lost: nobody knows, until the list is read.
    await fault({ kind: 'drop_reply', path: 'intra_exchange_instance_transfer' });
    expect(await move(2_000_000)).toMatchObject({ kind: 'unknown' });
    expect((await read(null)).map(({ amount }) => amount)).toEqual([2_000_000, 1_234_500]);
  });

  it('follows the feed: a snapshot for every wanted market, then deltas, without a gap', async () => {
    const wanted: Ticker[] = (await scan()).map((market) => market.ticker);
    const session = kalshiCodec.feed({ sparseSeq: false, tickersPerSubscriptionMax: 20 });
    const outputs: FeedOutput[] = [];
    const emit = (output: FeedOutput): void => {
      outputs.push(output);
      if (output.kind === 'send') shell.send(output.connection, output.text);
    };
    session.want(wanted, emit);
    const subscription = shell.socket.subscribe((event) => session.handle(event, emit));
    const snapshots = () =>
      new Set(outputs.filter((one) => one.kind === 'snapshot').map((one) => one.ticker));
    const count = (kind: FeedOutput['kind']) => outputs.filter((one) => one.kind === kind).length;
    await expect.poll(() => snapshots().size).toBe(wanted.length);
    await expect.poll(() => count('delta')).toBeGreaterThan(5);
    expect(outputs.filter((one) => one.kind === 'gap' || one.kind === 'refused')).toEqual([]);
    const market = (await scan()).find(
      (one) => one.quote.yesAsk !== null && one.quote.yesAskSize >= 100 && one.status === 'active',
    );
    if (market === undefined) throw new Error('no market to buy');
    await perform({
      kind: 'place',
      order: {
        clientOrderId: clientOrderId('BBBBBBBBBBBBBBBBBBBBBBBBBB'),
        ticker: market.ticker,
        shard: market.shard,
        side: 'bid',
        yesPrice: price(9_900),
        count: quantity(100),
        reduceOnly: false,
      },
    });
    const account = () =>
      outputs.flatMap((one) => (one.kind === 'account' ? [one.event.kind as string] : []));
    await expect.poll(account).toEqual(expect.arrayContaining(['fill', 'order', 'position']));
    // A torn connection is a gap for everything, and every book comes back by itself.
    outputs.length = 0;
    const dropped = await fault({ kind: 'drop_sockets' });
    expect(dropped).toBe(200);
    await expect.poll(() => snapshots().size).toBe(wanted.length);
    expect(outputs.find((one) => one.kind === 'gap')).toEqual({
      kind: 'gap',
      tickers: 'all',
      reason: 'disconnected',
    });
    subscription.unsubscribe();
  });

  /** Sends what a session wants sent, and keeps which books it has. */
  const listener = () => {
    const outputs: FeedOutput[] = [];
    const known = new Set<Ticker>();
    const emit = (output: FeedOutput): void => {
      outputs.push(output);
      if (output.kind === 'send') shell.send(output.connection, output.text);
      if (output.kind === 'snapshot') known.add(output.ticker);
      if (output.kind === 'gap')
        for (const name of output.tickers === 'all' ? [...known] : output.tickers)
          known.delete(name);
    };
    return { outputs, known, emit };
  };

  it('recovers every book after a lost frame, without a new connection', async () => {
    const wanted: Ticker[] = (await scan()).map((market) => market.ticker);
    const session = kalshiCodec.feed({ sparseSeq: false, tickersPerSubscriptionMax: 20 });
    const { outputs, known, emit } = listener();
    session.want(wanted, emit);
    const subscription = shell.socket.subscribe((event) => session.handle(event, emit));
    await expect.poll(() => known.size).toBe(wanted.length);
    expect(await fault({ kind: 'skip_seq' })).toBe(200);
    const holes = () =>
      outputs.filter(
        (one) => one.kind === 'gap' && one.reason === 'seq_hole' && one.tickers.length > 0,
      );
    await expect.poll(() => holes().length).toBeGreaterThan(0);
    await expect.poll(() => known.size).toBe(wanted.length);
    expect(outputs.filter((one) => one.kind === 'gap' && one.reason === 'disconnected')).toEqual(
      [],
    );
    subscription.unsubscribe();
  });

  it('takes up again what the exchange has ended, whatever was on its way to it', async () => {
    const wanted: Ticker[] = (await scan()).map((market) => market.ticker);
    const session = kalshiCodec.feed({ sparseSeq: false, tickersPerSubscriptionMax: 5 });
    const { outputs, known, emit } = listener();
    const half = wanted.slice(0, wanted.length >> 1);
    session.want(half, emit);
    // What is heard waits while this is not null.
    let waiting: SocketEvent[] | null = null;
    const subscription = shell.socket.subscribe((event) => {
      if (waiting !== null) waiting.push(event);
      else session.handle(event, emit);
    });
    await expect.poll(() => known.size).toBe(half.length);
    waiting = [];
    expect(await fault({ kind: 'overflow_sockets' })).toBe(200);
    // To subscriptions that are over, unheard: every one of these is answered with "Unknown subscription ID".
    session.want(wanted, emit);
    await expect
      .poll(() => JSON.stringify(waiting).match(/Unknown subscription ID/g)?.length ?? 0)
      .toBeGreaterThan(10);
    const heard: readonly SocketEvent[] = waiting;
    waiting = null;
    for (const event of heard) session.handle(event, emit);
    await expect.poll(() => known.size).toBe(wanted.length);
    subscription.unsubscribe();
    const told = outputs.flatMap((one) => (one.kind === 'refused' ? [one.problem.where] : []));
    expect(told).toEqual(told.map(() => 'error.25.terminal'));
    expect(told.length).toBeGreaterThan(0);
  });

  it('never takes an order for refused whose reply was lost', async () => {
    const market = (await scan()).find(
      (one) => one.quote.yesAsk !== null && one.quote.yesAskSize >= 100 && one.status === 'active',
    );
    if (market === undefined) throw new Error('no market to buy');
    const order = (name: string) => ({
      clientOrderId: clientOrderId(name),
      ticker: market.ticker,
      shard: market.shard,
      side: 'bid' as const,
      yesPrice: price(9_900),
      count: quantity(100),
      reduceOnly: false,
    });
    const method = 'POST';
    for (const [kind, answer] of [
      ['drop_reply', 'unknown'],
      ['error_after', 'unknown'],
      ['error_before', 'unknown'],
      ['rate_limit', 'rate_limited'],
    ] as const) {
      expect(await fault({ kind, method })).toBe(200);
      const [outcome] = await perform({ kind: 'place', order: order(`LOST${kind.toUpperCase()}`) });
      expect([kind, kalshiCodec.placed(outcome as Outcome).kind]).toEqual([kind, answer]);
      await fault({ kind: 'clear' });
    }
    const orders = kalshiCodec.orders(
      await perform({ kind: 'orders', since: null, ticker: market.ticker }),
    );
    if (orders.kind !== 'complete') throw new Error(orders.detail);
    const found = orders.items.map((one) => one.clientOrderId as string);
    expect(['LOSTDROP_REPLY', 'LOSTERROR_AFTER'].every((id) => found.includes(id))).toBe(true);
    expect(['LOSTERROR_BEFORE', 'LOSTRATE_LIMIT'].some((id) => found.includes(id))).toBe(false);
  });
});
