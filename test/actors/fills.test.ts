// Goal: only a fill that fits an order of ours moves money, once; whatever else is said is told, kept or counted.
import { describe, expect, it } from 'vitest';
import { haltLevel, holdings } from '../../src/actors/executor/views.js';
import {
  clientOrderId,
  micros,
  orderId,
  price,
  quantity,
  shard,
  tradeId,
} from '../../src/domain/units.js';
import { limits } from '../../src/limits.js';
import type { Fill, VenueOrder } from '../../src/messages/account-event.js';
import { bookAt, fillOf, Rig, settings, tickerA, tickerB } from '../support/executor-rig.js';

type Id = ReturnType<Rig['submit']>;
const v1 = orderId('v1');

const fill = (rig: Rig, of: Fill) =>
  rig.send({ kind: 'account', event: { kind: 'fill', fill: of } });
const report = (rig: Rig, id: Id | null, change: Partial<VenueOrder> = {}) =>
  rig.send({
    kind: 'account',
    event: {
      kind: 'order',
      order: {
        orderId: v1,
        clientOrderId: id,
        ticker: tickerA,
        shard: shard(0),
        status: 'executed',
        side: 'bid',
        yesPrice: price(4_000),
        initialCount: quantity(1_000),
        filledCount: quantity(1_000),
        remainingCount: quantity(0),
        fees: null,
        ...change,
      },
    },
  });
const accept = (rig: Rig, id: Id, filled: number) =>
  rig.send({
    kind: 'placed',
    clientOrderId: id,
    answer: {
      kind: 'accepted',
      orderId: v1,
      filled: quantity(filled),
      remaining: quantity(0),
      averageYesPrice: null,
      averageFee: null,
    },
  });
const codes = (rig: Rig): readonly string[] => rig.last?.notes.map(({ code }) => code) ?? [];
const asksFor = (rig: Rig, kind: string): boolean =>
  rig.last?.effects.some((effect) => effect.kind === kind) ?? false;

describe('a fill', () => {
  it('of the same trade with another fee is told and books nothing more; with the same one it is nothing', () => {
    const rig = new Rig().live();
    const one = fillOf({ orderId: 'v1', clientOrderId: rig.submit() });
    fill(rig, one);
    fill(rig, one);
    expect(rig.bodies('anomaly')).toEqual([]);
    const cash = rig.ledgerCash();
    fill(rig, { ...one, fee: micros(168_001) });
    expect(rig.bodies('anomaly')).toMatchObject([{ code: 'fee_conflict', applied: false }]);
    expect(rig.ledgerCash()).toEqual(cash);
    expect(haltLevel(rig.state)).toBeNull();
  });

  it.each<readonly [string, Partial<Fill>]>([
    ['no whole count', { count: 0.5 as never }],
    ['no count', { count: quantity(0) }],
    ['a price of 0', { yesPrice: price(0) }],
    ['a price of 1', { yesPrice: 10_000 as never }],
    ['a price that is none', { yesPrice: Number.NaN as never }],
    ['a fee that is none', { fee: Number.NaN as never }],
    ['more fee than a contract pays', { fee: micros(10_000_001) }],
    ['another order’s id', { orderId: orderId('v2') }],
    ['another market', { ticker: tickerB }],
    ['another shard', { shard: shard(2) }],
    ['the other side', { count: quantity(-1_000) }],
  ])('with %s is kept as it came, once, books nothing and halts', (_, change) => {
    const rig = new Rig().live();
    const id = rig.submit();
    accept(rig, id, 1_000);
    const odd = fillOf(
      { orderId: 'v1', clientOrderId: id },
      { tradeId: tradeId('odd'), ...change },
    );
    fill(rig, odd);
    fill(rig, odd);
    expect(rig.bodies('anomaly')).toMatchObject([{ code: 'fill_mismatch', applied: false }]);
    const detail = rig.bodies('anomaly')[0]?.detail as Record<string, unknown>;
    for (const [key, value] of Object.entries(odd))
      expect(detail[key]).toBe(
        typeof value === 'number' && !Number.isSafeInteger(value) ? String(value) : value,
      );
    expect(rig.account.positions.size).toBe(0);
    expect(haltLevel(rig.state)).toBe('halt');
  });

  it('may cost as much as its contracts can pay', () => {
    const rig = new Rig().live();
    fill(rig, fillOf({ orderId: 'v1', clientOrderId: rig.submit() }, { fee: micros(10_000_000) }));
    expect(haltLevel(rig.state)).toBeNull();
    expect(rig.account.positions.size).toBe(1);
  });

  it('of an order that was refused is booked, told with the reason, and makes it read the account', () => {
    const rig = new Rig().live();
    const id = rig.submit();
    const refusal = { kind: 'rejected', code: 'invalid_price', detail: '' } as const;
    rig.send({ kind: 'placed', clientOrderId: id, answer: refusal });
    fill(rig, fillOf({ orderId: 'v1', clientOrderId: id }));
    expect(rig.bodies('anomaly')).toMatchObject([
      {
        code: 'fill_contradiction',
        applied: true,
        text: 'a fill of an order that was rejected (invalid_price)',
      },
    ]);
    expect(rig.account.positions.get(tickerA)?.quantity).toBe(1_000);
    rig.send({ kind: 'sweep' }, settings.fillsQueryAfterMs / 2);
    expect(asksFor(rig, 'orders')).toBe(true);
  });

  it('that was owed is asked for no more once it is there', () => {
    const rig = new Rig().live();
    const id = rig.submit();
    accept(rig, id, 1_000);
    fill(rig, fillOf({ orderId: 'v1', clientOrderId: id }, { count: quantity(400) }));
    rig.send({ kind: 'sweep' }, 2_000);
    expect(asksFor(rig, 'fills')).toBe(true);
    fill(rig, fillOf({ orderId: 'v1', clientOrderId: id }, { count: quantity(600) }));
    const asked = rig.effectsOf('fills').length;
    for (let second = 0; second < 60; second += 1) rig.send({ kind: 'sweep' }, 1_000);
    expect(rig.effectsOf('fills')).toHaveLength(asked);
  });
});

