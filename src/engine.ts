import { Subject, Subscription, timer } from 'rxjs';
import type { ExecutorState } from './actors/executor/state.js';
import {
  haltLevel,
  orderCounts,
  totals,
  unfinishedOrders,
  worth,
} from './actors/executor/views.js';
import type { Settings } from './config/schema.js';
import { isConsistent } from './domain/account.js';
import { assert, assertNever } from './domain/assert.js';
import type { ClientOrderId, EpochMs, Ticker } from './domain/units.js';
import { Board } from './engine/board.js';
import { BoardReports } from './engine/board-reports.js';
import { Decisions } from './engine/decisions.js';
import { executorSettings, valuationSettings } from './engine/derived-settings.js';
import { EffectDesk, type ReplyProblem } from './engine/effect-desk.js';
import { KnownMarkets } from './engine/known-markets.js';
import { Learner } from './engine/learner.js';
import { Trader } from './engine/trader.js';
import type { DecodedFrame, FeedOutput, FeedSession, VenueCodec } from './exchange/venue.js';
import { limits } from './limits.js';
import type { LogScheduler } from './log-scheduler.js';
import type { Decision } from './messages/decision.js';
import type { Input, Opened, Payload } from './messages/input.js';
import type { Notice, Step } from './messages/step.js';
import type { BookShot } from './messages/window.js';
import { BookStore } from './streams/book-store.js';

export type EnginePorts = {
  readonly scheduler: LogScheduler;
  readonly codec: VenueCodec;
  /** Hears every decision in order, as it is made: the recorder's second stream, or what a replay compares. */
  readonly decided?: ((decision: Decision) => void) | undefined;
};

export type EngineTotals = ReturnType<typeof totals> & {
  readonly cycles: number;
  readonly windows: number;
  /** Distinct markets in the last full scan. */
  readonly markets: number;
  readonly valuations: number;
  readonly candidates: number;
  /** Times that books were lost, by any cause. */
  readonly gaps: number;
  readonly decisionsHash: string;
  readonly ledger: {
    readonly records: number;
    readonly headHash: string;
    readonly balanced: boolean;
  };
};

/** What one `opened` builds. */
type Run = {
  readonly opened: Opened;
  readonly store: BookStore;
  readonly feed: FeedSession;
  readonly board: Board;
};

/**
 * The engine: a synchronous function of its inputs. Frames become books, books become windows, windows are valued in the
 * pool, valuations become intents, and one executor turns intents into orders. It never waits and never asks the machine
 * for anything: what it wants done leaves as a numbered effect in a step, and comes back as an input.
 */
export class Engine {
  private readonly out$ = new Subject<Step>();
  readonly steps$ = this.out$.asObservable();
  private readonly scheduler: LogScheduler;
  private readonly codec: VenueCodec;
  private readonly decisions: Decisions;
  private readonly effects: EffectDesk;
  private readonly known = new KnownMarkets();
  private readonly reports: BoardReports;
  private readonly trader: Trader;
  private readonly learner: Learner;
  private readonly sweeping = new Subscription();
  private run: Run | null = null;
  private settings: Settings | null = null;
  /** Seq of the input being handled; between inputs, of the next one, at whose time timers run. */
  private inputSeq = 1;
  constructor(ports: EnginePorts) {
    this.scheduler = ports.scheduler;
    this.codec = ports.codec;
    const { decided } = ports;
    this.decisions = new Decisions(
      decided && ((line, of) => decided({ at: this.now, cause: this.inputSeq, line, of: of() })),
    );
    this.effects = new EffectDesk((effect) => {
      this.decisions.effect(effect);
      this.out$.next({ kind: 'effect', at: this.now, inputSeq: this.inputSeq, effect });
    });
    this.trader = new Trader({
      // After a sleep late timers run first: what they send is sent now, on books as old as they are now.
      desk: () => ({
        now: this.scheduler.reached(),
        inputSeq: this.inputSeq,
        book: (ticker) => this.opened.store.shot(ticker, this.scheduler.reached()),
        market: this.known.get,
      }),
      codec: ports.codec,
      effects: this.effects,
      decisions: this.decisions,
      known: this.known,
      blend: () => this.learner.blend,
      emit: (step) => this.out$.next(step),
    });
    this.learner = new Learner({
      account: () => this.account,
      effects: this.effects,
      tell: this.trader.tell,
      notice: this.notice,
    });
    this.reports = new BoardReports({
      now: () => this.now,
      settings: () => this.configured,
      trader: this.trader,
      learner: this.learner,
      decisions: this.decisions,
      known: this.known,
      emit: (step) => this.out$.next(step),
      notice: this.notice,
      want: (tickers) => this.opened.feed.want(tickers, this.hear),
      refresh: (tickers) => this.opened.feed.refresh(tickers, this.hear),
    });
  }

