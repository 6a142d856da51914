import { describe, expect, it } from 'vitest';
import { type DurationMs, durationMs, epochMs } from '../../src/domain/units.js';
import type { SportsEvidence, SportsReaction } from '../../src/messages/evidence.js';
import type { SelectedMarket } from '../../src/messages/window.js';
import { startingBlend } from '../../src/valuation/blend.js';
import { opinionOf } from '../../src/valuation/opinion.js';
import { absorbedShare, shifted, sports } from '../../src/valuation/sports.js';
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
  return { ...selected, book: { ...selected.book, ageMs: (over.ageMs ?? 100) as DurationMs } };
};

const change = (over: Partial<SportsEvidence['changes'][number]> = {}) => ({
  team: 'Miami Dolphins',
  player: 'A. Quarterback',
  position: 'QB' as string | null,
  from: 'questionable' as const,
  to: 'out' as const,
  reportedAt: epochMs(at - 60_000),
  seenAt: epochMs(at - 30_000),
  midBefore: 0.6 as number | null,
  ...over,
});
/** A shift of −0.35 for the loss of a player who was as likely as not to play. */
const ofLeague: SportsReaction = {
  league: 'NFL',
  position: null,
  beta: 0.35 / 0.6,
  betaError: 0.5,
  halfLifeMs: 90_000,
};
const news = (
  changes: readonly ReturnType<typeof change>[],
  reactions: readonly SportsReaction[] = [ofLeague],
): SportsEvidence => ({ kind: 'sports', changes, reactions });

describe('the sports specialist', () => {
  const fairOf = (mid: number, evidence: SportsEvidence): number => {
    const fair = sports(market(mid), evidence, at);
    if (!fair.ok) throw new Error(fair.error);
    return fair.value.fair;
  };

  it('has no opinion until a reaction was measured', () => {
    const silent = { ok: false, error: 'no_data' };
    expect(sports(market(0.59), news([change()], []), at)).toEqual(silent);
    const elsewhere = { ...ofLeague, league: 'NBA' as const };
    expect(sports(market(0.59), news([change()], [elsewhere]), at)).toEqual(silent);
    const ofKickers = { ...ofLeague, position: 'K' };
    expect(sports(market(0.59), news([change()], [ofKickers]), at)).toEqual(silent);
  });

  it('shifts the price from before the report', () => {
    const fair = sports(market(0.59), news([change()]), at);
    if (!fair.ok) throw new Error(fair.error);
    expect(fair.value.model).toBe('sports');
    expect(fair.value.fair).toBeCloseTo(0.513863, 6);
    expect(fair.value.sigma).toBeGreaterThan(0.01);
    expect(fair.value.sigma).toBeLessThan(0.06);
  });

  it('takes what was measured for the position before what holds for the league', () => {
    const ofQuarterbacks = { ...ofLeague, position: 'QB', beta: 1 };
    const reactions = [ofLeague, ofQuarterbacks];
    expect(fairOf(0.59, news([change()], reactions))).toBeCloseTo(shifted(0.6, -0.6), 6);
    const receiver = change({ position: 'WR' });
    expect(fairOf(0.59, news([receiver], reactions))).toBeCloseTo(shifted(0.6, -0.35), 6);
    const nobody = change({ position: null });
    expect(fairOf(0.59, news([nobody], reactions))).toBeCloseTo(shifted(0.6, -0.35), 6);
  });

  it('shifts the other way for the other team, and adds what comes together', () => {
    const other = news([change({ team: 'Buffalo Bills' })]);
    expect(fairOf(0.61, other)).toBeCloseTo(shifted(0.6, 0.35), 6);
    const both = news([change(), change({ team: 'Buffalo Bills' })]);
    expect(sports(market(0.59), both, at).ok).toBe(false);
    const early = change({ reportedAt: epochMs(at - 90_000), midBefore: 0.62 });
    const twice = news([change(), early]);
    expect(fairOf(0.59, twice)).toBeCloseTo(shifted(0.62, -0.7), 6);
  });

  it('is only sure of a fraction of its shift', () => {
    const sigmaOf = (betaError: number): number => {
      const fair = sports(market(0.59), news([change()], [{ ...ofLeague, betaError }]), at);
      return fair.ok ? fair.value.sigma : Number.NaN;
    };
    expect(sigmaOf(1)).toBeGreaterThan(1.9 * sigmaOf(0.5));
  });

  it.each([
    ['a report without a time', change({ reportedAt: null as never }), 0.59, 'no_data'],
    ['a report of two half-lives', change({ reportedAt: epochMs(at - 180_000) }), 0.59, 'no_data'],
    ['a report from the future', change({ reportedAt: epochMs(at + 1) }), 0.59, 'no_data'],
    ['a status that is not known', change({ to: 'unknown' as never }), 0.59, 'no_data'],
    ['a stranger', change({ team: 'Atlanta Hawks' }), 0.59, 'no_data'],
    ['no price from before', change({ midBefore: null }), 0.59, 'no_data'],
    ['a price that has gone half of the way', change(), 0.55, 'source_stale'],
    ['what is no price', change({ midBefore: Number.NaN }), 0.59, 'no_data'],
  ] as const)('says nothing of %s', (_, one, mid, code) => {
    expect(sports(market(mid), news([one]), at)).toEqual({ ok: false, error: code });
  });

  it('says nothing without news, on an old book, and on rules that are not a winner’s', () => {
    expect(sports(market(0.59), news([]), at)).toEqual({ ok: false, error: 'no_data' });
    expect(sports(market(0.59, { ageMs: 2_500 }), news([change()]), at).ok).toBe(false);
    expect(sports(market(0.59, { ageMs: Number.NaN }), news([change()]), at).ok).toBe(false);
    const rulesPrimary = 'If Miami wins the game by more than 6.5 points, then Yes.';
    expect(sports(market(0.59, { rulesPrimary }), news([change()]), at)).toEqual({
      ok: false,
      error: 'unknown_rules',
    });
  });

  it('is heard by the engine’s opinion, and its silence leaves the quotes their word', () => {
    const selected = market(0.59);
    const withNews = (reactions: readonly SportsReaction[]): SelectedMarket => ({
      ...selected,
      evidence: {
        evidence: news([change()], reactions),
        noSignal: null,
        ageMs: durationMs(1_000),
      },
    });
    const quotes = opinionOf(selected, at, startingBlend);
    expect(opinionOf(withNews([]), at, startingBlend)).toEqual(quotes);
    const moved = opinionOf(withNews([ofLeague]), at, startingBlend);
    expect(moved?.model).toBe('sports');
    expect(moved?.fair).toBeLessThan((quotes?.fair ?? 0) - 0.005);
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
