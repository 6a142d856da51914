import type { LedgerRecord } from '../domain/records.js';
import type { LogRow, ReplayBar } from './dashboard.js';
import type { Trust } from './window.js';

/** What a market is, as far as a page shows it. */
export type FeedMarket = {
  readonly ticker: string;
  readonly title: string;
  readonly event: string;
  readonly eventTitle: string;
  /** Null: its series is not known. */
  readonly series: string | null;
  readonly vertical: string;
  readonly isExclusive: boolean;
  readonly volume24h: number;
  readonly closesAt: number;
};

/** What YES stands for comes first: it is what tells the markets of one event apart where a column is narrow. */
export const marketTitle = (question: string, yesMeans: string): string =>
  yesMeans === '' ? question : `${yesMeans} · ${question}`;

/** The touch of one market, prices of YES, null: no quote. Depths within a few cents of it. */
export type FeedQuote = readonly [
  ticker: string,
  bid: number | null,
  ask: number | null,
  bidDepth: number,
  askDepth: number,
  trust: Trust,
];

/** A run as it began. `settings`: whole, without secrets. */
export type FeedRun = {
  readonly kind: 'run';
  readonly mode: 'paper' | 'live';
  readonly venue: 'kalshi' | 'paper_sim';
  readonly environment: 'demo' | 'production' | 'loopback';
  readonly account: string;
  readonly run: number;
  readonly version: string;
  readonly speed: number;
};

/** What is in force now. `revision`: first 12 digits of its hash; `changes`: how often it changed in this run. */
export type FeedSettings = {
  readonly kind: 'settings';
  readonly settings: unknown;
  readonly revision: string;
  readonly changes: number;
};

/** The engine's own pulse. Ages in real ms; null: never, or there is none. */
export type FeedPulse = {
  readonly kind: 'pulse';
  readonly at: number;
  readonly phase: 'running' | 'draining' | 'stopped';
  /** The strictest thing that holds trading back, the disk included. */
  readonly halted: 'pause' | 'cancel' | 'halt' | null;
  readonly feedState: 'up' | 'down' | 'none';
  readonly feedAgeMs: number | null;
  readonly gaps: number;
  readonly cycle: number;
  readonly markets: number;
  readonly windowEndsAt: number | null;
};

/** One window: what was looked at and what was left out. Its verdicts are in the ledger's record of it. */
export type FeedWindow = {
  readonly kind: 'window';
  readonly cycle: number;
  readonly at: number;
  readonly scanned: number;
  readonly kept: number;
  readonly selected: number;
  readonly dropped: Readonly<Record<string, number>>;
};

/** Of a line of the log: the order, or the decision, that it is about. */
export type FeedLogRow = Omit<LogRow, 'decisionId'> & {
  readonly clientOrderId: string | null;
  readonly decided: { readonly cycle: number; readonly n: number | null } | null;
};

/**
 * A candidate that became no order and of which the ledger has no record. `n` null: a window's, refused at the second look;
 * else the n-th of its market between windows in that cycle. Units as in the page's rows.
 */
export type FeedRefusal = {
  readonly at: number;
  readonly cycle: number;
  readonly ticker: string;
  readonly n: number | null;
  readonly code: string;
  readonly side: 'yes' | 'no' | null;
  readonly fair: number | null;
  readonly mid: number | null;
  readonly edge: number | null;
};

/** What the engine tells the dashboard's process. What waits is merged, so none of it may be needed one by one. */
export type FeedMessage =
  | FeedRun
  | FeedSettings
  | FeedPulse
  | FeedWindow
  /** The last full list of markets: when it was read. */
  | { readonly kind: 'scanned'; readonly at: number; readonly scanned: number }
  /** In order; a hole is filled from the ledger. */
  | { readonly kind: 'records'; readonly records: readonly LedgerRecord[] }
  | { readonly kind: 'markets'; readonly markets: readonly FeedMarket[] }
  /** `selected`: the markets of the last window, best first; null: as before. */
  | {
      readonly kind: 'quotes';
      readonly at: number;
      readonly selected: readonly string[] | null;
      readonly quotes: readonly FeedQuote[];
    }
  | { readonly kind: 'log'; readonly rows: readonly FeedLogRow[] }
  /** In order; the oldest are left out where too many wait. */
  | {
      readonly kind: 'intents_refused';
      readonly run: number;
      readonly rows: readonly FeedRefusal[];
    }
  /** The text of `GET /metrics`. */
  | { readonly kind: 'metrics'; readonly text: string }
  /** Of a replay, which has no ledger to read: a fresh start, with this account (plain), or with none. */
  | { readonly kind: 'recovered'; readonly account: unknown }
  | { readonly kind: 'replay'; readonly bar: ReplayBar };

/** One message of the channel: acknowledged by its number, and nothing else ever comes back. */
export type FeedBatch = { readonly n: number; readonly messages: readonly FeedMessage[] };
