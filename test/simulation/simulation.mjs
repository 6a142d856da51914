// One seed: an engine, an exchange and everything between them on one virtual clock. Faults first, then a time without any in
// which both sides must come to agree.

import { makeHeap } from '../../dist/simulator/core/heap.js';
import { Disk } from './disk.mjs';
import { baseFlags, capsOf, dayIn, drawnFlags, targets } from './drawn-settings.mjs';
import { Draws } from './draws.mjs';
import { Exchange } from './exchange.mjs';
import { Faults, mixOf, momentOf } from './faults.mjs';
import { Feed } from './feed.mjs';
import { happenings, lift, strikeNow } from './happenings.mjs';
import { Judge } from './judge.mjs';
import { Ports } from './ports.mjs';
import { Trace } from './trace.mjs';
import { Violation } from './violation.mjs';
import { smallWorld } from './world.mjs';

/** A minute before midnight in Brisbane, which is ten hours ahead the whole year. */
export const originMs = Date.UTC(2026, 11, 1, 13, 59);
const dollarMicros = 1_000_000;
const openingCash = new Map([
  [0, 500 * dollarMicros],
  [2, 300 * dollarMicros],
]);
/** After the last fault: how long it trades undisturbed, how long it may take to trade again, and to agree with the exchange. */
const calmMs = 15_000;
const momentEveryMs = 5_000;
const readyMsMax = 120_000;
const agreeMsMax = 240_000;
/** What others pay in or out is only seen by the reading that comes once all has been quiet for five minutes, and one after it. */
const agreeMsMaxOfOutsiders = 600_000;
const inputsMax = 60_000;

export class Simulation {
  inputs = 0;
  portCalls = 0;
  /** Processes that were started. */
  runs = 0;
  hits = new Map();
  /** `fault/state` → how often the fault met an order in that state. */
  coverage = new Map();
  faults;
  draws;
  judge;
  exchange;
  feed;
  #modules;
  #agenda = makeHeap();
  #nowMs = originMs;
  #disk;
  #ports;
  #trace = new Trace();
  #process = null;
  #run = 0;
  #flags;
  #waitingCommands = [];
  #crashAt;
  #onCall;
  #pausedUntilMs = 0;
  #held = [];
  #healMs;
  #violation = null;
  #moment;
  #hasMoved = false;
  #struckMs = 0;

