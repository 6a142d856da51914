import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ValuationJob } from '../../src/messages/valuation.js';
import { type CostSplit, type Explanation, explain } from '../../src/valuation/explain.js';
import { clipFair, expit, logit, pool } from '../../src/valuation/numbers.js';
import { valueMarkets } from '../../src/valuation/value.js';
import { jobOf } from './sample.js';
import { jobs } from './some-jobs.js';

// Goal: an explanation never says anything but what was decided, and its numbers add up to the verdict.
const addsUp = (split: CostSplit): void => {
  expect(split.price + split.fee + split.slippage + split.margin).toBeCloseTo(split.cost, 9);
  expect(split.fair - split.cost).toBeCloseTo(split.edge, 12);
};

describe('an explanation', () => {
  it('is of the very verdict that is decided, and its numbers lead there', () => {
    const seen = new Map<string, number>();
    const saw = (what: string): void => void seen.set(what, (seen.get(what) ?? 0) + 1);
    fc.assert(
      fc.property(jobs, (job) => {
        const { verdicts, allocations } = valueMarkets(job);
        for (const [index, verdict] of verdicts.entries()) {
          // Refusals are many and alike: one of them a job, and every bet.
          if (!verdict.taken && index !== job.markets.length - 1) continue;
          const told = explain(job, index) as Explanation;
          expect(told.verdict).toEqual(verdict);
          expect(told.order?.allocation).toEqual(
            allocations.find((each) => each.ticker === verdict.ticker),
          );
          check(job, told, saw);
        }
      }),
      { numRuns: 250 },
    );
    // A chain that never came about has not been checked.
    for (const what of [
      'pooled weather',
      'pooled claude',
      'unheard',
      'order',
      'joint',
      'refused size',
    ])
      expect(seen.get(what) ?? 0, what).toBeGreaterThan(5);
    for (const binding of ['kelly', 'book', 'per_trade_cap', 'per_event_cap', 'gross_cap'])
      expect(seen.get(binding), binding).toBeGreaterThan(0);
  });

  it('is nothing for a market that is not there', () => {
    expect(explain(jobOf([]), 0)).toBeNull();
  });
});

function check(job: ValuationJob, told: Explanation, saw: (what: string) => void): void {
  const { verdict, opinion, order, size } = told;
  expect(opinion.fair?.fair ?? null).toBe(verdict.fair);
  expect(opinion.fair?.sigma ?? null).toBe(verdict.sigma);
  for (const split of [told.yes, told.no, order?.split]) if (split != null) addsUp(split);

  if (told.pool !== null && opinion.fair !== null) {
    const { weight, anchor, calibrated, shift, moved } = told.pool;
    const isHeld = Math.abs(moved) < Math.abs(shift) - 1e-9;
    if (isHeld) saw('held back');
    const price = clipFair(anchor.fair);
    const expected = isHeld ? expit(logit(price) + moved) : pool(price, calibrated, weight);
    expect(opinion.fair.fair).toBeCloseTo(weight === 0 ? anchor.fair : expected, 12);
    if (isHeld) expect(Math.abs(moved)).toBeCloseTo(1, 9);
    saw(weight > 0 ? `pooled ${opinion.word?.model}` : 'unheard');
  }

  const edges = [told.yes, told.no].flatMap((split) => (split === null ? [] : [split.edge]));
  const shown = order?.split ?? (verdict.side === null ? null : told[verdict.side]);
  expect(shown?.edge ?? null).toBe(verdict.edge);
  expect(shown?.cost ?? null).toBe(verdict.cost);
  if (verdict.side !== null && verdict.sigma !== null) {
    const first = told[verdict.side]?.edge ?? Number.NaN;
    expect(first).toBe(Math.max(...edges));
    const multiplier = first > 0 ? first ** 2 / (first ** 2 + verdict.sigma ** 2) : 0;
    expect(told.confidence).toBeCloseTo(multiplier, 12);
    expect(verdict.confidence).toBe(told.confidence);
  }

  if (size !== null) {
    const rooms = size.caps.map(([, room]) => room);
    if (size.share > 0) expect(size.share).toBeLessThanOrEqual(Math.min(...rooms) + 1e-9);
    expect(size.share).toBeLessThanOrEqual(size.wanted + 1e-12);
    if (order === null) saw('refused size');
    if (size.jointLegs === null) expect(size.share).toBe(Math.min(size.wanted, ...rooms));
    else saw('joint');
    const { binding } = size;
    saw(binding);
    const cap = size.caps.find(([name]) => name === binding);
    if (cap !== undefined) expect(Math.max(cap[1], 0)).toBeCloseTo(Math.max(size.share, 0), 6);
    if (binding === 'kelly') expect(size.share).toBe(size.wanted);
  }
  if (order !== null) {
    saw('order');
    expect(order.split.count).toBe(order.allocation.count);
    if (size !== null)
      expect(order.allocation.worstCost).toBeLessThanOrEqual(size.share * job.bankroll + 1e-6);
  }
}
