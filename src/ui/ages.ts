import type { Header } from '../messages/dashboard.js';
import { type Age, grown, isMoving } from './store.js';

/** How old what the engine goes by is, and what of it the engine itself would call stale. `toldAt`: when the header came. */
export function agesOf(
  head: Header,
  toldAt: number | null,
  now: number,
): { readonly feed: Age; readonly scan: Age; readonly account: Age } {
  const until = isMoving(head) ? now : (toldAt ?? now);
  const age = (told: number | null, staleMs: number | null): Age =>
    grown(told, toldAt, until, staleMs);
  return {
    feed: age(head.feedAgeMs, head.feedStaleMs),
    scan: age(head.scanAgeMs, head.scanStaleMs),
    account: age(head.accountAgeMs, head.accountStaleMs),
  };
}

/** What the engine goes by is down or too old to trade on, in two words; null: nothing is. */
export function troubleOf(head: Header, toldAt: number | null, now: number): string | null {
  if (!isMoving(head)) return null;
  const { feed, scan, account } = agesOf(head, toldAt, now);
  if (head.feedState === 'down') return 'feed down';
  if (feed.isStale) return 'feed stale';
  if (scan.isStale) return 'scan stale';
  return account.isStale ? 'account stale' : null;
}
