import { describe, expect, it } from 'vitest';
import type { Account } from '../../src/domain/account.js';
import { cashTotal } from '../../src/domain/postings.js';
import {
  durationMs,
  epochMs,
  micros,
  type Price,
  type Probability,
  price,
  quantity,
  type Ticker,
  ticker,
} from '../../src/domain/units.js';
import { cycleReport } from '../../src/engine/cycle-report.js';
import type { DropCounts } from '../../src/messages/window.js';
import type { Mark, WindowMarks } from '../../src/streams/marks.js';
import { bookAt, Rig, tickerA, tickerB } from '../support/executor-rig.js';
import { aCatalog, aListedMarket, aVerdict, aWindow } from '../support/fixtures.js';

/** An account that holds 10 YES of A bought at 40¢ and 10 NO of B bought at 30¢. */
function holder(): Rig {
  const rig = new Rig().paper();
  rig.buy({ ticker: tickerA }, { fee: 0 });
  rig.books.set(tickerB, bookAt(6_100, 3_000));
  rig.buy(
    { ticker: tickerB, side: 'no', limit: price(3_000), fair: 0.5 as Probability },
    { fee: 0 },
  );
  return rig;
}

const markOf = (name: Ticker, position: number, changes: Partial<Mark> = {}): Mark => ({
  ticker: name,
  position: quantity(position),
  mid2: 9_000,
  exit: price(4_400),
  known: true,
  ageMs: durationMs(0),
  ...changes,
});

const marksOf = (...marks: readonly Mark[]): WindowMarks => ({ cycle: 7, at: epochMs(1), marks });

function report(
  account: Account,
  marks: WindowMarks | null,
  drops: { readonly scan?: DropCounts; readonly window?: DropCounts } = {},
) {
  const markets = [aListedMarket('A'), aListedMarket('B'), aListedMarket('C')];
  const catalog = aCatalog(markets, { scanned: 9, dropped: drops.scan ?? {} });
  const window = { ...aWindow(7, []), from: epochMs(10), to: epochMs(20) };
  const result = { cycle: 7, verdicts: [aVerdict('A')], allocations: [] };
  const selection = { window, catalog, markets: [], dropped: drops.window ?? {} };
  return cycleReport(
    3,
    { kind: 'valued', selection, result },
    account,
    micros(5),
    marks,
    (name) => `title of ${name}`,
  );
}

describe('a report', () => {
  it('is the window, the counts and the money as they stand when the result comes', () => {
    const { account } = holder();
    const made = report(account, null, {
      scan: { multivariate: 2, no_quote: 1 },
      window: { no_quote: 4, wide_spread: 1 },
    });
    expect(made).toMatchObject({
      cycle: 3,
      window: { index: 7, from: 10, to: 20 },
      scanned: 9,
      kept: 3,
      selected: 0,
      dropped: { multivariate: 2, no_quote: 5, wide_spread: 1 },
      bankroll: 5,
      cash: cashTotal(account.balances),
    });
    expect(made.cash).toBe(10_000_000_000 - 4_000_000 - 3_000_000);
    expect(Object.keys(made.window)).toEqual(['index', 'from', 'to']);
  });
});

describe('marks', () => {
  it('value YES at the mid and at its bid, NO at the rest of the mid and its own bid', () => {
    const { marks } = report(
      holder().account,
      marksOf(
        markOf(tickerA, 1_000, { mid2: 9_000, exit: price(4_400) }),
        markOf(tickerB, -1_000, { mid2: 13_000, exit: price(3_400) }),
      ),
    );
    expect(marks).toEqual([
      {
        ticker: tickerA,
        title: `title of ${tickerA}`,
        position: 1_000,
        cost: 4_000_000,
        midValue: 4_500_000,
        exitValue: 4_400_000,
      },
      {
        ticker: tickerB,
        title: `title of ${tickerB}`,
        position: -1_000,
        cost: 3_000_000,
        midValue: 3_500_000,
        exitValue: 3_400_000,
      },
    ]);
  });

  it('are null where the book is unknown, each by itself', () => {
    const { marks } = report(
      holder().account,
      marksOf(
        markOf(tickerA, 1_000, { mid2: null, exit: price(4_400) }),
        markOf(tickerB, -1_000, { mid2: 13_000, exit: null }),
      ),
    );
    expect(marks.map(({ midValue, exitValue }) => [midValue, exitValue])).toEqual([
      [null, 4_400_000],
      [3_500_000, null],
    ]);
  });

  it('are exact to the micro, rounded down where half a unit remains', () => {
    const rig = new Rig().paper();
    // 1.01 contracts at 40.01¢.
    rig.books.set(tickerA, bookAt(4_001, 6_100));
    rig.buy(
      { limit: price(4_001), count: quantity(101) },
      { fee: 0, yesPrice: price(4_001), filled: quantity(101) },
    );
    const { marks } = report(
      rig.account,
      marksOf(markOf(tickerA, 101, { mid2: 8_003, exit: price(3_999) })),
    );
    expect(marks[0]).toMatchObject({
      cost: 404_101,
      // 101 × 4001.5 = 404151.5
      midValue: 404_151,
      exitValue: 403_899,
    });
  });

  it('of a worthless and of a sure thing', () => {
    const at = (mid2: number, exit: number) =>
      report(
        holder().account,
        marksOf(markOf(tickerB, -1_000, { mid2, exit: exit as Price })),
      ).marks.find((mark) => mark.ticker === tickerB);
    expect(at(20_000, 0)).toMatchObject({ midValue: 0, exitValue: 0 });
    expect(at(0, 10_000)).toMatchObject({ midValue: 10_000_000, exitValue: 10_000_000 });
  });
});

describe('what changed between the end of the window and its result', () => {
  it('a position that grew is valued as it is now, against all that it cost', () => {
    const rig = holder();
    // Before: 5 of the 10 contracts were there.
    const { marks } = report(rig.account, marksOf(markOf(tickerA, 500, { mid2: 8_000 })));
    expect(marks[0]).toMatchObject({ position: 1_000, cost: 4_000_000, midValue: 4_000_000 });
  });

  it('a position that is gone is not shown, one that is new is shown without a mark', () => {
    const { marks } = report(holder().account, marksOf(markOf(ticker('GONE'), 100)));
    expect(
      marks.map(({ ticker: name, midValue, exitValue }) => [name, midValue, exitValue]),
    ).toEqual([
      [tickerA, null, null],
      [tickerB, null, null],
    ]);
    expect(report(holder().account, null).marks).toHaveLength(2);
  });

  it('a position that turned has no bid known for its side, and the rest of the mid', () => {
    const { marks } = report(
      holder().account,
      marksOf(markOf(tickerA, -300, { mid2: 9_000, exit: price(5_400) })),
    );
    expect(marks[0]).toMatchObject({ position: 1_000, midValue: 4_500_000, exitValue: null });
  });
});
