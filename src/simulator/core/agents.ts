/** Applies what the world does: new markets, agents' quotes and takes, outcomes. */
import type { WorldCommand } from '../world/types.js';
import { reduce } from './book.js';
import { closeMarket, determineMarket, listMarket } from './markets.js';
import { match } from './matching.js';
import { emitDelta, restOrder } from './resting.js';
import { emit, touch } from './state.js';
import type { ExchangeState, Market, Order } from './types.js';
import { PRICE_ONE } from './units.js';

function agentOrder(
  state: ExchangeState,
  market: Market,
  agent: string,
  side: 'bid' | 'ask',
  price: number,
  quantity: number,
): Order {
  return {
    id: '',
    n: 0,
    account: null,
    owner: `agent:${agent}`,
    market,
    side,
    clientOrderId: null,
    price,
    initial: quantity,
    remaining: quantity,
    filled: 0,
    takerCost: 0,
    makerCost: 0,
    takerFees: 0,
    makerFees: 0,
    timeInForce: 'good_till_canceled',
    selfTrade: 'taker_at_cross',
    groupId: null,
    expirationMs: null,
    cancelOnPause: false,
    status: 'resting',
    reason: null,
    createdMs: state.nowMs,
    updatedMs: state.nowMs,
  };
}

const keyOf = (side: 'bid' | 'ask', price: number): number => (side === 'bid' ? price : -price);

/**
 * Replaces an agent's quotes. A level that stays keeps its place in the queue, one that shrinks too; one that grows
 * goes to the back, as an amended order would. All leaving is done before anything enters.
 */
function requote(
  state: ExchangeState,
  market: Market,
  command: Extract<WorldCommand, { kind: 'quote' }>,
): void {
  const wanted = new Map<number, number>();
  for (const [price, quantity] of command.yes) wanted.set(keyOf('bid', price), quantity);
  for (const [price, quantity] of command.no) wanted.set(keyOf('ask', PRICE_ONE - price), quantity);
  const byAgent = state.quotes.get(market.spec.ticker) ?? new Map<string, Order[]>();
  state.quotes.set(market.spec.ticker, byAgent);
  const kept: Order[] = [];
  for (const order of byAgent.get(command.agent) ?? []) {
    if (order.remaining <= 0 || order.status !== 'resting') continue;
    const key = keyOf(order.side, order.price);
    const quantity = wanted.get(key) ?? 0;
    const leaves = quantity === 0 || quantity > order.remaining;
    const by = leaves ? order.remaining : order.remaining - quantity;
    if (by > 0) {
      emitDelta(state, order, -by, order);
      reduce(market.book, order, by);
    }
    if (leaves) {
      order.status = 'canceled';
      continue;
    }
    kept.push(order);
    wanted.delete(key);
  }
  for (const [key, quantity] of wanted) {
    if (quantity <= 0) continue;
    const order = agentOrder(
      state,
      market,
      command.agent,
      key > 0 ? 'bid' : 'ask',
      Math.abs(key),
      quantity,
    );
    if (order.price <= 0 || order.price >= PRICE_ONE) continue;
    // An agent that would trade with itself keeps quiet on that level.
    if (match(state, order) === 'self_trade' || order.remaining === 0) continue;
    restOrder(state, order);
    kept.push(order);
  }
  byAgent.set(command.agent, kept);
}

function take(
  state: ExchangeState,
  market: Market,
  command: Extract<WorldCommand, { kind: 'take' }>,
): void {
  const side = command.side === 'yes' ? 'bid' : 'ask';
  const price = command.side === 'yes' ? command.limit : PRICE_ONE - command.limit;
  match(state, agentOrder(state, market, `taker:${command.agent}`, side, price, command.quantity));
}

const tradable = (state: ExchangeState, market: Market): boolean =>
  market.status === 'active' &&
  state.nowMs < market.closeMs &&
  state.tradingActive &&
  state.exchangeActive;

export function applyCommand(state: ExchangeState, command: WorldCommand): void {
  switch (command.kind) {
    case 'series':
      state.series.set(command.series.ticker, command.series);
      return;
    case 'event': {
      if (state.events.has(command.event.ticker)) return;
      state.events.set(command.event.ticker, {
        spec: command.event,
        markets: [],
        index: state.events.size,
      });
      emit(state, { kind: 'event', event: command.event, atMs: state.nowMs });
      return;
    }
    case 'market':
      listMarket(state, command.market);
      return;
    case 'quote':
    case 'take': {
      const market = state.markets.get(command.ticker);
      if (market === undefined || !tradable(state, market)) return;
      if (command.kind === 'quote') requote(state, market, command);
      else take(state, market, command);
      return;
    }
    case 'close': {
      const market = state.markets.get(command.ticker);
      if (market !== undefined) closeMarket(state, market);
      return;
    }
    case 'determine': {
      const market = state.markets.get(command.ticker);
      if (market === undefined) return;
      determineMarket(state, market, command);
      touch(state, market);
      return;
    }
    default:
      command satisfies never;
  }
}
