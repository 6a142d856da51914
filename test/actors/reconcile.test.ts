// Goal: a reading says what there is, no more: what it cannot know stays in doubt, what moves is not judged, and what others
// do on the account is counted, never called ours.
import { describe, expect, it } from 'vitest';
import { haltLevel } from '../../src/actors/executor/views.js';
import { cashOf } from '../../src/domain/postings.js';
import { epochMs, orderId, price, quantity, shard } from '../../src/domain/units.js';
import type { VenueOrder } from '../../src/messages/account-event.js';
import {
  fillOf,
  intentFor,
  marketOf,
  Rig,
  settings,
  tickerA,
  tickerB,
} from '../support/executor-rig.js';

type Id = ReturnType<Rig['submit']>;
type Answers = Parameters<Rig['answerRound']>[0];
const quarantineMs = settings.unknownQuarantineMs;
const marginMs = 10 * quarantineMs;

const asked = (rig: Rig): boolean =>
  rig.last?.effects.some(({ kind }) => kind === 'positions') ?? false;

/** A new link begins a whole reading. */
function relink(rig: Rig): void {
  rig.send({ kind: 'link', link: 'gone' });
  rig.send({ kind: 'link', link: 'up' });
}

/** Answers every reading of so many seconds in the same way. */
function live(rig: Rig, seconds: number, answers: () => Answers = () => ({})): void {
  for (let second = 0; second < seconds; second += 1) {
    rig.send({ kind: 'sweep' }, 1_000);
    if (asked(rig)) rig.answerRound(answers());
  }
}

const doubt = (rig: Rig): Id => {
  const id = rig.submit();
  rig.send({ kind: 'placed', clientOrderId: id, answer: { kind: 'unknown', detail: 'reset' } });
  return id;
};

describe('how far back it reads', () => {
  it('is to the last whole reading, or to the oldest order that may still change, with a margin', () => {
    const rig = new Rig().live();
    const first = rig.account.reconciledAt ?? 0;
    rig.buy();
    rig.send({ kind: 'sweep' }, 400_000);
    expect(rig.effectsOf('orders').at(-1)?.since).toBe(first - marginMs);
  });

  it('goes back to an order in doubt, however many readings there were since', () => {
    const rig = new Rig().live();
    doubt(rig);
    const intendedAt = [...rig.account.orders.values()][0]?.intendedAt ?? 0;
    live(rig, 900, () => ({ positions: [[tickerA, 5]] }));
    for (const kind of ['orders', 'fills', 'settlements'] as const)
      expect(rig.effectsOf(kind).at(-1)?.since).toBe(intendedAt - marginMs);
    expect(rig.account.reconciledAt ?? 0).toBeGreaterThan(intendedAt + 600_000);
  });
});

describe('a reading that fails', () => {
  it.each(['orders', 'fills', 'positions', 'settlements', 'balance'] as const)(
    'at its %s is none: it is told, tried again with growing pauses, and nothing is sent before',
    (kind) => {
      const rig = new Rig().open();
      rig.send({ kind: 'link', link: 'up' });
      const failed = { kind: 'failed', code: 'timeout', detail: '' } as const;
      const pauses: number[] = [];
      for (let second = 0, last = 0; second < 40; second += 1) {
        if (asked(rig)) {
          if (second > 0) pauses.push(second - last);
          last = second;
          const others = { since: null, ticker: null, orderId: null };
          rig.send({ ...others, kind, answer: failed } as never);
          expect(rig.last?.notes[0]?.code).toBe('reading_failed');
          for (const other of ['orders', 'fills', 'positions', 'settlements', 'balance'])
            if (other !== kind)
              rig.send({
                ...others,
                kind: other,
                answer: { kind: 'complete', items: [] },
              } as never);
        }
        rig.send({ kind: 'sweep' }, 1_000);
      }
      expect(pauses).toEqual([4, 8, 16]);
      expect(rig.account.isFunded).toBe(false);
      expect(rig.state.session?.isReady).toBe(false);
    },
  );
});

