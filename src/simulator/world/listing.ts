import { pick, type Stream, uniform } from './draws.js';
import type { Liquidity } from './plan.js';
import type { SimMarket } from './types.js';

/** What listings of every kind share: grids, starting volumes, how liquid a market is. */

type Grid = Pick<SimMarket, 'priceLevelStructure' | 'priceRanges'>;

export const LINEAR: Grid = {
  priceLevelStructure: 'linear_cent',
  priceRanges: [{ start: 0, end: 10_000, step: 100 }],
};
export const TAPERED: Grid = {
  priceLevelStructure: 'tapered_deci_cent',
  priceRanges: [
    { start: 0, end: 1_000, step: 10 },
    { start: 1_000, end: 9_000, step: 100 },
    { start: 9_000, end: 10_000, step: 10 },
  ],
};
export const DECI: Grid = {
  priceLevelStructure: 'deci_cent',
  priceRanges: [{ start: 0, end: 10_000, step: 10 }],
};

/** Shares of the kinds that are not liquid; the rest is. A thin market quotes tightly but has hardly traded. */
const SHARES: readonly (readonly [Liquidity, number])[] = [
  ['thin', 0.12],
  ['wide', 0.09],
  ['one_sided', 0.03],
  ['empty', 0.02],
];

/** Draws how liquid market `n` of this stream is. */
export function liquidity(of: Stream, n: number): Liquidity {
  let rest = uniform(of, n);
  for (const [kind, share] of SHARES) {
    if (rest < share) return kind;
    rest -= share;
  }
  return 'liquid';
}

type Activity = Pick<SimMarket, 'volume' | 'volume24h' | 'openInterest'>;

/** Volumes in 0.01 contract. Only thin and dead markets stay below 1,000 contracts. */
export function activity(of: Stream, n: number, kind: Liquidity): Activity {
  const dead = kind === 'thin' || kind === 'empty' || kind === 'one_sided';
  const u = uniform(of, n * 4 + 1);
  const contracts = dead ? 850 * u * u : 1_500 + 60_000 * u ** 4 + 12_000 * u;
  const volume = Math.floor(contracts) * 100 + (dead ? 0 : pick(of, n * 4 + 2, 100));
  const volume24h = Math.floor(volume * (0.4 + 0.6 * uniform(of, n * 4 + 3)));
  return { volume, volume24h, openInterest: Math.floor(volume * 0.55) };
}
