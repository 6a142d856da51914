import { missingCount } from '../../domain/order.js';
import type { ClientOrderId, Ticker } from '../../domain/units.js';
import type { Turn } from './turn.js';

/** Reads everything again at the next sweep, unless that is already under way. */
export function askRoundSoon(turn: Turn): void {
  const { session } = turn;
  if (session.mode === 'paper' || session.round !== null) return;
  turn.update({ nextRound: turn.retry(0, session.settings.fillsQueryAfterMs / 2) });
}

/** Fills that must come: asked for by order id if they do not. */
export function watchOwed(turn: Turn, id: ClientOrderId): void {
  const order = turn.order(id);
  const { owed, settings } = turn.session;
  if (order === null) return;
  const isOwed = missingCount(order) > 0 && order.orderId !== null;
  if (isOwed === owed.has(id)) return;
  const next = new Map(owed);
  if (isOwed) next.set(id, turn.retry(0, settings.fillsQueryAfterMs));
  else next.delete(id);
  turn.update({ owed: next });
}

/** Closed, or unknown to us: it may be settling at this moment. */
export function isOver(turn: Turn, ticker: Ticker): boolean {
  const market = turn.desk.market(ticker);
  return (
    market === null ||
    market.status !== 'active' ||
    !(turn.now < market.closeAt) ||
    turn.account.determined.has(ticker)
  );
}
