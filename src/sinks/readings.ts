import type { Account } from '../domain/account.js';
import type { LatchLevel } from '../domain/records.js';
import type { EpochMs, Micros } from '../domain/units.js';
import type { Input } from '../messages/input.js';

/** A cap and how much of it is used; both in the same unit. */
export type Cap = {
  readonly cap:
    | 'daily_loss'
    | 'open_exposure'
    | 'market_notional'
    | 'gross_fraction'
    | 'order_rate'
    | 'inference_day';
  readonly used: number;
  readonly most: number;
};

/** From where on a person is told, as the settings in force have it. Real ms. */
export type AlertTerms = {
  /** Share of a cap. */
  readonly capShare: number;
  readonly unknownOrderMs: number;
  readonly feedAgeMs: number;
  /** 0: told once. */
  readonly repeatMs: number;
};

/** What a run says of itself when it is asked. Cheap: no file is read for it. */
export type Readings = {
  /** Market time of the last input. */
  readonly at: EpochMs;
  /** Market ms per real ms. */
  readonly speed: number;
  readonly account: Account;
  /** The strictest thing that holds trading back, the disk included. */
  readonly halted: LatchLevel | null;
  /** Cash and positions at their last known exit prices, less what is owed for Claude. */
  readonly equity: Micros;
  /** Since the day's baseline; negative is a gain. */
  readonly dayLoss: Micros;
  readonly exposure: Micros;
  readonly caps: readonly Cap[];
  /** Of this run. */
  readonly windows: number;
  readonly cycles: number;
  readonly markets: number;
  readonly gaps: number;
  readonly ledger: { readonly headSeq: number; readonly durableSeq: number };
  readonly recorder: {
    readonly inputs: number;
    readonly writtenSeq: number;
    readonly bytes: number;
    readonly problem: string | null;
  };
  /** Where the ledger lies; null: nobody can say, undefined: not asked yet. */
  readonly freeBytes: number | null | undefined;
  /** First 12 digits of the hash of the settings in force. */
  readonly revision: string;
  readonly alerts: AlertTerms;
};

/** Hears, outside the core, what a run takes in and how long things took. Answers nobody and never throws. */
export type RunObserver = {
  /** One input from the door to the last of its steps: recorded, timers run, delivered. */
  readonly handled: (input: Input, ms: number) => void;
  readonly committed: (ms: number) => void;
};
