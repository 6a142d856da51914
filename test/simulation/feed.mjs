// The socket between exchange and engine: frames in order, late, twice, lost or torn; cut and half-open connections.

import { crossingFrame, oddFrame, overfill, strayFrame } from './odd-frames.mjs';

const frameMs = 8;
const pingEveryMs = 10_000;
const silenceCutMs = 25_000;
const privateTypes = new Set(['fill', 'user_order', 'market_position']);

export class Feed {
  #sim;
  #connection = 0;
  /** Counts sockets over all processes, so that what belongs to an old one is known as such. */
  #socket = 0;
  #isUp = false;
  #isMute = false;
  #lagMs = 0;
  #lastAtMs = 0;

  /** `sim`: exchange, faults, draws, later(ms, act), give(source, payload, frame). */
  constructor(sim) {
    this.#sim = sim;
  }

  /** A new process dials. */
  dial(afterMs) {
    const { later } = this.#sim;
    this.#socket += 1;
    const socket = this.#socket;
    later(afterMs, () => {
      if (socket === this.#socket) this.#connected();
    });
  }

  /** The process behind it is gone. */
  hangUp() {
    this.#socket += 1;
    this.#connection = 0;
    this.#isUp = false;
    this.#sim.exchange.disconnect();
  }

  command(connection, text) {
    const socket = this.#socket;
    this.#sim.later(frameMs, () => {
      if (socket === this.#socket && connection === this.#connection && this.#isUp && !this.#isMute)
        this.#sim.exchange.command(text);
    });
  }

  /** The other end is gone, and says so. */
  cut(reason, redialMs) {
    if (!this.#isUp) return;
    this.#isUp = false;
    this.#socket += 1;
    this.#sim.exchange.disconnect();
    this.#sim.give('feed', { kind: 'disconnected', connection: this.#connection, reason });
    this.dial(redialMs);
  }

  /** The other end is gone, and nobody says so until the watchdog does. */
  mute(redialMs) {
    if (!this.#isUp || this.#isMute) return;
    this.#isMute = true;
    const socket = this.#socket;
    this.#sim.later(silenceCutMs, () => {
      if (socket === this.#socket) this.cut('silent', redialMs);
    });
  }

  lag(ms) {
    this.#lagMs = ms;
  }

  #connected() {
    const { exchange, later, nowMs } = this.#sim;
    this.#connection += 1;
    this.#isUp = true;
    this.#isMute = false;
    this.#lastAtMs = nowMs();
    const socket = this.#socket;
    exchange.connect((frame, text) => {
      if (socket === this.#socket && !this.#isMute) this.#send(frame, text);
    });
    const ping = () => {
      if (socket !== this.#socket) return;
      if (!this.#isMute)
        this.#deliver(nowMs() + frameMs, { kind: 'alive', connection: this.#connection }, null);
      later(pingEveryMs, ping);
    };
    later(pingEveryMs, ping);
    this.#sim.give('feed', { kind: 'connected', connection: this.#connection });
  }

  #send(frame, text) {
    const { faults, draws, nowMs } = this.#sim;
    const inOrderMs = nowMs() + frameMs + this.#lagMs;
    const isPrivate = privateTypes.has(frame.type);
    const isBook = frame.type === 'orderbook_delta' || frame.type === 'orderbook_snapshot';
    const payload = { kind: 'frame', connection: this.#connection, text };
    const heard = {
      ...frame,
      ticker: isBook ? tickerOf(text) : null,
      sentMs: nowMs(),
      isOdd: false,
    };
    if (isPrivate) {
      const isOurFill = frame.type === 'fill' && text.includes('"client_order_id"');
      if (isOurFill && faults.hit('overfill_report'))
        this.#at(
          nowMs() + draws.whole('forged/wait', 10, 5_000),
          { ...payload, text: overfill(text, draws) },
          { ...heard, isLie: true },
        );
      if (faults.hit('lost_private')) return;
      if (faults.hit('twice_private'))
        this.#at(nowMs() + draws.whole('twice', 10, 5_000), payload, heard);
      if (faults.hit('late_private')) {
        this.#at(nowMs() + draws.whole('late', 10, 8_000), payload, heard);
        return;
      }
    }
    if (isBook && faults.hit('book_hole')) return;
    if (isBook && faults.hit('odd_frame')) {
      const odd = oddFrame(frame.type, text, draws);
      this.#deliver(inOrderMs, { ...payload, text: odd.text }, { ...heard, isOdd: odd.isOdd });
      return;
    }
    if (frame.type === 'orderbook_delta' && faults.hit('crossed_book')) {
      this.#deliver(inOrderMs, { ...payload, text: crossingFrame(text) }, heard);
      return;
    }
    if (isBook && faults.hit('stray_frame')) {
      const stray = { ...payload, text: strayFrame(text) };
      this.#deliver(inOrderMs, stray, { ...heard, type: 'stray', sid: null, seq: null });
      return;
    }
    this.#deliver(inOrderMs, payload, heard);
  }

  /** In the order of the line. */
  #deliver(atMs, payload, heard) {
    this.#lastAtMs = Math.max(this.#lastAtMs, atMs);
    this.#at(this.#lastAtMs, payload, heard);
  }

  #at(atMs, payload, heard) {
    const { later, nowMs, give } = this.#sim;
    const socket = this.#socket;
    later(atMs - nowMs(), () => {
      if (socket === this.#socket) give('feed', payload, heard);
    });
  }
}

const tickerOf = (text) => /"market_ticker":"([^"]*)"/.exec(text)?.[1] ?? '';
