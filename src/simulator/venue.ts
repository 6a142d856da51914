/**
 * Joins the core to time and to listeners: steps it when something is due, tells the sockets what happened, and keeps
 * the recent past for queries whose index lags.
 */

import { Candles } from './candles.js';
import type { MarketClock } from './clock.js';
import { type Answer, no, refusals } from './core/refusals.js';
import { snapshotOrder } from './core/resting.js';
import { makeExchange, openAccount } from './core/state.js';
import { type Message, nextDueMs, type ReplyOf, step } from './core/step.js';
import type {
  Account,
  ExchangeEvent,
  ExchangeState,
  OrderSnapshot,
  Position,
} from './core/types.js';
import type { Tier } from './http/buckets.js';
import type { QueryView, Venue } from './http/route.js';
import type { World } from './world/types.js';

/** Versions of one order or position kept for lagging queries. */
const VERSIONS_MAX = 16;
/** Longest real time a timer sleeps, so that a far event does not overflow it. */
const SLEEP_MS_MAX = 60_000;

export type RunningVenue = Venue & {
  readonly clock: MarketClock;
  readonly openAccount: (id: string, cash: ReadonlyMap<number, number>) => Account;
  readonly onEvents: (listener: (events: readonly ExchangeEvent[]) => void) => void;
  readonly setQueryLag: (realMs: number) => void;
  /** Brings the exchange up to now and holds it there. */
  readonly freeze: () => number;
  /** Lets market time run: at the start, and after a freeze. */
  readonly run: () => void;
  readonly stop: () => void;
};

type Versions<T> = Map<string, { readonly atMs: number; readonly value: T }[]>;

function remember<T>(versions: Versions<T>, key: string, atMs: number, value: T): void {
  const list = versions.get(key) ?? [];
  list.push({ atMs, value });
  if (list.length > VERSIONS_MAX) list.shift();
  versions.set(key, list);
}

const latest = <T>(versions: Versions<T>, key: string, asOfMs: number): T | null =>
  versions.get(key)?.findLast((version) => version.atMs <= asOfMs)?.value ?? null;

/** The venue at its origin, its time standing still until `run`. */
export function startVenue(
  world: World,
  seed: number,
  clock: MarketClock,
  tier: Tier,
): RunningVenue {
  const state: ExchangeState = makeExchange(world, seed);
  const listeners: ((events: readonly ExchangeEvent[]) => void)[] = [];
  const orderVersions: Versions<OrderSnapshot> = new Map();
  const positionVersions: Versions<Readonly<Position>> = new Map();
  const candles = new Candles();
  let queryLagMs = 0;
  let timer: NodeJS.Timeout | null = null;
  let stopped = false;

  const publish = (events: readonly ExchangeEvent[]): void => {
    if (events.length === 0) return;
    candles.hear(events);
    for (const event of events) {
      if (event.kind === 'order') remember(orderVersions, event.order.id, event.atMs, event.order);
      else if (event.kind === 'position') {
        const key = `${event.accountId}/${event.position.market.spec.ticker}`;
        remember(positionVersions, key, event.atMs, event.position);
      }
    }
    for (const listener of listeners) listener(events);
  };

  /** One due instant at a time, so that what is told about it is as it was then. */
  const catchUp = (): number => {
    const nowMs = Math.max(clock.now(), state.nowMs);
    for (let due = nextDueMs(state); due !== null && due <= nowMs; due = nextDueMs(state)) {
      publish(step(state, { kind: 'advance' }, due).events);
    }
    return nowMs;
  };

  const arm = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    const due = nextDueMs(state);
    if (stopped || due === null) return;
    const waitMs = clock.realUntil(due);
    if (waitMs === null) return;
    timer = setTimeout(
      () => {
        catchUp();
        arm();
      },
      Math.min(SLEEP_MS_MAX, Math.ceil(waitMs)),
    );
  };

  publish(step(state, { kind: 'advance' }, clock.marketOriginMs).events);

  const asOfMs = (): number =>
    queryLagMs === 0 ? Number.POSITIVE_INFINITY : clock.now() - queryLagMs * clock.speed;
  const view: QueryView = {
    asOfMs: () => (queryLagMs === 0 ? Math.max(clock.now(), state.nowMs) : asOfMs()),
    order: (id) => {
      if (queryLagMs > 0) return latest(orderVersions, id, asOfMs());
      for (const account of state.accounts.values()) {
        const order = account.orders.get(id);
        if (order !== undefined) return snapshotOrder(order, account.id);
      }
      return null;
    },
    orders: (account) =>
      [...account.orders.values()].flatMap((order) =>
        queryLagMs === 0
          ? snapshotOrder(order, account.id)
          : (latest(orderVersions, order.id, asOfMs()) ?? []),
      ),
    positions: (account) =>
      [...account.positions.values()].flatMap((position) =>
        queryLagMs === 0
          ? position
          : (latest(positionVersions, `${account.id}/${position.market.spec.ticker}`, asOfMs()) ??
            []),
      ),
  };

  const send = <M extends Message>(message: M): Answer<ReplyOf<M>> => {
    // A frozen exchange answers queries only, so that books compare exactly.
    if (clock.held() && message.kind !== 'advance') return no(refusals.exchangePaused);
    const nowMs = catchUp();
    const stepped = step(state, message, nowMs);
    publish(stepped.events);
    arm();
    return stepped.answer;
  };

  return {
    state,
    tier,
    clock,
    view,
    candles,
    send,
    marketNow: () => clock.now(),
    openAccount: (id, cash) => openAccount(state, id, cash),
    onEvents: (listener) => {
      listeners.push(listener);
    },
    setQueryLag: (realMs) => {
      queryLagMs = realMs;
    },
    freeze: () => {
      catchUp();
      const atMs = clock.hold();
      catchUp();
      arm();
      return atMs;
    },
    run: () => {
      clock.run();
      arm();
    },
    stop: () => {
      stopped = true;
      if (timer !== null) clearTimeout(timer);
    },
  };
}
