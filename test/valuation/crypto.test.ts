import { describe, expect, it } from 'vitest';
import { epochMs } from '../../src/domain/units.js';
import type { CryptoEvidence } from '../../src/messages/evidence.js';
import {
  type AverageView,
  type AverageWidening,
  averageAbove,
} from '../../src/valuation/average.js';
import { chanceBetween, crypto, cryptoParameters } from '../../src/valuation/crypto.js';
import { closeAt, rule } from './crypto-rules.js';
import { at, eventOf, type Quoted } from './sample.js';

// Goal: the printed digits of VALUATION §3.4, probabilities that fit together, and silence where the rules are not ours.

const bare: AverageWidening = { basis: 0, tails: null };
const view = (over: Partial<AverageView> = {}): AverageView => ({
  spot: 100_000,
  volatility: 0.5,
  secondsLeft: 3_600,
  window: null,
  isTrimmed: false,
  ...over,
});

describe('the average of the last minute', () => {
  it.each([
    [100_000, {}, '0.498940'],
    [100_250, {}, '0.318238'],
    [100_250, { secondsLeft: 900 }, '0.169208'],
    [100_100, { secondsLeft: 300 }, '0.243140'],
    [100_050, { secondsLeft: 60 }, '0.107468'],
    [99_500, {}, '0.826604'],
    [101_000, { volatility: 0.6, secondsLeft: 86_400 }, '0.369716'],
    [100_000, { secondsLeft: 30, window: { seen: 30, mean: 100_010 } }, '0.635475'],
    [100_000, { secondsLeft: 10, window: { seen: 50, mean: 99_990 } }, '0.002109'],
  ] as const)('is above %d with %o at %s', (strike, over, expected) => {
    expect(averageAbove(strike, view(over), bare).toFixed(6)).toBe(expected);
  });

  it('lies in a range as often as printed', () => {
    expect(chanceBetween(99_750, 100_249.99, view(), bare).toFixed(6)).toBe('0.362040');
  });

  it('is decided once every print is seen, or once the strike cannot be missed', () => {
    const all = view({ secondsLeft: 0, window: { seen: 60, mean: 100_010 } });
    expect(averageAbove(100_009, all, bare)).toBe(1);
    expect(averageAbove(100_010, all, bare)).toBe(0);
    expect(averageAbove(100_011, all, bare)).toBe(0);
    const nearly = view({ secondsLeft: 1, window: { seen: 59, mean: 101_800 } });
    expect(averageAbove(100_000, nearly, bare)).toBe(1);
  });

  it('does not jump as the minute begins, passes and ends', () => {
    for (const isTrimmed of [false, true]) {
      let before = averageAbove(100_020, view({ secondsLeft: 120, isTrimmed }), bare);
      for (let left = 119; left >= 0; left -= 1) {
        const window = left >= 60 ? null : { seen: 60 - left, mean: 100_000 };
        const p = averageAbove(100_020, view({ secondsLeft: left, window, isTrimmed }), bare);
        expect(p).toBeLessThan(before + 1e-3);
        // Each print that turns out at the spot takes some of the room away; none takes much.
        expect(before - p).toBeLessThan(0.02);
        before = p;
      }
    }
  });

  it('knows less of prints that are out but were not seen', () => {
    const seen = view({ secondsLeft: 30, window: { seen: 30, mean: 100_000 } });
    const unseen = view({ secondsLeft: 30 });
    const ahead = view({ secondsLeft: 60 });
    const p = [seen, unseen, ahead].map((one) => averageAbove(100_020, one, bare));
    expect(p[1]).toBeGreaterThan(p[0] ?? 1);
    expect(p[2]).toBeGreaterThan(p[1] ?? 1);
  });

  it('widens for the index’s distance from our prices, more as the minute fills', () => {
    const wide = { ...bare, basis: 2e-4 };
    for (const one of [
      view(),
      view({ secondsLeft: 60 }),
      view({ secondsLeft: 20, window: { seen: 40, mean: 100_000 } }),
      view({ secondsLeft: 0, window: { seen: 60, mean: 100_000 } }),
    ])
      expect(averageAbove(100_030, one, wide)).toBeGreaterThan(averageAbove(100_030, one, bare));
  });

  it('has fat tails in its last minutes, and none a quarter of an hour before', () => {
    const fat = { basis: 0, tails: { degrees: 4, fullSeconds: 120, goneSeconds: 900 } };
    expect(averageAbove(100_250, view({ secondsLeft: 900 }), fat).toFixed(6)).toBe('0.169208');
    const z3 = view({ secondsLeft: 100 });
    expect(averageAbove(100_210, z3, fat)).toBeGreaterThan(averageAbove(100_210, z3, bare));
    const almost = averageAbove(100_250, view({ secondsLeft: 899 }), fat);
    expect(Math.abs(almost - 0.1692)).toBeLessThan(0.001);
  });
});

