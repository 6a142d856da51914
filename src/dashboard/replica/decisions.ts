import type { Account } from '../../domain/account.js';
import { isBetReason, outcomeOf } from '../../domain/order.js';
import type { LedgerRecord, RecordBody, VerdictRow } from '../../domain/records.js';
import { type ClientOrderId, priceMax, type Ticker } from '../../domain/units.js';
import { limits } from '../../limits.js';
import type { DecisionRow } from '../../messages/dashboard.js';
import type { FeedRefusal } from '../../messages/dashboard-feed.js';
import { idOf } from '../../why/ids.js';
import { Table } from './table.js';

type Of<Kind extends RecordBody['kind']> = Extract<RecordBody, { kind: Kind }>;

const unit = 1e9;
const ofUnit = (value: number | null): number | null => (value === null ? null : value / unit);

/** Every verdict of recent windows, and every intent: a refusal is a row. */
export class Decisions {
  /** Orders stay longer than refusals, of which every window brings hundreds. */
  readonly rows = new Table<DecisionRow>(
    limits.dashboardDecisionsMax,
    ({ clientOrderId }) => clientOrderId !== null,
  );
  readonly #title: (ticker: string) => string;
  /** The row that an order came of. */
  readonly #ofOrder = new Map<string, string>();
  /** Intents between windows of the current one, by market. */
  #between = new Map<string, number>();
  #verticals = new Map<string, string>();

  constructor(title: (ticker: string) => string) {
    this.#title = title;
  }

  idOf(clientOrderId: string): string | null {
    return this.#ofOrder.get(clientOrderId) ?? null;
  }

  tickers(): readonly string[] {
    return [...this.rows.keys()].flatMap((key) => this.rows.get(key)?.ticker ?? []);
  }

  has(run: number, cycle: number): boolean {
    const start = `${run}.${cycle}.`;
    for (const key of this.rows.keys()) if (key.startsWith(start)) return true;
    return false;
  }

  hearCycle({ cycle, verdicts }: Of<'cycle'>, { at, run }: LedgerRecord): void {
    this.#between = new Map();
    this.#verticals = new Map(verdicts.map((row) => [row[0], row[18]]));
    for (const row of verdicts) {
      const id = `${run}.${cycle}.${row[0]}`;
      this.rows.set(id, this.#ofVerdict(id, cycle, at, row));
    }
  }

  hearIntent({ terms }: Of<'intent'>, { at, run }: LedgerRecord): void {
    const { clientOrderId, ticker, side, worstCost, reason } = terms;
    const id =
      reason === 'between_windows'
        ? this.#nextBetween(run, terms.cycle, ticker)
        : `${run}.${terms.cycle}.${ticker}`;
    const before = this.rows.get(id);
    this.rows.set(id, {
      id,
      at: before?.at ?? at,
      cycle: terms.cycle,
      ticker,
      title: this.#title(ticker),
      vertical: before?.vertical ?? this.#verticals.get(ticker) ?? 'other',
      side,
      model: before?.model ?? null,
      fair: terms.fair / unit,
      mid: before?.mid ?? null,
      edge: terms.edge / unit,
      kelly: before?.kelly ?? null,
      fraction: before?.fraction ?? 0,
      size: worstCost,
      clientOrderId,
      verdict: 'taken',
      reason: 'intended',
    });
    this.#ofOrder.set(clientOrderId, id);
    if (this.#ofOrder.size <= limits.dashboardDecisionsMax) return;
    const [oldest] = this.#ofOrder.keys();
    if (oldest !== undefined) this.#ofOrder.delete(oldest);
  }

  /** A window's intent that the executor did not take up. */
  hearRefused({ ticker, side, cycle, code }: Of<'refused'>, { at, run }: LedgerRecord): void {
    const unknown = { fair: null, mid: null, edge: null };
    this.hearTold(run, { at, cycle, ticker, n: null, code, side, ...unknown });
  }

  /** A refusal. False: it is known already. */
  hearTold(run: number, { n, code, ...told }: FeedRefusal): boolean {
    const { cycle, ticker } = told;
    const id = idOf({ run, cycle, ticker: ticker as Ticker, n });
    const row = this.rows.get(id);
    if (row !== undefined && (row.verdict === 'refused' || row.clientOrderId !== null))
      return false;
    const title = this.#title(ticker);
    const vertical = this.#verticals.get(ticker) ?? 'other';
    const order = { model: null, kelly: null, fraction: 0, size: null, clientOrderId: null };
    const bare = { id, ...told, title, vertical, ...order };
    if (n !== null) this.#between.set(ticker, Math.max(n, this.#between.get(ticker) ?? 0));
    this.rows.set(id, { ...(row ?? bare), verdict: 'refused', reason: code });
    return true;
  }

  hearOrder(account: Account, clientOrderId: ClientOrderId): void {
    const id = this.#ofOrder.get(clientOrderId);
    const row = id === undefined ? undefined : this.rows.get(id);
    const order = account.orders.get(clientOrderId);
    if (row === undefined || order === undefined) return;
    const how = order.status === 'settled' ? outcomeOf(order) : order.status;
    const why = order.status === 'rejected' && order.why !== null ? `: ${order.why}` : '';
    this.rows.set(row.id, { ...row, reason: `${how}${why}` });
  }

  /** Titles may come after the decisions. */
  retitle(tickers: readonly string[]): void {
    const named = new Set(tickers);
    for (const key of this.rows.keys()) {
      const row = this.rows.get(key);
      if (row !== undefined && named.has(row.ticker))
        this.rows.set(key, { ...row, title: this.#title(row.ticker) });
    }
  }

  #nextBetween(run: number, cycle: number, ticker: string): string {
    const n = (this.#between.get(ticker) ?? 0) + 1;
    this.#between.set(ticker, n);
    return `${run}.${cycle}.${ticker}.${n}`;
  }

  #ofVerdict(id: string, cycle: number, at: number, row: VerdictRow): DecisionRow {
    const [ticker, side, model, fair, , mid2, , edge, , kelly, fraction, reason] = row;
    const isTaken = isBetReason(reason);
    return {
      id,
      at,
      cycle,
      ticker,
      title: this.#title(ticker),
      vertical: row[18],
      side: side === 'yes' || side === 'no' ? side : null,
      model,
      fair: ofUnit(fair),
      mid: mid2 === null ? null : mid2 / 2 / priceMax,
      edge: ofUnit(edge),
      kelly: ofUnit(kelly),
      fraction: fraction / unit,
      size: null,
      clientOrderId: null,
      verdict: isTaken ? 'taken' : 'refused',
      reason,
    };
  }
}
