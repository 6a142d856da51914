import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { probability, quantity } from '../../src/domain/units.js';
import { edgeAtWalk } from '../../src/domain/walk.js';
import type { BlendTable, BlendTerms, FairValue } from '../../src/messages/valuation.js';
import type { SelectedMarket } from '../../src/messages/window.js';
import {
  blended,
  calibrated,
  startingBlend,
  uncalibrated,
  weightAt,
  weightMax,
} from '../../src/valuation/blend.js';
import { asksOf, termsOf } from '../../src/valuation/edge.js';
import { kellyFraction } from '../../src/valuation/kelly.js';
import { median, pool } from '../../src/valuation/numbers.js';
import { valueOne } from '../../src/valuation/value-one.js';
import { at, eventOf, settings } from './sample.js';

// Goal: a model is heard as far as its history says, and not at all where market or evidence cannot be trusted.
const market = (
  bid: number | null,
  ask: number | null,
  over: Partial<SelectedMarket['market']> = {},
): SelectedMarket =>
  eventOf([
    { name: 'KXHIGHNY-26JUN15-B77.5', bid, ask, market: { vertical: 'weather', ...over } },
  ])[0] as SelectedMarket;
/** Models to come have names of their own. */
const said = (fair: number, sigma = 0.05, model = 'weather'): FairValue => ({
  model: model as FairValue['model'],
  fair: probability(fair),
  sigma,
});
const terms = (over: Partial<BlendTerms> = {}): BlendTerms => ({
  weight: 0.25,
  weightThin: 0.25,
  weightSigma: 0,
  evidenceAgeMsMax: 1_000,
  byAge: [],
  calibration: uncalibrated,
  source: 'a test',
  ...over,
});
const table = (over: Partial<BlendTerms> = {}): BlendTable => ({ weather: terms(over) });

describe('the vectors of VALUATION §4.2', () => {
  it.each([
    [0.4, 0.6, 0.25, 0.44949],
    [0.05, 0.2, 0.25, 0.072098],
    [0.9, 0.7, 0.25, 0.865267],
    [0.03, 0.1, 0.15, 0.036115],
  ])('pool of %d and %d with weight %d is %d', (mid, model, weight, expected) => {
    expect(pool(mid, model, weight)).toBeCloseTo(expected, 6);
    const here = market(mid * 10_000 - 100, mid * 10_000 + 100);
    const answer = blended(said(model), here, 0, table({ weight, weightThin: weight }));
    expect(answer?.fair).toBeCloseTo(expected, 6);
  });

  it('median of samples, Platt and extremizing', () => {
    expect(median([0.55, 0.6, 0.62, 0.7, 0.9])).toBe(0.62);
    expect(calibrated(0.9, { alpha: 0, beta: 0.7, sigma: 0 })).toBeCloseTo(0.823182, 6);
    expect(calibrated(0.7, { alpha: 0, beta: 1.5, sigma: 0 })).toBeCloseTo(0.780905, 6);
  });

  it('the pipeline: ask 50, mid 49.5; 60 % is no trade, 70 % is a small one', () => {
    const here = market(4_900, 5_000);
    const none = settings({ feeMarginBps: 0, slippageBps: 0 });
    const cost = termsOf(here, none, at);
    const edgeOf = (model: number) => {
      const fair = blended(said(model), here, 0, table())?.fair ?? Number.NaN;
      const walked =
        cost === null
          ? null
          : edgeAtWalk(asksOf(here, 'yes'), 'yes', fair, quantity(10_000), 9_999 as never, cost);
      return { fair, ...walked };
    };
    const hesitant = edgeOf(0.6);
    expect(hesitant.fair).toBeCloseTo(0.521578, 6);
    expect(hesitant.cost).toBeCloseTo(0.5175, 6);
    expect(hesitant.edge).toBeCloseTo(0.0041, 4);
    const sure = edgeOf(0.7);
    expect(sure.fair).toBeCloseTo(0.549048, 6);
    expect(sure.edge).toBeCloseTo(0.0315, 4);
    const full = kellyFraction(sure.fair, sure.cost ?? Number.NaN);
    expect(full).toBeCloseTo(0.0654, 4);
    expect(full / 4).toBeCloseTo(0.0163, 4);
  });
});