describe('the trimmed average', () => {
  /** Deterministic normals, so that the constant is measured the same way every time. */
  function simulated(windows: number): number {
    let state = 42;
    const uniform = (): number => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      let x = state ^ (state >>> 15);
      x = Math.imul(x, 0x85ebca6b);
      x ^= x >>> 13;
      return ((x >>> 0) + 1) / 4_294_967_297;
    };
    const prints = new Float64Array(60);
    let sum = 0;
    for (let n = 0; n < windows; n += 1) {
      let walk = 0;
      for (let i = 0; i < 60; i += 1) {
        walk += Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
        prints[i] = walk;
      }
      const kept = prints.sort().subarray(12, 48);
      sum += (kept.reduce((total, one) => total + one, 0) / 36) ** 2;
    }
    return sum / windows;
  }

  it('varies as a simulated one does: 21.47 seconds instead of 20.50', () => {
    expect(Math.abs(simulated(40_000) - 21.47)).toBeLessThan(0.5);
    const trimmed = averageAbove(100_050, view({ secondsLeft: 60, isTrimmed: true }), bare);
    const longer = averageAbove(100_050, view({ secondsLeft: 60.967 }), bare);
    expect(trimmed).toBeCloseTo(longer, 9);
  });
});

const evidence = (over: Partial<CryptoEvidence> = {}): CryptoEvidence => ({
  kind: 'crypto',
  asset: 'BTC',
  spot: 78_200,
  spotAt: at,
  volatility: 0.5,
  window: null,
  volatilityAt: at,
  features: {},
  ...over,
});

const quoted = (
  name: string,
  strikeType: NonNullable<Quoted['strikeType']>,
  strikes: { readonly floor?: number; readonly cap?: number },
  compared: string,
): Quoted => ({
  name,
  bid: 4_000,
  ask: 4_200,
  strikeType,
  ...strikes,
  market: { closeAt, rulesPrimary: rule(compared), vertical: 'crypto' },
});

const ladder = Array.from({ length: 18 }, (_, n) => 77_299.99 + n * 100).map((floor, n) =>
  quoted(`KXBTCD-X-T${n}`, 'greater', { floor }, `above ${floor}`),
);
const ranges: readonly Quoted[] = [
  quoted('KXBTC-X-T0', 'less', { cap: 77_000 }, 'below 77000'),
  ...Array.from({ length: 10 }, (_, n) => 77_000 + n * 250).map((floor, n) =>
    quoted(
      `KXBTC-X-B${n}`,
      'between',
      { floor, cap: floor + 249.99 },
      `between ${floor}-${floor + 249.99}`,
    ),
  ),
  quoted('KXBTC-X-T1', 'greater', { floor: 79_499.99 }, 'above 79499.99'),
];

const fairs = (quotes: readonly Quoted[], known = evidence()): number[] =>
  eventOf(quotes).map((selected) => {
    const fair = crypto(selected, known, at);
    if (!fair.ok) throw new Error(fair.error);
    expect(fair.value.model).toBe('crypto');
    expect(fair.value.sigma).toBeGreaterThanOrEqual(cryptoParameters.sigmaMin);
    return fair.value.fair;
  });

