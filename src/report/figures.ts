import type { Account } from '../domain/account.js';
import { dayKey } from '../domain/day.js';
import type { Vertical } from '../domain/market.js';
import { isBetReason } from '../domain/order.js';
import { realizedNet } from '../domain/postings.js';
import type { LedgerRecord, RecordBody, VerdictRow } from '../domain/records.js';
import { LedgerSummary, type LedgerTotals } from '../domain/run-totals.js';
import { contract, type EpochMs, type Ticker } from '../domain/units.js';
import { eventOf } from '../valuation/calibration.js';
import { verticalOf } from '../valuation/vertical.js';
import { type Drawdown, EquityCurve, type EquityPoint, markedProfit } from './equity.js';
import { type FillQuality, FillScore } from './fill-quality.js';
import { ForecastScore, type Forecasts } from './forecasts.js';
import { count, type Funnel, type Screening } from './funnel.js';
import { type Markout, MarkoutScore } from './markouts.js';
import { type ClosedTrade, type EdgeBin, reasonOf, Trades } from './trades.js';

/** What was booked in one vertical. Money in micro-dollars; `realized` is net of fees. */
export type VerticalTotals = {
  readonly vertical: Vertical;
  readonly fills: number;
  readonly notionalMicros: number;
  readonly feesMicros: number;
  readonly realizedMicros: number;
};

export type ModelBill = {
  readonly model: string;
  readonly questions: number;
  readonly costMicros: number;
};

/** Everything the page shows, as numbers. The sums are those of `summary` over the same records. */
export type Figures = {
  readonly genesis: Account['genesis'];
  readonly headHash: string;
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly zone: string;
  readonly totals: LedgerTotals;
  readonly depositedMicros: number;
  /** Realized, and open positions at their last known exit price. */
  readonly markedMicros: number;
  readonly curve: readonly EquityPoint[];
  readonly drawdown: Drawdown | null;
  readonly verticals: readonly VerticalTotals[];
  /** Realized of each day and vertical, in micro-dollars. */
  readonly byDay: ReadonlyMap<string, ReadonlyMap<Vertical, number>>;
  readonly forecasts: Forecasts;
  readonly trades: {
    readonly closed: number;
    readonly won: number;
    readonly open: number;
    readonly wins: readonly ClosedTrade[];
    readonly losses: readonly ClosedTrade[];
    readonly edges: readonly EdgeBin[];
  };
  readonly fills: FillQuality;
  readonly markouts: readonly Markout[];
  readonly bills: readonly ModelBill[];
  readonly funnel: Funnel;
  readonly latches: ReadonlyMap<string, number>;
};

type FillBody = Extract<RecordBody, { kind: 'fill' }>;
type Sums = { fills: number; notional: number; fees: number; realized: number };

/**
 * Reads a ledger's records once, oldest first, and adds up what a tearsheet shows. Memory grows with trades, days and the
 * markets whose outcome is awaited, not with records. `run` null: the whole ledger.
 */
export class FiguresReader {
  private readonly zone: string;
  private readonly summary: LedgerSummary;
  private readonly curve = new EquityCurve();
  private readonly forecasts = new ForecastScore();
  private readonly trades = new Trades();
  private readonly markouts = new MarkoutScore();
  private readonly quality = new FillScore();
  /** The last verdict with a fair value of each market that is not over. */
  private readonly lastRow = new Map<string, VerdictRow>();
  private readonly verticals = new Map<Vertical, Sums>();
  private readonly byDay = new Map<string, Map<Vertical, number>>();
  private readonly bills = new Map<string, { questions: number; cost: number }>();
  private readonly refusedInValuation = new Map<string, number>();
  private readonly refusedByExecutor = new Map<string, number>();
  private readonly withdrawn = new Map<string, number>();
  private readonly rejectedWhy = new Map<string, number>();
  private readonly latches = new Map<string, number>();
  private deposited = 0;
  private valued = 0;
  private withFair = 0;
  private taken = 0;
  private intents = 0;
  private betweenWindows = 0;
  private ordered = 0;
  private anomalies = 0;
  private from: EpochMs | null = null;
  /** Profit when the run that is counted began; 0 for the whole ledger. */
  private markedBefore = 0;
  private realizedBefore = 0;

