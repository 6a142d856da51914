import { type EpochMs, type Ticker, ticker } from '../../domain/units.js';
import type { GapReason } from '../../messages/market-event.js';
import type { DecodeProblem, FeedOutput } from '../venue.js';
import type { Envelope } from './envelope.js';
import type { BookState, FeedBooks } from './feed-books.js';
import { problem } from './problem.js';
import type { Subscriptions } from './subscriptions.js';

export type Emit = (output: FeedOutput) => void;
export type Send = (text: string) => void;

export const alive: FeedOutput = { kind: 'alive' };

/**
 * Which books can be believed, by the numbers of their subscription's messages, and how the others are asked for again.
 * A hole, repeat or step back makes all books of its subscription unknown; an unusable frame those that it may be about.
 */
export class FeedTrust {
  private readonly isSparse: boolean;
  private readonly books: FeedBooks;
  private readonly subscriptions: Subscriptions;
  /** How to send on the connection there is; null: there is none. */
  private readonly sender: (emit: Emit) => Send | null;
  private readonly lastSeq = new Map<number, number>();
  /** Market time of the last sweep. */
  private now = 0;

  constructor(ports: {
    readonly isSparse: boolean;
    readonly books: FeedBooks;
    readonly subscriptions: Subscriptions;
    readonly sender: (emit: Emit) => Send | null;
  }) {
    this.isSparse = ports.isSparse;
    this.books = ports.books;
    this.subscriptions = ports.subscriptions;
    this.sender = ports.sender;
  }

  /** On the next connection numbers begin anew. */
  restart(): void {
    this.books.restart();
    this.lastSeq.clear();
  }

  seqOf(sid: number): number | undefined {
    return this.lastSeq.get(sid);
  }

  sweep(now: EpochMs): void {
    this.now = now;
  }

  /** Checks a number against the last one of its subscription; where there was a hole, the gap is out. */
  follow(sid: number, seq: number, state: BookState | undefined, emit: Emit): void {
    if (this.isSparse) {
      // Split by market: what is between two messages of a market is in other files. Per market it still only grows.
      if (state === undefined || !state.isKnown || state.sid !== sid || seq > state.seq) return;
      state.isKnown = false;
      emit({ kind: 'gap', tickers: [state.ticker], reason: 'seq_hole' });
      return;
    }
    const last = this.lastSeq.get(sid);
    this.lastSeq.set(sid, seq);
    if (last === undefined || seq === last + 1 || this.subscriptions.isDead(sid)) return;
    this.lose(sid, 'seq_hole', emit);
  }

  followIfNumbered({ sid, seq }: Envelope, state: BookState | undefined, emit: Emit): void {
    if (sid !== null && seq !== null) this.follow(sid, seq, state, emit);
  }

  lose(sid: number | 'all', reason: GapReason, emit: Emit): void {
    const lost = this.books.lose(sid);
    emit({ kind: 'gap', tickers: sid === 'all' ? 'all' : lost, reason });
    this.recover(lost, emit);
  }

  /** A subscription is over: its books are lost until another begins. */
  ended(sid: number, emit: Emit): void {
    this.subscriptions.lost(sid);
    this.lastSeq.delete(sid);
    emit({ kind: 'gap', tickers: this.books.lose(sid), reason: 'subscription_lost' });
  }

  /** Whoever stands on these books has found them wrong: they are asked for again. */
  refresh(tickers: readonly Ticker[], emit: Emit): void {
    for (const name of tickers) {
      const state = this.books.find(name);
      if (state !== undefined) state.isKnown = false;
    }
    this.recover(tickers, emit);
  }

  private recover(tickers: readonly Ticker[], emit: Emit): void {
    const send = this.sender(emit);
    if (send === null) return;
    this.subscriptions.askSnapshots(this.books.toAskNow(tickers, this.now), send);
  }

  refuseUnnumbered(envelope: Envelope, emit: Emit): void {
    const where = envelope.sid === null ? 'sid' : 'seq';
    this.refuse(problem('unknown_shape', where, envelope.type), envelope.sid, null, emit);
  }

  /** An unusable frame costs the market it names its book, else its subscription's books, else all. */
  refuse(why: DecodeProblem, sid: number | null, market: string | null, emit: Emit): void {
    if (market !== null) {
      const state = this.books.find(ticker(market));
      if (state !== undefined) {
        state.isKnown = false;
        emit({ kind: 'gap', tickers: [state.ticker], reason: 'bad_frame' });
        this.recover([state.ticker], emit);
      }
    } else this.lose(sid ?? 'all', 'bad_frame', emit);
    emit({ kind: 'refused', problem: why });
    emit(alive);
  }
}
