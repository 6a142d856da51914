/** Forecasts of one tenth of the scale, and how often they came true. */
export type ReliabilityRow = {
  readonly from: number;
  readonly to: number;
  readonly n: number;
  readonly events: number;
  /** Mean forecast and share that came true. */
  readonly forecast: number;
  readonly outcome: number;
  /** 95 % interval of the share, as if each event had spoken once.  */
  readonly interval: { readonly low: number; readonly high: number } | 'n too small';
};

const bins = 10;
const eventsMin = 10;
const z = 1.96;

/** A reliability table in ten equal bins. Empty ones are left out. */
export class Reliability {
  readonly #n = new Float64Array(bins);
  readonly #forecast = new Float64Array(bins);
  readonly #outcome = new Float64Array(bins);
  readonly #events = new Float64Array(bins);
  /** The bins that an event was seen in, a bit each. */
  readonly #seen = new Map<string, number>();

  add(event: string, p: number, outcome: 0 | 1): void {
    const bin = Math.min(bins - 1, Math.floor(p * bins));
    (this.#n[bin] as number) += 1;
    (this.#forecast[bin] as number) += p;
    (this.#outcome[bin] as number) += outcome;
    const seen = this.#seen.get(event) ?? 0;
    const bit = 1 << bin;
    if ((seen & bit) !== 0) return;
    this.#seen.set(event, seen | bit);
    (this.#events[bin] as number) += 1;
  }

  rows(): readonly ReliabilityRow[] {
    return Array.from({ length: bins }, (_, bin) => bin).flatMap((bin): ReliabilityRow[] => {
      const n = this.#n[bin] as number;
      if (n === 0) return [];
      const events = this.#events[bin] as number;
      const outcome = (this.#outcome[bin] as number) / n;
      return [
        {
          from: bin / bins,
          to: (bin + 1) / bins,
          n,
          events,
          forecast: (this.#forecast[bin] as number) / n,
          outcome,
          interval: events >= eventsMin ? wilson(outcome, events) : 'n too small',
        },
      ];
    });
  }
}

/** Wilson's score interval. */
function wilson(share: number, n: number): { readonly low: number; readonly high: number } {
  const widened = 1 + (z * z) / n;
  const middle = (share + (z * z) / (2 * n)) / widened;
  const half = (z / widened) * Math.sqrt((share * (1 - share)) / n + (z * z) / (4 * n * n));
  return { low: Math.max(0, middle - half), high: Math.min(1, middle + half) };
}
