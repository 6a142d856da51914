import { describe, expect, it } from 'vitest';
import { decide } from '../../src/actors/executor/decide.js';
import {
  barredMarkets,
  haltLevel,
  holdings,
  isQuiet,
  sizing,
  totals,
} from '../../src/actors/executor/views.js';
import { encodeAccount } from '../../src/domain/account-codec.js';
import { balanceOf } from '../../src/domain/postings.js';
import {
  epochMs,
  micros,
  orderId,
  price,
  quantity,
  shard,
  type Ticker,
  tradeId,
} from '../../src/domain/units.js';
import type { VenueOrder } from '../../src/messages/account-event.js';
import {
  bookAt,
  fillOf,
  intentFor,
  marketOf,
  noBook,
  Rig,
  settings,
  start,
  tickerA,
  tickerB,
} from '../support/executor-rig.js';

const accepted = (id: string, filled: number, remaining = 0) => ({
  kind: 'accepted' as const,
  orderId: orderId(id),
  filled: quantity(filled),
  remaining: quantity(remaining),
  averageYesPrice: null,
  averageFee: null,
});

const venueOrder = (
  rig: Rig,
  id: ReturnType<Rig['submit']>,
  change: Partial<VenueOrder> = {},
): VenueOrder => {
  const terms = rig.account.orders.get(id)?.terms;
  if (terms === undefined) throw new Error('no order');
  return {
    orderId: orderId('v1'),
    clientOrderId: id,
    ticker: terms.ticker,
    shard: terms.shard,
    status: 'canceled',
    side: terms.side === 'yes' ? 'bid' : 'ask',
    yesPrice: price(terms.side === 'yes' ? terms.limit : 10_000 - terms.limit),
    initialCount: terms.count,
    filledCount: quantity(0),
    remainingCount: quantity(0),
    fees: null,
    ...change,
  };
};

