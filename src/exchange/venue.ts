import type { Observable } from 'rxjs';
import type { Market, MarketEventInfo, Series } from '../domain/market.js';
import type { Result } from '../domain/result.js';
import type { EpochMs, Price, Quantity, Ticker } from '../domain/units.js';
import type {
  AccountEvent,
  Fill,
  VenueOrder,
  VenuePosition,
  VenueSettlement,
} from '../messages/account-event.js';
import type {
  Answer,
  CancelAnswer,
  GroupAnswer,
  GroupOp,
  PlaceAnswer,
  ShardCash,
  TransferAnswer,
  VenueTransfer,
} from '../messages/desk.js';
import type { EffectRequest, Outcome } from '../messages/effect.js';
import type { MarketEvent, SnapshotEvent } from '../messages/market-event.js';

/** A text that was not what it should be. `where` names the field or path, `text` is cut to a bounded length. */
export type DecodeProblem = {
  readonly code: 'not_json' | 'unknown_shape' | 'bad_value' | 'error_body';
  readonly where: string;
  readonly text: string;
};

export type ListingPage = {
  readonly markets: readonly Market[];
  /** Listed but malformed: dropped from the scan and counted, never fatal. */
  readonly refused: readonly { readonly ticker: string; readonly problem: DecodeProblem }[];
  readonly cursor: string;
};

/**
 * The pure half of a venue: wire texts in, messages out. Runs past the intake, so a replay decodes the recorded texts
 * again and must get the same messages. No I/O, no clock, no promise.
 */
export interface VenueCodec {
  readonly listing: (body: string) => Result<ListingPage, DecodeProblem>;
  readonly events: (body: string) => Result<readonly MarketEventInfo[], DecodeProblem>;
  readonly series: (body: string) => Result<readonly Series[], DecodeProblem>;
  readonly market: (body: string) => Result<Market, DecodeProblem>;
  /** The `snapshot` of one REST book. */
  readonly book: (ticker: Ticker, body: string) => Result<SnapshotEvent, DecodeProblem>;
  readonly placed: (outcome: Outcome) => PlaceAnswer;
  readonly canceled: (outcome: Outcome) => CancelAnswer;
  readonly group: (op: GroupOp, outcome: Outcome) => GroupAnswer;
  readonly transferred: (outcome: Outcome) => TransferAnswer;
  /** All parts of one effect, in order, the `end` part included: complete only if every page was good and present. */
  readonly orders: (parts: readonly Outcome[]) => Answer<VenueOrder>;
  readonly fills: (parts: readonly Outcome[]) => Answer<Fill>;
  readonly positions: (parts: readonly Outcome[]) => Answer<VenuePosition>;
  readonly settlements: (parts: readonly Outcome[]) => Answer<VenueSettlement>;
  readonly balance: (parts: readonly Outcome[]) => Answer<ShardCash>;
  /** `isOne`: of a single entry, which may not be there; else of the whole list. */
  readonly transfers: (parts: readonly Outcome[], isOne: boolean) => Answer<VenueTransfer>;
  readonly feed: (options: FeedOptions) => FeedSession;
}

export type FeedOptions = {
  /** Captures split by market have holes in `seq` that are not losses. */
  readonly sparseSeq: boolean;
  readonly tickersPerSubscriptionMax: number;
  /** Market ms per real ms: paces what is asked again. Default 1. */
  readonly speed?: number;
};

export type FeedInput =
  | { readonly kind: 'connected'; readonly connection: number }
  | { readonly kind: 'disconnected'; readonly connection: number; readonly reason: string }
  | { readonly kind: 'frame'; readonly connection: number; readonly text: string }
  | { readonly kind: 'alive'; readonly connection: number };

export type FeedOutput =
  | MarketEvent
  | { readonly kind: 'account'; readonly event: AccountEvent }
  /** A print of an index that markets settle on, dollars, dated by whoever computes it. */
  | {
      readonly kind: 'index';
      readonly index: string;
      readonly value: number;
      readonly at: EpochMs;
    }
  /** A command for the connection: becomes a `send` effect. */
  | { readonly kind: 'send'; readonly connection: number; readonly text: string }
  /** A frame that could not be used. The session has already emitted the gap it causes. */
  | { readonly kind: 'refused'; readonly problem: DecodeProblem };

/**
 * A feed's protocol without its socket: subscriptions, sequence numbers, what a hole costs, when to ask for a snapshot.
 * Mutable, one owner (the engine), deterministic. `emit` is called synchronously, in order.
 */
export interface FeedSession {
  readonly handle: (input: FeedInput, emit: (output: FeedOutput) => void) => void;
  /**
   * A frame as the bytes `[start, end)`, which are only lent: the same outputs as `handle` with its text. The fast way
   * in for captures.
   */
  readonly handleBytes: (
    connection: number,
    bytes: Buffer,
    start: number,
    end: number,
    emit: (output: FeedOutput) => void,
  ) => void;
  /**
   * A frame that was decoded before, `bytes` holding its trade id; both are only lent. The same outputs as `handle` with
   * its text: numbers, subscriptions and gaps are followed as ever, only the reading is left out.
   */
  readonly handleDecoded: (
    connection: number,
    frame: DecodedFrame,
    bytes: Uint8Array,
    emit: (output: FeedOutput) => void,
  ) => void;
  /** The markets wanted from now on; emits the commands that get there from what is subscribed. */
  readonly want: (tickers: readonly Ticker[], emit: (output: FeedOutput) => void) => void;
  /** These books turned out wrong although no hole was seen: each is unknown until a new snapshot, which is asked for. */
  readonly refresh: (tickers: readonly Ticker[], emit: (output: FeedOutput) => void) => void;
  /** Asks again for what was asked and never answered; called on the engine's sweep. */
  readonly sweep: (now: EpochMs, emit: (output: FeedOutput) => void) => void;
}

/**
 * A book change or a trade whose frame was decoded before; lent, and written over at the next one. `delta`: `price` is of
 * its own side, `size` is the signed change. `trade`: `price` is of YES, `size` the count, `isYes` the taker's side, and
 * the trade id is the ASCII bytes `[idStart, idEnd)` of what the frame came in. Times are exchange milliseconds.
 */
export type DecodedFrame = {
  readonly kind: 'delta' | 'trade';
  readonly ticker: Ticker;
  readonly sid: number;
  readonly seq: number;
  readonly isYes: boolean;
  readonly price: Price;
  readonly size: Quantity;
  readonly tsMs: number;
  readonly idStart: number;
  readonly idEnd: number;
};

/** What a socket tells the intake. `text` is the frame verbatim. */
export type SocketEvent = FeedInput;

/**
 * The shell half of a venue: owns sockets, deadlines, rate limits, signatures; real time. `perform` never errors: every
 * failure is an outcome. Parts of one effect come in order and end with a last one.
 */
export interface VenueShell {
  readonly perform: (
    request: EffectRequest,
  ) => Observable<{ readonly outcome: Outcome; readonly last: boolean }>;
  /** Connects on subscription, reconnects with backoff and jitter for ever, closes on unsubscription. */
  readonly socket: Observable<SocketEvent>;
  readonly send: (connection: number, text: string) => void;
  /** Takes back every order that waits for its turn: none of them starts any more. What has started goes on. */
  readonly recall: () => void;
  readonly close: () => Promise<void>;
}
