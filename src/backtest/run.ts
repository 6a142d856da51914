import type { Settings } from '../config/schema.js';
import { assert } from '../domain/assert.js';
import { err, ok, type Result } from '../domain/result.js';
import { type EpochMs, epochMs } from '../domain/units.js';
import { Engine } from '../engine.js';
import { kalshiCodec } from '../exchange/kalshi/codec.js';
import type { DecodedFrame, FeedOutput } from '../exchange/venue.js';
import { limits } from '../limits.js';
import { LogScheduler } from '../log-scheduler.js';
import type { Input, Opened, Payload, Source } from '../messages/input.js';
import type { Step } from '../messages/step.js';
import { History } from './history.js';
import type { BacktestJob, BacktestProblem, BacktestTotals } from './job.js';
import { Latencies } from './latencies.js';
import { MarketLives } from './market-lives.js';
import { Performer } from './performer.js';
import type { RecordedAsks } from './recorded-asks.js';
import { Score } from './score.js';
import { SeenMarkets } from './seen-markets.js';
import { settingsOver, unknownSettings } from './settings.js';
import type { SharedValues } from './shared-values.js';
import { Tape } from './tape.js';
import { TapeFeed } from './tape-feed.js';
import { warningsOf } from './warnings.js';

type FeedPayload = Extract<Payload, { kind: 'frame' | 'alive' | 'connected' | 'disconnected' }>;

/** What all runs over one recording share. */
export type Shared = { readonly values: SharedValues; readonly asks: RecordedAsks };

/**
 * One backtest while its recording passes: the engine as it is, on virtual time, between a tape and a fill model. It
 * begins at the first input of its span; what passes before only makes known what there is by then.
 */
export class BacktestRun {
  /** Recorded inputs of the span. */
  inputs = 0;
  /** As recorded, with the job's own over them. */
  settings: Settings;
  readonly engine: Engine;
  private readonly job: BacktestJob;
  private readonly opened: Opened;
  private readonly onStep: (step: Step) => void;
  private readonly scheduler: LogScheduler;
  private readonly feed: TapeFeed;
  private readonly lives = new MarketLives();
  private readonly latencies: Latencies;
  private readonly tape: Tape;
  private readonly seen = new SeenMarkets();
  private readonly history = new History();
  private readonly score: Score;
  private readonly performer: Performer;
  private readonly skipped = new Set<string>();
  private readonly queue: { readonly source: Source; readonly payload: Payload }[] = [];
  private isFeeding = false;
  private isOpen = false;
  private isDraining = false;
  private connection: number | null = null;
  private seq = 0;
  private nowMs: number;

  /** `first`: what the recording begins with. */
  static open(
    first: Input,
    job: BacktestJob,
    shared: Shared,
    onStep: (step: Step) => void,
  ): Result<BacktestRun, BacktestProblem> {
    const { payload } = first;
    const path = job.recording;
    if (payload.kind !== 'opened')
      return err({
        code: 'not_a_recording',
        path,
        detail: 'its first input opens no run',
        fix: 'name the folder of a whole run',
        exitCode: 2,
      });
    const settings = settingsOver(payload.settings, job.settings);
    if (!settings.ok)
      return err({
        code: 'settings_invalid',
        path,
        detail: settings.error.map(({ message }) => message).join('; '),
        fix: 'give a value that is allowed with --set, which is laid over what the recording has',
        exitCode: 3,
      });
    return ok(new BacktestRun(first.at, payload, settings.value, job, shared, onStep));
  }

  private constructor(
    at: EpochMs,
    opened: Opened,
    settings: Settings,
    job: BacktestJob,
    shared: Shared,
    onStep: (step: Step) => void,
  ) {
    const { speed } = opened.clock;
    this.job = job;
    this.opened = opened;
    this.settings = settings;
    this.onStep = onStep;
    this.nowMs = at;
    this.scheduler = new LogScheduler(at);
    this.latencies = new Latencies(speed, shared.asks);
    this.score = new Score(settings);
    const isSparse = opened.feed === 'capture_sparse';
    this.feed = new TapeFeed({ codec: kalshiCodec, speed, isSparse, heard: this.heard });
    this.engine = new Engine({
      scheduler: this.scheduler,
      codec: { ...kalshiCodec, feed: () => this.feed.session },
    });
    this.tape = new Tape({
      scheduler: this.scheduler,
      speed,
      feed: this.feed,
      lives: this.lives,
      market: (ticker) => this.engine.market(ticker) ?? this.seen.get(ticker),
      answer: (effect, source, outcomes) => this.performer.answer(effect, source, outcomes),
      asks: shared.asks,
      evidenceAgeMsMax: () => (this.settings.cycleSeconds * 1_000) / speed,
    });
    this.performer = new Performer({
      engine: this.engine,
      scheduler: this.scheduler,
      speed,
      hasFeed: opened.hasKey,
      estimate: job.fills,
      seed: job.seed,
      settings: () => this.settings,
      latencies: this.latencies,
      feed: this.feed,
      tape: this.tape,
      history: this.history,
      values: shared.values,
      give: (source, payload) => this.give(source, payload),
    });
    this.engine.steps$.subscribe((step) => this.told(step));
  }

  /** The next recorded input. */
  take({ at, source, payload }: Input): void {
    this.enter(at);
    switch (payload.kind) {
      case 'frame':
      case 'alive':
      case 'connected':
      case 'disconnected':
        this.fed(payload);
        return;
      case 'reply':
        this.latencies.hear(payload.reply, at);
        this.tape.hear(source, payload.reply);
        return;
      case 'settings':
        this.reconfigure(payload);
        return;
      case 'operator':
        if (payload.command.kind === 'drain') this.drain();
        else this.skipped.add(payload.command.kind);
        return;
      case 'opened':
      case 'tick':
      case 'settings_refused':
      case 'space':
      case 'stop':
        return;
      default:
        payload satisfies never;
    }
  }

