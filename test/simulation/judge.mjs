// What must hold after every event, held against the exchange's own books and against what was seen on the wire. Ids are
// those of the catalogue of invariants: I1 truth, I2 at most once, I3 write-ahead, I4 exposure, I5 conservation, I6 freshness,
// I7 fail closed, I8 kill, I9 fills, I10 chain, I12 liveness, I16 rate, I19 latches.

import { differences } from './agreement.mjs';
import { checkCaps, reduces } from './at-stake.mjs';
import { Books } from './books.mjs';
import { checkConserved } from './conservation.mjs';
import { FeedWatch } from './feed-watch.mjs';
import { RateWatch } from './rate-watch.mjs';
import { checkFill, checkPayout, orderOf } from './truth.mjs';
import { fail } from './violation.mjs';

/** What has to be read whole before anything is sent. */
const readings = ['orders', 'fills', 'positions', 'settlements', 'balance'];

export class Judge {
  books = new Books();
  posts = new Map();
  /** Transfers that were asked for, by the seq of their record. */
  transfers = new Set();
  /** What the running process was told last. */
  caps;
  /** Answers that say what cannot be true. */
  lies = new WeakSet();
  /** External causes that may move cash or be counted. */
  hasOutsiders = false;
  #exchange;
  #durableSeq;
  #isReconciled = false;
  /**
   * Level that was ordered and not lifted, as the engine has been told it.
   * @type {string | null}
   */
  #ordered = null;
  #read = new Set();
  #isLiedTo = false;
  #day = null;
  #dayOf;
  /** When the last transfer was over here: how many were asked for, and how many the exchange had made. */
  #asked = 0;
  #made = 0;
  #feed = new FeedWatch();
  #rate = new RateWatch();

  /** `durableSeq()`: last record on the simulated disk; `dayOf(ms)`: the day of an instant where the account is. */
  constructor({ exchange, durableSeq, dayOf }) {
    this.#exchange = exchange;
    this.#dayOf = dayOf;
    this.#durableSeq = durableSeq;
  }

  /** A process begins, bound by `caps`: nothing it knows is newer than its ledger. */
  started(caps) {
    this.caps = caps;
    this.#isReconciled = false;
    this.#feed = new FeedWatch();
  }

  /** A whole list of the account reached the engine. */
  readWhole(kind) {
    this.#read.add(kind);
  }

  /** The exchange's own book of a market reached the engine. */
  fetched(ticker, nowMs) {
    this.#feed.fetched(ticker, nowMs);
  }

  /** The process is gone; `records` are what the disk kept. */
  restored(records) {
    this.books = new Books();
    this.#day = null;
    this.#rate.restarted();
    for (const record of records) this.#takeRecord(record, false);
    if (![...this.books.latches.keys()].includes('operator')) this.#ordered = null;
    else this.#ordered = this.books.latches.get('operator');
  }

  records(records) {
    for (const record of records) this.#takeRecord(record, true);
  }