  /**
   * `only`: kinds of fault, instead of the seed's own; `crashAt`: the port call at which the process goes down, `after` it was
   * performed or before; `onCall(kind)` hears every port call.
   */
  constructor(modules, { seed, only = null, crashAt = null, onCall = null }) {
    this.#modules = modules;
    this.#crashAt = crashAt;
    this.#onCall = onCall;
    this.draws = new Draws(seed);
    this.mix = mixOf(this.draws, only);
    this.#moment = momentOf(this.draws);
    this.faults = new Faults(this.draws, this.mix, (name) => this.#cover(name));
    this.#healMs = originMs + this.draws.whole('heal', 35, 95) * 1_000;
    this.world = smallWorld(seed, originMs);
    this.exchange = new Exchange({ world: this.world, seed, originMs, cash: openingCash });
    this.#flags = {
      ...baseFlags,
      ...drawnFlags(this.draws),
      seed,
      clock: JSON.stringify({ realOriginMs: originMs, marketOriginMs: originMs, speed: 1 }),
    };
    this.#disk = new Disk({
      later: this.later,
      commitMs: () => {
        if (this.faults.hit('flush_fails')) return null;
        return this.faults.hit('slow_flush') ? this.draws.whole('flush', 50, 14_000) : 2;
      },
    });
    this.judge = new Judge({
      exchange: this.exchange,
      durableSeq: () => this.#disk.durableSeq,
      dayOf: dayIn(this.#flags.dayZone),
    });
    this.judge.hasOutsiders = this.mix.has('external_cash') || this.mix.has('external_trade');
    this.feed = new Feed(this);
    this.#ports = new Ports(this, modules, this.#disk);
  }

  /** Runs the seed to its end. A violation is thrown. */
  run() {
    this.#begin();
    happenings(this);
    this.later(this.#healMs - originMs, () => this.#heal());
    let isAsked = false;
    let drainMs = null;
    const endMs = this.#healMs + (this.judge.hasOutsiders ? agreeMsMaxOfOutsiders : agreeMsMax);
    for (;;) {
      const engineMs = this.#engineDueMs();
      const venueMs = this.exchange.dueMs();
      const agendaMs = this.#agenda.nextMs() ?? Number.POSITIVE_INFINITY;
      this.#nowMs = Math.max(this.#nowMs, Math.min(engineMs, venueMs, agendaMs));
      if (venueMs <= this.#nowMs) this.exchange.advance(this.#nowMs);
      else if (agendaMs <= this.#nowMs) {
        this.exchange.nowMs = this.#nowMs;
        this.#agenda.popDue(this.#nowMs).item();
      } else this.give('clock', { kind: 'tick' });

      if (this.#nowMs < this.#healMs + calmMs) continue;
      const isReady = this.#isReady();
      if (!isAsked) {
        if (isReady) {
          isAsked = true;
          drainMs = this.#nowMs;
          this.give('operator', { kind: 'operator', command: { kind: 'drain' } });
        } else if (this.#nowMs > this.#healMs + readyMsMax)
          throw new Violation('I12', 'not trading two minutes after the last fault');
        continue;
      }
      if (this.#nowMs < drainMs + 3_000) continue;
      if (isReady && this.#process.engine.isQuiet && this.judge.differences().length === 0) break;
      if (this.#nowMs > endMs)
        throw new Violation('I1', this.judge.differences().join('; ') || 'not quiet');
    }
    const { engine } = this.#process;
    const { decisionsHash, ledger } = engine.totals();
    return { trace: this.#trace.end(decisionsHash, ledger.headHash) };
  }

  nowMs = () => this.#nowMs;

  isUp = (process) => process === this.#process;

  later = (ms, act) => this.#agenda.push(this.#nowMs + Math.max(0, ms), act);

  /** An input for whichever process is up; `heard` describes a frame. */
  give = (source, payload, heard = null) => {
    const process = this.#process;
    if (process === null) return;
    if (this.#nowMs < this.#pausedUntilMs) {
      this.#held.push(() => {
        if (process === this.#process) this.#enter(source, payload, heard);
      });
      return;
    }
    this.#enter(source, payload, heard);
  };

  #enter(source, payload, heard) {
    const process = this.#process;
    this.inputs += 1;
    if (this.inputs > inputsMax) throw new Violation('I11', `more than ${inputsMax} inputs`);
    process.seq += 1;
    const input = { seq: process.seq, at: this.#nowMs, source, payload };
    this.#trace.add(this.#run, input);
    // Timers that are due run before it is heard.
    process.scheduler.advanceTo(input.at);
    if (this.#violation !== null) throw this.#violation;
    if (process !== this.#process) return;
    if (payload.kind === 'settings') this.judge.caps = capsOf(payload.settings);
    this.judge.told(payload, this.#nowMs);
    if (heard !== null) this.judge.heard(heard, payload.text, heard.sentMs, this.#nowMs);
    const lie = this.#lieOf(payload, heard);
    if (lie !== null) this.judge.lied();
    const problem = process.engine.deliver(input);
    if (this.#violation !== null) throw this.#violation;
    if (process !== this.#process) return;
    if (problem !== null)
      throw new Violation('I17', `a reply nobody asked for: ${JSON.stringify(problem)}`);
    this.judge.handled();
    this.judge.after(process.engine.account);
    if (lie !== null) {
      this.judge.mustBeHalted(lie);
      lift(this);
    }
    if (this.#hasMoved) this.#strikeAtMoment(process.engine.account);
    this.#hasMoved = false;
  }

  /** What of an input cannot be true, in words; null: nothing. */
  #lieOf(payload, heard) {
    if (heard?.isLie === true) return 'more is said to be filled than was ordered';
    if (payload.kind === 'reply' && this.judge.lies.has(payload.reply.outcome))
      return 'an order is said to be filled beyond its limit';
    return null;
  }

  /** An order is in the state that this seed waits for. */
  #strikeAtMoment(account) {
    if (this.#moment === null || this.#nowMs < this.#struckMs + momentEveryMs) return;
    const isThere = [...account.orders.values()].some(({ status }) => status === this.#moment);
    if (!isThere || !(this.draws.next('moment/hit') < 0.5)) return;
    this.#struckMs = this.#nowMs;
    this.later(this.draws.pick('moment/wait', [0, 0, 5, 50]), () => strikeNow(this));
  }

  /** A command of the operator; a process that is down hears it when it is up again, as from the control files. */
  command(command) {
    if (this.#process === null) this.#waitingCommands.push(command);
    else this.give('operator', { kind: 'operator', command });
  }

  /** Caps only ever get tighter here; they bind a process from when it hears of them, and the next one from its start. */
  tighten(flags) {
    this.#flags = { ...this.#flags, ...flags };
    const settings = this.#settings();
    this.give('config', { kind: 'settings', settings, changed: Object.keys(flags), restart: [] });
  }

  /** Caps as the settings have them now, heard of or not. */
  get caps() {
    return capsOf(this.#settings());
  }

  /** The machine sleeps, or somebody sends SIGSTOP: nothing runs, everything waits, then it all comes at once. */
  pauseProcess(ms) {
    if (this.#nowMs < this.#pausedUntilMs) return;
    this.#pausedUntilMs = this.#nowMs + ms;
    this.later(ms, () => {
      for (const act of this.#held.splice(0)) act();
    });
  }

  /** A clean stop: everything is written, then it starts again. */
  stop() {
    if (this.#process === null) return;
    this.give('engine', { kind: 'stop', reason: 'simulated' });
    this.#goDown(Number.POSITIVE_INFINITY, this.draws.whole('stopped', 500, 15_000));
  }

  crash() {
    if (this.#process === null) return;
    const kept = this.draws.whole('kept', 0, this.#disk.unacknowledged);
    this.#goDown(kept, this.draws.whole('down', 200, 15_000));
  }

  #goDown(kept, restartMs) {
    this.#process = null;
    this.#pausedUntilMs = 0;
    this.#held = [];
    this.feed.hangUp();
    this.#disk.crash(kept);
    this.judge.restored(this.#disk.records);
    this.later(restartMs, () => this.#begin());
  }

  #settings() {
    return this.#modules.settingsOf(this.#flags);
  }

  /** A process starts from what the disk holds, as `sinks/ledger` recovers it. */
  #begin() {
    const { Engine, LogScheduler, kalshiCodec, applyRecord, encodeAccount } = this.#modules;
    let account = null;
    for (const record of this.#disk.records) account = applyRecord(account, record);
    // Whoever starts it again may want the cash elsewhere.
    this.#flags = { ...this.#flags, shardTargets: this.draws.pick('set/targets', targets) };
    const settings = this.#settings();
    const scheduler = new LogScheduler();
    const engine = new Engine({ scheduler, codec: kalshiCodec });
    const process = { engine, scheduler, seq: 0 };
    this.#process = process;
    this.#run = (account?.run ?? 0) + 1;
    this.runs += 1;
    this.judge.started(capsOf(settings));
    engine.steps$.subscribe((step) => {
      if (process !== this.#process || this.#violation !== null) return;
      // What is thrown at a stream of the engine's never comes back here: it is kept and thrown after the input.
      try {
        this.#hear(process, step);
      } catch (error) {
        this.#violation = error;
      }
    });
    this.give('engine', {
      kind: 'opened',
      run: this.#run,
      mode: 'live',
      venue: 'paper_sim',
      environment: 'loopback',
      account: settings.account,
      hasKey: true,
      hasClaude: false,
      clock: { realOriginMs: originMs, marketOriginMs: originMs, speed: 1 },
      settings,
      recovered: account === null ? null : JSON.parse(JSON.stringify(encodeAccount(account))),
      cyclesMax: null,
      feed: 'live',
    });
    if (process !== this.#process) return;
    for (const command of this.#waitingCommands.splice(0)) this.command(command);
    this.feed.dial(this.draws.whole('dial', 20, 1_000));
  }

  #hear(process, step) {
    if (step.kind === 'records') {
      this.#hasMoved = true;
      this.judge.records(step.records);
      this.#disk.append(step.records);
    } else if (step.kind === 'effect') this.#perform(process, step.effect);
  }

  #engineDueMs() {
    if (this.#process === null) return Number.POSITIVE_INFINITY;
    const due = this.#process.scheduler.earliestDue() ?? Number.POSITIVE_INFINITY;
    return Math.max(due, this.#pausedUntilMs);
  }

  #isReady() {
    if (this.#nowMs < this.#pausedUntilMs) return false;
    const engine = this.#process?.engine;
    if (engine?.trader.state.session?.isReady !== true) return false;
    // A switch that tripped by itself is an answer too; what people ordered has been lifted.
    return engine.halted === null || !engine.account.latches.has('operator');
  }

  #perform(process, effect) {
    const { request } = effect;
    this.portCalls += 1;
    this.#onCall?.(request.kind);
    const isHere = this.#crashAt?.call === this.portCalls;
    const isRisky =
      request.kind === 'place' ||
      request.kind === 'flush' ||
      request.kind === 'cancel' ||
      request.kind === 'transfer';
    const isHit =
      isHere || this.faults.hit('crash') || (isRisky && this.faults.hit('crash_at_order'));
    const isAfter = isHere ? this.#crashAt.after : isHit && this.draws.next('crash/after') < 0.5;
    if (isHit && !isAfter) {
      this.crash();
      return;
    }
    this.#ports.ask(process, effect);
    if (isHit) this.crash();
  }

  #heal() {
    this.faults.heal();
    this.exchange.setQueryLag(0);
    this.exchange.setTransfers({ ms: 2_000, fail: false });
    this.exchange.send({ kind: 'exchange', exchangeActive: true, tradingActive: true });
    for (const market of this.exchange.state.marketList)
      this.exchange.send({ kind: 'market', ticker: market.spec.ticker, active: true });
    this.feed.lag(0);
    // What others moved is found by the next whole reading, and that is made when a connection comes up.
    if (this.judge.hasOutsiders) this.feed.cut('healed', 500);
    this.later(this.draws.whole('resume', 100, 20_000), () => this.#resume());
  }

  /** What was ordered by people is lifted by people, who look again: a release that no disk took is gone after a restart. */
  #resume() {
    if (this.#process?.engine.account?.latches.has('operator') === true)
      this.command({ kind: 'resume', why: 'healed' });
    this.later(20_000, () => this.#resume());
  }

  #cover(name) {
    this.hits.set(name, (this.hits.get(name) ?? 0) + 1);
    const states = new Set();
    for (const { status } of this.#process?.engine.account?.orders.values() ?? [])
      states.add(status);
    for (const state of states) {
      const cell = `${name}/${state}`;
      this.coverage.set(cell, (this.coverage.get(cell) ?? 0) + 1);
    }
  }
}
