import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { callId, micros, probability, quantity } from '../../src/domain/units.js';
import type { ChainLine } from '../../src/messages/chain-line.js';
import type { ChainSum } from '../../src/messages/decision-chain.js';
import type { Repricing } from '../../src/messages/repricing.js';
import type { ValuationJob } from '../../src/messages/valuation.js';
import { chainLines } from '../../src/valuation/chain-lines.js';
import { opinionOf } from '../../src/valuation/opinion.js';
import { reprice } from '../../src/valuation/reprice.js';
import { valueMarkets } from '../../src/valuation/value.js';
import { jobs } from './some-jobs.js';

// Goal: what is kept of a decision is the decision: its numbers, in integers that add up, whatever was decided.
type Window = Extract<ChainLine, { kind: 'window' }>;
const linesOf = (job: ValuationJob): readonly Window[] =>
  chainLines({ kind: 'window', run: 1, cycle: job.cycle, at: job.at, job, calls: {} }).flatMap(
    (line) => (line.kind === 'window' ? [line] : []),
  );

const addsUp = (sum: ChainSum): void => {
  const { priceMicros, feeMicros, slippageMicros, marginMicros, costMicros } = sum;
  for (const amount of [priceMicros, feeMicros, slippageMicros, marginMicros, sum.worthMicros])
    expect(Number.isSafeInteger(amount)).toBe(true);
  expect(priceMicros + feeMicros + slippageMicros + marginMicros).toBe(costMicros);
  expect(sum.worthMicros - costMicros).toBe(sum.edgeMicros);
  expect(Math.abs(sum.edgePerContract * sum.count * 10_000 - sum.edgeMicros)).toBeLessThan(2);
};

describe('the lines of a window', () => {
  it('hold every verdict, with sums that add up and caps that lead to the size', () => {
    let bets = 0;
    let bound = 0;
    fc.assert(
      fc.property(jobs, (job) => {
        const { verdicts, allocations } = valueMarkets(job);
        const lines = linesOf(job);
        expect(lines.map(({ ticker }) => ticker)).toEqual(verdicts.map(({ ticker }) => ticker));
        for (const [place, { parts }] of lines.entries()) {
          // Refusals are many and alike: those that were sized, and one more of a job.
          if (parts.size?.sizing == null && place > 0) continue;
          const verdict = verdicts[place];
          const { bet, ...kept } = parts.verdict;
          expect(verdict).toMatchObject(kept);
          const allocation = allocations.find(({ ticker }) => ticker === verdict?.ticker);
          expect(bet?.limit).toBe(allocation?.limit);
          expect(bet?.count).toBe(allocation?.count);
          for (const sum of [parts.edge?.yes, parts.edge?.no, bet?.sum]) if (sum) addsUp(sum);
          const sizing = parts.size?.sizing;
          if (sizing == null) continue;
          let left = sizing.wanted;
          for (const cap of sizing.caps) {
            expect(cap.before).toBe(left);
            left = cap.after;
          }
          if (bet != null) {
            bets += 1;
            expect(sizing.share).toBeLessThanOrEqual(left + 1e-6);
            expect(bet.worstCostMicros).toBeLessThanOrEqual(sizing.share * job.bankroll + 1e-6);
          }
          const binding = sizing.caps.filter(({ isBinding }) => isBinding);
          if (binding.length > 0) bound += 1;
          expect(binding.map(({ code }) => code)).toEqual(
            ['kelly', 'book'].includes(sizing.binding) ? [] : [sizing.binding],
          );
        }
      }),
      { numRuns: 100 },
    );
    // A bet or a cap that never came about has not been checked.
    expect(bets).toBeGreaterThan(3);
    expect(bound).toBeGreaterThan(3);
  });

  it('say the same once they were written and read', () => {
    fc.assert(
      fc.property(jobs, (job) => {
        for (const line of linesOf(job)) {
          const { raw: _, ...read } = JSON.parse(JSON.stringify(line)).parts.evidence;
          const { raw: _raw, ...evidence } = line.parts.evidence ?? {};
          expect(read).toEqual(evidence);
          expect(JSON.parse(JSON.stringify(line)).parts.verdict).toEqual(line.parts.verdict);
        }
      }),
      { numRuns: 10 },
    );
  });
});

