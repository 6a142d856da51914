import type { VerdictRow } from './records.js';
import type { EpochMs, Ticker } from './units.js';

/** Markets by the time of something: valued first, or over. */
type Times = ReadonlyMap<Ticker, EpochMs>;

export type Outcomes = {
  /** Markets that were valued and whose outcome would be worth knowing, with the time they first were. */
  readonly awaited: Times;
  /** Markets whose outcome was noted lately: a verdict that was under way then does not await them again. */
  readonly over: Times;
};

/** Longer than any market that is valued has to run, and time to settle. */
const awaitedMs = 45 * 86_400_000;
/** Longer than any valuation is under way, at any speed of the clock. */
const overMs = 2 * 86_400_000;
const countMax = 20_000;
/** Left when there are too many, so that dropping the oldest is rare. */
const countKept = 15_000;

/** Every market with a fair value is awaited from its first one on, until it is over. Too many: the oldest are given up. */
export function awaitedAfter<Of extends Outcomes>(
  outcomes: Of,
  verdicts: readonly VerdictRow[],
  at: EpochMs,
): Of {
  const { awaited, over } = outcomes;
  const fresh = verdicts.flatMap(([name, , , fair]) => {
    const ticker = name as Ticker;
    return fair === null || awaited.has(ticker) || over.has(ticker) ? [] : [ticker];
  });
  if (fresh.length === 0) return outcomes;
  const next = new Map(awaited);
  for (const ticker of fresh) next.set(ticker, at);
  return { ...outcomes, awaited: bounded(next) };
}

/** An outcome was noted. */
export function overAfter<Of extends Outcomes>(outcomes: Of, ticker: Ticker, at: EpochMs): Of {
  const awaited = new Map(outcomes.awaited);
  awaited.delete(ticker);
  return { ...outcomes, awaited, over: bounded(new Map(outcomes.over).set(ticker, at)) };
}

/** Gives up what should have had an outcome long ago, and forgets what no verdict can be under way for. */
export function outcomesSince<Of extends Outcomes>(outcomes: Of, now: EpochMs): Of {
  return {
    ...outcomes,
    awaited: since(outcomes.awaited, now - awaitedMs),
    over: since(outcomes.over, now - overMs),
  };
}

function since(times: Times, border: number): Times {
  const kept = [...times].filter(([, at]) => at >= border);
  return kept.length === times.size ? times : new Map(kept);
}

function bounded(times: Times): Times {
  if (times.size <= countMax) return times;
  // By what they are, not by their order in the map: a recovered account has another one.
  const newest = [...times].sort(([a, left], [b, right]) => right - left || (a < b ? -1 : 1));
  return new Map(newest.slice(0, countKept));
}
