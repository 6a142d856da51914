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
