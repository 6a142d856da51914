import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ExecutorMessage } from '../../src/actors/executor/messages.js';
import { haltLevel, holdings, isQuiet } from '../../src/actors/executor/views.js';
import { type Account, applyRecord } from '../../src/domain/account.js';
import { encodeAccount } from '../../src/domain/account-codec.js';
import { isComplete } from '../../src/domain/order.js';
import { balanceOf } from '../../src/domain/postings.js';
import { exposure } from '../../src/domain/risk.js';
import { micros, price, quantity, shard, type Ticker, ticker } from '../../src/domain/units.js';
import type { Fill } from '../../src/messages/account-event.js';
import type { GroupAnswer } from '../../src/messages/desk.js';
import type { EffectRequest, OrderRequest } from '../../src/messages/effect.js';
import { bookAt, intentFor, marketOf, openedWith, Rig, settings } from '../support/executor-rig.js';
import { FakeExchange } from '../support/fake-exchange.js';

const tickers: readonly Ticker[] = ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H'].map(ticker);
const caps = {
  ...settings,
  reentryCooldownMs: 5_000,
  maxOpenExposure: 100_000_000,
  maxNotionalPerMarket: 30_000_000,
  maxOrdersPerMinute: 50,
  groupContracts: 90,
};

/** Market ms: longer than any request has, shorter than an unknown order is waited for. */
const answerMsMax = 30_000;

/** An executor, a faulty world around it, and what must hold after every message. */
class World {
  readonly rig = new Rig();
  readonly exchange = new FakeExchange();
  durable = 0;
  flushes: number[] = [];
  places: OrderRequest[] = [];
  replies: ExecutorMessage[] = [];
  pushed: Fill[] = [];
  queries: EffectRequest[] = [];
  posts = new Map<string, { body: string; times: number }>();
  limited = new Map<string, number>();
  /** The exchange's own fuses, and what matched under each. */
  groups = new Map<string, { limit: number; matches: { at: number; count: number }[] }>();
  sentAt = new Map<string, number>();
  groupAsks = 0;

  constructor() {
    for (const name of tickers) {
      this.rig.markets.set(name, marketOf(name));
      this.rig.books.set(name, bookAt(4_000, 4_500));
    }
    this.send({ kind: 'opened', opened: openedWith(), settings: caps });
    this.send({ kind: 'link', link: 'up' });
    this.heal(1);
  }

  send(message: ExecutorMessage, afterMs = 1): void {
    const { effects } = this.rig.send(message, afterMs);
    const prompt: Extract<EffectRequest, { kind: 'group' }>[] = [];
    for (const effect of effects)
      if (effect.kind === 'flush') this.flushes.push(effect.recordSeq);
      else if (effect.kind === 'place') this.post(effect.order);
      else if (effect.kind === 'group' && this.groupAsks++ % 4 !== 3) prompt.push(effect);
      else if (effect.kind !== 'cancel') this.queries.push(effect);
    this.check();
    // Mostly at once, so that there is something to trade; the others wait like every question.
    for (const effect of prompt) this.group(effect);
  }

  /** Before the wire: the intent is on disk, and nothing is sent twice but after a 429. */
  private post(order: OrderRequest): void {
    const id = order.clientOrderId;
    const known = this.rig.account.orders.get(id);
    expect(known?.intentSeq ?? Number.POSITIVE_INFINITY).toBeLessThanOrEqual(this.durable);
    const body = JSON.stringify(order);
    const before = this.posts.get(id);
    if (before !== undefined) expect(before.body).toBe(body);
    const times = (before?.times ?? 0) + 1;
    expect(times).toBeLessThanOrEqual(1 + (this.limited.get(id) ?? 0));
    expect(times).toBeLessThanOrEqual(3);
    expect(this.groups.has(order.groupId ?? '')).toBe(true);
    this.sentAt.set(id, this.rig.now);
    this.posts.set(id, { body, times });
    this.places.push(order);
  }

  private check(): void {
    const { account } = this.rig.state;
    if (account === null) return;
    expect(exposure(account)).toBeLessThanOrEqual(caps.maxOpenExposure);
    for (const { cost } of holdings(this.rig.state))
      expect(cost).toBeLessThanOrEqual(caps.maxNotionalPerMarket);
    for (const name of tickers) {
      const open = [...account.orders.values()].filter(
        (order) => order.terms.ticker === name && !isComplete(order),
      );
      expect(open.length).toBeLessThanOrEqual(1);
    }
    for (const order of account.orders.values())
      expect(order.filled).toBeLessThanOrEqual(order.terms.count);
    expect(haltLevel(this.rig.state)).toBeNull();
  }