describe('an order in doubt', () => {
  it('that a list names in a state nobody documented is there, however long it stays so', () => {
    const rig = new Rig().live();
    const id = doubt(rig);
    const order: VenueOrder = {
      orderId: orderId('v1'),
      clientOrderId: id,
      ticker: tickerA,
      shard: shard(0),
      status: 'unknown',
      side: 'bid',
      yesPrice: price(4_000),
      initialCount: quantity(1_000),
      filledCount: quantity(0),
      remainingCount: quantity(0),
      fees: null,
    };
    live(rig, 600, () => ({ orders: [order] }));
    expect(rig.statusOf(id)).toBe('unknown');
    live(rig, 600, () => ({ orders: [{ ...order, status: 'canceled' }] }));
    expect(rig.statusOf(id)).toBe('canceled');
  });

  it('is not cleared by a reading that began before the doubt', () => {
    const rig = new Rig().live();
    rig.send({ kind: 'sweep' }, 7_200_000);
    rig.markets.set(tickerA, marketOf(tickerA, { closeAt: epochMs(9e12) }));
    expect(asked(rig)).toBe(true);
    const id = doubt(rig);
    rig.answerRound();
    expect(rig.state.session?.cleanReads.get(id)).toBe(0);
    // One clean reading after the quarantine is not two.
    rig.send({ kind: 'sweep' }, 2 * quarantineMs);
    rig.answerRound();
    expect(rig.statusOf(id)).toBe('unknown');
  });

  it('waits the whole quarantine, to the millisecond', () => {
    for (const [lateMs, status] of [
      [-1, 'unknown'],
      [0, 'canceled'],
    ] as const) {
      const rig = new Rig().live();
      const id = doubt(rig);
      const { changedAt = 0 } = rig.account.orders.get(id) ?? {};
      rig.send({ kind: 'sweep' }, 2_000);
      rig.answerRound();
      rig.now = epochMs(changedAt + quarantineMs + lateMs - 1);
      rig.send({ kind: 'sweep' }, 1);
      expect(asked(rig)).toBe(true);
      rig.answerRound();
      expect(rig.statusOf(id)).toBe(status);
    }
  });

  it('waits for a fill there that has no name yet, not for one in another market', () => {
    for (const [where, status] of [
      [tickerA, 'unknown'],
      [tickerB, 'canceled'],
    ] as const) {
      const rig = new Rig().live();
      const id = doubt(rig);
      const other = rig.submit({ ticker: tickerB });
      expect(rig.statusOf(other)).toBe('sent');
      const fill = fillOf({ orderId: 'x', clientOrderId: null }, { ticker: where });
      rig.send({ kind: 'account', event: { kind: 'fill', fill } });
      live(rig, 300, () => ({ positions: [] }));
      expect(rig.statusOf(id), where).toBe(status);
    }
  });

  it('keeps what the exchange promised: an acceptance is never cleared', () => {
    const rig = new Rig().live();
    const id = rig.submit();
    const accepted = {
      kind: 'accepted',
      orderId: orderId('v1'),
      filled: quantity(1_000),
      remaining: quantity(0),
      averageYesPrice: null,
      averageFee: null,
    } as const;
    rig.send({ kind: 'placed', clientOrderId: id, answer: accepted });
    live(rig, 600, () => ({ positions: [] }));
    expect(rig.statusOf(id)).toBe('filled');
    expect(rig.account.orders.get(id)?.expected).toBe(1_000);
  });
});

