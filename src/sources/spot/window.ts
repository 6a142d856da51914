import type { EpochMs } from '../../domain/units.js';

/** What our prices said at a moment: the median of the venues, dollars. */
export type Print = { readonly at: EpochMs; readonly price: number };

const secondMs = 1_000;
const prints60 = 60;
/** A longer silence is not bridged. */
const gapMsMax = 30_000;
const keptMs = 180_000;
const keptMax = 600;

/** Prints with one more, the recent ones only. */
export function printsWith(prints: readonly Print[], print: Print): readonly Print[] {
  const last = prints.at(-1);
  if (last !== undefined && print.at <= last.at) return prints;
  return [...prints.filter(({ at }) => print.at - at <= keptMs), print].slice(-keptMax);
}

/**
 * The sixty prints before `closeAt` as far as they are out, on a straight line between what we saw. Null before the
 * minute begins, and when what we saw does not reach back to its beginning without a gap.
 */
export function settlementWindow(
  prints: readonly Print[],
  closeAt: EpochMs,
): { readonly seen: number; readonly mean: number } | null {
  const start = closeAt - prints60 * secondMs;
  let seen = 0;
  let sum = 0;
  for (let n = 0; n < prints60; n += 1) {
    const price = priceAt(prints, start + n * secondMs);
    if (price === null) break;
    sum += price;
    seen += 1;
  }
  return seen === 0 ? null : { seen, mean: sum / seen };
}

function priceAt(prints: readonly Print[], at: number): number | null {
  const before = prints.findLast((print) => print.at <= at);
  if (before?.at === at) return before.price;
  const after = prints.find((print) => print.at > at);
  if (before === undefined || after === undefined || after.at - before.at > gapMsMax) return null;
  return before.price + ((after.price - before.price) * (at - before.at)) / (after.at - before.at);
}
