// What the pool says in a simulation: bets on nearly everything, on either side, whatever is held, frozen or cooling down. It
// is there to press the executor, not to be right.

import { isForeign } from './world.mjs';

export function scriptedValuation(job, draws, isMad) {
  const verdicts = job.markets.map(({ market, summary }) => ({
    ticker: market.ticker,
    side: null,
    model: null,
    fair: null,
    sigma: null,
    mid2: null,
    cost: null,
    edge: null,
    edgePerDay: null,
    threshold: null,
    confidence: null,
    kelly: null,
    fraction: 0,
    taken: false,
    reason: 'no_signal',
    word: null,
    noSignal: null,
    quoteAgeMs: summary.ageMs,
    volume24h: market.volume24h,
    vertical: market.vertical,
  }));
  const allocations = job.markets.flatMap(({ market, book }) => {
    const wants = draws.next('bet') < 0.7;
    const isYes = draws.next('bet/side') < 0.5;
    const more = draws.whole('bet/limit', 0, 3) * 100;
    const contracts = draws.whole('bet/size', 1, 50);
    if (!wants || isForeign(market.ticker)) return [];
    const asks = isYes ? book.yesAsks : book.noAsks;
    const best = asks[0]?.[0];
    if (best === undefined) return [];
    const limit = Math.min(9_800, best + more);
    const own = Math.min(0.99, limit / 10_000 + 0.15);
    const count = contracts * 100;
    const allocation = {
      ticker: market.ticker,
      shard: market.shard,
      side: isYes ? 'yes' : 'no',
      fair: isYes ? own : 1 - own,
      edge: 0.1,
      limit,
      count,
      worstCost: (limit + 300) * count,
      reason: 'taken',
    };
    return [isMad ? madden(allocation, draws) : allocation];
  });
  return { cycle: job.cycle, verdicts, allocations };
}

/** Numbers as a broken model would give them. */
function madden(allocation, draws) {
  const [key, value] = draws.pick('mad', [
    ['count', Number.NaN],
    ['count', 1e9],
    ['count', -100],
    ['worstCost', Number.NaN],
    ['worstCost', 1e15],
    ['fair', Number.NaN],
    ['fair', 7],
    ['limit', 0],
    ['limit', Number.POSITIVE_INFINITY],
    ['shard', 7],
  ]);
  return { ...allocation, [key]: value };
}
