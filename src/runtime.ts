import { type Observable, Subscription } from 'rxjs';
import { type Clock, MarketClock } from './clock.js';
import { environmentOf } from './config/addresses.js';
import type { ConfigChange } from './config/reload.js';
import type { Settings } from './config/schema.js';
import type { Secrets } from './config/secrets.js';
import type { LatchCause } from './domain/records.js';
import { ok, type Result } from './domain/result.js';
import { quantity, type Ticker } from './domain/units.js';
import { type Performers, perform } from './engine/perform.js';
import { Engine, type EngineTotals } from './engine.js';
import { kalshiCodec } from './exchange/kalshi/codec.js';
import { paperDesk } from './exchange/paper/desk.js';
import { paperModel } from './exchange/paper/model.js';
import type { VenueShell } from './exchange/venue.js';
import { Intake } from './intake.js';
import { limits } from './limits.js';
import { LogScheduler } from './log-scheduler.js';
import type { Effect } from './messages/effect.js';
import type { Input, Opened, OperatorCommand } from './messages/input.js';
import type { Step } from './messages/step.js';
import { watchClock } from './runtime/clock-watch.js';
import { Contact } from './runtime/contact.js';
import { inlets, type OperatorRequest } from './runtime/inlets.js';
import { type Outside, outside } from './runtime/outside.js';
import { ownOrders } from './runtime/own-orders.js';
import { readingsOf } from './runtime/readings.js';
import { watchRecordings } from './runtime/recordings-watch.js';
import { openStores, type StartProblem, type Stores } from './runtime/stores.js';
import { venueFor } from './runtime/venue-for.js';
import { freeBytes } from './sinks/ledger/free-space.js';
import type { Ledger } from './sinks/ledger/ledger.js';
import type { Readings, RunObserver } from './sinks/readings.js';
import type { Recorder, RecorderProblem } from './sinks/recorder/recorder.js';

export type Sink = (steps$: Observable<Step>) => Observable<never>;

export type RuntimeOptions = {
  readonly settings: Settings;
  readonly secrets: Secrets;
  /** The ledger's directory; recordings go below it. */
  readonly home: string;
  readonly engineVersion: string;
  /** Drain and stop after so many cycles; null: go on. */
  readonly cyclesMax: number | null;
  readonly configChanges$: Observable<ConfigChange>;
  /** Files and signals; a drain is asked for by `drain`. */
  readonly operator$: Observable<OperatorRequest>;
  readonly clock: Clock;
  /** Hear every step; answer nobody. Subscribed before the first input. */
  readonly sinks: readonly Sink[];
  readonly observer?: RunObserver;
  /** After the engine has drained and before it stops: the demo compares books here. */
  readonly beforeStop: (runtime: Runtime) => Promise<void>;
  /** After the last step and before the threads end: what sinks still have to write. */
  readonly settled: () => Promise<void>;
  /** What the shell has to say about itself: `code` is stable, `text` is for people. */
  readonly warn: (code: string, text: string) => void;
};

export type RunFailure = { readonly text: string; readonly exitCode: 1 | 2 | 4 | 5 };

export type RunEnd = {
  readonly reason: string;
  /** Why it could not go on; null for an end that was asked for. */
  readonly failure: RunFailure | null;
  /** As the run began: the ledger may hold earlier runs. */
  readonly before: EngineTotals;
  /** Of the orders of this run alone, also when it learnt what became of earlier ones. */
  readonly orders: EngineTotals['orders'];
  readonly totals: EngineTotals;
  /** Folder of the run's recording. */
  readonly recording: string;
  readonly halted: Engine['halted'];
};

/**
 * A live run: the door, the engine, and everything that performs its effects and hears its steps, joined. What the
 * outside answers re-enters through the door; nothing else reaches the engine.
 */
export class Runtime {
  readonly engine: Engine;
  readonly venue: VenueShell;
  /** Settles once, when the run is over and everything is closed. */
  readonly ended: Promise<RunEnd>;
  private readonly options: RuntimeOptions;
  private readonly ledger: Ledger;
  private readonly recorder: Recorder;
  private readonly intake: Intake;
  private readonly outside: Outside;
  private readonly performers: Performers;
  private readonly opened: Opened;
  private readonly heard = new Subscription();
  private settle: (end: RunEnd) => void = () => {};
  private before: EngineTotals | null = null;
  private phase: 'running' | 'draining' | 'stopping' = 'running';
  private reason = 'operator';
  private failure: RunFailure | null = null;
  private ownOrders: (() => EngineTotals['orders']) | null = null;
  private readonly contact: Contact;
  private disarm: () => void = () => {};
  /** When the input that is being handled came through the door, monotonic ms. */
  private enteredMs = 0;
  private freeBytes: number | null | undefined = undefined;

