import { PriceBook } from '../domain/book.js';
import { type Ticker, ticker as tickerOf } from '../domain/units.js';
import type {
  DecodedFrame,
  FeedInput,
  FeedOutput,
  FeedSession,
  VenueCodec,
} from '../exchange/venue.js';
import { limits } from '../limits.js';
import type { AccountEvent } from '../messages/account-event.js';

type Emit = (output: FeedOutput) => void;

/** A recorded book as its own frames add up, followed whether or not this backtest wants it. */
type TapeBook = { readonly book: PriceBook; isKnown: boolean };

export type TapeFeedOptions = {
  readonly codec: VenueCodec;
  readonly speed: number;
  /** Holes in the recorded sequence are no losses: it was made of captures split by market. */
  readonly isSparse?: boolean;
  /** Hears every output before the engine does. */
  readonly heard: Emit;
};

/**
 * The recorded feed as the engine's own session. Frames are read as a capture is: whatever the recorded run subscribed to
 * is there, whatever this engine asks for. A market wanted later than its snapshot gets one made from its book; one that
 * was never recorded stays unknown. Frames of the account are another run's business and are left out.
 */
export class TapeFeed {
  /** Books that were lost, by any cause, before or in the backtest. */
  gaps = 0;
  snapshots = 0;
  private readonly options: TapeFeedOptions;
  private readonly books = new Map<Ticker, TapeBook>();
  private inner: FeedSession;
  private isLinked = false;
  private wanted: ReadonlySet<Ticker> = new Set();
  /** Wanted markets whose book is to be handed over with the next sign of life. */
  private due: Ticker[] = [];
  /** Order book subscriptions and their markets. */
  private readonly subscribed = new Map<number, ReadonlySet<string>>();
  /** What became of the account since the last sign of life. */
  private news: AccountEvent[] = [];
  private emit: Emit = () => {};
  /** The frame at hand said more than that the connection lives. */
  private hasSpoken = false;

  constructor(options: TapeFeedOptions) {
    this.options = options;
    this.inner = this.fresh();
  }

  /** The session that the engine drives. */
  readonly session: FeedSession = {
    handle: (input, emit) => {
      if (this.due.length > 0) this.handOver(emit);
      this.take(input, emit);
      if (this.news.length > 0) this.announce(emit);
    },
    handleBytes: (connection, bytes, start, end, emit) =>
      this.session.handle(
        { kind: 'frame', connection, text: bytes.toString('utf8', start, end) },
        emit,
      ),
    handleDecoded: (connection, frame, bytes, emit) => {
      if (this.due.length > 0) this.handOver(emit);
      this.takeDecoded(connection, frame, bytes, emit);
      if (this.news.length > 0) this.announce(emit);
    },
    want: (tickers) => {
      const wanted = new Set(tickers);
      for (const ticker of wanted)
        if (!this.wanted.has(ticker) && this.isKnown(ticker)) this.due.push(ticker);
      this.wanted = wanted;
    },
    refresh: (tickers) => void this.due.push(...tickers),
    sweep: () => {},
  };

  /** One recorded input of the feed. */
  take(input: FeedInput, emit: Emit): void {
    this.emit = emit;
    if (input.kind === 'connected' || input.kind === 'disconnected') {
      // Numbers begin anew, and nobody knows what was missed.
      if (this.isLinked) this.hear({ kind: 'gap', tickers: 'all', reason: 'disconnected' });
      this.inner = this.fresh();
      this.subscribed.clear();
      this.isLinked = input.kind === 'connected';
      if (this.isLinked) this.hear({ kind: 'alive' });
      return;
    }
    this.isLinked = true;
    this.hasSpoken = false;
    this.inner.handle(input, this.hear);
    if (input.kind === 'frame' && !this.hasSpoken && isControl(input.text))
      this.control(input.text);
  }

  /** Something of the backtest's own account, told with the frame that brought it about. */
  tell(event: AccountEvent): void {
    this.news.push(event);
  }

  /** One recorded frame that was decoded before; lent. */
  takeDecoded(connection: number, frame: DecodedFrame, bytes: Uint8Array, emit: Emit): void {
    this.emit = emit;
    this.isLinked = true;
    this.inner.handleDecoded(connection, frame, bytes, this.hear);
  }

