import { History } from '../backtest/history.js';
import type { Settings } from '../config/schema.js';
import { assert } from '../domain/assert.js';
import { epochMs } from '../domain/units.js';
import { Engine, type EngineTotals } from '../engine.js';
import { kalshiCodec } from '../exchange/kalshi/codec.js';
import { LogScheduler } from '../log-scheduler.js';
import type { Effect, Outcome } from '../messages/effect.js';
import type { Input, Payload, Source } from '../messages/input.js';
import type { Step } from '../messages/step.js';
import { valueMarkets } from '../valuation/value.js';
import { Agenda } from './agenda.js';
import { agrees } from './agrees.js';
import { SyntheticVenue, type SyntheticWorld } from './venue.js';

/** What live runs take, real ms: a request on its way there and back, a frame, a valuation, a commit. */
const delays = { thereMs: 25, backMs: 25, frameMs: 15, valueMs: 150, learnMs: 300, flushMs: 2 };
const pingEveryMs = 10_000;
const tickEveryMs = 1_000;
const printsEveryMs = 250;
const drainMs = 5_000;

export type SyntheticJob = {
  readonly world: SyntheticWorld;
  readonly settings: Settings;
  /** Windows to run. */
  readonly cycles: number;
  /**
   * The clock's speed as the engine knows it: its sweeps, and what takes time, are that many times further apart in
   * market time.
   */
  readonly speed: number;
};

/** `onStep` hears what the engine tells its sinks, `onInput` what it is told. */
export type SyntheticHooks = {
  readonly onStep?: (step: Step) => void;
  readonly onInput?: (input: Input) => void;
};

export type SyntheticResult = {
  readonly totals: EngineTotals;
  /** Whether the exchange holds the same cash on every shard and the same positions. */
  readonly agreesWithVenue: boolean;
};

/**
 * One run without sockets, threads, disk or waiting: the engine's own core and the simulator's own core in one thread, on
 * one virtual clock. What takes time takes the time above, whatever it takes here, so the same job gives the same
 * decisions to the last bit, however busy the machine.
 */
export class SyntheticRun {
  private readonly job: SyntheticJob;
  private readonly hooks: SyntheticHooks;
  private readonly scheduler = new LogScheduler();
  private readonly engine: Engine;
  private readonly venue: SyntheticVenue;
  private readonly agenda = new Agenda();
  private readonly history = new History();
  private readonly queue: { readonly source: Source; readonly payload: Payload }[] = [];
  private isFeeding = false;
  private nowMs: number;
  private seq = 0;

  constructor(job: SyntheticJob, hooks: SyntheticHooks = {}) {
    this.job = job;
    this.hooks = hooks;
    this.nowMs = job.world.originMs;
    this.engine = new Engine({ scheduler: this.scheduler, codec: kalshiCodec });
    this.venue = new SyntheticVenue(job.world, (text) =>
      this.later(delays.frameMs, () => this.give('feed', { kind: 'frame', connection: 1, text })),
    );
  }

  /** All of it; once. */
  run(): SyntheticResult {
    const { engine, job } = this;
    engine.steps$.subscribe((told) => this.told(told));
    this.open();
    let endMs = Number.POSITIVE_INFINITY;
    while (this.nowMs < endMs) {
      this.next();
      // As in a run: no more intents after the last window, and then what is under way may end, before another one.
      if (endMs === Number.POSITIVE_INFINITY && engine.cycles >= job.cycles) {
        this.give('operator', { kind: 'operator', command: { kind: 'drain' } });
        endMs = this.nowMs + Math.min(drainMs * job.speed, (job.settings.cycleSeconds * 1_000) / 3);
      }
    }
    const { account } = engine;
    assert(account !== null, 'a run has opened its account');
    return {
      totals: engine.totals(),
      agreesWithVenue: agrees(account, this.venue.account),
    };
  }

