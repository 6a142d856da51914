import type { Canonical } from './canonical.js';
import type { TokenUsage } from './inference-prices.js';
import type { Vertical } from './market.js';
import type { OrderEvent, OrderTerms } from './order.js';
import type { TransferEvent } from './transfer.js';
import type {
  CallId,
  ClientOrderId,
  EpochMs,
  Micros,
  OrderId,
  Price,
  Quantity,
  Shard,
  Ticker,
  TradeId,
} from './units.js';

/** Format of records and account. A ledger of another one is refused. */
export const ledgerVersion = 1;

/** Three levels, each includes the ones before: no new risk; resting orders canceled; nothing at all is sent. */
export type LatchLevel = 'pause' | 'cancel' | 'halt';

/** Who holds trading back. `anomaly`: the exchange said something that cannot be. */
export type LatchCause =
  | 'operator'
  | 'daily_loss'
  | 'open_exposure'
  | 'order_rate'
  | 'anomaly'
  | 'duplicate_id'
  /** Run after run died soon after it began. */
  | 'crash_loop'
  /** The exchange's own fuse is blown, and not by us. */
  | 'order_group';

/** Things of the account that this ledger did not cause, as last counted. Shown, never corrected. */
export type ExternalCounts = {
  readonly orders: number;
  readonly fills: number;
  readonly positions: number;
};

/**
 * One verdict as numbers, probabilities in 1e-9, ages in real ms. From `wordModel` to `vertical` is what learning needs: the
 * model's own word before any blending and who said it, how old its evidence and the quote were, how much the market
 * trades. `noSignal`: why no specialist had a word.
 */
export type VerdictRow = readonly [
  ticker: string,
  side: string | null,
  model: string | null,
  fair: number | null,
  sigma: number | null,
  mid2: number | null,
  cost: number | null,
  edge: number | null,
  confidence: number | null,
  kelly: number | null,
  fraction: number,
  reason: string,
  threshold: number | null,
  wordModel: string | null,
  word: number | null,
  evidenceAgeMs: number | null,
  quoteAgeMs: number | null,
  volume24h: number,
  vertical: Vertical,
  noSignal: string | null,
];

/**
 * What the ledger can say. Everything the account is follows from these, in order. Integers and strings only;
 * probabilities in 1e-9; no durations, no random ids, no build.
 */
