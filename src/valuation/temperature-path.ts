import type { EpochMs } from '../domain/units.js';

type Point = { readonly at: EpochMs; readonly fahrenheit: number };

/** Hours further apart than this leave a hole. */
const holeMsMax = 3 * 3_600_000;
/** Beyond its ends a path goes on as it went, no further than this. */
const beyondMsMax = 1.5 * 3_600_000;

/** The value of an hourly path at a moment, °F: straight lines between hours. Null in a hole or too far outside. */
export function valueAt(path: readonly Point[], at: number): number | null {
  const next = path.findIndex((point) => point.at >= at);
  const i = next < 0 ? path.length - 1 : Math.max(1, next);
  const a = path[i - 1];
  const b = path[i];
  if (b === undefined) return null;
  if (b.at === at) return b.fahrenheit;
  if (a === undefined || b.at - a.at > holeMsMax || b.at <= a.at) return null;
  if (at < a.at - beyondMsMax || at > b.at + beyondMsMax) return null;
  return a.fahrenheit + ((b.fahrenheit - a.fahrenheit) * (at - a.at)) / (b.at - a.at);
}

/** Whether a path can be read everywhere in [from, to]. */
export function coversPath(path: readonly Point[], from: number, to: number): boolean {
  if (valueAt(path, from) === null || valueAt(path, to) === null) return false;
  return path.every(({ at }, i) => {
    const before = path[i - 1]?.at ?? at;
    return before >= to || at <= from || at - before <= holeMsMax;
  });
}
