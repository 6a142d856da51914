import { openOrderOf } from '../../domain/risk.js';
import { type EpochMs, micros, priceMax, type Ticker } from '../../domain/units.js';
import { limits } from '../../limits.js';
import type { VenuePosition } from '../../messages/account-event.js';
import type { Turn } from './turn.js';
import { askRoundSoon, isOver } from './waits.js';

/** Remembers that others are in a market. */
export function noteOthers(turn: Turn, ticker: Ticker): void {
  const { othersIn } = turn.session;
  if (othersIn.has(ticker) || othersIn.size >= limits.othersMarketsMax) return;
  turn.update({ othersIn: new Set(othersIn).add(ticker) });
}

/** The exchange pays everybody in a market. What it pays others is found by lists alone, once they show it. */
export function onOthersPaid(turn: Turn, ticker: Ticker): void {
  if (!turn.session.othersIn.has(ticker)) return;
  const othersIn = new Set(turn.session.othersIn);
  othersIn.delete(ticker);
  turn.update({ othersIn, unheardAt: turn.now });
}

/** A position differs, and it is too early to say that it is not ours. */
export function hasYoungGap({ session, now }: Turn): boolean {
  for (const { since } of session.positionGaps.values())
    if (now - since <= 2 * session.settings.unknownQuarantineMs) return true;
  return false;
}

/**
 * Positions that our fills do not explain. Lists lag behind writes, so one is counted only once it has stayed the same for
 * the quarantine, like cash.
 */
export function countPositions(
  turn: Turn,
  startedAt: EpochMs,
  positions: ReadonlyMap<Ticker, VenuePosition>,
): void {
  const { account, session } = turn;
  if (account.activeAt >= startedAt) return;
  const tickers = new Set([...positions.keys(), ...account.positions.keys()]);
  const gaps = new Map<Ticker, { readonly amount: number; readonly since: EpochMs }>();
  let differing = 0;
  let young = 0;
  for (const ticker of tickers) {
    if (openOrderOf(account, ticker) !== null || isOver(turn, ticker)) continue;
    const theirs = positions.get(ticker)?.position ?? 0;
    const ours = account.positions.get(ticker)?.quantity ?? 0;
    const amount = theirs - ours;
    if (amount === 0) continue;
    const before = session.positionGaps.get(ticker);
    const since = before?.amount === amount ? before.since : startedAt;
    gaps.set(ticker, { amount, since });
    if (!(startedAt - since >= session.settings.unknownQuarantineMs)) {
      young += 1;
      continue;
    }
    differing += 1;
    if (differing > account.external.positions)
      turn.note(
        'warn',
        'external_position',
        `the exchange holds ${theirs}, our fills say ${ours}`,
        {
          ticker,
        },
      );
  }
  turn.update({ positionGaps: gaps });
  // One that was counted by an earlier run may be among the young ones.
  const counted = young > 0 ? Math.max(differing, account.external.positions) : differing;
  if (counted !== account.external.positions)
    turn.record({ kind: 'external', counts: { ...turn.account.external, positions: counted } });
}

/**
 * What is held by others is at stake, too, and the cap on all together is the account's. Counted at once: until it is
 * explained it only takes room. A market with an order of ours, or that is paying, is not judged. In a reading that was
 * overtaken, as the first one after a crash is by the fills it finds, some of ours may look like theirs: it gives back no
 * room, and everything is read again.
 */
export function weighOthers(
  turn: Turn,
  startedAt: EpochMs,
  positions: readonly VenuePosition[],
): void {
  const { account } = turn;
  let sum = 0;
  for (const { ticker, position, stake } of positions) {
    if (openOrderOf(account, ticker) !== null) continue;
    const held = account.positions.get(ticker);
    if (position === (held?.quantity ?? 0)) continue;
    noteOthers(turn, ticker);
    if (account.determined.has(ticker)) continue;
    const isSameSide = held !== undefined && position > 0 === held.quantity > 0;
    const contracts = Math.abs(position) - (isSameSide ? Math.abs(held.quantity) : 0);
    // Where the exchange does not say: a contract loses a dollar at most.
    sum += Math.max(0, stake === null ? contracts * priceMax : stake - (held?.cost ?? 0));
  }
  const isOvertaken = account.activeAt >= startedAt;
  const stake = isOvertaken ? Math.max(sum, turn.session.othersStake) : sum;
  turn.update({ othersStake: micros(stake) });
  if (isOvertaken && stake > 0) askRoundSoon(turn);
}
