import type { Engine, EngineTotals } from '../engine.js';

type Counts = EngineTotals['orders'];

/**
 * The orders of one run, counted apart from those of earlier runs: also of those whose end was not known when this run
 * began and that it then learnt.
 */
export function ownOrders(engine: Engine): () => Counts {
  const all = engine.totals().orders;
  const unfinished = engine.unfinishedOrders();
  const then = engine.orderCounts(unfinished);
  return () => {
    const { orders } = engine.totals();
    const now = engine.orderCounts(unfinished);
    const of = (outcome: keyof Counts): number =>
      orders[outcome] - now[outcome] - (all[outcome] - then[outcome]);
    return {
      submitted: of('submitted'),
      open: of('open'),
      filled: of('filled'),
      partial: of('partial'),
      canceled: of('canceled'),
      rejected: of('rejected'),
      unknown: of('unknown'),
    };
  };
}
