/** Price-time matching: an incoming order walks the other side, best first, oldest first, at the resting price. */
import { bookFill, bookHouse, reserve } from './accounts.js';
import { crosses, reduce } from './book.js';
import { noteMatch } from './groups.js';
import { keyedId } from './ids.js';
import { emitDelta, emitOrder, forgetResting, removeOrder } from './resting.js';
import { emit, touch } from './state.js';
import type { ExchangeState, Fill, Order, Trade } from './types.js';
import { PRICE_ONE } from './units.js';

/** Trades kept for `GET /markets/trades`; older ones have left for the archive that this venue does not serve. */
export const TRADES_KEPT_MAX = 50_000;

function recordTrade(state: ExchangeState, taker: Order, price: number, quantity: number): Trade {
  const { market } = taker;
  market.tradeCount += 1;
  state.counters.trade += 1;
  const trade: Trade = {
    id: keyedId(state.seed, `trade/${market.spec.ticker}`, market.tradeCount),
    n: state.counters.trade,
    ticker: market.spec.ticker,
    price,
    quantity,
    takerSide: taker.side,
    atMs: state.nowMs,
  };
  market.previous = market.last;
  market.last = price;
  market.lastSize = quantity;
  market.volume += quantity;
  market.volume24h += quantity;
  market.notionalMicros += quantity * PRICE_ONE;
  state.tradeList.push(trade);
  if (state.tradeList.length > TRADES_KEPT_MAX * 1.2) {
    state.tradeList.splice(0, state.tradeList.length - TRADES_KEPT_MAX);
  }
  touch(state, market);
  emit(state, { kind: 'trade', market, trade, atMs: state.nowMs });
  return trade;
}

/** One side of a trade. Returns how much of it opened a position rather than closing one. */
function recordFill(
  state: ExchangeState,
  order: Order,
  trade: Trade,
  quantity: number,
  taker: boolean,
): number {
  const { account } = order;
  const leg = { side: order.side, price: trade.price, quantity, taker };
  order.filled += quantity;
  if (account === null) {
    bookHouse(state, order.market, leg);
    return quantity;
  }
  const booked = bookFill(state, account, order.market, leg);
  const cost = (order.side === 'bid' ? trade.price : PRICE_ONE - trade.price) * quantity;
  if (taker) {
    order.takerCost += cost;
    order.takerFees += booked.fee;
  } else {
    order.makerCost += cost;
    order.makerFees += booked.fee;
  }
  state.counters.fill += 1;
  const fill: Fill = {
    id: trade.id,
    n: state.counters.fill,
    order,
    side: order.side,
    price: trade.price,
    quantity,
    isTaker: taker,
    fee: booked.fee,
    postPosition: booked.postPosition,
    atMs: state.nowMs,
  };
  account.fills.push(fill);
  emit(state, { kind: 'fill', accountId: account.id, fill, atMs: state.nowMs });
  const position = account.positions.get(order.market.spec.ticker);
  if (position !== undefined) {
    emit(state, {
      kind: 'position',
      accountId: account.id,
      position: { ...position },
      atMs: state.nowMs,
    });
  }
  reserve(account, order.market);
  return booked.opened;
}

function matchOne(state: ExchangeState, taker: Order, maker: Order, price: number): void {
  const quantity = Math.min(taker.remaining, maker.remaining);
  const { market } = taker;
  emitDelta(state, maker, -quantity, taker);
  reduce(market.book, maker, quantity);
  taker.remaining -= quantity;
  const trade = recordTrade(state, taker, price, quantity);
  const openedByTaker = recordFill(state, taker, trade, quantity, true);
  const openedByMaker = recordFill(state, maker, trade, quantity, false);
  market.openInterest = Math.max(0, market.openInterest + openedByTaker + openedByMaker - quantity);
  maker.reason = 'Trade';
  if (maker.remaining === 0) {
    maker.status = 'executed';
    forgetResting(maker);
  }
  emitOrder(state, maker);
  // Last, because a triggered group cancels orders, and may cancel these.
  noteMatch(state, maker, quantity);
  noteMatch(state, taker, quantity);
}

export type MatchEnd = 'done' | 'self_trade';

/** Trades what it can. An order that meets its own owner stops or takes the older order out, as it was asked to. */
export function match(state: ExchangeState, taker: Order): MatchEnd {
  const { book } = taker.market;
  while (taker.remaining > 0 && crosses(book, taker.side, taker.price)) {
    const level = taker.side === 'bid' ? book.asks[0] : book.bids[0];
    const maker = level?.orders[0];
    if (level === undefined || maker === undefined) break;
    if (maker.owner === taker.owner) {
      if (taker.account === null || taker.selfTrade === 'taker_at_cross') return 'self_trade';
      removeOrder(state, maker, 'SelfTradeCancel');
      continue;
    }
    matchOne(state, taker, maker, level.price);
    if (taker.groupId !== null && taker.account?.groups.get(taker.groupId)?.triggered === true)
      break;
  }
  return 'done';
}
