import type { Clock } from '../../clock.js';
import type { LedgerRecord } from '../../domain/records.js';
import { limits } from '../../limits.js';
import type { Reply } from '../../messages/effect.js';
import type { Step } from '../../messages/step.js';
import type { Instruments } from './instruments.js';

/** Where a bet stands: its next stage is timed from here. */
type Reached = { readonly stage: 'intent' | 'durable' | 'sent'; readonly ms: number };

/** Takes the time between what a run tells, in real seconds. What never ends is forgotten, the oldest first. */
export class Stages {
  private readonly clock: Pick<Clock, 'monotonicMs'>;
  private readonly instruments: Instruments;
  /** When each window was cut, and when each cycle was valued. */
  private readonly windows = new Map<number, number>();
  private readonly cycles = new Map<number, number>();
  private readonly orders = new Map<string, Reached>();
  private readonly asked = new Map<number, { readonly kind: string; readonly ms: number }>();

  constructor(clock: Pick<Clock, 'monotonicMs'>, instruments: Instruments) {
    this.clock = clock;
    this.instruments = instruments;
  }

  hear(step: Step): void {
    switch (step.kind) {
      case 'window':
        keep(this.windows, step.window.index, this.now);
        return;
      case 'cycle': {
        const { cycle, window } = step.report;
        this.stage('valuation', this.windows.get(window.index));
        this.windows.delete(window.index);
        keep(this.cycles, cycle, this.now);
        return;
      }
      case 'effect':
        if (step.effect.request.kind !== 'send')
          keep(this.asked, step.effect.id, { kind: step.effect.request.kind, ms: this.now });
        return;
      case 'records':
        for (const record of step.records) this.record(record);
        return;
      default:
    }
  }

  /** A reply that came in; `effectId` names what was asked. */
  answered({ effectId, last, outcome }: Reply): void {
    const asked = this.asked.get(effectId);
    if (asked === undefined) return;
    const { kind, ms } = asked;
    const code = failureOf(outcome);
    if (code !== null) this.instruments.count('evt_request_failures_total', { kind, code });
    if (!last) return;
    this.asked.delete(effectId);
    this.instruments.observe('evt_request_seconds', (this.now - ms) / 1_000, { kind });
  }

  private record({ body }: LedgerRecord): void {
    if (body.kind === 'intent') {
      const { clientOrderId, cycle, reason } = body.terms;
      // Between windows nothing was valued for it.
      if (reason !== 'between_windows') this.stage('intent', this.cycles.get(cycle));
      keep(this.orders, clientOrderId, { stage: 'intent', ms: this.now });
      return;
    }
    if (body.kind !== 'order') return;
    const { clientOrderId, event } = body;
    const reached = this.orders.get(clientOrderId);
    if (reached === undefined) return;
    if (event.kind === 'durable' && reached.stage === 'intent') {
      this.stage('durable', reached.ms);
      keep(this.orders, clientOrderId, { stage: 'durable', ms: this.now });
    } else if (event.kind === 'sent' && reached.stage === 'durable') {
      this.stage('sent', reached.ms);
      keep(this.orders, clientOrderId, { stage: 'sent', ms: this.now });
    } else {
      if (reached.stage === 'sent') this.stage('answered', reached.ms);
      this.orders.delete(clientOrderId);
    }
  }

  private stage(stage: string, sinceMs: number | undefined): void {
    if (sinceMs === undefined) return;
    this.instruments.observe('evt_stage_seconds', (this.now - sinceMs) / 1_000, { stage });
  }

  private get now(): number {
    return this.clock.monotonicMs();
  }
}

function keep<Key, Value>(map: Map<Key, Value>, key: Key, value: Value): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= limits.stagesTimedMax) return;
  for (const oldest of map.keys()) {
    map.delete(oldest);
    return;
  }
}

/** Why an answer is none, in a word; null: it is one. */
function failureOf(outcome: Reply['outcome']): string | null {
  switch (outcome.kind) {
    case 'failed':
      return outcome.code;
    case 'http':
      return outcome.status >= 400 ? `http_${outcome.status}` : null;
    case 'inference':
      if (outcome.status === 200) return null;
      return outcome.status === null ? 'no_answer' : `http_${outcome.status}`;
    default:
      return null;
  }
}