describe('positions that our fills do not explain', () => {
  const theirs = (amount: number) => (): Answers => ({ positions: [[tickerB, amount]] });
  const told = (rig: Rig): number => rig.account.external.positions;

  it('are counted once they have stayed so, told once, kept through a restart, and counted off again', () => {
    const rig = new Rig().live();
    relink(rig);
    rig.answerRound(theirs(5)());
    const since = rig.now;
    live(rig, 55, theirs(5));
    expect(told(rig)).toBe(0);
    live(rig, 30, theirs(5));
    expect(told(rig)).toBe(1);
    expect(rig.now - since).toBeGreaterThanOrEqual(quarantineMs);
    live(rig, 300, theirs(5));
    expect(rig.bodies('external')).toHaveLength(1);
    rig.restart();
    rig.send({ kind: 'link', link: 'up' });
    rig.answerRound(theirs(5)());
    // Too young to say anything new.
    expect(told(rig)).toBe(1);
    live(rig, 200, theirs(5));
    expect(told(rig)).toBe(1);
    live(rig, 200, () => ({ positions: [] }));
    relink(rig);
    rig.answerRound({ positions: [] });
    expect(told(rig)).toBe(0);
  });

  it('are not counted while they change, nor in a market with an order of ours, nor where the market is over', () => {
    const changing = new Rig().live();
    relink(changing);
    changing.answerRound(theirs(1)());
    let amount = 1;
    live(changing, 200, () => {
      amount += 1;
      return theirs(amount)();
    });
    expect(told(changing)).toBe(0);

    const open = new Rig().live();
    open.submit({ ticker: tickerB });
    relink(open);
    open.answerRound(theirs(500)());
    live(open, 200, theirs(500));
    expect(told(open)).toBe(0);

    const over = new Rig().live();
    over.markets.set(tickerB, marketOf(tickerB, { status: 'closed' }));
    relink(over);
    over.answerRound(theirs(500)());
    live(over, 200, theirs(500));
    expect(told(over)).toBe(0);
  });

  it('are not judged by a reading that something of ours has overtaken', () => {
    const rig = new Rig().live();
    rig.send({ kind: 'sweep' }, settings.readingEveryMs);
    expect(asked(rig)).toBe(true);
    rig.buy();
    rig.answerRound({ positions: [] });
    expect(rig.state.session?.positionGaps.size).toBe(0);
  });

  it('and that we hold but the exchange does not, are the same', () => {
    const rig = new Rig().live();
    rig.buy();
    rig.send({ kind: 'sweep' }, 1_000);
    relink(rig);
    rig.answerRound({ positions: [] });
    live(rig, 200, () => ({ positions: [] }));
    expect(told(rig)).toBe(1);
    // Counted and shown, never corrected.
    expect(rig.account.positions.get(tickerA)?.quantity).toBe(1_000);
    expect(haltLevel(rig.state)).toBeNull();
  });
});

describe('what others hold on the account', () => {
  const other = 'KXOTHER-27JAN15-T1' as typeof tickerA;
  type Held = readonly (readonly [typeof tickerA, number, number?])[];
  const stakeAfter = (rig: Rig, positions: Held): number | undefined => {
    rig.send({ kind: 'sweep' }, 1_000);
    relink(rig);
    rig.answerRound({ positions: positions as never });
    return rig.state.session?.othersStake;
  };

  it.each<readonly [string, Held, number]>([
    ['nothing', [[tickerA, 1_000, 4_000_000]], 0],
    ['nothing, though the exchange sums up otherwise', [[tickerA, 1_000, 4_000_007]], 0],
    [
      'a market of their own, also one that nobody lists',
      [
        [tickerA, 1_000],
        [other, -500, 2_500_000],
      ],
      2_500_000,
    ],
    [
      'the same with no word of its cost: a dollar a contract',
      [
        [tickerA, 1_000],
        [other, -500],
      ],
      5_000_000,
    ],
    ['more of what we hold', [[tickerA, 1_500, 6_400_000]], 2_400_000],
    ['more of it with no word of its cost', [[tickerA, 1_500]], 5_000_000],
    ['so much of the other side that it turns', [[tickerA, -500]], 5_000_000],
    ['some of the other side', [[tickerA, 400, 1_600_000]], 0],
    ['the other side of all of it', [], 0],
  ])('%s is at stake as well', (_, positions, stake) => {
    const rig = new Rig().live();
    rig.buy();
    expect(stakeAfter(rig, positions)).toBe(stake);
  });

  it('takes room from the cap on all together, for what is wanted and for what is written down', () => {
    for (const [cap, code] of [
      [6_700_000, null],
      [6_699_999, 'exposure_cap'],
    ] as const) {
      const rig = new Rig().live({ maxOpenExposure: cap });
      expect(stakeAfter(rig, [[other, -500, 2_500_000]])).toBe(2_500_000);
      rig.send({ kind: 'intent', intent: intentFor() });
      expect(rig.last?.notes[0]?.code ?? null).toBe(code);
    }
    const rig = new Rig().live({ maxOpenExposure: 6_699_999 });
    const { records } = rig.send({ kind: 'intent', intent: intentFor() });
    stakeAfter(rig, [[other, -500, 2_500_000]]);
    rig.send({ kind: 'durable', recordSeq: records[0]?.seq ?? 0 });
    expect(rig.last?.notes[0]?.code).toBe('exposure_cap');
    // It is not ours to latch for.
    expect(haltLevel(rig.state)).toBeNull();
  });

  it('is not judged where an order of ours is open, or where the market is paying', () => {
    const open = new Rig().live();
    open.submit();
    expect(stakeAfter(open, [[tickerA, 500]])).toBe(0);

    const paying = new Rig().live();
    paying.buy();
    paying.send({
      kind: 'lifecycle',
      ticker: tickerA,
      change: { kind: 'determined', settlementValue: price(0) },
    });
    expect(stakeAfter(paying, [[tickerA, 1_500]])).toBe(0);
  });

  it('takes room at once also in a reading that was overtaken, which gives none back and is repeated', () => {
    const rig = new Rig().live();
    rig.send({ kind: 'sweep' }, settings.readingEveryMs);
    rig.buy();
    rig.answerRound({ positions: [[other, 500]] });
    expect(rig.state.session?.othersStake).toBe(5_000_000);

    const readings = rig.effectsOf('balance').length;
    rig.send({ kind: 'sweep' }, settings.fillsQueryAfterMs);
    expect(rig.effectsOf('balance')).toHaveLength(readings + 1);
    rig.buy({ ticker: tickerB });
    rig.answerRound({ positions: [[tickerA, 1_000]] });
    expect(rig.state.session?.othersStake).toBe(5_000_000);

    rig.send({ kind: 'sweep' }, settings.fillsQueryAfterMs);
    rig.answerRound();
    expect(rig.state.session?.othersStake).toBe(0);
    const again = rig.effectsOf('balance').length;
    rig.send({ kind: 'sweep' }, settings.readingQuietMs / 2);
    expect(rig.effectsOf('balance')).toHaveLength(again);
  });
});

