import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { durationMs, epochMs, probability } from '../../src/domain/units.js';
import type { NoSignal, WeatherEvidence } from '../../src/messages/evidence.js';
import { type MarketJudgement, noJudgement } from '../../src/messages/inference.js';
import type { SelectedMarket } from '../../src/messages/window.js';
import { startingBlend, weightMax } from '../../src/valuation/blend.js';
import { heuristic } from '../../src/valuation/heuristic.js';
import { logit } from '../../src/valuation/numbers.js';
import { isLeftToClaude, opinionOf } from '../../src/valuation/opinion.js';
import { kellyShareOf } from '../../src/valuation/sizing-rules.js';
import { valueOne } from '../../src/valuation/value-one.js';
import { at, eventOf, settings } from './sample.js';

// Goal: who may speak of a market, and how far each is heard.
const said = (p: number, ageMs = 0, sigma = 0.1): MarketJudgement => ({
  judgement: { p: probability(p), sigma, samples: 1 },
  refusal: null,
  ageMs: durationMs(ageMs),
});
const market = (
  vertical: SelectedMarket['market']['vertical'],
  judgement: MarketJudgement = noJudgement,
  change: Partial<SelectedMarket> = {},
): SelectedMarket => {
  const [one] = eventOf([{ name: 'KXA-B-C', bid: 4_800, ask: 5_200, market: { vertical } }]);
  if (one === undefined) throw new Error('no market');
  return { ...one, judgement, ...change };
};
const silent = (noSignal: NoSignal) => ({ evidence: { evidence: null, noSignal, ageMs: null } });
/** The settlement value is out: 70 °F. */
const settled: WeatherEvidence = {
  kind: 'weather',
  station: 'KNYC',
  quantity: 'daily_high',
  from: epochMs(at - 86_400_000),
  to: at,
  forecast: null,
  sigmaF: null,
  observed: null,
  official: { fahrenheit: 70, issuedAt: at },
};

describe('Claude', () => {
  it('is heard where nobody else speaks, by its weight, and leaves its word behind', () => {
    const quotes = heuristic(market('other'));
    const heard = opinionOf(market('other', said(0.9)), at, startingBlend);
    expect(heard).toMatchObject({
      model: 'claude',
      word: { model: 'claude', p: 0.9, evidenceAgeMs: 0 },
    });
    expect(heard?.fair).toBeGreaterThan(quotes?.fair ?? 1);
    expect(heard?.fair).toBeLessThan(0.7);
  });

  it('is not heard once its answer is an hour old, nor after a refusal', () => {
    const old = opinionOf(market('other', said(0.9, 3_600_001)), at, startingBlend);
    expect(old?.model).toBe('heuristic');
    const refused: MarketJudgement = { judgement: null, refusal: 'text_flagged', ageMs: null };
    expect(opinionOf(market('other', refused), at, startingBlend)?.model).toBe('heuristic');
  });

  it('never moves a price by more than one in log-odds, whatever it says and weighs', () => {
    const p = fc.double({ min: 0.01, max: 0.99, noNaN: true });
    const { claude } = startingBlend;
    if (claude === undefined) throw new Error('no weight to start with');
    const heavy = { claude: { ...claude, weight: weightMax, weightThin: weightMax } };
    fc.assert(
      fc.property(p, (word) => {
        const one = market('other', said(word));
        const price = heuristic(one)?.fair ?? Number.NaN;
        const fair = opinionOf(one, at, heavy)?.fair ?? Number.NaN;
        expect(Math.abs(logit(fair) - logit(price))).toBeLessThanOrEqual(1 + 1e-9);
      }),
    );
  });

  it('has no say where a closed form speaks', () => {
    const base = market('weather', said(0.99));
    const closed: SelectedMarket = {
      ...base,
      market: { ...base.market, strikeType: 'greater', floorStrike: 80 },
      evidence: { evidence: settled, noSignal: null, ageMs: durationMs(0) },
    };
    expect(opinionOf(closed, at, startingBlend)).toMatchObject({
      model: 'weather',
      word: { model: 'weather' },
    });
  });

  it('is asked where no closed form ever could, and waits for a source that is only late', () => {
    const rows: readonly (readonly [SelectedMarket, boolean])[] = [
      [market('other'), true],
      [market('sports'), true],
      [market('weather', noJudgement, silent('no_station')), true],
      [market('weather', noJudgement, silent('unknown_rules')), true],
      [market('crypto', noJudgement, silent('not_this_subject')), true],
      [market('weather', noJudgement, silent('not_asked')), false],
      [market('weather', noJudgement, silent('source_failed')), false],
      [market('crypto', noJudgement, silent('source_stale')), false],
      [market('crypto', noJudgement, silent('bad_answer')), false],
      [market('crypto', noJudgement, silent('no_data')), false],
    ];
    for (const [selected, expected] of rows)
      expect([
        selected.market.vertical,
        selected.evidence.noSignal,
        isLeftToClaude(selected, at),
      ]).toEqual([selected.market.vertical, selected.evidence.noSignal, expected]);
  });

  it('is bet on with a tenth of Kelly', () => {
    expect(kellyShareOf(settings({ kellyFraction: 0.25 }), 'claude')).toBe(0.1);
    expect(kellyShareOf(settings({ kellyFraction: 0.05 }), 'claude')).toBe(0.05);
  });
});

describe('the heuristic alone', () => {
  it('is refused where it may not be traded on, and nobody else is', () => {
    const strict = settings({ allowHeuristic: false });
    const refused = (selected: SelectedMarket) =>
      valueOne(selected, strict, at, null, startingBlend).refused;
    expect(refused(market('other'))).toBe('heuristic_only');
    expect(refused(market('other', said(0.9)))).toBeNull();
    expect(valueOne(market('other'), settings(), at, null, startingBlend).refused).toBeNull();
  });
});
