import type { EpochMs, Ticker } from '../../domain/units.js';
import { limits } from '../../limits.js';
import {
  Channel,
  type ChannelName,
  channelNames,
  errorMeaning,
  subscribeText,
  unsubscribeText,
  updateText,
} from './channels.js';

type Pending = {
  readonly channel: Channel;
  /** The subscription it was sent to; null asks for one. */
  readonly sid: number | null;
  readonly action: 'subscribe' | 'add' | 'delete' | 'snapshot' | 'unsubscribe';
  readonly tickers: readonly Ticker[];
  askedAt: number;
  /** Nothing waits for its answer any more, which may come all the same. */
  isGivenUp: boolean;
};

export type CommandError = {
  readonly id: number;
  readonly sid: number | null;
  readonly code: number;
  readonly tickers: readonly Ticker[];
};

/**
 * What is subscribed on the current connection, what should be, and the commands in between. Every command has a number
 * and is either answered, refused or asked again by `sweep`. Time is that of the last sweep, in market ms.
 */
export class Subscriptions {
  private readonly chunkMax: number;
  private readonly speed: number;
  private channels: readonly Channel[] = [];
  private readonly bySid = new Map<number, Channel>();
  private readonly dead = new Set<number>();
  private readonly pending = new Map<number, Pending>();
  private nextId = 1;
  private now = 0;

  constructor(chunkMax: number, speed: number) {
    this.chunkMax = Math.max(1, chunkMax);
    this.speed = speed;
  }

  /** A new connection: nothing is subscribed on it. */
  reset(): void {
    this.channels = channelNames.map((name) => new Channel(name, this.chunkMax));
    this.bySid.clear();
    this.dead.clear();
    this.pending.clear();
    this.nextId = 1;
  }

  clear(): void {
    this.reset();
    this.channels = [];
  }

  nameOf = (sid: number): ChannelName | undefined => this.bySid.get(sid)?.name;
  /** Messages of a subscription that has ended may still arrive. */
  isDead = (sid: number): boolean => this.dead.has(sid);
  isOn = (name: ChannelName, ticker: Ticker): boolean =>
    this.channel(name)?.on.has(ticker) === true;

  private channel(name: ChannelName): Channel | undefined {
    return this.channels.find((channel) => channel.name === name);
  }

  /** Emits what leads from what is subscribed to `wanted`. Idempotent: asks for nothing twice. */
  reconcile(wanted: ReadonlySet<Ticker>, send: (text: string) => void): void {
    for (const channel of this.channels) {
      if (channel.isOff || channel.isSubscribing || this.now < channel.retryAt) continue;
      if (!channel.isPerTicker) {
        if (channel.sid === null) this.subscribe(channel, [], send);
        continue;
      }
      this.grow(channel, wanted, send);
      const extra = [...channel.on].filter((ticker) => !wanted.has(ticker));
      if (channel.sid !== null && !channel.isSubscribing)
        for (const chunk of chunked(extra, channel.chunkMax)) {
          for (const ticker of chunk) channel.on.delete(ticker);
          this.update(channel, channel.sid, 'delete', chunk, send);
        }
    }
  }

  private grow(channel: Channel, wanted: ReadonlySet<Ticker>, send: (text: string) => void): void {
    const grouped = new Set(channel.groups.flat());
    const isMissing = (ticker: Ticker): boolean =>
      wanted.has(ticker) && !channel.on.has(ticker) && !channel.refused.has(ticker);
    const missing = [...wanted].filter((ticker) => isMissing(ticker) && !grouped.has(ticker));
    const chunks = [
      ...channel.groups.map((group) => group.filter(isMissing)).filter((group) => group.length > 0),
      ...chunked(missing, channel.chunkMax),
    ];
    channel.groups = [];
    for (const [index, chunk] of chunks.entries()) {
      if (channel.sid === null) {
        // The rest follows the acknowledgement, as additions to the subscription it names.
        this.subscribe(channel, chunk, send);
        channel.groups = grouped.size > 0 ? chunks.slice(index + 1) : [];
        return;
      }
      for (const ticker of chunk) channel.on.add(ticker);
      this.update(channel, channel.sid, 'add', chunk, send);
    }
  }

  private subscribe(
    channel: Channel,
    tickers: readonly Ticker[],
    send: (text: string) => void,
  ): void {
    channel.isSubscribing = true;
    for (const ticker of tickers) channel.on.add(ticker);
    const id = this.ask({ channel, sid: null, action: 'subscribe', tickers });
    send(subscribeText(id, channel.name, tickers));
  }

  private update(
    channel: Channel,
    sid: number,
    action: 'add' | 'delete' | 'snapshot',
    tickers: readonly Ticker[],
    send: (text: string) => void,
  ): void {
    const id = this.ask({ channel, sid, action, tickers });
    const wire = {
      add: 'add_markets',
      delete: 'delete_markets',
      snapshot: 'get_snapshot',
    } as const;
    send(updateText(id, sid, wire[action], tickers));
  }

  private ask(command: Omit<Pending, 'askedAt' | 'isGivenUp'>): number {
    const id = this.nextId;
    this.nextId += 1;
    this.pending.set(id, { ...command, askedAt: this.now, isGivenUp: false });
    // Beyond the bound the oldest is forgotten: its market's sweep asks again.
    if (this.pending.size > limits.feedCommandsPendingMax) {
      const [oldest] = this.pending;
      if (oldest !== undefined) {
        this.giveUp(oldest[1]);
        this.pending.delete(oldest[0]);
      }
    }
    return id;
  }

