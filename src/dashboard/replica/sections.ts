import type { Settings } from '../../config/schema.js';
import type { Account } from '../../domain/account.js';
import { balanceOf, cashTotal, realizedNet } from '../../domain/postings.js';
import { exposure } from '../../domain/risk.js';
import { inferenceCost, reserveIn } from '../../domain/treasury.js';
import type { Tiles, Treasury } from '../../messages/dashboard.js';

export function tilesOf(
  account: Account,
  equity: number,
  settings: Settings | null,
  counted: { readonly markets: number; readonly valued: number },
  scores: { readonly brier: number | null; readonly marketBrier: number | null; scored: number },
  dayRealized: number,
): Tiles {
  const { balances, day, counts, treasury } = account;
  const dayPnl = day === null ? null : equity - day.baseline - day.deposits;
  const { open, ...ended } = counts;
  return {
    equity,
    dayPnl,
    dayRealized,
    dayUnrealized: dayPnl === null ? null : dayPnl - dayRealized,
    realizedPnl: realizedNet(balances),
    cash: cashTotal(balances),
    exposure: exposure(account),
    fees: balanceOf(balances, 'fees'),
    openPositions: account.positions.size,
    openOrders: open,
    unknownOrders: counts.unknown,
    orders: {
      submitted: open + Object.values(ended).reduce((sum, count) => sum + count, 0),
      ...ended,
    },
    inferenceToday: treasury.spentToday,
    inferenceCap: settings?.inferenceDailyCap ?? 0,
    ...counted,
    ...scores,
  };
}

export function treasuryOf(account: Account, settings: Settings | null): Treasury {
  const { balances, treasury, holds } = account;
  let held = 0;
  for (const { amount } of holds.values()) held += amount;
  return {
    calls: treasury.calls,
    cost: inferenceCost(balances),
    costToday: treasury.spentToday,
    cap: settings?.inferenceDailyCap ?? 0,
    reserve: reserveIn(balances),
    grantLeft: Math.max(0, (settings?.inferenceGrant ?? 0) - treasury.granted),
    held,
    estimated: treasury.estimated,
  };
}