describe('an intent becomes an order', () => {
  it('is written, flushed, and only then sent', () => {
    const rig = new Rig().paper();
    const first = rig.send({ kind: 'intent', intent: intentFor() });
    expect(first.records.map(({ body }) => body.kind)).toEqual(['intent']);
    expect(first.effects).toEqual([{ kind: 'flush', recordSeq: first.records[0]?.seq }]);
    // Durable up to the record before: not yet.
    expect(
      rig.send({ kind: 'durable', recordSeq: (first.records[0]?.seq ?? 0) - 1 }).effects,
    ).toEqual([]);
    const second = rig.send({ kind: 'durable', recordSeq: first.records[0]?.seq ?? 0 });
    expect(second.effects.map(({ kind }) => kind)).toEqual(['place']);
    const [place] = rig.effectsOf('place');
    expect(place?.order).toMatchObject({
      side: 'bid',
      yesPrice: 4_000,
      count: 1_000,
      reduceOnly: false,
    });
    expect(place?.order.clientOrderId).toMatch(/^[a-z2-7]{26}$/);
    expect(rig.send({ kind: 'durable', recordSeq: 99 }).effects).toEqual([]);
  });

  it('buys NO as a sale of YES', () => {
    const rig = new Rig().paper();
    rig.books.set(tickerA, bookAt(6_100, 3_000));
    rig.submit({ side: 'no', limit: price(3_000), fair: 0.5 as never });
    expect(rig.effectsOf('place')[0]?.order).toMatchObject({ side: 'ask', yesPrice: 7_000 });
  });

  it('looks at the book again after the flush', () => {
    for (const [book, code] of [
      [bookAt(6_000, 4_100), 'edge_gone'],
      [bookAt(4_000, 6_100, { yesAsks: [] }), 'edge_gone'],
      [noBook, 'book_unknown'],
      [bookAt(4_000, 6_100, { trust: 'stale' }), 'book_stale'],
      [bookAt(4_000, 6_100, { trust: 'listing' }), 'book_unknown'],
    ] as const) {
      const rig = new Rig().paper();
      const { records } = rig.send({ kind: 'intent', intent: intentFor({ fair: 0.45 as never }) });
      rig.books.set(tickerA, book);
      const { effects, notes } = rig.send({ kind: 'durable', recordSeq: records[0]?.seq ?? 0 });
      expect(effects).toEqual([]);
      expect(notes[0]?.code).toBe(code);
      expect(totals(rig.state).orders).toMatchObject({ submitted: 0, canceled: 0 });
      expect(isQuiet(rig.state)).toBe(true);
      // It never left, so the market need not be left alone.
      expect(barredMarkets(rig.state, rig.now)).toEqual([]);
    }
  });

  it('a keyless intent trades on a young fetched book, and not on an old one', () => {
    const rig = new Rig().paper();
    rig.books.set(tickerA, bookAt(4_000, 6_100, { trust: 'listing', ageMs: 29_000 as never }));
    rig.submit({ keyless: true });
    expect(rig.effectsOf('place')).toHaveLength(1);
    rig.books.set(tickerB, bookAt(4_000, 6_100, { trust: 'listing', ageMs: 31_000 as never }));
    rig.send({ kind: 'intent', intent: intentFor({ keyless: true, ticker: tickerB }) });
    expect(rig.last?.notes[0]?.code).toBe('book_stale');
  });

  it('is refused with a code and a record', () => {
    const cases: readonly (readonly [
      string,
      (rig: Rig) => void,
      Partial<ReturnType<typeof intentFor>>?,
    ])[] = [
      ['bad_intent', () => {}, { worstCost: micros(1) }],
      ['bad_intent', () => {}, { fair: Number.NaN as never }],
      ['bad_intent', () => {}, { count: 0.5 as never }],
      ['bad_intent', () => {}, { limit: 10_000 as never }],
      ['bad_intent', () => {}, { edge: Number.NaN }],
      ['bad_intent', () => {}, { shard: shard(2) }],
      ['market_unknown', (rig) => rig.markets.delete(tickerA)],
      ['market_closed', (rig) => rig.markets.set(tickerA, marketOf(tickerA, { closeAt: start }))],
      [
        'market_closed',
        (rig) => rig.markets.set(tickerA, marketOf(tickerA, { status: 'inactive' })),
      ],
      ['book_unknown', (rig) => rig.books.delete(tickerA)],
      ['in_flight', (rig) => rig.submit()],
      ['cooldown', (rig) => rig.buy()],
      ['halted', (rig) => kill(rig, 'halt')],
      ['paused', (rig) => kill(rig, 'pause')],
      ['draining', (rig) => rig.send({ kind: 'operator', command: { kind: 'drain' } })],
      ['disk_failed', (rig) => rig.send({ kind: 'disk_failed', detail: 'EIO' })],
      ['stopped', (rig) => rig.send({ kind: 'stop', reason: 'done' })],
      ['notional_cap', (rig) => rig.send(set({ maxNotionalPerMarket: 4e8 })), big(1_000_00)],
      [
        'shard_cash',
        (rig) =>
          rig.send(
            set({ maxNotionalPerMarket: 9e12, maxOpenExposure: 9e12, maxFractionPerTrade: 1 }),
          ),
        big(13_000_00),
      ],
      [
        'exposure_cap',
        (rig) => rig.send(set({ maxNotionalPerMarket: 9e12, maxFractionPerTrade: 1 })),
        big(13_000_00),
      ],
      [
        'over_bankroll',
        (rig) =>
          rig.send(set({ bankroll: 1e8, maxNotionalPerMarket: 9e12, maxFractionPerTrade: 5 })),
        big(300_00),
      ],
      ['order_rate', (rig) => rig.send(set({ maxOrdersPerMinute: 0 }))],
      // A cap that is not a number lets nothing through.
      ['notional_cap', (rig) => rig.send(set({ maxNotionalPerMarket: Number.NaN }))],
      ['paused', (rig) => rig.send(set({ maxOrdersPerMinute: Number.NaN }))],
      [
        'cooldown',
        (rig) => {
          rig.buy();
          rig.send(set({ reentryCooldownMs: Number.NaN }), 1e9);
          rig.markets.set(tickerA, marketOf(tickerA, { closeAt: epochMs(9e12) }));
        },
      ],
    ];
    for (const [code, prepare, change] of cases) {
      const rig = new Rig().paper();
      prepare(rig);
      const before = rig.effects.length;
      rig.send({ kind: 'intent', intent: intentFor(change ?? {}) });
      expect(rig.last?.notes.at(0)?.code, code).toBe(code);
      expect(rig.effects).toHaveLength(before);
    }
  });

  it('reserves what is on its way: two that fit alone do not fit together', () => {
    const rig = new Rig().paper({ maxOpenExposure: 6_000_000 });
    rig.submit();
    rig.send({ kind: 'intent', intent: intentFor({ ticker: tickerB }) });
    expect(rig.last?.notes[0]?.code).toBe('exposure_cap');
    expect(totals(rig.state).exposureMicros).toBe(4_200_000);
  });

  it('is cut to the largest fraction of the bankroll, in whole contracts', () => {
    const rig = new Rig().paper({ maxFractionPerTrade: 0.001 });
    // $10 of $10,000 at $0.42 worst.
    rig.submit({ count: quantity(10_000) });
    expect(rig.effectsOf('place')[0]?.order.count).toBe(2_300);
  });

  it('keeps one order in flight per market, and a cooldown that survives a restart', () => {
    const rig = new Rig().paper();
    rig.buy();
    expect(barredMarkets(rig.state, rig.now)).toEqual([{ ticker: tickerA, reason: 'cooldown' }]);
    rig.restart();
    expect(barredMarkets(rig.state, rig.now)).toEqual([{ ticker: tickerA, reason: 'cooldown' }]);
    rig.send({ kind: 'sweep' }, settings.reentryCooldownMs);
    expect(barredMarkets(rig.state, rig.now)).toEqual([]);
  });

  it('refuses the order beyond the rate and takes it a minute later', () => {
    const rig = new Rig().paper({ maxOrdersPerMinute: 1 });
    rig.buy();
    rig.send({ kind: 'intent', intent: intentFor({ ticker: tickerB }) });
    expect(rig.last?.notes[0]?.code).toBe('order_rate');
    expect(haltLevel(rig.state)).toBeNull();
    rig.send({ kind: 'sweep' }, 60_000);
    rig.submit({ ticker: tickerB });
    expect(rig.effectsOf('place')).toHaveLength(2);
  });
});

const kill = (rig: Rig, level: 'pause' | 'cancel' | 'halt') =>
  rig.send({ kind: 'operator', command: { kind: 'kill', level, why: 'test' } });
const set = (change: Partial<typeof settings>) => ({
  kind: 'settings' as const,
  settings: { ...settings, ...change },
});
const big = (count: number) => ({
  count: quantity(count),
  worstCost: micros(4_200 * count),
});

