// The simulator's own core, routes and socket protocol, asked directly. Whoever holds it says what time it is.

import { planOf } from '../dist/exchange/kalshi/requests.js';
import { cursorOf } from '../dist/exchange/kalshi/shell.js';
import { snapshotOrder } from '../dist/simulator/core/resting.js';
import { makeExchange, openAccount } from '../dist/simulator/core/state.js';
import { nextDueMs, step } from '../dist/simulator/core/step.js';
import { accountRoutes } from '../dist/simulator/http/account-routes.js';
import { TIERS } from '../dist/simulator/http/buckets.js';
import { handleEvidence } from '../dist/simulator/http/evidence-routes.js';
import { marketRoutes } from '../dist/simulator/http/market-routes.js';
import { orderRoutes } from '../dist/simulator/http/order-routes.js';
import { portfolioRoutes } from '../dist/simulator/http/portfolio-routes.js';
import { makeRouter } from '../dist/simulator/http/route.js';
import { DEFAULTS, splitBankroll } from '../dist/simulator/main.js';
import { handleCommand } from '../dist/simulator/socket/commands.js';
import { deliverIndices } from '../dist/simulator/socket/indices.js';
import { deliver, frameText, makeSession, makeTexts } from '../dist/simulator/socket/session.js';
import { makeWorld } from '../dist/simulator/world/world.js';

/** Market time at which every demo begins. */
export const demoOriginMs = Date.UTC(2026, 10, 23, 14);

const findRoute = makeRouter([
  ...marketRoutes,
  ...portfolioRoutes,
  ...orderRoutes,
  ...accountRoutes,
]);

/** The simulator's core with one account and one socket; whoever holds it says what time it is. */
export class VirtualVenue {
  constructor(seed, agentLag, onFrame) {
    this.world = makeWorld({
      seed,
      originMs: demoOriginMs,
      markets: DEFAULTS.markets,
      agentLag,
    });
    this.state = makeExchange(this.world, seed);
    this.nowMs = demoOriginMs;
    const cash = splitBankroll(DEFAULTS.bankroll, DEFAULTS.shardAllocation);
    this.account = openAccount(this.state, 'virtual', cash);
    this.session = makeSession('virtual', (frame) => onFrame(frameText(frame, this.nowMs)));
    this.publish(step(this.state, { kind: 'advance' }, demoOriginMs).events);
    this.view = {
      asOfMs: () => this.nowMs,
      order: (id) => {
        const order = this.account.orders.get(id);
        return order === undefined ? null : snapshotOrder(order, 'virtual');
      },
      orders: (account) =>
        [...account.orders.values()].map((order) => snapshotOrder(order, account.id)),
      positions: (account) => [...account.positions.values()],
    };
    this.face = {
      state: this.state,
      tier: TIERS.basic,
      view: this.view,
      marketNow: () => this.nowMs,
      send: (message) => this.send(message),
    };
  }

  publish(events) {
    for (const event of events) deliver(this.session, event, makeTexts());
  }

  dueMs() {
    return nextDueMs(this.state) ?? Number.POSITIVE_INFINITY;
  }

  advance(atMs) {
    this.nowMs = atMs;
    this.publish(step(this.state, { kind: 'advance' }, atMs).events);
  }

  send(message) {
    const stepped = step(this.state, message, this.nowMs);
    this.publish(stepped.events);
    return stepped.answer;
  }

  /** As the simulator's socket does: the second that is there when it looks. */
  print() {
    deliverIndices(this.session, this.state, Math.floor(this.nowMs / 1_000) * 1_000);
  }

  command(text) {
    handleCommand(this.state, this.session, text);
  }

  get({ method, path, query, body }) {
    const found = findRoute(method, path.slice(1));
    if (typeof found === 'string') throw new Error(`${method} ${path}: ${found}`);
    const reply = found.route.handle({
      venue: this.face,
      params: found.params,
      query: new URLSearchParams(query),
      body: body === null ? undefined : JSON.parse(body),
      account: this.account,
    });
    return { kind: 'http', status: reply.status, path, body: reply.body ?? '' };
  }

  evidence(url) {
    const reply = handleEvidence({ state: this.state, marketNow: () => this.nowMs }, new URL(url));
    return { kind: 'http', status: reply.status, path: url, body: reply.body ?? '' };
  }
}

/** The outcomes of an effect of the exchange, as its shell would make them. */
export function outcomesOf(venue, request) {
  const plan = planOf(request);
  if (plan.kind === 'one') return [venue.get(plan.request)];
  if (plan.kind === 'list')
    return [
      ...plan.requests.map((one) => venue.get(one)),
      { kind: 'end', parts: plan.requests.length },
    ];
  const outcomes = [];
  for (let cursor = ''; ; ) {
    const outcome = venue.get(plan.page(cursor));
    outcomes.push(outcome);
    cursor = cursorOf(outcome.body) ?? '';
    if (cursor === '') return [...outcomes, { kind: 'end', parts: outcomes.length }];
  }
}
