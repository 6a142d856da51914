/** The commands a client may send on its socket, and the refusals with their numbers. */
import type { ExchangeState } from '../core/types.js';
import { isObject } from '../wire/body.js';
import { tickerMsg } from '../wire/frames.js';
import { indexIdsOf, updateIndices } from './indices.js';
import {
  type Channel,
  isChannel,
  type Session,
  type Subscription,
  sendSequenced,
  sendSnapshot,
} from './session.js';

/** Markets one subscription may hold; the venue has a cap and does not say which. */
export const SUBSCRIPTION_MARKETS_MAX = 100_000;

const MESSAGES: Readonly<Record<number, string>> = {
  1: 'Unable to process message',
  2: 'Params required',
  3: 'Channels required',
  4: 'Subscription IDs required',
  5: 'Unknown command',
  7: 'Unknown subscription ID',
  8: 'Unknown channel name',
  11: 'Invalid parameter',
  12: 'Exactly one subscription ID is required',
  13: 'Unsupported action',
  14: 'Market Ticker required',
  15: 'Action required',
  24: 'Index IDs required',
  25: 'Subscription buffer overflow',
  26: 'Subscription market limit exceeded',
  27: 'Too many requests',
};

type Params = Readonly<Record<string, unknown>>;

export function sendError(
  session: Session,
  id: number | null,
  code: number,
  subscription: Subscription | null = null,
): void {
  const msg = JSON.stringify({ code, msg: MESSAGES[code] ?? 'Unable to process message' });
  if (subscription !== null) sendSequenced(session, subscription, 'error', msg, id);
  else session.send({ type: 'error', sid: null, seq: null, id, msg });
}

const strings = (value: unknown): readonly string[] | null =>
  Array.isArray(value) && value.every((one) => typeof one === 'string')
    ? (value as string[])
    : null;

/** The tickers a command names: null for none, 'invalid' when it names them in a way that is not allowed. */
function tickersOf(params: Params): readonly string[] | null | 'invalid' {
  const one = params['market_ticker'];
  const many = params['market_tickers'];
  if (one !== undefined && many !== undefined) return 'invalid';
  if (one !== undefined) return typeof one === 'string' && one !== '' ? [one] : 'invalid';
  if (many === undefined || many === null) return null;
  const list = strings(many);
  if (list === null) return 'invalid';
  return list.length === 0 ? null : list;
}

function open(
  state: ExchangeState,
  session: Session,
  channel: Channel,
  params: Params,
  tickers: readonly string[] | null,
  id: number | null,
): void {
  const existing = session.byChannel.get(channel);
  const isOfIndices = channel === 'cfbenchmarks_value';
  const indices = isOfIndices ? indexIdsOf(params) : null;
  if (indices === 'invalid' || (isOfIndices && tickers !== null)) {
    sendError(session, id, 11);
    return;
  }
  const takesTickers = channel !== 'market_lifecycle_v2' && channel !== 'order_group_updates';
  const wanted = takesTickers && tickers !== null ? new Set(tickers) : null;
  if (existing === undefined) {
    session.sidsGiven += 1;
    const subscription: Subscription = {
      sid: session.sidsGiven,
      channel,
      tickers: wanted,
      indices: new Set(indices ?? []),
      useYesPrice: params['use_yes_price'] === true,
      skipTickerAck: params['skip_ticker_ack'] === true,
      seq: 0,
    };
    session.subscriptions.set(subscription.sid, subscription);
    session.byChannel.set(channel, subscription);
    acknowledge(session, subscription, id);
    introduce(state, session, subscription, wanted, params);
    return;
  }
  // Subscribing again is no error: what is new joins the sid there is.
  acknowledge(session, existing, id);
  for (const index of indices ?? []) existing.indices.add(index);
  if (existing.tickers === null) return;
  if (wanted === null) {
    existing.tickers = null;
    return;
  }
  const added = [...wanted].filter((ticker) => existing.tickers?.has(ticker) === false);
  for (const ticker of added) existing.tickers.add(ticker);
  introduce(state, session, existing, new Set(added), params);
}

const acknowledge = (session: Session, subscription: Subscription, id: number | null): void =>
  session.send({
    type: 'subscribed',
    sid: null,
    seq: null,
    id,
    msg: JSON.stringify({ channel: subscription.channel, sid: subscription.sid }),
  });

/** First sight of markets: books are sent whole, tickers when asked for. */
function introduce(
  state: ExchangeState,
  session: Session,
  subscription: Subscription,
  tickers: ReadonlySet<string> | null,
  params: Params,
): void {
  if (subscription.channel === 'orderbook_delta') {
    for (const ticker of tickers ?? []) {
      const market = state.markets.get(ticker);
      if (market !== undefined) sendSnapshot(session, subscription, market, null);
    }
  } else if (subscription.channel === 'ticker' && params['send_initial_snapshot'] === true) {
    for (const ticker of tickers ?? state.markets.keys()) {
      const market = state.markets.get(ticker);
      if (market === undefined || market.status === 'finalized') continue;
      const msg = tickerMsg(market, state.nowMs);
      session.send({ type: 'ticker', sid: subscription.sid, seq: null, id: null, msg });
    }
  }
}

