// Goal: what is written down is looked at again in the moment it would leave, by every control there is.
import { describe, expect, it } from 'vitest';
import { barredMarkets, haltLevel } from '../../src/actors/executor/views.js';
import { epochMs, micros, price, quantity } from '../../src/domain/units.js';
import {
  bookAt,
  intentFor,
  marketOf,
  noBook,
  Rig,
  settings,
  start,
  tickerA,
  tickerB,
} from '../support/executor-rig.js';

type Change = Partial<typeof settings>;
type Case = readonly [code: string, between: (rig: Rig) => void];

const set = (change: Change) => (rig: Rig) =>
  void rig.send({ kind: 'settings', settings: { ...settings, ...change } });
/** As if nothing had measured the caps since: the order itself is held against them. */
const slip = (change: Change) => (rig: Rig) => {
  const { session } = rig.state;
  if (session !== null)
    rig.state = { ...rig.state, session: { ...session, settings: { ...settings, ...change } } };
};
const kill = (level: 'pause' | 'cancel' | 'halt') => (rig: Rig) =>
  void rig.send({ kind: 'operator', command: { kind: 'kill', level, why: '' } });
const market = (change: Parameters<typeof marketOf>[1]) => (rig: Rig) =>
  void rig.markets.set(tickerA, marketOf(tickerA, change));
const book = (shot: ReturnType<typeof bookAt>) => (rig: Rig) => void rig.books.set(tickerA, shot);
/** The shard has so much less than the books say, by a reading. */
const cash = (less: number) => (rig: Rig) => {
  const [[first, had] = [0, 0], ...others] = rig.ledgerCash();
  rig.send({ kind: 'link', link: 'gone' });
  rig.send({ kind: 'link', link: 'up' });
  rig.answerRound({ cash: [[first, had - less], ...others] });
};

const cases: readonly Case[] = [
  ['disk_failed', (rig) => rig.send({ kind: 'disk_failed', detail: 'EIO' })],
  ['stopped', (rig) => rig.send({ kind: 'stop', reason: '' })],
  ['draining', (rig) => rig.send({ kind: 'operator', command: { kind: 'drain' } })],
  ['not_ready', (rig) => rig.send({ kind: 'link', link: 'gone' })],
  [
    'not_ready',
    (rig) => {
      rig.send({ kind: 'link', link: 'gone' });
      rig.send({ kind: 'link', link: 'up' });
    },
  ],
  ['halted', kill('halt')],
  ['paused', kill('cancel')],
  ['paused', kill('pause')],
  ['market_closed', market({ status: 'inactive' })],
  ['market_closed', market({ closeAt: epochMs(start) })],
  ['market_closed', (rig) => rig.markets.delete(tickerA)],
  [
    'market_closed',
    (rig) =>
      rig.send({
        kind: 'lifecycle',
        ticker: tickerA,
        change: { kind: 'determined', settlementValue: price(0) },
      }),
  ],
  ['fees_unknown', market({ fees: null })],
  ['fees_unknown', market({ fees: { type: 'flat', multiplierPpm: 1_000_000 } })],
  ['book_unknown', book(noBook)],
  ['book_stale', book(bookAt(4_000, 6_100, { trust: 'stale' }))],
  ['edge_gone', book(bookAt(4_100, 6_100))],
  ['edge_gone', set({ minEdge: 0.5 })],
  ['order_rate', set({ maxOrdersPerMinute: 0 })],
  ['order_rate', slip({ maxOrdersPerMinute: Number.NaN })],
  ['paused', set({ maxOpenExposure: 4_199_999 })],
  ['exposure_cap', slip({ maxOpenExposure: 4_199_999 })],
  ['exposure_cap', slip({ maxOpenExposure: Number.NaN })],
  ['notional_cap', set({ maxNotionalPerMarket: 4_199_999 })],
  ['notional_cap', set({ maxNotionalPerMarket: Number.NaN })],
  ['trade_cap', set({ maxFractionPerTrade: 0.000419 })],
  ['trade_cap', set({ maxFractionPerTrade: Number.NaN })],
  ['over_bankroll', set({ bankroll: 4_199_999, maxFractionPerTrade: 2 })],
  ['daily_loss', slip({ maxDailyLoss: -1 })],
  ['daily_loss', slip({ maxDailyLoss: Number.NaN })],
  ['shard_cash', cash(4_995_800_001)],
];

