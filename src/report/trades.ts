import type { Vertical } from '../domain/market.js';
import type { OrderTerms } from '../domain/order.js';
import type { VerdictRow } from '../domain/records.js';
import {
  type ClientOrderId,
  contract,
  type EpochMs,
  type Price,
  priceMax,
} from '../domain/units.js';

/** Why one order was sent. Probabilities of YES, prices and edges in dollars; null: the ledger does not say. */
export type Reason = {
  readonly side: 'yes' | 'no';
  readonly at: EpochMs;
  readonly why: OrderTerms['reason'];
  readonly limit: number;
  readonly contracts: number;
  readonly fair: number;
  readonly edge: number;
  /** From the market's last verdict before it: the model's own word and who said it, the mid, full Kelly, the share of the bankroll after caps. */
  readonly model: string | null;
  readonly word: number | null;
  readonly mid: number | null;
  readonly kelly: number | null;
  readonly fraction: number | null;
};

/** Everything that was done in one market, once its outcome is known. Money in micro-dollars. */
export type ClosedTrade = {
  readonly ticker: string;
  readonly vertical: Vertical;
  /** What came to be held, all fills together: + YES, − NO, in contracts. */
  readonly contracts: number;
  readonly costMicros: number;
  readonly feesMicros: number;
  readonly profitMicros: number;
  readonly boughtAt: EpochMs;
  readonly closedAt: EpochMs;
  readonly yesValue: Price;
  readonly reasons: readonly Reason[];
};

/** What was expected of orders and what came of them, by the edge they were sent for. Cents a contract, net of fees. */
export type EdgeBin = {
  /** Edge in cents: from (inclusive) and below. Infinity: no bound. */
  readonly fromCents: number;
  readonly toCents: number;
  readonly orders: number;
  readonly contracts: number;
  readonly expectedCents: number;
  readonly realizedCents: number;
  /** 95 % interval of `realizedCents` as if each market were one draw; null: too few. */
  readonly halfCents: number | null;
};

type Fill = {
  readonly order: ClientOrderId;
  readonly count: number;
  readonly yesPrice: number;
  readonly fee: number;
};

type OpenTrade = {
  readonly ticker: string;
  readonly vertical: Vertical;
  readonly boughtAt: EpochMs;
  readonly reasons: Map<ClientOrderId, Reason>;
  readonly fills: Fill[];
};

const borders = [0, 2, 4, 6, 8, 10, 15, 20, Number.POSITIVE_INFINITY] as const;
const marketsMin = 10;
const shownMax = 8;

type EdgeSums = { orders: number; contracts: number; expected: number; realized: number[][] };

/**
 * Follows what was bought in each market until it has come out. A market's profit is linear in its fills, so each fill's part
 * is exact: count × (outcome − price) − fee, whatever closed what. Remembers open markets and the few best and worst.
 */
export class Trades {
  private readonly open = new Map<string, OpenTrade>();
  private readonly edges = borders
    .slice(1)
    .map((): EdgeSums => ({ orders: 0, contracts: 0, expected: 0, realized: [] }));
  private wins: ClosedTrade[] = [];
  private losses: ClosedTrade[] = [];
  private closed = 0;
  private won = 0;

  filled(vertical: Vertical, reason: Reason, at: EpochMs, ticker: string, fill: Fill): void {
    const trade: OpenTrade = this.open.get(ticker) ?? {
      ticker,
      vertical,
      boughtAt: at,
      reasons: new Map(),
      fills: [],
    };
    this.open.set(ticker, trade);
    trade.reasons.set(fill.order, reason);
    trade.fills.push(fill);
  }

