import type { Buffer } from 'node:buffer';
import { type EpochMs, type Ticker, ticker } from '../../domain/units.js';
import type { DecodedFrame, FeedInput, FeedOptions, FeedSession } from '../venue.js';
import { decodeAccountFrame, isAccountFrame } from './account-frames.js';
import { errorMeaning } from './channels.js';
import { type Envelope, envelopeOf } from './envelope.js';
import { type BookState, FeedBooks } from './feed-books.js';
import { alive, type Emit, FeedTrust } from './feed-trust.js';
import {
  decodeDelta,
  decodeLifecycle,
  decodeQuote,
  decodeSnapshot,
  decodeTrade,
} from './frames.js';
import { decodeIndex } from './index-frames.js';
import { problem } from './problem.js';
import {
  decodedDelta,
  decodedTrade,
  newScannedFrame,
  type ScannedFrame,
  scanFrame,
} from './scan-frame.js';
import { scanText } from './scan-text.js';
import { Subscriptions } from './subscriptions.js';

const harmless: ReadonlySet<string> = new Set(['event_lifecycle', 'event_fee_update']);

/**
 * The feed's protocol without its socket. Every frame of the current connection yields at least one output (`alive` if
 * it has nothing else to say), so the consumer sees every sign of life.
 *
 * A hole, repeat or step back in a subscription's `seq` makes all its books unknown, and their snapshots are asked for
 * in chunks of at most `tickersPerSubscriptionMax`: each chunk is known again when its snapshots arrive. A malformed
 * frame costs the market it names its book; one that names none costs its subscription, or everything. Deltas of
 * unknown books are dropped. A session that never was `connected` reads a capture: it takes every market, sends nothing,
 * and passes on the deltas of unknown books too: its books are shown as they add up, and believed no more for it.
 */
export class KalshiFeed implements FeedSession {
  private readonly speed: number;
  private readonly books = new FeedBooks();
  private readonly subscriptions: Subscriptions;
  private readonly trust: FeedTrust;
  private readonly scanned: ScannedFrame = newScannedFrame();
  private isLive = false;
  private connection: number | null = null;

  constructor(options: FeedOptions) {
    this.speed = options.speed ?? 1;
    this.subscriptions = new Subscriptions(options.tickersPerSubscriptionMax, this.speed);
    this.trust = new FeedTrust({
      isSparse: options.sparseSeq,
      books: this.books,
      subscriptions: this.subscriptions,
      sender: (emit) => (this.connection === null ? null : this.sender(emit)),
    });
  }

  readonly handle = (input: FeedInput, emit: Emit): void => {
    switch (input.kind) {
      case 'frame':
        if (this.hears(input.connection)) this.text(input.text, emit);
        return;
      case 'alive':
        if (this.hears(input.connection)) emit(alive);
        return;
      case 'connected':
        this.disconnect(emit);
        this.isLive = true;
        this.connection = input.connection;
        this.subscriptions.reset();
        emit(alive);
        this.reconcile(emit);
        return;
      case 'disconnected':
        if (input.connection === this.connection) this.disconnect(emit);
        return;
      default:
        input satisfies never;
    }
  };

  readonly want = (tickers: readonly Ticker[], emit: Emit): void => {
    this.books.want(tickers);
    this.reconcile(emit);
  };

  readonly sweep = (now: EpochMs, emit: Emit): void => {
    this.trust.sweep(now);
    if (this.connection === null) return;
    const send = this.sender(emit);
    this.subscriptions.sweep(now);
    const isOn = (name: Ticker): boolean => this.subscriptions.isOn('orderbook_delta', name);
    const overdue = this.books.overdue(now, this.speed, isOn);
    if (overdue.isAllLost) this.subscriptions.restartBooks(send);
    else {
      this.subscriptions.askSnapshots(overdue.ask, send);
      this.subscriptions.forget(overdue.resubscribe);
    }
    this.reconcile(emit);
  };

  readonly refresh = (tickers: readonly Ticker[], emit: Emit): void =>
    this.trust.refresh(tickers, emit);