  /** Asks for fresh books, in chunks, so that a hole's books come back one chunk after the other. */
  askSnapshots(tickers: readonly Ticker[], send: (text: string) => void): void {
    const channel = this.channel('orderbook_delta');
    if (channel === undefined || channel.sid === null) return;
    for (const chunk of chunked(tickers, channel.chunkMax))
      this.update(channel, channel.sid, 'snapshot', chunk, send);
  }

  /** Forgets that these were asked for, so that `reconcile` adds them again. */
  forget(tickers: readonly Ticker[]): void {
    for (const ticker of tickers) this.channel('orderbook_delta')?.on.delete(ticker);
  }

  /** Ends the book subscription in order to begin a new one. */
  restartBooks(send: (text: string) => void): void {
    const channel = this.channel('orderbook_delta');
    if (channel === undefined || channel.sid === null) return;
    const sid = channel.sid;
    const id = this.ask({ channel, sid, action: 'unsubscribe', tickers: [] });
    send(unsubscribeText(id, sid));
    this.lost(sid);
  }

  subscribed(id: number | null, name: string, sid: number): void {
    const channel = this.channels.find((candidate) => candidate.name === name);
    if (id !== null) this.pending.delete(id);
    if (channel === undefined) return;
    if (channel.sid !== null && channel.sid !== sid) this.dead.add(channel.sid);
    channel.sid = sid;
    channel.isSubscribing = false;
    channel.healthySince = this.now as EpochMs;
    this.bySid.set(sid, channel);
    this.dead.delete(sid);
  }

  answered(id: number | null): void {
    if (id !== null) this.pending.delete(id);
  }

  /** The subscription is gone; `reconcile` begins a new one, at once the first time, later with backoff. */
  lost(sid: number): void {
    const channel = this.bySid.get(sid);
    this.bySid.delete(sid);
    this.dead.add(sid);
    if (channel === undefined || channel.sid !== sid) return;
    channel.lost();
    if (channel.failures === 0) channel.failures = 1;
    else this.delay(channel);
  }

  /** The command was on its way to a subscription when that ended: whatever is said to it changes nothing any more. */
  isTooLate(id: number): boolean {
    const command = this.pending.get(id);
    return command !== undefined && this.isOver(command);
  }

  private isOver({ sid }: Pending): boolean {
    return sid !== null && this.dead.has(sid);
  }

  /** Returns the subscription that ended with it, if one did. */
  refused(error: CommandError): number | null {
    const command = this.pending.get(error.id);
    this.pending.delete(error.id);
    const meaning = errorMeaning(error.code);
    const sid = error.sid ?? command?.sid ?? null;
    if (meaning === 'terminal' && sid !== null && this.bySid.has(sid)) {
      this.lost(sid);
      return sid;
    }
    if (command === undefined || command.isGivenUp) return null;
    const { channel, action, tickers } = command;
    if (action === 'subscribe') channel.isSubscribing = false;
    if (action === 'delete' || action === 'snapshot' || action === 'unsubscribe') return null;
    for (const ticker of tickers) channel.on.delete(ticker);
    if (meaning === 'smaller') channel.chunkMax = Math.max(1, channel.chunkMax >> 1);
    if (meaning !== 'refused') this.delay(channel);
    else this.split(channel, tickers, error.tickers);
    return null;
  }

  /** A refused group is asked for again without the markets named, or else in halves, down to the one to blame. */
  private split(channel: Channel, tickers: readonly Ticker[], named: readonly Ticker[]): void {
    if (tickers.length === 0) {
      channel.isOff = true;
      return;
    }
    const guilty = named.filter((ticker) => tickers.includes(ticker));
    if (tickers.length === 1) guilty.push(...tickers);
    for (const ticker of guilty) channel.refused.add(ticker);
    if (guilty.length > 0) return;
    const half = tickers.length >> 1;
    channel.groups.push(tickers.slice(0, half), tickers.slice(half));
  }

  private delay(channel: Channel): void {
    const backoffMs = Math.min(
      limits.feedBackoffMsMax,
      1_000 * 2 ** Math.min(channel.failures, 10),
    );
    channel.failures += 1;
    channel.retryAt = this.now + backoffMs * this.speed;
  }

  /** Gives up on commands without an answer, so that `reconcile` asks again. */
  sweep(now: EpochMs): void {
    // What was asked before the first sweep was asked at no known time: its wait begins now.
    const isFirst = this.now === 0;
    this.now = now;
    const overdue = now - limits.feedAnswerMsMax * this.speed;
    for (const command of this.pending.values()) {
      if (isFirst) command.askedAt = now;
      if (command.askedAt <= overdue) this.giveUp(command);
    }
    for (const channel of this.channels) {
      const healthyMs = channel.healthySince === null ? 0 : now - channel.healthySince;
      if (healthyMs >= limits.feedHealthyMs * this.speed) channel.failures = 0;
    }
  }

  private giveUp(command: Pending): void {
    if (command.isGivenUp) return;
    command.isGivenUp = true;
    if (this.isOver(command)) return;
    const { channel, action, tickers } = command;
    if (action === 'subscribe') channel.isSubscribing = false;
    if (action === 'subscribe' || action === 'add')
      for (const ticker of tickers) channel.on.delete(ticker);
    // Whether it was taken out is not known: asked once more if it is still not wanted.
    if (action === 'delete') for (const ticker of tickers) channel.on.add(ticker);
  }
}

function* chunked(tickers: readonly Ticker[], chunkMax: number): Generator<readonly Ticker[]> {
  for (let at = 0; at < tickers.length; at += chunkMax) yield tickers.slice(at, at + chunkMax);
}
