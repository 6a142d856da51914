import type { IncomingHttpHeaders } from 'node:http';
import { limits } from '../../limits.js';

/** Half of the second that a `Date` header is exact to. */
const halfSecondMs = 500;

/**
 * How far the exchange's clock is from ours, by the `Date` headers of its newest answers. The median counts, so that one
 * odd answer (a cache that does not say how old it is, a stall of ours) decides nothing.
 */
export class SkewWatch {
  private readings: readonly { readonly skewMs: number; readonly provenMs: number }[] = [];

  /** An answer to a request that began and ended at these wall times, ms. One without a date says nothing. */
  heard(headers: IncomingHttpHeaders, startedAt: number, endedAt: number): void {
    const sent = Date.parse(String(headers.date ?? ''));
    // A cached answer says with `Age` how old its date is.
    const ageMs = Number(headers.age ?? 0) * 1_000;
    const skewMs = sent + halfSecondMs + ageMs - (startedAt + endedAt) / 2;
    if (!Number.isFinite(skewMs)) return;
    const doubtMs = halfSecondMs + Math.abs(endedAt - startedAt) / 2;
    const provenMs = Math.max(0, Math.abs(skewMs) - doubtMs);
    this.readings = [...this.readings, { skewMs, provenMs }].slice(-limits.skewReadingsMax);
  }

  /** The exchange's clock minus ours; null: nothing said a time yet. */
  get skewMs(): number | null {
    return median(this.readings.map(({ skewMs }) => skewMs));
  }

  /** By how much they differ at least, whatever the rounding and the way took. */
  get provenMs(): number | null {
    return median(this.readings.map(({ provenMs }) => provenMs));
  }

  /** Whether the clocks differ so much that nothing may be ordered. */
  get isTooFar(): boolean {
    return (this.provenMs ?? 0) > limits.skewOrdersMsMax;
  }
}

/** The lower of the two in the middle. */
function median(values: readonly number[]): number | null {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? null;
}
