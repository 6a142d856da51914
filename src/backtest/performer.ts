import type { Settings } from '../config/schema.js';
import { epochMs, formatQuantity, quantity } from '../domain/units.js';
import type { Engine } from '../engine.js';
import { paperDesk } from '../exchange/paper/desk.js';
import { limits } from '../limits.js';
import type { LogScheduler } from '../log-scheduler.js';
import type { Effect, OrderRequest, Outcome } from '../messages/effect.js';
import type { Payload, Source } from '../messages/input.js';
import { fillModel } from './fill-models.js';
import type { History } from './history.js';
import type { FillEstimate } from './job.js';
import type { Latencies } from './latencies.js';
import { RestingOrders } from './resting.js';
import type { SharedValues } from './shared-values.js';
import type { Tape } from './tape.js';
import type { TapeFeed } from './tape-feed.js';

export type PerformerPorts = {
  readonly engine: Engine;
  readonly scheduler: LogScheduler;
  readonly speed: number;
  readonly hasFeed: boolean;
  readonly estimate: FillEstimate;
  readonly seed: number;
  readonly settings: () => Settings;
  readonly latencies: Latencies;
  readonly feed: TapeFeed;
  readonly tape: Tape;
  readonly history: History;
  readonly values: SharedValues;
  readonly give: (source: Source, payload: Payload) => void;
};

/** Performs what a backtested engine asks for: the tape, the fill model, and the functions a live run computes with. */
export class Performer {
  readonly resting: RestingOrders;
  private readonly ports: PerformerPorts;
  private readonly desk: ReturnType<typeof paperDesk>;
  private readonly model: ReturnType<typeof fillModel>;

  constructor(ports: PerformerPorts) {
    const { engine, scheduler, speed, estimate, seed, latencies, settings, feed } = ports;
    this.ports = ports;
    this.model = fillModel(estimate, seed, latencies);
    const cashUnit = () => settings().balancePrecision;
    this.desk = paperDesk({
      model: this.model,
      scheduler,
      speed,
      book: (ticker) => engine.shot(ticker),
      market: engine.market,
      position: (ticker) => engine.account?.positions.get(ticker)?.quantity ?? quantity(0),
      cashUnit,
      keyless: () => !ports.hasFeed,
    });
    this.resting = new RestingOrders({
      estimate,
      speed,
      feed,
      market: engine.market,
      cashUnit,
      now: () => epochMs(Math.floor(scheduler.now())),
      filled: (fill) => feed.tell({ kind: 'fill', fill }),
    });
  }

  perform(effect: Effect): void {
    const { request } = effect;
    const { tape, history, values } = this.ports;
    switch (request.kind) {
      case 'send':
        return;
      case 'scan':
      case 'metadata':
      case 'book':
      case 'market':
      case 'evidence':
      case 'infer':
      case 'model':
        tape.ask(effect, request);
        return;
      case 'value': {
        const output = values.value(request.job);
        this.later(limits.backtestValueMs, () =>
          this.answer(effect, 'worker', [{ kind: 'worker', output }]),
        );
        return;
      }
      case 'flush':
        this.answer(effect, 'ledger', [{ kind: 'flushed', recordSeq: request.recordSeq }]);
        return;
      case 'calibrate':
        this.answer(effect, 'ledger', [{ kind: 'calibration', output: history.learnt() }]);
        return;
      case 'place':
        this.place(effect, request.order);
        return;
      case 'cancel':
        this.answer(effect, 'venue', [this.canceled(request.clientOrderId)]);
        return;
      case 'transfer':
      case 'group':
      case 'transfers':
      case 'orders':
      case 'fills':
      case 'positions':
      case 'settlements':
      case 'balance':
        this.answer(effect, 'paper', [notInPaper]);
        return;
      default:
        request satisfies never;
    }
  }

  readonly answer = (effect: Effect, source: Source, outcomes: readonly Outcome[]): void => {
    outcomes.forEach((outcome, part) => {
      const last = part === outcomes.length - 1;
      const reply = { effectId: effect.id, requestHash: effect.hash, part, last, outcome };
      this.ports.give(source, { kind: 'reply', reply });
    });
  };

  private place(effect: Effect, order: OrderRequest): void {
    if (order.restUntil === undefined) {
      this.desk({ kind: 'place', order }).subscribe((outcome) =>
        this.answer(effect, 'paper', [outcome]),
      );
      return;
    }
    const sentAt = epochMs(Math.floor(this.ports.scheduler.now()));
    this.later(this.model.latencyMs(order, sentAt), () => {
      const answer = this.resting.place(order);
      const paper = { answer, fills: [], canceled: null, keyless: false };
      this.answer(effect, 'paper', [{ kind: 'paper', answer: paper }]);
    });
  }

  private canceled(clientOrderId: string): Outcome {
    const left = this.resting.cancel(clientOrderId);
    return left === null
      ? { kind: 'http', status: 404, path: '', body: '' }
      : { kind: 'http', status: 200, path: '', body: reduced(left) };
  }

  private later(realMs: number, act: () => void): void {
    this.ports.scheduler.schedule(act, Math.round(realMs * this.ports.speed));
  }
}

const reduced = (by: number): string =>
  JSON.stringify({ reduced_by: formatQuantity(quantity(by)) });

const notInPaper: Outcome = {
  kind: 'failed',
  code: 'aborted',
  sent: false,
  detail: 'a backtest writes nothing to an exchange',
};