describe('what the exchange answers', () => {
  it('sends a 429 again, the same order, twice at most and after a new look', () => {
    const rig = new Rig().paper();
    const id = rig.submit();
    for (let time = 0; time < 3; time += 1) {
      rig.send({ kind: 'placed', clientOrderId: id, answer: { kind: 'rate_limited' } });
      rig.send({ kind: 'sweep' }, 10_000);
    }
    const places = rig.effectsOf('place');
    expect(places).toHaveLength(3);
    expect(new Set(places.map(({ order }) => JSON.stringify(order)))).toHaveLength(1);
    expect(rig.statusOf(id)).toBe('rejected');
    expect(totals(rig.state).orders).toMatchObject({ submitted: 1, rejected: 1 });

    const other = new Rig().paper();
    const gone = other.submit();
    other.send({ kind: 'placed', clientOrderId: gone, answer: { kind: 'rate_limited' } });
    other.books.set(tickerA, bookAt(9_000, 1_100));
    other.send({ kind: 'sweep' }, 10_000);
    expect(other.effectsOf('place')).toHaveLength(1);
    expect(other.statusOf(gone)).toBe('canceled');
  });

  it('counts an unknown order as filled and never sends it again', () => {
    const rig = new Rig().live();
    const id = rig.submit();
    rig.send({ kind: 'placed', clientOrderId: id, answer: { kind: 'unknown', detail: '503' } });
    expect(rig.statusOf(id)).toBe('unknown');
    expect(holdings(rig.state)).toEqual([{ ticker: tickerA, position: 1_000, cost: 4_200_000 }]);
    expect(barredMarkets(rig.state, rig.now)).toEqual([{ ticker: tickerA, reason: 'frozen' }]);
    for (let time = 0; time < 50; time += 1) rig.send({ kind: 'sweep' }, 1_000);
    expect(rig.effectsOf('place')).toHaveLength(1);
    // The rest of the board goes on.
    rig.submit({ ticker: tickerB });
    expect(rig.effectsOf('place')).toHaveLength(2);
  });

  it('frees an unknown order only after quarantine and two clean readings', () => {
    const rig = new Rig().live();
    const id = rig.submit();
    rig.send({ kind: 'placed', clientOrderId: id, answer: { kind: 'unknown', detail: 'reset' } });
    const from = rig.now;
    let readings = 0;
    for (let time = 0; time < 400 && rig.statusOf(id) === 'unknown'; time += 1) {
      rig.send({ kind: 'sweep' }, 1_000);
      if (rig.last?.effects.some(({ kind }) => kind === 'orders') === true) {
        readings += 1;
        rig.answerRound();
      }
    }
    expect(rig.statusOf(id)).toBe('canceled');
    expect(readings).toBeGreaterThanOrEqual(2);
    expect(rig.now - from).toBeGreaterThanOrEqual(60_000);
    expect(totals(rig.state).orders).toMatchObject({ submitted: 0, unknown: 0 });
    expect(isQuiet(rig.state)).toBe(true);
  });

  it('one clean reading is not enough, however late it is', () => {
    const rig = new Rig().live();
    const id = rig.submit();
    rig.send({ kind: 'placed', clientOrderId: id, answer: { kind: 'unknown', detail: 'reset' } });
    rig.send({ kind: 'sweep' }, 61_000);
    rig.answerRound();
    expect(rig.statusOf(id)).toBe('unknown');
    rig.send({ kind: 'sweep' }, 4_000);
    rig.answerRound();
    expect(rig.statusOf(id)).toBe('canceled');
  });

  it('does not free it while the position says otherwise', () => {
    const rig = new Rig().live();
    const id = rig.submit();
    rig.send({ kind: 'placed', clientOrderId: id, answer: { kind: 'unknown', detail: 'reset' } });
    for (let time = 0; time < 200; time += 1) {
      rig.send({ kind: 'sweep' }, 1_000);
      if (rig.last?.effects.some(({ kind }) => kind === 'orders') === true)
        rig.answerRound({ positions: [[tickerA, 1_000]] });
    }
    expect(rig.statusOf(id)).toBe('unknown');
  });

  it('adopts an unknown order that turns out to exist, with its fills', () => {
    const rig = new Rig().live();
    const id = rig.submit();
    rig.send({ kind: 'placed', clientOrderId: id, answer: { kind: 'unknown', detail: 'reset' } });
    rig.send({ kind: 'sweep' }, 5_000);
    const fill = fillOf({ orderId: 'v1', clientOrderId: null }, { count: quantity(400) });
    rig.answerRound({
      orders: [venueOrder(rig, id, { filledCount: quantity(400) })],
      fills: [fill, fill],
      positions: [[tickerA, 400]],
    });
    expect(rig.statusOf(id)).toBe('partial');
    expect(rig.account.positions.get(tickerA)?.quantity).toBe(400);
    expect(totals(rig.state).orders).toMatchObject({ submitted: 1, partial: 1 });
    expect(isQuiet(rig.state)).toBe(true);
  });

  it('a taken id means that something of ours is there', () => {
    const rig = new Rig().live();
    const id = rig.submit();
    rig.send({
      kind: 'placed',
      clientOrderId: id,
      answer: { kind: 'rejected', code: 'order_already_exists', detail: '' },
    });
    expect(rig.statusOf(id)).toBe('unknown');
  });

  it('asks for the fills that are owed, by order id, with growing pauses', () => {
    const rig = new Rig().live();
    const id = rig.submit();
    rig.effects = [];
    rig.send({ kind: 'placed', clientOrderId: id, answer: accepted('v1', 600) });
    expect(barredMarkets(rig.state, rig.now)).toEqual([{ ticker: tickerA, reason: 'frozen' }]);
    // Missing fills count at the worst price.
    expect(holdings(rig.state)[0]).toMatchObject({ position: 600, cost: 2_520_000 });
    const asked: number[] = [];
    for (let second = 1; second <= 30; second += 1) {
      rig.send({ kind: 'sweep' }, 1_000);
      if (rig.last?.effects.some(({ kind }) => kind === 'fills') === true) asked.push(second);
    }
    expect(asked).toEqual([2, 6, 14, 30]);
    expect(rig.effectsOf('fills')[0]).toEqual({ kind: 'fills', since: null, orderId: 'v1' });
    rig.send({
      kind: 'fills',
      since: null,
      orderId: orderId('v1'),
      answer: {
        kind: 'complete',
        items: [fillOf({ orderId: 'v1', clientOrderId: null }, { count: quantity(600) })],
      },
    });
    expect(isQuiet(rig.state)).toBe(true);
    expect(totals(rig.state).orders.partial).toBe(1);
  });

  it('takes fills before the acknowledgement, twice, and by either id', () => {
    const rig = new Rig().live();
    const id = rig.submit();
    const unnamed = fillOf({ orderId: 'v1', clientOrderId: null }, { count: quantity(300) });
    const named = fillOf({ orderId: 'v1', clientOrderId: id }, { count: quantity(700) });
    rig.send({ kind: 'account', event: { kind: 'fill', fill: unnamed } });
    expect(rig.account.positions.size).toBe(0);
    for (const fill of [named, named]) rig.send({ kind: 'account', event: { kind: 'fill', fill } });
    rig.send({ kind: 'placed', clientOrderId: id, answer: accepted('v1', 1_000) });
    rig.send({ kind: 'account', event: { kind: 'fill', fill: unnamed } });
    expect(rig.account.positions.get(tickerA)?.quantity).toBe(1_000);
    expect(rig.statusOf(id)).toBe('filled');
    expect(rig.account.external.fills).toBe(0);
  });

  it('cancels an order that rests, though none of ours should', () => {
    const rig = new Rig().live();
    const id = rig.submit();
    rig.send({ kind: 'placed', clientOrderId: id, answer: accepted('v1', 0, 1_000) });
    rig.send({ kind: 'sweep' }, 1_000);
    expect(rig.effectsOf('cancel')).toHaveLength(0);
    rig.send({ kind: 'sweep' }, 1_000);
    expect(rig.effectsOf('cancel')).toMatchObject([{ orderId: 'v1', clientOrderId: id }]);
    rig.send({
      kind: 'cancel_answered',
      clientOrderId: id,
      answer: { kind: 'canceled', reducedBy: quantity(1_000) },
    });
    expect(totals(rig.state).orders.canceled).toBe(1);
  });
});

