/**
 * Market time: origin + speed × real time since it first ran. It is made standing still at its origin, so that setting
 * a world up costs none of its time; holding it again stops it, and it never goes back.
 */
export type MarketClock = {
  readonly speed: number;
  readonly marketOriginMs: number;
  /** The wall clock when it first ran. */
  readonly realOriginMs: () => number;
  readonly now: () => number;
  /** Real milliseconds until market time reaches `atMs`; null while it is held. */
  readonly realUntil: (atMs: number) => number | null;
  readonly hold: () => number;
  readonly run: () => void;
  readonly held: () => boolean;
};

export function makeClock(marketOriginMs: number, speed: number): MarketClock {
  let realOriginMs: number | null = null;
  let heldAtMs: number | null = marketOriginMs;
  /** Where market and monotonic time met last, so that a corrected wall clock cannot make a market jump. */
  let anchorMarketMs = marketOriginMs;
  let anchorRealMs = 0;
  const elapsedMs = (): number => performance.now() - anchorRealMs;
  const now = (): number => heldAtMs ?? Math.floor(anchorMarketMs + speed * elapsedMs());
  return {
    speed,
    marketOriginMs,
    realOriginMs: () => realOriginMs ?? Date.now(),
    now,
    realUntil: (atMs) =>
      heldAtMs === null ? Math.max(0, (atMs - anchorMarketMs) / speed - elapsedMs()) : null,
    hold: () => {
      heldAtMs = now();
      return heldAtMs;
    },
    run: () => {
      if (heldAtMs === null) return;
      realOriginMs ??= Date.now();
      anchorMarketMs = heldAtMs;
      anchorRealMs = performance.now();
      heldAtMs = null;
    },
    held: () => heldAtMs !== null,
  };
}
