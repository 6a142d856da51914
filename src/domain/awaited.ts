import type { VerdictRow } from './records.js';
import type { EpochMs, Ticker } from './units.js';

/** Markets whose outcome would be worth knowing, and since when. */
export type Awaited = ReadonlyMap<Ticker, EpochMs>;

/** Longer than any market that is valued has to run, and time to settle. */
const keptMs = 45 * 86_400_000;
const countMax = 20_000;
/** Left when there are too many, so that dropping the oldest is rare. */
const countKept = 15_000;

/** Every market with a fair value is awaited from its first one on. Too many: the oldest are given up. */
export function awaitedAfter(
  awaited: Awaited,
  verdicts: readonly VerdictRow[],
  at: EpochMs,
): Awaited {
  const fresh = verdicts.filter(
    ([ticker, , , fair]) => fair !== null && !awaited.has(ticker as Ticker),
  );
  if (fresh.length === 0) return awaited;
  const next = new Map(awaited);
  for (const [ticker] of fresh) next.set(ticker as Ticker, at);
  if (next.size <= countMax) return next;
  // By what they are, not by their order in the map: a recovered account has another one.
  const newest = [...next].sort(([a, left], [b, right]) => right - left || (a < b ? -1 : 1));
  return new Map(newest.slice(0, countKept));
}

/** Gives up what should have had an outcome long ago. */
export function awaitedSince(awaited: Awaited, now: EpochMs): Awaited {
  const kept = [...awaited].filter(([, since]) => since >= now - keptMs);
  return kept.length === awaited.size ? awaited : new Map(kept);
}
