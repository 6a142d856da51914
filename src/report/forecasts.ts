import type { Vertical } from '../domain/market.js';
import type { VerdictRow } from '../domain/records.js';
import { type Price, priceMax, type Ticker } from '../domain/units.js';
import { eventOf, eventsMin } from '../valuation/calibration.js';

/** Brier scores of the same snapshots. `low` and `high`: 95 % interval of ours − market's, events drawn whole; null: too few. */
export type BrierScore = {
  readonly snapshots: number;
  readonly events: number;
  readonly ours: number;
  readonly market: number;
  readonly low: number | null;
  readonly high: number | null;
};

/** Forecasts of one tenth of the scale: how many, their mean, and the share that came true. */
export type ReliabilityBin = {
  readonly snapshots: number;
  readonly markets: number;
  readonly forecast: number;
  readonly outcome: number;
};

export type Forecasts = {
  readonly all: BrierScore | null;
  readonly byVertical: readonly (BrierScore & { readonly vertical: Vertical })[];
  readonly ours: readonly ReliabilityBin[];
  readonly market: readonly ReliabilityBin[];
  /** Valued markets whose outcome is not known yet. */
  readonly waiting: number;
};

const bins = 10;
const unit = 1e9;

class Bins {
  readonly n = new Float64Array(bins);
  readonly sum = new Float64Array(bins);
  readonly came = new Float64Array(bins);
  readonly markets = new Float64Array(bins);

  add(p: number): void {
    const bin = Math.min(bins - 1, Math.floor(p * bins));
    (this.n[bin] as number) += 1;
    (this.sum[bin] as number) += p;
  }

  /** All forecasts of one market, now that it has come out. */
  merge(other: Bins, outcome: 0 | 1): void {
    for (let bin = 0; bin < bins; bin += 1) {
      const n = other.n[bin] as number;
      if (n === 0) continue;
      (this.n[bin] as number) += n;
      (this.sum[bin] as number) += other.sum[bin] as number;
      (this.came[bin] as number) += n * outcome;
      (this.markets[bin] as number) += 1;
    }
  }

  rows(): readonly ReliabilityBin[] {
    return Array.from({ length: bins }, (_, bin) => ({
      snapshots: this.n[bin] as number,
      markets: this.markets[bin] as number,
      forecast: (this.sum[bin] as number) / (this.n[bin] as number),
      outcome: (this.came[bin] as number) / (this.n[bin] as number),
    })).filter(({ snapshots }) => snapshots > 0);
  }
}

/** What was said of one market so far; its size does not grow with what is said. */
class Said {
  readonly vertical: Vertical;
  n = 0;
  /** Sums of the forecasts and of their squares. */
  p = 0;
  pp = 0;
  mid = 0;
  midMid = 0;
  readonly ours = new Bins();
  readonly market = new Bins();

  constructor(vertical: Vertical) {
    this.vertical = vertical;
  }
}

class Group {
  n = 0;
  ours = 0;
  market = 0;
  readonly events = new Map<string, { n: number; difference: number }>();

  add(event: string, n: number, ours: number, market: number): void {
    this.n += n;
    this.ours += ours;
    this.market += market;
    const sums = this.events.get(event) ?? { n: 0, difference: 0 };
    this.events.set(event, sums);
    sums.n += n;
    sums.difference += ours - market;
  }

  score(): BrierScore {
    const { n, events } = this;
    const mean = (this.ours - this.market) / n;
    let squares = 0;
    // Snapshots of one event share its fate: the spread is that of events.
    for (const sums of events.values()) squares += (sums.difference - sums.n * mean) ** 2;
    const half = (1.96 * Math.sqrt((squares * events.size) / Math.max(1, events.size - 1))) / n;
    const isEnough = events.size >= eventsMin;
    return {
      snapshots: n,
      events: events.size,
      ours: this.ours / n,
      market: this.market / n,
      low: isEnough ? mean - half : null,
      high: isEnough ? mean + half : null,
    };
  }
}

/**
 * How good fair values were beside the mids of the same windows, on the markets that came out. Memory grows with the markets
 * that wait and with the events that came out, not with verdicts.
 */
export class ForecastScore {
  private readonly said = new Map<string, Said>();
  private readonly all = new Group();
  private readonly verticals = new Map<Vertical, Group>();
  private readonly ours = new Bins();
  private readonly market = new Bins();

  hear(row: VerdictRow): void {
    const [ticker, , , fair, , mid2] = row;
    if (fair === null || mid2 === null) return;
    const said = this.said.get(ticker) ?? new Said(row[18]);
    this.said.set(ticker, said);
    const p = fair / unit;
    const mid = mid2 / 2 / priceMax;
    said.n += 1;
    said.p += p;
    said.pp += p * p;
    said.mid += mid;
    said.midMid += mid * mid;
    said.ours.add(p);
    said.market.add(mid);
  }

  /** One that settled at neither 0 nor 1 proves nobody right. */
  cameOut(ticker: string, yesValue: Price): void {
    const said = this.said.get(ticker);
    this.said.delete(ticker);
    if (said === undefined || (yesValue !== 0 && yesValue !== priceMax)) return;
    const outcome = yesValue === priceMax ? 1 : 0;
    const { n, vertical } = said;
    const ours = said.pp - 2 * outcome * said.p + n * outcome;
    const market = said.midMid - 2 * outcome * said.mid + n * outcome;
    const group = this.verticals.get(vertical) ?? new Group();
    this.verticals.set(vertical, group);
    for (const each of [this.all, group]) each.add(eventOf(ticker), n, ours, market);
    this.ours.merge(said.ours, outcome);
    this.market.merge(said.market, outcome);
  }

  /** Forgets markets that nobody waits for any more. */
  keep(awaited: { readonly has: (ticker: Ticker) => boolean }): void {
    for (const ticker of this.said.keys())
      if (!awaited.has(ticker as Ticker)) this.said.delete(ticker);
  }

  result(): Forecasts {
    return {
      all: this.all.n > 0 ? this.all.score() : null,
      byVertical: [...this.verticals]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([vertical, group]) => ({ vertical, ...group.score() })),
      ours: this.ours.rows(),
      market: this.market.rows(),
      waiting: this.said.size,
    };
  }
}
