import { describe, expect, it } from 'vitest';
import {
  applyOrderEvent,
  isComplete,
  missingCount,
  type Order,
  type OrderEvent,
  type OrderStatus,
  outcomeOf,
  pendingCount,
} from '../../src/domain/order.js';
import {
  clientOrderId,
  epochMs,
  micros,
  orderId,
  price,
  quantity,
  shard,
  ticker,
} from '../../src/domain/units.js';
import { orderStates } from '../simulation/coverage.mjs';

const at = epochMs(1_000);
const orderIn = (status: OrderStatus): Order => {
  const isNew = status === 'intended' || status === 'durable';
  const filled = { filled: 10, partial: 4, settled: 4 }[status as 'filled'] ?? 0;
  return {
    terms: {
      clientOrderId: clientOrderId('a'),
      ticker: ticker('T'),
      shard: shard(0),
      side: 'yes',
      action: 'buy',
      limit: price(4_000),
      count: quantity(10),
      worstCost: micros(42_000),
      reduceOnly: false,
      keyless: false,
      fair: 0,
      edge: 0,
      cycle: 1,
      reason: 'taken',
      contentHash: '',
    },
    status,
    orderId:
      isNew || status === 'sent' || status === 'unknown' || status === 'rejected'
        ? null
        : orderId('v'),
    filled: quantity(filled),
    expected: quantity(filled),
    fees: micros(0),
    intentSeq: 1,
    intendedAt: epochMs(0),
    changedAt: epochMs(0),
    sentAt: isNew ? null : epochMs(0),
    resends: 0,
    why: null,
  };
};

const q = quantity;
const v = orderId('v');
const events: Readonly<Record<string, OrderEvent>> = {
  durable: { kind: 'durable' },
  sent: { kind: 'sent' },
  withdrawn: { kind: 'withdrawn', why: 'edge_gone' },
  ack_0: { kind: 'accepted', orderId: v, filled: q(0), remaining: q(0) },
  ack_4: { kind: 'accepted', orderId: v, filled: q(4), remaining: q(0) },
  ack_10: { kind: 'accepted', orderId: v, filled: q(10), remaining: q(0) },
  ack_rest: { kind: 'accepted', orderId: v, filled: q(0), remaining: q(10) },
  rejected: { kind: 'rejected', why: 'no' },
  r429: { kind: 'rate_limited' },
  unknown: { kind: 'unknown', why: '503' },
  rep_rest: { kind: 'reported', orderId: v, status: 'resting', filled: q(0), remaining: q(10) },
  rep_can4: { kind: 'reported', orderId: v, status: 'canceled', filled: q(4), remaining: q(0) },
  rep_exec: { kind: 'reported', orderId: v, status: 'executed', filled: q(10), remaining: q(0) },
  cancel: { kind: 'canceled', reducedBy: q(10) },
  fill_4: { kind: 'filled', count: q(4) },
  fill_10: { kind: 'filled', count: q(10) },
  fill_11: { kind: 'filled', count: q(11) },
  not_plcd: { kind: 'not_placed' },
  settled: { kind: 'settled' },
};

// Goal: every status meets every event. `-` cannot be and changes nothing; `.` is fine and changes nothing; `!` is
// applied, and odd.
const table = `
            intended durable  sent     resting  filled   partial  canceled rejected unknown  settled
  durable   durable  -        -        -        -        -        -        -        -        -
  sent      -        sent     -        -        -        -        -        -        -        -
  withdrawn canceled canceled canceled canceled .        .        .        .        canceled .
  ack_0     -        -        canceled canceled .        .        .        canceled! canceled .
  ack_4     -        -        partial  partial  .        .        partial  partial! partial  .
  ack_10    -        -        filled   filled   .        filled   filled   filled!  filled   filled
  ack_rest  -        -        resting  .        .        .        .        resting! resting  .
  rejected  -        -        rejected -        -        -        -        -        rejected -
  r429      -        -        durable  -        -        -        -        -        -        -
  unknown   unknown  unknown  unknown  .        .        .        .        .        .        .
  rep_rest  -        -        resting  .        .        .        .        resting! resting  .
  rep_can4  -        -        partial  partial  .        .        partial  partial! partial  .
  rep_exec  -        -        filled   filled   .        filled   filled   filled!  filled   filled
  cancel    -        -        canceled canceled .        .        .        .        canceled .
  fill_4    -        -        sent     resting  -        partial  partial  partial! unknown  partial
  fill_10   -        -        filled   filled   -        -        filled   filled!  filled   -
  fill_11   -        -        -        -        -        -        -        -        -        -
  not_plcd  -        -        -        -        -        -        -        -        canceled -
  settled   .        .        .        .        settled  settled  settled  .        .        .
`;

