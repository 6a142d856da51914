import type { Account } from '../domain/account.js';
import type { Position } from '../domain/position.js';
import { cashTotal } from '../domain/postings.js';
import { inferenceCost, reserveIn } from '../domain/treasury.js';
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

/** A position as it is now, at what the window's end knew of its book. */
function markRow(
  { ticker, quantity: position, cost }: Position,
  mark: WindowMarks['marks'][number] | undefined,
  titleOf: TitleOf,
): Mark {
  const held = Math.abs(position);
  const yesMid2 = mark?.mid2 ?? null;
  // The mid is of YES; the held side of a NO position is worth the rest.
  const mid2 = yesMid2 === null || position > 0 ? yesMid2 : 2 * priceMax - yesMid2;
  // The bid is of the side that was held then: it says nothing of the other.
  const isSameSide = mark !== undefined && mark.position > 0 === position > 0;
  const exit = isSameSide ? mark.exit : null;
  return {
    ticker,
    title: titleOf(ticker),
    position,
    cost,
    midValue: mid2 === null ? null : micros(Math.floor((held * mid2) / 2)),
    exitValue: exit === null ? null : micros(held * exit),
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
  const marks = new Map(windowMarks?.marks.map((mark) => [mark.ticker, mark]));
  return {
    cycle,
    window: { index: window.index, from: window.from, to: window.to },
    scanned: catalog.scanned,
    kept: catalog.markets.length,
    selected: selection.markets.length,
    dropped: merged(catalog.dropped, selection.dropped),
    bankroll,
    cash: cashTotal(account.balances),
    marks: [...account.positions.values()].map((position) =>
      markRow(position, marks.get(position.ticker), titleOf),
    ),
    inference: {
      calls: account.treasury.calls,
      cost: inferenceCost(account.balances),
      costToday: account.treasury.spentToday,
      reserve: reserveIn(account.balances),
    },
    result,
  };
}