  /** Log time. */
  get now(): EpochMs {
    return this.scheduler.now();
  }

  /** Immutable; null before `opened`. */
  get account(): ExecutorState['account'] {
    return this.trader.state.account;
  }

  /** The run as it began and the settings in force; null before `opened`. */
  get running(): { readonly opened: Opened; readonly settings: Settings } | null {
    const { run, settings } = this;
    return run === null || settings === null ? null : { opened: run.opened, settings };
  }

  /** Markets of the last full scan, how often books were lost, and windows that were cut. */
  get seen(): { readonly markets: number; readonly gaps: number; readonly windows: number } {
    return this.reports.counts;
  }

  /** What holds trading back, if anything. */
  get halted(): ReturnType<typeof haltLevel> {
    return haltLevel(this.trader.state);
  }

  /** What the account is worth now, and what the day has lost; null before `opened`. */
  get worth(): ReturnType<typeof worth> {
    return worth(this.trader.state);
  }

  /** Nothing of a bet is under way: not being valued, checked, written, sent, unknown or owed. */
  get isQuiet(): boolean {
    return this.trader.isQuiet;
  }

  /** Why the settings forbid to go on with this exchange's markets, if they do. */
  get refusal(): string | null {
    return this.reports.refusal;
  }

  get cycles(): number {
    return this.reports.counts.cycles;
  }

  /** Windows cut; one that waited while the next came is no cycle. */
  get windows(): number {
    return this.reports.counts.windows;
  }

  /** The books, for reading; null before `opened`. */
  get books(): BookStore | null {
    return this.run?.store ?? null;
  }

  shot(ticker: Ticker): BookShot {
    return this.opened.store.shot(ticker, this.now);
  }

  /** The feed's protocol, for a reader that decodes captured frames itself. */
  get feed(): FeedSession {
    return this.opened.feed;
  }

  readonly market = this.known.get;

  /** Orders that have not ended. */
  unfinishedOrders(): readonly ClientOrderId[] {
    return unfinishedOrders(this.trader.state);
  }

  /** How these orders stand. */
  orderCounts(ids: readonly ClientOrderId[]): EngineTotals['orders'] {
    return orderCounts(this.trader.state, ids);
  }

  totals(): EngineTotals {
    const { account } = this.trader.state;
    return {
      ...totals(this.trader.state),
      ...this.reports.counts,
      decisionsHash: this.decisions.digest(),
      ledger: {
        records: account?.head.seq ?? 0,
        headHash: account?.head.hash ?? '',
        balanced: account !== null && isConsistent(account),
      },
    };
  }

  /** Takes the next input. Its problem, if it is a reply that does not answer what was asked. */
  deliver(input: Input): ReplyProblem | null {
    this.inputSeq = input.seq;
    const problem = this.handle(input.payload);
    this.inputSeq = input.seq + 1;
    return problem;
  }

  /** The same as delivering the frame's text as input `seq`, for a reader that has it decoded. Both are only lent. */
  decoded(seq: number, connection: number, frame: DecodedFrame, bytes: Uint8Array): void {
    this.inputSeq = seq;
    this.opened.feed.handleDecoded(connection, frame, bytes, this.hear);
    this.inputSeq = seq + 1;
  }

  private readonly notice = (
    level: Notice['level'],
    code: string,
    text: string,
    ticker?: Ticker,
  ): void => {
    const notice = { level, code, text, ...(ticker === undefined ? {} : { ticker }) };
    this.out$.next({ kind: 'notice', at: this.now, notice });
  };

  /** What the feed's protocol made of a frame. */
  readonly hear = (output: FeedOutput): void => {
    switch (output.kind) {
      case 'account':
        this.trader.tell({ kind: 'account', event: output.event });
        return;
      case 'index':
        this.opened.board.hearIndex(output.index, output.value, output.at);
        return;
      case 'send':
        this.effects.issue({ kind: 'send', connection: output.connection, text: output.text });
        return;
      case 'refused':
        this.notice(
          'warn',
          'frame_refused',
          `${output.problem.code} at ${output.problem.where}: ${output.problem.text}`,
        );
        return;
      default:
        this.opened.board.events$.next(output);
    }
  };