describe('what cannot be', () => {
  const cases: readonly (readonly [
    string,
    (id: ReturnType<Rig['submit']>) => Partial<ReturnType<typeof fillOf>>,
    boolean,
  ])[] = [
    ['fill_overfill', () => ({ count: quantity(1_001) }), false],
    ['worse_than_limit', () => ({ yesPrice: price(4_100) }), true],
    ['fill_mismatch', () => ({ count: quantity(-1_000) }), false],
    ['fill_mismatch', () => ({ ticker: tickerB }), false],
    ['fill_mismatch', () => ({ shard: shard(3) }), false],
    ['fill_mismatch', () => ({ yesPrice: price(0) }), false],
    ['fill_mismatch', () => ({ count: quantity(0) }), false],
    ['fill_mismatch', () => ({ fee: micros(99_000_000) }), false],
  ];
  for (const [code, change, booked] of cases)
    it(`${code}: kept, told, halted${booked ? ', and booked for it is money' : ''}`, () => {
      const rig = new Rig().live();
      const id = rig.submit();
      const fill = fillOf({ orderId: 'v1', clientOrderId: id }, change(id));
      rig.send({ kind: 'account', event: { kind: 'fill', fill } });
      expect(haltLevel(rig.state)).toBe('halt');
      expect(rig.bodies('anomaly')).toMatchObject([{ code, applied: booked }]);
      expect(rig.account.positions.size).toBe(booked ? 1 : 0);
      rig.restart();
      expect(haltLevel(rig.state)).toBe('halt');
    });

  it('the same trade id with other content halts', () => {
    const rig = new Rig().live();
    const id = rig.submit();
    const fill = fillOf({ orderId: 'v1', clientOrderId: id }, { count: quantity(400) });
    rig.send({ kind: 'account', event: { kind: 'fill', fill } });
    rig.send({ kind: 'account', event: { kind: 'fill', fill: { ...fill, count: quantity(500) } } });
    expect(rig.bodies('anomaly')).toMatchObject([{ code: 'trade_conflict' }]);
    expect(haltLevel(rig.state)).toBe('halt');
    expect(rig.account.positions.get(tickerA)?.quantity).toBe(400);
  });

  it('an order of that id with other content halts', () => {
    const rig = new Rig().live();
    const id = rig.submit();
    const order = venueOrder(rig, id, { yesPrice: price(5_000) });
    rig.send({ kind: 'account', event: { kind: 'order', order } });
    expect(haltLevel(rig.state)).toBe('halt');
  });

  it('two windows that want one market at the same input get one order, and no halt', () => {
    const rig = new Rig().paper();
    rig.send({ kind: 'intent', intent: intentFor() });
    rig.inputSeq -= 1;
    rig.send({ kind: 'intent', intent: intentFor({ count: quantity(500) }) });
    expect(rig.last?.notes.map(({ code }) => code)).toEqual(['in_flight']);
    expect(haltLevel(rig.state)).toBeNull();
    expect(rig.account.orders.size).toBe(1);
  });

  it('two different orders with one id halt', () => {
    const rig = new Rig().paper();
    const { records } = rig.send({ kind: 'intent', intent: intentFor() });
    const seq = rig.inputSeq;
    // Taken back before it left: nothing but its name stands in the way of another.
    rig.books.set(tickerA, noBook);
    rig.send({ kind: 'durable', recordSeq: records[0]?.seq ?? 0 });
    rig.books.set(tickerA, bookAt(4_000, 6_100));
    rig.inputSeq = seq - 1;
    rig.send({ kind: 'intent', intent: intentFor({ count: quantity(500) }) });
    expect(haltLevel(rig.state)).toBe('halt');
    expect(rig.last?.notes.map(({ code }) => code)).toEqual([
      'latched_duplicate_id',
      'duplicate_id',
    ]);
  });

  it('fills and orders of somebody else are counted once and move nothing', () => {
    const rig = new Rig().live();
    const fill = fillOf({ orderId: 'x', clientOrderId: null });
    for (let time = 0; time < 2; time += 1)
      rig.send({ kind: 'account', event: { kind: 'fill', fill } });
    expect(rig.account.external.fills).toBe(1);
    expect(rig.account.positions.size).toBe(0);
    expect(haltLevel(rig.state)).toBeNull();
  });

  it('a message before the run is opened is told, not obeyed', () => {
    const rig = new Rig();
    expect(rig.send({ kind: 'intent', intent: intentFor() }).notes[0]?.code).toBe('not_open');
  });
});

