import { worstCost } from '../domain/fees.js';
import { contract, dollar, type Micros, type Quantity, quantity } from '../domain/units.js';
import { edgeAtWalk, fairOf, type Walk, type WalkTerms } from '../domain/walk.js';
import type { Repricing } from '../messages/repricing.js';
import type { Allocation, Calibration, ValuationJob, Verdict } from '../messages/valuation.js';
import type { SelectedMarket } from '../messages/window.js';
import { calibrated, pooled, poolTermsOf, standsAlone, uncalibrated } from './blend.js';
import { asksOf, firstContract, termsOf } from './edge.js';
import { kellyFraction } from './kelly.js';
import { clipFair, logit } from './numbers.js';
import { type OpinionSteps, opinionSteps } from './opinion.js';
import { reprice, repricedJob } from './reprice.js';
import type { Sized, SizeSteps } from './size-one.js';
import { decided, valueRange } from './value.js';
import type { Valued } from './value-one.js';

/** What one contract costs, in dollars, and what is left of its fair value. */
export type CostSplit = {
  readonly side: 'yes' | 'no';
  /** What that many contracts cost each. */
  readonly count: Quantity;
  /** What all of them cost before the margins, exact. */
  readonly notional: Micros;
  readonly fees: Micros;
  /** Average price, exact fee, and the two margins. They add up to `cost`. */
  readonly price: number;
  readonly fee: number;
  readonly slippage: number;
  readonly margin: number;
  readonly cost: number;
  /** Probability that this side pays. */
  readonly fair: number;
  readonly edge: number;
};

/** How a model's word was pooled with the market. */
export type PoolSteps = {
  readonly anchor: { readonly fair: number; readonly sigma: number };
  readonly calibration: Calibration;
  /** The word after its calibration. */
  readonly calibrated: number;
  readonly weight: number;
  /** How far the word would move the price in log-odds by its weight, and how far this model may and does. */
  readonly shift: number;
  readonly moved: number;
};

/** What bound the size of a bet: Kelly itself, a cap, or what the book offers at an edge. */
export type Binding = 'kelly' | 'book' | SizeSteps['caps'][number][0];

/** The whole chain for one market of a job: every number that led to its verdict. */
export type Explanation = {
  readonly opinion: OpinionSteps;
  /** Null when nothing was pooled: no word, or no price to pool it with. */
  readonly pool: PoolSteps | null;
  /** One contract of each side; null where nothing is offered or fees are unknown. */
  readonly yes: CostSplit | null;
  readonly no: CostSplit | null;
  /** Share of full Kelly that the error of the fair value leaves: e²/(e² + s²). */
  readonly confidence: number;
  readonly threshold: number;
  /** Full Kelly of the first contract. */
  readonly kelly: number;
  /** Null when it was no candidate, or stood in as a test. */
  readonly size: (SizeSteps & { readonly full: number; readonly binding: Binding }) | null;
  /** The order, and its cost at its own size; null when refused. */
  readonly order: { readonly allocation: Allocation; readonly split: CostSplit } | null;
  readonly verdict: Verdict;
};

/** Explains the verdict on the market at `index` of a job. Null: there is no such market. */
export const explain = (job: ValuationJob, index: number): Explanation | null =>
  explained(job)(index);

/**
 * Explains any verdict of a job. The same functions that decide are asked for their steps; what is decided is decided once,
 * so that an explanation cannot differ from it.
 */
export function explained(job: ValuationJob): (index: number) => Explanation | null {
  const opinions = job.markets.map((selected) => opinionSteps(selected, job.at, job.blend));
  const valued = valueRange(job, 0, job.markets.length, opinions);
  return chains(job, valued, opinions);
}

function chains(
  job: ValuationJob,
  valued: readonly Valued[],
  opinions: readonly OpinionSteps[],
): (index: number) => Explanation | null {
  const { result, sized } = decided(job, valued);
  return (index) => {
    const selected = job.markets[index];
    const one = valued[index];
    const opinion = opinions[index];
    const verdict = result.verdicts[index];
    if (selected === undefined || one === undefined) return null;
    if (opinion === undefined || verdict === undefined) return null;
    return explanationOf(job, index, selected, one, verdict, sized.get(index), opinion);
  };
}

