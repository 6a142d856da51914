// What must hold after every event, held against the exchange's own books and against what was seen on the wire. Ids are
// those of the catalogue of invariants: I1 truth, I2 at most once, I3 write-ahead, I4 exposure, I5 conservation, I6 freshness,
// I7 fail closed, I8 kill, I9 fills, I10 chain, I12 liveness, I16 rate, I19 latches.

import { differences } from './agreement.mjs';
import { checkCaps, reduces } from './at-stake.mjs';
import { Books } from './books.mjs';
import { FeedWatch } from './feed-watch.mjs';
import { fail } from './violation.mjs';

const minuteMs = 60_000;

/** What has to be read whole before anything is sent. */
const readings = ['orders', 'fills', 'positions', 'settlements', 'balance'];

export class Judge {
  books = new Books();
  posts = new Map();
  /** Transfers that were asked for, by the seq of their record. */
  transfers = new Set();
  sentAt = [];
  lastPost = new Map();
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
    // An order in doubt counts once after a restart, however often a 429 had sent it: those records are not awaited.
    this.sentAt = this.sentAt.filter(({ isFirst }) => isFirst);
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
        this.#isTrue(body);
        return;
      case 'settled': {
        const market = this.#exchange.state.markets.get(body.ticker);
        if (market?.settledMs == null) fail('I1', `${body.ticker} is booked as paid and was not`);
        const paid = this.#exchange.account.settlements.find(
          (one) => one.market.spec.ticker === body.ticker,
        );
        if (paid?.revenue !== body.revenue)
          fail('I1', `${body.ticker} paid ${paid?.revenue}, and ${body.revenue} is booked`);
        return;
      }
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
    const there = this.#orderOf(id);
    if (there !== null)
      fail('I1', `${event.kind} here, and there is an order ${there.status} there`);
    const post = this.posts.get(id);
    if (post !== undefined && post.onWire > 0)
      fail('I1', `${event.kind}, and its request is still on its way`);
  }

  #orderOf(clientOrderId) {
    for (const order of this.#exchange.account.orders.values())
      if (order.clientOrderId === clientOrderId) return order;
    return null;
  }

  #isTrue({ tradeId, ticker, count, yesPrice, fee }) {
    const there = this.#exchange.account.fills.find(({ id }) => id === tradeId);
    if (there === undefined) fail('I9', `trade ${tradeId} never happened`);
    const signed = there.side === 'bid' ? there.quantity : 0 - there.quantity;
    const isSame =
      there.order.market.spec.ticker === ticker &&
      signed === count &&
      there.price === yesPrice &&
      there.fee === fee;
    if (!isSame) fail('I9', `trade ${tradeId} is booked as it was not`);
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

    this.#checkRate(order, nowMs, before === undefined);
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

  #checkRate({ clientOrderId: id, ticker }, nowMs, isFirst) {
    this.sentAt = this.sentAt.filter(({ atMs }) => atMs > nowMs - minuteMs);
    this.sentAt.push({ atMs: nowMs, isFirst });
    if (this.sentAt.length > this.caps.ordersPerMinute)
      fail('I16', `${this.sentAt.length} orders in a minute, cap ${this.caps.ordersPerMinute}`);
    const last = this.lastPost.get(ticker);
    if (isFirst && last !== undefined && nowMs - last < this.caps.cooldownMs)
      fail('I16', `${id} enters ${ticker} ${nowMs - last} ms after the last order`);
    this.lastPost.set(ticker, nowMs);
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
    if (account === null) return;
    let sum = 0;
    for (const amount of account.balances.values()) sum += amount;
    if (sum !== 0) fail('I5', `the accounts sum to ${sum}`);
    const { books } = this;
    for (const [shard, cash] of books.cash)
      if ((account.balances.get(`cash:${shard}`) ?? 0) !== cash)
        fail(
          'I5',
          `cash of shard ${shard} is ${account.balances.get(`cash:${shard}`)}, its records say ${cash}`,
        );
    if ((account.balances.get('in_transit') ?? 0) !== (books.transfer?.amount ?? 0))
      fail('I5', 'what is between shards is not what its record says');
    let cost = 0;
    for (const [ticker, position] of account.positions) {
      cost += position.cost;
      if ((books.held.get(ticker) ?? 0) !== position.quantity)
        fail(
          'I5',
          `${position.quantity} of ${ticker} held, its records say ${books.held.get(ticker) ?? 0}`,
        );
    }
    if (cost !== (account.balances.get('positions') ?? 0))
      fail('I5', 'positions are not booked at cost');
    for (const [cause, level] of books.latches)
      if (account.latches.get(cause)?.level !== level) fail('I19', `latch ${cause} is gone`);
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