describe('reconciliation', () => {
  it('sends nothing before all five lists are complete', () => {
    const rig = new Rig().open();
    rig.send({ kind: 'intent', intent: intentFor() });
    expect(rig.last?.notes[0]?.code).toBe('not_ready');
    rig.send({ kind: 'link', link: 'up' });
    expect(rig.last?.effects.map(({ kind }) => kind)).toEqual([
      'orders',
      'fills',
      'positions',
      'settlements',
      'balance',
    ]);
    rig.send({ kind: 'positions', answer: { kind: 'failed', code: 'timeout', detail: '' } });
    rig.answerRound();
    rig.send({ kind: 'intent', intent: intentFor() });
    expect(rig.last?.notes[0]?.code).toBe('not_ready');
    // Asked again later, whole.
    rig.effects = [];
    rig.send({ kind: 'sweep' }, 4_000);
    expect(rig.effects.map(({ kind }) => kind)).toEqual([
      'orders',
      'fills',
      'positions',
      'settlements',
      'balance',
    ]);
    rig.answerRound();
    rig.submit();
    expect(rig.effectsOf('place')).toHaveLength(1);
    expect(rig.bodies('opening').map(({ amount }) => amount)).toEqual([
      5_000_000_000, 3_000_000_000, 2_000_000_000,
    ]);
  });

  it('an answer to an older reading is not taken for a newer one', () => {
    const rig = new Rig().open();
    rig.send({ kind: 'link', link: 'up' });
    rig.send({ kind: 'link', link: 'gone' });
    rig.effects = [];
    rig.send({ kind: 'link', link: 'up' });
    expect(rig.effects).toEqual([]);
    rig.answerRound();
    expect(rig.effects.map(({ kind }) => kind).sort()).toEqual([
      'balance',
      'fills',
      'orders',
      'positions',
      'settlements',
    ]);
    expect(rig.account.isFunded).toBe(false);
    rig.answerRound();
    expect(rig.account.isFunded).toBe(true);
  });

  it('a lost link stops sending until the next whole reading', () => {
    const rig = new Rig().live();
    const { records } = rig.send({ kind: 'intent', intent: intentFor() });
    rig.send({ kind: 'link', link: 'gone' });
    rig.send({ kind: 'durable', recordSeq: records[0]?.seq ?? 0 });
    expect(rig.effectsOf('place')).toEqual([]);
  });

  it('after a restart, what was in flight is in doubt and only its market waits', () => {
    for (const until of ['intended', 'sent'] as const) {
      const rig = new Rig().live();
      let id: ReturnType<Rig['submit']>;
      if (until === 'sent') id = rig.submit();
      else {
        rig.send({ kind: 'intent', intent: intentFor() });
        id = [...rig.account.orders.keys()][0] as typeof id;
      }
      rig.restart();
      expect(rig.statusOf(id)).toBe('unknown');
      rig.send({ kind: 'link', link: 'up' });
      const fill = fillOf({ orderId: 'v1', clientOrderId: null });
      rig.answerRound({
        fills: [fill],
        orders: [venueOrder(rig, id, { status: 'executed', filledCount: quantity(1_000) })],
        positions: [[tickerA, 1_000]],
      });
      expect(rig.statusOf(id)).toBe('filled');
      expect(rig.account.external).toEqual({ orders: 0, fills: 0, positions: 0 });
      rig.submit({ ticker: tickerB });
      expect(rig.effectsOf('place').at(-1)?.order.ticker).toBe(tickerB);
    }
  });

  it('in paper, an order without a result is canceled at a restart', () => {
    const rig = new Rig().paper();
    const sent = rig.submit();
    const half = rig.submit({ ticker: tickerB });
    rig.send({ kind: 'placed', clientOrderId: half, answer: accepted('p2', 1_000) });
    rig.restart();
    expect(rig.account.orders.get(sent)).toMatchObject({ status: 'canceled', why: 'restart' });
    expect(rig.account.orders.get(half)).toMatchObject({ status: 'canceled', why: 'restart' });
    expect(isQuiet(rig.state)).toBe(true);
  });

  it('still asks after a restart for the fills that an acceptance promised', () => {
    const rig = new Rig().live();
    const id = rig.submit();
    rig.send({
      kind: 'placed',
      clientOrderId: id,
      answer: {
        kind: 'accepted',
        orderId: orderId('v1'),
        filled: quantity(1_000),
        remaining: quantity(0),
        averageYesPrice: null,
        averageFee: null,
      },
    });
    rig.restart();
    rig.send({ kind: 'link', link: 'up' });
    // Lists that lag know nothing of it.
    rig.answerRound();
    rig.effects = [];
    rig.send({ kind: 'sweep' }, 2_500);
    expect(rig.effectsOf('fills')).toEqual([{ kind: 'fills', since: null, orderId: 'v1' }]);
  });

  it('books a deposit only when the difference stays and nothing moves', () => {
    const rig = new Rig().live();
    const more = (): readonly (readonly [number, number])[] =>
      rig.ledgerCash().map(([at, cash]) => [at, at === 0 ? 5_100_000_000 : cash] as const);
    rig.send({ kind: 'link', link: 'gone' });
    rig.send({ kind: 'link', link: 'up' });
    rig.answerRound({ cash: more() });
    expect(rig.bodies('adjusted')).toEqual([]);
    for (let time = 0; time < 200 && rig.bodies('adjusted').length === 0; time += 1) {
      rig.send({ kind: 'sweep' }, 1_000);
      if (rig.last?.effects.some(({ kind }) => kind === 'balance') === true)
        rig.answerRound({ cash: more() });
    }
    expect(rig.bodies('adjusted')).toMatchObject([
      { shard: 0, amount: 100_000_000, why: 'deposit' },
    ]);
    expect(rig.now - start).toBeGreaterThan(60_000);
    // No gain of the day.
    expect(haltLevel(rig.state)).toBeNull();
  });

  it('neither books nor spends the cash of a shard that the exchange leaves out', () => {
    const rig = new Rig().live();
    rig.send({ kind: 'link', link: 'gone' });
    rig.send({ kind: 'link', link: 'up' });
    const others = rig.ledgerCash().filter(([at]) => at !== 0);
    rig.answerRound({ cash: others });
    expect(rig.last?.notes.map(({ code }) => code)).toContain('cash_unlisted');
    let told = 0;
    for (let time = 0; time < 200; time += 1) {
      rig.send({ kind: 'sweep' }, 1_000);
      if (rig.last?.effects.some(({ kind }) => kind === 'balance') !== true) continue;
      rig.answerRound({ cash: others });
      told += rig.last?.notes.some(({ code }) => code === 'cash_unlisted') === true ? 1 : 0;
    }
    expect([rig.bodies('adjusted'), told]).toEqual([[], 0]);
    const { notes } = rig.send({ kind: 'intent', intent: intentFor() });
    expect(notes[0]?.code).toBe('shard_cash');
    for (let time = 0; time < 100; time += 1) {
      rig.send({ kind: 'sweep' }, 1_000);
      if (rig.last?.effects.some(({ kind }) => kind === 'balance') === true) rig.answerRound();
    }
    expect(rig.statusOf(rig.submit())).toBe('sent');
  });

  it('counts positions that are not ours and leaves them alone', () => {
    const rig = new Rig().live();
    rig.send({ kind: 'link', link: 'gone' });
    rig.send({ kind: 'link', link: 'up' });
    rig.answerRound({ positions: [[tickerB, 500]] });
    expect(rig.account.external.positions).toBe(0);
    untilCounted(rig, [[tickerB, 500]]);
    expect(rig.account.external.positions).toBe(1);
    expect(rig.now - start).toBeGreaterThan(60_000);
    expect(rig.account.positions.size).toBe(0);
  });

  it('does not call its own positions external because a list lags behind its fills', () => {
    const rig = new Rig().live();
    rig.buy();
    rig.send({ kind: 'link', link: 'gone' });
    rig.send({ kind: 'link', link: 'up' });
    rig.answerRound({ positions: [] });
    untilCounted(rig, undefined);
    expect(rig.bodies('external')).toEqual([]);
  });
});

