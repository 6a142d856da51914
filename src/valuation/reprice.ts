import { isBetReason } from '../domain/order.js';
import { err, ok, type Result } from '../domain/result.js';
import type { EpochMs } from '../domain/units.js';
import type { Repricing } from '../messages/repricing.js';
import type {
  Allocation,
  BlendTable,
  FairValue,
  RefusalCode,
  ValuationJob,
} from '../messages/valuation.js';
import type { SelectedMarket } from '../messages/window.js';
import { opinionOf } from './opinion.js';
import { decideTogether } from './value.js';
import { type Valued, valueOne } from './value-one.js';

/** The bet, or why not, and the opinion in force from now on; null: there is none any more. */
export type Repriced = {
  readonly fair: FairValue | null;
  readonly bet: Result<Allocation, RefusalCode>;
};

/**
 * What the window would have decided about this market, had it seen this book: the same thresholds, sizes and caps, less
 * what the period has spent. Only a real edge counts here: nothing is filled up or sold, and no test candidate stands in.
 *
 * Every opinion holds something of the price of its time, and is only as good as that price: where the last one opens an
 * edge, it is formed anew from the quotes and the evidence of now, and that one decides. After news there is no last one.
 */
export function reprice(
  question: Repricing,
  opinion: (
    selected: SelectedMarket,
    at: EpochMs,
    blend: BlendTable,
  ) => FairValue | null = opinionOf,
): Repriced {
  if (!question.isNews) {
    const first = decided(question, question.fair);
    if (!first.ok) return { fair: question.fair, bet: first };
  }
  const fair = opinion(question.selected, question.at, question.inputs.blend);
  return { fair, bet: fair === null ? err('no_signal') : decided(question, fair) };
}

function decided(question: Repricing, fair: FairValue): Result<Allocation, RefusalCode> {
  const { job, one } = repricedJob(question, fair);
  const { allocations, verdicts } = decideTogether(job, [one]);
  const [allocation] = allocations;
  if (allocation !== undefined) return ok(allocation);
  const reason = verdicts[0]?.reason;
  return err(reason === undefined || isBetReason(reason) ? 'no_signal' : reason);
}

/** The job of one market that a question between windows is, and that market at a fair value. */
export function repricedJob(
  { selected, inputs, at, spent }: Repricing,
  fair: FairValue,
): { readonly job: ValuationJob; readonly one: Valued } {
  const { settings, bankroll } = inputs;
  const left = settings.maxTotalFractionPerCycle - spent.worstCost / bankroll;
  const job: ValuationJob = {
    ...inputs,
    cycle: 0,
    at,
    settings: {
      ...settings,
      exitEdge: null,
      minCandidates: 0,
      forceTestCandidate: false,
      maxTradesPerCycle: settings.maxTradesPerCycle - spent.trades,
      maxTotalFractionPerCycle: left,
    },
    markets: [selected],
  };
  const barred = inputs.barred.find(({ ticker }) => ticker === selected.market.ticker);
  const opinion = { fair, noSignal: null };
  const one = valueOne(selected, settings, at, barred?.reason ?? null, inputs.blend, opinion);
  return { job, one };
}
