import { assertNever } from '../domain/assert.js';
import { applyOrderEvent, type Order, type OrderEvent } from '../domain/order.js';
import type { LedgerRecord, RecordBody, VerdictRow } from '../domain/records.js';
import {
  type CallId,
  type ClientOrderId,
  type EpochMs,
  micros,
  type Price,
  quantity,
  type Ticker,
} from '../domain/units.js';
import type { DecisionKey } from './ids.js';

type Body<Kind extends RecordBody['kind']> = Extract<RecordBody, { readonly kind: Kind }>;
export type Told<Kind extends RecordBody['kind']> = Body<Kind> & { readonly at: EpochMs };

/** What the ledger says of one decision, from its window's record to the outcome of its market. */
export type Story = {
  readonly verdict: { readonly at: EpochMs; readonly row: VerdictRow } | null;
  readonly refused: Told<'refused'> | null;
  readonly intent: Told<'intent'> | null;
  readonly order: Order | null;
  readonly events: readonly { readonly at: EpochMs; readonly event: OrderEvent }[];
  readonly fills: readonly Told<'fill'>[];
  readonly settled: Told<'settled'> | null;
  /** What its market pays, once anybody said so. */
  readonly value: { readonly at: EpochMs; readonly yesValue: Price } | null;
  readonly bills: ReadonlyMap<CallId, Told<'inference_billed'>>;
};

/** How the text of a window's record begins: keys are sorted, and parsing it is what costs. */
const cycleMark = (cycle: number): string => `"body":{"cycle":${cycle},"kind":"cycle"`;
const isCycle = (head: string): boolean => head.includes(',"kind":"cycle"');
const headChars = 80;

/**
 * Gathers the story of one decision from the records of its run's beginning on, oldest first. Only what names its market, its
 * order or its questions is parsed.
 */
export class StoryReader {
  private readonly key: DecisionKey;
  private readonly tickerText: string;
  private readonly mark: string;
  private readonly calls: readonly CallId[];
  private verdict: Story['verdict'] = null;
  private refused: Story['refused'] = null;
  private intent: Story['intent'] = null;
  private order: Order | null = null;
  private orderText: string | null = null;
  private readonly events: { at: EpochMs; event: OrderEvent }[] = [];
  private readonly fills: Told<'fill'>[] = [];
  private settled: Story['settled'] = null;
  private value: Story['value'] = null;
  private readonly bills = new Map<CallId, Told<'inference_billed'>>();
  /** Intents between windows of this market and cycle so far. */
  private turns = 0;

  constructor(key: DecisionKey, calls: readonly CallId[]) {
    this.key = key;
    this.tickerText = JSON.stringify(key.ticker);
    this.mark = cycleMark(key.cycle);
    this.calls = calls;
  }

  hear(text: string): void {
    const head = text.slice(0, headChars);
    if (isCycle(head) ? !this.isOurs(head, text) : !this.names(text)) return;
    const record = JSON.parse(text) as LedgerRecord;
    this.take(record);
  }

  story(): Story {
    const { verdict, refused, intent, order, events, fills, settled, value, bills } = this;
    return { verdict, refused, intent, order, events, fills, settled, value, bills };
  }

  private isOurs(head: string, text: string): boolean {
    return this.verdict === null && head.includes(this.mark) && text.includes(this.tickerText);
  }

  private names(text: string): boolean {
    return (
      text.includes(this.tickerText) ||
      (this.orderText !== null && text.includes(this.orderText)) ||
      this.calls.some((call) => text.includes(call))
    );
  }

  private take({ body, at, run, seq }: LedgerRecord): void {
    const { key } = this;
    const isNow = run === key.run;
    switch (body.kind) {
      case 'cycle': {
        const row = body.verdicts.find(([ticker]) => ticker === key.ticker);
        if (isNow && row !== undefined) this.verdict = { at, row };
        return;
      }
      case 'refused':
        if (isNow && key.n === null && this.isOf(body.ticker, body.cycle))
          this.refused ??= { ...body, at };
        return;
      case 'intent':
        if (isNow && this.isOf(body.terms.ticker, body.terms.cycle) && this.isTurn(body))
          this.begin({ ...body, at }, seq);
        return;
      case 'order':
        if (body.clientOrderId === this.order?.terms.clientOrderId) this.step(body.event, at);
        return;
      case 'fill':
        if (body.clientOrderId !== this.order?.terms.clientOrderId) return;
        this.fills.push({ ...body, at });
        this.step({ kind: 'filled', count: quantity(Math.abs(body.count)) }, at, body);
        return;
      case 'settled':
        if (body.ticker !== key.ticker) return;
        this.settled = { ...body, at };
        this.value = { at, yesValue: body.yesValue };
        if (this.order !== null) this.step({ kind: 'settled' }, at);
        return;
      case 'determined':
      case 'outcome':
        if (body.ticker === key.ticker) this.value ??= { at, yesValue: body.yesValue };
        return;
      case 'inference_billed':
        if (this.calls.includes(body.callId)) this.bills.set(body.callId, { ...body, at });
        return;
      default:
        return;
    }
  }

