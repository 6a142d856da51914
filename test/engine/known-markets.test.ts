import { describe, expect, it } from 'vitest';
import { eventTicker, price, seriesTicker, ticker } from '../../src/domain/units.js';
import { KnownMarkets } from '../../src/engine/known-markets.js';
import { aCatalog, aListedMarket, aMarket } from '../support/fixtures.js';

const a = ticker('A');
const b = ticker('B');
const c = ticker('C');

describe('known markets', () => {
  it('are those of the newest catalog', () => {
    const known = new KnownMarkets();
    expect(known.get(a)).toBeNull();
    known.take(aCatalog([aListedMarket('A'), aListedMarket('B')]), []);
    known.take(aCatalog([aListedMarket('B', { title: 'new' }), aListedMarket('C')]), []);
    expect(known.get(a)).toBeNull();
    expect(known.get(b)?.title).toBe('new');
    expect(known.get(c)).not.toBeNull();
  });

  it('are also those with something at stake, as last known, for as long as it is at stake', () => {
    const known = new KnownMarkets();
    known.take(aCatalog([aListedMarket('A', { title: 'held' })]), []);
    known.take(aCatalog([aListedMarket('B')]), [a]);
    expect(known.get(a)?.title).toBe('held');
    known.take(aCatalog([aListedMarket('B')]), [a, c]);
    expect(known.get(a)?.title).toBe('held');
    // Needed, but never heard of: still unknown.
    expect(known.get(c)).toBeNull();
    known.take(aCatalog([aListedMarket('B')]), []);
    expect(known.get(a)).toBeNull();
  });

  it('are what the catalog says, where it and an older memory differ', () => {
    const known = new KnownMarkets();
    known.add(aListedMarket('A', { title: 'old' }));
    known.take(aCatalog([aListedMarket('A', { title: 'new' })]), [a]);
    expect(known.get(a)?.title).toBe('new');
  });

  it('can be added one by one, and stay while needed', () => {
    const known = new KnownMarkets();
    known.add(aListedMarket('A'));
    known.take(aCatalog([]), [a]);
    expect(known.get(a)).not.toBeNull();
    known.take(aCatalog([]), []);
    expect(known.get(a)).toBeNull();
  });

  it('give a listing of its own what is known of its event and series', () => {
    const known = new KnownMarkets();
    const series = seriesTicker('KXBTC');
    const sources = [{ name: 'CF Benchmarks', url: 'https://www.cfbenchmarks.com' }];
    known.add(
      aListedMarket('A', {
        seriesTicker: series,
        vertical: 'crypto',
        mutuallyExclusive: true,
        fees: { type: 'flat', multiplierPpm: 5 },
        settlementSources: sources,
      }),
    );
    const listing = aMarket('A', {
      eventTicker: eventTicker('E2'),
      status: 'finalized',
      settlementValue: price(10_000),
    });
    expect(known.dress(listing)).toEqual({
      ...listing,
      seriesTicker: series,
      vertical: 'crypto',
      mutuallyExclusive: true,
      fees: { type: 'flat', multiplierPpm: 5 },
      settlementSources: sources,
    });
    // Dressing is not learning.
    expect(known.get(a)?.status).toBe('active');
  });

  it('leave unknown what nobody has told: such a market has no fees and is not traded', () => {
    const listing = aMarket('A');
    expect(new KnownMarkets().dress(listing)).toEqual({
      ...listing,
      seriesTicker: null,
      vertical: 'other',
      mutuallyExclusive: false,
      fees: null,
      settlementSources: [],
    });
  });
});
