// Goal: every switch trips at its very edge, on what is known and on nothing else, stays, and comes off by an act of its own.
import { describe, expect, it } from 'vitest';
import { haltLevel } from '../../src/actors/executor/views.js';
import { epochMs, micros, price, quantity } from '../../src/domain/units.js';
import {
  bookAt,
  intentFor,
  marketOf,
  noBook,
  Rig,
  settings,
  tickerA,
  tickerB,
} from '../support/executor-rig.js';

type Level = 'pause' | 'cancel' | 'halt';
const kill = (rig: Rig, level: Level) =>
  rig.send({ kind: 'operator', command: { kind: 'kill', level, why: level } });
const resume = (rig: Rig) =>
  rig.send({ kind: 'operator', command: { kind: 'resume', why: 'looked' } });
const sweep = (rig: Rig, ms = 1) => rig.send({ kind: 'sweep' }, ms);
const causes = (rig: Rig): readonly string[] => [...rig.account.latches.keys()];

/** 10 YES for $4 and a fee of $0.168; sold at the bid of 0.39 they bring $3.90: $0.268 are lost. */
const lost = 268_000;
const held = (change: Partial<typeof settings> = {}): Rig => {
  const rig = new Rig().paper(change);
  rig.buy();
  return rig;
};

describe('the loss of a day', () => {
  it('latches level cancel one micro-dollar beyond its cap, and bars new orders there', () => {
    const at = held({ maxDailyLoss: lost });
    sweep(at);
    expect(causes(at)).toEqual([]);
    at.submit({ ticker: tickerB });
    const beyond = held({ maxDailyLoss: lost - 1 });
    sweep(beyond);
    expect(beyond.account.latches.get('daily_loss')).toMatchObject({
      level: 'cancel',
      why: 'lost $0.27 today, cap $0.27',
    });
  });

  it('and every other cap trip when they are no number', () => {
    expect(causes(new Rig().paper({ maxDailyLoss: Number.NaN }))).toEqual(['daily_loss']);
    expect(causes(new Rig().paper({ maxOpenExposure: Number.NaN }))).toEqual(['open_exposure']);
    expect(causes(new Rig().paper({ maxOrdersPerMinute: Number.NaN }))).toEqual(['order_rate']);
  });

  it.each<readonly [string, (rig: Rig) => void, boolean]>([
    ['a fresh book', () => {}, true],
    [
      'a stale book',
      (rig) => rig.books.set(tickerA, bookAt(2_000, 9_900, { trust: 'stale' })),
      false,
    ],
    [
      'a book without a bid',
      (rig) => rig.books.set(tickerA, bookAt(2_000, 9_900, { noAsks: [] })),
      false,
    ],
    [
      'a listing while there is no feed',
      (rig) => rig.books.set(tickerA, bookAt(2_000, 9_900, { trust: 'listing' })),
      true,
    ],
    [
      'a listing beside a feed',
      (rig) => {
        rig.send({ kind: 'link', link: 'up' });
        rig.books.set(tickerA, bookAt(2_000, 9_900, { trust: 'listing' }));
      },
      false,
    ],
    [
      'a book of a market that is paused',
      (rig) => rig.markets.set(tickerA, marketOf(tickerA, { status: 'inactive' })),
      false,
    ],
    [
      'a book of a market that has just closed',
      (rig) => rig.markets.set(tickerA, marketOf(tickerA, { closeAt: epochMs(rig.now + 2) })),
      false,
    ],
    ['a book of a market nobody lists', (rig) => rig.markets.delete(tickerA), false],
    [
      'what the market will pay',
      (rig) => {
        rig.books.set(tickerA, noBook);
        const change = { kind: 'determined', settlementValue: price(0) } as const;
        rig.send({ kind: 'lifecycle', ticker: tickerA, change });
      },
      true,
    ],
  ])('is measured by %s: %#', (_, happen, isKnown) => {
    const rig = held({ maxDailyLoss: 1_000_000 });
    sweep(rig);
    rig.now = epochMs(rig.now + 1);
    happen(rig);
    if (rig.books.get(tickerA)?.trust === 'fresh' && rig.books.get(tickerA)?.noAsks.length !== 0)
      rig.books.set(tickerA, bookAt(2_000, 9_900));
    sweep(rig, 2);
    expect(causes(rig)).toEqual(isKnown ? ['daily_loss'] : []);
  });

  it('of a NO position is measured by what YES costs, and by the other side of what the market pays', () => {
    for (const [value, isLost] of [
      [10_000, true],
      [0, false],
    ] as const) {
      const rig = new Rig().paper({ maxDailyLoss: 1_000_000 });
      rig.books.set(tickerA, bookAt(6_100, 4_000));
      rig.buy({ side: 'no', limit: price(4_000), fair: 0.4 as never });
      sweep(rig);
      expect(rig.state.session?.marks.get(tickerA)?.price).toBe(3_900);
      const change = { kind: 'determined', settlementValue: price(value) } as const;
      rig.send({ kind: 'lifecycle', ticker: tickerA, change });
      expect(causes(rig)).toEqual(isLost ? ['daily_loss'] : []);
    }
  });

  it('counts a book that is unknown for more than 15 minutes as nothing, for caps alone', () => {
    for (const [ms, code] of [
      [settings.unknownMarkMaxMs, null],
      [settings.unknownMarkMaxMs + 1, 'daily_loss'],
    ] as const) {
      const rig = held({ maxDailyLoss: 1_000_000 });
      sweep(rig);
      rig.books.set(tickerA, noBook);
      rig.send({ kind: 'intent', intent: intentFor({ ticker: tickerB }) }, ms);
      expect(rig.last?.notes[0]?.code ?? null).toBe(code);
      expect(causes(rig)).toEqual([]);
    }
  });

  it('begins anew by a resume after it tripped, and by no other', () => {
    const other = held();
    kill(other, 'halt');
    resume(other);
    expect(other.bodies('day')).toHaveLength(1);

    const rig = held({ maxDailyLoss: lost - 1 });
    sweep(rig);
    resume(rig);
    const days = rig.bodies('day');
    expect(days.map(({ key }) => key)).toEqual([days[0]?.key, days[0]?.key]);
    expect((days[0]?.baseline ?? 0) - (days[1]?.baseline ?? 0)).toBe(lost);
    sweep(rig);
    expect(causes(rig)).toEqual([]);
  });
});

