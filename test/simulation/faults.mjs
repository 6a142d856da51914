// What can go wrong, by name. A seed draws first which of these are on and how often they hit, then when: with everything on
// at once, one fault hides what another would have shown.

/**
 * `low`, `high`: how often it hits when it is on. Of network, feed, disk and worker faults that is a share of the occasions;
 * of those under `perMinute`, how many come in a minute of market time.
 */
const faultKinds = {
  // Requests (O1–O6, O8, O9, R1, R2, R6)
  request_lost: { low: 0.02, high: 0.3 },
  slow_request: { low: 0.05, high: 0.4 },
  reply_lost: { low: 0.02, high: 0.4 },
  slow_reply: { low: 0.05, high: 0.4 },
  error_before: { low: 0.02, high: 0.3 },
  error_after: { low: 0.02, high: 0.4 },
  rate_limited: { low: 0.1, high: 0.9 },
  sleep_at_limit: { low: 0.1, high: 0.9 },
  odd_reply: { low: 0.02, high: 0.3 },
  ioc_rests: { low: 0.2, high: 0.9 },
  book_shrinks: { low: 0.1, high: 0.9 },
  unauthorized: { low: 0.02, high: 0.3 },
  worse_than_limit: { low: 0.02, high: 0.3 },
  repeated_ids: { low: 1, high: 1 },
  read_fails: { low: 0.05, high: 0.5 },
  truncated_page: { low: 0.1, high: 0.9 },
  small_pages: { low: 0.2, high: 1 },
  // The feed (B1, B2, B4, B5, B8, B9, B11, B12, O7, O8)
  lost_private: { low: 0.1, high: 0.9 },
  late_private: { low: 0.1, high: 0.9 },
  twice_private: { low: 0.05, high: 0.8 },
  book_hole: { low: 0.002, high: 0.05 },
  odd_frame: { low: 0.001, high: 0.03 },
  crossed_book: { low: 0.005, high: 0.05 },
  stray_frame: { low: 0.001, high: 0.03 },
  overfill_report: { low: 0.05, high: 0.5 },
  burst: { perMinute: true, low: 0.3, high: 1 },
  feed_lag: { perMinute: true, low: 0.5, high: 3 },
  disconnect: { perMinute: true, low: 0.5, high: 4 },
  half_open: { perMinute: true, low: 0.3, high: 1.5 },
  // The exchange (O6, O12, O13, O15, its order groups)
  stale_reads: { perMinute: true, low: 1, high: 4 },
  market_pause: { perMinute: true, low: 0.5, high: 4 },
  exchange_pause: { perMinute: true, low: 0.3, high: 1.5 },
  early_close: { perMinute: true, low: 0.5, high: 4 },
  close_at_order: { low: 0.02, high: 0.3 },
  books_vanish: { perMinute: true, low: 1, high: 8 },
  external_cash: { perMinute: true, low: 0.3, high: 1 },
  slow_transfers: { perMinute: true, low: 1, high: 4 },
  failed_transfers: { perMinute: true, low: 1, high: 4 },
  external_trade: { perMinute: true, low: 0.3, high: 2 },
  group_blown: { perMinute: true, low: 0.3, high: 2 },
  group_gone: { perMinute: true, low: 0.3, high: 2 },
  // Disk and process (O10, D1, D3, P1, P4, P7, T3)
  slow_flush: { low: 0.1, high: 0.9 },
  flush_fails: { low: 0.01, high: 0.08 },
  crash: { low: 0.002, high: 0.02 },
  crash_at_order: { low: 0.05, high: 0.4 },
  stop_start: { perMinute: true, low: 0.3, high: 1.5 },
  clock_pause: { perMinute: true, low: 0.5, high: 3 },
  worker_late: { low: 0.05, high: 0.5 },
  worker_fails: { low: 0.05, high: 0.4 },
  worker_mad: { low: 0.05, high: 0.3 },
  // People (N5, N6, N7, C2)
  kill: { perMinute: true, low: 0.3, high: 1.5 },
  kill_at_order: { low: 0.05, high: 0.5 },
  caps_at_order: { low: 0.05, high: 0.5 },
  caps_tightened: { perMinute: true, low: 0.3, high: 1 },
};

export const faultNames = Object.keys(faultKinds);
const shareOn = 0.3;
/** Kinds that hit at another's hit only. */
const needs = { sleep_at_limit: 'rate_limited' };
/** States of an order that some seeds wait for, to strike then: they are over too soon to be met by chance. */
const moments = ['intended', 'durable', 'sent', 'resting', 'unknown', 'partial'];

/** The state of an order at which what comes by itself comes in this seed too; null: at none. */
export const momentOf = (draws) =>
  draws.next('moment') < 0.5 ? draws.pick('moment/which', moments) : null;

/** What a kind has that is on for another's sake only. */
const rateIfNeeded = 0.5;

/** The mix of a seed: rate by kind. `only`: of these, at the rates they would have here; `null` leaves the seed alone. */
export function mixOf(draws, only = null) {
  const drawn = new Set(faultNames.filter((name) => draws.next(`on/${name}`) < shareOn));
  const on = new Set(only ?? drawn);
  if (only === null)
    for (const [name, needed] of Object.entries(needs)) if (on.has(name)) on.add(needed);
  const isForAnother = (name) =>
    !drawn.has(name) &&
    Object.entries(needs).some(([other, needed]) => needed === name && drawn.has(other));
  const mix = new Map();
  for (const name of faultNames) {
    const { low, high } = faultKinds[name];
    const rate = low * (high / low) ** draws.next(`rate/${name}`);
    if (on.has(name)) mix.set(name, isForAnother(name) ? rateIfNeeded : rate);
  }
  return mix;
}

/** Says of every occasion whether it is hit, until `heal`. `onHit` hears every hit. */
export class Faults {
  isHealed = false;
  #draws;
  #mix;
  #onHit;

  constructor(draws, mix, onHit) {
    this.#draws = draws;
    this.#mix = mix;
    this.#onHit = onHit;
  }

  hit(name) {
    const rate = this.#mix.get(name);
    if (rate === undefined || this.isHealed) return false;
    if (!(this.#draws.next(`hit/${name}`) < rate)) return false;
    this.#onHit(name);
    return true;
  }

  /** Something that was planned happens now. */
  strike(name) {
    if (this.isHealed) return false;
    this.#onHit(name);
    return true;
  }

  /** Milliseconds until this kind comes again, or null: it is not on. */
  waitMs(name) {
    const rate = this.#mix.get(name);
    if (rate === undefined || this.isHealed) return null;
    return Math.ceil((-Math.log(1 - this.#draws.next(`wait/${name}`)) * 60_000) / rate);
  }

  heal() {
    this.isHealed = true;
  }
}
