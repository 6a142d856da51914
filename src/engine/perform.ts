import { map, type Observable, of } from 'rxjs';
import { assertNever } from '../domain/assert.js';
import type { Result } from '../domain/result.js';
import type { VenueShell } from '../exchange/venue.js';
import type { Effect, EffectRequest, EvidenceSource, Outcome } from '../messages/effect.js';
import type { InferenceCall } from '../messages/inference.js';
import type { Source } from '../messages/input.js';
import type { ValuationJob } from '../messages/valuation.js';

/** What performs effects: the venue's shell, the paper desk or null in live mode, the pool, the ledger. */
export type Performers = {
  readonly venue: VenueShell;
  /** Takes `place` and `cancel` in paper mode; then no write ever reaches the venue. */
  readonly paper: ((request: EffectRequest) => Observable<Outcome>) | null;
  readonly evidence: (source: EvidenceSource, url: string) => Observable<Outcome>;
  readonly value: (job: ValuationJob) => Observable<Outcome>;
  /** Asks Claude once everything up to this record is durable. */
  readonly infer: (call: InferenceCall, holdSeq: number) => Observable<Outcome>;
  readonly model: (model: string) => Observable<Outcome>;
  readonly flush: (recordSeq: number) => Observable<Outcome>;
  readonly calibrate: (throughSeq: number) => Observable<Outcome>;
  /** Everything up to the deciding input is with the operating system; an order may leave only then. */
  readonly recorded: () => Result<null, { readonly code: string; readonly detail: string }>;
};

export type Performed = {
  readonly source: Source;
  readonly parts$: Observable<{ readonly outcome: Outcome; readonly last: boolean }>;
};

const single = (outcomes$: Observable<Outcome>): Performed['parts$'] =>
  outcomes$.pipe(map((outcome) => ({ outcome, last: true })));

const notInPaper: Outcome = {
  kind: 'failed',
  code: 'aborted',
  sent: false,
  detail: 'paper mode writes nothing to an exchange',
};

/** Sends one effect where it belongs. Null: it has no reply. */
export function perform(effect: Effect, performers: Performers): Performed | null {
  const { request } = effect;
  const { venue, paper } = performers;
  switch (request.kind) {
    case 'send':
      venue.send(request.connection, request.text);
      return null;
    case 'evidence':
      return {
        source: 'evidence',
        parts$: single(performers.evidence(request.source, request.url)),
      };
    case 'value':
      return { source: 'worker', parts$: single(performers.value(request.job)) };
    case 'infer':
      return { source: 'claude', parts$: single(performers.infer(request.call, request.holdSeq)) };
    case 'model':
      return { source: 'claude', parts$: single(performers.model(request.model)) };
    case 'flush':
      return { source: 'ledger', parts$: single(performers.flush(request.recordSeq)) };
    case 'calibrate':
      return { source: 'ledger', parts$: single(performers.calibrate(request.throughSeq)) };
    case 'place':
    case 'cancel':
    case 'transfer': {
      const recorded = performers.recorded();
      if (!recorded.ok)
        return {
          source: 'venue',
          parts$: single(
            of({
              kind: 'failed',
              code: 'disk_failed',
              sent: false,
              detail: `the input log is not written: ${recorded.error.detail}`,
            }),
          ),
        };
      if (paper !== null)
        return {
          source: 'paper',
          parts$: single(request.kind === 'transfer' ? of(notInPaper) : paper(request)),
        };
      return { source: 'venue', parts$: venue.perform(request) };
    }
    case 'group':
      if (paper !== null) return { source: 'paper', parts$: single(of(notInPaper)) };
      return { source: 'venue', parts$: venue.perform(request) };
    case 'scan':
    case 'metadata':
    case 'book':
    case 'market':
    case 'orders':
    case 'fills':
    case 'positions':
    case 'settlements':
    case 'balance':
    case 'transfers':
      return { source: 'venue', parts$: venue.perform(request) };
    default:
      return assertNever(request);
  }
}
