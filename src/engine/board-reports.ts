import { sizing } from '../actors/executor/views.js';
import type { Settings } from '../config/schema.js';
import { assert } from '../domain/assert.js';
import type { EpochMs, Ticker } from '../domain/units.js';
import type { InferenceCall, InferenceReply } from '../messages/inference.js';
import type { Notice, Step } from '../messages/step.js';
import type { Catalog, Window } from '../messages/window.js';
import type { BookChange } from '../streams/book-view.js';
import type { LifecycleEvent } from '../streams/catalogs.js';
import type { Enrichment } from '../streams/enrichments.js';
import type { IntentItem } from '../streams/intent-item.js';
import type { WindowMarks } from '../streams/marks.js';
import type { StaleMarket } from '../streams/stale-markets.js';
import type { Valuation } from '../streams/valuations.js';
import type { BoardSink } from './board.js';
import { cycleReport } from './cycle-report.js';
import type { Decisions } from './decisions.js';
import type { KnownMarkets } from './known-markets.js';
import type { Learner } from './learner.js';
import { Listings } from './listings.js';
import type { Trader } from './trader.js';

export type BoardReportsPorts = {
  readonly now: () => EpochMs;
  readonly settings: () => Settings;
  readonly trader: Trader;
  readonly learner: Learner;
  readonly decisions: Decisions;
  readonly known: KnownMarkets;
  readonly emit: (step: Step) => void;
  readonly notice: (level: Notice['level'], code: string, text: string, ticker?: Ticker) => void;
  /** The feed is to have the books of these and of no others. */
  readonly want: (tickers: readonly Ticker[]) => void;
  /** The feed saw nothing wrong with these, and they are. */
  readonly refresh: (tickers: readonly Ticker[]) => void;
};

/** What the streams say, in steps for whoever hears the engine, in messages to the executor, and in counts. */
export class BoardReports implements BoardSink {
  readonly counts = {
    cycles: 0,
    windows: 0,
    markets: 0,
    valuations: 0,
    candidates: 0,
    gaps: 0,
  };
  private readonly ports: BoardReportsPorts;
  private readonly listings: Listings;
  private windowMarks: WindowMarks | null = null;

  constructor(ports: BoardReportsPorts) {
    this.ports = ports;
    this.listings = new Listings(ports.known);
  }

  /** Why the settings forbid to go on with this exchange's markets, if they do. */
  get refusal(): string | null {
    return this.listings.refusal;
  }

  readonly changed = (change: BookChange): void => {
    if (change.kind !== 'lost') return;
    this.counts.gaps += 1;
    if (change.reason === 'check_failed' || change.reason === 'negative_size')
      this.ports.refresh(change.tickers);
  };

  readonly window = (window: Window): void => {
    this.counts.windows += 1;
    this.ports.emit({ kind: 'window', at: this.ports.now(), window });
  };

  readonly marks = (marks: WindowMarks): void => {
    this.windowMarks = marks;
  };

  readonly catalog = (catalog: Catalog): readonly Ticker[] => {
    const { trader, notice, want, emit, now, settings } = this.ports;
    if (catalog.problems.length === 0) this.counts.markets = catalog.scanned;
    const isStrict = settings().marketResolution === 'strict';
    const awaited = trader.state.account?.awaited ?? new Map();
    const needed = trader.atStake();
    const { notices, tickers, asks } = this.listings.take(catalog, needed, awaited, isStrict);
    for (const { level, code, text, ticker } of notices) notice(level, code, text, ticker);
    for (const ticker of asks) trader.issue({ kind: 'market', ticker });
    want(tickers);
    emit({ kind: 'scanned', at: now(), catalog });
    return tickers;
  };

  readonly valued = (valuation: Valuation): void => {
    const { trader, learner, decisions, known, notice, emit, now } = this.ports;
    this.counts.cycles += 1;
    if (valuation.kind === 'failed') {
      notice('warn', `valuation_${valuation.code}`, `cycle not valued: ${valuation.detail}`);
      return;
    }
    const { result } = valuation;
    this.counts.valuations += result.verdicts.length;
    this.counts.candidates += result.allocations.length;
    for (const verdict of result.verdicts) decisions.verdict(result.cycle, verdict);
    const { account } = trader.state;
    assert(account !== null, 'a log begins with opened');
    const report = cycleReport(
      result.cycle,
      valuation,
      account,
      sizing(trader.state),
      this.windowMarks,
      (ticker) => known.get(ticker)?.yesSubTitle ?? '',
    );
    emit({ kind: 'cycle', at: now(), report });
    trader.tell({ kind: 'cycle', result });
    learner.look();
  };

  readonly wanted = (item: IntentItem): void => {
    const { trader, decisions, emit, now } = this.ports;
    if (item.kind === 'intent') {
      decisions.intent(item.intent);
      trader.want(item.intent, item.basis);
      return;
    }
    const { cycle, ticker, code, basis } = item;
    emit({ kind: 'intent_refused', at: now(), cycle, ticker, code, basis });
  };

  readonly lifecycle = ({ ticker, change }: LifecycleEvent): void => {
    const { trader } = this.ports;
    if (trader.matters(ticker)) trader.tell({ kind: 'lifecycle', ticker, change });
  };

  readonly enriched = ({ source, outcome }: Enrichment): void => {
    if (outcome.kind === 'failed')
      this.ports.notice('info', `evidence_${outcome.code}`, `${source}: ${outcome.detail}`);
  };

  readonly judged = (call: InferenceCall, reply: InferenceReply): void => {
    const { emit, notice, now } = this.ports;
    emit({ kind: 'judged', at: now(), call, reply });
    if (reply.kind === 'failed')
      notice('warn', `claude_${reply.code}`, `${call.tickers.length} markets: ${reply.detail}`);
  };

  readonly stale = ({ kind, ticker, trust }: StaleMarket): void =>
    this.ports.notice('info', kind, `book is ${trust}`, ticker);
}