describe('the open exposure', () => {
  it('latches a pause one micro-dollar beyond its cap, also when a restart finds it so', () => {
    const rig = held();
    rig.restart({}, { maxOpenExposure: 4_000_000 });
    expect(causes(rig)).toEqual([]);
    rig.restart({}, { maxOpenExposure: 3_999_999 });
    expect(rig.account.latches.get('open_exposure')?.level).toBe('pause');
    // As long as it is so, no resume helps; what reduces goes on.
    resume(rig);
    expect(haltLevel(rig.state)).toBe('pause');
    rig.restart({}, { maxOpenExposure: 4_000_000 });
    expect(haltLevel(rig.state)).toBe('pause');
    resume(rig);
    expect(haltLevel(rig.state)).toBeNull();
  });
});

describe('a kill', () => {
  it('grows stricter, never milder, and says so once', () => {
    const rig = new Rig().paper();
    const said = (level: Level): readonly string[] =>
      kill(rig, level).notes.map(({ code }) => code);
    expect(said('cancel')).toEqual(['latched_operator']);
    expect(said('cancel')).toEqual([]);
    expect(said('pause')).toEqual([]);
    expect(haltLevel(rig.state)).toBe('cancel');
    expect(said('halt')).toEqual(['latched_operator']);
    expect(haltLevel(rig.state)).toBe('halt');
    expect(rig.bodies('latch')).toHaveLength(2);
    expect(resume(rig).notes.map(({ code }) => code)).toEqual(['released_operator']);
    expect(resume(rig).records).toEqual([]);
  });

  it('while the account is being read holds when the reading is whole: no group is made, nothing is sent', () => {
    const rig = new Rig().open({}, { groupContracts: 1_000 });
    rig.send({ kind: 'link', link: 'up' });
    kill(rig, 'halt');
    rig.answerRound();
    expect(rig.state.session?.isReady).toBe(true);
    expect(rig.effectsOf('group')).toEqual([]);
    rig.send({ kind: 'intent', intent: intentFor() });
    expect(rig.last?.notes[0]?.code).toBe('halted');
    resume(rig);
    expect(rig.effectsOf('group').map(({ op }) => op)).toEqual(['create', 'create', 'create']);
  });

  it('while the disk is dead still trips the exchange’s fuse and takes back what waits', () => {
    const rig = new Rig().live({ groupContracts: 1_000 });
    const shard = 0 as never;
    const answer = { kind: 'created', groupId: 'g' } as const;
    rig.send({ kind: 'group_answered', op: 'create', shard, contracts: 1_000, answer });
    rig.send({ kind: 'disk_failed', detail: 'EIO' });
    const { effects, records } = kill(rig, 'halt');
    expect(effects).toMatchObject([{ kind: 'group', op: 'trigger', groupId: 'g' }]);
    // The runtime takes orders back by this record, whether or not it can be written.
    expect(records.map(({ body }) => body)).toMatchObject([{ kind: 'latch', set: true }]);
    expect(resume(rig).notes.map(({ code }) => code)).toEqual(['released_operator', 'disk_failed']);
    rig.send({ kind: 'intent', intent: intentFor() });
    expect(rig.last?.notes[0]?.code).toBe('disk_failed');
  });

  it('cancels no order of somebody else, nor one that has no id yet', () => {
    const rig = new Rig().live();
    rig.submit();
    const order = {
      orderId: 'theirs' as never,
      clientOrderId: null,
      ticker: tickerB,
      shard: 0 as never,
      status: 'resting' as const,
      side: 'bid' as const,
      yesPrice: price(4_000),
      initialCount: quantity(100),
      filledCount: quantity(0),
      remainingCount: quantity(100),
      fees: null,
    };
    rig.send({ kind: 'account', event: { kind: 'order', order } });
    kill(rig, 'halt');
    sweep(rig, 10_000);
    expect(rig.effectsOf('cancel')).toEqual([]);
  });

  it('of level pause lets a position be closed and nothing be opened', () => {
    const rig = held({ reentryCooldownMs: 0 });
    kill(rig, 'pause');
    rig.send({ kind: 'intent', intent: intentFor() });
    expect(rig.last?.notes[0]?.code).toBe('paused');
    rig.books.set(tickerA, bookAt(6_100, 4_000));
    rig.submit({
      side: 'no',
      limit: price(4_000),
      count: quantity(2_000),
      worstCost: micros(8_400_000),
      fair: 0.2 as never,
    });
    expect(rig.effectsOf('place').at(-1)?.order).toMatchObject({ count: 1_000, reduceOnly: true });
  });
});
