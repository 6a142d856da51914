import { normalBelow } from './normal.js';

/**
 * Student's cumulative distribution function, to about 1e-12 absolute. `df` is Student's ν > 0; infinity is the normal.
 * Whatever is not a number gives NaN, so that the guards behind refuse.
 */
export function studentCdf(t: number, df: number): number {
  if (df === Number.POSITIVE_INFINITY) return normalBelow(t);
  if (!(df > 0) || Number.isNaN(t)) return Number.NaN;
  if (t === 0) return 0.5;
  // P(|T| > |t|) is the regularized incomplete beta at ν / (ν + t²); its complement is used where that is near 1.
  const square = t * t;
  const tail =
    square < df
      ? 1 - betaRatio(square / (df + square), 0.5, df / 2)
      : betaRatio(df / (df + square), df / 2, 0.5);
  return t > 0 ? 1 - tail / 2 : tail / 2;
}

/** The same, scaled to variance 1, so that it can stand in for a normal; `df` > 2. */
export const unitStudentCdf = (z: number, df: number): number =>
  studentCdf(z * Math.sqrt(df / (df - 2)), df);

/** Regularized incomplete beta I_x(a, b) for x where the fraction converges: x < (a + 1) / (a + b + 2), else mirrored. */
function betaRatio(x: number, a: number, b: number): number {
  if (!(x > 0)) return 0;
  if (x >= 1) return 1;
  const front = Math.exp(
    logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x),
  );
  return x < (a + 1) / (a + b + 2)
    ? (front * betaFraction(x, a, b)) / a
    : 1 - (front * betaFraction(1 - x, b, a)) / b;
}

/** Lentz's evaluation of the continued fraction of the incomplete beta function. */
function betaFraction(x: number, a: number, b: number): number {
  const tiny = 1e-300;
  const away = (value: number): number => (Math.abs(value) < tiny ? tiny : value);
  let c = 1;
  let d = 1 / away(1 - ((a + b) * x) / (a + 1));
  let product = d;
  for (let m = 1; m <= 1_000; m += 1) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / away(1 + even * d);
    c = away(1 + even / c);
    product *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / away(1 + odd * d);
    c = away(1 + odd / c);
    const step = d * c;
    product *= step;
    if (Math.abs(step - 1) < 1e-15) break;
  }
  return product;
}

/** Lanczos, g = 7, nine terms; for x > 0. */
const lanczos = [
  0.999_999_999_999_809_9, 676.520_368_121_885_1, -1_259.139_216_722_402_8, 771.323_428_777_653_1,
  -176.615_029_162_140_6, 12.507_343_278_686_905, -0.138_571_095_265_720_12,
  9.984_369_578_019_572e-6, 1.505_632_735_149_311_6e-7,
];

function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  let sum = lanczos[0] ?? 0;
  for (let i = 1; i < lanczos.length; i += 1) sum += (lanczos[i] ?? 0) / (x - 1 + i);
  const base = x + 6.5;
  return Math.log(2 * Math.PI) / 2 + (x - 0.5) * Math.log(base) - base + Math.log(sum);
}