describe('the life of an order', () => {
  const [head, ...rows] = table
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/));

  it('has a row for every event and a column for every status', () => {
    expect(head).toEqual(orderStates);
    expect(rows.map(([name]) => name)).toEqual(Object.keys(events));
    expect(new Set(Object.values(events).map(({ kind }) => kind)).size).toBe(12);
    for (const row of rows) expect(row).toHaveLength(orderStates.length + 1);
  });

  for (const [name, ...cells] of rows)
    it(`${name}`, () => {
      const event = events[name ?? ''];
      if (event === undefined) throw new Error('no event');
      const got = orderStates.map((status) => {
        const before = orderIn(status);
        const { order, anomaly } = applyOrderEvent(before, event, at);
        if (order === before) return anomaly === null ? '.' : '-';
        expect(order.changedAt).toBe(at);
        expect(order.filled).toBeLessThanOrEqual(order.terms.count);
        return `${order.status}${anomaly === null ? '' : '!'}`;
      });
      expect(got).toEqual(cells);
    });

  it('knows what is owed and what may still come', () => {
    const sent = orderIn('sent');
    expect([pendingCount(sent), missingCount(sent), isComplete(sent), outcomeOf(sent)]).toEqual([
      10,
      0,
      false,
      'open',
    ]);
    const { order } = applyOrderEvent(
      sent,
      { kind: 'accepted', orderId: v, filled: q(4), remaining: q(0) },
      at,
    );
    expect([pendingCount(order), missingCount(order), isComplete(order), outcomeOf(order)]).toEqual(
      [4, 4, false, 'partial'],
    );
    const half = applyOrderEvent(order, { kind: 'filled', count: q(2) }, at).order;
    expect([half.expected, missingCount(half)]).toEqual([4, 2]);
    const filled = applyOrderEvent(order, { kind: 'filled', count: q(4) }, at).order;
    expect([pendingCount(filled), isComplete(filled)]).toEqual([0, true]);
    // More than was reported is news, more than was ordered is a lie.
    expect(applyOrderEvent(filled, { kind: 'filled', count: q(6) }, at).order.status).toBe(
      'filled',
    );
    expect(applyOrderEvent(filled, { kind: 'filled', count: q(7) }, at).anomaly?.code).toBe(
      'overfill',
    );
  });

  it('a cancel that took nothing back means that all of it traded; one that took more than all cannot be', () => {
    const take = (reducedBy: number) =>
      applyOrderEvent(orderIn('resting'), { kind: 'canceled', reducedBy: q(reducedBy) }, at);
    expect(take(0).order).toMatchObject({ status: 'filled', expected: 10 });
    expect(take(11).anomaly?.code).toBe('bad_count');
  });

  it('a fill of nothing cannot be, and what rests with nothing left does not rest', () => {
    const nothing: OrderEvent = { kind: 'filled', count: q(0) };
    expect(applyOrderEvent(orderIn('sent'), nothing, at).anomaly?.code).toBe('bad_count');
    const report: OrderEvent = {
      kind: 'reported',
      orderId: v,
      status: 'resting',
      filled: q(10),
      remaining: q(0),
    };
    expect(applyOrderEvent(orderIn('sent'), report, at).order.status).toBe('filled');
  });

  it('an order id does not change', () => {
    const { anomaly } = applyOrderEvent(
      orderIn('resting'),
      { kind: 'accepted', orderId: orderId('w'), filled: q(0), remaining: q(0) },
      at,
    );
    expect(anomaly?.code).toBe('other_order_id');
  });

  it('never-sent orders cannot be told anything by the exchange', () => {
    const { order } = applyOrderEvent(
      orderIn('durable'),
      { kind: 'withdrawn', why: 'edge_gone' },
      at,
    );
    for (const name of ['ack_0', 'rep_exec', 'fill_4', 'cancel', 'rejected'])
      expect(applyOrderEvent(order, events[name] as OrderEvent, at).anomaly?.code).toBe(
        'impossible',
      );
  });

  it('one that was given up and appears after all is taken back, loudly', () => {
    const { order } = applyOrderEvent(orderIn('unknown'), { kind: 'not_placed' }, at);
    expect(order.sentAt).toBeNull();
    for (const name of ['rep_can4', 'fill_4']) {
      const step = applyOrderEvent(order, events[name] as OrderEvent, at);
      expect(step.anomaly?.code).toBe('contradiction');
      expect(step.order).toMatchObject({ status: 'partial', sentAt: at });
    }
  });
});
