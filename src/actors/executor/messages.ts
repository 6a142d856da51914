import type { ListedMarket } from '../../domain/market.js';
import type { ShardTarget } from '../../domain/transfer.js';
import type {
  CallId,
  ClientOrderId,
  EpochMs,
  OrderId,
  Price,
  Shard,
  Ticker,
} from '../../domain/units.js';
import type {
  AccountEvent,
  Fill,
  VenueOrder,
  VenuePosition,
  VenueSettlement,
} from '../../messages/account-event.js';
import type {
  Answer,
  CancelAnswer,
  GroupAnswer,
  GroupOp,
  PlaceAnswer,
  ShardCash,
  TransferAnswer,
  VenueTransfer,
} from '../../messages/desk.js';
import type { InferenceBill, InferenceCall } from '../../messages/inference.js';
import type { Opened, OperatorCommand } from '../../messages/input.js';
import type { Intent } from '../../messages/intent.js';
import type { LifecycleChange } from '../../messages/market-event.js';
import type { ValuationResult } from '../../messages/valuation.js';
import type { BookShot } from '../../messages/window.js';

/** What the executor is told, one at a time. Replies name what they answer, so the executor needs no effect ids. */
export type ExecutorMessage =
  | { readonly kind: 'opened'; readonly opened: Opened; readonly settings: ExecutorSettings }
  /** The private feed is up: reconcile before trading. `gone`: it is down; nothing is sent until the next `up`. */
  | { readonly kind: 'link'; readonly link: 'up' | 'gone' }
  | { readonly kind: 'intent'; readonly intent: Intent }
  | { readonly kind: 'durable'; readonly recordSeq: number }
  | { readonly kind: 'disk_failed'; readonly detail: string }
  | { readonly kind: 'space'; readonly isLow: boolean; readonly freeBytes: number | null }
  | { readonly kind: 'placed'; readonly clientOrderId: ClientOrderId; readonly answer: PlaceAnswer }
  | {
      readonly kind: 'cancel_answered';
      readonly clientOrderId: ClientOrderId;
      readonly answer: CancelAnswer;
    }
  | {
      readonly kind: 'group_answered';
      readonly op: GroupOp;
      readonly shard: Shard;
      /** The limit that was asked for, whole contracts. */
      readonly contracts: number;
      readonly answer: GroupAnswer;
    }
  | {
      readonly kind: 'transfer_answered';
      readonly transferSeq: number;
      readonly answer: TransferAnswer;
    }
  | {
      readonly kind: 'transfers';
      readonly transferSeq: number;
      readonly answer: Answer<VenueTransfer>;
    }
  | { readonly kind: 'account'; readonly event: AccountEvent }
  | {
      readonly kind: 'orders';
      readonly since: EpochMs | null;
      readonly ticker: Ticker | null;
      readonly answer: Answer<VenueOrder>;
    }
  | {
      readonly kind: 'fills';
      readonly since: EpochMs | null;
      readonly orderId: OrderId | null;
      readonly answer: Answer<Fill>;
    }
  | { readonly kind: 'positions'; readonly answer: Answer<VenuePosition> }
  | {
      readonly kind: 'settlements';
      readonly since: EpochMs | null;
      readonly ticker: Ticker | null;
      readonly answer: Answer<VenueSettlement>;
    }
  | { readonly kind: 'balance'; readonly answer: Answer<ShardCash> }
  /** A listing of one market we hold: how paper positions learn their settlement. */
  | {
      readonly kind: 'market';
      readonly ticker: Ticker;
      readonly market: ListedMarket | null;
      readonly settlementValue: Price | null;
      readonly isFinal: boolean;
    }
  | { readonly kind: 'lifecycle'; readonly ticker: Ticker; readonly change: LifecycleChange }
  | { readonly kind: 'inference_wanted'; readonly call: InferenceCall }
  | {
      readonly kind: 'inference_answered';
      readonly callId: CallId;
      /** The last HTTP status; null without one. */
      readonly status: number | null;
      /** Null: the answer carries none that can be read. */
      readonly bill: InferenceBill | null;
      /** Attempts that may have been charged and whose bill never came. */
      readonly lost: number;
      readonly code: string;
    }
  /**
   * The provider's own entry of a model: `problem` says why it may not be used. `isPassing`: nobody could say, and may
   * later. `notice`: what the operator should know of one that may be used.
   */
  | {
      readonly kind: 'model_checked';
      readonly model: string;
      readonly problem: string | null;
      readonly isPassing: boolean;
      readonly notice: string | null;
    }
  | { readonly kind: 'cycle'; readonly result: ValuationResult }
  /** Learnt weights are in force. */
  | {
      readonly kind: 'calibrated';
      readonly throughSeq: number;
      readonly snapshots: number;
      readonly events: number;
      readonly tableHash: string;
    }
  | { readonly kind: 'operator'; readonly command: OperatorCommand }
  | { readonly kind: 'settings'; readonly settings: ExecutorSettings }
  /** The executor's clock: once a second of real time while anything is pending, and at every window. */
  | { readonly kind: 'sweep' }
  | { readonly kind: 'stop'; readonly reason: string };

/** The settings the executor obeys; money in micros, times in market milliseconds (already scaled by the clock's speed). */
export type ExecutorSettings = {
  readonly minEdge: number;
  /** The same for an exit; null: none is made. */
  readonly exitEdge: number | null;
  readonly slippageBps: number;
  readonly feeMarginBps: number;
  readonly bankroll: number;
  readonly maxDailyLoss: number;
  readonly maxOpenExposure: number;
  readonly maxNotionalPerMarket: number;
  readonly maxFractionPerTrade: number;
  readonly maxOrdersPerMinute: number;
  /** Contracts of one shard in 15 s beyond which the exchange's own fuse blows; null: orders go without one. */
  readonly groupContracts: number | null;
  readonly reentryCooldownMs: number;
  /** Runs that may die within `crashWindowMs` before trading stays halted; 0: any number. */
  readonly maxCrashes: number;
  readonly crashWindowMs: number;
  readonly cashUnit: number;
  /** Opening cash of paper and simulator accounts, percent by shard. */
  readonly shardAllocation: readonly { readonly shard: number; readonly percent: number }[];
  /** Shares of free cash that shards are kept at; none: cash stays where it is. */
  readonly shardTargets: readonly ShardTarget[];
  /** IANA zone of the day that a daily loss belongs to. */
  readonly dayZone: string;
  readonly claudeModel: string;
  readonly inferenceGrant: number;
  readonly inferenceDailyCap: number;
  /** Of realized profit above its highest so far, 0..1. */
  readonly inferenceProfitShare: number;
  /** Real durations × speed. */
  readonly fillsQueryAfterMs: number;
  readonly unknownQuarantineMs: number;
  readonly readingEveryMs: number;
  readonly readingQuietMs: number;
  readonly unknownMarkMaxMs: number;
  readonly modelAgainAfterMs: number;
  readonly transferEveryMs: number;
  readonly transferSlowMs: number;
};

/** What `decide` may read besides its state: the engine's own readonly views at this input. Deterministic. */
export type Desk = {
  readonly now: EpochMs;
  readonly inputSeq: number;
  readonly book: (ticker: Ticker) => BookShot;
  readonly market: (ticker: Ticker) => ListedMarket | null;
};

/** What happened in a step, for people and sinks. `data` is canonical. */
export type Note = {
  readonly level: 'info' | 'warn' | 'alert';
  readonly code: string;
  readonly text: string;
  readonly ticker?: Ticker;
  readonly clientOrderId?: ClientOrderId;
};