/** What a sweep measures as well, and latches. */
const measured: ReadonlySet<string> = new Set(['exposure_cap', 'daily_loss', 'order_rate']);

/** Written down, not durable yet. */
function written(change: Partial<ReturnType<typeof intentFor>> = {}): {
  readonly rig: Rig;
  readonly leave: () => void;
} {
  const rig = new Rig().live();
  const { records } = rig.send({ kind: 'intent', intent: intentFor(change) });
  const recordSeq = records[0]?.seq ?? 0;
  return { rig, leave: () => void rig.send({ kind: 'durable', recordSeq }) };
}

describe('an order that is written down does not leave', () => {
  it.each(cases.map(([code, between], at) => [`${code} (${at})`, code, between] as const))(
    '%s',
    (_, code, between) => {
      const { rig, leave } = written();
      between(rig);
      leave();
      expect(rig.effectsOf('place')).toEqual([]);
      expect(rig.bodies('order').at(-1)?.event).toEqual({ kind: 'withdrawn', why: code });
      // Provably nothing of it left: the market is not left alone for it.
      expect(barredMarkets(rig.state, rig.now)).not.toContainEqual({
        ticker: tickerA,
        reason: 'cooldown',
      });
    },
  );

  it.each<Case>([
    ['at the exposure cap', slip({ maxOpenExposure: 4_200_000 })],
    ['at the cap of its market', set({ maxNotionalPerMarket: 4_200_000 })],
    ['at the cap of a trade', set({ maxFractionPerTrade: 0.00042 })],
    ['at the bankroll', set({ bankroll: 4_200_000, maxFractionPerTrade: 1 })],
    ['at the loss of a day', slip({ maxDailyLoss: 0 })],
    ['at the shard’s last cent', cash(4_995_800_000)],
    ['at the rate', set({ maxOrdersPerMinute: 1 })],
    ['on a book that is the very same', () => {}],
  ])('but does %s', (_, between) => {
    const { rig, leave } = written();
    between(rig);
    leave();
    expect(rig.effectsOf('place')).toHaveLength(1);
  });
});

describe('an order that a 429 sent back does not leave', () => {
  // What ends the run or the link is the same as above.
  it.each(cases.map(([code, between], at) => [`${code} (${at})`, code, between] as const))(
    '%s',
    (_, code, between) => {
      const { rig, leave } = written();
      leave();
      const [place] = rig.effectsOf('place');
      const clientOrderId = place?.order.clientOrderId as never;
      rig.send({ kind: 'placed', clientOrderId, answer: { kind: 'rate_limited' } });
      between(rig);
      rig.send({ kind: 'sweep' }, 500);
      rig.send({ kind: 'sweep' }, 500);
      expect(rig.effectsOf('place')).toHaveLength(1);
      const { event } = rig.bodies('order').at(-1) ?? {};
      // What the sweep measures above its cap latches first.
      const why = measured.has(code) ? 'paused' : code;
      expect(event).toEqual({ kind: 'withdrawn', why });
    },
  );

  it('before its pause is over, however often the clock ticks', () => {
    const { rig, leave } = written();
    leave();
    const [place] = rig.effectsOf('place');
    const clientOrderId = place?.order.clientOrderId as never;
    rig.send({ kind: 'placed', clientOrderId, answer: { kind: 'rate_limited' } });
    for (let ms = 0; ms < 499; ms += 1) rig.send({ kind: 'sweep' }, 1);
    expect(rig.effectsOf('place')).toHaveLength(1);
    rig.send({ kind: 'sweep' }, 1);
    expect(rig.effectsOf('place')).toHaveLength(2);
    // Twice as long the second time.
    rig.send({ kind: 'placed', clientOrderId, answer: { kind: 'rate_limited' } });
    rig.send({ kind: 'sweep' }, 999);
    expect(rig.effectsOf('place')).toHaveLength(2);
    rig.send({ kind: 'sweep' }, 1);
    expect(rig.effectsOf('place')).toHaveLength(3);
  });
});

