import { type Account, applyRecord } from '../../domain/account.js';
import { assert } from '../../domain/assert.js';
import type { Canonical } from '../../domain/canonical.js';
import { noHead, seal } from '../../domain/chain.js';
import {
  applyOrderEvent,
  type Order,
  type OrderAnomaly,
  type OrderEvent,
} from '../../domain/order.js';
import type { LatchCause, LatchLevel, LedgerRecord, RecordBody } from '../../domain/records.js';
import { type ClientOrderId, type EpochMs, epochMs, type Ticker } from '../../domain/units.js';
import { limits } from '../../limits.js';
import type { EffectRequest } from '../../messages/effect.js';
import type { Desk, Note } from './messages.js';
import type { ExecutorState, Retry, Session } from './state.js';

type About = { readonly ticker?: Ticker; readonly clientOrderId?: ClientOrderId };

/**
 * One message being decided: the state so far and what came of it. Records are chained and applied as they are made, so
 * that every rule sees the account as the records before it left it. Lives for one call of `decide`.
 */
export class Turn {
  readonly desk: Desk;
  readonly records: LedgerRecord[] = [];
  readonly effects: EffectRequest[] = [];
  readonly notes: Note[] = [];
  private state: ExecutorState;

  constructor(state: ExecutorState, desk: Desk) {
    this.state = state;
    this.desk = desk;
  }

  get now(): EpochMs {
    return this.desk.now;
  }

  get account(): Account {
    const { account } = this.state;
    assert(account !== null, 'opened comes first');
    return account;
  }

  get session(): Session {
    const { session } = this.state;
    assert(session !== null, 'opened comes first');
    return session;
  }

  get isOpen(): boolean {
    return this.state.session !== null;
  }

  get result(): ExecutorState {
    return this.state;
  }

  open(account: Account | null, session: Session): void {
    this.state = { account, session };
  }

  update(change: Partial<Session>): void {
    this.state = { ...this.state, session: { ...this.session, ...change } };
  }

  record(body: RecordBody, run: number = this.account.run): LedgerRecord {
    const { account } = this.state;
    const stamp = { at: this.now, run, inputSeq: this.desk.inputSeq };
    const record = seal(account?.head ?? noHead, stamp, body);
    this.records.push(record);
    this.state = { ...this.state, account: applyRecord(account, record) };
    return record;
  }

  effect(request: EffectRequest): void {
    this.effects.push(request);
  }

  note(level: Note['level'], code: string, text: string, about: About = {}): void {
    this.notes.push({ level, code, text, ...about });
  }

  order(id: ClientOrderId): Order | null {
    return this.account.orders.get(id) ?? null;
  }

  /** Puts an order through one event. What changes nothing leaves no record; what cannot be leaves an anomaly. */
  advance(id: ClientOrderId, event: Exclude<OrderEvent, { kind: 'filled' }>): Order {
    const before = this.order(id);
    assert(before !== null, `no order ${id}`);
    const { order, anomaly } = applyOrderEvent(before, event, this.now);
    if (order !== before) this.record({ kind: 'order', clientOrderId: id, event });
    if (anomaly === null) return order;
    const text = `order ${id} is ${anomaly.from} and was told: ${anomaly.event}`;
    const about = { ticker: before.terms.ticker, clientOrderId: id };
    this.anomaly(`order_${anomaly.code}`, text, about, order !== before, event as Canonical);
    if (halting.has(anomaly.code)) this.latch('anomaly', 'halt', `${anomaly.code}: ${text}`);
    return order;
  }

  /** Something that cannot be: kept as it came, told loudly, never dropped. */
  anomaly(code: string, text: string, about: About, applied: boolean, detail: Canonical): void {
    const { ticker = null, clientOrderId = null } = about;
    this.record({ kind: 'anomaly', code, text, ticker, clientOrderId, applied, detail });
    this.note('alert', code, text, about);
  }

  /** Latches once: a cause that is already as strict says nothing again. */
  latch(cause: LatchCause, level: LatchLevel, why: string): void {
    const before = this.account.latches.get(cause);
    if (before !== undefined && rank[before.level] >= rank[level]) return;
    this.record({ kind: 'latch', cause, level, set: true, why });
    this.note('alert', `latched_${cause}`, `${level}: ${why}`);
  }

  /** The `tries`-th repetition of something first done `firstMs` after now, doubling up to a bound. */
  retry(tries: number, firstMs: number): Retry {
    const factor = 2 ** Math.min(tries, limits.retryDoublingsMax);
    return { tries, nextAt: epochMs(Math.round(this.now + firstMs * factor)) };
  }
}

/** More than was ordered, or a second order under one id: what is at stake is no longer what the books say. */
const halting: ReadonlySet<OrderAnomaly['code']> = new Set([
  'bad_count',
  'overfill',
  'other_order_id',
]);

const rank: Readonly<Record<LatchLevel, number>> = { pause: 1, cancel: 2, halt: 3 };
