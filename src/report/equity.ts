import type { Account } from '../domain/account.js';
import { valueAt } from '../domain/position.js';
import { realizedNet } from '../domain/postings.js';
import type { EpochMs } from '../domain/units.js';

/** Profit since the start, net of fees and of deposits, in micro-dollars. `drawdown`: below its highest so far, ≤ 0. */
export type EquityPoint = {
  readonly at: EpochMs;
  readonly marked: number;
  readonly realized: number;
  readonly drawdown: number;
};

export type Drawdown = {
  readonly micros: number;
  readonly peakAt: EpochMs;
  readonly lowAt: EpochMs;
};

/** More says nothing on a page: beyond it two neighbours become one. */
const pointsMax = 1_500;

/** Positions at their last known exit price, at cost where there never was one. */
export function markedProfit(account: Account): number {
  let sum: number = realizedNet(account.balances);
  for (const position of account.positions.values())
    if (position.mark !== null) sum += valueAt(position, position.mark) - position.cost;
  return sum;
}

/**
 * Follows profit from point to point. Keeps a bounded number of points, of two neighbours the later value and the deeper
 * drawdown; the deepest of all is exact.
 */
export class EquityCurve {
  private points: EquityPoint[] = [];
  private everyMs = 0;
  private peak = 0;
  private peakAt: EpochMs | null = null;
  private worst: Drawdown | null = null;

  add(at: EpochMs, marked: number, realized: number): void {
    if (this.peakAt === null || marked >= this.peak) {
      this.peak = Math.max(marked, this.peakAt === null ? marked : this.peak);
      this.peakAt = at;
    }
    const drawdown = Math.min(0, marked - this.peak);
    if (drawdown < (this.worst?.micros ?? 0))
      this.worst = { micros: drawdown, peakAt: this.peakAt, lowAt: at };
    this.keep({ at, marked, realized, drawdown });
    if (this.points.length <= pointsMax) return;
    const first = this.points[0] as EquityPoint;
    const last = this.points.at(-1) as EquityPoint;
    this.everyMs = Math.max(2 * this.everyMs, (2 * (last.at - first.at)) / pointsMax);
    const points = this.points;
    this.points = [];
    for (const point of points) this.keep(point);
  }

  private keep(point: EquityPoint): void {
    const { points, everyMs } = this;
    const last = points.at(-1);
    const before = points.at(-2);
    // The first point stays; after it, a point takes the last one's place while it is as near to the one before.
    if (last === undefined || before === undefined || !(point.at - before.at < everyMs))
      points.push(point);
    else
      points[points.length - 1] = { ...point, drawdown: Math.min(point.drawdown, last.drawdown) };
  }

  curve(): readonly EquityPoint[] {
    return this.points;
  }

  /** Null: profit never fell. */
  deepest(): Drawdown | null {
    return this.worst;
  }
}
