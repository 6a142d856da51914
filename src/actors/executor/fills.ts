import { fillDigest } from '../../domain/account.js';
import { assertNever } from '../../domain/assert.js';
import type { Canonical } from '../../domain/canonical.js';
import { applyOrderEvent, isWorse, type Order } from '../../domain/order.js';
import { priceMax, quantity, type Ticker } from '../../domain/units.js';
import { limits } from '../../limits.js';
import type { AccountEvent, Fill, VenueOrder } from '../../messages/account-event.js';
import { onGroupTripped } from './groups.js';
import { noteOthers } from './others.js';
import type { Turn } from './turn.js';
import { askRoundSoon, watchOwed } from './waits.js';

/** What the private channels say, as it comes: in any order, late or twice. */
export function onAccount(turn: Turn, event: AccountEvent): void {
  switch (event.kind) {
    case 'fill':
      bookFill(turn, event.fill);
      return;
    case 'order':
      onReport(turn, event.order);
      return;
    case 'position':
      // Positions follow fills by seconds; whole readings compare them.
      return;
    case 'group':
      if (event.isTripped) onGroupTripped(turn, event.groupId, 'by the exchange');
      return;
    default:
      assertNever(event);
  }
}

/** Only this moves cash and positions: a fill with a trade id, once. */
export function bookFill(turn: Turn, fill: Fill): void {
  const { account } = turn;
  const seen = account.seen.get(fill.tradeId);
  if (seen !== undefined) {
    if (seen.digest !== fillDigest(fill))
      refuse(turn, fill, 'trade_conflict', 'the same trade id with other content', null);
    else if (seen.fee !== fill.fee)
      turn.anomaly(
        'fee_conflict',
        `trade ${fill.tradeId} was booked with fee ${seen.fee}, now it is ${fill.fee}`,
        { ticker: fill.ticker, clientOrderId: seen.clientOrderId },
        false,
        fill as Canonical,
      );
    return;
  }
  const id = fill.clientOrderId ?? account.clientOrderIds.get(fill.orderId) ?? null;
  const order = id === null ? null : turn.order(id);
  if (order === null) {
    if (fill.clientOrderId === null && mayBeOurs(turn, fill)) park(turn, fill);
    else countExternal(turn, 'fills', fill.tradeId, fill.ticker, 'a fill that is not ours');
    return;
  }
  const mismatch = mismatchOf(order, fill);
  if (mismatch !== null) {
    refuse(turn, fill, 'fill_mismatch', mismatch, order);
    return;
  }
  const count = quantity(Math.abs(fill.count));
  const step = applyOrderEvent(order, { kind: 'filled', count }, turn.now);
  if (step.order === order) {
    const code = step.anomaly?.code ?? 'impossible';
    refuse(
      turn,
      fill,
      `fill_${code}`,
      `a fill of ${count} of an order that is ${order.status}`,
      order,
    );
    return;
  }
  const { tradeId, orderId, ticker, shard, yesPrice, fee, isTaker, executedAt } = fill;
  const { clientOrderId, keyless } = order.terms;
  turn.record({
    kind: 'fill',
    tradeId,
    orderId,
    clientOrderId,
    ticker,
    shard,
    count: fill.count,
    yesPrice,
    fee,
    isTaker,
    executedAt,
    keyless,
  });
  const about = { ticker, clientOrderId };
  if (step.anomaly !== null) {
    const was = `${order.status}${order.why === null ? '' : ` (${order.why})`}`;
    const text = `a fill of an order that was ${was}`;
    turn.anomaly(`fill_${step.anomaly.code}`, text, about, true, { tradeId });
    askRoundSoon(turn);
  }
  if (isWorse(order.terms, yesPrice)) {
    const text = `filled at ${yesPrice}, worse than its limit`;
    turn.anomaly('worse_than_limit', text, about, true, { tradeId, yesPrice });
    turn.latch('anomaly', 'halt', text);
  }
  watchOwed(turn, clientOrderId);
}

function mismatchOf(order: Order, fill: Fill): string | null {
  const { terms } = order;
  if (fill.ticker !== terms.ticker) return `ticker ${fill.ticker}, ordered ${terms.ticker}`;
  if (fill.shard !== terms.shard) return `shard ${fill.shard}, ordered ${terms.shard}`;
  if (order.orderId !== null && order.orderId !== fill.orderId)
    return `order id ${fill.orderId}, known as ${order.orderId}`;
  if (!Number.isSafeInteger(fill.count) || fill.count === 0) return `count ${fill.count}`;
  if (fill.count > 0 !== (terms.side === 'yes')) return `count ${fill.count} of the other side`;
  if (!(Number.isSafeInteger(fill.yesPrice) && fill.yesPrice > 0 && fill.yesPrice < priceMax))
    return `price ${fill.yesPrice}`;
  // A fee larger than the contracts can pay is a mistake of unit.
  if (!(Number.isSafeInteger(fill.fee) && Math.abs(fill.fee) <= Math.abs(fill.count) * priceMax))
    return `fee ${fill.fee}`;
  return null;
}

