import { priceMax } from '../domain/units.js';
import type { Sibling } from '../messages/window.js';

/** A market as an interval of the number its event settles on, with what its quotes say about the probability there. */
export type Cell = {
  readonly ticker: string;
  readonly low: number;
  readonly high: number;
  /** Null when the quotes say nothing. */
  readonly mid: number | null;
  readonly spread: number;
};

/** A missing side still speaks when the other is this close to the end of the scale. */
const edgeQuote = 600;

/**
 * The markets of one event laid out on the line of outcomes, by strike; those without a strike that we understand are
 * left out. Bounds are moved half of the gap between neighbouring brackets (81–82 and 83–84 meet at 82.5; 73,499.99 and
 * 73,500 at 73,499.995), so that the cells of a complete partition touch.
 */
export function cellsOf(siblings: readonly Sibling[]): readonly Cell[] {
  const half = bracketGap(siblings) / 2;
  const cells: Cell[] = [];
  for (const sibling of siblings) {
    const bounds = boundsOf(sibling, half);
    if (bounds === null || !(bounds.low < bounds.high)) continue;
    cells.push({ ticker: sibling.ticker, ...bounds, ...quoteOf(sibling) });
  }
  return cells.sort((a, b) => a.low - b.low || a.high - b.high || (a.ticker < b.ticker ? -1 : 1));
}

/** Whether sorted cells cover every outcome exactly once. Then, and only then, their probabilities sum to one. */
export function isPartition(cells: readonly Cell[]): boolean {
  const first = cells[0];
  const last = cells[cells.length - 1];
  if (first === undefined || last === undefined || cells.length < 2) return false;
  if (first.low !== Number.NEGATIVE_INFINITY || last.high !== Number.POSITIVE_INFINITY)
    return false;
  let widest = 0;
  for (const { low, high } of cells)
    if (high - low < Infinity) widest = Math.max(widest, high - low);
  for (let i = 1; i < cells.length; i += 1) {
    const before = cells[i - 1];
    const cell = cells[i];
    if (before === undefined || cell === undefined) return false;
    if (!(Math.abs(cell.low - before.high) <= widest * 1e-3)) return false;
  }
  return true;
}

type Bounds = { readonly low: number; readonly high: number };

function boundsOf({ strikeType, floorStrike, capStrike }: Sibling, half: number): Bounds | null {
  const floor = floorStrike ?? Number.NaN;
  const cap = capStrike ?? Number.NaN;
  let low = Number.NEGATIVE_INFINITY;
  let high = Number.POSITIVE_INFINITY;
  switch (strikeType) {
    // Strictly above 85 of whole numbers is 86 and more: half a gap up. At least 85 is half a gap down.
    case 'greater':
      low = floor + half;
      break;
    case 'greater_or_equal':
      low = floor - half;
      break;
    case 'less':
      high = cap - half;
      break;
    case 'less_or_equal':
      high = cap + half;
      break;
    case 'between':
      low = floor - half;
      high = cap + half;
      break;
    default:
      return null;
  }
  return Number.isNaN(low) || Number.isNaN(high) ? null : { low, high };
}

/** The smallest distance from one bracket's cap to the next one's floor; 0 when none touch. */
function bracketGap(siblings: readonly Sibling[]): number {
  const brackets: Bounds[] = [];
  for (const { strikeType, floorStrike, capStrike } of siblings)
    if (strikeType === 'between' && floorStrike !== null && capStrike !== null)
      brackets.push({ low: floorStrike, high: capStrike });
  brackets.sort((a, b) => a.low - b.low);
  let gap = Number.POSITIVE_INFINITY;
  for (let i = 1; i < brackets.length; i += 1) {
    const before = brackets[i - 1];
    const bracket = brackets[i];
    if (before === undefined || bracket === undefined) continue;
    const distance = bracket.low - before.high;
    // Further apart than a bracket is wide: there is a hole, not a convention.
    if (distance >= 0 && distance <= bracket.high - bracket.low) gap = Math.min(gap, distance);
  }
  return gap < Infinity ? gap : 0;
}

function quoteOf({ bid, ask }: Sibling): { readonly mid: number | null; readonly spread: number } {
  const low = bid ?? (ask !== null && ask <= edgeQuote ? 0 : Number.NaN);
  const high = ask ?? (bid !== null && bid >= priceMax - edgeQuote ? priceMax : Number.NaN);
  if (!(high > low)) return { mid: null, spread: 1 };
  return { mid: (low + high) / 2 / priceMax, spread: (high - low) / priceMax };
}
