import { assert } from '../../domain/assert.js';
import { type Ticker, ticker } from '../../domain/units.js';
import { type Literal, literalOf } from './bytes.js';

/**
 * One market as the scanner knows it: its ticker's bytes, the one string for them, and how its last delta went on from
 * there up to the price (`","market_id":"…","price_dollars":"`), which is the same every time.
 */
export type KnownTicker = {
  readonly bytes: Uint8Array;
  readonly ticker: Ticker;
  /** From the first byte of the ticker to the first byte of the price. */
  toPrice: Literal | null;
};

/** A power of two. Beyond 3/4 of it the table starts over: correct, only slower for a while. */
const slotsMax = 65_536;
assert((slotsMax & (slotsMax - 1)) === 0, 'the ticker table masks its index');

/** Ticker bytes → the one string for them, without allocating once a ticker is known. Open addressing, FNV-1a. */
export class TickerTable {
  private readonly slots: (KnownTicker | undefined)[] = Array.from({ length: slotsMax });
  private count = 0;
  /** The market of the last delta: streams come in bursts. */
  last: KnownTicker | null = null;

  /** `[start, end)` must be printable ASCII. */
  find(bytes: Uint8Array, start: number, end: number): KnownTicker {
    let hash = 0x811c9dc5;
    for (let at = start; at < end; at += 1)
      hash = Math.imul(hash ^ (bytes[at] as number), 0x01000193);
    for (let index = hash & (slotsMax - 1); ; index = (index + 1) & (slotsMax - 1)) {
      const known = this.slots[index];
      if (known === undefined) return this.insert(index, bytes, start, end);
      if (isSame(known.bytes, bytes, start, end)) return known;
    }
  }

  private insert(index: number, bytes: Uint8Array, start: number, end: number): KnownTicker {
    const copy = Uint8Array.prototype.slice.call(bytes, start, end);
    const known = { bytes: copy, ticker: ticker(String.fromCharCode(...copy)), toPrice: null };
    this.count += 1;
    if (this.count > (slotsMax * 3) / 4) {
      this.slots.fill(undefined);
      this.count = 1;
    }
    this.slots[index] = known;
    return known;
  }
}

function isSame(known: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  const length = known.length;
  if (length !== end - start) return false;
  for (let at = 0; at < length; at += 1) if (known[at] !== bytes[start + at]) return false;
  return true;
}

/** Remembers how a market's deltas go on, `[start, price)` of `bytes`. */
export function remember(
  known: KnownTicker,
  bytes: Uint8Array,
  start: number,
  price: number,
): void {
  known.toPrice = literalOf(Uint8Array.prototype.slice.call(bytes, start, price));
}
