import type { Account } from '../../domain/account.js';
import {
  type ClientOrderId,
  type EpochMs,
  type Micros,
  micros,
  type Price,
  type Shard,
  type Ticker,
} from '../../domain/units.js';
import type {
  Fill,
  VenueOrder,
  VenuePosition,
  VenueSettlement,
} from '../../messages/account-event.js';
import type { GroupOp, ShardCash } from '../../messages/desk.js';
import type { InferenceRefusal } from '../../messages/inference.js';
import type { ExecutorSettings } from './messages.js';

/** The queries of a whole reading of the exchange's account. */
export type QueryKind = 'orders' | 'fills' | 'positions' | 'settlements' | 'balance';
export const queryKinds: readonly QueryKind[] = [
  'orders',
  'fills',
  'positions',
  'settlements',
  'balance',
];

/** The next time something is asked again; `tries` so far. */
export type Retry = { readonly tries: number; readonly nextAt: EpochMs };

/**
 * One whole reading: five lists that are processed together, once all are complete. A kind whose earlier query is still
 * out is asked only after that one was answered, so that an old answer is never taken for a new one.
 */
export type Round = {
  readonly startedAt: EpochMs;
  readonly since: EpochMs;
  readonly deferred: ReadonlySet<QueryKind>;
  readonly orders: readonly VenueOrder[] | null;
  readonly fills: readonly Fill[] | null;
  readonly positions: readonly VenuePosition[] | null;
  readonly settlements: readonly VenueSettlement[] | null;
  readonly balance: readonly ShardCash[] | null;
};

/** An exit price of the held side, and when it was last known; null: never was. Of what was found, age counts from then. */
export type SeenMark = {
  readonly price: Price | null;
  readonly isYes: boolean;
  readonly at: EpochMs;
};

/** What is known of a shard's order group. */
export type GroupState = {
  readonly fuse: 'unknown' | 'armed' | 'tripped';
  /** Its limit at the exchange; null: not known. */
  readonly contracts: number | null;
  /** What was asked and not answered yet. */
  readonly out: GroupOp | null;
  /** The last request came to nothing. */
  readonly failed: GroupOp | null;
  readonly retry: Retry | null;
  /** When the exchange last said that it has none; null: in this run never. */
  readonly goneAt: EpochMs | null;
};
export const unasked: GroupState = {
  fuse: 'unknown',
  contracts: null,
  out: null,
  failed: null,
  retry: null,
  goneAt: null,
};

/** How the open transfer is followed, and when the next one may begin. */
export type TransferWatch = {
  /** When its state is asked for again; null: nothing is out yet. */
  readonly next: Retry | null;
  readonly isOut: boolean;
  /** When it was last asked for. */
  readonly askedAt: EpochMs | null;
  /** Readings in a row in which the exchange did not have it. */
  readonly missed: number;
  /** Codes that were told about it: once each is enough. */
  readonly told: readonly string[];
  /** After one that came to nothing. */
  readonly again: Retry | null;
};
export const noTransfer: TransferWatch = {
  next: null,
  isOut: false,
  askedAt: null,
  missed: 0,
  told: [],
  again: null,
};

/** What a run knows besides its ledger. Forgotten at its end; nothing in it moves money. */
export type Session = {
  readonly mode: 'paper' | 'live';
  readonly hasKey: boolean;
  readonly settings: ExecutorSettings;
  /** Live: reconciled since the last time the link came up. Paper: always. */
  readonly isReady: boolean;
  readonly isLinked: boolean;
  readonly isDraining: boolean;
  readonly isStopped: boolean;
  /** Why the ledger can no longer be written: as strict as a halt, and no command lifts it. */
  readonly diskFailure: string | null;
  /** The disk has no room to spare: nothing is sent until there is. */
  readonly isSpaceLow: boolean;
  readonly round: Round | null;
  /** Whole-reading queries without an answer yet. */
  readonly outstanding: Readonly<Record<QueryKind, number>>;
  readonly nextRound: Retry | null;
  /** When the last whole reading that came about began. */
  readonly readAt: EpochMs | null;
  /** Orders whose fills do not add up yet. */
  readonly owed: ReadonlyMap<ClientOrderId, Retry>;
  /** Orders to be sent again after a 429. */
  readonly resends: ReadonlyMap<ClientOrderId, EpochMs>;
  readonly cancels: ReadonlyMap<ClientOrderId, Retry>;
  readonly settling: ReadonlyMap<Ticker, Retry>;
  /** Complete readings that did not list an unknown order. */
  readonly cleanReads: ReadonlyMap<ClientOrderId, number>;
  readonly marks: ReadonlyMap<Ticker, SeenMark>;
  /** Fills of order ids not known yet, while an order of ours may turn out to be theirs. */
  readonly parked: readonly Fill[];
  readonly externalIds: ReadonlySet<string>;
  /** Positions that differ without a reason, and since when. */
  readonly positionGaps: ReadonlyMap<Ticker, { readonly amount: number; readonly since: EpochMs }>;
  /** What others have at stake on the account, by the last whole reading: beyond what our own positions cost. */
  readonly othersStake: Micros;
  /** Markets in which others have traded or hold something on the account: what those pay is told by no fill of ours. */
  readonly othersIn: ReadonlySet<Ticker>;
  /** When the account may last have been moved by what only lists tell; they may lag behind it. */
  readonly unheardAt: EpochMs | null;
  /** Cash that differs without a reason, and since when. */
  readonly cashGaps: ReadonlyMap<Shard, { readonly amount: Micros; readonly since: EpochMs }>;
  readonly venueCash: ReadonlyMap<Shard, Micros>;
  readonly groups: ReadonlyMap<Shard, GroupState>;
  readonly transfer: TransferWatch;
  /** There is a key for Claude. */
  readonly hasClaude: boolean;
  /** The model that was looked up, and why it may not be used; null before that. */
  readonly model: { readonly name: string; readonly problem: string | null } | null;
  /** When it is looked up again, because the API could not be asked; null: not needed. */
  readonly modelAgain: Retry | null;
  /** HTTP status by which the provider refused key, account or payment. */
  readonly providerRefusal: number | null;
  /** Why the last question was not asked: said once, not at every one. */
  readonly inferenceRefusal: InferenceRefusal | null;
};

/** Both are null until `opened`. Immutable. */
export type ExecutorState = {
  readonly account: Account | null;
  readonly session: Session | null;
};

export const unopened: ExecutorState = { account: null, session: null };

export const newSession = (
  mode: 'paper' | 'live',
  hasKey: boolean,
  hasClaude: boolean,
  settings: ExecutorSettings,
): Session => ({
  mode,
  hasKey,
  settings,
  isReady: mode === 'paper',
  isLinked: false,
  isDraining: false,
  isStopped: false,
  diskFailure: null,
  isSpaceLow: false,
  round: null,
  outstanding: { orders: 0, fills: 0, positions: 0, settlements: 0, balance: 0 },
  nextRound: null,
  readAt: null,
  owed: new Map(),
  resends: new Map(),
  cancels: new Map(),
  settling: new Map(),
  cleanReads: new Map(),
  marks: new Map(),
  parked: [],
  externalIds: new Set(),
  positionGaps: new Map(),
  othersStake: micros(0),
  othersIn: new Set(),
  unheardAt: null,
  cashGaps: new Map(),
  venueCash: new Map(),
  groups: new Map(),
  transfer: noTransfer,
  hasClaude,
  model: null,
  modelAgain: null,
  providerRefusal: null,
  inferenceRefusal: null,
});