  flush(): void {
    const seq = this.flushes.shift();
    if (seq === undefined) return;
    this.durable = Math.max(this.durable, seq);
    this.send({ kind: 'durable', recordSeq: seq });
  }

  /** The exchange deals with one order: `how` says what it does and what becomes of its answer. */
  handle(how: number, parts: readonly number[]): void {
    const order = this.places.shift();
    if (order === undefined) return;
    const { clientOrderId } = order;
    const reply = (said: Extract<ExecutorMessage, { kind: 'placed' }>['answer']): void => {
      this.replies.push({ kind: 'placed', clientOrderId, answer: said });
    };
    if (how === 1) {
      this.limited.set(clientOrderId, (this.limited.get(clientOrderId) ?? 0) + 1);
      reply({ kind: 'rate_limited' });
      return;
    }
    if (how === 2) {
      reply({ kind: 'rejected', code: 'insufficient_balance', detail: '' });
      return;
    }
    if (how === 3) {
      reply({ kind: 'unknown', detail: 'reset before it was taken' });
      return;
    }
    const from = this.exchange.fills.length;
    const placed = this.exchange.place(order, parts, this.rig.now);
    const fills = this.exchange.fills.slice(from);
    this.pushed.push(...fills);
    this.match(order, fills);
    if (how === 4) reply({ kind: 'unknown', detail: 'reset after it was taken' });
    else if (placed === null) reply({ kind: 'rejected', code: 'order_already_exists', detail: '' });
    else
      reply({
        kind: 'accepted',
        orderId: placed.orderId,
        filled: placed.filledCount,
        remaining: quantity(0),
        averageYesPrice: null,
        averageFee: null,
      });
  }

  /** Counts towards the fuse, which must never blow. An order is matched soon after it was sent. */
  private match(order: OrderRequest, fills: readonly Fill[]): void {
    const group = this.groups.get(order.groupId ?? '');
    const at = this.sentAt.get(order.clientOrderId) ?? 0;
    for (const fill of fills) group?.matches.push({ at, count: Math.abs(fill.count) });
    let sum = 0;
    for (const match of group?.matches ?? [])
      if (Math.abs(match.at - at) <= 15_000) sum += match.count;
    const before = [...(group?.matches ?? [])].filter((match) => match.at > at).length;
    if (before === 0) expect(sum).toBeLessThanOrEqual((group?.limit ?? 0) * 100);
  }

  private group({ op, shard: of, groupId, contracts }: EffectRequest & { kind: 'group' }): void {
    const told = (answer: GroupAnswer): void =>
      this.send({ kind: 'group_answered', op, shard: of, contracts, answer });
    if (op === 'create') {
      const name = `g${this.groups.size}`;
      this.groups.set(name, { limit: contracts, matches: [] });
      told({ kind: 'created', groupId: name });
    } else told({ kind: 'state', isTripped: !this.groups.has(groupId ?? ''), contracts });
  }

  /** The answer to an order comes within its request's deadline or not at all; an unknown order is given up on later. */
  reply(which: number): void {
    const [message] = this.replies.splice(which % Math.max(1, this.replies.length), 1);
    if (message === undefined) return;
    const sentAt = message.kind === 'placed' ? this.sentAt.get(message.clientOrderId) : undefined;
    const isLate = sentAt !== undefined && this.rig.now - sentAt > answerMsMax;
    const answer = { kind: 'unknown' as const, detail: 'no answer in time' };
    this.send(isLate && message.kind === 'placed' ? { ...message, answer } : message);
  }

  /** Private feed: any fill, again and again, in any order. */
  push(which: number, keep: boolean): void {
    const at = which % Math.max(1, this.pushed.length);
    const fill = this.pushed[at];
    if (fill === undefined) return;
    if (!keep) this.pushed.splice(at, 1);
    this.send({ kind: 'account', event: { kind: 'fill', fill } });
  }