  private open(): void {
    const { settings, speed, world } = this.job;
    this.give('engine', {
      kind: 'opened',
      run: 1,
      mode: 'live',
      venue: 'paper_sim',
      environment: 'loopback',
      account: settings.account,
      hasKey: true,
      hasClaude: false,
      clock: { realOriginMs: world.originMs, marketOriginMs: world.originMs, speed },
      settings,
      recovered: null,
      cyclesMax: null,
      feed: 'live',
    });
    this.later(delays.backMs, () => this.give('feed', { kind: 'connected', connection: 1 }));
    this.every(pingEveryMs, () => this.give('feed', { kind: 'alive', connection: 1 }));
    this.every(tickEveryMs, () => this.give('clock', { kind: 'tick' }));
    this.every(printsEveryMs, () => this.venue.print());
  }

  /** Whatever is due first, anywhere. */
  private next(): void {
    const engineMs = this.scheduler.earliestDue() ?? Number.POSITIVE_INFINITY;
    const venueMs = this.venue.dueMs();
    const agendaMs = this.agenda.dueMs();
    this.nowMs = Math.max(this.nowMs, Math.min(engineMs, venueMs, agendaMs));
    if (venueMs <= this.nowMs) this.venue.advance(this.nowMs);
    else if (agendaMs <= this.nowMs) this.agenda.actNext();
    else this.give('clock', { kind: 'tick' });
  }

  private later(realMs: number, act: () => void): void {
    this.agenda.add(this.nowMs + realMs * this.job.speed, act);
  }

  private every(realMs: number, act: () => void): void {
    this.later(realMs, () => {
      act();
      this.every(realMs, act);
    });
  }

  private give(source: Source, payload: Payload): void {
    this.queue.push({ source, payload });
    if (this.isFeeding) return;
    this.isFeeding = true;
    const at = epochMs(this.nowMs);
    for (let next = this.queue.shift(); next !== undefined; next = this.queue.shift()) {
      this.seq += 1;
      const input = { seq: this.seq, at, ...next };
      this.hooks.onInput?.(input);
      this.scheduler.advanceTo(at);
      const problem = this.engine.deliver(input);
      assert(problem === null, 'a synthetic run answers what it was asked');
    }
    this.isFeeding = false;
  }

  private told(step: Step): void {
    if (step.kind === 'effect') this.perform(step.effect);
    else if (step.kind === 'records') this.history.hear(step.records);
    this.hooks.onStep?.(step);
  }

  private perform(effect: Effect): void {
    const { request } = effect;
    switch (request.kind) {
      case 'send':
        this.later(delays.frameMs, () => {
          this.venue.nowMs = this.nowMs;
          this.venue.command(request.text);
        });
        return;
      case 'value': {
        const output = valueMarkets(request.job);
        this.later(delays.valueMs, () =>
          this.answer('worker', effect, [{ kind: 'worker', output }]),
        );
        return;
      }
      case 'flush': {
        const { recordSeq } = request;
        this.later(delays.flushMs, () =>
          this.answer('ledger', effect, [{ kind: 'flushed', recordSeq }]),
        );
        return;
      }
      case 'calibrate': {
        const output = this.history.learnt();
        this.later(delays.learnMs, () =>
          this.answer('ledger', effect, [{ kind: 'calibration', output }]),
        );
        return;
      }
      case 'evidence':
        this.remote('evidence', effect, () => [this.venue.evidence(request.url)]);
        return;
      default:
        this.remote('venue', effect, () => this.venue.outcomes(request));
    }
  }

  private remote(source: Source, effect: Effect, outcomes: () => readonly Outcome[]): void {
    this.later(delays.thereMs, () => {
      this.venue.nowMs = this.nowMs;
      const answers = outcomes();
      this.later(delays.backMs, () => this.answer(source, effect, answers));
    });
  }

  private answer(source: Source, effect: Effect, outcomes: readonly Outcome[]): void {
    outcomes.forEach((outcome, part) => {
      const last = part === outcomes.length - 1;
      const reply = { effectId: effect.id, requestHash: effect.hash, part, last, outcome };
      this.give(source, { kind: 'reply', reply });
    });
  }
}
