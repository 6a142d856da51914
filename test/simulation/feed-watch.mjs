// What the engine may believe of its feed, by what it has heard: whether a book can carry an order (I6).

import { ReferenceBooks } from './reference-books.mjs';

const aliveMsMax = 15_000;
const lagMsMax = 3_000;

export class FeedWatch {
  #lifeAt = Number.NEGATIVE_INFINITY;
  #isConnected = false;
  #seqs = new Map();
  #bookSids = new Set();
  #known = new Set();
  #lags = new Map();
  #fetchedAt = new Map();
  #reference = new ReferenceBooks();

  connected(nowMs) {
    this.#isConnected = true;
    this.#lifeAt = nowMs;
    this.#known.clear();
    this.#seqs.clear();
    this.#bookSids.clear();
    this.#lags.clear();
  }

  disconnected() {
    this.#isConnected = false;
  }

  alive(nowMs) {
    this.#lifeAt = nowMs;
  }

  /** The exchange's own book of a market reached the engine. */
  fetched(ticker, nowMs) {
    this.#fetchedAt.set(ticker, nowMs);
  }

  heard({ type, sid, seq, ticker, isOdd }, text, sentMs, nowMs) {
    this.#lifeAt = nowMs;
    const isBook = type === 'orderbook_snapshot' || type === 'orderbook_delta';
    if (seq !== null) {
      // Replies to commands are numbered too.
      const last = this.#seqs.get(sid);
      if (isBook) this.#bookSids.add(sid);
      if (last !== undefined && seq !== last + 1 && this.#bookSids.has(sid)) this.#known.clear();
      this.#seqs.set(sid, seq);
    }
    if (!isBook) return;
    this.#lags.set(ticker, nowMs - sentMs);
    if (isOdd) this.#known.delete(ticker);
    else this.#reference.hear(ticker, type === 'orderbook_snapshot', text);
    if (!isOdd && type === 'orderbook_snapshot') this.#known.add(ticker);
  }

  /** Why an order must not be sent on this view of the book now, in words; null: it may. */
  distrust(ticker, shot, nowMs) {
    if (!this.#isConnected) return 'no feed';
    const silentMs = nowMs - this.#lifeAt;
    if (!(silentMs <= aliveMsMax)) return `a feed silent for ${silentMs} ms`;
    // A book that was fetched for the order bridges a hole for as long as a late message would be believed.
    const fetchedAt = this.#fetchedAt.get(ticker) ?? Number.NEGATIVE_INFINITY;
    if (nowMs - fetchedAt <= lagMsMax) return null;
    if (!this.#known.has(ticker)) return 'a book with a hole';
    const lagMs = this.#lags.get(ticker) ?? Number.NaN;
    if (!(lagMs <= lagMsMax)) return `a book ${lagMs} ms late`;
    const difference = this.#reference.difference(ticker, shot);
    return difference === null ? null : `a book that is none: ${difference}`;
  }
}
