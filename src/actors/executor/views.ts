import type { OrderCounts } from '../../domain/account.js';
import { isComplete, outcomeOf, pendingCount } from '../../domain/order.js';
import { balanceOf, realizedNet } from '../../domain/postings.js';
import type { LatchLevel } from '../../domain/records.js';
import {
  dayLoss,
  equity,
  exposure,
  latchLevel,
  marketRefusal,
  openOrders,
  reserveOf,
  sizingBankroll,
  strictest,
} from '../../domain/risk.js';
import { openTransfer } from '../../domain/transfer.js';
import { inferenceCost } from '../../domain/treasury.js';
import {
  type ClientOrderId,
  type EpochMs,
  type Micros,
  micros,
  quantity,
  type Ticker,
} from '../../domain/units.js';
import type { Holding, RefusalCode } from '../../messages/valuation.js';
import type { ExecutorState } from './state.js';

/** What the engine may ask of the executor's state. All pure, all answer on an unopened one. */

/** The bankroll that bets are sized by. */
export const sizing = ({ account, session }: ExecutorState): Micros =>
  session === null ? micros(0) : sizingBankroll(account, session.settings);

/** Every market with something held or in flight, at worst case: the position as if every order filled. */
export function holdings({ account }: Pick<ExecutorState, 'account'>): readonly Holding[] {
  if (account === null) return [];
  const worst = new Map<Ticker, number>();
  const costs = new Map<Ticker, number>();
  for (const { ticker, quantity: held, cost } of account.positions.values()) {
    worst.set(ticker, held);
    costs.set(ticker, cost);
  }
  for (const order of account.orders.values()) {
    const pending = pendingCount(order);
    if (pending === 0) continue;
    const { ticker, side } = order.terms;
    worst.set(ticker, (worst.get(ticker) ?? 0) + (side === 'yes' ? pending : 0 - pending));
    costs.set(ticker, (costs.get(ticker) ?? 0) + reserveOf(account, order));
  }
  return [...worst.keys()].sort().map((ticker) => ({
    ticker,
    position: quantity(worst.get(ticker) ?? 0),
    cost: micros(costs.get(ticker) ?? 0),
  }));
}

/** Markets that may not be entered at `now`, with the reason, sorted by ticker. */
export function barredMarkets(
  {
    account,
    session,
  }: Pick<ExecutorState, 'account'> & {
    readonly session: Pick<NonNullable<ExecutorState['session']>, 'settings'> | null;
  },
  now: EpochMs,
): readonly { readonly ticker: Ticker; readonly reason: RefusalCode }[] {
  if (account === null || session === null) return [];
  const tickers = new Set(account.lastSent.keys());
  for (const order of account.orders.values()) tickers.add(order.terms.ticker);
  for (const ticker of account.determined.keys()) tickers.add(ticker);
  // Asked several times a second: a look at every order for every market would be felt after a day of trading.
  const open = openOrders(account);
  const barred: { ticker: Ticker; reason: RefusalCode }[] = [];
  for (const ticker of [...tickers].sort()) {
    const own = open.get(ticker) ?? null;
    const reason = marketRefusal(account, ticker, now, session.settings, own);
    if (reason !== null) barred.push({ ticker, reason });
    else if (account.determined.has(ticker)) barred.push({ ticker, reason: 'barred' });
  }
  return barred;
}

/** Worth by results and exit prices that were once known, and the day's loss by it: what the daily cap latches on. */
export function worth({
  account,
  session,
}: ExecutorState): { readonly equity: Micros; readonly dayLoss: Micros } | null {
  if (account === null) return null;
  const now = equity(account, ({ ticker, mark }) => session?.marks.get(ticker)?.price ?? mark);
  return { equity: now, dayLoss: dayLoss(account, now) };
}

export type Totals = {
  /** Sent, and how they ended; `open` has not ended. */
  readonly orders: OrderCounts & { readonly submitted: number };
  readonly feesMicros: Micros;
  /** Net of fees. */
  readonly realizedPnlMicros: Micros;
  /** What Claude has been billed for. */
  readonly inferenceMicros: Micros;
  readonly exposureMicros: Micros;
  readonly positions: number;
};

const noOrders = { open: 0, filled: 0, partial: 0, canceled: 0, rejected: 0, unknown: 0 };

/** Sums over the whole ledger. For one run, take the difference to those at its start. */
export function totals({ account }: ExecutorState): Totals {
  if (account === null)
    return {
      orders: { ...noOrders, submitted: 0 },
      feesMicros: micros(0),
      realizedPnlMicros: micros(0),
      inferenceMicros: micros(0),
      exposureMicros: micros(0),
      positions: 0,
    };
  const { counts } = account;
  const submitted = Object.values(counts).reduce((sum, count) => sum + count, 0);
  return {
    orders: { ...counts, submitted },
    feesMicros: balanceOf(account.balances, 'fees'),
    realizedPnlMicros: realizedNet(account.balances),
    inferenceMicros: inferenceCost(account.balances),
    exposureMicros: exposure(account),
    positions: account.positions.size,
  };
}

/** Orders that have not ended, or whose fills have not all come. */
export const unfinishedOrders = ({ account }: ExecutorState): readonly ClientOrderId[] =>
  [...(account?.orders.values() ?? [])]
    .filter((order) => !isComplete(order))
    .map((order) => order.terms.clientOrderId);

/** How these orders stand, of those that were sent. */
export function orderCounts(
  { account }: ExecutorState,
  ids: readonly ClientOrderId[],
): Totals['orders'] {
  const counts = { ...noOrders, submitted: 0 };
  for (const id of ids) {
    const order = account?.orders.get(id);
    if (order === undefined || order.sentAt === null) continue;
    counts[outcomeOf(order)] += 1;
    counts.submitted += 1;
  }
  return counts;
}

/** The strictest thing that holds trading back; a disk that is dead or full is a halt. */
export const haltLevel = ({ account, session }: ExecutorState): LatchLevel | null => {
  const isDiskGone = session !== null && (session.diskFailure !== null || session.isSpaceLow);
  return strictest(latchLevel(account), isDiskGone ? 'halt' : null);
};

/**
 * Nothing is written down, sent, resting, unknown or owed: a drained engine may end. A transfer that the exchange has goes on
 * without it.
 */
export function isQuiet({ account }: ExecutorState): boolean {
  if (account === null) return true;
  for (const order of account.orders.values()) if (!isComplete(order)) return false;
  const transfer = openTransfer(account.transfers);
  return transfer === null || transfer.status === 'accepted';
}