  answer(which: number, fails: boolean): void {
    const [query] = this.queries.splice(which % Math.max(1, this.queries.length), 1);
    if (query === undefined) return;
    const all = <Item>(items: readonly Item[]) =>
      fails
        ? { kind: 'failed' as const, code: 'timeout', detail: '' }
        : { kind: 'complete' as const, items };
    if (query.kind === 'group') {
      if (!fails) this.group(query);
      else {
        const answer = { kind: 'failed' as const, code: 'timeout', detail: '' };
        const { op, shard: of, contracts } = query;
        this.send({ kind: 'group_answered', op, shard: of, contracts, answer });
      }
      return;
    }
    const unnamed = this.exchange.fills.map((fill) => ({ ...fill, clientOrderId: null }));
    switch (query.kind) {
      case 'orders':
        this.send({ ...query, answer: all(this.exchange.orders) });
        return;
      case 'fills':
        this.send({
          ...query,
          answer: all(unnamed.filter((fill) => (query.orderId ?? fill.orderId) === fill.orderId)),
        });
        return;
      case 'settlements':
        this.send({
          ...query,
          answer: all(
            this.exchange.settlements.filter(
              (each) => (query.ticker ?? each.ticker) === each.ticker,
            ),
          ),
        });
        return;
      case 'positions': {
        const items = [...this.exchange.positions].map(([name, held]) => ({
          ticker: name,
          shard: shard(0),
          position: quantity(held),
          fees: micros(0),
          stake: null,
        }));
        this.send({ kind: 'positions', answer: all(items) });
        return;
      }
      case 'balance':
        this.send({
          kind: 'balance',
          answer: all([{ shard: shard(0), cash: micros(this.exchange.cash) }]),
        });
        return;
      default:
    }
  }

  /** Power goes: what was not flushed may be gone, what was on the wire may still arrive there, answers never come. */
  crash(lost: number): void {
    const { records } = this.rig;
    const keep = Math.max(this.durable, 1, records.length - (lost % 6));
    let account: Account | null = null;
    for (const record of records.slice(0, keep)) account = applyRecord(account, record);
    if (account === null) return;
    this.rig.records.length = keep;
    this.replies = [];
    this.queries = [];
    this.flushes = [];
    this.durable = keep;
    const recovered = JSON.parse(JSON.stringify(encodeAccount(account))) as unknown;
    this.send({
      kind: 'opened',
      opened: openedWith({ run: account.run + 1, recovered }),
      settings: caps,
    });
    this.durable = this.rig.records.length;
  }

  settle(which: number, yesValue: number): void {
    const name = tickers[which % tickers.length] as Ticker;
    const market = this.rig.markets.get(name);
    // A market closes first; nothing of it is on the wire any more when it pays.
    if (market?.status !== 'active') return;
    this.rig.markets.set(name, marketOf(name, { status: 'closed' }));
    for (const order of this.places) if (order.ticker === name) this.fail(order);
    this.places = this.places.filter((order) => order.ticker !== name);
    this.exchange.settle(name, yesValue, this.rig.now);
    this.send({
      kind: 'lifecycle',
      ticker: name,
      change: { kind: 'determined', settlementValue: price(yesValue) },
    });
    this.send({ kind: 'lifecycle', ticker: name, change: { kind: 'settled' } });
  }

  private fail(order: OrderRequest): void {
    const answer = { kind: 'rejected' as const, code: 'market_inactive', detail: '' };
    this.replies.push({ kind: 'placed', clientOrderId: order.clientOrderId, answer });
  }

  /** No more faults: everything that is under way arrives, and time goes on. */
  heal(sweeps: number): void {
    for (let sweep = 0; sweep < sweeps; sweep += 1) {
      for (let more = true; more; ) {
        more =
          this.flushes.length +
            this.places.length +
            this.replies.length +
            this.pushed.length +
            this.queries.length >
          0;
        this.flush();
        this.handle(0, [100_000]);
        this.reply(0);
        this.push(0, false);
        this.answer(0, false);
      }
      this.send({ kind: 'sweep' }, 2_500);
    }
  }
}

type Act = (world: World) => void;
const act = <Values extends unknown[]>(
  arbitrary: { [Key in keyof Values]: fc.Arbitrary<Values[Key]> },
  run: (world: World, ...values: Values) => void,
): fc.Arbitrary<Act> =>
  fc.tuple<Values>(...arbitrary).map((values) => (world: World) => run(world, ...values));

