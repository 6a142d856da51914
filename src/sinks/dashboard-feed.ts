import { finalize, ignoreElements, type Observable, tap } from 'rxjs';
import type { ListedMarket } from '../domain/market.js';
import type { LedgerRecord } from '../domain/records.js';
import type { Ticker } from '../domain/units.js';
import { limits } from '../limits.js';
import type { ReplayBar } from '../messages/dashboard.js';
import {
  type FeedLogRow,
  type FeedMarket,
  type FeedMessage,
  type FeedPulse,
  type FeedQuote,
  type FeedRefusal,
  type FeedRun,
  type FeedSettings,
  marketTitle,
} from '../messages/dashboard-feed.js';
import type { CycleReport, Notice, Step } from '../messages/step.js';
import { refusalText, ToldRefusals } from './told-refusals.js';

/** The way to the dashboard's process. None of it waits or throws. */
export type FeedChannel = {
  /** So little is under way that more may be sent. */
  readonly hasCredit: () => boolean;
  readonly send: (messages: readonly FeedMessage[]) => void;
  /** Another number: another process listens, and knows nothing yet. */
  readonly generation: () => number;
};

/** Reads of the engine, each of them cheap. */
export type FeedPorts = {
  /** Null before the run is open. */
  readonly run: () => FeedRun | null;
  /** The account as the run began with it, plain; null: a new one. */
  readonly recovered: () => unknown;
  readonly settings: () => FeedSettings | null;
  /** Without what the steps say themselves. */
  readonly pulse: () => Omit<FeedPulse, 'kind' | 'windowEndsAt'>;
  readonly cycleMs: () => number;
  readonly market: (ticker: Ticker) => ListedMarket | null;
  readonly quote: (ticker: Ticker) => FeedQuote | null;
  readonly held: () => Iterable<Ticker>;
  /** The newest text for Prometheus; null: none. */
  readonly metrics: () => string | null;
  /** Of a replay: how far it is. Its account begins with what was recovered, for there is no ledger to read. */
  readonly replay?: () => ReplayBar;
  readonly setTimer: (ms: number, fire: () => void) => () => void;
};

/**
 * Tells the dashboard's process what the engine does. A step costs a push; everything else happens every
 * `limits.feedEveryMs`, a bounded amount at a time and only while the channel has credit. What waits meanwhile is merged: of
 * a market the newest quote, of the log the newest rows, of records nothing when they are too many, for the ledger has them.
 */
export const dashboardFeed = (
  steps$: Observable<Step>,
  ports: FeedPorts,
  channel: FeedChannel,
): Observable<never> => {
  const feed = new Feed(ports, channel);
  feed.start();
  return steps$.pipe(
    tap((step) => feed.hear(step)),
    finalize(() => feed.close()),
    ignoreElements(),
  );
};

export class Feed {
  private readonly ports: FeedPorts;
  private readonly channel: FeedChannel;
  private disarm: () => void = () => {};
  private generation = -1;
  private revision = '';
  private metrics: string | null = null;
  private records: LedgerRecord[] = [];
  private log: FeedLogRow[] = [];
  private logged = 0;
  private windowTo: number | null = null;
  private isFeedGone = false;
  private isOver = false;
  private readonly refusals = new ToldRefusals();
  private scanned: Extract<FeedMessage, { kind: 'scanned' }> | null = null;
  private window: Extract<FeedMessage, { kind: 'window' }> | null = null;
  private selected: readonly Ticker[] = [];
  private isSelectedTold = true;
  /** Markets whose facts the other end does not have yet. */
  private readonly untold = new Set<Ticker>();
  private readonly told = new Map<Ticker, FeedQuote>();
  /** Where the next look at quotes goes on. */
  private cursor = 0;

  constructor(ports: FeedPorts, channel: FeedChannel) {
    this.ports = ports;
    this.channel = channel;
  }

  /** So much waits that somebody who can wait should. */
  get isBehind(): boolean {
    return this.records.length >= limits.feedRecordsMax / 2;
  }

  start(): void {
    this.disarm = this.ports.setTimer(limits.feedEveryMs, () => {
      this.flush();
      this.start();
    });
  }

  close(): void {
    this.disarm();
    this.isOver = true;
    this.flush();
  }

  hear(step: Step): void {
    switch (step.kind) {
      case 'records':
        for (const record of step.records) this.keepRecord(record);
        return;
      case 'scanned':
        // What is heard of a market meanwhile, or a list that did not come, makes the last one no younger.
        this.scanned = {
          kind: 'scanned',
          at: step.catalog.scannedAt,
          scanned: step.catalog.scanned,
        };
        return;
      case 'cycle':
        this.take(step.at, step.report);
        return;
      case 'notice':
        this.keepNotice(step.at, step.notice);
        return;
      case 'intent':
      case 'intent_refused': {
        const refusal = this.refusals.hear(step);
        if (refusal !== null) this.keepRefusal(step.kind, refusal);
        return;
      }
      case 'window':
        this.windowTo = step.window.to;
        return;
      case 'effect':
        return;
    }
  }

  private keepRecord(record: LedgerRecord): void {
    if (this.records.length >= limits.feedRecordsMax) this.records = [];
    this.records.push(record);
    if (record.body.kind === 'intent') this.untold.add(record.body.terms.ticker);
  }

  private keepNotice(at: number, { level, code, text, ticker, clientOrderId }: Notice): void {
    if (code === 'connected') this.isFeedGone = false;
    if (code === 'disconnected') this.isFeedGone = true;
    this.write({
      at,
      level,
      code,
      text,
      ticker: ticker ?? null,
      clientOrderId: clientOrderId ?? null,
      decided: null,
    });
  }

