import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  costOf,
  type ModelPrice,
  maxCostOf,
  priceOf,
  type TokenUsage,
} from '../../src/domain/inference-prices.js';
import { epochMs } from '../../src/domain/units.js';

// Goal: a bill is right to the micro-dollar, a hold covers any bill, and a model without a known price is never called.
const november = epochMs(Date.UTC(2026, 10, 26));

const used = (changes: Partial<TokenUsage>): TokenUsage => ({
  input: 0,
  output: 0,
  cacheWrite5m: 0,
  cacheWrite1h: 0,
  cacheRead: 0,
  ...changes,
});

const known = (model: string, at = november): ModelPrice => {
  const price = priceOf(model, at);
  if (price === null) throw new Error(`no price for ${model}`);
  return price;
};

describe('a request', () => {
  // VALUATION §6.6: 1.5k fresh, 3k cached, 2k out.
  const forecast = used({ input: 1_500, cacheRead: 3_000, output: 2_000 });
  const million = 1_000_000;
  const rows: readonly (readonly [model: string, usage: TokenUsage, micros: number])[] = [
    ['claude-haiku-5-5', forecast, 1_180],
    ['claude-sonnet-5-5', forecast, 23_300],
    ['claude-opus-5-5', forecast, 46_600],
    ['claude-fable-5-1', forecast, 115_750],
    // The table's columns, a million tokens each; short prompts, as haiku's would be long.
    ['claude-haiku-5-5', used({ input: 100_000 }), 10_000],
    ['claude-haiku-5-5', used({ output: million }), 500_000],
    ['claude-haiku-5-5', used({ cacheWrite5m: 100_000 }), 12_500],
    ['claude-haiku-5-5', used({ cacheWrite1h: 100_000 }), 20_000],
    ['claude-haiku-5-5', used({ cacheRead: 100_000 }), 1_000],
    // One token more, from wherever, and all of it costs five times as much.
    ['claude-haiku-5-5', used({ input: 100_001, output: 1_000 }), 52_501],
    ['claude-haiku-5-5', used({ input: 1, cacheRead: 60_000, cacheWrite1h: 40_000 }), 43_001],
    ['claude-haiku-5-5', used({ cacheRead: 100_001 }), 5_001],
    ['claude-haiku-5-5', used({ cacheWrite5m: million }), 625_000],
    ['claude-sonnet-5-5', used({ input: million }), 2_000_000],
    ['claude-sonnet-5-5', used({ cacheWrite5m: million, cacheWrite1h: million }), 6_500_000],
    ['claude-sonnet-5-5', used({ cacheRead: million }), 100_000],
    ['claude-opus-5-5', used({ cacheWrite5m: million, cacheWrite1h: million }), 13_000_000],
    ['claude-fable-5-1', used({ cacheRead: million, cacheWrite1h: million }), 20_250_000],
    ['claude-opus-4-8', used({ input: million, output: million }), 30_000_000],
    ['claude-sonnet-5', used({ cacheRead: million }), 200_000],
    ['claude-haiku-4-5', used({ cacheWrite5m: million, cacheRead: million }), 1_350_000],
    // A tenth of a micro-dollar is a micro-dollar.
    ['claude-haiku-5-5', used({ input: 1 }), 1],
    ['claude-haiku-5-5', used({}), 0],
  ];
  for (const [model, usage, expected] of rows)
    it(`of ${JSON.stringify(usage)} costs ${expected} with ${model}`, () => {
      expect(costOf(known(model), usage)).toBe(expected);
    });

  it('is not priced without counted tokens', () => {
    for (const input of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY])
      expect(() => costOf(known('claude-haiku-5-5'), used({ input }))).toThrow('counted');
  });
});

describe('a price', () => {
  it('holds from its day', () => {
    const day = Date.UTC(2026, 9, 7);
    const read = used({ cacheRead: 1_000_000 });
    expect(costOf(known('claude-sonnet-5-5', epochMs(day - 1)), read)).toBe(200_000);
    expect(costOf(known('claude-sonnet-5-5', epochMs(day)), read)).toBe(100_000);
    expect(priceOf('claude-haiku-5-5', epochMs(day - 1))).toBeNull();
    expect(priceOf('claude-haiku-5-5', epochMs(day))).not.toBeNull();
  });

  it('of a dated id is that of its model', () => {
    expect(priceOf('claude-haiku-4-5-20251001', november)).toEqual(
      priceOf('claude-haiku-4-5', november),
    );
    expect(priceOf('claude-opus-4-5-20251101', november)).toEqual(
      priceOf('claude-opus-4-5', november),
    );
  });

  it('that nobody knows is null', () => {
    for (const model of [
      'claude-fable-5-2',
      'claude-mythos-5-2',
      'claude-haiku-5-5-fast',
      'claude-haiku-5-5-2026100',
      'claude-haiku',
      'claude-haiku-5-5 ',
      'constructor',
      '',
    ])
      expect(priceOf(model, november), model).toBeNull();
    expect(priceOf('claude-opus-5-5', epochMs(0))).toBeNull();
    expect(priceOf('claude-opus-5-5', Number.NaN as never)).toBeNull();
  });
});

describe('the most that an attempt can cost', () => {
  it('is every byte a token at the dearest price, and every token that was allowed', () => {
    // (10,000 + 2,048) × $0.20 + 4,000 × $0.50 a million.
    expect(maxCostOf(known('claude-haiku-5-5'), 10_000, 4_000)).toBe(4_410);
    // Long enough that the whole request might be priced as a long one.
    expect(maxCostOf(known('claude-haiku-5-5'), 98_000, 1_000)).toBe(102_548);
  });

  it('covers any bill of a body of that size', () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(
        fc.constantFrom('claude-haiku-5-5', 'claude-sonnet-5-5', 'claude-fable-5-1'),
        fc.nat(400_000),
        fc.nat(20_000),
        fc.tuple(share, share, share, share, share),
        (model, bytes, maxTokens, [a, b, c, d, out]) => {
          const all = a + b + c + d || 1;
          const part = (value: number): number => Math.floor((bytes * value) / all);
          const usage = {
            input: part(a),
            cacheWrite5m: part(b),
            cacheWrite1h: part(c),
            cacheRead: part(d),
            output: Math.floor(maxTokens * out),
          };
          const price = known(model);
          expect(costOf(price, usage)).toBeLessThanOrEqual(maxCostOf(price, bytes, maxTokens));
        },
      ),
    );
  });

  it('is never a made-up number', () => {
    expect(() => maxCostOf(known('claude-haiku-5-5'), Number.NaN, 1)).toThrow();
  });
});
