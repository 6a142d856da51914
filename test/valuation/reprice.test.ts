import { describe, expect, it } from 'vitest';
import { epochMs, micros, price, probability, quantity } from '../../src/domain/units.js';
import type { Repricing } from '../../src/messages/repricing.js';
import type { RefusalCode, ValuationSettings } from '../../src/messages/valuation.js';
import type { BookShot } from '../../src/messages/window.js';
import { startingBlend } from '../../src/valuation/blend.js';
import { reprice as repriceWith } from '../../src/valuation/reprice.js';
import { aSelectedMarket, aShot, someSettings } from '../support/fixtures.js';

// Goal: between windows a market is judged as the window would have, on its last fair value and what is left of the caps.
const offered = (yesPrice: number): BookShot =>
  aShot({ yesAsks: [[price(yesPrice), quantity(100_000)]], noAsks: [] });
const asked = (
  book: BookShot,
  settings: Partial<ValuationSettings> = {},
  changes: Partial<Repricing> = {},
): Repricing => ({
  fair: { model: 'heuristic', fair: probability(0.6), sigma: 0.02 },
  selected: aSelectedMarket('X', { book }),
  inputs: {
    settings: { ...someSettings, ...settings },
    bankroll: micros(1_000_000_000),
    holdings: [],
    barred: [],
    blend: startingBlend,
  },
  at: epochMs(1_000),
  isNews: false,
  spent: { trades: 0, worstCost: micros(0) },
  ...changes,
});
/** The opinion formed anew is the old one, unless a test says otherwise. */
const reprice = (question: Repricing) => repriceWith(question, () => question.fair).bet;
const refusal = (question: Repricing): RefusalCode | null => {
  const answer = reprice(question);
  return answer.ok ? null : answer.error;
};

describe('reprice', () => {
  it('bets on the last fair value where the book offers enough below it', () => {
    const answer = reprice(asked(offered(4_500)));
    expect(answer).toMatchObject({ ok: true, value: { side: 'yes', fair: 0.6, reason: 'taken' } });
  });

  it('drops a bet whose opinion, formed anew from the quotes of now, no longer holds', () => {
    const question = asked(offered(4_500));
    const lower = { ...question.fair, fair: probability(0.48) };
    const below = { fair: lower, bet: { ok: false, error: 'below_threshold' } };
    expect(repriceWith(question, () => lower)).toEqual(below);
    const none = { fair: null, bet: { ok: false, error: 'no_signal' } };
    expect(repriceWith(question, () => null)).toEqual(none);
  });

  it('does not where the edge is too small, whatever would fill up a window', () => {
    const filled = { minCandidates: 5, forceTestCandidate: true };
    expect(refusal(asked(offered(5_600), filled))).toBe('below_threshold');
  });

  it('takes an edge that is too good for an error of ours', () => {
    expect(refusal(asked(offered(1_000)))).toBe('edge_implausible');
  });

  it('spends what the period has left, and no more', () => {
    const most = { maxTotalFractionPerCycle: 0.2 };
    const spent = (trades: number, worstCost: number) =>
      asked(offered(4_500), most, { spent: { trades, worstCost: micros(worstCost) } });
    expect(refusal(spent(4, 0))).toBeNull();
    expect(refusal(spent(5, 0))).toBe('trades_per_cycle');
    expect(refusal(spent(1, 200_000_000))).toBe('per_cycle_cap');
    const little = reprice(spent(1, 190_000_000));
    expect(little.ok && little.value.worstCost).toBeGreaterThan(0);
    expect(little.ok && little.value.worstCost).toBeLessThanOrEqual(10_000_000);
  });

  it('forms the opinion anew after news, even where the last one saw nothing in this book', () => {
    const question = asked(offered(5_900));
    const higher = { ...question.fair, fair: probability(0.75) };
    expect(repriceWith(question, () => higher).bet).toEqual({
      ok: false,
      error: 'below_threshold',
    });
    const news = repriceWith({ ...question, isNews: true }, () => higher);
    expect(news).toMatchObject({ fair: { fair: 0.75 }, bet: { ok: true } });
  });

  it('leaves a barred market alone', () => {
    const question = asked(offered(4_500));
    const barred = [{ ticker: question.selected.market.ticker, reason: 'cooldown' as const }];
    expect(refusal({ ...question, inputs: { ...question.inputs, barred } })).toBe('cooldown');
  });
});
