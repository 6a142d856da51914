import { type Canonical, canonical, nano } from '../../domain/canonical.js';
import { deriveClientOrderId, sha256 } from '../../domain/chain.js';
import type { OrderTerms } from '../../domain/order.js';
import {
  closable,
  groupRoom,
  latchLevel,
  type RiskLimits,
  refusalOf,
  sizingBankroll,
} from '../../domain/risk.js';
import {
  complement,
  contract,
  type Micros,
  micros,
  priceMax,
  type Quantity,
  quantity,
  type Shard,
} from '../../domain/units.js';
import { limits } from '../../limits.js';
import type { OrderRequest } from '../../messages/effect.js';
import type { Intent } from '../../messages/intent.js';
import type { BookShot } from '../../messages/window.js';
import { armedGroup, groupLimit, needsGroup } from './groups.js';
import type { Turn } from './turn.js';
import { capLoss } from './watch.js';

/** Why an intent became no order. In the order they are looked for. */
export type IntentRefusal =
  | 'bad_intent'
  | 'disk_failed'
  | 'low_space'
  | 'stopped'
  | 'draining'
  | 'not_ready'
  | 'halted'
  | 'paused'
  | 'nothing_held'
  | 'market_unknown'
  | 'market_closed'
  | 'book_unknown'
  | 'book_stale'
  | 'daily_loss'
  | 'too_small'
  | 'frozen'
  | 'in_flight'
  | 'cooldown'
  | 'order_rate'
  | 'notional_cap'
  | 'exposure_cap'
  | 'over_bankroll'
  | 'no_group'
  | 'group_room'
  | 'shard_cash'
  | 'duplicate'
  | 'duplicate_id';

/**
 * An intent that passes every check is written down and its record is asked to be flushed; nothing is sent before that
 * is confirmed. One that does not is refused with a code, in the ledger if a window wanted it.
 */
export function onIntent(turn: Turn, intent: Intent): void {
  const made = termsOf(turn, intent);
  if (typeof made !== 'string') {
    const { seq } = turn.record({ kind: 'intent', terms: made, decidedAt: intent.decidedAt });
    turn.effect({ kind: 'flush', recordSeq: seq });
    return;
  }
  const { ticker, side, limit, count, cycle } = intent;
  turn.note('info', made, `no order: ${made}`, { ticker });
  if (intent.reason !== 'between_windows' && isSane(intent))
    turn.record({ kind: 'refused', ticker, side, limit, count, cycle, code: made });
}

function termsOf(turn: Turn, intent: Intent): OrderTerms | IntentRefusal {
  if (!isSane(intent)) return 'bad_intent';
  const { account, session, now } = turn;
  const { ticker, shard, side, limit } = intent;
  if (session.diskFailure !== null) return 'disk_failed';
  if (session.isSpaceLow) return 'low_space';
  if (session.isStopped) return 'stopped';
  if (session.isDraining) return 'draining';
  if (!session.isReady) return 'not_ready';

  const level = latchLevel(account);
  if (level === 'halt') return 'halted';
  const closes = closable(account.positions.get(ticker), side);
  let count: number = intent.count;
  const reduceOnly = level !== null || intent.reason === 'exit';
  if (reduceOnly) {
    if (closes === 0) return level === null ? 'nothing_held' : 'paused';
    count = Math.min(count, closes);
  }
  const isReducing = count <= closes;

  const market = turn.desk.market(ticker);
  if (market === null) return 'market_unknown';
  if (market.status !== 'active' || !(now < market.closeAt) || account.determined.has(ticker))
    return 'market_closed';
  if (market.shard !== shard) return 'bad_intent';
  const distrust = distrustOf(turn.desk.book(ticker), intent.keyless);
  if (distrust !== null) return distrust;
  if (!isReducing && !(capLoss(turn) <= session.settings.maxDailyLoss)) return 'daily_loss';

  if (!isReducing) {
    const most = session.settings.maxFractionPerTrade * sizingBankroll(account, session.settings);
    count = shrunk(count, intent, most);
  }
  if (!(count > 0)) return 'too_small';

  const { groupContracts } = session.settings;
  // What can only reduce goes outside the group: a blown fuse never keeps a position from being closed.
  if (!reduceOnly && needsGroup(turn) && groupContracts !== null) {
    if (armedGroup(turn, shard) === null) return 'no_group';
    const room = groupRoom(account, shard, now, groupLimit(turn, shard, groupContracts));
    const unit = intent.count % contract === 0 ? contract : 1;
    count = Math.min(count, Math.floor(room / unit) * unit);
    if (!(count > 0)) return 'group_room';
  }

  const worstCost = costOf(intent, count);
  const clientOrderId = deriveClientOrderId(
    account.genesis.hash,
    account.run,
    turn.desk.inputSeq,
    ticker,
    0,
  );
  const terms: Omit<OrderTerms, 'contentHash'> = {
    clientOrderId,
    ticker,
    shard,
    side,
    action: 'buy',
    limit,
    count: quantity(count),
    worstCost,
    reduceOnly,
    keyless: intent.keyless,
    fair: nano(intent.fair),
    edge: nano(intent.edge),
    cycle: intent.cycle,
    reason: intent.reason,
  };
  // Two windows may want the same market at one input, once a book that both waited for is there: the first has it.
  const refusal = refusalOf(account, capsOf(turn), { ...terms }, now, lowerCash(turn, shard));
  if (refusal !== null) return refusal;
  const contentHash = sha256(canonical(requestOf(terms) as Canonical));
  const known = turn.order(clientOrderId);
  if (known === null) return { ...terms, contentHash };
  if (known.terms.contentHash === contentHash) return 'duplicate';
  turn.latch('duplicate_id', 'halt', `two different orders would be called ${clientOrderId}`);
  return 'duplicate_id';
}