  /** Takes the ledger's lock and makes the recording's folder. Nothing is sent before `start`. */
  static async open(options: RuntimeOptions): Promise<Result<Runtime, StartProblem>> {
    const stores = await openStores(options);
    return stores.ok ? ok(new Runtime(options, stores.value)) : stores;
  }

  private constructor(options: RuntimeOptions, { ledger, recorder, clockSettings }: Stores) {
    const { settings, secrets, clock } = options;
    this.options = options;
    this.ledger = ledger;
    this.recorder = recorder;
    this.ended = new Promise((resolve) => {
      this.settle = resolve;
    });
    this.contact = new Contact({
      restAddress: settings.kalshiApiBaseUrl,
      feedAddress: settings.kalshiWsUrl,
      isFirstOfOne: () => options.cyclesMax === 1 && this.engine.cycles === 0,
      giveUp: ({ code, text, exitCode }) => this.fail(code, { text, exitCode }),
      warn: options.warn,
    });
    const scheduler = new LogScheduler();
    this.engine = new Engine({ scheduler, codec: kalshiCodec, decided: recorder.decided });
    const marketClock = new MarketClock(clock, clockSettings, ledger.recovered?.lastAt ?? 0);
    // A simulator's clock is not the wall's: both follow their own monotonic time from one origin.
    if (settings.clock === null)
      this.heard.add(watchClock({ clock, marketClock, warn: options.warn }));
    this.intake = new Intake({
      clock,
      marketClock,
      scheduler,
      tap: (input) => {
        this.enteredMs = clock.monotonicMs();
        recorder.tap(input);
      },
      deliver: (input) => {
        this.deliver(input);
        options.observer?.handled(input, clock.monotonicMs() - this.enteredMs);
      },
    });
    // A ledger that cannot be written is the end: what was decided since is not on disk, and nothing of it was sent.
    void ledger.failed.then(({ text }) => this.fail('ledger_failed', { text, exitCode: 1 }));
    this.venue = venueFor(settings, secrets, clock, ({ code, detail }) => {
      if (code === 'auth_refused') this.contact.refused(detail);
      else options.warn(code, detail);
      if (code === 'key_revoked') this.haltFor(detail);
    });
    this.outside = outside(settings, secrets, ledger, options);
    const paper = paperDesk({
      model: paperModel(settings.seed),
      speed: clockSettings.speed,
      cashUnit: () => settings.balancePrecision,
      scheduler,
      book: (ticker: Ticker) => this.engine.shot(ticker),
      market: this.engine.market,
      position: (ticker: Ticker) =>
        this.engine.account?.positions.get(ticker)?.quantity ?? quantity(0),
      keyless: () => !secrets.hasKalshiKey,
    });
    this.performers = {
      ...this.outside.performers,
      venue: this.venue,
      paper: settings.executionMode === 'live' ? null : paper,
      recorded: () => this.recorded(),
    };
    this.opened = {
      kind: 'opened',
      run: ledger.nextRun,
      mode: settings.executionMode,
      venue: settings.exchangeBackend,
      environment: environmentOf(settings),
      account: settings.account,
      hasKey: secrets.hasKalshiKey,
      hasClaude: this.outside.hasClaude,
      clock: clockSettings,
      settings,
      recovered: ledger.recoveredPlain,
      cyclesMax: options.cyclesMax,
      feed: 'live',
    };
    // What has to be done is begun before anybody is told: a slow disk for the log must not hold up an order.
    this.engine.steps$.subscribe((step) => this.perform(step));
    for (const sink of options.sinks) this.heard.add(sink(this.engine.steps$).subscribe());
  }

  /** Opens the log and lets the outside in. */
  start(): void {
    this.intake.accept('engine', this.opened);
    this.before = this.engine.totals();
    this.ownOrders = ownOrders(this.engine);
    void this.lookForRoom();
    this.heard.add(watchRecordings({ ...this.options, folder: this.recorder.status().path }));
    this.heard.add(
      inlets({
        ...this.options,
        intake: this.intake,
        freeBytes: () => this.lookForRoom(),
        command: (command) => this.command(command),
        heldBefore: () => this.heldBefore(),
        flushed: async () => (await this.ledger.flush(this.engine.account?.head.seq ?? 0)).ok,
        socket: this.venue.socket,
        contact: (event) => this.contact.socket(event),
      }),
    );
  }

  /** What the run says of itself now; null before it has opened. */
  readings(): Readings | null {
    const { engine, ledger, recorder, freeBytes } = this;
    return readingsOf({ engine, ledger, recorder, freeBytes });
  }

