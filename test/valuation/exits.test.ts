import { describe, expect, it } from 'vitest';
import { micros, type Price, quantity, ticker } from '../../src/domain/units.js';
import type { ValuationJob, ValuationSettings } from '../../src/messages/valuation.js';
import { rewalk } from '../../src/valuation/rewalk.js';
import { valueMarkets } from '../../src/valuation/value.js';
import { at, dear, eventOf, jobOf } from './sample.js';

// Goal: a position is sold when its bid, net of cost, is worth more than what it should pay; never more than is held.

const markets = eventOf(dear);
const name = ticker('KXHIGHNY-26JUN15-3');

type Over = { settings?: Partial<ValuationSettings> } & Partial<Omit<ValuationJob, 'settings'>>;
/** No entry is made at 29 cents; what is held is the fourth bracket. */
const valued = (position: number, { settings, ...over }: Over = {}) => {
  const job = jobOf(markets, {
    holdings: [{ ticker: name, position: quantity(position), cost: micros(60_000_000) }],
    ...over,
    settings: { mispricingThreshold: 0.29, minEdge: 0.29, exitEdge: 0.05, ...settings },
  });
  const { verdicts, allocations } = valueMarkets(job);
  return { job, verdict: verdicts[3], allocations };
};

describe('a position that is worth more sold', () => {
  it('is sold whole, by its other side, with a verdict that says so and no share of the bankroll', () => {
    const { verdict, allocations } = valued(12_000);
    expect(allocations).toMatchObject([
      { ticker: name, side: 'no', count: 12_000, limit: 5_100, reason: 'exit' },
    ]);
    expect(verdict).toMatchObject({ taken: true, reason: 'exit', side: 'no', fraction: 0 });
    expect(verdict?.threshold).toBe(0.05);
    expect(verdict?.edge).toBe(allocations[0]?.edge);
  });

  it('is sold as far as a share of the depth at an edge goes', () => {
    // Two of three levels of 1,000 contracts lie within the slippage of the walked price at most.
    const { allocations } = valued(1_000_000);
    expect(allocations[0]?.count).toBeGreaterThanOrEqual(25_000);
    expect(allocations[0]?.count).toBeLessThanOrEqual(75_000);
  });

  it('is sold before anything is bought', () => {
    const others = eventOf(dear.map((one) => ({ ...one, name: `X-1-${one.name}` })));
    const job = jobOf([...others, ...markets], {
      holdings: [{ ticker: name, position: quantity(12_000), cost: micros(60_000_000) }],
      // What is held fills its market's cap: the other side is not opened, so it can only be closed.
      settings: { exitEdge: 0.05, maxFractionPerTrade: 0.0059 },
    });
    const { allocations } = valueMarkets(job);
    expect(allocations.map(({ reason }) => reason)).toEqual(['exit', 'taken']);
  });

  it.each<[why: string, position: number, over: Over]>([
    ['while it is off', 12_000, { settings: { exitEdge: null } }],
    ['below its edge', 12_000, { settings: { exitEdge: 0.25 } }],
    ['for an edge that is no number', 12_000, { settings: { exitEdge: Number.NaN } }],
    ['when the edge is implausible', 12_000, { settings: { maxEdge: 0.1 } }],
    ['when the maximum is no number', 12_000, { settings: { maxEdge: Number.NaN } }],
    ['when it is the side with the edge', -12_000, {}],
    ['when nothing is held', 0, {}],
    ['when less than a contract is held', 99, {}],
    ['in a market that is barred', 12_000, { barred: [{ ticker: name, reason: 'cooldown' }] }],
    ['in a market too close to its end', 12_000, { settings: { closesTooSoonMs: 1e9 } }],
  ])('is kept %s', (_, position, over) => {
    const { verdict, allocations } = valued(position, over);
    expect(allocations).toEqual([]);
    expect(verdict?.taken).toBe(false);
  });

  it('leaves a reversed opinion to the purchase that nets it', () => {
    const { verdict } = valued(1_000, { settings: { mispricingThreshold: 0.08, minEdge: 0.08 } });
    expect(verdict?.reason).toBe('taken');
  });
});

describe('an exit on a book looked at again', () => {
  const again = (exitEdge: number | null, best: number) => {
    const { job, allocations } = valued(12_000);
    const [exit] = allocations;
    const selected = markets[3];
    if (exit === undefined || selected === undefined) throw new Error('no exit');
    const noAsks = [[best as Price, quantity(100_000)]] as const;
    const settings = { ...job.settings, exitEdge };
    return rewalk(exit, selected.market, { ...selected.book, noAsks }, { settings }, at);
  };
  it('stands at its own edge, below what a purchase needs', () => {
    expect(again(0.05, 5_100)).toMatchObject({
      ok: true,
      value: { count: 12_000, reason: 'exit' },
    });
  });
  it('is dropped when it was turned off meanwhile, or the edge is gone', () => {
    expect(again(null, 5_100).ok).toBe(false);
    expect(again(0.25, 5_100).ok).toBe(false);
  });
});