describe('the line of a turn between windows', () => {
  it('is of the very bet, or refusal, that was decided', () => {
    let bets = 0;
    fc.assert(
      fc.property(jobs, fc.boolean(), fc.constantFrom(-0.2, 0, 0.2), (job, isNews, moved) => {
        const [selected] = job.markets;
        if (selected === undefined) return;
        const now = opinionOf(selected, job.at, job.blend);
        if (now === null) return;
        // What was in force until then; the bet rests on what is thought now.
        const fair = {
          ...now,
          fair: probability(Math.min(0.99, Math.max(0.01, now.fair + moved))),
        };
        const question: Repricing = {
          fair,
          selected,
          inputs: job,
          at: job.at,
          isNews,
          spent: { trades: 0, worstCost: micros(0) },
        };
        const { bet, fair: formed } = reprice(question);
        const answer = { clientOrderId: null, refusal: null, by: null };
        const lines = chainLines({
          kind: 'repriced',
          run: 1,
          cycle: 4,
          at: job.at,
          n: 1,
          question,
          intent: null,
          calls: [{ callId: callId('c1'), cycle: 3 }],
          ...answer,
        });
        if (formed === null) {
          expect(lines).toEqual([]);
          return;
        }
        const [line] = lines;
        if (line?.kind !== 'repriced') throw new Error('no line');
        expect(line).toMatchObject({ n: 1, cycle: 4, calls: [{ callId: 'c1', cycle: 3 }] });
        const { verdict, opinion } = line.parts;
        expect(opinion?.fair?.fair).toBe(formed.fair);
        expect(opinion?.before?.fair).toBe(fair.fair);
        if (!bet.ok) {
          expect([verdict.taken, verdict.reason]).toEqual([false, bet.error]);
          return;
        }
        bets += 1;
        expect(verdict.edge).toBe(bet.value.edge);
        expect(verdict.bet).toMatchObject({ limit: bet.value.limit, count: bet.value.count });
        addsUp(verdict.bet?.sum as ChainSum);
      }),
      { numRuns: 100 },
    );
    expect(bets).toBeGreaterThan(2);
  });
});

describe('the line of a second look', () => {
  it('has the cost of the order on the book it saw; without a book, or an order, none', () => {
    fc.assert(
      fc.property(jobs, (job) => {
        const { allocations } = valueMarkets(job);
        for (const allocation of allocations) {
          const selected = job.markets.find(({ market }) => market.ticker === allocation.ticker);
          if (selected === undefined) throw new Error('no market');
          const look = {
            kind: 'look',
            run: 1,
            cycle: 2,
            at: job.at,
            ticker: allocation.ticker,
            clientOrderId: null,
            refusal: null,
            by: null,
            intent: { ...allocation, cycle: 2, keyless: false, decidedAt: job.at },
            book: selected.book,
            market: selected.market,
            settings: job.settings,
          } as const;
          const [line] = chainLines(look);
          if (line?.kind !== 'look') throw new Error('no line');
          expect(line.look.sum?.edgePerContract).toBe(allocation.edge);
          expect(line.look.sum?.count).toBe(quantity(allocation.count));
          addsUp(line.look.sum as ChainSum);
          const [blind] = chainLines({ ...look, book: null, intent: null, refusal: 'superseded' });
          expect(blind).toMatchObject({
            refusal: 'superseded',
            look: { trust: null, asks: [], sum: null, refusal: 'superseded' },
          });
        }
      }),
      { numRuns: 40 },
    );
  });
});
