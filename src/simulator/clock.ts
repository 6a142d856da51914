/** Market time: origin + speed × real time since the start. Freezing holds it; it never goes back. */
export type MarketClock = {
  readonly speed: number;
  readonly realOriginMs: number;
  readonly marketOriginMs: number;
  readonly now: () => number;
  /** Real milliseconds until market time reaches `atMs`; null while frozen. */
  readonly realUntil: (atMs: number) => number | null;
  readonly freeze: () => number;
  readonly thaw: () => void;
  readonly frozen: () => boolean;
};

export function makeClock(marketOriginMs: number, speed: number): MarketClock {
  const realOriginMs = Date.now();
  // The monotonic clock, so that a corrected wall clock cannot make a market jump.
  const startedMs = performance.now();
  let heldAtMs: number | null = null;
  let lostMs = 0;
  let heldSinceMs = 0;
  const elapsedMs = (): number => performance.now() - startedMs - lostMs;
  const now = (): number => heldAtMs ?? Math.floor(marketOriginMs + speed * elapsedMs());
  return {
    speed,
    realOriginMs,
    marketOriginMs,
    now,
    realUntil: (atMs) =>
      heldAtMs !== null ? null : Math.max(0, (atMs - marketOriginMs) / speed - elapsedMs()),
    freeze: () => {
      if (heldAtMs === null) {
        heldAtMs = now();
        heldSinceMs = performance.now();
      }
      return heldAtMs;
    },
    thaw: () => {
      if (heldAtMs === null) return;
      lostMs += performance.now() - heldSinceMs;
      heldAtMs = null;
    },
    frozen: () => heldAtMs !== null,
  };
}
