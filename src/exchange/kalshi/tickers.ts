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

/** Powers of two. A table doubles when it is 3/4 full; a full one starts over: correct, only slower for a while. */
const slotsMin = 512;
const slotsMax = 65_536;
for (const slots of [slotsMin, slotsMax])
  assert((slots & (slots - 1)) === 0, 'the ticker table masks its index');

/** Ticker bytes → the one string for them, without allocating once a ticker is known. Open addressing, FNV-1a. */
export class TickerTable {
  private slots: (KnownTicker | undefined)[] = emptySlots(slotsMin);
  private count = 0;
  /** The market of the last delta: streams come in bursts. */
  last: KnownTicker | null = null;

  /** `[start, end)` must be printable ASCII. */
  find(bytes: Uint8Array, start: number, end: number): KnownTicker {
    const { slots } = this;
    const mask = slots.length - 1;
    for (let index = hashOf(bytes, start, end) & mask; ; index = (index + 1) & mask) {
      const known = slots[index];
      if (known === undefined) return this.insert(index, bytes, start, end);
      if (isSame(known.bytes, bytes, start, end)) return known;
    }
  }

  private insert(index: number, bytes: Uint8Array, start: number, end: number): KnownTicker {
    const copy = Uint8Array.prototype.slice.call(bytes, start, end);
    const known = { bytes: copy, ticker: ticker(String.fromCharCode(...copy)), toPrice: null };
    this.slots[index] = known;
    this.count += 1;
    if (this.count > (this.slots.length * 3) / 4) this.grow(known);
    return known;
  }

  private grow(newest: KnownTicker): void {
    const before = this.slots;
    const kept = before.length < slotsMax ? before : [newest];
    this.slots = emptySlots(Math.min(slotsMax, 2 * before.length));
    this.count = 0;
    for (const known of kept) if (known !== undefined) this.put(known);
  }

  private put(known: KnownTicker): void {
    const mask = this.slots.length - 1;
    let index = hashOf(known.bytes, 0, known.bytes.length) & mask;
    while (this.slots[index] !== undefined) index = (index + 1) & mask;
    this.slots[index] = known;
    this.count += 1;
  }
}

const emptySlots = (length: number): (KnownTicker | undefined)[] => Array.from({ length });

function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let at = start; at < end; at += 1)
    hash = Math.imul(hash ^ (bytes[at] as number), 0x01000193);
  return hash;
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