  /** Of its own refusals the executor has just told the last line of the log. */
  private keepRefusal(by: 'intent' | 'intent_refused', refusal: FeedRefusal): void {
    const { at, cycle, ticker, n, code } = refusal;
    const decided = { cycle, n };
    const last = this.log.at(-1);
    if (by === 'intent' && last?.ticker === ticker && last.code === code)
      this.log[this.log.length - 1] = { ...last, decided };
    else {
      const text = refusalText(refusal);
      this.write({ at, level: 'info', code, text, ticker, clientOrderId: null, decided });
    }
  }

  private write(row: Omit<FeedLogRow, 'n'>): void {
    this.logged += 1;
    if (this.log.length >= limits.feedLogRowsMax) this.log.shift();
    this.log.push({ n: this.logged, ...row });
  }

  private take(at: number, { cycle, scanned, kept, selected, dropped, result }: CycleReport): void {
    this.window = { kind: 'window', cycle, at, scanned, kept, selected, dropped };
    this.selected = result.verdicts.slice(0, limits.feedMarketsMax).map(({ ticker }) => ticker);
    this.isSelectedTold = false;
    for (const ticker of this.selected) this.untold.add(ticker);
  }

  private flush(): void {
    const { channel, ports } = this;
    if (!channel.hasCredit()) return;
    const run = ports.run();
    if (run === null) return;
    const messages: FeedMessage[] = [];
    if (channel.generation() !== this.generation) {
      this.generation = channel.generation();
      if (ports.replay !== undefined)
        messages.push({ kind: 'recovered', account: ports.recovered() });
      messages.push(run);
      this.forgetTold();
    }
    const settings = ports.settings();
    if (settings !== null && settings.revision !== this.revision) {
      this.revision = settings.revision;
      messages.push(settings);
    }
    if (this.scanned !== null) messages.push(this.scanned);
    if (this.records.length > 0)
      messages.push({
        kind: 'records',
        records: this.records.splice(0, limits.feedRecordsPerBatchMax),
      });
    messages.push(...this.marketFacts());
    if (this.window !== null) messages.push(this.window);
    messages.push(...this.quotes());
    if (this.log.length > 0) messages.push({ kind: 'log', rows: this.log });
    const refused = this.refusals.take();
    if (refused.length > 0) messages.push({ kind: 'intents_refused', run: run.run, rows: refused });
    const metrics = ports.metrics();
    if (metrics !== null && metrics !== this.metrics)
      messages.push({ kind: 'metrics', text: metrics });
    this.metrics = metrics;
    messages.push(this.pulse());
    if (ports.replay !== undefined) messages.push({ kind: 'replay', bar: ports.replay() });
    this.scanned = null;
    this.window = null;
    this.log = [];
    channel.send(messages);
  }

  private pulse(): FeedPulse {
    const pulse = this.ports.pulse();
    const isGone = this.isFeedGone && pulse.feedState === 'up';
    return {
      kind: 'pulse',
      ...pulse,
      phase: this.isOver ? 'stopped' : pulse.phase,
      feedState: isGone ? 'down' : pulse.feedState,
      windowEndsAt: this.windowTo === null ? null : this.windowTo + this.ports.cycleMs(),
    };
  }

  private forgetTold(): void {
    this.revision = '';
    this.metrics = null;
    this.told.clear();
    this.isSelectedTold = false;
    for (const ticker of this.selected) this.untold.add(ticker);
    for (const ticker of this.ports.held()) this.untold.add(ticker);
  }

  private marketFacts(): readonly FeedMessage[] {
    const markets: FeedMarket[] = [];
    for (const ticker of this.untold) {
      if (markets.length >= limits.feedMarketsPerBatchMax) break;
      this.untold.delete(ticker);
      const market = this.ports.market(ticker);
      if (market !== null) markets.push(factsOf(market));
    }
    return markets.length === 0 ? [] : [{ kind: 'markets', markets }];
  }

  /** What moved, of a part of the markets: the rest has its turn in the batches that follow. */
  private quotes(): readonly FeedMessage[] {
    const watched = new Set([...this.ports.held(), ...this.selected]);
    if (this.cursor >= watched.size) this.cursor = 0;
    const turn = [...watched].slice(this.cursor, this.cursor + limits.feedQuotesPerBatchMax);
    this.cursor += turn.length;
    const quotes: FeedQuote[] = [];
    for (const ticker of turn) {
      const quote = this.ports.quote(ticker);
      if (quote === null || isSame(quote, this.told.get(ticker))) continue;
      this.told.set(ticker, quote);
      quotes.push(quote);
    }
    if (this.told.size > 2 * limits.feedMarketsMax) this.told.clear();
    const selected = this.isSelectedTold ? null : this.selected;
    this.isSelectedTold = true;
    if (quotes.length === 0 && selected === null) return [];
    return [{ kind: 'quotes', at: this.ports.pulse().at, selected, quotes }];
  }
}

const isSame = (one: FeedQuote, other: FeedQuote | undefined): boolean =>
  other !== undefined && one.every((value, at) => value === other[at]);

const factsOf = (market: ListedMarket): FeedMarket => ({
  ticker: market.ticker,
  // What tells it from the others of its event comes first.
  title: marketTitle(market.title, market.yesSubTitle),
  event: market.eventTicker,
  eventTitle: market.title,
  series: market.seriesTicker,
  vertical: market.vertical,
  isExclusive: market.mutuallyExclusive,
  volume24h: market.volume24h,
  closesAt: market.closeAt,
});