/** Answers every reading with these positions, or with what the ledger holds, for two minutes. */
function untilCounted(rig: Rig, positions: readonly (readonly [Ticker, number])[] | undefined) {
  for (let second = 0; second < 120; second += 1) {
    rig.send({ kind: 'sweep' }, 1_000);
    if (rig.last?.effects.some(({ kind }) => kind === 'positions') === true)
      rig.answerRound(positions === undefined ? {} : { positions });
  }
}

describe('money and settlement', () => {
  it('closes before it opens', () => {
    const rig = new Rig().paper({ reentryCooldownMs: 0 });
    rig.buy({}, { fee: 168_000 });
    rig.books.set(tickerA, bookAt(6_100, 4_000));
    rig.buy(
      { side: 'no', limit: price(4_000), count: quantity(1_500), fair: 0.2 as never },
      { fee: 200_000 },
    );
    const position = rig.account.positions.get(tickerA);
    // 10 YES bought at 0.40 and closed at 0.60; 5 NO opened at 0.40.
    expect(position).toMatchObject({ quantity: -500, cost: 2_000_000 });
    expect(balanceOf(rig.account.balances, 'realized_gains')).toBe(-2_000_000);
    expect(totals(rig.state)).toMatchObject({ feesMicros: 368_000, realizedPnlMicros: 1_632_000 });
  });

  it('paper positions settle by the listing of their market', () => {
    const rig = new Rig().paper();
    rig.buy();
    rig.markets.set(tickerA, marketOf(tickerA, { closeAt: rig.now }));
    rig.effects = [];
    rig.send({ kind: 'sweep' });
    expect(rig.effects).toEqual([{ kind: 'market', ticker: tickerA }]);
    rig.send({
      kind: 'market',
      ticker: tickerA,
      market: null,
      settlementValue: price(10_000),
      isFinal: false,
    });
    expect(rig.account.determined.get(tickerA)).toBe(10_000);
    expect(rig.account.positions.size).toBe(1);
    rig.send({ kind: 'sweep' }, 2_000);
    expect(rig.effectsOf('market')).toHaveLength(2);
    rig.settle(tickerA, 10_000);
    expect(rig.account.positions.size).toBe(0);
    expect(rig.bodies('settled')).toMatchObject([{ revenue: 10_000_000, realized: 6_000_000 }]);
    expect([...rig.account.orders.values()][0]?.status).toBe('settled');
    expect(totals(rig.state).orders.filled).toBe(1);
  });

  it('live: asks until the settlement is listed', () => {
    const rig = new Rig().live();
    rig.buy();
    rig.effects = [];
    rig.send({ kind: 'lifecycle', ticker: tickerA, change: { kind: 'settled' } });
    expect(rig.effects).toEqual([{ kind: 'settlements', since: null, ticker: tickerA }]);
    rig.send({
      kind: 'settlements',
      since: null,
      ticker: tickerA,
      answer: { kind: 'complete', items: [] },
    });
    rig.send({ kind: 'sweep' }, 2_000);
    expect(rig.effectsOf('settlements')).toHaveLength(2);
    const settlement = {
      ticker: tickerA,
      shard: shard(0),
      revenue: micros(0),
      yesValue: price(0),
      settledAt: rig.now,
    };
    rig.send({
      kind: 'settlements',
      since: null,
      ticker: tickerA,
      answer: { kind: 'complete', items: [settlement] },
    });
    expect(rig.bodies('settled')).toMatchObject([{ realized: -4_000_000 }]);
    expect(balanceOf(rig.account.balances, 'realized_losses')).toBe(4_000_000);
    rig.send({
      kind: 'settlements',
      since: null,
      ticker: tickerA,
      answer: { kind: 'complete', items: [settlement] },
    });
    expect(rig.bodies('settled')).toHaveLength(1);
  });

  it('an order in doubt does not keep a settled market for ever', () => {
    const rig = new Rig().live({ reentryCooldownMs: 0 });
    rig.buy();
    const id = rig.submit();
    rig.send({ kind: 'placed', clientOrderId: id, answer: { kind: 'unknown', detail: 'reset' } });
    const settlement = {
      ticker: tickerA,
      shard: shard(0),
      revenue: micros(10_000_000),
      yesValue: price(10_000),
      settledAt: rig.now,
    };
    for (let time = 0; time < 100; time += 1) {
      rig.send({ kind: 'sweep' }, 1_000);
      if (rig.last?.effects.some(({ kind }) => kind === 'orders') === true)
        rig.answerRound({ positions: [], settlements: [settlement] });
    }
    expect(rig.account.orders.get(id)).toMatchObject({ status: 'settled', why: 'not_placed' });
    expect(rig.bodies('settled')).toMatchObject([{ realized: 6_000_000 }]);
    expect(isQuiet(rig.state)).toBe(true);
  });

  it('a settlement waits for fills that are still owed', () => {
    const rig = new Rig().live();
    const id = rig.submit();
    rig.send({ kind: 'placed', clientOrderId: id, answer: accepted('v1', 1_000) });
    const part = (count: number) => ({
      kind: 'account' as const,
      event: {
        kind: 'fill' as const,
        fill: fillOf({ orderId: 'v1', clientOrderId: id }, { count: quantity(count) }),
      },
    });
    rig.send(part(600));
    const settlement = {
      ticker: tickerA,
      shard: shard(0),
      revenue: micros(10_000_000),
      yesValue: price(10_000),
      settledAt: rig.now,
    };
    const listed = { kind: 'complete' as const, items: [settlement] };
    rig.send({ kind: 'settlements', since: null, ticker: tickerA, answer: listed });
    expect(rig.bodies('settled')).toEqual([]);
    rig.send(part(400));
    rig.send({ kind: 'settlements', since: null, ticker: tickerA, answer: listed });
    expect(rig.bodies('settled')).toMatchObject([{ revenue: 10_000_000, realized: 6_000_000 }]);
  });

  it('sizes by what is there', () => {
    const rig = new Rig().paper({ bankroll: 10_000_000_000 });
    expect(sizing(rig.state)).toBe(10_000_000_000);
    rig.buy();
    expect(sizing(rig.state)).toBe(10_000_000_000 - 168_000);
    expect(sizing(new Rig().state)).toBe(0);
  });
});