  isKnown(ticker: Ticker): boolean {
    return this.books.get(ticker)?.isKnown === true;
  }

  /** The recorded book as it stands; null when it is not known. */
  book(ticker: Ticker): PriceBook | null {
    const found = this.books.get(ticker);
    return found?.isKnown === true ? found.book : null;
  }

  private fresh(): FeedSession {
    const { codec, speed, isSparse = false } = this.options;
    const { tickersPerSubscriptionMax } = limits;
    return codec.feed({ sparseSeq: isSparse, tickersPerSubscriptionMax, speed });
  }

  private handOver(emit: Emit): void {
    const due = this.due.splice(0);
    for (const ticker of due) {
      const book = this.book(ticker);
      if (book === null) continue;
      const [yes, no] = [book.levels('yes'), book.levels('no')];
      emit({ kind: 'snapshot', ticker, yes, no, exchangeAt: null, from: 'feed' });
    }
  }

  private announce(emit: Emit): void {
    for (const event of this.news.splice(0)) emit({ kind: 'account', event });
  }

  private readonly hear = (output: FeedOutput): void => {
    if (output.kind !== 'alive') this.hasSpoken = true;
    switch (output.kind) {
      case 'account':
      case 'send':
        return;
      case 'snapshot': {
        this.snapshots += 1;
        const entry = this.entry(output.ticker);
        entry.isKnown = entry.book.applySnapshot(output.yes, output.no) === 'ok';
        break;
      }
      case 'delta': {
        const entry = this.entry(output.ticker);
        // As live: what cannot be placed is only a sign of life.
        if (!entry.isKnown) {
          this.emit(alive);
          return;
        }
        if (entry.book.applyDelta(output.side, output.price, output.change) === 'negative')
          entry.isKnown = false;
        break;
      }
      case 'gap':
        this.lose(output.tickers);
        break;
      default:
    }
    this.options.heard(output);
    this.emit(output);
  };

  private entry(ticker: Ticker): TapeBook {
    const found = this.books.get(ticker);
    if (found !== undefined) return found;
    const made = { book: new PriceBook(), isKnown: false };
    this.books.set(ticker, made);
    return made;
  }

  private lose(tickers: readonly Ticker[] | 'all'): void {
    this.gaps += 1;
    if (tickers === 'all') for (const entry of this.books.values()) entry.isKnown = false;
    else
      for (const ticker of tickers) {
        const entry = this.books.get(ticker);
        if (entry !== undefined) entry.isKnown = false;
      }
  }

  /**
   * What the recorded run no longer listened to stands still and would look known: as far as the exchange's own answers
   * tell, it is lost.
   */
  private control(text: string): void {
    const frame = JSON.parse(text) as Control;
    const { type, sid, msg } = frame;
    if (type === 'subscribed' && msg?.channel === 'orderbook_delta' && msg.sid !== undefined)
      this.subscribed.set(msg.sid, new Set());
    if (sid === undefined) return;
    const before = this.subscribed.get(sid);
    if (before === undefined) return;
    if (type === 'ok' && msg?.market_tickers !== undefined) {
      const after = new Set(msg.market_tickers);
      this.subscribed.set(sid, after);
      this.drop([...before].filter((name) => !after.has(name)));
    } else if (type === 'unsubscribed') {
      this.subscribed.delete(sid);
      this.drop([...before]);
    }
  }

  private drop(names: readonly string[]): void {
    const known = names.map(tickerOf).filter((ticker) => this.isKnown(ticker));
    if (known.length > 0) this.hear({ kind: 'gap', tickers: known, reason: 'subscription_lost' });
  }
}

const alive: FeedOutput = { kind: 'alive' };

type Control = {
  readonly type?: string;
  readonly sid?: number;
  readonly msg?: {
    readonly channel?: string;
    readonly sid?: number;
    readonly market_tickers?: readonly string[];
  };
};

const controls = /"type"\s*:\s*"(?:ok|subscribed|unsubscribed)"/;
const isControl = (text: string): boolean => controls.test(text);
