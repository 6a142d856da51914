import type { EpochMs } from '../../domain/units.js';
import type { PublicList, PublicOne, Query } from '../../exchange/kalshi/requests.js';
import type { Outcome } from '../../messages/effect.js';
import type { Opened } from '../../messages/input.js';

/** Lengths of a candlestick that the exchange has, in minutes. */
export const intervals = [1, 60, 1_440] as const;
export type IntervalMinutes = (typeof intervals)[number];

export type HistoryJob = {
  /** Of markets, events or series. */
  readonly names: readonly string[];
  /** Both whole periods, inclusive. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly interval: IntervalMinutes;
  readonly opened: (at: EpochMs) => Opened;
  readonly onProgress: (progress: HistoryProgress) => void;
  /** What was left out, in words. */
  readonly onNote: (text: string) => void;
};

/** `done` of `total` spans of time. */
export type HistoryProgress = {
  readonly done: number;
  readonly total: number;
  readonly candles: number;
  readonly trades: number;
};

/** What anybody may ask the exchange; of a list all parts of the answer, as they came. */
export type HistoryPort = {
  readonly list: (path: PublicList, query: Query) => Promise<readonly Outcome[]>;
  readonly one: (path: PublicOne, query: Query) => Promise<Outcome>;
  readonly metadata: (
    events: readonly string[],
    series: readonly string[],
  ) => Promise<readonly Outcome[]>;
};

export type HistoryTotals = {
  readonly markets: number;
  /** Of these, with a result. */
  readonly settled: number;
  readonly candles: number;
  /** Of these, without a closing quote. */
  readonly unquoted: number;
  /** Periods of open markets of which the exchange has no candle. */
  readonly missing: number;
  readonly trades: number;
  /** Agreed off the book, and left out of the trades. */
  readonly blockTrades: number;
};

/** Why there is no recording. */
export type HistoryProblem = {
  readonly code:
    | 'history_unknown_name'
    | 'history_too_large'
    | 'history_refused'
    | 'history_unreachable'
    | 'history_odd_answer';
  readonly detail: string;
  readonly fix: string;
  readonly exitCode: 1 | 2 | 5;
};
