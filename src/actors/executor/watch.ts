import { dayKey } from '../../domain/day.js';
import type { Position } from '../../domain/position.js';
import { dayLoss, equity, exposure, sentThisMinute } from '../../domain/risk.js';
import { complement, type Price } from '../../domain/units.js';
import { dollars } from './money.js';
import type { SeenMark } from './state.js';
import type { Turn } from './turn.js';

/** Looks at every held position's exit price. An unknown or empty book keeps the last known one. */
export function updateMarks(turn: Turn): void {
  const { account, session, now } = turn;
  const marks = new Map<Position['ticker'], SeenMark>();
  for (const position of account.positions.values()) {
    const price = exitPrice(turn, position);
    const isYes = position.quantity > 0;
    const before = session.marks.get(position.ticker);
    // A mark is of the held side: one that was turned around has none yet.
    const isKept = price === null && before?.isYes === isYes;
    const mark = isKept ? before : { price: price ?? position.mark, isYes, at: now };
    marks.set(position.ticker, mark);
  }
  turn.update({ marks });
}

/** What the held side sells for: its best bid, or the value it will settle at. Null when nobody says. */
function exitPrice(turn: Turn, position: Position): Price | null {
  const { account, desk, now } = turn;
  const isYes = position.quantity > 0;
  const value = account.determined.get(position.ticker);
  if (value !== undefined) return isYes ? value : complement(value);
  const market = desk.market(position.ticker);
  // After the close a book empties; that says nothing about worth.
  if (market === null || market.status !== 'active' || !(now < market.closeAt)) return null;
  const book = desk.book(position.ticker);
  const isKnown = book.trust === 'fresh' || (book.trust === 'listing' && !turn.session.isLinked);
  if (!isKnown) return null;
  const [ask] = isYes ? book.noAsks : book.yesAsks;
  return ask === undefined ? null : complement(ask[0]);
}

/** The last known exit price: of this run, else of the last cycle in the ledger. */
export const lastMark = (turn: Turn, position: Position): Price | null =>
  turn.session.marks.get(position.ticker)?.price ?? position.mark;

/** The loss that bars new orders: a position whose book has been unknown too long, restarts aside, counts as worth nothing. */
export function capLoss(turn: Turn): number {
  const { session, account, now } = turn;
  const worth = equity(account, (position) => {
    const mark = session.marks.get(position.ticker);
    if (mark === undefined) return position.mark;
    return now - mark.at <= session.settings.unknownMarkMaxMs ? mark.price : (0 as Price);
  });
  return dayLoss(account, worth);
}

/** The loss that latches: from realized results and marks that were once known, never from a guess. */
export const knownLoss = (turn: Turn): number =>
  dayLoss(
    turn.account,
    equity(turn.account, (position) => lastMark(turn, position)),
  );

/** Begins a day with the equity at its first input. None begins again: a zone where it is still yesterday forgives no loss. */
export function rollDay(turn: Turn): void {
  const key = dayKey(turn.now, turn.session.settings.dayZone);
  const { day } = turn.account;
  if (day !== null && key <= day.key) return;
  const baseline = equity(turn.account, (position) => lastMark(turn, position));
  turn.record({ kind: 'day', key, baseline });
}

/** The switches that trip by themselves. Comparisons are written so that NaN trips. */
export function watchLimits(turn: Turn): void {
  const { settings } = turn.session;
  const loss = knownLoss(turn);
  if (!(loss <= settings.maxDailyLoss))
    turn.latch(
      'daily_loss',
      'cancel',
      `lost ${dollars(loss)} today, cap ${dollars(settings.maxDailyLoss)}`,
    );
  const sent = sentThisMinute(turn.account, turn.now);
  if (!(sent <= settings.maxOrdersPerMinute))
    turn.latch(
      'order_rate',
      'pause',
      `${sent} orders in a minute, cap ${settings.maxOrdersPerMinute}`,
    );
  const open = exposure(turn.account);
  if (!(open <= settings.maxOpenExposure))
    turn.latch(
      'open_exposure',
      'pause',
      `${dollars(open)} at stake, cap ${dollars(settings.maxOpenExposure)}`,
    );
}
