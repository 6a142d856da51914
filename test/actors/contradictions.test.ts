import { describe, expect, it } from 'vitest';
import { haltLevel } from '../../src/actors/executor/views.js';
import { exposure } from '../../src/domain/risk.js';
import { orderId, price, quantity } from '../../src/domain/units.js';
import type { VenueOrder } from '../../src/messages/account-event.js';
import type { PlaceAnswer } from '../../src/messages/desk.js';
import { fillOf, Rig, tickerA } from '../support/executor-rig.js';

const v1 = orderId('v1');

const accepted = (filled: number, remaining = 0): PlaceAnswer => ({
  kind: 'accepted',
  orderId: v1,
  filled: quantity(filled),
  remaining: quantity(remaining),
  averageYesPrice: null,
  averageFee: null,
});

const told = (rig: Rig, id: ReturnType<Rig['submit']>, answer: PlaceAnswer): void => {
  rig.send({ kind: 'placed', clientOrderId: id, answer });
};

const listed = (rig: Rig, change: Partial<VenueOrder> = {}): VenueOrder => ({
  orderId: v1,
  clientOrderId: [...rig.account.orders.keys()][0] ?? null,
  ticker: tickerA,
  shard: rig.markets.get(tickerA)?.shard as VenueOrder['shard'],
  status: 'canceled',
  side: 'bid',
  yesPrice: price(4_000),
  initialCount: quantity(1_000),
  filledCount: quantity(0),
  remainingCount: quantity(0),
  fees: null,
  ...change,
});

const report = (rig: Rig, change: Partial<VenueOrder>): void => {
  rig.send({ kind: 'account', event: { kind: 'order', order: listed(rig, change) } });
};

describe('an exchange that says more than can be halts the engine', () => {
  it.each<readonly [string, string, (rig: Rig, id: ReturnType<Rig['submit']>) => void]>([
    [
      'more filled than ordered, by the answer',
      'order_bad_count',
      (rig, id) => told(rig, id, accepted(1_001)),
    ],
    ['more left than ordered', 'order_bad_count', (rig, id) => told(rig, id, accepted(900, 101))],
    [
      'more filled than ordered, by a report',
      'order_bad_count',
      (rig) => report(rig, { filledCount: quantity(1_001), status: 'executed' }),
    ],
    [
      'a second order under one id',
      'order_other_order_id',
      (rig, id) => {
        told(rig, id, accepted(0));
        report(rig, { orderId: orderId('v2') });
      },
    ],
    [
      'a cancel that takes back more than there was',
      'order_bad_count',
      (rig, id) => {
        told(rig, id, accepted(0, 1_000));
        rig.send({
          kind: 'cancel_answered',
          clientOrderId: id,
          answer: { kind: 'canceled', reducedBy: quantity(1_001) },
        });
      },
    ],
  ])('%s', (_, code, happen) => {
    const rig = new Rig().live();
    happen(rig, rig.submit());
    expect(rig.bodies('anomaly')).toMatchObject([{ code, applied: false }]);
    expect(rig.account.latches.get('anomaly')?.level).toBe('halt');
  });
});

// Goal: whatever an answer claims, an order that may have traded is never forgotten, and never sent again.
describe('an answer that cannot be leaves the order in doubt', () => {
  it.each<readonly [string, PlaceAnswer]>([
    ['refused', { kind: 'rejected', code: 'invalid_price', detail: '' }],
    ['sent back with a 429', { kind: 'rate_limited' }],
    ['never sent', { kind: 'not_sent', code: 'aborted', detail: '' }],
  ])('%s, after a part of it has traded', (_, answer) => {
    const rig = new Rig().live();
    const id = rig.submit();
    const fill = fillOf({ orderId: 'v1', clientOrderId: id }, { count: quantity(400) });
    rig.send({ kind: 'account', event: { kind: 'fill', fill } });
    told(rig, id, answer);
    expect(rig.statusOf(id)).toBe('unknown');
    expect(rig.bodies('anomaly')).toMatchObject([{ code: 'order_contradiction' }]);
    rig.send({ kind: 'sweep' }, 2_000);
    expect(rig.last?.effects.map(({ kind }) => kind)).toContain('orders');
    rig.answerRound({ orders: [listed(rig, { filledCount: quantity(400) })], fills: [fill] });
    expect(rig.statusOf(id)).toBe('partial');
    rig.send({ kind: 'sweep' }, 10_000);
    expect(rig.effectsOf('place')).toHaveLength(1);
  });

  it.each<readonly [string, string, (rig: Rig, id: ReturnType<Rig['submit']>) => void]>([
    ['listed', 'canceled', (rig) => report(rig, {})],
    [
      'reported as filled',
      'filled',
      (rig) => report(rig, { status: 'executed', filledCount: quantity(1_000) }),
    ],
    ['accepted late', 'filled', (rig, id) => told(rig, id, accepted(1_000))],
    [
      'traded in part',
      'unknown',
      (rig, id) => {
        const fill = fillOf({ orderId: 'v1', clientOrderId: id }, { count: quantity(400) });
        rig.send({ kind: 'account', event: { kind: 'fill', fill } });
        // The rest of it may have traded as well.
        expect(exposure(rig.account)).toBe(1_600_000 + 2_520_000);
      },
    ],
    [
      'traded whole',
      'filled',
      (rig, id) => {
        const fill = fillOf({ orderId: 'v1', clientOrderId: id });
        rig.send({ kind: 'account', event: { kind: 'fill', fill } });
      },
    ],
  ])('sent back with a 429, then %s: it is not sent again', (_, status, happen) => {
    const rig = new Rig().live();
    const id = rig.submit();
    told(rig, id, { kind: 'rate_limited' });
    expect(rig.statusOf(id)).toBe('durable');
    happen(rig, id);
    expect(rig.statusOf(id)).toBe(status);
    expect(rig.bodies('anomaly')).toHaveLength(1);
    for (let second = 0; second < 10; second += 1) rig.send({ kind: 'sweep' }, 1_000);
    expect(rig.effectsOf('place')).toHaveLength(1);
    expect(haltLevel(rig.state)).toBeNull();
  });
});
