// Goal: every answer to an order or a cancel is taken for what it is, told, and followed by what it takes to know more.
import { describe, expect, it } from 'vitest';
import { haltLevel } from '../../src/actors/executor/views.js';
import { clientOrderId, orderId, price, quantity } from '../../src/domain/units.js';
import type { CancelAnswer, PlaceAnswer } from '../../src/messages/desk.js';
import { bookAt, fillOf, Rig, settings, tickerA } from '../support/executor-rig.js';

const v1 = orderId('v1');
type Id = ReturnType<Rig['submit']>;

const accepted = (
  change: Partial<Extract<PlaceAnswer, { kind: 'accepted' }>> = {},
): PlaceAnswer => ({
  kind: 'accepted',
  orderId: v1,
  filled: quantity(1_000),
  remaining: quantity(0),
  averageYesPrice: null,
  averageFee: null,
  ...change,
});
const told = (rig: Rig, id: Id, answer: PlaceAnswer) =>
  rig.send({ kind: 'placed', clientOrderId: id, answer });
const canceled = (rig: Rig, id: Id, answer: CancelAnswer) =>
  rig.send({ kind: 'cancel_answered', clientOrderId: id, answer });
const codes = (rig: Rig): readonly string[] => rig.last?.notes.map(({ code }) => code) ?? [];
const asks = (rig: Rig): boolean =>
  rig.last?.effects.some(({ kind }) => kind === 'orders') ?? false;

describe('an average worse than the limit', () => {
  it.each([
    ['yes', 4_000, 4_001],
    ['no', 6_000, 5_999],
  ] as const)('of a %s order halts; one at the limit does not', (side, fair, worse) => {
    for (const [average, isHalted] of [
      [fair, false],
      [worse, true],
    ] as const) {
      const rig = new Rig().live();
      rig.books.set(tickerA, bookAt(4_000, 4_000));
      const id = rig.submit(side === 'no' ? { side, fair: 0.4 as never } : {});
      told(rig, id, accepted({ averageYesPrice: price(average) }));
      expect(haltLevel(rig.state)).toBe(isHalted ? 'halt' : null);
      expect(rig.bodies('anomaly')).toHaveLength(isHalted ? 1 : 0);
      // It traded, at whatever price: that is booked, and its fills are awaited.
      expect(rig.statusOf(id)).toBe('filled');
      if (isHalted)
        expect(rig.bodies('anomaly')[0]).toMatchObject({ code: 'worse_than_limit', applied: true });
    }
  });
});

describe('an answer', () => {
  it('to an order that is not ours is kept, and moves nothing', () => {
    const rig = new Rig().live();
    told(rig, clientOrderId('nobody'), accepted());
    expect(rig.bodies('anomaly')).toMatchObject([{ code: 'answer_without_order', applied: false }]);
    canceled(rig, clientOrderId('nobody'), { kind: 'gone' });
    expect(codes(rig)).toEqual(['cancel_without_order']);
    expect(rig.account.orders.size).toBe(0);
  });

  it.each<readonly [PlaceAnswer, string, string]>([
    [
      { kind: 'rejected', code: 'invalid_price', detail: 'off the grid' },
      'order_rejected',
      'rejected',
    ],
    [{ kind: 'not_sent', code: 'aborted', detail: 'taken back' }, 'order_not_sent', 'rejected'],
    [{ kind: 'rate_limited' }, 'rate_limited', 'durable'],
    [{ kind: 'unknown', detail: 'reset' }, 'order_unknown', 'unknown'],
  ])('%j is told', (answer, code, status) => {
    const rig = new Rig().live();
    const id = rig.submit();
    told(rig, id, answer);
    expect(codes(rig)).toEqual([code]);
    expect(rig.statusOf(id)).toBe(status);
    // Only one that nobody knows makes it read the account at once.
    rig.send({ kind: 'sweep' }, settings.fillsQueryAfterMs / 2);
    expect(asks(rig)).toBe(status === 'unknown');
  });

  it('that names an order gives the fills their order that came without a name', () => {
    const rig = new Rig().live();
    const id = rig.submit();
    const fill = fillOf({ orderId: 'v1', clientOrderId: null });
    rig.send({ kind: 'account', event: { kind: 'fill', fill } });
    expect(rig.account.positions.size).toBe(0);
    told(rig, id, accepted());
    expect(rig.account.positions.get(tickerA)?.quantity).toBe(1_000);
    expect(rig.account.external.fills).toBe(0);
  });

  it('that nobody gives on paper ends the order: nothing of it can have traded', () => {
    const rig = new Rig().paper();
    const id = rig.submit();
    told(rig, id, { kind: 'unknown', detail: 'lost' });
    expect(codes(rig)).toEqual(['paper_lost']);
    expect(rig.statusOf(id)).toBe('canceled');
  });

  it('that comes twice, or late, changes nothing', () => {
    const rig = new Rig().live();
    const id = rig.submit();
    told(rig, id, { kind: 'unknown', detail: 'late' });
    told(rig, id, accepted());
    const before = rig.records.length;
    told(rig, id, accepted());
    told(rig, id, { kind: 'unknown', detail: 'later still' });
    expect(rig.records.length).toBe(before);
    expect(rig.statusOf(id)).toBe('filled');
  });

  it('is refused for good after the last repetition of a 429', () => {
    const rig = new Rig().live();
    const id = rig.submit();
    for (let time = 0; time < 3; time += 1) {
      told(rig, id, { kind: 'rate_limited' });
      rig.send({ kind: 'sweep' }, 5_000);
    }
    expect(rig.statusOf(id)).toBe('rejected');
    expect(rig.state.session?.resends.size).toBe(0);
    rig.send({ kind: 'sweep' }, 60_000);
    expect(rig.effectsOf('place')).toHaveLength(3);
  });
});

