import { isBetReason } from '../../domain/order.js';
import type { RecordBody } from '../../domain/records.js';
import type { FunnelRow } from '../../messages/dashboard.js';
import type { FeedWindow } from '../../messages/dashboard-feed.js';

/** Reasons that leave a market out of the list; the others leave it out of a window. */
const ofScan: ReadonlySet<string> = new Set([
  'multivariate',
  'provisional',
  'not_active',
  'malformed',
  'over_scan_max',
]);

/** How many markets each reason left out or refused in the last window. */
export class Funnel {
  #dropped: FeedWindow['dropped'] = {};
  #verdicts = new Map<string, number>();
  #refused = new Map<string, number>();

  hearWindow({ dropped }: FeedWindow): void {
    this.#dropped = dropped;
  }

  /** A new window: what was refused after the last one belongs to that. */
  hearVerdicts({ verdicts }: Extract<RecordBody, { kind: 'cycle' }>): void {
    this.#verdicts = new Map();
    this.#refused = new Map();
    for (const row of verdicts) {
      const reason = row[11];
      if (!isBetReason(reason)) count(this.#verdicts, reason);
    }
  }

  hearRefused(code: string): void {
    count(this.#refused, code);
  }

  rows(): readonly FunnelRow[] {
    const rows: FunnelRow[] = [];
    for (const [reason, dropped] of Object.entries(this.#dropped))
      if (dropped > 0)
        rows.push({ stage: ofScan.has(reason) ? 'scan' : 'selection', reason, count: dropped });
    for (const [reason, refused] of this.#verdicts)
      rows.push({ stage: 'valuation', reason, count: refused });
    for (const [reason, refused] of this.#refused)
      rows.push({ stage: 'executor', reason, count: refused });
    return rows;
  }
}

const count = (counts: Map<string, number>, reason: string): void =>
  void counts.set(reason, (counts.get(reason) ?? 0) + 1);
