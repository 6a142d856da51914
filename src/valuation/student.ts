/**
 * Student's t distribution function, P(X < x) with `degrees` > 0, absolute error below 1e-12: the regularised incomplete
 * beta function by its continued fraction. NaN stays NaN.
 */
export function studentBelow(x: number, degrees: number): number {
  if (x === 0) return 0.5;
  const square = x * x;
  if (square === Number.POSITIVE_INFINITY) return x > 0 ? 1 : 0;
  const upper = 0.5 * incompleteBeta(degrees / (degrees + square), degrees / 2, 0.5);
  return x > 0 ? 1 - upper : upper;
}

/** The same, scaled to variance 1, so that it can stand in for a normal; `degrees` > 2. */
export const unitStudentBelow = (z: number, degrees: number): number =>
  studentBelow(z * Math.sqrt(degrees / (degrees - 2)), degrees);

function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const front = Math.exp(
    a * Math.log(x) + b * Math.log1p(-x) + logGamma(a + b) - logGamma(a) - logGamma(b),
  );
  return x < (a + 1) / (a + b + 2)
    ? (front * fraction(x, a, b)) / a
    : 1 - (front * fraction(1 - x, b, a)) / b;
}

const stepsMax = 300;
const tiny = 1e-300;

/** Lentz's evaluation of the continued fraction. */
function fraction(x: number, a: number, b: number): number {
  const away = (value: number): number => (Math.abs(value) < tiny ? tiny : value);
  let c = 1;
  let d = 1 / away(1 - ((a + b) * x) / (a + 1));
  let result = d;
  for (let m = 1; m <= stepsMax; m += 1) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / away(1 + even * d);
    c = away(1 + even / c);
    result *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / away(1 + odd * d);
    c = away(1 + odd / c);
    result *= d * c;
    if (Math.abs(d * c - 1) < 1e-15) break;
  }
  return result;
}

const lanczos = [
  676.5203681218851, -1259.1392167224028, 771.3234287776531, -176.6150291621406, 12.507343278686905,
  -0.13857109526572012, 9.984369578019572e-6, 1.5056327351493116e-7,
];

function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  let sum = 0.9999999999998099;
  for (const [i, factor] of lanczos.entries()) sum += factor / (x + i);
  const t = x + 6.5;
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(t) - t + Math.log(sum);
}
