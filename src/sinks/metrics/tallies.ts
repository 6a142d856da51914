import type { LedgerRecord } from '../../domain/records.js';
import type { Step } from '../../messages/step.js';
import { differencesIn } from '../differences.js';
import type { Instruments } from './instruments.js';

const dollar = 1_000_000;

/** Counts what a run tells. */
export class Tallies {
  private readonly instruments: Instruments;
  /** Who is asked, until it is known what that cost. As many as money is held for. */
  private readonly questions = new Map<string, string>();

  constructor(instruments: Instruments) {
    this.instruments = instruments;
  }

  hear(step: Step): void {
    const { instruments } = this;
    for (const { kind } of differencesIn(step))
      instruments.count('evt_differences_total', { kind });
    switch (step.kind) {
      case 'notice': {
        const { level, code } = step.notice;
        instruments.count('evt_notices_total', { level });
        if (code === 'settings_changed') instruments.count('evt_settings_changes_total');
        if (code === 'disconnected') instruments.count('evt_feed_disconnects_total');
        return;
      }
      case 'cycle':
        for (const { taken, reason } of step.report.result.verdicts)
          instruments.count('evt_decisions_total', {
            verdict: taken ? 'taken' : 'refused',
            reason,
          });
        return;
      case 'intent_refused':
        instruments.count('evt_intents_refused_total', { reason: step.code });
        return;
      case 'records':
        for (const { body } of step.records) this.record(body);
        return;
      default:
    }
  }

  private record(body: LedgerRecord['body']): void {
    const { instruments, questions } = this;
    switch (body.kind) {
      case 'intent':
        instruments.count('evt_order_events_total', { event: 'intent' });
        return;
      case 'order':
        instruments.count('evt_order_events_total', { event: body.event.kind });
        if (body.event.kind === 'withdrawn')
          instruments.count('evt_intents_refused_total', { reason: body.event.why });
        return;
      case 'refused':
        instruments.count('evt_intents_refused_total', { reason: body.code });
        return;
      case 'fill':
        instruments.count('evt_fills_total');
        return;
      case 'inference_held':
        questions.set(body.callId, body.model);
        return;
      case 'inference_released': {
        const model = questions.get(body.callId) ?? 'unknown';
        questions.delete(body.callId);
        instruments.count('evt_claude_calls_total', { model, outcome: 'released' });
        return;
      }
      case 'inference_billed': {
        const { model, usage, cost, estimated } = body;
        questions.delete(body.callId);
        const outcome = usage === null ? 'estimated' : 'billed';
        instruments.count('evt_claude_calls_total', { model, outcome });
        instruments.count('evt_claude_cost_dollars_total', { model }, (cost + estimated) / dollar);
        for (const [kind, tokens] of Object.entries(usage ?? {}))
          instruments.count('evt_claude_tokens_total', { model, kind }, tokens);
        return;
      }
      default:
    }
  }
}
