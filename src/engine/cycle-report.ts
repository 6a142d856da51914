import type { Account } from '../domain/account.js';
import { cashTotal } from '../domain/postings.js';
import { type Micros, micros, priceMax, type Ticker } from '../domain/units.js';
import type { CycleReport, Mark } from '../messages/step.js';
import type { DropCounts } from '../messages/window.js';
import type { WindowMarks } from '../streams/marks.js';
import type { Valuation } from '../streams/valuations.js';

type Valued = Extract<Valuation, { kind: 'valued' }>;

function merged(left: DropCounts, right: DropCounts): DropCounts {
  const sum: Record<string, number> = { ...left };
  for (const [reason, count] of Object.entries(right)) sum[reason] = (sum[reason] ?? 0) + count;
  return sum;
}

function markRow(mark: WindowMarks['marks'][number], account: Account, titleOf: TitleOf): Mark {
  const held = Math.abs(mark.position);
  // The mid is of YES; the held side of a NO position is worth the rest.
  const mid2 = mark.mid2 === null ? null : mark.position > 0 ? mark.mid2 : 2 * priceMax - mark.mid2;
  return {
    ticker: mark.ticker,
    title: titleOf(mark.ticker),
    position: mark.position,
    cost: account.positions.get(mark.ticker)?.cost ?? micros(0),
    midValue: mid2 === null ? null : micros(Math.floor((held * mid2) / 2)),
    exitValue: mark.exit === null ? null : micros(held * mark.exit),
  };
}

export type TitleOf = (ticker: Ticker) => string;

/** A window's result with the account as it stood when the result came. */
export function cycleReport(
  cycle: number,
  { selection, result }: Valued,
  account: Account,
  bankroll: Micros,
  windowMarks: WindowMarks | null,
  titleOf: TitleOf,
): CycleReport {
  const { window, catalog } = selection;
  return {
    cycle,
    window: { index: window.index, from: window.from, to: window.to },
    scanned: catalog.scanned,
    kept: catalog.markets.length,
    selected: selection.markets.length,
    dropped: merged(catalog.dropped, selection.dropped),
    bankroll,
    cash: cashTotal(account.balances),
    marks: (windowMarks?.marks ?? [])
      .filter(({ ticker }) => account.positions.has(ticker))
      .map((mark) => markRow(mark, account, titleOf)),
    result,
  };
}
