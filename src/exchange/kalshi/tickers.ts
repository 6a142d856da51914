import { assert } from '../../domain/assert.js';
import { type Ticker, ticker } from '../../domain/units.js';

/** Bytes of one interned ticker are kept, so that a lookup compares and never makes a string. */
type Slot = { readonly bytes: Uint8Array; readonly ticker: Ticker };

/** A power of two. Beyond 3/4 of it the table starts over: correct, only slower for a while. */
const slotsMax = 65_536;

/** Ticker bytes → the one string for them, without allocating once a ticker is known. Open addressing, FNV-1a. */
export class TickerTable {
  private slots: (Slot | undefined)[] = new Array<Slot | undefined>(slotsMax).fill(undefined);
  private count = 0;

  /** `hash`: `hashStart` fed with every byte of `[start, end)`, which must be printable ASCII. */
  intern(bytes: Uint8Array, start: number, end: number, hash: number): Ticker {
    const length = end - start;
    let index = hash & (slotsMax - 1);
    for (;;) {
      const slot = this.slots[index];
      if (slot === undefined) return this.insert(index, bytes, start, end);
      if (slot.bytes.length === length && sameBytes(slot.bytes, bytes, start, length))
        return slot.ticker;
      index = (index + 1) & (slotsMax - 1);
    }
  }

  private insert(index: number, bytes: Uint8Array, start: number, end: number): Ticker {
    const copy = bytes.slice(start, end);
    const name = ticker(String.fromCharCode(...copy));
    this.count += 1;
    if (this.count > (slotsMax * 3) / 4) {
      this.slots.fill(undefined);
      this.count = 1;
    }
    this.slots[index] = { bytes: copy, ticker: name };
    return name;
  }
}

function sameBytes(known: Uint8Array, bytes: Uint8Array, start: number, length: number): boolean {
  for (let at = 0; at < length; at += 1) if (known[at] !== bytes[start + at]) return false;
  return true;
}

export const hashStart = 0x811c9dc5;
export const hashNext = (hash: number, byte: number): number => Math.imul(hash ^ byte, 0x01000193);

assert((slotsMax & (slotsMax - 1)) === 0, 'the ticker table masks its index');