describe('cash that nothing explains', () => {
  const two = shard(2);
  const less = (rig: Rig, at: number, amount: number): Answers => ({
    cash: rig.ledgerCash().map(([of, had]) => [of, of === at ? had - amount : had] as const),
  });
  const adjusted = (rig: Rig) =>
    rig.bodies('adjusted').map(({ shard: of, amount, why }) => [of, amount, why]);

  it.each([
    [100, 'withdrawal'],
    [-100, 'deposit'],
  ] as const)(
    'of %i micros less is a %s once it stays, told, and spent by nobody meanwhile',
    (amount, why) => {
      const rig = new Rig().live();
      const had = rig.account.balances.get(cashOf(shard(0))) ?? 0;
      relink(rig);
      rig.answerRound(less(rig, 0, amount));
      live(rig, 50, () => less(rig, 0, amount));
      expect(adjusted(rig)).toEqual([]);
      let notes: readonly string[] = [];
      for (let second = 0; second < 60 && notes.length === 0; second += 1) {
        rig.send({ kind: 'sweep' }, 1_000);
        if (!asked(rig)) continue;
        rig.answerRound(less(rig, 0, amount));
        notes = rig.bodies('adjusted').map((body) => body.why);
      }
      expect(adjusted(rig)).toEqual([[0, 0 - amount, why]]);
      expect(rig.account.balances.get(cashOf(shard(0)))).toBe(had - amount);
      live(rig, 200);
      expect(adjusted(rig)).toHaveLength(1);
    },
  );

  it('waits while an order of that shard is open, or a position there may be settling; other shards do not', () => {
    for (const [happen, isAdjusted] of [
      [(rig: Rig) => void rig.submit(), false],
      [
        (rig: Rig) => {
          rig.markets.set(tickerB, marketOf(tickerB, { shard: two }));
          rig.submit({ ticker: tickerB, shard: two });
        },
        true,
      ],
      [
        (rig: Rig) => {
          rig.buy();
          rig.markets.set(tickerA, marketOf(tickerA, { status: 'closed' }));
        },
        false,
      ],
      [
        (rig: Rig) => {
          rig.markets.set(tickerB, marketOf(tickerB, { shard: two }));
          rig.buy({ ticker: tickerB, shard: two });
          rig.markets.set(tickerB, marketOf(tickerB, { shard: two, status: 'closed' }));
        },
        true,
      ],
    ] as const) {
      const rig = new Rig().live();
      happen(rig);
      rig.send({ kind: 'sweep' }, 1_000);
      relink(rig);
      rig.answerRound(less(rig, 0, 100));
      live(rig, 200, () => less(rig, 0, 100));
      expect(adjusted(rig).length > 0, String(happen)).toBe(isAdjusted);
    }
  });

  it('an account without any opens with nothing, and can be paid into', () => {
    const rig = new Rig().open();
    rig.send({ kind: 'link', link: 'up' });
    rig.answerRound({ cash: [] });
    expect(rig.account.isFunded).toBe(true);
    expect(rig.bodies('opening')).toMatchObject([{ shard: 0, amount: 0, last: true }]);
    relink(rig);
    rig.answerRound({ cash: [[0, 5]] });
    live(rig, 200, () => ({ cash: [[0, 5]] }));
    expect(adjusted(rig)).toEqual([[0, 5, 'deposit']]);
  });
});

