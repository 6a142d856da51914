import { describe, expect, it } from 'vitest';
import { epochMs, price, quantity, ticker, tradeId } from '../../src/domain/units.js';
import type { LifecycleChange, MarketEvent } from '../../src/messages/market-event.js';
import { BookStore } from '../../src/streams/book-store.js';
import { aDelta, aSnapshot } from '../support/fixtures.js';

// Goal: the trust rule, bound by bound. Every bound is real time: at speed 60 a market second is a sixtieth of one.
const x = ticker('X');
const feedBook = aSnapshot('X', [[4_000, 1_000]], [[5_500, 2_000]]);
const sameBook = aSnapshot('X', [[4_000, 1_000]], [[5_500, 2_000]], 'book');
const otherBook = aSnapshot('X', [[4_000, 1_000]], [[5_500, 1_900]], 'book');
const listing = aSnapshot('X', [[4_000, 100]], [[5_500, 100]], 'listing');
const alive: MarketEvent = { kind: 'alive' };
const trade = (exchangeAt: number): MarketEvent => ({
  kind: 'trade',
  ticker: ticker('Z'),
  tradeId: tradeId('1'),
  yesPrice: price(5_000),
  count: quantity(100),
  takerSide: 'yes',
  exchangeAt: epochMs(exchangeAt),
});
const lifecycle = (change: LifecycleChange): MarketEvent => ({
  kind: 'lifecycle',
  ticker: x,
  change,
});

/** Applies each event at its market time. */
const storeAfter = (
  events: readonly (readonly [number, MarketEvent])[],
  options: { readonly speed?: number; readonly hasFeed?: boolean } = {},
): BookStore => {
  const store = new BookStore({ speed: 1, hasFeed: true, ...options });
  for (const [at, event] of events) store.apply(event, epochMs(at));
  return store;
};
const trust = (store: BookStore, at: number) => store.trust(x, epochMs(at));

describe('a book from a feed', () => {
  it('is fresh until its connection has shown no life for 15 s of real time', () => {
    const store = storeAfter([[0, feedBook]]);
    expect(trust(store, 15_000)).toBe('fresh');
    expect(trust(store, 15_001)).toBe('stale');
    store.apply(alive, epochMs(15_001));
    expect(trust(store, 30_001)).toBe('fresh');
    const fast = storeAfter([[0, feedBook]], { speed: 60 });
    expect(trust(fast, 900_000)).toBe('fresh');
    expect(trust(fast, 900_001)).toBe('stale');
  });

  it('is not replaced by a fetched one while its connection is dead', () => {
    const store = storeAfter([
      [0, alive],
      [14_000, sameBook],
    ]);
    expect(trust(store, 15_000)).toBe('fresh');
    expect(trust(store, 15_001)).toBe('stale');
    store.apply(alive, epochMs(15_001));
    expect(trust(store, 15_001)).toBe('fresh');
    expect(trust(store, 17_001)).toBe('stale');
  });

  it('is fresh only if its last message arrived within 3 s of the exchange’s own time', () => {
    const late = (lag: number) => aDelta('X', 'yes', 4_100, 1, 10_000 - lag);
    expect(
      trust(
        storeAfter([
          [0, feedBook],
          [10_000, late(3_000)],
        ]),
        10_000,
      ),
    ).toBe('fresh');
    expect(
      trust(
        storeAfter([
          [0, feedBook],
          [10_000, late(3_001)],
        ]),
        10_000,
      ),
    ).toBe('stale');
    expect(
      trust(
        storeAfter([
          [0, feedBook],
          [10_000, late(-500)],
        ]),
        10_000,
      ),
    ).toBe('fresh');
    const fast = storeAfter(
      [
        [0, feedBook],
        [10_000, late(10_000)],
      ],
      { speed: 60 },
    );
    expect(trust(fast, 10_000)).toBe('fresh');
  });

  it('is not fresh while the whole feed runs late, though its own last message was prompt', () => {
    const store = storeAfter([
      [0, feedBook],
      [20_000, trade(16_000)],
    ]);
    expect(trust(store, 20_000)).toBe('stale');
    store.apply(trade(20_900), epochMs(21_000));
    expect(trust(store, 21_000)).toBe('fresh');
  });

  it('needs a check after 60 s without a word about it, however alive the connection is', () => {
    const store = storeAfter([
      [0, feedBook],
      [60_001, alive],
    ]);
    expect(store.needsCheck(x, epochMs(60_000))).toBe(false);
    expect(store.needsCheck(x, epochMs(60_001))).toBe(true);
    expect(trust(store, 60_001)).toBe('fresh');
    const fast = storeAfter([[0, feedBook]], { speed: 60 });
    expect(fast.needsCheck(x, epochMs(3_600_000))).toBe(false);
    expect(fast.needsCheck(x, epochMs(3_600_001))).toBe(true);
  });

  it('is confirmed by the venue’s own book, and its silence starts anew', () => {
    const store = storeAfter([
      [0, feedBook],
      [70_000, alive],
      [70_000, sameBook],
    ]);
    expect(store.needsCheck(x, epochMs(70_000))).toBe(false);
    expect(trust(store, 70_000)).toBe('fresh');
    expect(store.ageMs(x, epochMs(70_500))).toBe(500);
  });

  it('gives way to the venue’s book that disagrees: good for 3 s, and until the next change', () => {
    const store = storeAfter([
      [0, feedBook],
      [70_000, alive],
    ]);
    expect(store.apply(otherBook, epochMs(70_000))).toEqual({
      kind: 'lost',
      tickers: [x],
      slots: [0],
      reason: 'check_failed',
    });
    expect(store.entry(x)?.book.sizeAt('no', price(5_500))).toBe(1_900);
    expect(trust(store, 73_000)).toBe('fresh');
    expect(trust(store, 73_001)).toBe('stale');
    store.apply(aDelta('X', 'yes', 4_000, 1), epochMs(70_001));
    expect(trust(store, 70_001)).toBe('unknown');
    store.apply(feedBook, epochMs(70_002));
    expect(trust(store, 70_002)).toBe('fresh');
  });

  it('ignores the answer of a check that a change overtook', () => {
    const store = storeAfter([
      [0, feedBook],
      [70_000, aDelta('X', 'yes', 4_100, 1)],
    ]);
    expect(store.apply(otherBook, epochMs(70_010))).toBeNull();
    expect(trust(store, 70_010)).toBe('fresh');
  });

  it('is never replaced by a listed quote', () => {
    const store = storeAfter([[0, feedBook]]);
    expect(store.apply(listing, epochMs(1))).toBeNull();
    expect(store.shot(x, epochMs(1)).yesAsks).toEqual([[4_500, 2_000]]);
  });

  it('replaces, never merges', () => {
    const store = storeAfter([
      [0, feedBook],
      [1, aSnapshot('X', [[3_000, 5]], [])],
    ]);
    expect(store.shot(x, epochMs(1))).toEqual({
      yesAsks: [],
      noAsks: [[7_000, 5]],
      trust: 'fresh',
      ageMs: 0,
    });
  });

  it('keeps its last known touch when it is lost', () => {
    const store = storeAfter([
      [0, feedBook],
      [5, { kind: 'gap', tickers: 'all', reason: 'disconnected' }],
    ]);
    store.apply(aDelta('X', 'yes', 4_200, 7), epochMs(6));
    expect(store.lastQuote(x, epochMs(9))).toEqual({ bid: 4_000, ask: 4_500, known: false, at: 5 });
  });

  it('goes with a snapshot that has a size below nothing', () => {
    const store = storeAfter([[0, feedBook]]);
    const change = store.apply(aSnapshot('X', [[4_000, -1]], []), epochMs(5));
    expect(change).toMatchObject({ kind: 'lost', reason: 'negative_size' });
    expect(store.lastQuote(x, epochMs(9))).toEqual({ bid: 4_000, ask: 4_500, known: false, at: 5 });
  });
});