const few = fc.nat({ max: 7 });
const parts = fc.array(fc.integer({ min: 1, max: 900 }), { maxLength: 3 });
const acts: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 10,
    arbitrary: act(
      [few, fc.boolean(), fc.integer({ min: 1, max: 40 })],
      (world, which, isYes, contracts) => {
        const limit = price(isYes ? 4_000 : 4_500);
        const count = quantity(contracts * 100);
        const worstCost = micros((limit + 200) * count);
        const fair = (isYes ? 0.6 : 0.4) as never;
        const name = tickers[which % tickers.length] as Ticker;
        world.send({
          kind: 'intent',
          intent: intentFor({
            ticker: name,
            side: isYes ? 'yes' : 'no',
            limit,
            count,
            worstCost,
            fair,
          }),
        });
      },
    ),
  },
  { weight: 8, arbitrary: fc.constant((world: World) => world.flush()) },
  {
    weight: 8,
    arbitrary: act([fc.nat({ max: 9 }), parts], (world, how, sizes) => world.handle(how, sizes)),
  },
  { weight: 8, arbitrary: act([few], (world, which) => world.reply(which)) },
  {
    weight: 8,
    arbitrary: act([few, fc.boolean()], (world, which, keep) => world.push(which, keep)),
  },
  {
    weight: 8,
    arbitrary: act([few, fc.nat({ max: 5 })], (world, which, fails) => {
      for (let query = 0; query < 5; query += 1) world.answer(which, fails === 0 && query === 0);
    }),
  },
  {
    weight: 8,
    arbitrary: act([fc.integer({ min: 1, max: 20_000 })], (world, ms) =>
      world.send({ kind: 'sweep' }, ms),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constant((world: World) => world.send({ kind: 'link', link: 'gone' })),
  },
  {
    weight: 5,
    arbitrary: fc.constant((world: World) => {
      if (world.rig.state.session?.isLinked === false) world.send({ kind: 'link', link: 'up' });
    }),
  },
  { weight: 1, arbitrary: act([few], (world, lost) => world.crash(lost)) },
  {
    weight: 1,
    arbitrary: act([few, fc.constantFrom(0, 10_000, 5_500)], (world, which, value) =>
      world.settle(which, value),
    ),
  },
);

describe('whatever happens, in whatever order', () => {
  it('nothing is placed, booked or paid twice, caps hold, and in the end ledger and exchange agree', () => {
    let orders = 0;
    let fills = 0;
    let unknowns = 0;
    fc.assert(
      fc.property(fc.array(acts, { minLength: 30, maxLength: 150, size: 'max' }), (script) => {
        const world = new World();
        for (const run of script) run(world);
        unknowns += world.rig
          .bodies('order')
          .filter(({ event }) => event.kind === 'unknown').length;
        world.send({ kind: 'link', link: 'gone' });
        world.send({ kind: 'link', link: 'up' });
        world.heal(50);

        const { account, state } = world.rig;
        const { exchange } = world;
        expect(isQuiet(state)).toBe(true);
        expect(
          new Map([...account.positions].map(([name, { quantity: held }]) => [name, held])),
        ).toEqual(exchange.positions);
        expect(balanceOf(account.balances, 'cash:0')).toBe(exchange.cash);
        expect(world.rig.bodies('adjusted')).toEqual([]);
        expect(account.external).toEqual({ orders: 0, fills: 0, positions: 0 });
        expect(account.seen.size).toBe(exchange.fills.length);
        for (const report of exchange.orders) {
          const order =
            report.clientOrderId === null ? undefined : account.orders.get(report.clientOrderId);
          expect(order).toMatchObject({ orderId: report.orderId, filled: report.filledCount });
        }
        const there = [...account.orders.values()].filter(({ orderId }) => orderId !== null);
        expect(there).toHaveLength(exchange.orders.length);
        orders += exchange.orders.length;
        fills += exchange.fills.length;
      }),
      { numRuns: 90, interruptAfterTimeLimit: 150_000, markInterruptAsFailure: true },
    );
    // It went somewhere.
    expect(orders).toBeGreaterThan(100);
    expect(fills).toBeGreaterThan(100);
    expect(unknowns).toBeGreaterThan(20);
  });
});
