/**
 * Chance without a generator: every draw is a pure function of (seed, stream name, number), so the order of asking,
 * and whoever asks, changes nothing. Integer mixing only; a draw costs a few nanoseconds.
 */

/** A named stream of draws. Make it once and keep it: naming costs a walk over the name. */
export type Stream = { readonly a: number; readonly b: number };

/** 32-bit FNV-1a over UTF-16 code units, started from `basis` so that two bases give two independent words. */
function fnv(name: string, basis: number): number {
  let hash = basis;
  for (let i = 0; i < name.length; i += 1) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/** Finalizer with full avalanche over 32 bits (murmur3's). */
function mix(word: number): number {
  let x = word;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
}

export function stream(seed: number, name: string): Stream {
  const low = seed >>> 0;
  const high = Math.floor(seed / 4294967296) >>> 0;
  return {
    a: mix(fnv(name, 0x811c9dc5) ^ mix(low ^ 0x9e3779b9)),
    b: mix(fnv(name, 0x50c5d1f3) ^ mix(high ^ low ^ 0x7f4a7c15)),
  };
}

/** Uniform in (0, 1), never an end: 52 bits, plus half a step. */
export function uniform(of: Stream, n: number): number {
  const low = n >>> 0;
  const high = Math.floor(n / 4294967296) >>> 0;
  const first = mix(Math.imul(low, 0x9e3779b1) ^ of.a ^ mix(high ^ of.b));
  const second = mix(first ^ of.b ^ Math.imul(low ^ 0x27d4eb2f, 0x85ebca77));
  return ((first >>> 6) * 67108864 + (second >>> 6) + 0.5) / 4503599627370496;
}

/** Uniform in [low, high). */
export const between = (of: Stream, n: number, low: number, high: number): number =>
  low + (high - low) * uniform(of, n);

/** Integer in [0, count). */
export const pick = (of: Stream, n: number, count: number): number =>
  Math.floor(uniform(of, n) * count);

/** One of `items`, which must not be empty. */
export function choose<T>(of: Stream, n: number, items: readonly T[]): T {
  const item = items[pick(of, n, items.length)];
  if (item === undefined) throw new Error('choose needs at least one item');
  return item;
}

/** Standard normal by the inverse distribution (Acklam), relative error below 1.2e-9: one draw, one value. */
export function normal(of: Stream, n: number): number {
  return normalQuantile(uniform(of, n));
}

function normalQuantile(p: number): number {
  if (p < 0.02425) return tail(Math.sqrt(-2 * Math.log(p)));
  if (p > 0.97575) return -tail(Math.sqrt(-2 * Math.log(1 - p)));
  const q = p - 0.5;
  const r = q * q;
  return (
    ((((((-3.969683028665376e1 * r + 2.209460984245205e2) * r - 2.759285104469687e2) * r +
      1.38357751867269e2) *
      r -
      3.066479806614716e1) *
      r +
      2.506628277459239) *
      q) /
    (((((-5.447609879822406e1 * r + 1.615858368580409e2) * r - 1.556989798598866e2) * r +
      6.680131188771972e1) *
      r -
      1.328068155288572e1) *
      r +
      1)
  );
}

function tail(q: number): number {
  return (
    (((((-7.784894002430293e-3 * q - 3.223964580411365e-1) * q - 2.400758277161838) * q -
      2.549732539343734) *
      q +
      4.374664141464968) *
      q +
      2.938163982698783) /
    ((((7.784695709041462e-3 * q + 3.224671290700398e-1) * q + 2.445134137142996) * q +
      3.754408661907416) *
      q +
      1)
  );
}

/** Standard normal distribution function; absolute error below 1e-7 (Abramowitz and Stegun 26.2.17). */
export function normalCdf(z: number): number {
  if (z === Number.POSITIVE_INFINITY) return 1;
  if (z === Number.NEGATIVE_INFINITY) return 0;
  const x = Math.abs(z);
  const t = 1 / (1 + 0.2316419 * x);
  const poly =
    t *
    (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const upper = 0.3989422804014327 * Math.exp((-x * x) / 2) * poly;
  return z >= 0 ? 1 - upper : upper;
}

/** A version-4-looking identifier fixed by its stream and number. */
export function uuid(of: Stream, n: number): string {
  let digits = '';
  for (let i = 0; i < 8; i += 1) {
    digits += Math.floor(uniform(of, n * 8 + i) * 65536)
      .toString(16)
      .padStart(4, '0');
  }
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-4${digits.slice(13, 16)}-a${digits.slice(17, 20)}-${digits.slice(20, 32)}`;
}
