import type { ListedMarket } from '../../src/domain/market.js';
import { epochMs } from '../../src/domain/units.js';
import { type Note, type Question, questionOf } from '../../src/sources/claude/questions.js';
import { aListedMarket } from '../support/fixtures.js';

export const at = epochMs(Date.UTC(2026, 10, 26, 12));

/** A market nobody has a specialist for, whose prose and fields agree. */
export const anAskedMarket = (name: string, changes: Partial<ListedMarket> = {}): ListedMarket => ({
  ...aListedMarket(name, { vertical: 'other' }),
  title: 'Will CPI year over year be above 2.9%?',
  yesSubTitle: 'Above 2.9%',
  rulesPrimary:
    'If the CPI year over year for November 2026 is above 2.9% according to the Bureau of Labor Statistics, then the market resolves to Yes.',
  strikeType: 'greater',
  floorStrike: 2.9,
  closeAt: epochMs(at + 36 * 3_600_000),
  settlementSources: [{ name: 'Bureau of Labor Statistics', url: 'https://www.bls.gov' }],
  ...changes,
});

export function aQuestion(
  name: string,
  changes: Partial<ListedMarket> = {},
  notes: readonly Note[] = [],
): Question {
  const question = questionOf(anAskedMarket(name, changes), notes, at);
  if (!question.ok) throw new Error(`${name}: ${question.error}`);
  return question.value;
}
