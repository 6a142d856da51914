import type { EpochMs, Ticker } from '../../domain/units.js';
import { indexNames } from './index-frames.js';

/**
 * The channels of one connection, in the order they are subscribed: the account's own first, what only informs last.
 */
export const channelNames = [
  'fill',
  'user_orders',
  'market_positions',
  'order_group_updates',
  'market_lifecycle_v2',
  'orderbook_delta',
  'trade',
  'ticker',
  'cfbenchmarks_value',
] as const;
export type ChannelName = (typeof channelNames)[number];

const perTickerNames: ReadonlySet<ChannelName> = new Set(['orderbook_delta', 'trade', 'ticker']);

/**
 * One channel on one connection. The exchange keeps a single subscription (sid) per channel and merges a second
 * `subscribe` into it, so a board cannot be split over sids; it is grown, and recovered, in chunks instead.
 */
export class Channel {
  readonly name: ChannelName;
  /** Subscribed by market; the others cover everything. */
  readonly isPerTicker: boolean;
  sid: number | null = null;
  isSubscribing = false;
  /** Refused for good on this connection. */
  isOff = false;
  /** Asked for, perhaps not acknowledged yet. */
  readonly on = new Set<Ticker>();
  /** The exchange will not have these here; not asked again on this connection. */
  readonly refused = new Set<Ticker>();
  /** Groups to be asked for by themselves, because a larger one with them in it was refused. */
  groups: (readonly Ticker[])[] = [];
  chunkMax: number;
  failures = 0;
  retryAt = 0;
  healthySince: EpochMs | null = null;

  constructor(name: ChannelName, chunkMax: number) {
    this.name = name;
    this.isPerTicker = perTickerNames.has(name);
    this.chunkMax = chunkMax;
  }

  lost(): void {
    this.sid = null;
    this.isSubscribing = false;
    this.healthySince = null;
    this.on.clear();
  }
}

type Update = 'add_markets' | 'delete_markets' | 'get_snapshot';

/** NO levels at NO prices, said explicitly: the flag's default is going to change. */
export const subscribeText = (id: number, name: ChannelName, tickers: readonly Ticker[]): string =>
  JSON.stringify({
    id,
    cmd: 'subscribe',
    params: {
      channels: [name],
      ...(tickers.length === 0 ? {} : { market_tickers: tickers }),
      ...(name === 'orderbook_delta' ? { use_yes_price: false } : {}),
      ...(name === 'cfbenchmarks_value' ? { index_ids: indexNames } : {}),
    },
  });

export const updateText = (
  id: number,
  sid: number,
  action: Update,
  tickers: readonly Ticker[],
): string =>
  JSON.stringify({
    id,
    cmd: 'update_subscription',
    params: { sids: [sid], market_tickers: tickers, action },
  });

export const unsubscribeText = (id: number, sid: number): string =>
  JSON.stringify({ id, cmd: 'unsubscribe', params: { sids: [sid] } });

/** What the exchange's error codes mean for the command or subscription they name. */
export type ErrorMeaning = 'terminal' | 'later' | 'smaller' | 'refused';

export function errorMeaning(code: number): ErrorMeaning {
  switch (code) {
    // 10 channel error, 25 buffer overflow: the subscription is dead. 7: it is not there.
    case 10:
    case 25:
    case 7:
      return 'terminal';
    // 1 unable to process, 18 command timeout, 27 too many requests.
    case 1:
    case 18:
    case 27:
      return 'later';
    // 26 market limit of the subscription exceeded.
    case 26:
      return 'smaller';
    default:
      return 'refused';
  }
}