  cameOut(ticker: string, yesValue: Price, at: EpochMs): void {
    const trade = this.open.get(ticker);
    if (trade === undefined) return;
    this.open.delete(ticker);
    const byOrder = new Map<ClientOrderId, { contracts: number; profit: number }>();
    let [held, cost, fees, profit] = [0, 0, 0, 0];
    for (const { order, count, yesPrice, fee } of trade.fills) {
      const part = count * (yesValue - yesPrice) - fee;
      const size = Math.abs(count);
      held += count;
      cost += size * (count > 0 ? yesPrice : priceMax - yesPrice);
      fees += fee;
      profit += part;
      const sums = byOrder.get(order) ?? { contracts: 0, profit: 0 };
      byOrder.set(order, sums);
      sums.contracts += size / contract;
      sums.profit += part;
    }
    const touched = new Map<EdgeSums, [contracts: number, profit: number]>();
    for (const [order, { contracts, profit: part }] of byOrder) {
      const { edge } = trade.reasons.get(order) as Reason;
      const sums = this.edges[binOf(edge * 100)] as EdgeSums;
      sums.orders += 1;
      sums.contracts += contracts;
      sums.expected += edge * contracts;
      const before = touched.get(sums) ?? [0, 0];
      touched.set(sums, [before[0] + contracts, before[1] + part]);
    }
    for (const [sums, market] of touched) sums.realized.push(market);
    this.closed += 1;
    if (profit > 0) this.won += 1;
    this.rank({
      ticker,
      vertical: trade.vertical,
      contracts: held / contract,
      costMicros: cost,
      feesMicros: fees,
      profitMicros: profit,
      boughtAt: trade.boughtAt,
      closedAt: at,
      yesValue,
      reasons: [...trade.reasons.values()],
    });
  }

  private rank(trade: ClosedTrade): void {
    const best = (list: readonly ClosedTrade[], sign: 1 | -1): ClosedTrade[] =>
      [...list, trade]
        .filter(({ profitMicros }) => sign * profitMicros > 0)
        .sort((a, b) => sign * (b.profitMicros - a.profitMicros))
        .slice(0, shownMax);
    this.wins = best(this.wins, 1);
    this.losses = best(this.losses, -1);
  }

  result() {
    return {
      closed: this.closed,
      won: this.won,
      open: this.open.size,
      wins: this.wins as readonly ClosedTrade[],
      losses: this.losses as readonly ClosedTrade[],
      edges: this.edges.flatMap((sums, bin): readonly EdgeBin[] => {
        if (sums.contracts === 0) return [];
        const realized = centsEach(sums.realized);
        return [
          {
            fromCents: bin === 0 ? Number.NEGATIVE_INFINITY : (borders[bin] as number),
            toCents: borders[bin + 1] as number,
            orders: sums.orders,
            contracts: sums.contracts,
            expectedCents: (100 * sums.expected) / sums.contracts,
            realizedCents: realized.mean,
            halfCents: realized.half,
          },
        ];
      }),
    };
  }
}

/** The last bin has no upper bound, the first no lower one. */
const binOf = (edgeCents: number): number => {
  const above = borders.slice(1).findIndex((border) => edgeCents < border);
  return above < 0 ? borders.length - 2 : above;
};

/** Profit a contract over markets of different size, and its 95 % interval by the ratio's spread over markets. */
function centsEach(markets: readonly (readonly number[])[]): {
  readonly mean: number;
  readonly half: number | null;
} {
  let [contracts, micros] = [0, 0];
  for (const [size = 0, profit = 0] of markets) {
    contracts += size;
    micros += profit;
  }
  const each = micros / contracts;
  let squares = 0;
  for (const [size = 0, profit = 0] of markets) squares += (profit - size * each) ** 2;
  const n = markets.length;
  const half = (1.96 * Math.sqrt((squares * n) / Math.max(1, n - 1))) / contracts;
  return { mean: each / 10_000, half: n >= marketsMin ? half / 10_000 : null };
}

/** Why an order was sent: its own terms, and the market's last verdict before it. */
export function reasonOf(terms: OrderTerms, at: EpochMs, row: VerdictRow | undefined): Reason {
  const unit = (value: number | null | undefined): number | null =>
    value === null || value === undefined ? null : value / 1e9;
  return {
    side: terms.side,
    at,
    why: terms.reason,
    limit: terms.limit / priceMax,
    contracts: terms.count / contract,
    fair: terms.fair / 1e9,
    edge: terms.edge / 1e9,
    model: row?.[13] ?? row?.[2] ?? null,
    word: unit(row?.[14]),
    mid: row === undefined || row[5] === null ? null : row[5] / 2 / priceMax,
    kelly: unit(row?.[9]),
    fraction: unit(row?.[10]),
  };
}
