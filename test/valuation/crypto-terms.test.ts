import { describe, expect, it } from 'vitest';
import type { ListedMarket } from '../../src/domain/market.js';
import { epochMs } from '../../src/domain/units.js';
import { cryptoTerms } from '../../src/valuation/crypto-terms.js';
import { clock, closeAt, rule } from './crypto-rules.js';

// Goal: the coin and the average come from the rules' own words; anything unknown or contradictory is silence.

const termsOf = (over: Partial<ListedMarket>, sources?: { name: string }[]) =>
  cryptoTerms(
    {
      rulesPrimary: rule('above 77999.99'),
      strikeType: 'greater',
      floorStrike: 77_999.99,
      capStrike: null,
      closeAt,
      ...over,
    },
    sources,
  );

describe('the terms of a crypto market', () => {
  it.each([
    ['BTC', {}],
    [
      'ETH',
      {
        rulesPrimary: rule('above 77999.99').replace('Bitcoin', 'Ethereum').replace('BRTI', 'ERTI'),
      },
    ],
    [
      'SOL',
      {
        rulesPrimary: rule('above 77999.99')
          .replace('Bitcoin', 'Solana')
          .replace('BRTI', 'SOLUSD_RTI'),
      },
    ],
    ['BTC', { rulesPrimary: rule('above 77,999.99') }],
    [
      'DOGE',
      {
        rulesPrimary: `If the simple average of the sixty seconds of CF Benchmarks' DOGEUSDRTI before ${clock} on Jun 10, 2026 is at least the simple average of the sixty seconds of CF Benchmarks' DOGEUSDRTI before 12:00 PM EDT on June 10, 2026, then the market resolves to Yes.`,
        strikeType: 'greater_or_equal',
        floorStrike: 0.0850325,
      },
    ],
    [
      'BTC',
      {
        rulesPrimary:
          "If the simple average of the sixty seconds of CF Benchmarks' BRTI before expiration is at least the target price, the market resolves to Yes.",
        strikeType: 'greater_or_equal',
        floorStrike: 84_500,
      },
    ],
  ] as const)('name %s', (asset, over) => {
    expect(termsOf(over)).toEqual({ ok: true, value: { asset, isTrimmed: false } });
  });

  it('may leave the extremes out', () => {
    const rulesPrimary = rule('above 77999.99').replace(
      'simple average of the sixty seconds',
      'trimmed mean, excluding the top and bottom 20%, of the sixty seconds',
    );
    expect(termsOf({ rulesPrimary })).toEqual({
      ok: true,
      value: { asset: 'BTC', isTrimmed: true },
    });
    expect(termsOf({ rulesPrimary: rulesPrimary.replace('20%', '25%') }).ok).toBe(false);
  });

  it.each([
    ['no rules', { rulesPrimary: '' }],
    ['another source', { rulesPrimary: rule('above 77999.99').replace('CF Benchmarks', 'Pyth') }],
    [
      'an index that is not known',
      {
        rulesPrimary: rule('above 77999.99')
          .replace('Bitcoin', 'Shiba')
          .replace('BRTI', 'SHIBUSD_RTI'),
      },
    ],
    [
      'two coins',
      { rulesPrimary: `${rule('above 77999.99')} See also the Ethereum Real-Time Index.` },
    ],
    [
      'a barrier',
      {
        rulesPrimary: rule('above 77999.99')
          .replace('at', 'at any time before')
          .replace('is', 'ever is'),
      },
    ],
    [
      'a mean of months that stops early',
      {
        rulesPrimary:
          'If the Bitcoin spot price according to the CF Benchmarks Bitcoin Real-Time Index is above 77999.99 starting 10/01/2025 10:00 AM and before Dec 31, 2026 at 11:59 PM ET, then the market resolves to Yes. Trimmed mean of 60 second values.',
      },
    ],
    ['another strike in prose', { floorStrike: 78_099.99 }],
    ['another direction in prose', { strikeType: 'less', capStrike: 77_999.99, floorStrike: null }],
    ['a missing strike', { floorStrike: null }],
    ['another hour in prose', { closeAt: epochMs(closeAt + 3_600_000) }],
    [
      'a five-minute average',
      { rulesPrimary: rule('above 77999.99').replace('sixty seconds', 'five minutes') },
    ],
    ['endless rules', { rulesPrimary: rule('above 77999.99') + ' '.repeat(5_000) }],
  ] as const)('are unknown with %s', (_, over) => {
    expect(termsOf(over)).toEqual({ ok: false, error: 'unknown_rules' });
  });

  it('are unknown once the series names another settlement source', () => {
    expect(termsOf({}, [{ name: 'CF Benchmarks' }]).ok).toBe(true);
    expect(termsOf({}, [{ name: 'Synoptic Data' }]).ok).toBe(false);
  });
});
