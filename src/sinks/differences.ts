import type { Step } from '../messages/step.js';

/** What the exchange says and the ledger does not explain. `text` may quote others. */
export type Difference = { readonly kind: string; readonly text: string };

/** Told in a notice; anomalies are records. */
const told: ReadonlySet<string> = new Set([
  'external_orders',
  'external_fills',
  'external_position',
  'cash_adjusted',
  'cash_unlisted',
  'settlement_differs',
  'settlement_unclear',
  'unknown_unresolved',
]);

export function differencesIn(step: Step): readonly Difference[] {
  if (step.kind === 'notice') {
    const { code, text } = step.notice;
    return told.has(code) ? [{ kind: code, text }] : [];
  }
  if (step.kind !== 'records') return [];
  return step.records.flatMap(({ body }) =>
    body.kind === 'anomaly' ? [{ kind: 'anomaly', text: `${body.code}: ${body.text}` }] : [],
  );
}
