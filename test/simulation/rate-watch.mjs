// How often orders leave, and how soon one follows another in a market (I16).

import { fail } from './violation.mjs';

const minuteMs = 60_000;

export class RateWatch {
  #sentAt = [];
  /** By market: when its last order left first, and when last. */
  #posts = new Map();

  /** An order in doubt counts once after a restart, however often a 429 had sent it: those records are not awaited. */
  restarted() {
    this.#sentAt = this.#sentAt.filter(({ isFirst }) => isFirst);
    for (const post of this.#posts.values()) post.lastMs = post.firstMs;
  }

  /** A request leaves, the first of its order or another. */
  sent({ clientOrderId: id, ticker }, caps, nowMs, isFirst) {
    this.#sentAt = this.#sentAt.filter(({ atMs }) => atMs > nowMs - minuteMs);
    this.#sentAt.push({ atMs: nowMs, isFirst });
    // Written so that a cap that is no number fails.
    if (!(this.#sentAt.length <= caps.ordersPerMinute))
      fail('I16', `${this.#sentAt.length} orders in a minute, cap ${caps.ordersPerMinute}`);
    const { firstMs, lastMs } = this.#posts.get(ticker) ?? { firstMs: null, lastMs: null };
    if (isFirst && lastMs !== null && !(nowMs - lastMs >= caps.cooldownMs))
      fail('I16', `${id} enters ${ticker} ${nowMs - lastMs} ms after the last order`);
    this.#posts.set(ticker, { firstMs: isFirst ? nowMs : firstMs, lastMs: nowMs });
  }
}
