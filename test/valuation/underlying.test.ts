import { describe, expect, it } from 'vitest';
import { epochMs, seriesTicker, ticker } from '../../src/domain/units.js';
import { underlyingDayOf, underlyingOf } from '../../src/valuation/underlying.js';

describe('what a market depends on', () => {
  it.each([
    ['KXHIGHNY', 'NY'],
    ['KXLOWTNYC', 'NY'],
    ['KXTEMPNYCH', 'NY'],
    ['KXTEMPCHIH', 'CHI'],
    ['KXHIGHTDAL', 'DAL'],
    ['KXHIGHTHOU', 'HOU'],
    ['KXHIGHHOU', 'HOU'],
    ['KXHOUHIGH', 'HOU'],
    ['KXHIGHOU', 'HOU'],
    ['KXHIGHTSATX', 'SATX'],
    ['KXLOWTPHIL', 'PHIL'],
    ['KXRAINNYCM', 'NY'],
    ['HIGHNY', 'NY'],
    ['KXHIGHTXYZ', 'TXYZ'],
    ['KXBTC', 'BTC'],
    ['KXBTCD', 'BTC'],
    ['KXBTC15M', 'BTC'],
    ['KXBTCMAXY', 'BTC'],
    ['KXETHD', 'ETH'],
    ['KXSOLE', 'SOL'],
    ['KXSOLD', 'SOL'],
    ['KXXRP', 'XRP'],
    ['KXETHICS', null],
    ['KXSOLAR', null],
    ['KXNFLGAME', null],
    ['KXFED', null],
    ['', null],
  ])('of %s is %s', (series, expected) => {
    expect(underlyingOf(series)).toBe(expected);
  });

  it('has a day: the ticker’s own, else that of the close, else none', () => {
    const closeAt = epochMs(Date.UTC(2026, 5, 16, 5));
    expect(underlyingDayOf({ ticker: ticker('KXHIGHNY-26JUN15-B77.5'), closeAt })).toEqual({
      underlying: 'NY',
      day: '26JUN15',
    });
    expect(underlyingDayOf({ ticker: ticker('KXBTCD-26AUG1917-T64999.99') })).toEqual({
      underlying: 'BTC',
      day: '26AUG19',
    });
    expect(
      underlyingDayOf({ ticker: ticker('X-Y'), seriesTicker: seriesTicker('KXBTC'), closeAt }),
    ).toEqual({ underlying: 'BTC', day: '26JUN16' });
    expect(underlyingDayOf({ ticker: ticker('KXBTC-WEEK') })).toEqual({
      underlying: 'BTC',
      day: null,
    });
    expect(underlyingDayOf({ ticker: ticker('KXFED-26JUN15-T3') })).toBeNull();
  });
});
