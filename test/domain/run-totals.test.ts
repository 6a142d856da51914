import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { totals as totalsOf } from '../../src/actors/executor/views.js';
import { nano } from '../../src/domain/canonical.js';
import { LedgerSummary, type LedgerTotals } from '../../src/domain/run-totals.js';
import {
  epochMs,
  micros,
  orderId,
  type Probability,
  price,
  quantity,
} from '../../src/domain/units.js';
import type { Intent } from '../../src/messages/intent.js';
import {
  bookAt,
  fillOf,
  intentFor,
  Rig,
  start,
  tickerA,
  tickerB,
} from '../support/executor-rig.js';

const dayMs = 86_400_000;
const hourMs = 3_600_000;
// The rig starts at 08:00 UTC.
const today = '2027-01-15';
const tomorrow = '2027-01-16';

function totals(rig: Rig, zone = 'UTC'): LedgerTotals {
  const sums = new LedgerSummary(zone);
  for (const record of rig.records) sums.add(record);
  const made = sums.totals();
  if (made === null) throw new Error('no records');
  return made;
}

const accepted = (rig: Rig, id: ReturnType<Rig['submit']>, filled: number): void => {
  rig.send({
    kind: 'placed',
    clientOrderId: id,
    answer: {
      kind: 'accepted',
      orderId: orderId(`v-${id}`),
      filled: quantity(filled),
      remaining: quantity(0),
      averageYesPrice: null,
      averageFee: null,
    },
  });
};

const filled = (
  rig: Rig,
  id: ReturnType<Rig['submit']>,
  count: number,
  afterMs: number,
  fee = 0,
): void => {
  const fill = fillOf(
    { orderId: `v-${id}`, clientOrderId: id },
    { count: quantity(count), fee: micros(fee) },
  );
  rig.send({ kind: 'account', event: { kind: 'fill', fill } }, afterMs);
};

const intentOf = (rig: Rig): Intent => intentFor({ decidedAt: rig.now });

const unlimited = { maxOrdersPerMinute: 1_000, reentryCooldownMs: 0 };

/** What both can say must be the same. */
function expectAccount(rig: Rig, made: LedgerTotals): void {
  const own = totalsOf(rig.state);
  expect(made.orders).toEqual(own.orders);
  expect(made).toMatchObject({
    feesMicros: own.feesMicros,
    realizedPnlMicros: own.realizedPnlMicros,
    exposureMicros: own.exposureMicros,
    openPositions: own.positions,
    records: rig.account.head.seq,
    cycles: rig.account.cycles,
  });
  const { orders } = made;
  const { submitted, ...outcomes } = orders;
  expect(Object.values(outcomes).reduce((sum, count) => sum + count, 0)).toBe(submitted);
  for (const field of ['feesMicros', 'realizedPnlMicros', 'notionalMicros'] as const)
    expect(made.days.reduce((sum, day) => sum + day[field], 0)).toBe(made[field]);
  expect(made.days.reduce((sum, day) => sum + day.orders.submitted, 0)).toBe(submitted);
}

