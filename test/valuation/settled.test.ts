// Goal: a verdict's row becomes a snapshot with the outcome, or nothing; words are thinned to one an hour.
import { expect, it } from 'vitest';
import type { VerdictRow } from '../../src/domain/records.js';
import { epochMs, type Price, price } from '../../src/domain/units.js';
import { settledVerdict, WordsKept } from '../../src/valuation/settled.js';

const row = (change: Record<number, unknown> = {}): VerdictRow => {
  const plain = ['KXHIGHNY-1-B2', 'yes', 'weather', 4e8, 1e7, 9_000, 1, 1, 1, 1, 0, 'taken', 1];
  const tail = ['weather', 7e8, 60_000, 5, 99_900, 'weather'];
  return Object.assign([...plain, ...tail], change) as unknown as VerdictRow;
};
const at = epochMs(7_200_000);

it('is what was thought, what the market said, and what came true', () => {
  expect(settledVerdict(row(), at, price(10_000))).toEqual({
    ticker: 'KXHIGHNY-1-B2',
    vertical: 'weather',
    fair: 0.4,
    mid: 0.45,
    outcome: 1,
    word: {
      model: 'weather',
      vertical: 'weather',
      at,
      event: 'KXHIGHNY-1',
      p: 0.7,
      mid: 0.45,
      evidenceAgeMs: 60_000,
      quoteAgeMs: 5,
      isThin: true,
      outcome: 1,
    },
  });
  expect(settledVerdict(row({ 17: 100_000 }), at, price(0))).toMatchObject({
    outcome: 0,
    word: { isThin: false, outcome: 0 },
  });
  expect(settledVerdict(row({ 13: null, 14: null }), at, price(0))?.word).toBeNull();
});

it.each([
  ['has no fair value', row({ 3: null }), 0],
  ['has no mid', row({ 5: null }), 0],
  ['settled in between', row(), 5_000],
] as const)('is nothing where it %s', (_, given, value) => {
  expect(settledVerdict(given, at, value as Price)).toBeNull();
});

it('keeps one word an hour of each model on each market, the newest at most', () => {
  const words = new WordsKept(3);
  const said = (minute: number, model = 'weather', ticker = 'A-B') =>
    words.add(ticker, {
      ...settledVerdict(row({ 0: ticker, 13: model }), epochMs(minute * 60_000), price(0))?.word,
    } as never);
  words.add('A-B', null);
  said(0);
  said(59);
  said(60);
  said(60, 'crypto');
  expect(words.snapshots().map((word) => word.at / 60_000)).toEqual([0, 60, 60]);
  for (let hour = 2; hour < 9; hour += 1) said(hour * 60);
  expect(words.snapshots().map((word) => word.at / 3_600_000)).toEqual([6, 7, 8]);
});
