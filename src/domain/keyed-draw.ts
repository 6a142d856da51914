/**
 * Chance without a generator: a draw is a pure function of a seed and a name, so that whoever asks, and in whatever
 * order, gets the same. For latency, slippage and jitter; not for anything secret.
 */

/** Finalizer with full avalanche over 32 bits (murmur3's). */
function mix(word: number): number {
  let x = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
}

/** Uniform in [0, 1), 53 bits. */
export function keyedDraw(seed: number, name: string): number {
  const low = seed >>> 0;
  const high = Math.floor(seed / 4_294_967_296) >>> 0;
  let a = mix(low ^ 0x9e3779b9) ^ 0x811c9dc5;
  let b = mix(high ^ 0x7f4a7c15) ^ 0x50c5d1f3;
  for (let i = 0; i < name.length; i += 1) {
    const code = name.charCodeAt(i);
    a = Math.imul(a ^ code, 0x01000193);
    b = Math.imul(b ^ code, 0x5bd1e995) ^ (b >>> 15);
  }
  const first = mix(a ^ mix(b));
  const second = mix(b ^ Math.imul(first, 0x9e3779b1));
  return ((first >>> 5) * 67_108_864 + (second >>> 6)) / 9_007_199_254_740_992;
}
