import { map } from 'rxjs';
import { describe, it } from 'vitest';
import { epochMs, price, quantity } from '../../src/domain/units.js';
import type { Catalog } from '../../src/messages/window.js';
import { listingSnapshots } from '../../src/streams/listing-snapshots.js';
import { aCatalog, aListedMarket } from '../support/fixtures.js';
import { marbles } from '../support/marbles.js';

// Goal: without a feed, each newly read list is a book of one level a side for every market on it.
const oneSided = {
  yesBid: null,
  yesBidSize: quantity(0),
  yesAsk: price(300),
  yesAskSize: quantity(70),
};
const lists: Record<string, Catalog> = {
  a: aCatalog([aListedMarket('A')]),
  // The same list, one market closed meanwhile: no newer quotes.
  u: aCatalog([aListedMarket('A', { status: 'inactive' })]),
  b: aCatalog([aListedMarket('A'), aListedMarket('B', { quote: oneSided })], {
    scannedAt: epochMs(9),
  }),
  c: aCatalog([aListedMarket('C')], { scannedAt: epochMs(10) }),
  e: aCatalog([], { scannedAt: epochMs(11) }),
};
const values = {
  A: 'A listing yes 4800,1000 no 4800,1000',
  B: 'B listing yes  no 9700,70',
  C: 'C listing yes 4800,1000 no 4800,1000',
};

describe('listingSnapshots', () => {
  it(
    'turns each quote of a newly read list into a book',
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const catalogs$ = hot('-a----b---|', lists);
      const subs = '          ^---------!';
      const expected = '      -A----(AB)|';

      expectObservable(lines(catalogs$)).toBe(expected, values);
      expectSubscriptions(catalogs$.subscriptions).toBe(subs);
    }),
  );

  it(
    'does not call a quote new because the catalog was renewed between scans',
    marbles(({ hot, expectObservable }) => {
      const catalogs$ = hot('-a-u-e-|', lists);
      const expected = '      -A-----|';

      expectObservable(lines(catalogs$)).toBe(expected, values);
    }),
  );

  it(
    'keeps the order of a burst of lists',
    marbles(({ hot, expectObservable }) => {
      const catalogs$ = hot('-(bc)-|', lists);
      const expected = '      -(ABC)|';

      expectObservable(lines(catalogs$)).toBe(expected, values);
    }),
  );

  it(
    'stops listening when its consumer leaves',
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const catalogs$ = hot('-a-c-', lists);
      const unsub = '         --!';
      const subs = '          ^-!';
      const expected = '      -A-';

      expectObservable(lines(catalogs$), unsub).toBe(expected, values);
      expectSubscriptions(catalogs$.subscriptions).toBe(subs);
    }),
  );
});

const lines = (catalogs$: Parameters<typeof listingSnapshots>[0]) =>
  listingSnapshots(catalogs$).pipe(
    map(({ ticker, from, yes, no }) => `${ticker} ${from} yes ${yes.join(';')} no ${no.join(';')}`),
  );