  private handle(payload: Payload): ReplyProblem | null {
    switch (payload.kind) {
      case 'opened':
        this.open(payload);
        return null;
      case 'tick':
        return null;
      case 'frame':
      case 'alive':
        this.opened.feed.handle(payload, this.hear);
        return null;
      case 'connected':
        this.opened.feed.handle(payload, this.hear);
        this.notice('info', 'connected', `feed connection ${payload.connection} is up`);
        if (this.opened.opened.mode === 'live') this.trader.tell({ kind: 'link', link: 'up' });
        return null;
      case 'disconnected':
        if (this.opened.opened.mode === 'live') this.trader.tell({ kind: 'link', link: 'gone' });
        this.opened.feed.handle(payload, this.hear);
        this.notice('warn', 'disconnected', payload.reason);
        return null;
      case 'reply':
        return this.effects.settle(payload.reply);
      case 'settings':
        this.reconfigure(payload);
        return null;
      case 'settings_refused':
        for (const problem of payload.problems)
          this.notice(
            'warn',
            'settings_refused',
            `${problem}; the last good settings stay in force`,
          );
        return null;
      case 'space':
        this.trader.tell(payload);
        return null;
      case 'operator':
        this.trader.tell({ kind: 'operator', command: payload.command });
        // Whoever waits for what is under way would wait for theirs, too. Runs recorded before did.
        if (payload.command.kind === 'drain' && this.run?.opened.cyclesMax !== undefined)
          this.run.board.endWindows();
        return null;
      case 'stop':
        this.trader.tell({ kind: 'stop', reason: payload.reason });
        this.run?.board.close();
        this.sweeping.unsubscribe();
        this.trader.close();
        this.out$.complete();
        return null;
      default:
        return assertNever(payload);
    }
  }

  private get opened(): Run {
    assert(this.run !== null, 'a log begins with opened');
    return this.run;
  }

  /** The settings in force; null before the log has begun. */
  get settingsNow(): Settings | null {
    return this.settings;
  }

  private get configured(): Settings {
    assert(this.settings !== null, 'a log begins with opened');
    return this.settings;
  }

  private open(opened: Opened): void {
    assert(this.run === null, 'a run is opened once');
    const { scheduler, codec, effects } = this;
    const { speed } = opened.clock;
    // Made by this program from settings it has checked; the recording's checksum covers it since.
    this.settings = opened.settings as Settings;
    const isCapture = opened.feed !== 'live';
    const store = new BookStore({ speed, hasFeed: opened.hasKey || isCapture });
    const feed = codec.feed({
      sparseSeq: opened.feed === 'capture_sparse',
      tickersPerSubscriptionMax: limits.tickersPerSubscriptionMax,
      speed,
    });
    const board = new Board(
      {
        scheduler,
        codec,
        store,
        ask: effects.ask,
        speed,
        settings: () => this.configured,
        jobInputs: () => this.trader.jobInputs(valuationSettings(this.configured), this.now),
        held: () => this.trader.held(),
        hasClaude: opened.hasClaude,
        // Not in recordings of before there was such a bound.
        cyclesMax: opened.cyclesMax ?? Number.POSITIVE_INFINITY,
        infer: this.trader.infer,
        genesis: () => {
          const { account } = this;
          assert(account !== null, 'a log begins with opened');
          return { hash: account.genesis.hash, run: account.run };
        },
      },
      this.reports,
    );
    this.run = { opened, store, feed, board };
    if (isCapture) {
      board.openCapture();
      return;
    }
    this.trader.tell({
      kind: 'opened',
      opened,
      settings: executorSettings(this.configured, speed),
    });
    board.openLive();
    this.learner.look();
    const everyMs = limits.sweepMs * speed;
    this.sweeping.add(
      timer(everyMs, everyMs, scheduler).subscribe(() => {
        this.trader.tell({ kind: 'sweep' });
        feed.sweep(this.now, this.hear);
      }),
    );
  }

  private reconfigure(change: Extract<Payload, { kind: 'settings' }>): void {
    this.settings = change.settings as Settings;
    const { speed } = this.opened.opened.clock;
    this.trader.tell({ kind: 'settings', settings: executorSettings(this.configured, speed) });
    if (change.changed.length > 0)
      this.notice('info', 'settings_changed', `in force now: ${change.changed.join(', ')}`);
    if (change.restart.length > 0)
      this.notice('warn', 'settings_wait', `wait for a restart: ${change.restart.join(', ')}`);
  }
}
