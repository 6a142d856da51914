// The judge's own reading of the ledger: what its records say was ordered, filled, held and paid, added up by rules of its own.
// Shares no code with the engine, so that a mistake there is not made here too.

import { hash } from 'node:crypto';

const dollar = 10_000;

/** Sorted keys, no blanks, integers: the bytes that a record's hash is over. */
export function canonicalText(value) {
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = Object.keys(value)
    .filter((key) => value[key] !== undefined)
    .sort();
  return `{${fields.map((key) => `${JSON.stringify(key)}:${canonicalText(value[key])}`).join(',')}}`;
}

export const sha256 = (text) => hash('sha256', text);
/** Records that were found to have their own hash: after a restart they are the same objects again. */
const genuine = new WeakSet();
const isGenuine = (record) => {
  if (genuine.has(record)) return true;
  const { hash: own, ...open } = record;
  if (sha256(canonicalText(open)) !== own) return false;
  genuine.add(record);
  return true;
};

export class Books {
  seq = 0;
  hash = '0'.repeat(64);
  at = 0;
  orders = new Map();
  cash = new Map();
  held = new Map();
  trades = new Map();
  latches = new Map();
  settled = new Map();
  adjusted = 0;
  /** The transfer between shards that is not over: its record's seq, shards, amount. */
  transfer = null;
  external = { orders: 0, fills: 0, positions: 0 };
  /** Deposits less withdrawals, opening cash included: what the account was given. */
  given = 0;

  /** Takes one record, or says in words why it cannot follow. */
  take(record) {
    if (record.seq !== this.seq + 1) return `record ${this.seq + 1} calls itself ${record.seq}`;
    if (record.prevHash !== this.hash)
      return `record ${record.seq} does not follow its predecessor`;
    if (record.at < this.at) return `record ${record.seq} is older than its predecessor`;
    if (!isGenuine(record)) return `record ${record.seq} has another hash`;
    this.seq = record.seq;
    this.hash = record.hash;
    this.at = record.at;
    return this.#apply(record.body);
  }

  #apply(body) {
    switch (body.kind) {
      case 'opening':
      case 'adjusted':
        this.#pay(body.shard, body.amount);
        this.given += body.amount;
        if (body.kind === 'adjusted') this.adjusted += 1;
        return null;
      case 'transfer':
        if (this.transfer !== null) return 'two transfers at once';
        this.transfer = { seq: this.seq, ...body };
        this.#pay(body.from, 0 - body.amount);
        return null;
      case 'transfer_step': {
        const { transfer } = this;
        if (transfer === null) return 'a step of no transfer';
        const { kind } = body.event;
        if (kind !== 'completed' && kind !== 'failed') return null;
        this.#pay(kind === 'completed' ? transfer.to : transfer.from, transfer.amount);
        this.transfer = null;
        return null;
      }
      case 'intent': {
        const { clientOrderId } = body.terms;
        if (this.orders.has(clientOrderId)) return `two intents are called ${clientOrderId}`;
        this.orders.set(clientOrderId, {
          terms: body.terms,
          seq: this.seq,
          orderId: null,
          isOver: false,
          end: null,
          expected: 0,
          filled: 0,
        });
        return null;
      }
      case 'order':
        return this.#step(this.orders.get(body.clientOrderId), body.event);
      case 'fill':
        return this.#fill(body);
      case 'settled': {
        const held = this.held.get(body.ticker) ?? 0;
        if (held === 0) return `${body.ticker} settled with nothing held`;
        this.held.delete(body.ticker);
        this.#pay(this.#shardOf(body.ticker), body.revenue);
        this.settled.set(body.ticker, (this.settled.get(body.ticker) ?? 0) + body.revenue);
        return null;
      }
      case 'latch':
        if (body.set) this.latches.set(body.cause, body.level);
        else this.latches.delete(body.cause);
        return null;
      case 'external':
        this.external = body.counts;
        return null;
      default:
        return null;
    }
  }

  #step(order, event) {
    if (order === undefined) return 'a step of no order';
    switch (event.kind) {
      case 'withdrawn':
      case 'rejected':
      case 'not_placed':
        order.isOver = true;
        order.end = event.kind;
        return null;
      case 'accepted':
      case 'reported': {
        order.orderId = event.orderId;
        order.expected = Math.max(order.expected, event.filled);
        const rests = event.kind === 'reported' ? event.status === 'resting' : event.remaining > 0;
        if (!rests) order.isOver = true;
        order.end = event.kind;
        return null;
      }
      case 'canceled':
        order.isOver = true;
        order.expected = Math.max(order.expected, order.terms.count - event.reducedBy);
        return null;
      default:
        return null;
    }
  }

  #fill({ tradeId, clientOrderId, orderId, ticker, shard, count, yesPrice, fee }) {
    const order = this.orders.get(clientOrderId);
    if (order === undefined) return `trade ${tradeId} of no order`;
    if (this.trades.has(tradeId)) return `trade ${tradeId} is booked twice`;
    const size = Math.abs(count);
    order.filled += size;
    order.orderId ??= orderId;
    if (order.filled > order.terms.count) return `${clientOrderId} is filled beyond its count`;
    this.trades.set(tradeId, { clientOrderId, ticker, count, yesPrice, fee });
    const before = this.held.get(ticker) ?? 0;
    const closes = before * count < 0 ? Math.min(Math.abs(before), size) : 0;
    const own = count > 0 ? yesPrice : dollar - yesPrice;
    this.#pay(shard, (dollar - own) * closes - own * (size - closes) - fee);
    if (before + count === 0) this.held.delete(ticker);
    else this.held.set(ticker, before + count);
    return null;
  }

  #pay(shard, micros) {
    this.cash.set(shard, (this.cash.get(shard) ?? 0) + micros);
  }

  #shardOf(ticker) {
    for (const { terms } of this.orders.values()) if (terms.ticker === ticker) return terms.shard;
    return 0;
  }

  /** Whether something of it may still come. */
  isOpen({ isOver, expected, filled, terms }) {
    if (filled >= terms.count) return false;
    return !isOver || filled < expected;
  }

  /** The open order of a market, if there is one. */
  openOrder(ticker, except = null) {
    for (const [id, order] of this.orders)
      if (id !== except && order.terms.ticker === ticker && this.isOpen(order)) return id;
    return null;
  }
}
