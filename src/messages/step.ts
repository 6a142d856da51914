import type { LedgerRecord } from '../domain/records.js';
import type { ClientOrderId, EpochMs, Micros, Quantity, Ticker } from '../domain/units.js';
import type { Effect } from './effect.js';
import type { InferenceCall, InferenceReply } from './inference.js';
import type { Intent } from './intent.js';
import type { IntentBasis } from './repricing.js';
import type { ValuationResult } from './valuation.js';
import type { Catalog, DropCounts, Window } from './window.js';

/** One open position with what it would fetch now. Null marks: the book is unknown. */
export type Mark = {
  readonly ticker: Ticker;
  readonly title: string;
  /** + YES, − NO. */
  readonly position: Quantity;
  readonly cost: Micros;
  /** At the mid of the held side. */
  readonly midValue: Micros | null;
  /** At the bid of the held side: what selling would bring. */
  readonly exitValue: Micros | null;
};

/** What Claude has cost this ledger, and what profit has set aside for it that is not spent. */
export type InferencePurse = {
  readonly calls: number;
  readonly cost: Micros;
  readonly costToday: Micros;
  readonly reserve: Micros;
};

/** What one window led to, once its valuation is there. */
export type CycleReport = {
  readonly cycle: number;
  readonly window: Pick<Window, 'index' | 'from' | 'to'>;
  readonly scanned: number;
  readonly kept: number;
  readonly selected: number;
  readonly dropped: DropCounts;
  readonly bankroll: Micros;
  readonly cash: Micros;
  readonly marks: readonly Mark[];
  readonly inference: InferencePurse;
  readonly result: ValuationResult;
};

/** A line for people and the log. Codes are stable; texts are not. */
export type Notice = {
  readonly level: 'info' | 'warn' | 'alert';
  readonly code: string;
  readonly text: string;
  readonly ticker?: Ticker;
  readonly clientOrderId?: ClientOrderId;
};

/** Final and disjoint: an order is counted once, by how it ended; `submitted` is their sum. */
export type OrderCounts = {
  readonly submitted: number;
  readonly filled: number;
  readonly partial: number;
  readonly canceled: number;
  readonly rejected: number;
  readonly unknown: number;
};

/** What the engine tells its sinks. Everything here is a function of the inputs so far. */
export type Step =
  | {
      readonly kind: 'effect';
      readonly at: EpochMs;
      readonly inputSeq: number;
      readonly effect: Effect;
    }
  /** New ledger records, chained: durable once the ledger says so. */
  | {
      readonly kind: 'records';
      readonly at: EpochMs;
      readonly inputSeq: number;
      readonly records: readonly LedgerRecord[];
    }
  | { readonly kind: 'scanned'; readonly at: EpochMs; readonly catalog: Catalog }
  | { readonly kind: 'window'; readonly at: EpochMs; readonly window: Window }
  | { readonly kind: 'cycle'; readonly at: EpochMs; readonly report: CycleReport }
  /** An intent that reached the executor, and what it made of it: an order, or the reason why not. */
  | {
      readonly kind: 'intent';
      readonly at: EpochMs;
      readonly intent: Intent;
      readonly basis: IntentBasis;
      readonly clientOrderId: ClientOrderId | null;
      readonly refusal: string | null;
    }
  /** A candidate that became no intent. `basis` null: nothing was looked at. */
  | {
      readonly kind: 'intent_refused';
      readonly at: EpochMs;
      readonly cycle: number;
      readonly ticker: Ticker;
      readonly code: string;
      readonly basis: IntentBasis | null;
    }
  /** What became of a question to Claude, once its bill is booked. */
  | {
      readonly kind: 'judged';
      readonly at: EpochMs;
      readonly call: InferenceCall;
      readonly reply: InferenceReply;
    }
  | { readonly kind: 'notice'; readonly at: EpochMs; readonly notice: Notice };
