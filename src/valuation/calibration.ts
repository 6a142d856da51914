import { keyedDraw } from '../domain/keyed-draw.js';
import type { Vertical } from '../domain/market.js';
import { clipFair, logit, pool } from './numbers.js';
import { fitPlatt, LogitCounts, type PlattFit, weakPrior } from './platt.js';
import { Reliability, type ReliabilityRow } from './reliability.js';
import { verticalOf } from './vertical.js';

/** One forecast and what came of it. `p`: the engine's probability of YES, null where it had none. */
export type Snapshot = {
  readonly ticker: string;
  readonly p: number | null;
  readonly mid: number;
  readonly outcome: 0 | 1;
  /** Null: by the ticker. */
  readonly vertical: Vertical | null;
};

/** Said instead of a number that so few events cannot carry. */
export const tooSmall = 'n too small';
export type OrTooSmall<T> = T | typeof tooSmall;

export type Score = {
  /** Snapshots that engine and market are both scored on; all of them where the engine said nothing at all. */
  readonly n: number;
  readonly events: number;
  readonly brier: number | null;
  readonly marketBrier: number | null;
  readonly logLoss: number | null;
  readonly marketLogLoss: number | null;
  /** Engine − market, Brier: below 0 the engine is better. 95 % interval by bootstrap over events. */
  readonly difference: OrTooSmall<{
    readonly mean: number;
    readonly low: number;
    readonly high: number;
  }>;
  /** Fitted to these snapshots: Platt's α and β, and the weight in log-odds beside the mid with the least log loss. */
  readonly fit: OrTooSmall<PlattFit & { readonly weight: number }>;
};

export type CalibrationReport = Score & {
  readonly rows: number;
  readonly withoutP: number;
  readonly byVertical: Readonly<Partial<Record<Vertical, Score>>>;
  readonly reliability: readonly ReliabilityRow[];
  readonly marketReliability: readonly ReliabilityRow[];
};

/** Fewer events than this carry no interval; fewer snapshots no fit (VALUATION §4.2-6). */
export const eventsMin = 20;
export const fitRowsMin = 100;
/** Weights that are compared; learnt ones stay below 0.6 (VALUATION §4.2-7). */
const weights = Array.from({ length: 13 }, (_, i) => i / 20);
const resamplesMax = 1_000;
const resamplesMin = 200;
/** Draws that a bootstrap may cost; more events mean fewer resamples. */
const drawsMax = 20_000_000;
/** A forecast of 0 or 1 that is wrong costs the logarithm of this, not infinity. */
const logFloor = 1e-6;

const square = (x: number): number => x * x;
const logLossOf = (p: number, outcome: number): number =>
  0 - Math.log(Math.max(outcome === 1 ? p : 1 - p, logFloor));

/** Sums over one event; rows of an event share its fate, so they are drawn together. */
type EventSums = { readonly group: Group; n: number; engine: number; market: number };

class Group {
  rows = 0;
  n = 0;
  engine = 0;
  market = 0;
  engineLog = 0;
  marketLog = 0;
  marketAll = 0;
  marketAllLog = 0;
  events = 0;
  eventsAll = 0;
  readonly byWeight: number[] = weights.map(() => 0);
  readonly counts = new LogitCounts();
}

/**
 * Scores forecasts against the market's mid on the same snapshots, one snapshot at a time: memory grows with events, not
 * with rows. The order of rows does not matter. With fewer than `intervalEventsMin` events nothing is said of how sure
 * a difference is.
 */
export class Scorer {
  readonly #intervalEventsMin: number;
  readonly #all = new Group();
  readonly #verticals = new Map<Vertical, Group>();
  readonly #events = new Map<string, EventSums>();
  readonly #engine = new Reliability();
  readonly #market = new Reliability();

  constructor(intervalEventsMin = eventsMin) {
    this.#intervalEventsMin = intervalEventsMin;
  }