  /** The next recorded input, a frame that was decoded before: the same as taking its text. Lent. */
  takeDecoded(at: EpochMs, connection: number, frame: DecodedFrame, bytes: Uint8Array): void {
    this.enter(at);
    if (this.isOpen) {
      this.isFeeding = true;
      this.seq += 1;
      this.engine.decoded(this.seq, connection, frame, bytes);
      this.isFeeding = false;
      if (this.queue.length > 0) this.drainQueue();
    } else this.feed.takeDecoded(connection, frame, bytes, ignore);
  }

  /** After the last input: what is under way ends, and nothing new begins. */
  finish(): BacktestTotals {
    if (!this.isOpen) this.begin(epochMs(this.nowMs));
    this.drain();
    const endMs = this.nowMs + limits.drainMsMax * this.opened.clock.speed;
    for (;;) {
      const due = this.scheduler.earliestDue();
      if (this.engine.isQuiet || due === null || due > endMs) break;
      this.reach(due);
    }
    return {
      ...this.score.totals(this.engine),
      inputs: this.inputs,
      tape: {
        asked: this.tape.report(),
        warnings: warningsOf({
          listings: this.tape.http.listings,
          snapshots: this.feed.snapshots,
          ended: this.lives.count + this.score.settled,
          latency: this.latencies.source,
          isFresh: this.opened.recovered !== null,
          isMade: this.opened.feed === 'history',
          skipped: [...this.skipped].sort(),
          unknown: unknownSettings(this.opened.settings),
        }),
        latency: {
          source: this.latencies.source,
          samples: this.latencies.samples,
          medianMs: this.latencies.quantile(0.5),
          p95Ms: this.latencies.quantile(0.95),
        },
      },
    };
  }

  /** The time of a recorded input, which may be the first of the span. */
  private enter(at: EpochMs): void {
    const isInSpan = this.job.fromMs === null || at >= this.job.fromMs;
    if (isInSpan && !this.isOpen) this.begin(at);
    this.reach(at);
    if (isInSpan) this.inputs += 1;
  }

  private begin(at: EpochMs): void {
    this.reach(at);
    this.isOpen = true;
    this.give('engine', {
      ...this.opened,
      run: 1,
      // Orders meet the displayed book; the recorded account is another one.
      mode: 'paper',
      settings: this.settings,
      recovered: null,
      cyclesMax: null,
      feed: 'live',
    });
    // A connection that is up is joined, not made anew: what the tape knows of it stands.
    const { connection } = this;
    if (connection !== null) this.give('feed', { kind: 'alive', connection });
  }

  private fed(payload: FeedPayload): void {
    if (payload.kind === 'connected') this.connection = payload.connection;
    else if (payload.kind === 'disconnected') this.connection = null;
    if (this.isOpen) this.give('feed', payload);
    else this.feed.take(payload, ignore);
  }

  /** Moves time on, one due timer after the other. */
  private reach(at: number): void {
    const { scheduler } = this;
    for (
      let due = scheduler.earliestDue();
      due !== null && due <= at;
      due = scheduler.earliestDue()
    ) {
      this.nowMs = Math.max(this.nowMs, due);
      if (this.isOpen) this.give('clock', { kind: 'tick' });
      else scheduler.advanceTo(epochMs(this.nowMs));
    }
    this.nowMs = Math.max(this.nowMs, at);
    scheduler.advanceTo(epochMs(this.nowMs));
  }

  private give(source: Source, payload: Payload): void {
    this.queue.push({ source, payload });
    if (!this.isFeeding) this.drainQueue();
  }

  private drainQueue(): void {
    this.isFeeding = true;
    const at = epochMs(this.nowMs);
    for (let next = this.queue.shift(); next !== undefined; next = this.queue.shift()) {
      this.seq += 1;
      this.scheduler.advanceTo(at);
      const problem = this.engine.deliver({ seq: this.seq, at, ...next });
      assert(problem === null, 'a backtest answers what it was asked');
    }
    this.isFeeding = false;
  }

  private told(step: Step): void {
    if (step.kind === 'effect') this.performer.perform(step.effect);
    else if (step.kind === 'records') this.history.hear(step.records);
    else if (step.kind === 'scanned') this.seen.hear(step.catalog, this.engine.account);
    this.score.hear(step, this.engine);
    this.onStep(step);
  }

  private readonly heard = (output: FeedOutput): void => {
    if (output.kind === 'lifecycle')
      this.lives.hear(output.ticker, output.change, epochMs(this.nowMs));
    else if (output.kind === 'delta' && output.exchangeAt !== null)
      this.latencies.frame(output.exchangeAt, this.nowMs);
    this.performer.resting.hear(output);
  };

  /** What the recorded run's settings became, with the job's own over them. */
  private reconfigure(change: Extract<Payload, { kind: 'settings' }>): void {
    const settings = settingsOver(change.settings, this.job.settings);
    if (!settings.ok) {
      this.skipped.add('settings that no longer fit');
      return;
    }
    this.settings = settings.value;
    if (this.isOpen) this.give('config', { ...change, settings: this.settings });
  }

  private drain(): void {
    if (this.isDraining || !this.isOpen) return;
    this.isDraining = true;
    this.give('operator', { kind: 'operator', command: { kind: 'drain' } });
  }
}

const ignore = (): void => {};
