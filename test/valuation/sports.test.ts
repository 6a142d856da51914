import { describe, expect, it } from 'vitest';
import { durationMs, epochMs } from '../../src/domain/units.js';
import type { SportsEvidence } from '../../src/messages/evidence.js';
import type { SelectedMarket } from '../../src/messages/window.js';
import {
  absorbedShare,
  noReaction,
  type Reaction,
  shifted,
  sports,
} from '../../src/valuation/sports.js';
import { isTeam, sportsTerms } from '../../src/valuation/sports-terms.js';
import { at, eventOf } from './sample.js';

// Goal: news moves a fair value only where the reaction to news was measured, and only while it is news.

const rules =
  'If Miami wins the Buffalo at Miami pro football game originally scheduled for Sep 20, 2026, then the market resolves to Yes.';

describe('the shift of an injury', () => {
  it('has the digits of the vector', () => {
    expect(shifted(0.6, -0.35).toFixed(6)).toBe('0.513863');
    expect(absorbedShare(120_000, 90_000).toFixed(6)).toBe('0.603150');
    const expected = shifted(0.6, -0.35 * absorbedShare(120_000, 90_000));
    expect(expected.toFixed(6)).toBe('0.548438');
    expect((expected - shifted(0.6, -0.35)).toFixed(4)).toBe('0.0346');
  });
});

const market = (
  mid: number,
  over: { ageMs?: number; rulesPrimary?: string } = {},
): SelectedMarket => {
  const [selected] = eventOf([
    {
      name: 'KXNFLGAME-26SEP20BUFMIA-MIA',
      bid: Math.round(mid * 10_000) - 100,
      ask: Math.round(mid * 10_000) + 100,
      strikeType: 'structured',
      market: { rulesPrimary: over.rulesPrimary ?? rules, yesSubTitle: 'Miami' },
    },
  ]);
  if (selected === undefined) throw new Error('no market');
  return { ...selected, book: { ...selected.book, ageMs: durationMs(over.ageMs ?? 100) } };
};

const change = (over: Partial<SportsEvidence['changes'][number]> = {}) => ({
  team: 'Miami Dolphins',
  player: 'A. Quarterback',
  from: 'questionable' as const,
  to: 'out' as const,
  reportedAt: epochMs(at - 60_000),
  seenAt: epochMs(at - 30_000),
  ...over,
});
const news = (...changes: ReturnType<typeof change>[]): SportsEvidence => ({
  kind: 'sports',
  changes,
});
const mids = [
  { at: epochMs(at - 600_000), mid: 0.62 },
  { at: epochMs(at - 130_000), mid: 0.6 },
  { at: epochMs(at - 60_000), mid: 0.59 },
];
/** A shift of −0.35 for the loss of a player who was as likely as not to play. */
const measured: Reaction = { ...noReaction, beta: { NFL: 0.35 / 0.6 } };

describe('the sports specialist', () => {
  it('has no opinion until a reaction was measured', () => {
    expect(sports(market(0.59), news(change()), at, mids)).toEqual({ ok: false, error: 'no_data' });
  });

  it('shifts the price from before the report', () => {
    const fair = sports(market(0.59), news(change()), at, mids, measured);
    if (!fair.ok) throw new Error(fair.error);
    expect(fair.value.model).toBe('sports');
    expect(fair.value.fair).toBeCloseTo(0.513863, 6);
    expect(fair.value.sigma).toBeGreaterThan(0.01);
    expect(fair.value.sigma).toBeLessThan(0.06);
  });

  it('shifts the other way for the other team, and adds what comes together', () => {
    const other = sports(market(0.61), news(change({ team: 'Buffalo Bills' })), at, mids, measured);
    expect(other.ok && other.value.fair).toBeCloseTo(shifted(0.6, 0.35), 6);
    const both = news(change(), change({ team: 'Buffalo Bills' }));
    expect(sports(market(0.59), both, at, mids, measured).ok).toBe(false);
  });

  it.each([
    ['a report without a time', news(change({ reportedAt: null as never })), mids, 0.59, 'no_data'],
    ['an old report', news(change({ reportedAt: epochMs(at - 180_000) })), mids, 0.59, 'no_data'],
    [
      'a report from the future',
      news(change({ reportedAt: epochMs(at + 1) })),
      mids,
      0.59,
      'no_data',
    ],
    ['a status that is not known', news(change({ to: 'unknown' as never })), mids, 0.59, 'no_data'],
    ['a stranger', news(change({ team: 'Atlanta Hawks' })), mids, 0.59, 'no_data'],
    ['no price from before', news(change()), mids.slice(2), 0.59, 'no_data'],
    ['a price that has gone half of the way', news(change()), mids, 0.55, 'source_stale'],
    ['no news', news(), mids, 0.59, 'no_data'],
  ] as const)('says nothing of %s', (_, evidence, past, mid, code) => {
    expect(sports(market(mid), evidence, at, past, measured)).toEqual({ ok: false, error: code });
  });

  it('says nothing on an old book or on rules that are not a winner’s', () => {
    expect(sports(market(0.59, { ageMs: 2_500 }), news(change()), at, mids, measured).ok).toBe(
      false,
    );
    const rulesPrimary = 'If Miami wins the game by more than 6.5 points, then Yes.';
    expect(sports(market(0.59, { rulesPrimary }), news(change()), at, mids, measured)).toEqual({
      ok: false,
      error: 'unknown_rules',
    });
  });
});

describe('the terms of a game', () => {
  const of = (rulesPrimary: string, yesSubTitle = '') => sportsTerms({ rulesPrimary, yesSubTitle });

  it('name league, team and opponent', () => {
    expect(of(rules, 'Miami')).toEqual({
      ok: true,
      value: { league: 'NFL', team: 'Miami', opponent: 'Buffalo' },
    });
    const los = of(
      'If Los Angeles L wins the Los Angeles L vs. New York professional basketball game originally scheduled for Sep 20, 2026, then the market resolves to Yes.',
    );
    expect(los.ok && los.value).toEqual({
      league: 'NBA',
      team: 'Los Angeles L',
      opponent: 'New York',
    });
  });

  it.each([
    'If Lena Valtere wins the Lena Valtere vs Ines Moreau WTA tennis match originally scheduled for Sep 20, 2026, then the market resolves to Yes.',
    'If Miami wins the Buffalo at Boston pro football game originally scheduled for Sep 20, 2026, then the market resolves to Yes.',
    'If Miami wins the Buffalo at Miami college football game originally scheduled for Sep 20, 2026, then the market resolves to Yes.',
    `${'x'.repeat(5_000)}`,
    '',
  ])('are unknown: %s', (text) => {
    expect(of(text)).toEqual({ ok: false, error: 'unknown_rules' });
  });

  it('are unknown when the market is named after another team', () => {
    expect(of(rules, 'Buffalo').ok).toBe(false);
  });

  it.each([
    ['Miami Dolphins', 'Miami', true],
    ['miami', 'Miami', true],
    ['New York Giants', 'New York G', true],
    ['New York Jets', 'New York G', false],
    ['LA Clippers', 'Los Angeles C', true],
    ['LA Clippers', 'Los Angeles L', false],
    ['Buffalonia Bills', 'Buffalo', false],
    ['', 'Buffalo', false],
    ['Buffalo Bills', '', false],
  ])('%s as %s: %s', (feed, name, same) => {
    expect(isTeam(feed, name)).toBe(same);
  });
});