  constructor(zone: string, run: number | null = null) {
    this.zone = zone;
    this.summary = new LedgerSummary(zone, run);
  }

  add(record: LedgerRecord): void {
    const before = this.summary.account;
    this.summary.add(record);
    const { account } = this.summary;
    if (account === null || before === null || !this.summary.counts(record)) return;
    if (this.from === null) {
      this.from = record.at;
      this.markedBefore = markedProfit(before);
      this.realizedBefore = realizedNet(before.balances);
    }
    this.hear(record, before, account);
    const { kind } = record.body;
    if (kind === 'fill' || kind === 'settled' || kind === 'cycle' || kind === 'opened')
      this.curve.add(
        record.at,
        markedProfit(account) - this.markedBefore,
        realizedNet(account.balances) - this.realizedBefore,
      );
  }

  private hear({ body, at }: LedgerRecord, before: Account, account: Account): void {
    switch (body.kind) {
      case 'opening':
      case 'adjusted':
        this.deposited += body.amount;
        return;
      case 'cycle':
        this.cycle(body, at);
        return;
      case 'intent':
        this.intents += 1;
        if (body.terms.reason === 'between_windows') this.betweenWindows += 1;
        return;
      case 'refused':
        count(this.refusedByExecutor, body.code);
        return;
      case 'order': {
        const { event } = body;
        // A 429 sends an order again: it counts once.
        const wasSent = before.orders.get(body.clientOrderId)?.sentAt ?? null;
        const order = account.orders.get(body.clientOrderId);
        if (wasSent === null && order !== undefined && order.sentAt !== null)
          this.ordered += order.terms.count / contract;
        if (event.kind === 'withdrawn') count(this.withdrawn, event.why);
        else if (event.kind === 'rejected') count(this.rejectedWhy, event.why);
        return;
      }
      case 'fill':
        this.fill(body, at, account);
        this.booked(body.ticker, at, before, account);
        return;
      case 'settled':
        this.booked(body.ticker, at, before, account);
        this.cameOut(body.ticker, at, body.yesValue, account);
        return;
      case 'outcome':
        this.cameOut(body.ticker, at, body.yesValue, account);
        return;
      case 'day':
        this.forget(account);
        return;
      case 'inference_billed': {
        const bill = this.bills.get(body.model) ?? { questions: 0, cost: 0 };
        this.bills.set(body.model, bill);
        bill.questions += 1;
        bill.cost += body.cost + body.estimated;
        return;
      }
      case 'latch':
        if (body.set) count(this.latches, body.cause);
        return;
      case 'anomaly':
        this.anomalies += 1;
        return;
      default:
    }
  }

  private cycle(body: Extract<RecordBody, { kind: 'cycle' }>, at: EpochMs): void {
    this.taken += body.taken;
    this.valued += body.verdicts.length;
    for (const row of body.verdicts) {
      const [ticker, , , fair] = row;
      const reason = row[11];
      if (!isBetReason(reason)) count(this.refusedInValuation, reason);
      if (fair === null) continue;
      this.withFair += 1;
      this.lastRow.set(ticker, row);
      this.forecasts.hear(row);
    }
    this.markouts.hear(at, body.verdicts);
  }

  private fill(body: FillBody, at: EpochMs, account: Account): void {
    const { ticker, clientOrderId: order, count: filled, yesPrice, fee } = body;
    const known = account.orders.get(order);
    if (known === undefined) return;
    const { terms, sentAt, intendedAt } = known;
    const row = this.lastRow.get(ticker);
    const isOfWindow = row !== undefined && terms.reason !== 'between_windows';
    this.quality.add({
      count: filled,
      yesPrice,
      limit: terms.limit,
      fee,
      mid2: isOfWindow ? row[5] : null,
      walked: isOfWindow && row[6] !== null ? row[6] / 1e9 : null,
      waitMs: sentAt === null ? null : at - sentAt,
    });
    const vertical = this.verticalOf(ticker);
    const reason = reasonOf(terms, intendedAt, row);
    this.trades.filled(vertical, reason, at, ticker, { order, count: filled, yesPrice, fee });
    this.markouts.filled(ticker, at, filled, yesPrice);
    const sums = this.sumsOf(vertical);
    sums.fills += 1;
    sums.notional += Math.abs(filled) * (filled > 0 ? yesPrice : 10_000 - yesPrice);
    sums.fees += fee;
  }

