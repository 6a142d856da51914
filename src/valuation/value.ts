import type { BetReason } from '../domain/order.js';
import type { RefusalCode, ValuationJob, ValuationResult, Verdict } from '../messages/valuation.js';
import { allocate, type Sized } from './allocate.js';
import { type Candidate, candidatesOf } from './candidates.js';
import { edgePerDay } from './edge.js';
import { exitsOf } from './exits.js';
import type { OpinionSteps } from './opinion.js';
import { type Valued, valueOne } from './value-one.js';

/**
 * A window's whole valuation: every market on its own, then all of them together. Pure, and the same whether it runs in
 * one piece (replay) or split over threads: the pool calls the two halves below.
 */
export function valueMarkets(job: ValuationJob): ValuationResult {
  return decideTogether(job, valueRange(job, 0, job.markets.length));
}

/** The markets `from` … `to − 1` of a job, each on its own. `opinions`: of the whole job, where they are known already. */
export function valueRange(
  job: ValuationJob,
  from: number,
  to: number,
  opinions: readonly OpinionSteps[] = [],
): readonly Valued[] {
  const barred = new Map<string, RefusalCode>(
    job.barred.map(({ ticker, reason }) => [ticker, reason]),
  );
  return job.markets
    .slice(from, to)
    .map((selected, index) =>
      valueOne(
        selected,
        job.settings,
        job.at,
        barred.get(selected.market.ticker) ?? null,
        job.blend,
        opinions[from + index],
      ),
    );
}

/** Candidates and sizes, given every market's own value. Leaves a verdict for each, in the job's order. */
export const decideTogether = (job: ValuationJob, valued: readonly Valued[]): ValuationResult =>
  decided(job, valued).result;

/** The same with how each candidate was sized, by its place in the job. */
export function decided(
  job: ValuationJob,
  valued: readonly Valued[],
): { readonly result: ValuationResult; readonly sized: ReadonlyMap<number, Sized> } {
  const names = job.markets.map(({ market }) => market);
  const { ranked, refusals } = candidatesOf(valued, names, job.settings);
  const bought = allocate(job, valued, ranked);
  const exits = exitsOf(job, valued, bought);
  const sized = new Map([...bought, ...exits]);
  // Exits first: what they free is there for the rest.
  const order = new Set([...exits.keys(), ...ranked.map(({ index }) => index)]);
  const allocations = [...order].flatMap((index) => {
    const result = sized.get(index);
    return result?.ok === true ? [result.allocation] : [];
  });
  const reasons = new Map(ranked.map(({ index, reason }) => [index, reason]));
  const verdicts = valued.map(
    (one, index): Verdict =>
      verdictOf(job, index, one, refusals[index] ?? null, sized.get(index), reasons.get(index)),
  );
  return { result: { cycle: job.cycle, verdicts, allocations }, sized };
}

function verdictOf(
  job: ValuationJob,
  index: number,
  one: Valued,
  refusal: RefusalCode | null,
  sized: Sized | undefined,
  candidate: Candidate['reason'] | undefined,
): Verdict {
  const { market, summary, book } = job.markets[index] as ValuationJob['markets'][number];
  const { fair, best } = one;
  const bet = sized?.ok === true ? sized : null;
  const cost = bet?.cost ?? best?.cost ?? null;
  const edge = bet?.allocation.edge ?? best?.edge ?? null;
  return {
    ticker: market.ticker,
    side: best?.side ?? null,
    model: fair?.model ?? null,
    fair: fair?.fair ?? null,
    sigma: fair?.sigma ?? null,
    mid2: summary.bid === null || summary.ask === null ? null : summary.bid + summary.ask,
    cost,
    edge,
    edgePerDay: cost === null || edge === null ? null : edgePerDay({ cost, edge }, market, job.at),
    threshold: thresholdShown(job, one, bet?.allocation.reason ?? candidate),
    confidence: best === null ? null : one.confidence,
    kelly: best === null ? null : one.kelly,
    fraction: bet?.fraction ?? 0,
    taken: bet !== null,
    reason: bet?.allocation.reason ?? refusal ?? (sized?.ok === false ? sized.reason : 'no_signal'),
    word: fair?.word ?? null,
    noSignal: one.noSignal,
    quoteAgeMs: book.ageMs,
    volume24h: market.volume24h,
    vertical: market.vertical,
  };
}

/** A test stands in whatever its edge; an exit and what filled up had thresholds of their own; everyone else the market's own. */
function thresholdShown(
  { settings }: ValuationJob,
  { threshold }: Valued,
  reason: BetReason | undefined,
): number | null {
  if (reason === 'forced_test') return null;
  if (reason === 'exit') return settings.exitEdge;
  const shown = reason === 'backfill' ? settings.fallbackThreshold : threshold;
  return Number.isFinite(shown) ? shown : null;
}
