/**
 * The protocol of one WebSocket connection, free of sockets: commands in, frames out. One sid per channel; subscribing
 * again adds markets to it. Every sequenced message of a sid takes the next number, replies included.
 */
import type { ExchangeEvent, Market } from '../core/types.js';
import {
  deltaMsg,
  eventLifecycleMsg,
  fillMsg,
  groupMsg,
  lifecycleMsg,
  positionMsg,
  snapshotMsg,
  tickerMsg,
  tradeMsg,
  userOrderMsg,
} from '../wire/frames.js';

export const CHANNELS = [
  'orderbook_delta',
  'ticker',
  'trade',
  'fill',
  'market_positions',
  'market_lifecycle_v2',
  'user_orders',
  'order_group_updates',
  'cfbenchmarks_value',
] as const;
export type Channel = (typeof CHANNELS)[number];

export const isChannel = (name: unknown): name is Channel =>
  CHANNELS.some((channel) => channel === name);

export type Subscription = {
  readonly sid: number;
  readonly channel: Channel;
  /** Null: every market. */
  tickers: Set<string> | null;
  /** Tracked by the channel of index prints; empty on every other. */
  readonly indices: Set<string>;
  readonly useYesPrice: boolean;
  readonly skipTickerAck: boolean;
  seq: number;
};

export type Session = {
  readonly accountId: string;
  readonly subscriptions: Map<number, Subscription>;
  readonly byChannel: Map<Channel, Subscription>;
  sidsGiven: number;
  /** Where frames go: text without the time it is sent at, which the shell adds. */
  readonly send: (frame: Frame) => void;
};

/** A frame ready to go, and what it is about, so that faults can be aimed. */
export type Frame = {
  readonly type: string;
  readonly sid: number | null;
  readonly seq: number | null;
  readonly id: number | null;
  readonly msg: string | null;
};

export const makeSession = (accountId: string, send: (frame: Frame) => void): Session => ({
  accountId,
  subscriptions: new Map(),
  byChannel: new Map(),
  sidsGiven: 0,
  send,
});

/** Writes a frame the way the venue does: type, id, sid, seq, msg, then when it was queued. */
export function frameText(frame: Frame, sendingMs: number): string {
  let text = `{"type":"${frame.type}"`;
  if (frame.id !== null) text += `,"id":${frame.id}`;
  if (frame.sid !== null) text += `,"sid":${frame.sid}`;
  if (frame.seq !== null) text += `,"seq":${frame.seq}`;
  if (frame.msg !== null) text += `,"msg":${frame.msg}`;
  return `${text},"sending_ts_ms":${sendingMs}}\n`;
}

export function sendSequenced(
  session: Session,
  subscription: Subscription,
  type: string,
  msg: string,
  id: number | null = null,
): void {
  subscription.seq += 1;
  session.send({ type, sid: subscription.sid, seq: subscription.seq, id, msg });
}

const sendPlain = (session: Session, subscription: Subscription, type: string, msg: string): void =>
  session.send({ type, sid: subscription.sid, seq: null, id: null, msg });

export function sendSnapshot(
  session: Session,
  subscription: Subscription,
  market: Market,
  id: number | null,
): void {
  sendSequenced(
    session,
    subscription,
    'orderbook_snapshot',
    snapshotMsg(market, subscription.useYesPrice),
    id,
  );
}

const hears = (
  subscription: Subscription | undefined,
  ticker: string,
): subscription is Subscription =>
  subscription !== undefined && (subscription.tickers === null || subscription.tickers.has(ticker));

/** Texts of one event, made when first needed and shared by all sessions. */
export type Texts = { readonly get: (key: string, make: () => string) => string };

export function makeTexts(): Texts {
  const made = new Map<string, string>();
  return {
    get: (key, make) => {
      let text = made.get(key);
      if (text === undefined) {
        text = make();
        made.set(key, text);
      }
      return text;
    },
  };
}

/** Tells a session what happened, if it listens to that. */
export function deliver(session: Session, event: ExchangeEvent, texts: Texts): void {
  switch (event.kind) {
    case 'delta': {
      const subscription = session.byChannel.get('orderbook_delta');
      if (!hears(subscription, event.market.spec.ticker)) return;
      const own = event.cause?.accountId === session.accountId;
      const { useYesPrice } = subscription;
      const text = texts.get(`${useYesPrice}${own}`, () => deltaMsg(event, useYesPrice, own));
      sendSequenced(session, subscription, 'orderbook_delta', text);
      return;
    }
    case 'trade': {
      const subscription = session.byChannel.get('trade');
      if (!hears(subscription, event.market.spec.ticker)) return;
      sendSequenced(
        session,
        subscription,
        'trade',
        texts.get('', () => tradeMsg(event)),
      );
      return;
    }
    case 'ticker': {
      const subscription = session.byChannel.get('ticker');
      if (!hears(subscription, event.market.spec.ticker)) return;
      sendPlain(
        session,
        subscription,
        'ticker',
        texts.get('', () => tickerMsg(event.market, event.atMs)),
      );
      return;
    }
    case 'lifecycle': {
      const subscription = session.byChannel.get('market_lifecycle_v2');
      if (subscription === undefined || event.market.spec.multivariate) return;
      sendSequenced(
        session,
        subscription,
        'market_lifecycle_v2',
        texts.get('', () => lifecycleMsg(event)),
      );
      return;
    }
    case 'event': {
      const subscription = session.byChannel.get('market_lifecycle_v2');
      if (subscription === undefined) return;
      sendSequenced(
        session,
        subscription,
        'event_lifecycle',
        texts.get('', () => eventLifecycleMsg(event.event)),
      );
      return;
    }
    default:
      deliverPrivate(session, event, texts);
  }
}

type PrivateEvent = Extract<ExchangeEvent, { kind: 'fill' | 'order' | 'position' | 'group' }>;

function deliverPrivate(session: Session, event: PrivateEvent, texts: Texts): void {
  switch (event.kind) {
    case 'fill': {
      const subscription = session.byChannel.get('fill');
      if (
        event.accountId !== session.accountId ||
        !hears(subscription, event.fill.order.market.spec.ticker)
      )
        return;
      sendPlain(
        session,
        subscription,
        'fill',
        texts.get('', () => fillMsg(event)),
      );
      return;
    }
    case 'order': {
      const subscription = session.byChannel.get('user_orders');
      if (
        event.order.accountId !== session.accountId ||
        !hears(subscription, event.order.market.spec.ticker)
      )
        return;
      sendPlain(
        session,
        subscription,
        'user_order',
        texts.get('', () => userOrderMsg(event.order)),
      );
      return;
    }
    case 'position': {
      const subscription = session.byChannel.get('market_positions');
      if (
        event.accountId !== session.accountId ||
        !hears(subscription, event.position.market.spec.ticker)
      )
        return;
      sendPlain(
        session,
        subscription,
        'market_position',
        texts.get('', () => positionMsg(event)),
      );
      return;
    }
    case 'group': {
      const subscription = session.byChannel.get('order_group_updates');
      if (event.group.account.id !== session.accountId || subscription === undefined) return;
      const text = texts.get('', () => groupMsg(event.what, event.group, event.atMs));
      sendSequenced(session, subscription, 'order_group_updates', text);
      return;
    }
    default:
      event satisfies never;
  }
}