  #takeRecord(record, isNew) {
    const problem = this.books.take(record);
    if (problem !== null) fail(/trade|filled/.test(problem) ? 'I9' : 'I10', problem);
    if (isNew) this.#checkDay(record);
    if (record.body.kind === 'day') this.#day = record.body.key;
    if (isNew) this.#newRecord(record.body);
  }

  /** What an order does belongs to the day it is done on, midnight and restarts or not. */
  #checkDay({ at, body }) {
    const key = this.#dayOf(at);
    if (body.kind === 'day' && (body.key !== key || body.key < this.#day))
      fail('I19', `a day ${body.key} begins, it is ${key}`);
    if (['intent', 'fill', 'settled'].includes(body.kind) && this.#day !== key)
      fail('I19', `${body.kind} on ${key} is booked under ${this.#day}`);
  }

  #newRecord(body) {
    switch (body.kind) {
      case 'reconciled':
        for (const kind of readings)
          if (!this.#read.has(kind)) fail('I7', `called reconciled, and ${kind} were not read`);
        this.#isReconciled = true;
        return;
      case 'order':
        this.#ended(body.clientOrderId, body.event);
        return;
      case 'fill':
        checkFill(this.#exchange.account, body);
        return;
      case 'settled':
        checkPayout(this.#exchange, body);
        return;
      case 'transfer_step':
        if (body.event.kind === 'completed' || body.event.kind === 'failed')
          this.#isWhere(body.event.kind);
        return;
      case 'adjusted':
        if (!this.hasOutsiders)
          fail('I1', `${body.amount} micros called a ${body.why}, and nobody moved any`);
        return;
      case 'external':
        if (
          !this.hasOutsiders &&
          body.counts.orders + body.counts.fills + body.counts.positions > 0
        )
          fail('I1', `our own is counted as external: ${JSON.stringify(body.counts)}`);
        return;
      case 'latch':
        if (
          body.set &&
          (body.cause === 'duplicate_id' || (body.cause === 'anomaly' && !this.#isLiedTo))
        )
          fail('I12', `an honest exchange, and still a halt: ${body.why}`);
        if (!body.set && this.#ordered !== 'lifting')
          fail('I19', `latch ${body.cause} was released and nobody ordered it`);
        return;
      default:
    }
  }

  /** Cash that the ledger says has arrived, or never left, is not still on its way there or on the other side. */
  #isWhere(kind) {
    const there = this.#exchange.newestTransfer();
    const asked = this.transfers.size;
    if (kind === 'completed' && (there === null || there.endedMs === null || there.isUndone))
      fail('I1', 'a transfer is called completed, and its cash has not arrived');
    if (kind === 'failed' && asked > this.#asked) {
      const made = this.#exchange.transferCount();
      if (made > this.#made && !(there.endedMs !== null && there.isUndone))
        fail('I1', 'a transfer is called failed, and there it was made');
    }
    this.#asked = asked;
    this.#made = this.#exchange.transferCount();
  }

  /** An order that is over for the ledger must not be alive, or have been, on the other side. */
  #ended(id, event) {
    const gone =
      event.kind === 'withdrawn' || event.kind === 'rejected' || event.kind === 'not_placed';
    if (!gone) return;
    const there = orderOf(this.#exchange.account, id);
    if (there !== null)
      fail('I1', `${event.kind} here, and there is an order ${there.status} there`);
    const post = this.posts.get(id);
    if (post !== undefined && post.onWire > 0)
      fail('I1', `${event.kind}, and its request is still on its way`);
  }

  /** What the engine is told, as far as rules hang on it. */
  told(payload, nowMs) {
    switch (payload.kind) {
      case 'connected':
        this.#isReconciled = false;
        this.#read.clear();
        this.#feed.connected(nowMs);
        return;
      case 'disconnected':
        this.#isReconciled = false;
        this.#feed.disconnected();
        return;
      case 'alive':
        this.#feed.alive(nowMs);
        return;
      case 'operator':
        if (payload.command.kind === 'kill') this.#ordered = payload.command.level;
        if (payload.command.kind === 'resume') this.#ordered = 'lifting';
        return;
      default:
    }
  }

  /** After the input is handled: a resume lifts nothing more. */
  handled() {
    if (this.#ordered === 'lifting') this.#ordered = null;
  }

  /** What cannot be true is about to be told. */
  lied() {
    this.#isLiedTo = true;
  }

  /** It was told, and the input is handled: nothing may go on. */
  mustBeHalted(what) {
    if (this.#level() !== 'halt') fail('I9', `${what}, and nothing halted`);
  }

  /** A frame that the engine hears now. `sentMs`: when the exchange sent it. */
  heard(frame, text, sentMs, nowMs) {
    this.#feed.heard(frame, text, sentMs, nowMs);
  }

  /** Cash is asked to move: once, from what is on disk, and never when an order could not leave either. */
  moves({ transferSeq, from, to, amount }) {
    const { transfer } = this.books;
    if (transfer?.seq !== transferSeq || transfer.from !== from || transfer.to !== to)
      fail('I3', `transfer ${transferSeq} is asked for and in no record`);
    if (transfer.amount !== amount) fail('I3', `transfer ${transferSeq} is asked for as another`);
    if (!(transferSeq <= this.#durableSeq()))
      fail('I3', `transfer ${transferSeq} is asked for before it is durable`);
    if (this.transfers.has(transferSeq)) fail('I2', `transfer ${transferSeq} is asked for again`);
    this.transfers.add(transferSeq);
    if (this.#ordered !== null && this.#ordered !== 'lifting')
      fail('I8', `transfer ${transferSeq} is asked for while a kill is ordered`);
    if (this.books.latches.size > 0) fail('I8', `transfer ${transferSeq} is asked for, latched`);
    if (!this.#isReconciled) fail('I7', `transfer ${transferSeq} is asked for, unread`);
    for (const [id, order] of this.books.orders)
      if ([from, to].includes(order.terms.shard) && this.books.isOpen(order))
        fail('I7', `transfer ${transferSeq} is asked for while ${id} is not over`);
  }

  /** An order leaves, decided on `shot`. Everything that must be so before money is risked. */
  leaves(order, shot, nowMs) {
    const { clientOrderId: id, ticker } = order;
    const body = JSON.stringify(order);
    const said = this.books.orders.get(id);
    if (said === undefined) fail('I3', `${id} is sent and in no record`);
    if (!(said.seq <= this.#durableSeq())) fail('I3', `${id} is sent before it is durable`);

    const before = this.posts.get(id);
    if (before !== undefined && before.body !== body)
      fail('I2', `${id} is sent with another content`);
    const times = (before?.times ?? 0) + 1;
    if (times > 1 + (before?.limited ?? 0)) fail('I2', `${id} is sent again, and nobody said 429`);
    if (times > 3) fail('I2', `${id} is sent ${times} times`);
    const other = this.books.openOrder(ticker, id);
    if (other !== null)
      fail('I7', `${ticker} has an order ${other} that is not over, and ${id} is sent`);
    for (const [otherId, post] of this.posts)
      if (otherId !== id && post.ticker === ticker && post.onWire > 0)
        fail('I7', `${otherId} is still on its way in ${ticker}, and ${id} is sent`);

    const { account } = this.#exchange;
    const isReducing = reduces(account, order);
    if (!this.#isReconciled) fail('I7', `${id} is sent before the account was read`);
    if (!order.reduceOnly && order.groupId === undefined) fail('I7', `${id} is under no fuse`);
    const level = this.#level();
    if (level === 'halt') fail('I8', `${id} is sent after a halt`);
    if (level !== null && !isReducing) fail('I8', `${id} adds risk under ${level}`);

    const distrust = this.#feed.distrust(ticker, shot, nowMs);
    if (distrust !== null) fail('I6', `${id} on ${distrust}`);

    this.#rate.sent(order, this.caps, nowMs, before === undefined);
    if (!isReducing) checkCaps(account, this.posts.values(), this.caps, order);
    this.posts.set(id, {
      body,
      order,
      ticker,
      times,
      limited: before?.limited ?? 0,
      onWire: (before?.onWire ?? 0) + 1,
      sentMs: nowMs,
    });
  }

  #level() {
    const levels = [...this.books.latches.values()];
    if (this.#ordered !== null && this.#ordered !== 'lifting') levels.push(this.#ordered);
    for (const level of ['halt', 'cancel', 'pause']) if (levels.includes(level)) return level;
    return null;
  }

  limited(id) {
    const post = this.posts.get(id);
    post.limited += 1;
  }

  offWire(id) {
    this.posts.get(id).onWire -= 1;
  }

  /** After every input. */
  after(account) {
    if (account !== null) checkConserved(account, this.books);
  }

  /** A create has been handled there: one id is one order. */
  arrived(id) {
    let orders = 0;
    for (const { clientOrderId } of this.#exchange.account.orders.values())
      if (clientOrderId === id) orders += 1;
    if (orders > 1) fail('I2', `${id} is on the exchange ${orders} times`);
  }

  /** In words, everything in which ledger and exchange differ; empty when they agree to the micro-dollar. */
  differences() {
    return differences(this.#exchange.account, this.books);
  }
}
