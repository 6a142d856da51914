import { map, type Observable } from 'rxjs';
import { describe, it } from 'vitest';
import { epochMs, eventTicker, price, quantity, ticker } from '../../src/domain/units.js';
import type { Catalog, MarketSummary, Selection, Window } from '../../src/messages/window.js';
import { BookStore } from '../../src/streams/book-store.js';
import { type SelectionSettings, selections } from '../../src/streams/selections.js';
import {
  aCatalog,
  aListedMarket,
  aSnapshot,
  aSummary,
  aWindow,
  noEvidence,
} from '../support/fixtures.js';
import { marbles } from '../support/marbles.js';

// Goal: only liquid, tight markets with known fees go on; every other is counted by what kept it out.
const elsewhere = eventTicker('ELSEWHERE');
const catalogs: Record<string, Catalog> = {
  C: aCatalog([
    aListedMarket('A'),
    aListedMarket('B'),
    aListedMarket('C'),
    aListedMarket('D', { eventTicker: elsewhere }),
  ]),
  D: aCatalog([
    aListedMarket('A', { status: 'inactive' }),
    aListedMarket('B', { volume: quantity(99_999) }),
    aListedMarket('C', { fees: null }),
    aListedMarket('D'),
    aListedMarket('E'),
    aListedMarket('F'),
    aListedMarket('G'),
  ]),
};
const windowOf = (index: number, summaries: readonly MarketSummary[]): Window =>
  aWindow(index, summaries);
const windows: Record<string, Window> = {
  // At the bounds: 8 cents wide, 1000 contracts traded, stale.
  w: windowOf(1, [
    aSummary('A', { spread: price(800) }),
    aSummary('B', { trust: 'stale' }),
    aSummary('C', { trust: 'unknown' }),
  ]),
  v: windowOf(2, [
    aSummary('A'),
    aSummary('B'),
    aSummary('C'),
    aSummary('D', { trust: 'unknown' }),
    aSummary('E', { ask: null, spread: null }),
    aSummary('F', { spread: price(801) }),
    // G was listed after the window was cut.
  ]),
};
const settings: SelectionSettings = {
  minVolume: quantity(100_000),
  maxSpread: 800,
  marketsMax: 250,
};
const books = new BookStore({ speed: 1, hasFeed: true });
books.apply(aSnapshot('A', [[4_800, 1_000]], [[4_800, 500]]), epochMs(0));

/** Each market with its cheapest YES, its book's trust and its siblings; then what was left out. */
const lines = (selections$: Observable<Selection>) =>
  selections$.pipe(
    map(({ window, markets, dropped }) => [
      window.index,
      ...markets.map(
        ({ market, book, siblings }) =>
          `${market.ticker} ${book.yesAsks[0]?.[0]} ${book.trust} of ${siblings.map(({ ticker, bid }) => `${ticker}@${bid}`).join()}`,
      ),
      ...Object.entries(dropped).map(([reason, count]) => `${reason} ${count}`),
    ]),
  );
const values = {
  w: [
    1,
    'A 5200 fresh of A@4800,B@4800,C@null',
    'B undefined unknown of A@4800,B@4800,C@null',
    'no_book 2',
  ],
  v: [
    2,
    'not_active 1',
    'low_volume 1',
    'fees_unknown 1',
    'no_book 2',
    'no_quote 1',
    'wide_spread 1',
  ],
};

describe('selections', () => {
  it(
    'takes the markets that are liquid and tight, each with its book and its event’s others',
    marbles(({ hot, scheduler, expectObservable, expectSubscriptions }) => {
      const windows$ = hot(' ---w---|', windows);
      const catalogs$ = hot('-C------', catalogs);
      const subs = '         ^------!';
      const expected = '     ---w---|';

      const selections$ = selections(
        windows$,
        catalogs$,
        books,
        () => settings,
        () => noEvidence,
        scheduler,
      );
      expectObservable(lines(selections$)).toBe(expected, values);
      expectSubscriptions(windows$.subscriptions).toBe(subs);
      expectSubscriptions(catalogs$.subscriptions).toBe(subs);
    }),
  );

  it(
    'leaves out a market that misses any bound by the least, and says by which',
    marbles(({ hot, scheduler, expectObservable }) => {
      const windows$ = hot(' ---v---|', windows);
      const catalogs$ = hot('-D------', catalogs);
      const expected = '     ---v---|';

      const selections$ = selections(
        windows$,
        catalogs$,
        books,
        () => settings,
        () => noEvidence,
        scheduler,
      );
      expectObservable(lines(selections$)).toBe(expected, values);
    }),
  );

  it(
    'takes what is watched, whatever keeps others out, as long as it has a summary',
    marbles(({ hot, scheduler, expectObservable }) => {
      const watched = ['A', 'B', 'D', 'E', 'F', 'G'].map((name) => ({
        input: name,
        ticker: ticker(name),
        problem: null,
      }));
      const windows$ = hot(' ---v---|', windows);
      const catalogs$ = hot('-D------', { D: { ...(catalogs['D'] as Catalog), watched } });
      const expected = '     ---v---|';

      const one = () => ({ ...settings, marketsMax: 1 });
      const names$ = selections(windows$, catalogs$, books, one, () => noEvidence, scheduler).pipe(
        map(({ markets, dropped }) => [markets.map(({ market }) => market.ticker).join(), dropped]),
      );
      expectObservable(names$).toBe(expected, {
        v: ['A,B,D,E,F', { fees_unknown: 1, no_book: 1 }],
      });
    }),
  );

  it(
    'takes no more markets than may be valued, the best first',
    marbles(({ hot, scheduler, expectObservable }) => {
      const windows$ = hot(' ---w---|', windows);
      const catalogs$ = hot('-C------', catalogs);
      const expected = '     ---w---|';

      const one = () => ({ ...settings, marketsMax: 1 });
      expectObservable(
        lines(selections(windows$, catalogs$, books, one, () => noEvidence, scheduler)),
      ).toBe(expected, {
        w: [1, 'A 5200 fresh of A@4800,B@4800,C@null', 'over_valuation_max 1', 'no_book 2'],
      });
    }),
  );

  it(
    'selects from nothing as long as nothing is listed, then from each window of a burst',
    marbles(({ hot, scheduler, expectObservable }) => {
      const windows$ = hot(' -w---(ww)|', windows);
      const catalogs$ = hot('---C-------', catalogs);
      const expected = '     -----(ww)|';

      const selections$ = selections(
        windows$,
        catalogs$,
        books,
        () => settings,
        () => noEvidence,
        scheduler,
      );
      expectObservable(lines(selections$)).toBe(expected, values);
    }),
  );

  it(
    'stops listening when its consumer leaves',
    marbles(({ hot, scheduler, expectObservable, expectSubscriptions }) => {
      const windows$ = hot(' ---w---w', windows);
      const catalogs$ = hot('-C------', catalogs);
      const unsub = '        ----!';
      const subs = '         ^---!';
      const expected = '     ---w-';

      const selections$ = selections(
        windows$,
        catalogs$,
        books,
        () => settings,
        () => noEvidence,
        scheduler,
      );
      expectObservable(lines(selections$), unsub).toBe(expected, values);
      expectSubscriptions(windows$.subscriptions).toBe(subs);
      expectSubscriptions(catalogs$.subscriptions).toBe(subs);
    }),
  );
});
