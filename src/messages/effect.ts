import type {
  ClientOrderId,
  EpochMs,
  EventTicker,
  Micros,
  OrderId,
  Price,
  Quantity,
  SeriesTicker,
  Shard,
  Ticker,
} from '../domain/units.js';
import type { GroupOp } from './desk.js';
import type { InferenceCall } from './inference.js';
import type { ValuationJob } from './valuation.js';

/** An order as a venue must be told it. Limit, immediate-or-cancel; prices are of the YES book. */
export type OrderRequest = {
  readonly clientOrderId: ClientOrderId;
  readonly ticker: Ticker;
  readonly shard: Shard;
  /** `bid` buys YES, `ask` buys NO (sells YES). */
  readonly side: 'bid' | 'ask';
  readonly yesPrice: Price;
  readonly count: Quantity;
  readonly reduceOnly: boolean;
  /** Only the smoke test's: it rests, post-only, and lapses by itself at this moment of the exchange's clock. */
  readonly restUntil?: EpochMs;
  /** The exchange's own fuse that it counts towards. */
  readonly groupId?: string;
};

/** What the core wants done outside. Data only: the shell performs it and its outcome re-enters as an input. */
export type EffectRequest =
  /** Every open page of the venue's market list, or of one event's; one part a page. */
  | { readonly kind: 'scan'; readonly event?: EventTicker }
  /** Events and series the catalog lacks; one part a response. */
  | {
      readonly kind: 'metadata';
      readonly events: readonly EventTicker[];
      readonly series: readonly SeriesTicker[];
    }
  /** A text frame on the feed's connection; no reply. */
  | { readonly kind: 'send'; readonly connection: number; readonly text: string }
  /** The venue's own book of one market (REST). */
  | { readonly kind: 'book'; readonly ticker: Ticker }
  /** One market's listing: status and settlement of something held. */
  | { readonly kind: 'market'; readonly ticker: Ticker }
  /** One GET at a source of evidence. Its address may hold a key, so it is hashed and never recorded. */
  | { readonly kind: 'evidence'; readonly source: EvidenceSource; readonly url: string }
  | { readonly kind: 'value'; readonly job: ValuationJob }
  /** One question to Claude. It leaves only once the ledger is durable up to `holdSeq`, where its money is set aside. */
  | { readonly kind: 'infer'; readonly call: InferenceCall; readonly holdSeq: number }
  /** Whether the model may be used: its own entry in the provider's list. */
  | { readonly kind: 'model'; readonly model: string }
  /** The weights that the ledger's outcomes up to this record teach. */
  | { readonly kind: 'calibrate'; readonly throughSeq: number }
  /** Answer when every ledger record up to this seq is durable. */
  | { readonly kind: 'flush'; readonly recordSeq: number }
  | { readonly kind: 'place'; readonly order: OrderRequest }
  | {
      readonly kind: 'cancel';
      readonly orderId: OrderId;
      readonly clientOrderId: ClientOrderId;
      readonly ticker: Ticker;
      readonly shard: Shard;
    }
  /** `groupId` null: to be created. `contracts`: most that may match in 15 s. */
  | {
      readonly kind: 'group';
      readonly op: GroupOp;
      readonly shard: Shard;
      readonly groupId: string | null;
      readonly contracts: number;
    }
  /** Cash from one shard to another. `transferSeq`: the ledger's record of it. */
  | {
      readonly kind: 'transfer';
      readonly transferSeq: number;
      readonly from: Shard;
      readonly to: Shard;
      readonly amount: Micros;
    }
  /** How it stands: the exchange's own entry of it, or all entries where its name there is not known. */
  | {
      readonly kind: 'transfers';
      readonly transferSeq: number;
      readonly venueId: string | null;
    }
  | { readonly kind: 'orders'; readonly since: EpochMs | null; readonly ticker: Ticker | null }
  | { readonly kind: 'fills'; readonly since: EpochMs | null; readonly orderId: OrderId | null }
  | { readonly kind: 'positions' }
  | { readonly kind: 'settlements'; readonly since: EpochMs | null; readonly ticker: Ticker | null }
  | { readonly kind: 'balance' };

export type EvidenceSource = 'noaa' | 'injuries' | 'sentiment' | 'onchain' | 'spot';

export type EffectKind = EffectRequest['kind'];

/** Numbered in the order the core asked, from 1 in every run. `hash`: 16 hex digits of SHA-256 of the request's JSON. */
export type Effect = {
  readonly id: number;
  readonly hash: string;
  readonly request: EffectRequest;
};

/** Why a request has no answer. `sent` false: provably never left this process. */
export type FailureCode =
  | 'timeout'
  | 'network'
  | 'too_large'
  | 'redirect'
  | 'aborted'
  | 'rate_limited_locally'
  | 'no_key'
  | 'clock_skew'
  | 'read_only'
  | 'worker_failed'
  | 'queue_full'
  | 'cursor_loop'
  | 'disk_failed'
  /** A backtest's recording holds no answer to it. */
  | 'not_recorded';

/**
 * What came of an effect. `http` carries the body verbatim: it is recorded as it came and parsed past the intake, so a
 * replay parses it again.
 */
export type Outcome =
  | { readonly kind: 'http'; readonly status: number; readonly path: string; readonly body: string }
  | {
      readonly kind: 'failed';
      readonly code: FailureCode;
      readonly sent: boolean;
      readonly detail: string;
    }
  | { readonly kind: 'worker'; readonly output: unknown }
  | { readonly kind: 'flushed'; readonly recordSeq: number }
  /** What was learnt (`valuation/learn`), as it is recorded; read past the intake. */
  | { readonly kind: 'calibration'; readonly output: unknown }
  /** The paper venue's answer, in the executor's own terms (`exchange/paper`). */
  | { readonly kind: 'paper'; readonly answer: unknown }
  /**
   * What became of a question to Claude: the last HTTP status and its body verbatim, null without one. `lost`: attempts
   * that may be charged and whose usage never arrived.
   */
  | {
      readonly kind: 'inference';
      readonly status: number | null;
      readonly body: string;
      readonly lost: number;
      readonly detail: string;
    }
  /** Ends an effect of many parts. */
  | { readonly kind: 'end'; readonly parts: number };

/** `part` counts from 0; `last` closes the effect. */
export type Reply = {
  readonly effectId: number;
  readonly requestHash: string;
  readonly part: number;
  readonly last: boolean;
  readonly outcome: Outcome;
};