export type RecordBody =
  | {
      readonly kind: 'genesis';
      readonly version: number;
      readonly mode: 'paper' | 'live';
      readonly environment: 'demo' | 'production' | 'loopback';
      readonly account: string;
      readonly cashUnit: number;
    }
  | { readonly kind: 'opened'; readonly run: number; readonly settingsHash: string }
  | { readonly kind: 'settings'; readonly settingsHash: string }
  /** Cash the account starts with. `last` closes the opening: from then on differences are `adjusted`. */
  | {
      readonly kind: 'opening';
      readonly shard: Shard;
      readonly amount: Micros;
      readonly last: boolean;
    }
  | { readonly kind: 'intent'; readonly terms: OrderTerms; readonly decidedAt: EpochMs }
  /** An intent that was not taken up, with the reason. */
  | {
      readonly kind: 'refused';
      readonly ticker: Ticker;
      readonly side: 'yes' | 'no';
      readonly limit: number;
      readonly count: number;
      readonly cycle: number;
      readonly code: string;
    }
  /** Every step of an order but its fills. */
  | {
      readonly kind: 'order';
      readonly clientOrderId: ClientOrderId;
      readonly event: Exclude<OrderEvent, { kind: 'filled' }>;
    }
  | {
      readonly kind: 'fill';
      readonly tradeId: TradeId;
      readonly orderId: OrderId;
      readonly clientOrderId: ClientOrderId;
      readonly ticker: Ticker;
      readonly shard: Shard;
      /** + bought YES, − bought NO. */
      readonly count: Quantity;
      readonly yesPrice: Price;
      readonly fee: Micros;
      readonly isTaker: boolean;
      readonly executedAt: EpochMs;
      /** Filled on a book fetched for it, without a live feed. */
      readonly keyless: boolean;
    }
  /** What a market will pay, once the exchange has said so. */
  | { readonly kind: 'determined'; readonly ticker: Ticker; readonly yesValue: Price }
  /** What became of a market that was valued here, held or not: said once, to learn from. Moves nothing. */
  | { readonly kind: 'outcome'; readonly ticker: Ticker; readonly yesValue: Price }
  /** Weights learnt from the records up to `throughSeq` are in force. `tableHash`: SHA-256 of the table. */
  | {
      readonly kind: 'calibrated';
      readonly throughSeq: number;
      readonly snapshots: number;
      readonly events: number;
      readonly tableHash: string;
    }
  | {
      readonly kind: 'settled';
      readonly ticker: Ticker;
      readonly yesValue: Price;
      readonly revenue: Micros;
      readonly realized: Micros;
    }
  | {
      readonly kind: 'latch';
      readonly level: LatchLevel;
      readonly cause: LatchCause;
      readonly set: boolean;
      readonly why: string;
    }
  /** The order group of a shard; null: it is gone. */
  | { readonly kind: 'group'; readonly shard: Shard; readonly groupId: string | null }
  /** Cash is to go from one shard to another; durable before it is asked for. From here on it is on neither. */
  | {
      readonly kind: 'transfer';
      readonly from: Shard;
      readonly to: Shard;
      readonly amount: Micros;
    }
  /** What became of the one transfer that is open. */
  | { readonly kind: 'transfer_step'; readonly event: TransferEvent }
  | { readonly kind: 'day'; readonly key: string; readonly baseline: Micros }
  | {
      readonly kind: 'cycle';
      readonly cycle: number;
      readonly taken: number;
      readonly verdicts: readonly VerdictRow[];
      /** Exit prices of what is held that changed since the last cycle. */
      readonly marks: readonly (readonly [ticker: Ticker, mark: Price])[];
    }
  /** Realized profit above the highest so far, of which `amount` is set aside for Claude. */
  | { readonly kind: 'appropriated'; readonly amount: Micros; readonly highWater: Micros }
  /** Money held for a question to Claude; durable before it is asked. */
  | {
      readonly kind: 'inference_held';
      readonly callId: CallId;
      readonly model: string;
      readonly markets: number;
      readonly perAttempt: Micros;
      readonly amount: Micros;
    }
  /** What a question cost. `estimated`: booked at its most, because no bill came for so much of it. */
  | {
      readonly kind: 'inference_billed';
      readonly callId: CallId;
      readonly messageId: string | null;
      readonly model: string;
      readonly usage: TokenUsage | null;
      readonly cost: Micros;
      readonly estimated: Micros;
    }
  /** A question that cost nothing, with the reason. */
  | { readonly kind: 'inference_released'; readonly callId: CallId; readonly code: string }
  /** What the provider charged in all differs from what was booked by so much. */
  | { readonly kind: 'inference_trued_up'; readonly amount: Micros; readonly why: string }
  | { readonly kind: 'external'; readonly counts: ExternalCounts }
  /** Orders, fills, positions, settlements and balance were read whole and booked. */
  | { readonly kind: 'reconciled'; readonly asOf: EpochMs }
  /** Cash that moved without us: a deposit (+) or withdrawal (−). */
  | {
      readonly kind: 'adjusted';
      readonly shard: Shard;
      readonly amount: Micros;
      readonly why: 'deposit' | 'withdrawal';
    }
  /** Something that cannot be, as it came. `applied` false: it moved nothing. */
  | {
      readonly kind: 'anomaly';
      readonly code: string;
      readonly text: string;
      readonly ticker: Ticker | null;
      readonly clientOrderId: ClientOrderId | null;
      readonly applied: boolean;
      readonly detail: Canonical;
    }
  | { readonly kind: 'stopped'; readonly reason: string };

/** `at`: log time. `hash`: SHA-256 over the canonical bytes of everything else, `prevHash` included. */
export type LedgerRecord = {
  readonly seq: number;
  readonly at: EpochMs;
  readonly run: number;
  readonly inputSeq: number;
  readonly prevHash: string;
  readonly hash: string;
  readonly body: RecordBody;
};

/** `prevHash` of the first record. */
export const noHash = '0'.repeat(64);