describe('kill switches', () => {
  it('latch, survive a restart, and come off by resume alone', () => {
    for (const level of ['pause', 'cancel', 'halt'] as const) {
      const rig = new Rig().paper();
      kill(rig, level);
      expect(haltLevel(rig.state)).toBe(level);
      rig.restart();
      expect(haltLevel(rig.state)).toBe(level);
      rig.send({ kind: 'operator', command: { kind: 'resume', why: 'looked at it' } });
      expect(haltLevel(rig.state)).toBeNull();
    }
  });

  it('withdraw what is written down but not sent', () => {
    const rig = new Rig().paper();
    const { records } = rig.send({ kind: 'intent', intent: intentFor() });
    kill(rig, 'pause');
    rig.send({ kind: 'durable', recordSeq: records[0]?.seq ?? 0 });
    expect(rig.effectsOf('place')).toEqual([]);
  });

  it('reducing goes on while paused, cut to what is held, and not while halted', () => {
    const rig = new Rig().paper({ reentryCooldownMs: 0 });
    rig.buy();
    kill(rig, 'pause');
    rig.books.set(tickerA, bookAt(6_100, 4_000));
    const other = {
      side: 'no' as const,
      limit: price(4_000),
      count: quantity(1_500),
      fair: 0.2 as never,
    };
    rig.submit(other);
    expect(rig.effectsOf('place').at(-1)?.order).toMatchObject({ count: 1_000, reduceOnly: true });

    const halted = new Rig().paper({ reentryCooldownMs: 0 });
    halted.buy();
    kill(halted, 'halt');
    halted.send({ kind: 'intent', intent: intentFor(other) });
    expect(halted.last?.notes[0]?.code).toBe('halted');
  });

  it('cancel what rests, from level cancel up', () => {
    const rig = new Rig().live();
    const id = rig.submit();
    rig.send({ kind: 'placed', clientOrderId: id, answer: accepted('v1', 0, 1_000) });
    kill(rig, 'pause');
    expect(rig.effectsOf('cancel')).toHaveLength(0);
    kill(rig, 'cancel');
    expect(rig.effectsOf('cancel')).toHaveLength(1);
  });

  it('daily loss latches on marks that are known, not on a book that is gone', () => {
    const rig = new Rig().paper({ maxDailyLoss: 1_000_000 });
    rig.buy();
    rig.send({ kind: 'sweep' });
    expect(haltLevel(rig.state)).toBeNull();
    rig.books.set(tickerA, noBook);
    rig.send({ kind: 'sweep' }, 20 * 60_000);
    expect(haltLevel(rig.state)).toBeNull();
    // For caps it counts as worth nothing by now.
    rig.send({ kind: 'intent', intent: intentFor({ ticker: tickerB }) });
    expect(rig.last?.notes[0]?.code).toBe('daily_loss');
    // Known again, at a bid of 0.10.
    rig.books.set(tickerA, bookAt(2_000, 9_000));
    rig.send({ kind: 'sweep' });
    expect(rig.account.latches.get('daily_loss')?.level).toBe('cancel');
    rig.send({ kind: 'operator', command: { kind: 'resume', why: 'accepted' } });
    rig.send({ kind: 'sweep' });
    expect(haltLevel(rig.state)).toBeNull();
  });

  it('a book that is gone since before a restart counts as worth nothing in time, too', () => {
    const rig = new Rig().paper({ maxDailyLoss: 1_000_000 });
    rig.buy();
    rig.books.set(tickerA, noBook);
    rig.restart({}, { maxDailyLoss: 1_000_000 });
    rig.send({ kind: 'sweep' }, 14 * 60_000);
    rig.submit({ ticker: tickerB });
    rig.send({ kind: 'sweep' }, 2 * 60_000);
    rig.send({ kind: 'intent', intent: intentFor({ ticker: tickerB }) });
    expect(rig.last?.notes[0]?.code).toBe('daily_loss');
    expect(haltLevel(rig.state)).toBeNull();
  });

  it('a mark is of the held side: what was turned around is not measured by the old one', () => {
    const rig = new Rig().paper({ maxDailyLoss: 1_000_000, reentryCooldownMs: 0 });
    rig.buy();
    // YES sells for 0.90, so NO can be had for 0.10.
    rig.books.set(tickerA, bookAt(9_100, 1_000));
    rig.send({ kind: 'sweep' });
    const id = rig.submit({
      side: 'no',
      limit: price(1_000),
      count: quantity(2_000),
      fair: 0.2 as never,
    });
    rig.books.set(tickerA, noBook);
    const fill = fillOf(
      { orderId: 'n1', clientOrderId: id },
      { count: quantity(-2_000), yesPrice: price(9_000) },
    );
    rig.send({ kind: 'account', event: { kind: 'fill', fill } });
    expect(rig.state.session?.marks.get(tickerA)).toMatchObject({ price: null, isYes: false });
    expect(haltLevel(rig.state)).toBeNull();
  });

  it('what latches holds an order that a 429 had sent back, in the same sweep', () => {
    const rig = new Rig().paper({ maxDailyLoss: 1_000_000 });
    rig.buy();
    const id = rig.submit({ ticker: tickerB });
    rig.send({ kind: 'placed', clientOrderId: id, answer: { kind: 'rate_limited' } });
    const sent = rig.effectsOf('place').length;
    rig.books.set(tickerA, bookAt(2_000, 9_000));
    rig.send({ kind: 'sweep' }, 10_000);
    expect(rig.account.latches.get('daily_loss')?.level).toBe('cancel');
    expect(rig.effectsOf('place')).toHaveLength(sent);
    expect(rig.account.orders.get(id)?.why).toBe('paused');
  });

  it('an empty bid is no price', () => {
    const rig = new Rig().paper({ maxDailyLoss: 1_000_000 });
    rig.buy();
    rig.books.set(tickerA, bookAt(4_000, 6_100, { noAsks: [] }));
    rig.send({ kind: 'sweep' });
    expect(haltLevel(rig.state)).toBeNull();
  });

  it('a new day begins at the equity of its first input and does not take the latch off', () => {
    const rig = new Rig().paper({ maxDailyLoss: 1_000_000 });
    rig.buy();
    rig.books.set(tickerA, bookAt(2_000, 9_000));
    rig.send({ kind: 'sweep' });
    expect(haltLevel(rig.state)).toBe('cancel');
    rig.markets.set(tickerA, marketOf(tickerA, { closeAt: epochMs(start + 9e8) }));
    rig.send({ kind: 'sweep' }, 86_400_000);
    expect(rig.bodies('day').map(({ key }) => key)).toEqual(['2027-01-15', '2027-01-16']);
    expect(haltLevel(rig.state)).toBe('cancel');
    rig.send({ kind: 'operator', command: { kind: 'resume', why: 'new day' } });
    rig.send({ kind: 'sweep' });
    expect(haltLevel(rig.state)).toBeNull();
  });

  it('open exposure latches when it is measured above the cap', () => {
    const rig = new Rig().paper();
    rig.buy();
    rig.send(set({ maxOpenExposure: 1_000_000 }));
    expect(rig.account.latches.get('open_exposure')?.level).toBe('pause');
  });

  it('more orders in a minute than the cap allows latch, and once they are past it can be resumed', () => {
    const rig = new Rig().paper({ maxOrdersPerMinute: 2 });
    rig.buy();
    rig.buy({ ticker: tickerB });
    rig.send({ kind: 'sweep' });
    expect(haltLevel(rig.state)).toBeNull();
    rig.send(set({ maxOrdersPerMinute: 1 }));
    expect(rig.account.latches.get('order_rate')?.level).toBe('pause');
    rig.restart({}, { maxOrdersPerMinute: 1 });
    expect(haltLevel(rig.state)).toBe('pause');
    rig.send({ kind: 'operator', command: { kind: 'resume', why: 'too soon' } });
    expect(haltLevel(rig.state)).toBe('pause');
    rig.send({ kind: 'sweep' }, 60_000);
    rig.send({ kind: 'operator', command: { kind: 'resume', why: 'past' } });
    expect(haltLevel(rig.state)).toBeNull();
  });

  it('a dead disk stops everything and no command lifts it', () => {
    const rig = new Rig().paper();
    const { records } = rig.send({ kind: 'intent', intent: intentFor() });
    rig.send({ kind: 'disk_failed', detail: 'EIO' });
    rig.send({ kind: 'durable', recordSeq: records[0]?.seq ?? 0 });
    expect(rig.effectsOf('place')).toEqual([]);
    rig.send({ kind: 'operator', command: { kind: 'resume', why: 'please' } });
    expect(haltLevel(rig.state)).toBe('halt');
  });
});

describe('pure', () => {
  it('decides the same from the same, and leaves the state alone', () => {
    const rig = new Rig().live();
    rig.submit();
    const message = {
      kind: 'account' as const,
      event: {
        kind: 'fill' as const,
        fill: fillOf(
          { orderId: 'v1', clientOrderId: [...rig.account.orders.keys()][0] ?? null },
          { tradeId: tradeId('same') },
        ),
      },
    };
    const before = encodeAccount(rig.account);
    const [first, second] = [
      decide(rig.state, message, rig.desk),
      decide(rig.state, message, rig.desk),
    ];
    expect(first.records.map(({ hash }) => hash)).toEqual(second.records.map(({ hash }) => hash));
    expect(first.records.map(({ body }) => body.kind)).toEqual(['fill']);
    expect(encodeAccount(rig.account)).toEqual(before);
  });
});
