import { Observable, Subject, type Subscription } from 'rxjs';
import type { ExecutorStep } from '../actors/executor/decide.js';
import { executor } from '../actors/executor/executor.js';
import type { Desk, ExecutorMessage } from '../actors/executor/messages.js';
import { type ExecutorState, unopened } from '../actors/executor/state.js';
import { barredMarkets, holdings, isQuiet, sizing } from '../actors/executor/views.js';
import type { CallId, EpochMs, Ticker } from '../domain/units.js';
import type { VenueCodec } from '../exchange/venue.js';
import type { EffectKind, EffectRequest } from '../messages/effect.js';
import type { InferenceCall, InferenceReply } from '../messages/inference.js';
import type { Intent } from '../messages/intent.js';
import type { IntentBasis } from '../messages/repricing.js';
import type { Step } from '../messages/step.js';
import type { BlendTable, ValuationSettings } from '../messages/valuation.js';
import type { HeldPosition } from '../streams/marks.js';
import type { JobInputs } from '../streams/valuations.js';
import { answersOf, inferenceReply } from './answers.js';
import type { Decisions } from './decisions.js';
import type { EffectDesk } from './effect-desk.js';
import type { KnownMarkets } from './known-markets.js';

/** Effects that are part of a bet: while one of them is out, the engine is not quiet. */
const betting: ReadonlySet<EffectKind> = new Set([
  'book',
  'value',
  'flush',
  'infer',
  'place',
  'cancel',
  'orders',
  'fills',
]);

export type TraderPorts = {
  readonly desk: () => Desk;
  readonly codec: VenueCodec;
  readonly effects: EffectDesk;
  readonly decisions: Decisions;
  readonly known: KnownMarkets;
  /** The weights in force. */
  readonly blend: () => BlendTable;
  readonly emit: (step: Step) => void;
};

/**
 * The executor behind its mailbox. What it decides leaves as steps and effects, in that order: a record is on its way to
 * the ledger before anything that rests on it is asked for. Replies come back as messages.
 */
export class Trader {
  private readonly ports: TraderPorts;
  private readonly inbox$ = new Subject<ExecutorMessage>();
  private readonly wired: Subscription;
  private readonly questions = new Map<CallId, (reply: InferenceReply) => void>();
  /** What each intent rests on, until the executor has had it. */
  private readonly bases = new Map<Intent, IntentBasis>();
  private current: ExecutorState = unopened;

  constructor(ports: TraderPorts) {
    this.ports = ports;
    this.wired = executor(ports.desk)(this.inbox$).subscribe((step) => this.acted(step));
  }

  /** Immutable. */
  get state(): ExecutorState {
    return this.current;
  }

  /** Nothing of a bet is under way: not being valued, checked, written, sent, unknown or owed. */
  get isQuiet(): boolean {
    return isQuiet(this.current) && !this.ports.effects.awaits(betting);
  }

  readonly tell = (message: ExecutorMessage): void => this.inbox$.next(message);

  want(intent: Intent, basis: IntentBasis): void {
    this.bases.set(intent, basis);
    this.tell({ kind: 'intent', intent });
  }

  close(): void {
    this.wired.unsubscribe();
  }

  jobInputs(settings: ValuationSettings, now: EpochMs): JobInputs {
    return {
      settings,
      bankroll: sizing(this.current),
      holdings: holdings(this.current),
      barred: barredMarkets(this.current, now),
      blend: this.ports.blend(),
    };
  }

  held(): readonly HeldPosition[] {
    return [...(this.current.account?.positions.values() ?? [])].map(({ ticker, quantity }) => ({
      ticker,
      position: quantity,
    }));
  }

  /** Markets with something held or in flight, whatever the catalog thinks of them. */
  atStake(): ReadonlySet<Ticker> {
    return new Set(holdings(this.current).map(({ ticker }) => ticker));
  }

  /** Whether news of this market can concern the ledger. */
  matters(ticker: Ticker): boolean {
    const { account, session } = this.current;
    if (account === null) return false;
    if (account.positions.has(ticker) || account.awaited.has(ticker)) return true;
    if (session?.othersIn.has(ticker)) return true;
    for (const order of account.orders.values()) if (order.terms.ticker === ticker) return true;
    return false;
  }

  /**
   * Asks Claude, if the executor sets the money aside for it. Works on subscription; one reply, once the bill is booked.
   */
  readonly infer = (call: InferenceCall): Observable<InferenceReply> =>
    new Observable((subscriber) => {
      const answer = (reply: InferenceReply): void => {
        this.questions.delete(call.callId);
        subscriber.next(reply);
        subscriber.complete();
      };
      this.questions.set(call.callId, answer);
      this.inbox$.next({ kind: 'inference_wanted', call });
    });

  /** Asks for something on the executor's behalf; it hears the answer. */
  issue(request: EffectRequest): void {
    const { effects, codec, known } = this.ports;
    effects.issue(request, (parts) => {
      for (const message of answersOf(request, parts, codec, known.dress)) {
        if (message.kind === 'market' && message.market !== null) known.add(message.market);
        this.inbox$.next(message);
      }
      if (request.kind !== 'infer') return;
      const [first] = parts;
      if (first !== undefined) this.questions.get(request.call.callId)?.(inferenceReply(first));
    });
  }

  private acted({ message, at, inputSeq, records, effects, notes, state }: ExecutorStep): void {
    const { decisions, emit } = this.ports;
    this.current = state;
    if (records.length > 0) {
      for (const record of records) decisions.record(record);
      emit({ kind: 'records', at, inputSeq, records });
    }
    for (const notice of notes) emit({ kind: 'notice', at, notice });
    if (message.kind === 'intent') this.answered(message.intent, at, records, notes);
    for (const request of effects) this.issue(request);
    if (message.kind === 'inference_wanted') this.refuse(message.call, state);
  }

  /** What the executor made of an intent: its last note says why there is no order. */
  private answered(
    intent: Intent,
    at: EpochMs,
    records: ExecutorStep['records'],
    notes: ExecutorStep['notes'],
  ): void {
    const basis = this.bases.get(intent);
    this.bases.delete(intent);
    if (basis === undefined) return;
    const written = records.find(({ body }) => body.kind === 'intent')?.body;
    const clientOrderId = written?.kind === 'intent' ? written.terms.clientOrderId : null;
    const refusal = clientOrderId === null ? (notes.at(-1)?.code ?? 'refused') : null;
    this.ports.emit({ kind: 'intent', at, intent, basis, clientOrderId, refusal });
  }

  /** Tells whoever asked, unless the executor set the money aside: it alone says what is asked. */
  private refuse({ callId }: InferenceCall, { account, session }: ExecutorState): void {
    if (account?.holds.has(callId) === true) return;
    const code = session?.inferenceRefusal ?? 'trading_held';
    this.questions.get(callId)?.({ kind: 'refused', code });
  }
}