describe('a fill without a name', () => {
  const unnamed = (of: string, change: Partial<Fill> = {}) =>
    fillOf({ orderId: of, clientOrderId: null }, change);

  it('waits while an order of ours in its market may be the one, and is booked once, however often it came', () => {
    const rig = new Rig().live();
    const id = rig.submit();
    const one = unnamed('v1');
    fill(rig, one);
    fill(rig, one);
    expect(rig.state.session?.parked).toHaveLength(1);
    expect(rig.account.external.fills).toBe(0);
    report(rig, id);
    expect(rig.account.positions.get(tickerA)?.quantity).toBe(1_000);
    expect(rig.state.session?.parked).toEqual([]);
    // All of it is there: nothing is owed.
    rig.send({ kind: 'sweep' }, 5_000);
    expect(asksFor(rig, 'fills')).toBe(false);
  });

  it('in another market, or when every order there is known by another id, is not ours', () => {
    const rig = new Rig().live();
    const id = rig.submit();
    fill(rig, unnamed('x', { ticker: tickerB }));
    expect(rig.account.external.fills).toBe(1);
    expect(codes(rig)).toEqual(['external_fills']);
    accept(rig, id, 1_000);
    fill(rig, unnamed('y'));
    expect(rig.account.external.fills).toBe(2);
    expect(rig.state.session?.parked).toEqual([]);
  });

  it('is bounded: what waits beyond that is counted as a stranger’s', () => {
    const rig = new Rig().live();
    rig.submit();
    for (let time = 0; time <= limits.parkedFillsMax; time += 1) fill(rig, unnamed('x'));
    expect(rig.state.session?.parked).toHaveLength(limits.parkedFillsMax);
    expect(rig.account.external.fills).toBe(1);
  });

  it('of an order that a list shows as somebody else’s waits no longer, and keeps no market that has paid', () => {
    const rig = new Rig().live();
    const id = rig.submit();
    rig.send({ kind: 'placed', clientOrderId: id, answer: { kind: 'unknown', detail: 'reset' } });
    const theirs = unnamed('theirs', { count: quantity(500) });
    fill(rig, theirs);
    expect(rig.state.session?.parked).toHaveLength(1);
    report(rig, clientOrderId('by-hand'), { orderId: orderId('theirs') });
    for (let second = 0; second < 120; second += 1) {
      rig.send({ kind: 'sweep' }, 1_000);
      if (asksFor(rig, 'orders'))
        rig.answerRound({
          fills: [theirs],
          settlements: [
            {
              ticker: tickerA,
              shard: shard(0),
              revenue: micros(0),
              yesValue: price(0),
              settledAt: rig.now,
            },
          ],
        });
    }
    expect(rig.state.session?.parked).toEqual([]);
    expect(rig.account.external).toMatchObject({ fills: 1, orders: 1 });
    expect(rig.statusOf(id)).toBe('canceled');
  });
});

