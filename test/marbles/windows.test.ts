import { map, NEVER, type Observable } from 'rxjs';
import { describe, it } from 'vitest';
import { epochMs, price, quantity, ticker, tradeId } from '../../src/domain/units.js';
import type { MarketEvent } from '../../src/messages/market-event.js';
import type { Catalog, MarketSummary, Window } from '../../src/messages/window.js';
import { BookStore } from '../../src/streams/book-store.js';
import { books } from '../../src/streams/books.js';
import type { Cut } from '../../src/streams/cuts.js';
import { windows } from '../../src/streams/windows.js';
import { aCatalog, aDelta, aListedMarket, aSnapshot } from '../support/fixtures.js';
import { type Drawing, marbles } from '../support/marbles.js';

// Goal: everything heard in a window is in its summary, once; what was not heard of is carried forward.
// Small letters are what the feed says of X, `y` of Y; `|`-digits are cuts; C is the catalog.
const told: Record<string, MarketEvent> = {
  s: aSnapshot('X', [[4_000, 1_000]], [[5_500, 2_000]]), // 40/45: mid × 2 = 8500
  u: aDelta('X', 'yes', 4_400, 100), // 44/45: 8900
  d: aDelta('X', 'yes', 4_400, -100), // back to 40/45
  c: aDelta('X', 'yes', 4_600, 100), // crossed: 46/45
  y: aSnapshot('Y', [[1_000, 300]], [[8_000, 100]]), // 10/20: 3000
  t: {
    kind: 'trade',
    ticker: ticker('X'),
    tradeId: tradeId('1'),
    yesPrice: price(4_500),
    count: quantity(250),
    takerSide: 'yes',
    exchangeAt: null,
  },
  g: { kind: 'gap', tickers: [ticker('X')], reason: 'seq_hole' },
};
const cutAt = (index: number, from: number, to: number): Cut => ({
  index,
  from: epochMs(from),
  to: epochMs(to),
  next: epochMs(to + 1_000),
});
const catalog = { C: aCatalog([aListedMarket('X'), aListedMarket('Y')]) };

const drawn = (
  { scheduler }: Drawing,
  events$: Observable<MarketEvent>,
  catalogs$: Observable<Catalog>,
  cuts$: Observable<Cut>,
): Observable<Window> => {
  const store = new BookStore({ speed: 1, hasFeed: true });
  const changes$ = books(events$, NEVER, store, scheduler);
  return windows(changes$, catalogs$, cuts$, store);
};

/** One summary as a line: first, last, high and low mid, changes, trades, volume, gaps, trust. */
const line = (summary: MarketSummary): string => {
  const { firstBid, firstAsk, bid, ask, midLow2, midHigh2, midMean2 } = summary;
  const { changes, trades, volume, gaps, trust, ageMs } = summary;
  return [
    `${summary.ticker} ${firstBid}/${firstAsk} → ${bid}/${ask}`,
    `mid2 ${midLow2}..${midHigh2} mean ${midMean2}`,
    `${changes} changes, ${trades} trades of ${volume}, ${gaps} gaps`,
    `${trust} ${ageMs} ms`,
  ].join(' · ');
};
const lines = (windows$: Observable<Window>) =>
  windows$.pipe(map(({ index, summaries }) => [index, ...summaries.map(line)]));

