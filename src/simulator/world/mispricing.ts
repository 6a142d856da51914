import { HOUR, MINUTE } from './calendar.js';
import { between, choose, pick, type Stream, stream, uniform } from './draws.js';
import { chance, type EventPlan } from './plan.js';

/**
 * Mistakes of the crowd: now and then one market of an event is priced 10 to 30 cents away from what its siblings
 * imply, and the mistake halves every one to two hours of market time as agents learn. The first comes with the opening.
 */
export type Mispricing = {
  /** What agents add to their estimate of market `index` at `ms`, in probability. Zero for an event of one market. */
  readonly bias: (index: number, ms: number) => number;
};

/** Share of openings, and of later occasions, at which somebody gets it wrong. */
const SHARE_AT_OPEN = 0.6;
const SHARE_LATER = 0.75;
const OCCASION_EVERY_MS = 2 * HOUR;
/** Nobody stays wrong to the end: the last minutes before the result fade every mistake out. */
const FADE_MS = 8 * MINUTE;

type Mistake = {
  readonly index: number;
  readonly atMs: number;
  readonly size: number;
  readonly halfLifeMs: number;
};

export function makeMispricing(
  seed: number,
  plan: EventPlan,
  startMs: number,
  scale: number,
): Mispricing {
  if (scale === 0 || plan.markets.length < 2) return { bias: () => 0 };
  const of = stream(seed, `mistake/${plan.event.ticker}`);
  const mistakes: (Mistake | null)[] = [];

  /** Occasions come in order; only the last two can still matter. */
  function occasion(ms: number): number {
    const last = Math.floor((ms - startMs) / OCCASION_EVERY_MS);
    while (mistakes.length <= last) {
      mistakes.push(mistake(plan, of, mistakes.length, startMs, scale));
    }
    return last;
  }

  return {
    bias: (index, ms) => {
      const last = occasion(ms);
      let sum = 0;
      for (let k = Math.max(0, last - 1); k <= last; k += 1) {
        const made = mistakes[k];
        if (made === null || made === undefined || made.index !== index || ms < made.atMs) continue;
        sum += made.size * 2 ** ((made.atMs - ms) / made.halfLifeMs);
      }
      return sum * Math.min(1, Math.max(0, (plan.endMs - ms) / FADE_MS));
    },
  };
}

/** Occasion 0 is at the start; later ones at a drawn moment of their period. Null: nobody errs this time. */
function mistake(
  plan: EventPlan,
  of: Stream,
  k: number,
  startMs: number,
  scale: number,
): Mistake | null {
  if (uniform(of, k * 8) >= (k === 0 ? SHARE_AT_OPEN : SHARE_LATER)) return null;
  const jitter = k === 0 ? 0 : OCCASION_EVERY_MS * 0.8 * uniform(of, k * 8 + 1);
  const atMs = Math.round(startMs + k * OCCASION_EVERY_MS + jitter);
  const known = plan.latent.at(atMs);
  const open: { index: number; p: number }[] = [];
  plan.markets.forEach((market, index) => {
    const p = chance(market, known);
    if (market.liquidity === 'liquid' && p > 0.04 && p < 0.93) open.push({ index, p });
  });
  if (open.length === 0) return null;
  const { index, p } = choose(of, k * 8 + 2, open);
  const size = between(of, k * 8 + 3, 0.16, 0.3) * Math.min(1.5, scale);
  // Too high or too low, as far as there is room; a cheap market can only be too dear, and the other way round.
  const up = p < size + 0.03 ? true : p > 0.95 - size ? false : pick(of, k * 8 + 4, 2) === 0;
  return {
    index,
    atMs,
    size: up ? size : -size,
    halfLifeMs: between(of, k * 8 + 5, 1.2, 2) * HOUR,
  };
}
