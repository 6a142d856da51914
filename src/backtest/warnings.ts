import type { BacktestWarning } from './job.js';
import type { LatencySource } from './latencies.js';

/** What a recording held, as far as its reader should know. */
export type Held = {
  /** Whole lists of markets. */
  readonly listings: number;
  readonly snapshots: number;
  /** Markets whose end was told, and positions that were settled for all that. */
  readonly ended: number;
  readonly latency: LatencySource;
  /** The recorded run went on from a ledger. */
  readonly isFresh: boolean;
  /** Its books were made of candlesticks. */
  readonly isMade: boolean;
  /** What people did in the recorded run, by name. */
  readonly skipped: readonly string[];
  /** Settings of the recording that this build does not have. */
  readonly unknown: readonly string[];
};

export function warningsOf(held: Held): readonly BacktestWarning[] {
  const found: BacktestWarning[] = [];
  const warn = (code: string, text: string): void => void found.push({ code, text });
  if (held.listings === 0)
    warn('no_listing', 'the recording has no whole list of markets: nothing could be valued');
  if (held.snapshots === 0)
    warn('no_order_books', 'the recording has no order books: fills are against one listed level');
  if (held.isMade)
    warn(
      'made_books',
      'its books were made of candlesticks: one level a side at the closing quote, of a size that nobody displayed, for some seconds each',
    );
  if (held.ended === 0)
    warn('no_lifecycle', 'no market ended in the recording: nothing is settled');
  if (held.latency === 'default')
    warn('latency_unmeasured', 'too few messages to measure latency: the paper venue’s is used');
  if (held.isFresh)
    warn(
      'fresh_account',
      'the recorded run went on from a ledger; a backtest begins with BOT_BANKROLL and nothing learnt',
    );
  if (held.skipped.length > 0)
    warn('not_followed', `left out of the recording: ${held.skipped.join(', ')}`);
  if (held.unknown.length > 0)
    warn(
      'settings_dropped',
      `recorded settings that this build does not have: ${held.unknown.join(', ')}`,
    );
  return found;
}
