import { normal, stream } from './draws.js';
import type { Knowledge } from './plan.js';

/**
 * A number that becomes known little by little, in equal steps of time between two moments: the martingale behind
 * everything that has no physics of its own. Unit: whatever the strikes use.
 */
export type Walk = {
  /** Expectation of the final value as known at `ms`. */
  readonly mean: (ms: number) => number;
  /** What the final value can still differ by. */
  readonly sd: (ms: number) => number;
  readonly final: () => number;
};

/** Total standard deviation `sd` is revealed in steps of `stepMs` from `fromMs` to `toMs`. */
export function makeWalk(
  seed: number,
  name: string,
  start: number,
  sd: number,
  fromMs: number,
  toMs: number,
  stepMs: number,
): Walk {
  const of = stream(seed, name);
  const steps = Math.max(1, Math.ceil((toMs - fromMs) / stepMs));
  const perStep = sd / Math.sqrt(steps);
  const values = [start];

  function stepOf(ms: number): number {
    return Math.min(steps, Math.max(0, Math.floor(((ms - fromMs) / (toMs - fromMs)) * steps)));
  }
  function valueAt(k: number): number {
    for (let i = values.length; i <= k; i += 1) {
      values.push((values[i - 1] ?? start) + perStep * normal(of, i));
    }
    return values[k] ?? start;
  }
  return {
    mean: (ms) => valueAt(stepOf(ms)),
    sd: (ms) => perStep * Math.sqrt(steps - stepOf(ms)),
    final: () => valueAt(steps),
  };
}

export function knowledge(walk: Walk, ms: number): Knowledge {
  return { mean: walk.mean(ms), sd: walk.sd(ms), floor: Number.NEGATIVE_INFINITY };
}