describe('what only closes', () => {
  const close = (count: number) => ({
    side: 'no' as const,
    limit: price(4_000),
    count: quantity(count),
    worstCost: micros(4_200 * count),
    fair: 0.2 as never,
  });
  const holding = (): Rig => {
    const rig = new Rig().paper({ reentryCooldownMs: 0 });
    rig.buy();
    rig.books.set(tickerA, bookAt(6_100, 4_000));
    return rig;
  };

  it('passes every cap on money, also when they bind', () => {
    const rig = holding();
    slip({
      reentryCooldownMs: 0,
      maxNotionalPerMarket: 0,
      maxFractionPerTrade: 0,
      bankroll: 0,
      maxDailyLoss: -1,
      maxOpenExposure: 0,
    })(rig);
    rig.submit(close(1_000));
    expect(rig.effectsOf('place')).toHaveLength(2);
  });

  it('is an exit at its own edge, reduce-only, of what is held and no more', () => {
    const exit = { ...close(1_000), reason: 'exit' as const };
    const sent = (change: Change, intent: Parameters<typeof intentFor>[0] = {}) => {
      const rig = holding();
      slip({ reentryCooldownMs: 0, minEdge: 0.5, ...change })(rig);
      rig.submit({ ...exit, ...intent });
      return rig.effectsOf('place').slice(1);
    };
    expect(sent({ exitEdge: 0.05 })).toMatchObject([{ order: { count: 1_000, reduceOnly: true } }]);
    const more = { count: quantity(5_000), worstCost: micros(21_000_000) };
    expect(sent({ exitEdge: 0.05 }, more)).toMatchObject([
      { order: { count: 1_000, reduceOnly: true } },
    ]);
    for (const exitEdge of [null, 0.6]) expect(sent({ exitEdge })).toEqual([]);
  });

  it('is no exit once nothing is held', () => {
    const rig = new Rig().paper({ reentryCooldownMs: 0 });
    rig.send({ kind: 'intent', intent: intentFor({ ...close(1_000), reason: 'exit' }) });
    expect(rig.last?.notes[0]?.code).toBe('nothing_held');
  });

  it('is one contract more than is held no longer', () => {
    const rig = holding();
    slip({ reentryCooldownMs: 0, maxDailyLoss: -1 })(rig);
    rig.send({ kind: 'intent', intent: intentFor(close(1_100)) });
    expect(rig.last?.notes[0]?.code).toBe('daily_loss');
  });
});