describe('a ledger adds up', () => {
  it('to nothing without records', () => {
    expect(new LedgerSummary('UTC').totals()).toBeNull();
  });

  it('to a day of zeros when nothing was traded', () => {
    const rig = new Rig().paper();
    const made = totals(rig);
    expect(made).toMatchObject({ runs: 1, cycles: 0, openPositions: 0, exposureMicros: 0 });
    expect(made.days).toEqual([
      {
        day: today,
        orders: {
          submitted: 0,
          open: 0,
          filled: 0,
          partial: 0,
          canceled: 0,
          rejected: 0,
          unknown: 0,
        },
        notionalMicros: 0,
        feesMicros: 0,
        expectedPnlMicros: 0,
        realizedPnlMicros: 0,
        gainsMicros: 0,
        lossesMicros: 0,
        inferenceMicros: 0,
      },
    ]);
    expect(made.treasury).toEqual({
      calls: 0,
      appropriatedMicros: 0,
      reserveMicros: 0,
      grantedMicros: 0,
      payableMicros: 0,
      estimatedMicros: 0,
      selfFundingRatio: null,
    });
    expectAccount(rig, made);
  });

  it('to what Claude cost and who paid: profit set aside first, then the operator', () => {
    const rig = new Rig().withClaude({
      ...unlimited,
      inferenceProfitShare: 0.0001,
      inferenceGrant: 100_000,
      inferenceDailyCap: 100_000,
    });
    rig.buy({}, { fee: 168_000 });
    rig.settle(tickerA, 10_000);
    rig.ask('c1');
    rig.answer('c1', { lost: 1 });
    // 10 YES at 40¢ pay $10; a ten-thousandth of the net is 583 micros of the 600 that were billed.
    const made = totals(rig);
    expect(made).toMatchObject({
      gainsMicros: 6_000_000,
      lossesMicros: 0,
      feesMicros: 168_000,
      realizedPnlMicros: 5_832_000,
      inferenceMicros: 10_600,
    });
    expect(made.treasury).toEqual({
      calls: 1,
      appropriatedMicros: 583,
      reserveMicros: 0,
      grantedMicros: 10_600 - 583,
      payableMicros: 583,
      estimatedMicros: 10_000,
      selfFundingRatio: 583 / 10_600,
    });
  });

  it('to what was bought: price × count of the bought side, fees, and edge × contracts', () => {
    const rig = new Rig().paper(unlimited);
    // 10 YES at 40¢, then 5 of 10 NO at 30¢: 5 × edge of the second only.
    rig.buy({ edge: 0.1234 }, { fee: 168_000 });
    rig.books.set(tickerB, bookAt(6_100, 3_000));
    rig.buy(
      { ticker: tickerB, side: 'no', limit: price(3_000), fair: 0.5 as Probability, edge: 0.2 },
      { filled: quantity(500), fee: 74_000 },
    );
    const made = totals(rig);
    expect(made).toMatchObject({
      notionalMicros: 4_000_000 + 1_500_000,
      feesMicros: 242_000,
      expectedPnlMicros: 10 * 123_400 + 5 * 200_000,
      realizedPnlMicros: -242_000,
      openPositions: 2,
      exposureMicros: 5_500_000,
    });
    expect(made.orders).toMatchObject({ submitted: 2, filled: 1, partial: 1 });
    expectAccount(rig, made);
  });

  it('counts the runs, and what was sent in all of them', () => {
    const rig = new Rig().paper(unlimited);
    rig.buy();
    rig.restart();
    rig.buy({ ticker: tickerB });
    const made = totals(rig);
    expect(made).toMatchObject({ runs: 2, orders: { submitted: 2, filled: 2 } });
    expectAccount(rig, made);
  });

  it('realizes what settles, on the day it settles', () => {
    const rig = new Rig().paper(unlimited);
    rig.buy({}, { fee: 168_000 });
    const { ticker } = rig.account.positions.get(tickerA) ?? {};
    expect(ticker).toBe(tickerA);
    rig.settle(tickerA, 10_000, dayMs);
    const made = totals(rig);
    expect(made.days.map(({ day, realizedPnlMicros }) => [day, realizedPnlMicros])).toEqual([
      [today, -168_000],
      [tomorrow, 6_000_000],
    ]);
    expect(made).toMatchObject({ realizedPnlMicros: 5_832_000, openPositions: 0 });
    expect(made.orders).toMatchObject({ submitted: 1, filled: 1, open: 0 });
    expectAccount(rig, made);
  });
});

describe('days', () => {
  /** Sent five minutes before midnight UTC, filled ten minutes later. */
  function overMidnight(): Rig {
    const rig = new Rig().live(unlimited);
    rig.now = epochMs(start + 16 * hourMs - 300_000);
    const id = rig.submit({ edge: 0.1 });
    accepted(rig, id, 1_000);
    filled(rig, id, 1_000, 600_000, 168_000);
    return rig;
  }

  it('an order belongs to the day it was sent, its fills to the day they were booked', () => {
    const made = totals(overMidnight());
    expect(made.days.map(({ day }) => day)).toEqual([today, tomorrow]);
    expect(made.days[0]).toMatchObject({
      orders: { submitted: 1, filled: 1 },
      notionalMicros: 0,
      feesMicros: 0,
      expectedPnlMicros: 0,
    });
    expect(made.days[1]).toMatchObject({
      orders: { submitted: 0, filled: 0 },
      notionalMicros: 4_000_000,
      feesMicros: 168_000,
      expectedPnlMicros: 1_000_000,
    });
    expectAccount(overMidnight(), made);
  });

  it('are those of the zone asked for', () => {
    expect(totals(overMidnight(), 'America/New_York').days.map(({ day }) => day)).toEqual([today]);
    expect(totals(overMidnight(), 'Asia/Tokyo').days.map(({ day }) => day)).toEqual([
      today,
      tomorrow,
    ]);
    const tokyo = totals(overMidnight(), 'Asia/Tokyo').days[1];
    expect(tokyo).toMatchObject({ orders: { submitted: 1 }, notionalMicros: 4_000_000 });
  });
});