  readonly handleDecoded = (
    connection: number,
    frame: DecodedFrame,
    bytes: Uint8Array,
    emit: Emit,
  ): void => {
    if (!this.hears(connection)) return;
    const { sid, seq } = frame;
    const state = this.books.find(frame.ticker);
    this.trust.follow(sid, seq, state, emit);
    if (state === undefined) emit(alive);
    else if (frame.kind === 'trade') emit(decodedTrade(frame, bytes));
    else if ((state.isKnown && state.sid === sid) || !this.isLive) {
      if (state.sid === sid) state.seq = seq;
      emit(decodedDelta(frame));
    } else emit(alive);
  };

  readonly handleBytes = (
    connection: number,
    bytes: Buffer,
    start: number,
    end: number,
    emit: Emit,
  ): void => {
    if (scanFrame(bytes, start, end, this.scanned))
      this.handleDecoded(connection, this.scanned, bytes, emit);
    else this.handle({ kind: 'frame', connection, text: bytes.toString('utf8', start, end) }, emit);
  };

  private hears(connection: number): boolean {
    return this.isLive ? connection === this.connection : true;
  }

  private sender(emit: Emit): (text: string) => void {
    const { connection } = this;
    return (text) => {
      if (connection !== null) emit({ kind: 'send', connection, text });
    };
  }

  private reconcile(emit: Emit): void {
    if (this.connection !== null)
      this.subscriptions.reconcile(this.books.wishes, this.sender(emit));
  }

  private disconnect(emit: Emit): void {
    if (this.connection === null) return;
    this.connection = null;
    this.trust.restart();
    this.subscriptions.clear();
    emit({ kind: 'gap', tickers: 'all', reason: 'disconnected' });
  }

  private text(text: string, emit: Emit): void {
    const bytes = scanText(text, this.scanned);
    if (bytes !== null) {
      this.handleDecoded(this.connection ?? 0, this.scanned, bytes, emit);
      return;
    }
    const envelope = envelopeOf(text);
    if (envelope.ok) this.message(envelope.value, emit);
    else this.trust.refuse(envelope.error, null, null, emit);
  }

  private message(envelope: Envelope, emit: Emit): void {
    const { type } = envelope;
    if (type === 'orderbook_snapshot') this.snapshot(envelope, emit);
    else if (type === 'orderbook_delta') this.delta(envelope, emit);
    else if (type === 'trade' || type === 'ticker') this.print(envelope, emit);
    else if (type === 'market_lifecycle_v2') this.lifecycle(envelope, emit);
    else if (type === 'cfbenchmarks_value') this.index(envelope, emit);
    else if (isAccountFrame(type)) {
      const event = decodeAccountFrame(type, envelope.msg);
      if (!event.ok) this.trust.refuse(event.error, envelope.sid, envelope.market, emit);
      else if (event.value !== null) emit({ kind: 'account', event: event.value });
      emit(alive);
    } else this.control(envelope, emit);
  }

  private find(market: string | null): BookState | undefined {
    return market === null ? undefined : this.books.find(ticker(market));
  }

  private delta(envelope: Envelope, emit: Emit): void {
    const { sid, seq, market } = envelope;
    if (sid === null || seq === null) {
      this.trust.refuseUnnumbered(envelope, emit);
      return;
    }
    const state = this.find(market);
    this.trust.follow(sid, seq, state, emit);
    const delta = decodeDelta(envelope.msg);
    if (!delta.ok) this.trust.refuse(delta.error, sid, market, emit);
    else if (state !== undefined && ((state.isKnown && state.sid === sid) || !this.isLive)) {
      if (state.sid === sid) state.seq = seq;
      emit(delta.value);
    } else emit(alive);
  }

  /** Trades and top-of-book quotes: they change no book, so only a market that is not wanted is left out. */
  private print(envelope: Envelope, emit: Emit): void {
    const state = this.find(envelope.market);
    this.trust.followIfNumbered(envelope, state, emit);
    const event = envelope.type === 'trade' ? decodeTrade(envelope.msg) : decodeQuote(envelope.msg);
    if (!event.ok) this.trust.refuse(event.error, envelope.sid, envelope.market, emit);
    else emit(state === undefined ? alive : event.value);
  }

