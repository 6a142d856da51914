import { keyedDraw } from '../../domain/keyed-draw.js';
import type { EpochMs } from '../../domain/units.js';
import { limits } from '../../limits.js';
import type { OrderRequest } from '../../messages/effect.js';
import type { AskLevel } from '../../messages/window.js';
import { eroded } from './depth.js';

/** How the market treats a paper order: how long it is under way, and what of the displayed depth it still finds. */
export type FillModel = {
  /** Real ms from sending, at `sentAt`, to meeting the book. */
  readonly latencyMs: (order: OrderRequest, sentAt: EpochMs) => number;
  /** At most what is displayed, level by level, best first. */
  readonly there: (
    levels: readonly AskLevel[],
    order: OrderRequest,
    sentAt: EpochMs,
  ) => readonly AskLevel[];
};

/** The model of a live paper run: chance is a hash of the seed and the order's id. */
export const paperModel = (seed: number): FillModel => ({
  latencyMs: ({ clientOrderId }) => {
    const { paperLatencyMsMin: least, paperLatencyMsMax: most } = limits;
    return least + (most - least) * keyedDraw(seed, `${clientOrderId}/latency`);
  },
  there: (levels, { clientOrderId }) => eroded(levels, seed, clientOrderId),
});
