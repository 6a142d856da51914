import { InvariantError } from './assert.js';
import { complement, type Price, price, priceMax, type Quantity, quantity } from './units.js';

export type BookSide = 'yes' | 'no';
/** Price and size, in the side's own notation: NO levels are at NO prices. */
export type BookLevel = readonly [price: Price, size: Quantity];

/** `negative`: the change would leave less than nothing; the book is as it was and can no longer be believed. */
export type BookResult = 'ok' | 'negative';

/** What everyone but the owner may do with a book. Bids only: the ask of a side is the complement of the other's bid. */
export interface PriceBookView {
  readonly bestBid: (side: BookSide) => Price | null;
  /** What a buyer of `side` pays at the touch. */
  readonly bestAsk: (side: BookSide) => Price | null;
  readonly sizeAt: (side: BookSide, at: Price) => Quantity;
  readonly levelCount: (side: BookSide) => number;
  /** Ascending by price, the best bid last, as the exchange lists them. */
  readonly levels: (side: BookSide) => readonly BookLevel[];
  /** Total size of the bids no further than `band` below the best one. */
  readonly depthNear: (side: BookSide, band: number) => Quantity;
  /** Bid at or above ask: orders that should have matched. Normal for a few deltas, never to be traded on. */
  readonly isCrossed: () => boolean;
  readonly shot: (levelsMax: number) => {
    readonly yesAsks: readonly BookLevel[];
    readonly noAsks: readonly BookLevel[];
  };
}

const cent = 100;

/** The bids of one side, indexed by price ÷ step. */
type Bids = { sizes: Float64Array; best: number; count: number };
const emptyBids = (slots: number): Bids => ({
  sizes: new Float64Array(slots),
  best: -1,
  count: 0,
});

/**
 * One market's book of YES bids and NO bids. Mutable, one owner; everyone else gets `PriceBookView`. Arrays are indexed
 * in the finest step seen so far: cents, then $0.001, then $0.0001, so that nearly all books stay at 101 slots a side.
 * A delta allocates nothing, unless it brings the first finer price.
 */
export class PriceBook implements PriceBookView {
  #step = cent;
  #yes = emptyBids(priceMax / cent + 1);
  #no = emptyBids(priceMax / cent + 1);

  /** Replaces everything, never merges. A price named twice keeps its last size. `negative` leaves an empty book. */
  applySnapshot(yes: readonly BookLevel[], no: readonly BookLevel[]): BookResult {
    this.clear();
    if (this.#fill('yes', yes) && this.#fill('no', no)) return 'ok';
    this.clear();
    return 'negative';
  }

  /** Adds `change` to the size at a price of `side`'s own notation. */
  applyDelta(side: BookSide, at: Price, change: Quantity): BookResult {
    if (at % this.#step !== 0) this.#refine(at);
    const bids = side === 'yes' ? this.#yes : this.#no;
    const slot = at / this.#step;
    const before = bids.sizes[slot];
    if (before === undefined) return outside(at);
    const after = before + change;
    // Written so that NaN refuses.
    if (!(after >= 0)) return 'negative';
    set(bids, slot, before, after);
    return 'ok';
  }

  clear(): void {
    for (const bids of [this.#yes, this.#no]) {
      bids.sizes.fill(0);
      bids.best = -1;
      bids.count = 0;
    }
  }

  bestBid(side: BookSide): Price | null {
    const { best } = this.#bids(side);
    return best < 0 ? null : ((best * this.#step) as Price);
  }

  bestAsk(side: BookSide): Price | null {
    const bid = this.bestBid(side === 'yes' ? 'no' : 'yes');
    return bid === null ? null : ((priceMax - bid) as Price);
  }

  sizeAt(side: BookSide, at: Price): Quantity {
    if (at % this.#step !== 0) return quantity(0);
    return quantity(this.#bids(side).sizes[at / this.#step] ?? 0);
  }

  levelCount(side: BookSide): number {
    return this.#bids(side).count;
  }

  levels(side: BookSide): readonly BookLevel[] {
    const { sizes, best } = this.#bids(side);
    const found: BookLevel[] = [];
    for (let slot = 0; slot <= best; slot += 1) {
      const size = sizes[slot] ?? 0;
      if (size > 0) found.push([price(slot * this.#step), quantity(size)]);
    }
    return found;
  }

  depthNear(side: BookSide, band: number): Quantity {
    const { sizes, best } = this.#bids(side);
    let total = 0;
    const lowest = Math.max(0, best - Math.floor(band / this.#step));
    for (let slot = best; slot >= lowest; slot -= 1) total += sizes[slot] ?? 0;
    return quantity(total);
  }

  isCrossed(): boolean {
    const { best: yes } = this.#yes;
    const { best: no } = this.#no;
    return yes >= 0 && no >= 0 && (yes + no) * this.#step >= priceMax;
  }

  shot(levelsMax: number): {
    readonly yesAsks: readonly BookLevel[];
    readonly noAsks: readonly BookLevel[];
  } {
    return { yesAsks: this.#asks(this.#no, levelsMax), noAsks: this.#asks(this.#yes, levelsMax) };
  }

  /** The bids of one side as a buyer of the other meets them: complements, cheapest first. */
  #asks({ sizes, best }: Bids, levelsMax: number): readonly BookLevel[] {
    const asks: BookLevel[] = [];
    for (let slot = best; slot >= 0 && asks.length < levelsMax; slot -= 1) {
      const size = sizes[slot] ?? 0;
      if (size > 0) asks.push([complement(price(slot * this.#step)), quantity(size)]);
    }
    return asks;
  }

  #bids(side: BookSide): Bids {
    return side === 'yes' ? this.#yes : this.#no;
  }

  #fill(side: BookSide, levels: readonly BookLevel[]): boolean {
    for (const [at, size] of levels) {
      if (!(size >= 0)) return false;
      if (at % this.#step !== 0) this.#refine(at);
      const bids = this.#bids(side);
      const slot = at / this.#step;
      const before = bids.sizes[slot];
      if (before === undefined) return outside(at);
      set(bids, slot, before, size);
    }
    return true;
  }

  #refine(at: Price): void {
    const step = at % 10 === 0 ? 10 : 1;
    this.#yes = refined(this.#yes, this.#step / step, priceMax / step + 1);
    this.#no = refined(this.#no, this.#step / step, priceMax / step + 1);
    this.#step = step;
  }
}

/** Not an `assert`, whose text would be built for every delta. */
function outside(at: Price): never {
  throw new InvariantError(`book price out of 0..${priceMax}: ${at}`);
}

function set(bids: Bids, slot: number, before: number, after: number): void {
  bids.sizes[slot] = after;
  if (before === 0) {
    if (after === 0) return;
    bids.count += 1;
    if (slot > bids.best) bids.best = slot;
  } else if (after === 0) {
    bids.count -= 1;
    if (slot !== bids.best) return;
    let next = bids.count === 0 ? -1 : slot - 1;
    while (next >= 0 && bids.sizes[next] === 0) next -= 1;
    bids.best = next;
  }
}

function refined(bids: Bids, factor: number, slots: number): Bids {
  const sizes = new Float64Array(slots);
  for (let slot = 0; slot <= bids.best; slot += 1) sizes[slot * factor] = bids.sizes[slot] ?? 0;
  return { sizes, best: bids.best < 0 ? -1 : bids.best * factor, count: bids.count };
}
