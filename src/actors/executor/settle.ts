import { payout } from '../../domain/position.js';
import { openOrderOf } from '../../domain/risk.js';
import {
  type Micros,
  micros,
  type Price,
  price,
  priceMax,
  type Ticker,
} from '../../domain/units.js';
import type { VenueSettlement } from '../../messages/account-event.js';
import type { Answer } from '../../messages/desk.js';
import type { LifecycleChange } from '../../messages/market-event.js';
import { onOthersPaid } from './others.js';
import type { Turn } from './turn.js';
import { isOver } from './waits.js';

/** Payouts are whole cents: a difference below one is rounding, one above it is not ours to explain. */
const centMicros = 10_000;

/** A market's life, as far as it concerns what is held there. */
export function onLifecycle(turn: Turn, ticker: Ticker, change: LifecycleChange): void {
  if (change.kind === 'determined') determine(turn, ticker, change.settlementValue);
  if (change.kind !== 'settled') return;
  onOthersPaid(turn, ticker);
  if (turn.account.positions.has(ticker)) askSettlement(turn, ticker, 0);
}

/** Remembers what a market will pay, where that matters to us. */
function determine(turn: Turn, ticker: Ticker, yesValue: Price | null): void {
  if (yesValue !== null) noteOutcome(turn, ticker, yesValue);
  const { account } = turn;
  const matters = account.positions.has(ticker) || openOrderOf(account, ticker) !== null;
  if (!matters || yesValue === null || account.determined.get(ticker) === yesValue) return;
  turn.record({ kind: 'determined', ticker, yesValue });
}

/** Keeps what became of a market that was valued, once, whether or not anything is held there. */
function noteOutcome(turn: Turn, ticker: Ticker, yesValue: Price): void {
  if (turn.account.awaited.has(ticker)) turn.record({ kind: 'outcome', ticker, yesValue });
}

/** A listing of a market that is held: how paper positions learn what they are worth. */
export function onMarket(
  turn: Turn,
  ticker: Ticker,
  settlementValue: Price | null,
  isFinal: boolean,
): void {
  determine(turn, ticker, settlementValue);
  if (turn.session.mode === 'paper' && isFinal && settlementValue !== null)
    settle(turn, ticker, settlementValue, null);
}

/** The exchange paid. What it says it paid is booked, unless the position it paid for is not only ours. */
export function onSettlement(turn: Turn, { ticker, revenue, yesValue }: VenueSettlement): void {
  const position = turn.account.positions.get(ticker);
  if (position === undefined) return;
  const known = yesValue ?? turn.account.determined.get(ticker) ?? null;
  if (known !== null) {
    settle(turn, ticker, known, revenue);
    return;
  }
  // Nobody says what a contract paid. It follows from what all of them paid, to the nearest price: payouts are rounded,
  // and a count may not divide them. What was paid is booked whole, unless it is more than contracts can pay.
  const size = Math.abs(position.quantity);
  const perUnit = Math.round(revenue / size);
  const isPossible = perUnit >= 0 && perUnit <= priceMax;
  if (perUnit * size !== revenue)
    turn.note('warn', 'settlement_unclear', `paid ${revenue} micros for ${size} at no value`, {
      ticker,
    });
  const value = Math.min(priceMax, Math.max(0, perUnit));
  const inferred = price(position.quantity > 0 ? value : priceMax - value);
  settle(turn, ticker, inferred, revenue, isPossible);
}

export function onSettlements(turn: Turn, ticker: Ticker, answer: Answer<VenueSettlement>): void {
  if (answer.kind === 'failed') {
    turn.note('warn', 'settlements_failed', `${answer.code}: ${answer.detail}`, { ticker });
    return;
  }
  for (const settlement of answer.items)
    if (settlement.ticker === ticker) onSettlement(turn, settlement);
}

/**
 * Turns a position into realized profit. Waits while fills of its market may still come. `isInferred`: the value follows
 * from what was paid, which is then right to the last micro-dollar.
 */
function settle(
  turn: Turn,
  ticker: Ticker,
  yesValue: Price,
  paid: Micros | null,
  isInferred = false,
): void {
  const { account } = turn;
  const position = account.positions.get(ticker);
  if (position === undefined || openOrderOf(account, ticker) !== null) return;
  const due = payout(position, yesValue);
  const isRounding = paid !== null && (isInferred || Math.abs(paid - due) < centMicros);
  const revenue = isRounding ? paid : due;
  if (paid !== null && !isRounding)
    turn.note('warn', 'settlement_differs', `paid ${paid} micros, our position is due ${due}`, {
      ticker,
    });
  const realized = micros(revenue - position.cost);
  noteOutcome(turn, ticker, yesValue);
  turn.record({ kind: 'settled', ticker, yesValue, revenue, realized });
  turn.note('info', 'settled', `settled at ${yesValue}: ${realized} micros`, { ticker });
}

/** Asks whoever knows: the settlements of the account, or in paper the market's own listing. */
function askSettlement(turn: Turn, ticker: Ticker, tries: number): void {
  const { settling, settings, mode } = turn.session;
  turn.effect(
    mode === 'paper' ? { kind: 'market', ticker } : { kind: 'settlements', since: null, ticker },
  );
  const retry = turn.retry(tries, settings.fillsQueryAfterMs);
  turn.update({ settling: new Map(settling).set(ticker, retry) });
}

/** Positions whose market is over are asked about until they are settled: idle ones never linger. */
export function sweepSettlements(turn: Turn): void {
  const { session, account, now } = turn;
  if (session.mode === 'live' && !session.isReady) return;
  for (const ticker of session.settling.keys())
    if (!account.positions.has(ticker)) {
      const settling = new Map(turn.session.settling);
      settling.delete(ticker);
      turn.update({ settling });
    }
  for (const ticker of account.positions.keys()) {
    const retry = turn.session.settling.get(ticker);
    if (retry !== undefined ? now >= retry.nextAt : isOver(turn, ticker))
      askSettlement(turn, ticker, retry === undefined ? 0 : retry.tries + 1);
  }
}