  add({ ticker, p, mid, outcome, vertical }: Snapshot): void {
    const event = eventOf(ticker);
    let sums = this.#events.get(event);
    if (sums === undefined) {
      sums = {
        group: this.#groupOf(vertical ?? verticalByTicker(ticker)),
        n: 0,
        engine: 0,
        market: 0,
      };
      this.#events.set(event, sums);
      for (const group of [this.#all, sums.group]) group.eventsAll += 1;
    }
    const market = square(mid - outcome);
    const marketLog = logLossOf(mid, outcome);
    for (const group of [this.#all, sums.group]) {
      group.rows += 1;
      group.marketAll += market;
      group.marketAllLog += marketLog;
    }
    this.#market.add(event, mid, outcome);
    if (p === null) return;
    this.#engine.add(event, p, outcome);
    const engine = square(p - outcome);
    const engineLog = logLossOf(p, outcome);
    const mixed = weights.map((weight) =>
      logLossOf(pool(clipFair(mid), clipFair(p), weight), outcome),
    );
    for (const group of [this.#all, sums.group]) {
      if (sums.n === 0) group.events += 1;
      group.n += 1;
      group.engine += engine;
      group.market += market;
      group.engineLog += engineLog;
      group.marketLog += marketLog;
      group.counts.add(logit(clipFair(p)), outcome);
      for (const [i, each] of mixed.entries()) (group.byWeight[i] as number) += each;
    }
    sums.n += 1;
    sums.engine += engine;
    sums.market += market;
  }

  report(): CalibrationReport {
    const intervals = this.#intervals();
    const together = fitPlatt(this.#all.counts, weakPrior);
    const scoreOf = (group: Group): Score => {
      // A vertical leans on all of them: hierarchical shrinkage.
      const fit = group === this.#all ? together : fitPlatt(group.counts, { ...together, sd: 0.3 });
      return score(group, intervals.get(group), fit, this.#intervalEventsMin);
    };
    const names = [...this.#verticals.keys()].sort();
    return {
      rows: this.#all.rows,
      withoutP: this.#all.rows - this.#all.n,
      ...scoreOf(this.#all),
      byVertical: Object.fromEntries(
        names.map((name) => [name, scoreOf(this.#verticals.get(name) as Group)]),
      ),
      reliability: this.#engine.rows(),
      marketReliability: this.#market.rows(),
    };
  }

  #groupOf(vertical: Vertical): Group {
    let group = this.#verticals.get(vertical);
    if (group === undefined) {
      group = new Group();
      this.#verticals.set(vertical, group);
    }
    return group;
  }

  /**
   * Poisson bootstrap over events: in resample b an event counts as often as its own draw, keyed by (b, event), says.
   * Same rows, in whatever order, give the same interval.
   */
  #intervals(): ReadonlyMap<Group, readonly number[]> {
    const groups = [this.#all, ...this.#verticals.values()];
    const means = new Map<Group, number[]>(groups.map((group) => [group, []]));
    const scored = [...this.#events]
      .filter(([, { n }]) => n > 0)
      .sort(([a], [b]) => (a < b ? -1 : 1));
    const affordable = Math.floor(drawsMax / Math.max(scored.length, 1));
    const resamples = Math.min(resamplesMax, Math.max(resamplesMin, affordable));
    for (let resample = 0; resample < resamples; resample += 1) {
      const sums = new Map(groups.map((group) => [group, { n: 0, difference: 0 }]));
      for (const [event, { group, n, engine, market }] of scored) {
        const times = poisson(keyedDraw(resample, event));
        for (const each of [this.#all, group]) {
          const sum = sums.get(each);
          if (sum === undefined) continue;
          sum.n += times * n;
          sum.difference += times * (engine - market);
        }
      }
      for (const [group, { n, difference }] of sums)
        if (n > 0) means.get(group)?.push(difference / n);
    }
    for (const each of means.values()) each.sort((a, b) => a - b);
    return means;
  }
}

function verticalByTicker(ticker: string): Vertical {
  const [seriesTicker = ''] = ticker.split('-');
  return verticalOf({ category: '', tags: [], seriesTicker });
}

function score(
  group: Group,
  means: readonly number[] | undefined,
  fit: PlattFit,
  intervalEventsMin: number,
): Score {
  const { n, rows, events } = group;
  const isScored = n > 0;
  const over = (sum: number, count: number): number | null => (count > 0 ? sum / count : null);
  const at = (share: number): number =>
    means?.[Math.floor(share * (means.length - 1))] ?? Number.NaN;
  return {
    n: isScored ? n : rows,
    events: isScored ? events : group.eventsAll,
    brier: over(group.engine, n),
    marketBrier: isScored ? over(group.market, n) : over(group.marketAll, rows),
    logLoss: over(group.engineLog, n),
    marketLogLoss: isScored ? over(group.marketLog, n) : over(group.marketAllLog, rows),
    difference:
      n > 0 && events >= intervalEventsMin
        ? { mean: (group.engine - group.market) / n, low: at(0.025), high: at(0.975) }
        : tooSmall,
    fit:
      events >= eventsMin && n >= fitRowsMin
        ? { ...fit, weight: weights[group.byWeight.indexOf(Math.min(...group.byWeight))] ?? 0 }
        : tooSmall,
  };
}

/** Everything before the last dash; a ticker without one is its own event. */
export function eventOf(ticker: string): string {
  const cut = ticker.lastIndexOf('-');
  return cut > 0 ? ticker.slice(0, cut) : ticker;
}

/** A Poisson count of mean one from a uniform draw. */
function poisson(draw: number): number {
  let chance = Math.exp(-1);
  let below = chance;
  let count = 0;
  while (draw >= below && count < 20) {
    count += 1;
    chance /= count;
    below += chance;
  }
  return count;
}