  private isOf(ticker: Ticker, cycle: number): boolean {
    return ticker === this.key.ticker && cycle === this.key.cycle;
  }

  /** Whether an intent of this market and cycle is the one that is meant. */
  private isTurn({ terms }: Body<'intent'>): boolean {
    if (terms.reason !== 'between_windows') return this.key.n === null && this.intent === null;
    this.turns += 1;
    return this.turns === this.key.n;
  }

  private begin(intent: Told<'intent'>, intentSeq: number): void {
    const { terms, at } = intent;
    this.intent = intent;
    this.orderText = terms.clientOrderId;
    this.order = {
      terms,
      status: 'intended',
      orderId: null,
      filled: quantity(0),
      expected: quantity(0),
      fees: micros(0),
      intentSeq,
      intendedAt: at,
      changedAt: at,
      sentAt: null,
      resends: 0,
      why: null,
    };
  }

  private step(event: OrderEvent, at: EpochMs, fill: Body<'fill'> | null = null): void {
    const before = this.order;
    if (before === null) return;
    const { order } = applyOrderEvent(before, event, at);
    if (order !== before) this.events.push({ at, event });
    this.order =
      fill === null
        ? order
        : {
            ...order,
            fees: micros(order.fees + fill.fee),
            orderId: order.orderId ?? fill.orderId,
          };
  }
}

/** The decision that a record is of, if it is one of this order or this market; windows' verdicts included. */
export function keyIn(
  text: string,
  wanted: { readonly order: ClientOrderId } | { readonly ticker: Ticker },
): DecisionKey | null {
  const needle = 'order' in wanted ? wanted.order : JSON.stringify(wanted.ticker);
  if (!text.includes(needle)) return null;
  const { body, run } = JSON.parse(text) as LedgerRecord;
  switch (body.kind) {
    case 'intent': {
      const { ticker, cycle, reason, clientOrderId } = body.terms;
      const isIt = 'order' in wanted ? clientOrderId === wanted.order : ticker === wanted.ticker;
      return isIt ? { run, cycle, ticker, n: reason === 'between_windows' ? 1 : null } : null;
    }
    case 'refused':
      return 'ticker' in wanted && body.ticker === wanted.ticker
        ? { run, cycle: body.cycle, ticker: body.ticker, n: null }
        : null;
    case 'cycle':
      return 'ticker' in wanted && body.verdicts.some(([ticker]) => ticker === wanted.ticker)
        ? { run, cycle: body.cycle, ticker: wanted.ticker, n: null }
        : null;
    default:
      return null;
  }
}

/** For switches over what an order can be told. */
export function eventText(event: OrderEvent): string {
  switch (event.kind) {
    case 'durable':
      return 'on disk';
    case 'sent':
      return 'sent to the exchange';
    case 'withdrawn':
      return `taken back: ${event.why}`;
    case 'accepted':
      return `accepted as ${event.orderId}: ${hundredths(event.filled)} filled, ${hundredths(event.remaining)} left`;
    case 'rejected':
      return `rejected: ${event.why}`;
    case 'rate_limited':
      return 'the exchange wants it slower; sent again';
    case 'unknown':
      return `in doubt: ${event.why}`;
    case 'reported':
      return `the exchange says ${event.status}: ${hundredths(event.filled)} filled, ${hundredths(event.remaining)} left`;
    case 'canceled':
      return `canceled, ${hundredths(event.reducedBy)} taken away`;
    case 'filled':
      return `${hundredths(event.count)} filled`;
    case 'not_placed':
      return 'was never placed';
    case 'settled':
      return 'its market paid out';
    default:
      return assertNever(event);
  }
}

/** Contracts, as people write them. */
const hundredths = (count: number): string => String(count / 100);