describe('a blend', () => {
  it('is the market where the model has no say', () => {
    const mid = (answer: FairValue | null) => expect(answer?.fair).toBeCloseTo(0.5, 9);
    const tight = market(4_900, 5_100);
    mid(blended(said(0.8), market(4_595, 5_405), 0, table()));
    mid(blended(said(0.8), tight, 1_001, table()));
    mid(blended(said(0.8), tight, null, table()));
    mid(blended(said(0.8), tight, Number.NaN, table()));
    mid(blended(said(0.8, 0.05, 'rumour'), tight, 0, table()));
    for (const trust of ['stale', 'unknown'] as const)
      mid(blended(said(0.8), { ...tight, book: { ...tight.book, trust } }, 0, table()));
    expect(blended(said(0.8), market(4_600, 5_400), 0, table())?.fair).toBeGreaterThan(0.55);
    expect(
      blended(said(0.8), tight, null, table({ evidenceAgeMsMax: null }))?.fair,
    ).toBeGreaterThan(0.55);
  });

  it('never hears a learnt weight beyond its bound', () => {
    const heard = (weight: number) =>
      blended(said(0.8), market(4_900, 5_100), 0, table({ weight, weightThin: weight }))?.fair;
    expect(heard(0.9)).toBe(heard(weightMax));
    expect(heard(-1)).toBeCloseTo(0.5, 9);
  });

  it('hears more on a market that hardly trades, and has rows by vertical', () => {
    const thin = market(4_900, 5_100, { volume24h: quantity(99_900) });
    const liquid = market(4_900, 5_100, { volume24h: quantity(100_000) });
    const both = table({ weight: 0.1, weightThin: 0.3 });
    expect(blended(said(0.8), thin, 0, both)?.fair).toBeCloseTo(pool(0.5, 0.8, 0.3), 9);
    expect(blended(said(0.8), liquid, 0, both)?.fair).toBeCloseTo(pool(0.5, 0.8, 0.1), 9);
    const special = { ...both, 'weather/weather': terms({ weight: 0.2 }) };
    expect(blended(said(0.8), liquid, 0, special)?.fair).toBeCloseTo(pool(0.5, 0.8, 0.2), 9);
  });

  it('is nothing without a market price or a number', () => {
    expect(blended(said(0.8), market(null, 5_000), 0, table())).toBeNull();
    expect(blended(said(0.8), market(5_000, null), 0, table())).toBeNull();
    const here = market(4_900, 5_100);
    expect(blended(said(0.8, Number.NaN), here, 0, table())).toBeNull();
    expect(blended({ ...said(0.8), fair: Number.NaN as never }, here, 0, table())).toBeNull();
    const upside = { calibration: { alpha: 0, beta: -1, sigma: 0 } };
    expect(blended(said(0.8), here, 0, table(upside))).toBeNull();
    expect(blended(said(0.8), here, 0, table({ weight: Number.NaN }))).toBeNull();
  });

  it('leaves the heuristic as it is: it is pooled already', () => {
    const word = said(0.7, 0.03, 'heuristic');
    expect(blended(word, market(4_900, 5_100), null, startingBlend)).toBe(word);
    expect(blended(word, market(null, null), null, startingBlend)).toBe(word);
    const [one] = eventOf([{ name: 'A-B-C', bid: 4_900, ask: 5_100 }]);
    expect(valueOne(one as SelectedMarket, settings(), at, null, startingBlend).fair?.model).toBe(
      'heuristic',
    );
  });

  it('is less sure the further apart the two are, by as much as the weight is unsure', () => {
    const sigma = (fair: number, weightSigma: number) =>
      blended(said(fair, 0.02), market(4_900, 5_100), 0, table({ weightSigma }))?.sigma ??
      Number.NaN;
    expect(sigma(0.8, 0.1)).toBeGreaterThan(sigma(0.8, 0));
    expect(sigma(0.8, 0.1)).toBeGreaterThan(sigma(0.6, 0.1));
    expect(sigma(0.5, 0.1)).toBeCloseTo(sigma(0.5, 0), 12);
    const unsureFit = table({ calibration: { ...uncalibrated, sigma: 0.5 } });
    expect(blended(said(0.5, 0.02), market(4_900, 5_100), 0, unsureFit)?.sigma).toBeGreaterThan(
      sigma(0.5, 0),
    );
  });

  it('lies between model and market', () => {
    const cents = fc.integer({ min: 2, max: 97 });
    const p = fc.double({ min: 0.01, max: 0.99, noNaN: true });
    fc.assert(
      fc.property(cents, p, fc.constantFrom(...Object.keys(startingBlend)), (bid, model, name) => {
        const here = market(bid * 100, bid * 100 + 200);
        const answer = blended(said(model, 0.05, name), here, 0, startingBlend);
        const mid = bid / 100 + 0.01;
        expect(answer?.fair).toBeGreaterThanOrEqual(Math.min(mid, model) - 1e-9);
        expect(answer?.fair).toBeLessThanOrEqual(Math.max(mid, model) + 1e-9);
        expect(answer?.sigma).toBeGreaterThan(0);
      }),
    );
  });

  it('starts where the measurements say: a tenth at most for weather on a liquid market, more for crypto', () => {
    const { weather, crypto, claude } = startingBlend;
    expect(weather?.weight).toBeLessThanOrEqual(0.1);
    expect(crypto?.weight).toBeGreaterThan(weather?.weight ?? 1);
    expect(claude?.weight).toBeLessThanOrEqual(0.25);
    for (const row of Object.values(startingBlend)) expect(row.source).not.toBe('');
  });
});

