import type { Settings } from '../../config/schema.js';
import type { Account } from '../../domain/account.js';
import { balanceOf, cashTotal, realizedNet } from '../../domain/postings.js';
import { exposure, marketExposure, ordersThisMinute, sizingBankroll } from '../../domain/risk.js';
import { inferenceCost, reserveIn } from '../../domain/treasury.js';
import type { EpochMs } from '../../domain/units.js';
import type { LimitRow, Tiles, Treasury } from '../../messages/dashboard.js';

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

/** Caps and how much of each is used. */
export function limitsOf(
  account: Account,
  settings: Settings,
  equity: number | null,
  at: number,
): readonly LimitRow[] {
  const { day, treasury } = account;
  const loss =
    day === null || equity === null ? null : Math.max(0, day.baseline + day.deposits - equity);
  const open = exposure(account);
  const bankroll = sizingBankroll(account, settings);
  const tickers = new Set([
    ...account.positions.keys(),
    ...[...account.orders.values()].map(({ terms }) => terms.ticker),
  ]);
  let market = 0;
  for (const ticker of tickers) market = Math.max(market, marketExposure(account, ticker));
  return [
    row('daily_loss', 'loss of the day', 'micros', loss, settings.maxDailyLoss),
    row('open_exposure', 'open exposure', 'micros', open, settings.maxOpenExposure),
    row('market_notional', 'largest market', 'micros', market, settings.maxNotionalPerMarket),
    row(
      'gross_fraction',
      'gross share of the bankroll',
      'ratio',
      bankroll > 0 ? open / bankroll : null,
      settings.maxGrossFraction,
    ),
    row(
      'order_rate',
      'orders in a minute',
      'count',
      ordersThisMinute(account, at as EpochMs),
      settings.maxOrdersPerMin,
    ),
    row('inference_day', 'Claude today', 'micros', treasury.spentToday, settings.inferenceDailyCap),
  ];
}

const row = (
  code: string,
  label: string,
  unit: LimitRow['unit'],
  used: number | null,
  most: number,
): LimitRow => ({ code, label, unit, used, most });