describe('orders are counted once, by how they ended', () => {
  it('one that ended differently than it first seemed is counted where it ended', () => {
    const rig = new Rig().live(unlimited);
    const id = rig.submit();
    expect(totals(rig).orders).toMatchObject({ submitted: 1, open: 1 });
    rig.send({ kind: 'placed', clientOrderId: id, answer: { kind: 'unknown', detail: 'reset' } });
    expect(totals(rig).orders).toMatchObject({ submitted: 1, open: 0, unknown: 1 });
    filled(rig, id, 400, 1);
    accepted(rig, id, 400);
    const made = totals(rig);
    expect(made.orders).toMatchObject({ submitted: 1, unknown: 0, partial: 1 });
    expectAccount(rig, made);
  });

  it('one that provably never left was never sent', () => {
    const rig = new Rig().live(unlimited);
    const id = rig.submit();
    rig.send({ kind: 'placed', clientOrderId: id, answer: { kind: 'unknown', detail: 'reset' } });
    for (let time = 0; time < 6 && rig.statusOf(id) === 'unknown'; time += 1) {
      rig.send({ kind: 'sweep' }, 61_000);
      rig.answerRound();
    }
    expect(rig.statusOf(id)).toBe('canceled');
    const made = totals(rig);
    expect(made.orders).toMatchObject({ submitted: 0, unknown: 0, canceled: 0 });
    expectAccount(rig, made);
  });

  it('one that was withdrawn before it left was never sent', () => {
    const rig = new Rig().paper();
    const { records } = rig.send({ kind: 'intent', intent: intentOf(rig) });
    rig.books.set(tickerA, bookAt(9_000, 1_000));
    rig.send({ kind: 'durable', recordSeq: records[0]?.seq ?? 0 });
    const made = totals(rig);
    expect(made.orders).toMatchObject({ submitted: 0, canceled: 0 });
    expectAccount(rig, made);
  });

  it('one that settled stays what it was, and still counts when it is long forgotten', () => {
    const rig = new Rig().paper(unlimited);
    rig.buy({}, { filled: quantity(300) });
    rig.settle(tickerA, 0, hourMs);
    for (let day = 0; day < 5; day += 1) rig.send({ kind: 'sweep' }, dayMs);
    expect(rig.account.orders.size).toBe(0);
    const made = totals(rig);
    expect(made.orders).toMatchObject({ submitted: 1, partial: 1 });
    expectAccount(rig, made);
  });
});

describe('property: whatever becomes of the orders, the sums are the account’s', () => {
  const fate = fc.record({
    name: fc.constantFrom('filled', 'partial', 'none', 'rejected', 'unknown', 'limited', 'open'),
    other: fc.boolean(),
    afterMs: fc.constantFrom(1, hourMs, 10 * hourMs),
    edge: fc.double({ min: -0.1, max: 0.3, noNaN: true }),
    settles: fc.constantFrom(null, 0, 10_000),
  });

  it('holds', () => {
    fc.assert(
      fc.property(fc.array(fate, { maxLength: 6 }), (fates) => {
        const rig = new Rig().paper({ ...unlimited, maxDailyLoss: 9e12 });
        let expected = 0;
        for (const { name, other, afterMs, edge, settles } of fates) {
          rig.send({ kind: 'sweep' }, afterMs);
          const ticker = other ? tickerB : tickerA;
          rig.send({ kind: 'intent', intent: { ...intentOf(rig), ticker, edge } });
          const intent = rig.last?.records.find(({ body }) => body.kind === 'intent');
          if (intent?.body.kind !== 'intent') continue;
          const id = intent.body.terms.clientOrderId;
          rig.send({ kind: 'durable', recordSeq: intent.seq });
          const count = name === 'filled' ? 1_000 : name === 'partial' ? 300 : 0;
          if (name === 'rejected')
            rig.send({
              kind: 'placed',
              clientOrderId: id,
              answer: { kind: 'rejected', code: 'no', detail: '' },
            });
          else if (name === 'unknown')
            rig.send({
              kind: 'placed',
              clientOrderId: id,
              answer: { kind: 'unknown', detail: '' },
            });
          else if (name === 'limited')
            rig.send({ kind: 'placed', clientOrderId: id, answer: { kind: 'rate_limited' } });
          else if (name !== 'open') accepted(rig, id, count);
          if (count > 0) {
            const fill = fillOf(
              { orderId: `v-${id}`, clientOrderId: id },
              { ticker, count: quantity(count), fee: micros(7) },
            );
            rig.send({ kind: 'account', event: { kind: 'fill', fill } });
            expected += (nano(edge) / 1_000) * (count / 100);
          }
          if (settles !== null) rig.settle(ticker, settles);
        }
        for (const zone of ['UTC', 'Asia/Tokyo']) {
          const made = totals(rig, zone);
          expectAccount(rig, made);
          expect(Math.abs(made.expectedPnlMicros - expected)).toBeLessThanOrEqual(1);
        }
      }),
      { numRuns: 60 },
    );
  });
});
