import type { OrderCounts } from '../messages/step.js';

/** How kindly the exchange is assumed to have treated our orders (docs/backtest.md). */
export const fillEstimates = ['pessimistic', 'realistic', 'optimistic'] as const;
export type FillEstimate = (typeof fillEstimates)[number];

/** One backtest: plain, so that it can be hashed and sent to another thread or machine. */
export type BacktestJob = {
  /** The run's folder. */
  readonly recording: string;
  /** Over the recording's own, as given with `--set`. */
  readonly settings: Readonly<Record<string, string>>;
  /** Of the fill model's draws. */
  readonly seed: number;
  readonly fills: FillEstimate;
  /** Market time, inclusive; null: from the beginning, to the end. */
  readonly fromMs: number | null;
  readonly toMs: number | null;
};

/** What a backtest came to. The same job makes the same totals on any machine. */
export type BacktestTotals = {
  readonly cycles: number;
  /** Of the recording, from `fromMs` on. */
  readonly inputs: number;
  readonly orders: OrderCounts;
  /** 0.01 contracts that were filled. */
  readonly filled: number;
  readonly feesMicros: number;
  /** Settled and closed, net of fees. */
  readonly realizedPnlMicros: number;
  /** Realized, plus what is still open at its last believed exit price. */
  readonly markedPnlMicros: number;
  /** What the edges of the filled contracts add up to. */
  readonly expectedPnlMicros: number;
  /** Largest fall of the marked PnL from a high before it, looked at once a cycle. */
  readonly maxDrawdownMicros: number;
  /** Positions that were settled. */
  readonly settled: number;
  /** Of the fair values, and of the mids of the same windows, on markets with an outcome; null without any. */
  readonly brier: number | null;
  readonly marketBrier: number | null;
  readonly decisionsHash: string;
  readonly ledgerHash: string;
  readonly days: readonly BacktestDay[];
  readonly tape: TapeReport;
};

export type BacktestDay = {
  readonly day: string;
  readonly submitted: number;
  readonly feesMicros: number;
  readonly expectedPnlMicros: number;
  readonly realizedPnlMicros: number;
};

/** How far the recording could answer. */
export type TapeReport = {
  /** Questions by kind: answered as recorded or computed, answered with something older, not answered. */
  readonly asked: Readonly<Record<string, AnswerCounts>>;
  readonly warnings: readonly BacktestWarning[];
  readonly latency: {
    readonly source: 'orders' | 'frames' | 'default';
    readonly samples: number;
    /** Real ms from sending an order to meeting the book. */
    readonly medianMs: number;
    readonly p95Ms: number;
  };
};

export type AnswerCounts = {
  readonly answered: number;
  readonly older: number;
  readonly missing: number;
};

/** What a reader of the totals should know about the recording. */
export type BacktestWarning = { readonly code: string; readonly text: string };

/** Why there are no totals. `exitCode` as the command line documents it. */
export type BacktestProblem = {
  readonly code: string;
  readonly path: string;
  readonly detail: string;
  readonly fix: string;
  readonly exitCode: 2 | 3 | 7;
};