describe('an order that rests, though none of ours should', () => {
  const resting = (change: Partial<typeof settings> = {}): readonly [Rig, Id] => {
    const rig = new Rig().live(change);
    const id = rig.submit();
    told(rig, id, accepted({ filled: quantity(0), remaining: quantity(1_000) }));
    return [rig, id];
  };
  const cancels = (rig: Rig): number => rig.effectsOf('cancel').length;

  it('is canceled after two seconds, and again with growing pauses until it is gone', () => {
    const [rig, id] = resting();
    rig.send({ kind: 'sweep' }, 1_998);
    expect(cancels(rig)).toBe(0);
    rig.send({ kind: 'sweep' }, 2);
    expect(cancels(rig)).toBe(1);
    expect(rig.effectsOf('cancel')[0]).toEqual({
      kind: 'cancel',
      orderId: v1,
      clientOrderId: id,
      ticker: tickerA,
      shard: 0,
    });
    canceled(rig, id, { kind: 'failed', code: 'http_503', detail: '' });
    expect(codes(rig)).toEqual(['cancel_failed']);
    const pauses: number[] = [];
    let since = 0;
    for (let second = 0; second < 60; second += 1) {
      const before = cancels(rig);
      rig.send({ kind: 'sweep' }, 1_000);
      since += 1;
      if (cancels(rig) > before) {
        pauses.push(since);
        since = 0;
      }
    }
    expect(pauses).toEqual([2, 4, 8, 16]);
    canceled(rig, id, { kind: 'canceled', reducedBy: quantity(1_000) });
    expect(rig.statusOf(id)).toBe('canceled');
    expect(rig.state.session?.cancels.size).toBe(1);
    rig.send({ kind: 'sweep' }, 600_000);
    expect(rig.state.session?.cancels.size).toBe(0);
    expect(cancels(rig)).toBe(5);
  });

  it('is still there and canceled by the next run', () => {
    const [rig, id] = resting();
    rig.restart();
    expect(rig.statusOf(id)).toBe('resting');
    // Without waiting for a reading: a cancel takes no risk.
    rig.send({ kind: 'sweep' }, 2_000);
    expect(cancels(rig)).toBe(1);
  });

  it('that is gone by the time of the cancel is read about: it may have traded', () => {
    const [rig, id] = resting();
    rig.send({ kind: 'sweep' }, 2_000);
    canceled(rig, id, { kind: 'gone' });
    expect(rig.statusOf(id)).toBe('resting');
    rig.send({ kind: 'sweep' }, settings.fillsQueryAfterMs / 2);
    expect(asks(rig)).toBe(true);
  });

  it('and traded in part is owed what the cancel did not take back', () => {
    const [rig, id] = resting();
    canceled(rig, id, { kind: 'canceled', reducedBy: quantity(600) });
    expect(rig.statusOf(id)).toBe('partial');
    rig.send({ kind: 'sweep' }, 2_000);
    expect(rig.last?.effects).toContainEqual({ kind: 'fills', since: null, orderId: v1 });
  });
});
