/**
 * Normal distribution function, P(X < z). W. J. Cody's rational approximations ("Rational Chebyshev approximations for
 * the error function", Math. Comp. 23, 1969): relative error below 1e-14 in the middle and in both tails, so that a
 * difference of two nearby values keeps its digits. NaN stays NaN.
 */
export function normalBelow(z: number): number {
  const y = Math.abs(z);
  if (y <= 0.67448975) {
    const square = y > 1e-17 ? z * z : 0;
    return 0.5 + z * ratio(middle, square);
  }
  const upper = y > 38 ? 0 : y <= 5.656854249492381 ? tail(y, ratio(shoulder, y)) : far(y);
  return z > 0 ? 1 - upper : upper;
}

/** Numerator and denominator, highest power first. */
type Rational = readonly [numerator: readonly number[], denominator: readonly number[]];

const middle: Rational = [
  [
    0.06568233791820745, 2.2352520354606837, 161.02823106855587, 1067.6894854603709,
    18154.98125334356,
  ],
  [1, 47.202581904688245, 976.0985517377767, 10260.932208618979, 45507.78933502673],
];
const shoulder: Rational = [
  [
    1.0765576773720192e-8, 0.39894151208813466, 8.883149794388377, 93.50665613217785,
    597.2702763948002, 2494.5375852903726, 6848.190450536283, 11602.65143764735, 9842.714838383978,
  ],
  [
    1, 22.266688044328117, 235.387901782625, 1519.3775994075547, 6485.558298266761,
    18615.571640885097, 34900.95272114598, 38912.00328609327, 19685.429676859992,
  ],
];
const outskirts: Rational = [
  [
    0.023073441764940174, 0.215898534057957, 0.12740116116024736, 0.022235277870649807,
    0.0014216191932278934, 0.000029112874951168793,
  ],
  [
    1, 1.284260096144911, 0.4682382124808651, 0.06598813786892856, 0.0037823963320275824,
    0.00007297515550839662,
  ],
];

const inverseRoot2Pi = 0.3989422804014327;

function ratio([numerator, denominator]: Rational, x: number): number {
  let above = 0;
  let below = 0;
  for (let i = 0; i < numerator.length; i += 1) above = above * x + (numerator[i] ?? 0);
  for (let i = 0; i < denominator.length; i += 1) below = below * x + (denominator[i] ?? 0);
  return above / below;
}

/** exp(−y²/2) × `factor`, the square split so that its rounding does not reach the exponent. */
function tail(y: number, factor: number): number {
  const whole = Math.trunc(y * 16) / 16;
  const rest = (y - whole) * (y + whole);
  return Math.exp(-whole * whole * 0.5) * Math.exp(-rest * 0.5) * factor;
}

function far(y: number): number {
  const inverse = 1 / (y * y);
  return tail(y, (inverseRoot2Pi - inverse * ratio(outskirts, inverse)) / y);
}
