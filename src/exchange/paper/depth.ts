import { keyedDraw } from '../../domain/keyed-draw.js';
import { type Quantity, quantity, type Ticker } from '../../domain/units.js';
import type { AskLevel } from '../../messages/window.js';

/**
 * Displayed depth is not ours to take twice: what our own paper orders took from a level stays taken until the size
 * displayed there changes. (A real order would have changed it.) Mutable, owned by the desk.
 */
export class TakenDepth {
  readonly #taken = new Map<Ticker, Map<string, { displayed: number; taken: number }>>();

  /** The levels less what we already took from them. */
  left(ticker: Ticker, side: 'yes' | 'no', levels: readonly AskLevel[]): readonly AskLevel[] {
    const own = this.#taken.get(ticker);
    if (own === undefined) return levels;
    const displayed = new Map(levels.map(([at, size]) => [`${side} ${at}`, size]));
    for (const [key, level] of own)
      if (key.startsWith(side) && displayed.get(key) !== level.displayed) own.delete(key);
    if (own.size === 0) this.#taken.delete(ticker);
    return levels.map(
      ([at, size]): AskLevel => [
        at,
        quantity(Math.max(0, size - (own.get(`${side} ${at}`)?.taken ?? 0))),
      ],
    );
  }

  take(ticker: Ticker, side: 'yes' | 'no', [at, displayed]: AskLevel, count: Quantity): void {
    const own = this.#taken.get(ticker) ?? new Map();
    this.#taken.set(ticker, own);
    const key = `${side} ${at}`;
    own.set(key, { displayed, taken: (own.get(key)?.taken ?? 0) + count });
  }
}

/**
 * How much of the displayed depth is still there when an order arrives. Of real orders of a few contracts at a best
 * price 80 times deeper, 56 % to 64 % filled whole (MEASURED.md, Fills): mostly the whole level is there or it is gone.
 * Re-reading the book after the latency explains a part of that; this is the rest.
 */
const touchGoneShare = 0.3;
/** Of a level that stands, at most this share has been taken by others. */
const erosionMost = 0.6;

export function eroded(
  levels: readonly AskLevel[],
  seed: number,
  orderKey: string,
): readonly AskLevel[] {
  return levels.map(([at, size], i): AskLevel => {
    if (i === 0 && keyedDraw(seed, `${orderKey}/gone`) < touchGoneShare) return [at, quantity(0)];
    const draw = keyedDraw(seed, `${orderKey}/level/${i}`);
    return [at, quantity(Math.floor(size * (1 - erosionMost * draw * draw)))];
  });
}