/** A fill that cannot be: kept whole, booked nowhere, and a person has to look. */
function refuse(turn: Turn, fill: Fill, code: string, why: string, order: Order | null): void {
  const about = {
    ticker: fill.ticker,
    ...(order === null ? {} : { clientOrderId: order.terms.clientOrderId }),
  };
  if (!once(turn, `${code}:${fill.tradeId}`)) return;
  const detail = Object.fromEntries(
    Object.entries(fill).map(([key, value]) => [
      key,
      typeof value === 'number' && !Number.isSafeInteger(value) ? String(value) : value,
    ]),
  );
  turn.anomaly(code, `trade ${fill.tradeId}: ${why}`, about, false, detail as Canonical);
  turn.latch('anomaly', 'halt', `${code}: trade ${fill.tradeId}: ${why}`);
}

/** An order of ours in the market whose exchange id we do not know yet may be the one, unless a list says whose it is. */
function mayBeOurs(turn: Turn, fill: Fill): boolean {
  if (turn.session.externalIds.has(`orders:${fill.orderId}`)) return false;
  for (const { terms, orderId, status } of turn.account.orders.values())
    if (
      terms.ticker === fill.ticker &&
      orderId === null &&
      (status === 'sent' || status === 'unknown')
    )
      return true;
  return false;
}

function park(turn: Turn, fill: Fill): void {
  const { parked } = turn.session;
  if (parked.some(({ tradeId }) => tradeId === fill.tradeId)) return;
  if (parked.length >= limits.parkedFillsMax) {
    countExternal(turn, 'fills', fill.tradeId, fill.ticker, 'a fill of an order nobody named');
    return;
  }
  turn.update({ parked: [...parked, fill] });
}

/** Looks at the parked fills again, now that more order ids are known. */
export function unpark(turn: Turn): void {
  const { parked } = turn.session;
  if (parked.length === 0) return;
  turn.update({ parked: [] });
  for (const fill of parked) bookFill(turn, fill);
}

/** One order as the exchange sees it. */
export function onReport(turn: Turn, report: VenueOrder): void {
  const { account } = turn;
  const id = report.clientOrderId ?? account.clientOrderIds.get(report.orderId) ?? null;
  const order = id === null ? null : turn.order(id);
  if (order === null) {
    countExternal(turn, 'orders', report.orderId, report.ticker, 'an order that is not ours');
    return;
  }
  const { terms } = order;
  const { clientOrderId } = terms;
  const about = { ticker: terms.ticker, clientOrderId };
  const side = terms.side === 'yes' ? 'bid' : 'ask';
  const yesPrice = terms.side === 'yes' ? terms.limit : priceMax - terms.limit;
  if (
    report.ticker !== terms.ticker ||
    report.side !== side ||
    report.yesPrice !== yesPrice ||
    // A reduce-only order is cut to the position.
    !(terms.reduceOnly ? report.initialCount <= terms.count : report.initialCount === terms.count)
  ) {
    const text = `the exchange has an order of that id with other content`;
    turn.anomaly('order_mismatch', text, about, false, {
      orderId: report.orderId,
      ticker: report.ticker,
      side: report.side,
      yesPrice: report.yesPrice,
      initialCount: report.initialCount,
    });
    turn.latch('anomaly', 'halt', `order ${clientOrderId}: ${text}`);
    return;
  }
  if (report.status === 'unknown') {
    turn.note('warn', 'order_status_unknown', 'the exchange gives a status we do not know', about);
    askRoundSoon(turn);
    return;
  }
  const { orderId, status, filledCount, remainingCount } = report;
  const remaining = status === 'resting' ? remainingCount : quantity(0);
  turn.advance(clientOrderId, {
    kind: 'reported',
    orderId,
    status,
    filled: filledCount,
    remaining,
  });
  unpark(turn);
  watchOwed(turn, clientOrderId);
}

/** Counts something of the account that this ledger did not cause. Shown, never corrected. */
export function countExternal(
  turn: Turn,
  what: 'orders' | 'fills',
  id: string,
  ticker: Ticker,
  text: string,
): void {
  if (!once(turn, `${what}:${id}`)) return;
  if (what === 'fills') noteOthers(turn, ticker);
  const counts = turn.account.external;
  turn.record({ kind: 'external', counts: { ...counts, [what]: counts[what] + 1 } });
  turn.note('warn', `external_${what}`, text, { ticker });
}

/** True the first time; lists name the same things at every reading. */
function once(turn: Turn, key: string): boolean {
  const { externalIds } = turn.session;
  if (externalIds.has(key)) return false;
  if (externalIds.size < limits.externalIdsMax)
    turn.update({ externalIds: new Set(externalIds).add(key) });
  return true;
}
