import { limits } from '../../limits.js';
import type { Step } from '../../messages/step.js';
import { differencesIn } from '../differences.js';

/** What is no longer to be read off the account once it has happened. */
export type Memory = {
  /** Why the ledger can no longer be written; for good. */
  readonly diskFailure: string | null;
  /** The last difference to the exchange, until a whole reading finds none. `isNew`: since the last reading. */
  readonly difference: {
    readonly text: string;
    readonly atMs: number;
    readonly isNew: boolean;
  } | null;
};

export const nothing: Memory = { diskFailure: null, difference: null };

/** What is remembered after a step. Pure; `nowMs` real. */
export function remembered(memory: Memory, step: Step, nowMs: number): Memory {
  let next = memory;
  for (const { kind, text } of differencesIn(step))
    next = { ...next, difference: { text: `${kind}: ${text}`, atMs: nowMs, isNew: true } };
  if (step.kind === 'notice' && step.notice.code === 'disk_failed')
    next = { ...next, diskFailure: step.notice.text };
  if (step.kind !== 'records') return next;
  for (const { body } of step.records) {
    if (body.kind === 'reconciled' && next.difference !== null) {
      // What this reading itself found is told before it is over.
      const difference = next.difference.isNew ? { ...next.difference, isNew: false } : null;
      next = { ...next, difference };
    }
    // Whoever lifts it has looked.
    if (body.kind === 'latch' && !body.set && body.cause === 'anomaly')
      next = { ...next, difference: null };
  }
  return next;
}

/** Without a reading, as in paper mode, a difference is old news after a day. */
export const faded = (memory: Memory, nowMs: number): Memory =>
  memory.difference !== null && !(nowMs - memory.difference.atMs < limits.alertDifferenceMs)
    ? { ...memory, difference: null }
    : memory;
