// Goal: a table that came through a recording is as `learn` made it, or is refused whole.
import { expect, it } from 'vitest';
import { startingBlend } from '../../src/valuation/blend.js';
import { learntOf } from '../../src/valuation/learnt-table.js';
import { aLearnt } from '../support/fixtures.js';

const terms = {
  weight: 0.3,
  weightThin: 0.4,
  weightSigma: 0.02,
  evidenceAgeMsMax: 60_000,
  byAge: [{ evidenceAgeMsMax: 15_000, quoteAgeMsMax: null, weight: 0.6, weightThin: 0 }],
  calibration: { alpha: -0.1, beta: 0.8, sigma: 0.05 },
  source: 'learnt from 100 settled events',
};
const whole = aLearnt(terms);
const [part] = whole.parts;

it('is taken as it is, through JSON too', () => {
  expect(learntOf(whole)).toEqual(whole);
  expect(learntOf(JSON.parse(JSON.stringify(whole)))).toEqual(whole);
  expect(learntOf({ table: startingBlend, parts: [] })).not.toBeNull();
});

const bent = (change: object) => ({
  table: { 'crypto/crypto': { ...terms, ...change } },
  parts: [],
});
it.each([
  ['nothing', null],
  ['a text', 'table'],
  ['no parts', { table: {} }],
  ['no table', { parts: [] }],
  ['terms of null', { table: { a: null }, parts: [] }],
  ['a weight above the bound', bent({ weight: 0.61 })],
  ['a negative weight', bent({ weightThin: -0.01 })],
  ['NaN', bent({ weightSigma: Number.NaN })],
  ['a text for a number', bent({ weight: '0.3' })],
  ['a slope of zero', bent({ calibration: { alpha: 0, beta: 0, sigma: 0 } })],
  ['a slope that turns round', bent({ calibration: { alpha: 0, beta: -1, sigma: 0 } })],
  ['no calibration', bent({ calibration: null })],
  ['an infinite error', bent({ calibration: { alpha: 0, beta: 1, sigma: Infinity } })],
  ['an age that is none', bent({ evidenceAgeMsMax: -1 })],
  ['no ages', bent({ byAge: undefined })],
  ['a weight by age above the bound', bent({ byAge: [{ ...terms.byAge[0], weight: 0.7 }] })],
  ['a weight of one by age', bent({ byAge: [{ ...terms.byAge[0], weight: 1 }] })],
  ['a part without its numbers', { ...whole, parts: [{ ...part, events: -1 }] }],
  ['a part kept for no known reason', { ...whole, parts: [{ ...part, kept: 'whim' }] }],
])('refuses %s', (_, value) => {
  expect(learntOf(value)).toBeNull();
});