describe('a market that may not be traded', () => {
  const rows: readonly (readonly [string, LifecycleChange])[] = [
    ['deactivated', { kind: 'deactivated' }],
    ['determined', { kind: 'determined', settlementValue: null }],
    ['settled', { kind: 'settled' }],
    ['closed', { kind: 'close_moved', closeAt: epochMs(10) }],
  ];
  for (const [name, change] of rows) {
    it(`is not fresh once ${name}`, () => {
      const store = storeAfter([
        [0, feedBook],
        [5, lifecycle(change)],
      ]);
      expect(trust(store, 10)).toBe('stale');
    });
  }

  it('is fresh again once activated', () => {
    const off = lifecycle({ kind: 'deactivated' });
    const on = lifecycle({ kind: 'activated' });
    expect(
      trust(
        storeAfter([
          [0, feedBook],
          [5, off],
          [6, on],
        ]),
        6,
      ),
    ).toBe('fresh');
  });
});

describe('without a feed', () => {
  const keyless = { hasFeed: false };

  it('a listed quote counts for 30 s, is never fresh, and wants the venue’s own book', () => {
    const store = storeAfter([[0, listing]], keyless);
    expect(trust(store, 30_000)).toBe('listing');
    expect(trust(store, 30_001)).toBe('stale');
    expect(store.needsCheck(x, epochMs(0))).toBe(true);
  });

  it('a fetched book is fresh for 30 s, and no listed quote replaces it so long', () => {
    const store = storeAfter(
      [
        [0, listing],
        [5, sameBook],
      ],
      keyless,
    );
    expect(trust(store, 30_005)).toBe('fresh');
    expect(store.apply(listing, epochMs(30_005))).toBeNull();
    expect(trust(store, 30_006)).toBe('stale');
    store.apply(listing, epochMs(30_006));
    expect(trust(store, 30_006)).toBe('listing');
  });
});

describe('the store', () => {
  it('is bounded by the markets kept, and uses their places again', () => {
    const store = storeAfter([[0, feedBook]]);
    store.keep([ticker('Y')]);
    expect(store.entry(x)).toBeNull();
    expect(store.entryAt(0)).toBeNull();
    expect(store.apply(feedBook, epochMs(1))).toBeNull();
    store.apply(aSnapshot('Y', [], []), epochMs(2));
    expect(store.entryAt(0)?.ticker).toBe('Y');
    expect([...store.entries()]).toHaveLength(1);
  });

  it('allocates nothing for a change: the same object says it again', () => {
    const store = storeAfter([[0, feedBook]]);
    const delta = aDelta('X', 'yes', 4_100, 1);
    expect(store.apply(delta, epochMs(1))).toBe(store.apply(delta, epochMs(2)));
  });
});
