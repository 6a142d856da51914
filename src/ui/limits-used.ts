import type { LimitRow } from '../messages/dashboard.js';

/** How much of a cap is used, 0..1 and beyond; null: not known. A cap of nothing is used up. */
export function share({ used, most }: Pick<LimitRow, 'used' | 'most'>): number | null {
  if (used === null) return null;
  if (!(most > 0)) return 1;
  return Math.max(0, used) / most;
}

/** Caps that every window begins anew: used up they say that a window is done, not that something is wrong. */
const ofOneWindow: ReadonlySet<string> = new Set(['per_cycle_cap', 'trades_per_cycle']);

/** How near it is, for colour and words. */
export function nearness(row: LimitRow): 'unknown' | 'calm' | 'near' | 'full' {
  const used = share(row);
  if (used === null) return 'unknown';
  if (ofOneWindow.has(row.code) || used < 0.8) return 'calm';
  return used >= 1 ? 'full' : 'near';
}

/** The tightest first, those of one window after the others; what is unknown last, because nothing can be said of it. */
export const tightestFirst = (rows: readonly LimitRow[]): readonly LimitRow[] =>
  [...rows].sort(
    (a, b) =>
      Number(ofOneWindow.has(a.code)) - Number(ofOneWindow.has(b.code)) ||
      (share(b) ?? -1) - (share(a) ?? -1),
  );