function subscribe(
  state: ExchangeState,
  session: Session,
  params: Params,
  id: number | null,
): void {
  const channels = strings(params['channels']);
  if (channels === null || channels.length === 0) {
    sendError(session, id, 3);
    return;
  }
  const tickers = tickersOf(params);
  if (tickers === 'invalid') {
    sendError(session, id, 11);
    return;
  }
  if (tickers !== null && tickers.length > SUBSCRIPTION_MARKETS_MAX) {
    sendError(session, id, 26);
    return;
  }
  for (const channel of channels) {
    if (!isChannel(channel)) sendError(session, id, 8);
    else if (channel === 'orderbook_delta' && tickers === null) sendError(session, id, 14);
    else open(state, session, channel, params, tickers, id);
  }
}

const sidsOf = (params: Params): readonly number[] => {
  const many = params['sids'];
  const one = params['sid'];
  if (typeof one === 'number') return [one];
  return Array.isArray(many) ? many.filter((sid) => typeof sid === 'number') : [];
};

/** Ends a subscription; its last message is numbered like any other. */
export function close(session: Session, subscription: Subscription): void {
  session.subscriptions.delete(subscription.sid);
  session.byChannel.delete(subscription.channel);
}

function unsubscribe(session: Session, params: Params, id: number | null): void {
  const sids = sidsOf(params);
  if (sids.length === 0) {
    sendError(session, id, 4);
    return;
  }
  for (const sid of sids) {
    const subscription = session.subscriptions.get(sid);
    if (subscription === undefined) {
      sendError(session, id, 7);
      continue;
    }
    close(session, subscription);
    subscription.seq += 1;
    session.send({ type: 'unsubscribed', sid, seq: subscription.seq, id, msg: null });
  }
}

function update(state: ExchangeState, session: Session, params: Params, id: number | null): void {
  const sids = sidsOf(params);
  if (sids.length !== 1) {
    sendError(session, id, 12);
    return;
  }
  const subscription = session.subscriptions.get(sids[0] ?? 0);
  if (subscription === undefined) {
    sendError(session, id, 7);
    return;
  }
  const action = params['action'];
  if (typeof action !== 'string' || action === '') {
    sendError(session, id, 15, subscription);
    return;
  }
  if (subscription.channel === 'cfbenchmarks_value') {
    const ids = indexIdsOf(params);
    const done =
      ids === 'invalid' ? 'invalid' : updateIndices(session, subscription, action, ids, id);
    const codes = { invalid: 11, missing: 24, unsupported: 13 } as const;
    if (done !== 'done') sendError(session, id, codes[done], subscription);
    return;
  }
  const tickers = tickersOf(params);
  if (tickers === 'invalid' || tickers === null) {
    sendError(session, id, tickers === null ? 14 : 11, subscription);
    return;
  }
  switch (action) {
    case 'add_markets': {
      const before = subscription.tickers;
      const added = tickers.filter((ticker) => before !== null && !before.has(ticker));
      for (const ticker of added) before?.add(ticker);
      acknowledgeUpdate(session, subscription, id);
      introduce(state, session, subscription, new Set(added), params);
      return;
    }
    case 'delete_markets':
      for (const ticker of tickers) subscription.tickers?.delete(ticker);
      acknowledgeUpdate(session, subscription, id);
      return;
    case 'get_snapshot':
      if (subscription.channel !== 'orderbook_delta') {
        sendError(session, id, 13, subscription);
        return;
      }
      for (const ticker of tickers) {
        const market = state.markets.get(ticker);
        if (market !== undefined && subscription.tickers?.has(ticker) === true) {
          sendSnapshot(session, subscription, market, id);
        }
      }
      return;
    default:
      sendError(session, id, 13, subscription);
  }
}

function acknowledgeUpdate(session: Session, subscription: Subscription, id: number | null): void {
  const list = [...(subscription.tickers ?? [])];
  sendSequenced(
    session,
    subscription,
    'ok',
    JSON.stringify(subscription.skipTickerAck ? {} : { market_tickers: list }),
    id,
  );
}

function list(session: Session, id: number | null): void {
  const msg = [...session.subscriptions.values()].map(({ channel, sid }) => ({ channel, sid }));
  session.send({ type: 'ok', sid: null, seq: null, id, msg: JSON.stringify(msg) });
}

/** Handles one text frame from the client. Never throws. */
export function handleCommand(state: ExchangeState, session: Session, text: string): void {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    sendError(session, null, 1);
    return;
  }
  if (!isObject(parsed)) {
    sendError(session, null, 1);
    return;
  }
  const given = parsed['id'];
  const id = typeof given === 'number' && Number.isSafeInteger(given) && given > 0 ? given : null;
  const command = parsed['cmd'];
  if (command === 'list_subscriptions') {
    list(session, id);
    return;
  }
  if (command !== 'subscribe' && command !== 'unsubscribe' && command !== 'update_subscription') {
    sendError(session, id, 5);
    return;
  }
  const params = parsed['params'];
  if (!isObject(params)) {
    sendError(session, id, 2);
    return;
  }
  if (command === 'subscribe') subscribe(state, session, params, id);
  else if (command === 'unsubscribe') unsubscribe(session, params, id);
  else update(state, session, params, id);
}