describe('the crypto specialist', () => {
  it('makes ladders that fall and ranges that sum to one', () => {
    for (const known of [
      evidence(),
      evidence({ spot: 77_000, volatility: 2 }),
      evidence({ spotAt: epochMs(closeAt - 30_000), window: { seen: 30, mean: 78_190 } }),
      evidence({ spotAt: epochMs(closeAt - 200_000), volatility: 0.9 }),
    ]) {
      const rungs = fairs(ladder, known);
      for (const [i, p] of rungs.entries())
        if (i > 0) expect(p).toBeLessThanOrEqual(rungs[i - 1] ?? 0);
      const sum = eventOf(ranges).reduce((total, { market: { ticker }, siblings }) => {
        const view_ = view({
          spot: known.spot,
          volatility: known.volatility,
          window: known.window,
        });
        const left = (closeAt - known.spotAt) / 1_000;
        const own = siblings.find((one) => one.ticker === ticker);
        const low = own?.floorStrike ?? Number.NEGATIVE_INFINITY;
        const high = own?.capStrike ?? Number.POSITIVE_INFINITY;
        const half = 0.005;
        const cell = [
          own?.strikeType === 'greater' ? low + half : low - half,
          own?.strikeType === 'less' ? high - half : high + half,
        ] as const;
        return (
          total + chanceBetween(cell[0], cell[1], { ...view_, secondsLeft: left }, cryptoParameters)
        );
      }, 0);
      expect(sum).toBeCloseTo(1, 9);
    }
    // As given, each clipped away from 0 and 1.
    expect(fairs(ranges).reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 1);
  });

  it('agrees with its formula and is less sure of an older price', () => {
    const [first] = eventOf([
      quoted(
        'KXBTC15M-X',
        'greater_or_equal',
        { floor: 78_200 },
        "at least the simple average of the sixty seconds of CF Benchmarks' BRTI",
      ),
    ]);
    if (first === undefined) throw new Error('no market');
    const fresh = crypto(first, evidence(), at);
    const old = crypto(first, evidence({ spotAt: epochMs(at - 120_000) }), at);
    if (!fresh.ok || !old.ok) throw new Error('no signal');
    const secondsLeft = (closeAt - at) / 1_000;
    expect(fresh.value.fair).toBeCloseTo(
      averageAbove(78_200, view({ spot: 78_200, secondsLeft }), cryptoParameters),
      12,
    );
    expect(old.value.sigma).toBeGreaterThan(fresh.value.sigma * 1.5);
  });

  it.each([
    ['another coin', {}, { asset: 'ETH' }, 'not_this_subject'],
    ['an old price', {}, { spotAt: epochMs(at - 301_000) }, 'source_stale'],
    ['no price', {}, { spot: 0 }, 'bad_answer'],
    ['a price that is not a number', {}, { spot: Number.NaN }, 'bad_answer'],
    ['no volatility', {}, { volatility: 0 }, 'bad_answer'],
    ['a close next week', { closeAt: epochMs(closeAt + 7 * 86_400_000) }, {}, 'no_data'],
    ['rules of nobody', { rulesPrimary: 'If it goes up, Yes.' }, {}, 'unknown_rules'],
  ] as const)('says nothing with %s', (_, market, known, code) => {
    const [selected] = eventOf([
      { ...(ladder[4] as Quoted), market: { ...ladder[4]?.market, ...market } },
    ]);
    if (selected === undefined) throw new Error('no market');
    expect(crypto(selected, evidence(known), at)).toEqual({ ok: false, error: code });
  });

  it('says nothing without usable strikes', () => {
    const [selected] = eventOf([ladder[4] as Quoted]);
    if (selected === undefined) throw new Error('no market');
    expect(crypto({ ...selected, siblings: [] }, evidence(), at).ok).toBe(false);
  });
});
