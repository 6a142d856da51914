import type { Settings } from '../config/schema.js';
import type { LedgerRecord } from '../domain/records.js';
import { LedgerSummary } from '../domain/run-totals.js';
import { type Price, priceMax, type Ticker } from '../domain/units.js';
import type { Engine } from '../engine.js';
import type { Mark, Step } from '../messages/step.js';
import { settledVerdict } from '../valuation/settled.js';
import type { BacktestTotals } from './job.js';

const certain = priceMax as Price;

/** What was thought of a market in one window, until it is known what became of it. */
type Thought = { readonly fair: number; readonly mid: number };

/** Adds up what a backtest came to. Hears every step; memory grows with markets, not with windows. */
export class Score {
  settled = 0;
  private filled = 0;
  private readonly summary: LedgerSummary;
  private readonly thoughts = new Map<string, Thought[]>();
  private snapshots = 0;
  private errors = 0;
  private marketErrors = 0;
  private readonly exits = new Map<Ticker, number>();
  private high = 0;
  private drawdown = 0;

  constructor(settings: Settings) {
    this.summary = new LedgerSummary(settings.dayZone);
  }

  hear(step: Step, engine: Engine): void {
    if (step.kind === 'records') for (const record of step.records) this.record(record);
    else if (step.kind === 'cycle') {
      this.marks(step.report.marks);
      this.look(engine);
    }
  }

  totals(engine: Engine): Omit<BacktestTotals, 'inputs' | 'tape'> {
    this.look(engine);
    const { orders, cycles, feesMicros, realizedPnlMicros, decisionsHash, ledger } =
      engine.totals();
    const { submitted, filled, partial, canceled, rejected, unknown } = orders;
    const sums = this.summary.totals();
    const { snapshots } = this;
    return {
      cycles,
      orders: { submitted, filled, partial, canceled, rejected, unknown },
      filled: this.filled,
      feesMicros,
      realizedPnlMicros,
      markedPnlMicros: this.marked(engine),
      expectedPnlMicros: sums?.expectedPnlMicros ?? 0,
      maxDrawdownMicros: this.drawdown,
      settled: this.settled,
      brier: snapshots === 0 ? null : this.errors / snapshots,
      marketBrier: snapshots === 0 ? null : this.marketErrors / snapshots,
      decisionsHash,
      ledgerHash: ledger.headHash,
      days: (sums?.days ?? []).map((day) => ({
        day: day.day,
        submitted: day.orders.submitted,
        feesMicros: day.feesMicros,
        expectedPnlMicros: day.expectedPnlMicros,
        realizedPnlMicros: day.realizedPnlMicros,
      })),
    };
  }

  private record(record: LedgerRecord): void {
    this.summary.add(record);
    const { body, at } = record;
    if (body.kind === 'settled') this.settled += 1;
    else if (body.kind === 'fill') this.filled += Math.abs(body.count);
    else if (body.kind === 'outcome') this.judge(body.ticker, body.yesValue);
    else if (body.kind === 'cycle')
      for (const row of body.verdicts) {
        // Judged as if it came true: only what was thought is kept of it.
        const thought = settledVerdict(row, at, certain);
        if (thought === null) continue;
        const kept = this.thoughts.get(thought.ticker) ?? [];
        this.thoughts.set(thought.ticker, kept);
        kept.push({ fair: thought.fair, mid: thought.mid });
      }
  }

  private judge(ticker: Ticker, yesValue: number): void {
    const thoughts = this.thoughts.get(ticker) ?? [];
    this.thoughts.delete(ticker);
    if (yesValue !== 0 && yesValue !== priceMax) return;
    const outcome = yesValue / priceMax;
    for (const { fair, mid } of thoughts) {
      this.snapshots += 1;
      this.errors += (fair - outcome) ** 2;
      this.marketErrors += (mid - outcome) ** 2;
    }
  }

  private marks(marks: readonly Mark[]): void {
    for (const { ticker, exitValue, position } of marks)
      if (exitValue !== null && position !== 0)
        this.exits.set(ticker, exitValue / Math.abs(position));
  }

  private look(engine: Engine): void {
    const marked = this.marked(engine);
    this.high = Math.max(this.high, marked);
    this.drawdown = Math.max(this.drawdown, this.high - marked);
  }

  /** Open positions at what they are known to pay, else at their last believed exit price, else at nothing. */
  private marked(engine: Engine): number {
    const { account } = engine;
    let marked: number = engine.totals().realizedPnlMicros;
    for (const { ticker, quantity, cost } of account?.positions.values() ?? []) {
      const size = Math.abs(quantity);
      marked += size * this.exitPrice(engine, ticker, quantity > 0) - cost;
    }
    return marked;
  }

  private exitPrice(engine: Engine, ticker: Ticker, isYes: boolean): number {
    const paid = engine.account?.determined.get(ticker);
    if (paid !== undefined) return isYes ? paid : priceMax - paid;
    const quote = engine.books?.lastQuote(ticker, engine.now) ?? null;
    if (quote === null) return this.exits.get(ticker) ?? 0;
    if (isYes) return quote.bid ?? 0;
    return quote.ask === null ? 0 : priceMax - quote.ask;
  }
}
