import { nano } from '../../domain/canonical.js';
import { feesAt } from '../../domain/fees.js';
import type { Order } from '../../domain/order.js';
import {
  type ClaimRefusal,
  claimRefusal,
  closable,
  latchLevel,
  sentThisMinute,
} from '../../domain/risk.js';
import { type ClientOrderId, micros } from '../../domain/units.js';
import { edgeAtWalk } from '../../domain/walk.js';
import { armedGroup, hasLostGroup, needsGroup } from './groups.js';
import { capsOf, distrustOf, lowerCash, requestOf } from './intents.js';
import type { Turn } from './turn.js';
import { isOver } from './waits.js';
import { capLoss } from './watch.js';

/** Why an order that was written down was not sent after all. */
export type Withdrawal =
  | 'disk_failed'
  | 'low_space'
  | 'stopped'
  | 'draining'
  | 'not_ready'
  | 'halted'
  | 'paused'
  | 'market_closed'
  | 'no_group'
  | 'fees_unknown'
  | 'book_unknown'
  | 'book_stale'
  | 'edge_gone'
  | 'order_rate'
  | 'daily_loss'
  | ClaimRefusal;

/** Every record up to `recordSeq` is on disk: the orders among them may leave. */
export function onDurable(turn: Turn, recordSeq: number): void {
  for (const [id, order] of turn.account.orders)
    if (order.status === 'intended' && order.intentSeq <= recordSeq) {
      turn.advance(id, { kind: 'durable' });
      release(turn, id);
    }
}

/** Sends a durable order, if what it was decided on still holds at this moment. Size never grows. */
export function release(turn: Turn, id: ClientOrderId): void {
  const order = turn.order(id);
  if (order?.status !== 'durable') return;
  const why = withdrawalOf(turn, order);
  if (why !== null) {
    turn.advance(id, { kind: 'withdrawn', why });
    const { ticker } = order.terms;
    turn.note('info', why, `not sent: ${why}`, { ticker, clientOrderId: id });
    return;
  }
  turn.advance(id, { kind: 'sent' });
  const groupId = order.terms.reduceOnly ? null : armedGroup(turn, order.terms.shard);
  const request = requestOf(order.terms);
  turn.effect({ kind: 'place', order: groupId === null ? request : { ...request, groupId } });
}

function withdrawalOf(turn: Turn, order: Order): Withdrawal | null {
  const { account, session, now, desk } = turn;
  const { settings } = session;
  const { terms } = order;
  if (session.diskFailure !== null) return 'disk_failed';
  if (session.isSpaceLow) return 'low_space';
  if (session.isStopped) return 'stopped';
  if (session.isDraining) return 'draining';
  if (!session.isReady) return 'not_ready';

  const level = latchLevel(account);
  if (level === 'halt') return 'halted';
  const closes = closable(account.positions.get(terms.ticker), terms.side);
  const isReducing = terms.count <= closes;
  if (level !== null && !isReducing) return 'paused';

  if (needsGroup(turn) && !terms.reduceOnly && armedGroup(turn, terms.shard) === null)
    return 'no_group';
  if (hasLostGroup(turn, order)) return 'no_group';

  const market = desk.market(terms.ticker);
  if (market === null || isOver(turn, terms.ticker)) return 'market_closed';
  const fees = feesAt(market.fees, market.feeWaiverUntil, now);
  if (fees === null) return 'fees_unknown';
  const book = desk.book(terms.ticker);
  const distrust = distrustOf(book, terms.keyless);
  if (distrust !== null) return distrust;

  const asks = terms.side === 'yes' ? book.yesAsks : book.noAsks;
  const again = edgeAtWalk(asks, terms.side, terms.fair / 1e9, terms.count, terms.limit, {
    fees,
    cashUnit: micros(settings.cashUnit),
    feeMarginBps: settings.feeMarginBps,
    slippageBps: settings.slippageBps,
  });
  if (again === null) return 'edge_gone';
  // A forced test order is sent to see the path work, not for its edge.
  const least = terms.reason === 'exit' ? settings.exitEdge : settings.minEdge;
  if (terms.reason !== 'forced_test' && (least === null || !(nano(again.edge) >= nano(least))))
    return 'edge_gone';

  if (!(sentThisMinute(account, now) + 1 <= settings.maxOrdersPerMinute)) return 'order_rate';
  if (!isReducing && !(capLoss(turn) <= settings.maxDailyLoss)) return 'daily_loss';
  return claimRefusal(account, capsOf(turn), order, lowerCash(turn, terms.shard));
}
