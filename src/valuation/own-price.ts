import { priceMax } from '../domain/units.js';
import type { MarketSummary, SelectedMarket } from '../messages/window.js';
import { clipFair, pool } from './numbers.js';

/** What a market says about itself: a probability of YES and how far that may be off when the market is right. */
export type OwnPrice = {
  readonly p: number;
  readonly mid: number;
  readonly spread: number;
  readonly sigma: number;
};

/**
 * The microprice of the displayed book: the mid leaned half-way towards the thinner side, because top sizes are noisy.
 * Null without both sides, or when they are crossed.
 */
export function ownPrice({ book }: SelectedMarket): OwnPrice | null {
  const [ask, askSize] = book.yesAsks[0] ?? [Number.NaN, 0];
  const [noAsk, bidSize] = book.noAsks[0] ?? [Number.NaN, 0];
  const bid = priceMax - noAsk;
  const spread = ask - bid;
  if (!(spread > 0 && askSize > 0 && bidSize > 0)) return null;
  const mid = (bid + ask) / 2;
  const micro = (bid * askSize + ask * bidSize) / (askSize + bidSize);
  const p = clipFair((mid + micro) / 2 / priceMax);
  const half = spread / 2 / priceMax;
  return {
    p,
    mid: mid / priceMax,
    spread: spread / priceMax,
    sigma: Math.sqrt(0.01 * 0.01 + half * half),
  };
}

/** Weights of the window's memory in a market that has nothing but itself. Weak on purpose. */
const windowMeanWeight = 0.15;
const lastTradeWeight = 0.05;

/**
 * A market's own price, steadied by the window's mean mid and its last trade. It can differ from the touch by a cent or
 * two, which hardly ever pays for a fee: for markets without siblings this is the honest answer.
 */
export function steadied(own: OwnPrice, summary: MarketSummary): OwnPrice {
  const { midMean2, midHigh2, midLow2, lastTradePrice } = summary;
  let { p } = own;
  if (midMean2 !== null && midMean2 > 0 && midMean2 < 2 * priceMax)
    p = pool(p, clipFair(midMean2 / 2 / priceMax), windowMeanWeight);
  if (lastTradePrice !== null && lastTradePrice > 0 && lastTradePrice < priceMax)
    p = pool(p, clipFair(lastTradePrice / priceMax), lastTradeWeight);
  const range = midHigh2 !== null && midLow2 !== null ? (midHigh2 - midLow2) / 2 / priceMax / 4 : 0;
  return { ...own, p, sigma: Math.sqrt(own.sigma * own.sigma + range * range) };
}