  private async lookForRoom(): Promise<number | null> {
    this.freeBytes = await freeBytes(this.options.home);
    return this.freeBytes;
  }

  /** Whether what led to an order is written down; without it none leaves, unless the settings say otherwise. */
  private recorded(): Result<null, RecorderProblem> {
    const flushed = this.recorder.flushTo(this.intake.lastSeq);
    return this.options.settings.recordingRequired ? flushed : ok(null);
  }

  /** A key that was taken and is refused now: somebody revoked it, or may. What is held stays; a person looks. */
  private haltFor(detail: string): void {
    if (this.options.settings.executionMode !== 'live' || this.phase === 'stopping') return;
    this.command({ kind: 'kill', level: 'halt', why: `the key is refused: ${detail}` });
  }

  /** What held trading back as the run before ended. */
  private heldBefore(): readonly LatchCause[] {
    return [...(this.ledger.recovered?.latches.keys() ?? [])];
  }

  /** Lines of a chain file, made on the threads that value. */
  readonly packChains: Outside['chains'] = (entries) => this.outside.chains(entries);

  command(command: OperatorCommand): void {
    this.intake.accept('operator', { kind: 'operator', command });
  }

  get isDraining(): boolean {
    return this.phase !== 'running';
  }

  /** No more intents; stops once nothing is in flight, or after `limits.drainMsMax`. A second call stops at once. */
  drain(reason: string): void {
    if (this.phase === 'draining') this.stop();
    if (this.phase !== 'running') return;
    this.phase = 'draining';
    this.reason = reason;
    this.disarm = this.options.clock.setTimer(limits.drainMsMax, () => {
      this.options.warn(
        'drain_timeout',
        'something is still in flight; its outcome is settled at the next start',
      );
      this.stop();
    });
    this.command({ kind: 'drain' });
  }

  private deliver(input: Input): void {
    const problem = this.engine.deliver(input);
    if (problem !== null)
      this.options.warn(
        `reply_${problem.code}`,
        `reply to effect ${problem.effectId} answers nothing we asked`,
      );
    const { refusal } = this.engine;
    if (refusal !== null) this.fail('names_refused', { text: refusal, exitCode: 2 });
    const cyclesMax = this.options.cyclesMax ?? Number.POSITIVE_INFINITY;
    const isOver = this.phase === 'draining' || this.engine.windows >= cyclesMax;
    if (!isOver || this.phase === 'stopping' || !this.engine.isQuiet) return;
    if (this.phase === 'draining') this.stop();
    else this.drain('cycles');
  }

  private fail(reason: string, failure: RunFailure): void {
    if (this.failure !== null || this.phase === 'stopping') return;
    this.failure = failure;
    this.reason = reason;
    this.stop();
  }

  private stop(): void {
    if (this.phase === 'stopping') return;
    this.phase = 'stopping';
    this.disarm();
    void this.finish();
  }

  private async finish(): Promise<void> {
    const { ledger, recorder, engine, options } = this;
    if (this.failure === null) await options.beforeStop(this);
    this.intake.accept('engine', { kind: 'stop', reason: this.reason });
    this.heard.unsubscribe();
    await this.venue.close();
    await options.settled();
    await this.outside.close();
    const totals = engine.totals();
    const flushed = await ledger.flush(totals.ledger.records);
    if (!flushed.ok) options.warn(flushed.error.code, flushed.error.text);
    await ledger.close();
    const closed = await recorder.close({
      decisionsHash: totals.decisionsHash,
      ledgerHash: totals.ledger.headHash,
    });
    if (!closed.ok) options.warn(closed.error.code, closed.error.detail);
    const recording = recorder.status().path;
    const before = this.before ?? totals;
    const { reason, failure } = this;
    const orders = this.ownOrders?.() ?? totals.orders;
    this.settle({ reason, failure, before, orders, totals, recording, halted: engine.halted });
  }

  private perform(step: Step): void {
    if (step.kind === 'records') {
      this.ledger.append(step.records);
      // A kill overtakes the orders that wait for a token or a connection.
      if (step.records.some(({ body }) => body.kind === 'latch' && body.set)) this.venue.recall();
    }
    if (step.kind === 'effect') this.performEffect(step.effect);
  }

  private performEffect(effect: Effect): void {
    const performed = perform(effect, this.performers);
    if (performed === null) return;
    const { id: effectId, hash: requestHash } = effect;
    let part = 0;
    performed.parts$.subscribe(({ outcome, last }) => {
      const reply = { effectId, requestHash, part, last, outcome };
      part += 1;
      this.intake.accept(performed.source, { kind: 'reply', reply });
      if (effect.request.kind === 'scan') this.contact.scan(outcome, last);
    });
  }
}
