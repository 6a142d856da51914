import type { EpochMs } from '../../domain/units.js';
import type { Candle } from './parse.js';

const minuteMs = 60_000;
const yearMs = 31_536_000_000;
/** Weights halve every this much: VALUATION §3.3 gives 30 to 120 minutes. */
const halfLifeMs = 45 * minuteMs;
/** Fewer say too little; a market of a day says more than three times as many. */
const returnsMin = 30;
/** An older last candle is another market. */
const ageMsMax = 600_000;

/**
 * Annualised volatility of log returns, from the closes of whole minutes by exponential weights. A return over a gap
 * counts for the minutes it spans. Ascending candles; `source_stale` or `no_data` when they are too old or too few.
 */
export function realisedVolatility(
  candles: readonly Candle[],
  at: EpochMs,
): number | 'source_stale' | 'no_data' {
  // The running minute has not closed.
  const closed = candles.filter(({ startMs }) => startMs + minuteMs <= at);
  const last = closed.at(-1);
  if (last === undefined) return 'no_data';
  if (at - last.startMs - minuteMs > ageMsMax) return 'source_stale';
  let weights = 0;
  let sum = 0;
  let returns = 0;
  for (const [i, candle] of closed.entries()) {
    const before = closed[i - 1];
    if (before === undefined) continue;
    const move = Math.log(candle.close / before.close);
    const weight = 2 ** ((candle.startMs - last.startMs) / halfLifeMs);
    sum += (weight * move * move) / (candle.startMs - before.startMs);
    weights += weight;
    returns += 1;
  }
  return returns < returnsMin ? 'no_data' : Math.sqrt((sum / weights) * yearMs);
}
