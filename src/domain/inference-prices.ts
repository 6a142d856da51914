import { assert } from './assert.js';
import { type EpochMs, type Micros, micros } from './units.js';

/** Nano-dollars a token: dollars a million tokens times a thousand. Every price there is, is a whole number of them. */
type TokenPrices = {
  readonly input: number;
  readonly output: number;
  readonly cacheWrite5m: number;
  readonly cacheWrite1h: number;
  readonly cacheRead: number;
};

/** What a model's tokens cost at a moment. */
export type ModelPrice = {
  readonly prices: TokenPrices;
  /** Of the whole request once its prompt (fresh, written and read) has more tokens than `above`. */
  readonly long: { readonly above: number; readonly prices: TokenPrices } | null;
};

/** What a request used, as the API counts it. Whole tokens; the three kinds of prompt tokens are disjoint. */
export type TokenUsage = {
  readonly input: number;
  readonly output: number;
  readonly cacheWrite5m: number;
  readonly cacheWrite1h: number;
  readonly cacheRead: number;
};

type Dated = ModelPrice & { readonly from: number };

const of = (
  input: number,
  output: number,
  cacheWrite5m: number,
  cacheWrite1h: number,
  cacheRead: number,
): TokenPrices => ({ input, output, cacheWrite5m, cacheWrite1h, cacheRead });

const flat = (from: number, prices: TokenPrices): Dated => ({ from, prices, long: null });

/** The price pages behind the table are of September to November 2026; what was charged before, nobody looked up. */
const read = Date.UTC(2026, 8, 1);
const october = Date.UTC(2026, 9, 7);

const opus5 = [flat(read, of(5_000, 25_000, 6_250, 10_000, 500))];

/**
 * VALUATION §6.6, each model's prices in the order they took effect. Not in it, so not called: claude-fable-5-2, whose
 * cache prices are unpublished. Sonnet 5.5's write prices follow the rule of the other models, 1.25 and 2 times input.
 */
const table: ReadonlyMap<string, readonly Dated[]> = new Map([
  [
    'claude-haiku-5-5',
    [
      {
        from: october,
        prices: of(100, 500, 125, 200, 10),
        long: { above: 100_000, prices: of(500, 2_500, 625, 1_000, 50) },
      },
    ],
  ],
  [
    'claude-sonnet-5-5',
    [
      flat(read, of(2_000, 10_000, 2_500, 4_000, 200)),
      flat(october, of(2_000, 10_000, 2_500, 4_000, 100)),
    ],
  ],
  ['claude-opus-5-5', [flat(read, of(4_000, 20_000, 5_000, 8_000, 200))]],
  ['claude-fable-5-1', [flat(read, of(10_000, 50_000, 12_500, 20_000, 250))]],
  ['claude-opus-5', opus5],
  ['claude-opus-4-8', opus5],
  ['claude-opus-4-7', opus5],
  ['claude-opus-4-6', opus5],
  ['claude-opus-4-5', opus5],
  ['claude-sonnet-5', [flat(read, of(2_000, 10_000, 2_500, 4_000, 200))]],
  ['claude-haiku-4-5', [flat(read, of(1_000, 5_000, 1_250, 2_000, 100))]],
]);

/** A dated id names one snapshot of a model and costs what the model costs: `claude-haiku-4-5-20251001`. */
const dated = /^(.+)-20\d{6}$/;

/** A model's prices at a moment; null when they are not known, and then it is not called. */
export function priceOf(model: string, at: EpochMs): ModelPrice | null {
  const periods = table.get(model) ?? table.get(dated.exec(model)?.[1] ?? '') ?? [];
  return periods.findLast(({ from }) => at >= from) ?? null;
}

/** What a request cost, rounded up to the micro-dollar. */
export function costOf(price: ModelPrice, usage: TokenUsage): Micros {
  const { input, output, cacheWrite5m, cacheWrite1h, cacheRead } = usage;
  for (const tokens of [input, output, cacheWrite5m, cacheWrite1h, cacheRead])
    assert(Number.isSafeInteger(tokens) && tokens >= 0, `tokens must be counted, was ${tokens}`);
  const prompt = input + cacheWrite5m + cacheWrite1h + cacheRead;
  const { prices } = price.long !== null && prompt > price.long.above ? price.long : price;
  return inMicros(
    input * prices.input +
      output * prices.output +
      cacheWrite5m * prices.cacheWrite5m +
      cacheWrite1h * prices.cacheWrite1h +
      cacheRead * prices.cacheRead,
  );
}

/** Tokens that the API adds to a prompt by itself: roles and turns, and the schema told as text. */
const addedTokensMax = 2_048;

/**
 * Most that one attempt can cost: a token is at least one byte of the body, all of them at the dearest kind of prompt
 * token, and every output token that was allowed.
 */
export function maxCostOf(price: ModelPrice, bodyBytes: number, maxTokens: number): Micros {
  const prompt = bodyBytes + addedTokensMax;
  const most = ({ input, output, cacheWrite5m, cacheWrite1h, cacheRead }: TokenPrices): number =>
    prompt * Math.max(input, cacheWrite5m, cacheWrite1h, cacheRead) + maxTokens * output;
  const isLong = price.long !== null && prompt > price.long.above;
  return inMicros(Math.max(most(price.prices), isLong ? most(price.long.prices) : 0));
}

/** `micros` refuses what is not a safe integer, so NaN and overflow never become a price. */
const inMicros = (nanos: number): Micros => micros(Math.ceil(nanos / 1_000));