/** The same for a question between windows: on the fair value it was decided on, formed anew or still in force. */
export function explainRepriced(question: Repricing): Explanation | null {
  const { selected, at, inputs } = question;
  const steps = opinionSteps(selected, at, inputs.blend);
  const fair = reprice(question, () => steps.fair).fair;
  if (fair === null) return null;
  const { job, one } = repricedJob(question, fair);
  const told = chains(job, [one], [{ ...steps, fair }])(0);
  // What stayed in force was pooled at an earlier time.
  return told === null || fair !== question.fair ? told : { ...told, pool: null };
}

function explanationOf(
  job: ValuationJob,
  index: number,
  selected: SelectedMarket,
  one: Valued,
  verdict: Verdict,
  answer: Sized | undefined,
  opinion: OpinionSteps,
): Explanation {
  const terms = termsOf(selected, job.settings, job.at);
  const { fair } = one;
  const bySide = (side: 'yes' | 'no'): CostSplit | null => {
    if (terms === null || fair === null) return null;
    const first = firstContract(selected, side, fair.fair, terms);
    return first === null ? null : splitOf(side, fair.fair, first.walked, terms, first);
  };
  const allocation = answer?.ok === true ? answer.allocation : null;
  const steps = answer?.steps ?? null;
  const best = one.best;
  return {
    opinion,
    pool: poolOf(opinion, job, index),
    yes: bySide('yes'),
    no: bySide('no'),
    confidence: one.confidence,
    threshold: one.threshold,
    kelly: one.kelly,
    size:
      steps === null || best === null
        ? null
        : {
            ...steps,
            full: kellyFraction(steps.won, best.cost),
            binding: bindingOf(job, steps, allocation, terms),
          },
    order: allocation === null || terms === null ? null : orderOf(job, index, allocation, terms),
    verdict,
  };
}

function poolOf(
  { word, ageMs, quotes }: OpinionSteps,
  { markets, blend }: ValuationJob,
  index: number,
): PoolSteps | null {
  const selected = markets[index];
  if (word === null || selected === undefined) return null;
  const met = poolTermsOf(word, selected, ageMs, blend, quotes);
  if (met === null || (met.terms !== undefined && standsAlone(met.terms))) return null;
  const calibration = met.terms?.calibration ?? uncalibrated;
  const price = clipFair(met.anchor.fair);
  const said = clipFair(calibrated(clipFair(word.fair), calibration));
  return {
    anchor: { fair: met.anchor.fair, sigma: met.anchor.sigma },
    calibration,
    calibrated: said,
    weight: met.weight,
    shift: met.weight * (logit(said) - logit(price)),
    moved: logit(pooled(word.model, price, said, met.weight)) - logit(price),
  };
}

function orderOf(
  { markets }: ValuationJob,
  index: number,
  allocation: Allocation,
  terms: WalkTerms,
): Explanation['order'] {
  const selected = markets[index];
  if (selected === undefined) return null;
  const { side, fair, count, limit } = allocation;
  const walked = edgeAtWalk(asksOf(selected, side), side, fair, count, limit, terms);
  if (walked === null) return null;
  return { allocation, split: splitOf(side, fair, walked.walked, terms, walked) };
}

export function splitOf(
  side: 'yes' | 'no',
  fairYes: number,
  { filled, notional, fees }: Walk,
  { slippageBps, feeMarginBps }: WalkTerms,
  { cost, edge }: { readonly cost: number; readonly edge: number },
): CostSplit {
  const contracts = filled / contract;
  return {
    side,
    count: filled,
    notional,
    fees,
    price: notional / dollar / contracts,
    fee: fees / dollar / contracts,
    slippage: slippageBps / 10_000,
    margin: feeMarginBps / 10_000,
    cost,
    fair: fairOf(side, fairYes),
    edge,
  };
}

/** The tightest of what Kelly asks for and what the caps leave; the book, where one more contract was affordable. */
function bindingOf(
  { bankroll }: ValuationJob,
  { share, wanted, caps }: SizeSteps,
  allocation: Allocation | null,
  terms: WalkTerms | null,
): Binding {
  if (allocation !== null && terms !== null) {
    const more = quantity(allocation.count + contract);
    const worst = worstCost(terms.fees, allocation.limit, more, terms.cashUnit);
    if (worst <= share * bankroll) return 'book';
  }
  let binding: Binding = 'kelly';
  let least = wanted;
  // What a program leaves of a cap by rounding is the whole cap.
  for (const [cap, room] of caps)
    if (room <= least * (1 + 1e-6) && (binding === 'kelly' || room < least)) {
      binding = cap;
      least = room;
    }
  return binding;
}