describe('a run that begins', () => {
  it('on a paper ledger that has its money gets no more of it', () => {
    const rig = new Rig().paper();
    rig.buy();
    const cash = rig.ledgerCash();
    rig.restart();
    rig.restart();
    expect(rig.ledgerCash()).toEqual(cash);
    expect(rig.bodies('opening').map(({ shard: of, amount, last }) => [of, amount, last])).toEqual([
      [0, 5_000_000_000, false],
      [2, 3_000_000_000, false],
      [3, 2_000_000_000, true],
    ]);
  });

  it('on paper with an odd split has the whole bankroll to the last micro-dollar, and no shard without a share', () => {
    const shares = (
      change: readonly (readonly [number, number])[],
    ): readonly (readonly [number, number])[] =>
      new Rig()
        .paper({
          bankroll: 100_000_001,
          shardAllocation: change.map(([of, percent]) => ({ shard: of, percent })),
        })
        .ledgerCash();
    expect(
      shares([
        [0, 33],
        [2, 0],
        [3, 67],
      ]),
    ).toEqual([
      [0, 33_000_000],
      [3, 67_000_001],
    ]);
    expect(shares([])).toEqual([[0, 100_000_001]]);
  });

  it.each([
    [{ mode: 'paper' }],
    [{ environment: 'demo' }],
    [{ account: 'other' }],
    [{ mode: 'paper', environment: 'demo' }],
  ] as const)('on a ledger of something else (%j) does not begin', (change) => {
    expect(() => new Rig().live().restart(change)).toThrow('another account');
  });

  it('does not begin on what is no account', () => {
    const rig = new Rig().live();
    expect(() => rig.restart({ recovered: { orders: [] } })).toThrow('recovered account');
  });

  it('live without a key says that nothing can be sent', () => {
    const rig = new Rig().open({ hasKey: false });
    expect(rig.last?.notes.map(({ code }) => code)).toContain('no_key');
  });

  it('leaves alone what has ended or rests, and doubts only what was on its way', () => {
    const rig = new Rig().live();
    const done = rig.buy();
    const id = rig.submit({ ticker: tickerB });
    const resting = {
      kind: 'accepted',
      orderId: orderId('v9'),
      filled: quantity(0),
      remaining: quantity(1_000),
      averageYesPrice: null,
      averageFee: null,
    } as const;
    rig.send({ kind: 'placed', clientOrderId: id, answer: resting });
    rig.restart();
    expect([done, id].map((of) => rig.statusOf(of))).toEqual(['filled', 'resting']);
  });
});

it('paper never reads an account; its link only says what books may be believed', () => {
  const rig = new Rig().paper();
  rig.send({ kind: 'link', link: 'up' });
  expect(rig.state.session).toMatchObject({ isLinked: true, isReady: true });
  rig.send({ kind: 'link', link: 'gone' });
  expect(rig.state.session).toMatchObject({ isLinked: false, isReady: true });
  live(rig, 100);
  expect(rig.effects).toEqual([]);
});