describe('an order as the exchange lists it', () => {
  it.each<readonly [string, Partial<VenueOrder>]>([
    ['market', { ticker: tickerB }],
    ['side', { side: 'ask' }],
    ['price', { yesPrice: price(4_100) }],
    ['count', { initialCount: quantity(900) }],
    ['larger count', { initialCount: quantity(1_100) }],
  ])('with another %s halts, and is not taken for ours', (_, change) => {
    const rig = new Rig().live();
    const id = rig.submit();
    report(rig, id, change);
    expect(rig.bodies('anomaly')).toMatchObject([{ code: 'order_mismatch', applied: false }]);
    expect(haltLevel(rig.state)).toBe('halt');
    expect(rig.statusOf(id)).toBe('sent');
  });

  it('of a NO order is at the complement; a reduce-only one may be cut to the position, never grown', () => {
    for (const [initialCount, isOdd] of [
      [1_000, false],
      [400, false],
      [1_001, true],
    ] as const) {
      const rig = new Rig().live({ reentryCooldownMs: 0 });
      rig.buy();
      rig.send({ kind: 'operator', command: { kind: 'kill', level: 'pause', why: '' } });
      rig.books.set(tickerA, bookAt(6_100, 3_000));
      const id = rig.submit({ side: 'no', limit: price(3_000), fair: 0.2 as never });
      report(rig, id, {
        orderId: orderId('v2'),
        side: 'ask',
        yesPrice: price(7_000),
        initialCount: quantity(initialCount),
        filledCount: quantity(400),
        status: 'canceled',
      });
      expect(haltLevel(rig.state)).toBe(isOdd ? 'halt' : 'pause');
      expect(rig.statusOf(id)).toBe(isOdd ? 'sent' : 'partial');
    }
  });

  it('that rests counts with what is left of it; one that has ended, with what was filled', () => {
    for (const [status, cost] of [
      ['resting', 4_200_000],
      ['canceled', 1_680_000],
    ] as const) {
      const rig = new Rig().live();
      const id = rig.submit();
      report(rig, id, { status, filledCount: quantity(400), remainingCount: quantity(600) });
      expect(rig.statusOf(id)).toBe(status === 'resting' ? 'resting' : 'partial');
      expect(holdings(rig.state)).toMatchObject([{ cost }]);
      rig.send({ kind: 'sweep' }, 2_000);
      expect(asksFor(rig, 'fills')).toBe(true);
    }
  });

  it('in a state nobody documented is told, and read about', () => {
    const rig = new Rig().live();
    const id = rig.submit();
    report(rig, id, { status: 'unknown' });
    expect(codes(rig)).toEqual(['order_status_unknown']);
    expect(rig.statusOf(id)).toBe('sent');
    rig.send({ kind: 'sweep' }, settings.fillsQueryAfterMs / 2);
    expect(asksFor(rig, 'orders')).toBe(true);
  });

  it('by somebody else is counted once, told, and moves nothing', () => {
    const rig = new Rig().live();
    for (let time = 0; time < 3; time += 1) report(rig, clientOrderId('by-hand'));
    report(rig, null, { orderId: orderId('another') });
    expect(rig.account.external.orders).toBe(2);
    expect(rig.bodies('external')).toHaveLength(2);
    expect(rig.account.orders.size).toBe(0);
    expect(codes(rig)).toEqual(['external_orders']);
    expect(haltLevel(rig.state)).toBeNull();
  });
});