describe('what is learnt from', () => {
  it('is the word as it was said, kept also where it weighs nothing', () => {
    const quotes = said(0.5, 0.02, 'heuristic');
    const word = { model: 'weather', p: 0.9, evidenceAgeMs: 10 };
    expect(blended(said(0.9), market(49, 51), 10, table(), quotes)?.word).toEqual(word);
    const silent = blended(
      said(0.9),
      market(49, 51),
      10,
      table({ weight: 0, weightThin: 0 }),
      quotes,
    );
    expect(silent).toEqual({ ...quotes, word });
    const odd = { ...said(0.9), fair: Number.NaN as FairValue['fair'] };
    expect(blended(odd, market(49, 51), 10, table({ weight: 0, weightThin: 0 }), quotes)).toEqual(
      quotes,
    );
  });

  it('weighs by the ages of evidence and quote where the table tells them apart', () => {
    const byAge = [
      { evidenceAgeMsMax: 100, quoteAgeMsMax: 60_000, weight: 0.6, weightThin: 0.5 },
      { evidenceAgeMsMax: null, quoteAgeMsMax: null, weight: 0, weightThin: 0.1 },
    ];
    const learnt = { ...terms(), byAge };
    expect(weightAt(learnt, false, 100, 60_000)).toBe(0.6);
    expect(weightAt(learnt, true, 100, 60_000)).toBe(0.5);
    expect(weightAt(learnt, true, 101, 0)).toBe(0.1);
    expect(weightAt(learnt, false, 0, 60_001)).toBe(0);
    expect(weightAt(learnt, false, null, null)).toBe(0);
    expect(weightAt(terms(), false, null, null)).toBe(0.25);
    expect(weightAt(terms({ weight: 3 }), false, 0, 0)).toBe(0.6);
    const fair = (ageMs: number) =>
      blended(said(0.9), market(49, 51), ageMs, table({ byAge }))?.fair;
    expect(fair(100)).not.toBe(fair(101));
  });
});