/** The caps, with the room that others on the account take of the one on all together. */
export const capsOf = ({ session: { settings, othersStake } }: Turn): RiskLimits => ({
  ...settings,
  maxOpenExposure: settings.maxOpenExposure - othersStake,
});

/** What the exchange says there is on a shard, nothing if it leaves it out, where that is not what the books say. */
export const lowerCash = ({ session }: Turn, shard: Shard): number | null =>
  session.cashGaps.has(shard) ? (session.venueCash.get(shard) ?? 0) : null;

/** As a venue is told it: prices of the YES book, immediate-or-cancel. */
export const requestOf = (terms: Omit<OrderTerms, 'contentHash'>): OrderRequest => ({
  clientOrderId: terms.clientOrderId,
  ticker: terms.ticker,
  shard: terms.shard,
  side: terms.side === 'yes' ? 'bid' : 'ask',
  yesPrice: terms.side === 'yes' ? terms.limit : complement(terms.limit),
  count: terms.count,
  reduceOnly: terms.reduceOnly,
});

/** Without a live feed a fetched book will do, if it is young. Everything else must be fresh. */
export function distrustOf(
  shot: BookShot,
  isKeyless: boolean,
): 'book_unknown' | 'book_stale' | null {
  if (shot.trust === 'fresh') return null;
  if (shot.trust === 'stale') return 'book_stale';
  if (shot.trust === 'unknown' || !isKeyless) return 'book_unknown';
  return shot.ageMs <= limits.keylessBookAgeMsMax ? null : 'book_stale';
}

/** A valuation is software: its numbers are checked like a stranger's. NaN refuses. */
function isSane({ limit, count, worstCost, fair, edge }: Intent): boolean {
  return (
    Number.isSafeInteger(limit) &&
    limit > 0 &&
    limit < priceMax &&
    Number.isSafeInteger(count) &&
    count > 0 &&
    Number.isSafeInteger(worstCost) &&
    worstCost >= limit * count &&
    fair >= 0 &&
    fair <= 1 &&
    Math.abs(edge) <= 1
  );
}

/** The count whose worst case fits into `most`, in whole contracts if the intent was; never more than before. */
function shrunk(count: number, intent: Intent, most: number): number {
  if (costOf(intent, count) <= most) return count;
  const fits = Math.floor((intent.count * most) / intent.worstCost);
  const unit = intent.count % contract === 0 ? contract : 1;
  return fits > 0 ? Math.floor(Math.min(fits, count) / unit) * unit : 0;
}

/** The worst case of a part of the intent, rounded up. */
function costOf(intent: Intent, count: number): Micros {
  const whole: Quantity = intent.count;
  const exact = BigInt(intent.worstCost) * BigInt(count);
  return micros(Number((exact + BigInt(whole) - 1n) / BigInt(whole)));
}