describe('what is decided', () => {
  it('a forced test order leaves whatever its edge is; any other does not', () => {
    for (const [reason, sent] of [
      ['forced_test', 1],
      ['taken', 0],
      ['backfill', 0],
      ['between_windows', 0],
    ] as const) {
      const { rig, leave } = written({ fair: 0.41 as never, reason });
      leave();
      expect(rig.effectsOf('place'), reason).toHaveLength(sent);
    }
  });

  it('a fetched book of 30 s is young, one of a millisecond more is not', () => {
    for (const [ageMs, sent] of [
      [30_000, 1],
      [30_001, 0],
    ] as const) {
      const rig = new Rig().paper();
      rig.books.set(tickerA, bookAt(4_000, 6_100, { trust: 'listing', ageMs: ageMs as never }));
      rig.send({ kind: 'intent', intent: intentFor({ keyless: true }) });
      expect(rig.bodies('intent')).toHaveLength(sent);
    }
  });

  it('a refused intent of a window is written down, one between windows only told', () => {
    for (const [reason, written_] of [
      ['taken', 1],
      ['between_windows', 0],
    ] as const) {
      const rig = new Rig().paper({ maxFractionPerTrade: 1e-9 });
      rig.send({ kind: 'intent', intent: intentFor({ reason }) });
      expect(rig.last?.notes[0]?.code).toBe('too_small');
      expect(rig.bodies('refused')).toHaveLength(written_);
    }
    const rig = new Rig().paper();
    rig.send({ kind: 'intent', intent: intentFor({ worstCost: micros(1) }) });
    // Numbers that cannot be are not put into a ledger.
    expect([rig.last?.notes[0]?.code, rig.bodies('refused')]).toEqual(['bad_intent', []]);
  });

  it('the very same order twice is told, and does not halt', () => {
    const rig = new Rig().paper();
    const { records } = rig.send({ kind: 'intent', intent: intentFor() });
    const seq = rig.inputSeq;
    rig.books.set(tickerA, noBook);
    rig.send({ kind: 'durable', recordSeq: records[0]?.seq ?? 0 });
    rig.books.set(tickerA, bookAt(4_000, 6_100));
    rig.inputSeq = seq - 1;
    rig.send({ kind: 'intent', intent: intentFor() });
    expect(rig.last?.notes.map(({ code }) => code)).toEqual(['duplicate']);
    expect(haltLevel(rig.state)).toBeNull();
    expect(rig.account.orders.size).toBe(1);
  });

  it.each<readonly [string | null, Parameters<typeof intentFor>[0]]>([
    [null, { worstCost: micros(4_000_000) }],
    ['bad_intent', { worstCost: micros(3_999_999) }],
    [null, { fair: 1 as never, edge: 1 }],
    ['bad_intent', { fair: 1.000_001 as never }],
    ['bad_intent', { fair: -0.000_001 as never }],
    [null, { fair: 0 as never, side: 'no', limit: price(4_000) }],
    ['bad_intent', { edge: 1.000_001 }],
    ['bad_intent', { limit: price(0) }],
    ['bad_intent', { limit: 10_000 as never }],
    ['bad_intent', { count: quantity(0), worstCost: micros(1) }],
    ['bad_intent', { count: quantity(-1) }],
  ])('of numbers that can be only: %s for %j', (code, change) => {
    const rig = new Rig().paper();
    rig.send({ kind: 'intent', intent: intentFor(change) });
    expect(rig.last?.notes[0]?.code ?? null).toBe(code);
    expect(rig.bodies('intent')).toHaveLength(code === null ? 1 : 0);
  });

  it('in the very millisecond of the close no more', () => {
    const rig = new Rig().paper();
    for (const [aheadMs, count] of [
      [0, 0],
      [1, 1],
    ] as const) {
      // The intent comes a millisecond from now.
      const closeAt = epochMs(rig.now + 1 + aheadMs);
      rig.markets.set(tickerA, marketOf(tickerA, { closeAt }));
      rig.send({ kind: 'intent', intent: intentFor() });
      expect(rig.bodies('intent')).toHaveLength(count);
    }
  });

  it('cut to fit, in whole contracts if it was whole, to the hundredth if it was not', () => {
    for (const [count, cut] of [
      [1_000, 200],
      [950, 238],
    ] as const) {
      // $1 at worst, at $0.42 a contract.
      const rig = new Rig().paper({ maxFractionPerTrade: 0.0001 });
      rig.submit({ count: quantity(count) });
      expect(rig.effectsOf('place')[0]?.order.count).toBe(cut);
    }
    for (const [count, cut] of [
      [1_000, 200],
      [950, 250],
    ] as const) {
      const rig = new Rig().live({ groupContracts: 5 });
      const answer = { kind: 'created', groupId: 'g' } as const;
      const shard = 0 as never;
      rig.send({ kind: 'group_answered', op: 'create', shard, contracts: 5, answer });
      rig.submit({ ticker: tickerB, count: quantity(250) });
      rig.submit({ count: quantity(count) });
      expect(rig.effectsOf('place').at(-1)?.order.count).toBe(cut);
    }
  });

  it('a market whose outcome is known is closed, whatever its listing says', () => {
    const rig = new Rig().paper({ reentryCooldownMs: 0 });
    rig.buy();
    rig.send({
      kind: 'lifecycle',
      ticker: tickerA,
      change: { kind: 'determined', settlementValue: price(10_000) },
    });
    rig.send({ kind: 'intent', intent: intentFor() });
    expect(rig.last?.notes[0]?.code).toBe('market_closed');
  });
});