describe('windows', () => {
  it(
    'sums up what was heard of each market, and carries forward the one that was silent',
    marbles((drawing) => {
      const events$ = drawing.hot('  -s-u-t-----y-|', told);
      const catalogs$ = drawing.hot('C------------|', catalog);
      const cuts$ = drawing.hot('    ---------1---2|', { 1: cutAt(1, 0, 8), 2: cutAt(2, 8, 12) });
      const subs = '                 ^------------!';
      const expected = '             ---------1---2';

      const windows$ = lines(drawn(drawing, events$, catalogs$, cuts$));
      drawing.expectObservable(windows$, '---------------!').toBe(expected, {
        1: [
          1,
          'X 4000/4500 → 4400/4500 · mid2 8500..8900 mean 8700 · 2 changes, 1 trades of 250, 0 gaps · fresh 5 ms',
          'Y null/null → null/null · mid2 null..null mean null · 0 changes, 0 trades of 0, 0 gaps · unknown 0 ms',
        ],
        2: [
          2,
          'X 4400/4500 → 4400/4500 · mid2 8900..8900 mean null · 0 changes, 0 trades of 0, 0 gaps · fresh 9 ms',
          'Y 1000/2000 → 1000/2000 · mid2 3000..3000 mean 3000 · 1 changes, 0 trades of 0, 0 gaps · fresh 1 ms',
        ],
      });
      drawing.expectSubscriptions(events$.subscriptions).toBe(subs);
    }),
  );

  it(
    'opens a window on the quote in force: it counts for high and low, and is no change',
    marbles((drawing) => {
      const events$ = drawing.hot('  -s-----u---|', told);
      const catalogs$ = drawing.hot('-----------|', catalog);
      const cuts$ = drawing.hot('    ----1-----2|', { 1: cutAt(1, 0, 3), 2: cutAt(2, 3, 9) });
      const expected = '             ----1-----2';

      const windows$ = lines(drawn(drawing, events$, catalogs$, cuts$));
      drawing.expectObservable(windows$, '------------!').toBe(expected, {
        1: [
          1,
          'X 4000/4500 → 4000/4500 · mid2 8500..8500 mean 8500 · 1 changes, 0 trades of 0, 0 gaps · fresh 2 ms',
        ],
        2: [
          2,
          'X 4000/4500 → 4400/4500 · mid2 8500..8900 mean 8900 · 1 changes, 0 trades of 0, 0 gaps · fresh 2 ms',
        ],
      });
    }),
  );

  it(
    'counts a crossed moment as a change, but takes no price from it',
    marbles((drawing) => {
      const events$ = drawing.hot('  -s-c---|', told);
      const catalogs$ = drawing.hot('-------|', catalog);
      const cuts$ = drawing.hot('    ------1|', { 1: cutAt(1, 0, 5) });
      const expected = '             ------1';

      const windows$ = lines(drawn(drawing, events$, catalogs$, cuts$));
      drawing.expectObservable(windows$, '--------!').toBe(expected, {
        1: [
          1,
          'X 4000/4500 → 4600/4500 · mid2 8500..8500 mean 8500 · 2 changes, 0 trades of 0, 0 gaps · stale 2 ms',
        ],
      });
    }),
  );

  it(
    'holds a whole burst, each message once',
    marbles((drawing) => {
      const events$ = drawing.hot('  -(sudtt)-|', told);
      const catalogs$ = drawing.hot('---------|', catalog);
      const cuts$ = drawing.hot('    ---------1|', { 1: cutAt(1, 0, 8) });
      const expected = '             ---------1';

      const windows$ = lines(drawn(drawing, events$, catalogs$, cuts$));
      drawing.expectObservable(windows$, '-----------!').toBe(expected, {
        1: [
          1,
          'X 4000/4500 → 4000/4500 · mid2 8500..8900 mean 8633 · 3 changes, 2 trades of 500, 0 gaps · fresh 7 ms',
        ],
      });
    }),
  );

  it(
    'shows a gap, takes no price after it, and starts anew with the next snapshot',
    marbles((drawing) => {
      const events$ = drawing.hot('  -s-g-u------s-|', told);
      const catalogs$ = drawing.hot('--------------|', catalog);
      const cuts$ = drawing.hot('    --------1-----2|', { 1: cutAt(1, 0, 7), 2: cutAt(2, 7, 13) });
      const expected = '             --------1-----2';

      const windows$ = lines(drawn(drawing, events$, catalogs$, cuts$));
      drawing.expectObservable(windows$, '----------------!').toBe(expected, {
        1: [
          1,
          'X 4000/4500 → 4400/4500 · mid2 8500..8500 mean 8500 · 2 changes, 0 trades of 0, 1 gaps · unknown 2 ms',
        ],
        2: [
          2,
          'X 4000/4500 → 4000/4500 · mid2 8500..8500 mean 8500 · 1 changes, 0 trades of 0, 0 gaps · fresh 1 ms',
        ],
      });
    }),
  );

  it(
    'stops listening when its consumer leaves',
    marbles((drawing) => {
      const events$ = drawing.hot('  -s-u---', told);
      const catalogs$ = drawing.hot('C------', catalog);
      const cuts$ = drawing.hot('    -------1', { 1: cutAt(1, 0, 8) });
      const unsub = '                ----!';
      const subs = '                 ^---!';
      const expected = '             -----';

      drawing.expectObservable(drawn(drawing, events$, catalogs$, cuts$), unsub).toBe(expected);
      drawing.expectSubscriptions(events$.subscriptions).toBe(subs);
      drawing.expectSubscriptions(cuts$.subscriptions).toBe(subs);
    }),
  );
});
