import type { DecodedFrame } from '../exchange/venue.js';
import type { LogScheduler } from '../log-scheduler.js';
import type { Decision } from '../messages/decision.js';
import type { Effect } from '../messages/effect.js';
import type { Input, Opened } from '../messages/input.js';

/** Two columns of exchange notation, ascending; NO levels at NO prices. */
export type BookLevels = {
  readonly yes: readonly (readonly [price: string, size: string])[];
  readonly no: readonly (readonly [price: string, size: string])[];
};

export type OrderCounts = {
  readonly submitted: number;
  readonly filled: number;
  readonly partial: number;
  readonly canceled: number;
  readonly rejected: number;
  readonly unknown: number;
};

/** What an engine came to. */
export type ReplayTotals = {
  readonly snapshots: number;
  readonly bookDeltas: number;
  readonly trades: number;
  readonly gaps: number;
  readonly markets: number;
  readonly windows: number;
  readonly orders: OrderCounts;
  readonly decisionsHash: string;
  readonly ledgerHash: string | null;
};

/** Where a replay first did something else than the run it repeats. */
export type Divergence = {
  readonly seq: number;
  readonly what: string;
  readonly recorded: string | null;
  readonly recomputed: string | null;
  /** What came in then, in words. */
  readonly cause?: string;
  /** Set when one decision is another. */
  readonly decision?: DecisionDifference;
};

export type DecisionKind = 'verdict' | 'intent' | 'record' | 'effect';

export type DecisionDifference = {
  /** Its place in the recorded stream; null for one that was not recorded. */
  readonly number: number | null;
  readonly kind: DecisionKind;
  readonly market: string | null;
  /** Each as JSON; null where that side has no such field. */
  readonly fields: readonly {
    readonly field: string;
    readonly recorded: string | null;
    readonly recomputed: string | null;
  }[];
};

/** The engine as a replay drives it: no clock, no network, no disk. The command fits the real one to this. */
export interface ReplayTarget {
  readonly scheduler: LogScheduler;
  readonly deliver: (input: Input) => void;
  /**
   * One captured message, as bytes that are only lent: the same as delivering it as a frame of connection 0, without a
   * string made of it.
   */
  readonly captured: (bytes: Buffer, start: number, end: number) => void;
  /** Input `seq`, a frame that was decoded before: the same as delivering its text. Both are only lent. */
  readonly decoded: (
    seq: number,
    connection: number,
    frame: DecodedFrame,
    bytes: Uint8Array,
  ) => void;
  readonly totals: () => ReplayTotals;
  /** Levels as accumulated, whatever their trust. */
  readonly books: () => Readonly<Record<string, BookLevels>>;
}

/** What a target tells its replay while it is driven. */
export type TargetEvents = {
  readonly effect: (effect: Effect) => void;
  readonly decided?: ((decision: Decision) => void) | undefined;
  /** A reply that answers nothing asked, or something else than was asked. */
  readonly misfit: (what: string, recorded: string | null, recomputed: string | null) => void;
};

/** Makes a fresh engine for the run that `opened` describes; `opened` itself is delivered after. */
export type MakeTarget = (opened: Opened, events: TargetEvents) => ReplayTarget;
