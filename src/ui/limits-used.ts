import type { LimitRow } from '../messages/dashboard.js';

/** How much of a cap is used, 0..1 and beyond; null: not known. A cap of nothing is used up. */
export function share({ used, most }: Pick<LimitRow, 'used' | 'most'>): number | null {
  if (used === null) return null;
  if (!(most > 0)) return 1;
  return Math.max(0, used) / most;
}

/** The tightest first; what is unknown last, because nothing can be said of it. */
export const tightestFirst = (rows: readonly LimitRow[]): readonly LimitRow[] =>
  [...rows].sort((a, b) => (share(b) ?? -1) - (share(a) ?? -1));

/** How near it is, for colour and words. */
export function nearness(used: number | null): 'unknown' | 'calm' | 'near' | 'full' {
  if (used === null) return 'unknown';
  if (used >= 1) return 'full';
  return used >= 0.8 ? 'near' : 'calm';
}