  private lifecycle(envelope: Envelope, emit: Emit): void {
    this.trust.followIfNumbered(envelope, undefined, emit);
    const event = decodeLifecycle(envelope.msg);
    if (event.ok) emit(event.value ?? alive);
    else this.trust.refuse(event.error, envelope.sid, envelope.market, emit);
  }

  /** Stands on no book: one that cannot be read costs only itself. */
  private index(envelope: Envelope, emit: Emit): void {
    this.trust.followIfNumbered(envelope, undefined, emit);
    const print = decodeIndex(envelope.msg);
    emit(print.ok ? print.value : { kind: 'refused', problem: print.error });
    emit(alive);
  }

  private snapshot(envelope: Envelope, emit: Emit): void {
    const { sid, seq, id, market } = envelope;
    // An answer to get_snapshot may come without a number of its own, or repeat the last one.
    const isAnswer =
      id !== null && (seq === null || (sid !== null && this.trust.seqOf(sid) === seq));
    if (sid === null || (seq === null && !isAnswer)) {
      this.trust.refuseUnnumbered(envelope, emit);
      return;
    }
    if (isAnswer) this.subscriptions.answered(id);
    if (seq !== null && !isAnswer) this.trust.follow(sid, seq, undefined, emit);
    const snapshot = decodeSnapshot(envelope.msg, envelope.sendingMs);
    const state = this.find(market);
    if (!snapshot.ok) this.trust.refuse(snapshot.error, sid, market, emit);
    else if (state === undefined || !this.isOfBooks(sid)) emit(alive);
    else {
      state.isKnown = true;
      state.sid = sid;
      state.seq = seq ?? this.trust.seqOf(sid) ?? 0;
      emit(snapshot.value);
    }
  }

  /** A book stands on the deltas of its own subscription: under another number it would stand still and look known. */
  private isOfBooks(sid: number): boolean {
    return !this.isLive || this.subscriptions.nameOf(sid) === 'orderbook_delta';
  }

  /** Replies, and message types that carry nothing for us; they count in `seq` all the same. */
  private control(envelope: Envelope, emit: Emit): void {
    const { type, id, sid } = envelope;
    this.trust.followIfNumbered(envelope, undefined, emit);
    if (type === 'subscribed') this.subscribed(envelope, emit);
    else if (type === 'ok') this.subscriptions.answered(id);
    else if (type === 'error') this.commandError(envelope, emit);
    else if (type === 'unsubscribed') {
      this.subscriptions.answered(id);
      if (sid !== null && this.subscriptions.nameOf(sid) !== undefined) this.trust.ended(sid, emit);
    } else if (!harmless.has(type)) {
      const why = problem('unknown_shape', 'type', type);
      // A new kind of message on a book's subscription may have changed the book.
      if (sid !== null && this.subscriptions.nameOf(sid) === 'orderbook_delta')
        this.trust.lose(sid, 'bad_frame', emit);
      emit({ kind: 'refused', problem: why });
    }
    emit(alive);
    this.reconcile(emit);
  }

  private subscribed(envelope: Envelope, emit: Emit): void {
    const { channel, sid } = envelope.msg;
    if (typeof channel === 'string' && typeof sid === 'number' && Number.isSafeInteger(sid))
      this.subscriptions.subscribed(envelope.id, channel, sid);
    else emit({ kind: 'refused', problem: problem('unknown_shape', 'msg.sid', 'subscribed') });
  }

  private commandError(envelope: Envelope, emit: Emit): void {
    const { id, sid, msg } = envelope;
    // That a subscription is over was said when it ended, and not once more by all that was on its way to it.
    if (id !== null && this.subscriptions.isTooLate(id)) {
      this.subscriptions.answered(id);
      return;
    }
    const code = typeof msg['code'] === 'number' ? msg['code'] : 0;
    const named = [msg['market_ticker'], msg['market_tickers']]
      .flat()
      .filter((name) => typeof name === 'string')
      .map(ticker);
    const ended = this.subscriptions.refused({ id: id ?? 0, sid, code, tickers: named });
    if (ended !== null) this.trust.ended(ended, emit);
    const text = typeof msg['msg'] === 'string' ? msg['msg'] : '';
    const where = `error.${code}.${errorMeaning(code)}`;
    emit({ kind: 'refused', problem: problem('error_body', where, text) });
  }
}