  /** What a record realized, by vertical and by day. */
  private booked(ticker: Ticker, at: EpochMs, before: Account, account: Account): void {
    const realized = realizedNet(account.balances) - realizedNet(before.balances);
    const vertical = this.verticalOf(ticker);
    this.sumsOf(vertical).realized += realized;
    const key = dayKey(at, this.zone);
    const day = this.byDay.get(key) ?? new Map<Vertical, number>();
    this.byDay.set(key, day);
    day.set(vertical, (day.get(vertical) ?? 0) + realized);
  }

  private cameOut(
    ticker: Ticker,
    at: EpochMs,
    yesValue: Parameters<Trades['cameOut']>[1],
    account: Account,
  ): void {
    this.forecasts.cameOut(ticker, yesValue);
    this.trades.cameOut(ticker, yesValue, at);
    if (!account.positions.has(ticker)) this.lastRow.delete(ticker);
  }

  /** What the account has given up waiting for. */
  private forget(account: Account): void {
    this.forecasts.keep(account.awaited);
    for (const ticker of this.lastRow.keys())
      if (!account.awaited.has(ticker as Ticker) && !account.positions.has(ticker as Ticker))
        this.lastRow.delete(ticker);
  }

  private verticalOf(ticker: Ticker): Vertical {
    const row = this.lastRow.get(ticker);
    if (row !== undefined) return row[18];
    const [seriesTicker = ''] = eventOf(ticker).split('-');
    return verticalOf({ category: '', tags: [], seriesTicker });
  }

  private sumsOf(vertical: Vertical): Sums {
    const sums = this.verticals.get(vertical) ?? { fills: 0, notional: 0, fees: 0, realized: 0 };
    this.verticals.set(vertical, sums);
    return sums;
  }

  /** Null: no records, or none of the run that was asked for. */
  figures(screening: Screening | null): Figures | null {
    const { account } = this.summary;
    const totals = this.summary.totals();
    if (account === null || totals === null || this.from === null) return null;
    return {
      genesis: account.genesis,
      headHash: account.head.hash,
      from: this.from,
      to: account.lastAt,
      zone: this.zone,
      totals,
      depositedMicros: this.deposited,
      markedMicros: this.curve.curve().at(-1)?.marked ?? 0,
      curve: this.curve.curve(),
      drawdown: this.curve.deepest(),
      verticals: [...this.verticals]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([vertical, { fills, notional, fees, realized }]) => ({
          vertical,
          fills,
          notionalMicros: notional,
          feesMicros: fees,
          realizedMicros: realized,
        })),
      byDay: this.byDay,
      forecasts: this.forecasts.result(),
      trades: this.trades.result(),
      fills: this.quality.result(this.ordered),
      markouts: this.markouts.result(),
      bills: [...this.bills].map(([model, { questions, cost }]) => ({
        model,
        questions,
        costMicros: cost,
      })),
      funnel: {
        screening,
        valued: this.valued,
        withFair: this.withFair,
        refusedInValuation: this.refusedInValuation,
        taken: this.taken,
        intents: this.intents,
        betweenWindows: this.betweenWindows,
        refusedByExecutor: this.refusedByExecutor,
        withdrawn: this.withdrawn,
        orders: totals.orders,
        rejectedWhy: this.rejectedWhy,
        anomalies: this.anomalies,
      },
      latches: this.latches,
    };
  }
}

/** The figures of a whole ledger. Null: no records. */
export function figuresOf(records: Iterable<LedgerRecord>, zone: string): Figures | null {
  const reader = new FiguresReader(zone);
  for (const record of records) reader.add(record);
  return reader.figures(null);
}
