import type { EpochMs, Ticker } from '../../domain/units.js';
import { limits } from '../../limits.js';
import type { VenuePosition } from '../../messages/account-event.js';
import type { Turn } from './turn.js';

/**
 * Orders in doubt that a whole reading did not list. Lists lag behind writes, so "not found" means nothing before the
 * quarantine is over, two readings were clean, no fill waits for a name and the position is what our fills say (or its
 * market has paid). Then it was never placed, and its market is free again.
 */
export function resolveUnknown(
  turn: Turn,
  startedAt: EpochMs,
  listed: ReadonlySet<string>,
  positions: ReadonlyMap<Ticker, VenuePosition>,
  settled: ReadonlySet<Ticker>,
): void {
  const cleanReads = new Map(turn.session.cleanReads);
  for (const [id, order] of turn.account.orders) {
    if (order.status !== 'unknown') {
      cleanReads.delete(id);
      continue;
    }
    const isListed =
      listed.has(id) || (order.orderId !== null && listed.has(order.orderId)) || order.filled > 0;
    if (isListed || startedAt < order.changedAt) {
      cleanReads.set(id, 0);
      continue;
    }
    const { ticker } = order.terms;
    const ours = turn.account.positions.get(ticker)?.quantity ?? 0;
    const theirs = positions.get(ticker)?.position ?? 0;
    const isParked = turn.session.parked.some((fill) => fill.ticker === ticker);
    // A settled position is gone from the list; then only orders and fills can tell.
    if (isParked || (ours !== theirs && !settled.has(ticker))) {
      cleanReads.set(id, 0);
      turn.note('warn', 'unknown_unresolved', `held ${theirs} there, ${ours} by our fills`, {
        ticker,
        clientOrderId: id,
      });
      continue;
    }
    const reads = (cleanReads.get(id) ?? 0) + 1;
    cleanReads.set(id, reads);
    const age = startedAt - order.changedAt;
    // Written so that NaN keeps it frozen.
    if (!(age >= turn.session.settings.unknownQuarantineMs) || reads < limits.cleanReadsMin)
      continue;
    turn.advance(id, { kind: 'not_placed' });
    cleanReads.delete(id);
    turn.note('info', 'not_placed', 'the exchange never had it', { ticker, clientOrderId: id });
  }
  turn.update({ cleanReads });
}
