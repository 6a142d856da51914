import { keyedDraw } from '../domain/keyed-draw.js';
import { type EpochMs, quantity } from '../domain/units.js';
import type { FillModel } from '../exchange/paper/model.js';
import type { OrderRequest } from '../messages/effect.js';
import type { AskLevel } from '../messages/window.js';
import type { FillEstimate } from './job.js';
import type { Latencies } from './latencies.js';

/** Of a level that stands, at most this share has been taken by others who saw it, too. */
const erosionMost = 0.6;
/** Pessimistic: how often the best level is gone, and what others leave of the rest. */
const touchGoneShare = 0.3;
const haircut = 0.5;
const slowShare = 0.95;

/** The same decision has the same luck in every estimate, whatever else differs between them. */
const luckOf = ({ ticker, side }: OrderRequest, sentAt: EpochMs): string =>
  `${ticker}/${side}/${sentAt}`;

/**
 * The three estimates (docs/backtest.md). On the same displayed levels the pessimistic one never finds more than the
 * realistic one, and that one never more than the optimistic one.
 */
export function fillModel(estimate: FillEstimate, seed: number, latencies: Latencies): FillModel {
  if (estimate === 'optimistic') return { latencyMs: () => 0, there: (levels) => levels };
  const isPessimistic = estimate === 'pessimistic';
  return {
    latencyMs: (order, sentAt) =>
      latencies.quantile(
        isPessimistic ? slowShare : keyedDraw(seed, `${luckOf(order, sentAt)}/latency`),
      ),
    there: (levels, order, sentAt) => {
      const luck = luckOf(order, sentAt);
      return levels.map(([at, size], level): AskLevel => {
        const draw = keyedDraw(seed, `${luck}/level/${level}`);
        const left = size * (1 - erosionMost * draw * draw);
        if (!isPessimistic) return [at, quantity(Math.floor(left))];
        const isGone = level === 0 && keyedDraw(seed, `${luck}/gone`) < touchGoneShare;
        return [at, quantity(isGone ? 0 : Math.floor(left * haircut))];
      });
    },
  };
}
