// The simulator in process: its core, its routes and one socket session, on whatever time its owner says it is.

import { applyCommand } from '../../dist/simulator/core/agents.js';
import { accountRoutes } from '../../dist/simulator/http/account-routes.js';
import { TIERS } from '../../dist/simulator/http/buckets.js';
import { marketRoutes } from '../../dist/simulator/http/market-routes.js';
import { orderRoutes } from '../../dist/simulator/http/order-routes.js';
import { portfolioRoutes } from '../../dist/simulator/http/portfolio-routes.js';
import { makeRouter } from '../../dist/simulator/http/route.js';
import { handleCommand } from '../../dist/simulator/socket/commands.js';
import { deliver, frameText, makeSession } from '../../dist/simulator/socket/session.js';
import { startVenue } from '../../dist/simulator/venue.js';
import { isForeign } from './world.mjs';

const findRoute = makeRouter([
  ...marketRoutes,
  ...portfolioRoutes,
  ...orderRoutes,
  ...accountRoutes,
]);

/** There is one session: no text is shared. */
const texts = { get: (_, make) => make() };

export class Exchange {
  nowMs;
  #venue;
  #session = null;
  #lagMs = 0;
  #balances = [];

  constructor({ world, seed, originMs, cash }) {
    this.nowMs = originMs;
    const clock = {
      speed: 1,
      marketOriginMs: originMs,
      realOriginMs: () => originMs,
      now: () => this.nowMs,
      // No timer is ever armed: the owner advances.
      realUntil: () => null,
      hold: () => this.nowMs,
      run: () => {},
      held: () => false,
    };
    this.#venue = startVenue(world, seed, clock, TIERS.basic);
    this.account = this.#venue.openAccount('sim', cash);
    this.#remember();
    this.#venue.onEvents((events) => {
      this.#remember();
      if (this.#session === null) return;
      for (const event of events) deliver(this.#session, event, texts);
    });
  }

  get state() {
    return this.#venue.state;
  }

  dueMs() {
    return this.#venue.state.heap.nextMs() ?? Number.POSITIVE_INFINITY;
  }

  /** Brings the exchange to `atMs`; what was due by then happens first, each at its own time. */
  advance(atMs) {
    this.nowMs = Math.max(this.nowMs, atMs);
    this.#venue.send({ kind: 'advance' });
  }

  send(message) {
    return this.#venue.send(message);
  }

  /** The world does something out of turn. */
  worldDoes(command) {
    this.#venue.send({ kind: 'advance' });
    applyCommand(this.state, command);
    this.#venue.send({ kind: 'advance' });
  }

  /** How long transfers between shards take from now on, and whether they come to nothing. */
  setTransfers(change) {
    this.#venue.send({ kind: 'transfers', ...this.state.transfers, ...change });
  }

  newestTransfer() {
    return [...this.account.transfers.values()].at(-1) ?? null;
  }

  transferCount() {
    return this.account.transfers.size;
  }

  quotesVanish(ticker) {
    this.worldDoes({ kind: 'quote', agent: 'maker', ticker, yes: [], no: [] });
  }

  /** Of what an order of `side` would meet only `quantity` is left, at the best price. */
  quotesShrink(ticker, side, quantity) {
    const { book } = this.state.markets.get(ticker);
    const [best] = side === 'bid' ? book.asks : book.bids;
    if (best === undefined) return;
    const rows = [
      [side === 'bid' ? 10_000 - best.price : best.price, Math.min(quantity, best.total)],
    ];
    const [yes, no] = side === 'bid' ? [[], rows] : [rows, []];
    this.worldDoes({ kind: 'quote', agent: 'maker', ticker, yes, no });
  }

  /** Somebody trades for the same account in another window, in the market that is left to them. */
  tradeForeign(isYes) {
    const market = this.state.marketList.find(({ spec }) => isForeign(spec.ticker));
    this.#venue.send({
      kind: 'create',
      account: this.account,
      ask: {
        ticker: market.spec.ticker,
        side: isYes ? 'bid' : 'ask',
        quantity: 100,
        price: isYes ? 9_900 : 100,
        timeInForce: 'immediate_or_cancel',
        selfTrade: 'taker_at_cross',
        clientOrderId: null,
        expirationMs: null,
        postOnly: false,
        reduceOnly: false,
        cancelOnPause: false,
        groupId: null,
        exchangeIndex: null,
      },
    });
  }

  /** Lists, and the balance with them, tell what was so `ms` ago. */
  setQueryLag(ms) {
    this.#lagMs = ms;
    this.#venue.setQueryLag(ms);
  }

  /** Keeps the balances of the past for as long as a reading may lag. */
  #remember() {
    const last = this.#balances.at(-1);
    const isSame =
      last !== undefined &&
      [...this.account.cash].every(([shard, cash]) => last.cash.get(shard) === cash);
    if (!isSame) this.#balances.push({ atMs: this.nowMs, cash: new Map(this.account.cash) });
  }

  /** The balance as it was; what orders reserve is as now. */
  #pastBalance(request) {
    const past = this.#balances.findLast(({ atMs }) => atMs <= this.nowMs - this.#lagMs);
    if (past === undefined) return request();
    const now = new Map(this.account.cash);
    for (const [shard, cash] of past.cash) this.account.cash.set(shard, cash);
    const reply = request();
    for (const [shard, cash] of now) this.account.cash.set(shard, cash);
    return reply;
  }

  /** A new socket: `onFrame(type, seq, text)` hears what it says. The old one, if any, is gone. */
  connect(onFrame) {
    this.#session = makeSession(this.account.id, (frame) =>
      onFrame(frame, frameText(frame, this.nowMs)),
    );
  }

  disconnect() {
    this.#session = null;
  }

  command(text) {
    if (this.#session !== null) handleCommand(this.state, this.#session, text);
  }

  /** One request of the engine's plan, handled as the HTTP server would. */
  request({ method, path, query, body }) {
    const found = findRoute(method, path.slice(1));
    if (typeof found === 'string') throw new Error(`${method} ${path}: ${found}`);
    const handle = () =>
      found.route.handle({
        venue: this.#venue,
        params: found.params,
        query: new URLSearchParams(query),
        body: body === null ? undefined : JSON.parse(body),
        account: this.account,
      });
    const isLate = this.#lagMs > 0 && path === '/portfolio/balance';
    const reply = isLate ? this.#pastBalance(handle) : handle();
    return { kind: 'http', status: reply.status, path, body: reply.body ?? '' };
  }
}
