import type { LatchCause } from '../domain/records.js';
import type { EpochMs, Micros } from '../domain/units.js';
import type { Reply } from './effect.js';

/** Where an input came from; it orders nothing, it only says. */
export type Source =
  | 'engine'
  | 'clock'
  | 'feed'
  | 'venue'
  | 'worker'
  | 'evidence'
  | 'claude'
  | 'ledger'
  | 'paper'
  | 'config'
  | 'operator'
  /** A message of a raw capture, or an answer that an import was given: kept as it came, and nothing of a replay. */
  | 'capture';

export type KillLevel = 'pause' | 'cancel' | 'halt';

/** Market time = marketOriginMs + speed × (real time − realOriginMs). Live: speed 1 and equal origins. */
export type ClockSettings = {
  readonly realOriginMs: number;
  readonly marketOriginMs: number;
  readonly speed: number;
};

/** Everything a run starts from. Nothing else is read at start, so a recording replays alone. */
export type Opened = {
  readonly kind: 'opened';
  readonly run: number;
  readonly mode: 'paper' | 'live';
  readonly venue: 'kalshi' | 'paper_sim';
  readonly environment: 'demo' | 'production' | 'loopback';
  readonly account: string;
  /** False: public REST only, no feed, no private reads. */
  readonly hasKey: boolean;
  /** Claude can be asked. */
  readonly hasClaude: boolean;
  readonly clock: ClockSettings;
  /** The settings without secrets, as `config` types them; opaque here so that messages do not import config. */
  readonly settings: unknown;
  /** The ledger's recovered account in canonical form (`domain/account`), null on a new ledger. */
  readonly recovered: unknown;
  /** So many windows, and no more begin; null: until it is told to stop. */
  readonly cyclesMax: number | null;
  /**
   * `capture`: market data alone, no orders; `capture_sparse`: with holes between its seqs; `history`: made of candlesticks
   * and trades, so that no frame is the exchange's own.
   */
  readonly feed: 'live' | 'capture' | 'capture_sparse' | 'history';
};

export type Payload =
  | Opened
  /** Moves time only. */
  | { readonly kind: 'tick' }
  /** One feed frame, verbatim. */
  | { readonly kind: 'frame'; readonly connection: number; readonly text: string }
  | { readonly kind: 'connected'; readonly connection: number }
  | { readonly kind: 'disconnected'; readonly connection: number; readonly reason: string }
  /** A ping or other sign of life that carries no data. */
  | { readonly kind: 'alive'; readonly connection: number }
  | { readonly kind: 'reply'; readonly reply: Reply }
  /** New settings (whole, without secrets), or why a changed file was not taken. */
  | {
      readonly kind: 'settings';
      readonly settings: unknown;
      readonly changed: readonly string[];
      readonly restart: readonly string[];
    }
  | { readonly kind: 'settings_refused'; readonly problems: readonly string[] }
  /** The disk has less room than the ledger needs, or enough again; `freeBytes` null: nobody can say. */
  | { readonly kind: 'space'; readonly isLow: boolean; readonly freeBytes: number | null }
  | { readonly kind: 'operator'; readonly command: OperatorCommand }
  /** The last input of a run. */
  | { readonly kind: 'stop'; readonly reason: string };

export type OperatorCommand =
  | { readonly kind: 'kill'; readonly level: KillLevel; readonly why: string }
  /** Lifts every latch, or `only` those of these causes. */
  | { readonly kind: 'resume'; readonly why: string; readonly only?: readonly LatchCause[] }
  /** What Claude's provider charged differs from what was booked by so much. */
  | { readonly kind: 'true_up'; readonly amount: Micros; readonly why: string }
  /** No more intents; the run ends once nothing is sent or unknown. */
  | { readonly kind: 'drain' };

/** The engine is a function of these. `seq` from 1 in each run; `at` is market time and never goes back. */
export type Input = {
  readonly seq: number;
  readonly at: EpochMs;
  readonly source: Source;
  readonly payload: Payload;
};
