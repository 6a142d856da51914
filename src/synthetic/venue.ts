import { assert } from '../domain/assert.js';
import { type ApiRequest, planOf } from '../exchange/kalshi/requests.js';
import { cursorOf } from '../exchange/kalshi/shell.js';
import type { EffectRequest, Outcome } from '../messages/effect.js';
import { Candles } from '../simulator/candles.js';
import type { Answer } from '../simulator/core/refusals.js';
import { snapshotOrder } from '../simulator/core/resting.js';
import { makeExchange, openAccount } from '../simulator/core/state.js';
import { type Message, nextDueMs, type ReplyOf, step } from '../simulator/core/step.js';
import type { Account, ExchangeEvent, ExchangeState } from '../simulator/core/types.js';
import { accountRoutes } from '../simulator/http/account-routes.js';
import { TIERS } from '../simulator/http/buckets.js';
import { handleEvidence } from '../simulator/http/evidence-routes.js';
import { marketRoutes } from '../simulator/http/market-routes.js';
import { orderRoutes } from '../simulator/http/order-routes.js';
import { portfolioRoutes } from '../simulator/http/portfolio-routes.js';
import { makeRouter, type Venue } from '../simulator/http/route.js';
import { DEFAULTS, splitBankroll } from '../simulator/main.js';
import { handleCommand } from '../simulator/socket/commands.js';
import { deliverIndices } from '../simulator/socket/indices.js';
import {
  deliver,
  frameText,
  makeSession,
  makeTexts,
  type Session,
} from '../simulator/socket/session.js';
import { makeWorld } from '../simulator/world/world.js';

const findRoute = makeRouter([
  ...marketRoutes,
  ...portfolioRoutes,
  ...orderRoutes,
  ...accountRoutes,
]);

const accountId = 'virtual';

export type SyntheticWorld = {
  readonly seed: number;
  readonly originMs: number;
  readonly agentLag: number;
  /** Open markets, all kinds together. */
  readonly markets: number;
  /** How often its agents look at a market at most, ms of market time. */
  readonly lookMsMin: number;
  /** Dollars that the one account opens with. */
  readonly bankroll: number;
};

/**
 * The simulator's own core, routes and socket protocol with one account and one socket, asked directly. Whoever holds it
 * says what time it is.
 */
export class SyntheticVenue {
  readonly account: Account;
  nowMs: number;
  private readonly state: ExchangeState;
  private readonly session: Session;
  private readonly face: Venue;

  constructor({ bankroll, ...options }: SyntheticWorld, heard: (text: string) => void) {
    const { seed, originMs } = options;
    const world = makeWorld(options);
    this.state = makeExchange(world, seed);
    this.nowMs = originMs;
    const cash = splitBankroll(bankroll, DEFAULTS.shardAllocation);
    this.account = openAccount(this.state, accountId, cash);
    this.session = makeSession(accountId, (frame) => heard(frameText(frame, this.nowMs)));
    this.publish(step(this.state, { kind: 'advance' }, originMs).events);
    this.face = {
      state: this.state,
      tier: TIERS.basic,
      view: {
        asOfMs: () => this.nowMs,
        order: (id) => {
          const order = this.account.orders.get(id);
          return order === undefined ? null : snapshotOrder(order, accountId);
        },
        orders: (account) =>
          [...account.orders.values()].map((order) => snapshotOrder(order, account.id)),
        positions: (account) => [...account.positions.values()],
      },
      marketNow: () => this.nowMs,
      // An engine asks for none.
      candles: new Candles(),
      send: (message) => this.send(message),
    };
  }

  dueMs(): number {
    return nextDueMs(this.state) ?? Number.POSITIVE_INFINITY;
  }

  advance(atMs: number): void {
    this.nowMs = atMs;
    this.publish(step(this.state, { kind: 'advance' }, atMs).events);
  }

  /** Index prints. As the simulator's socket does: the second that is there when it looks. */
  print(): void {
    deliverIndices(this.session, this.state, Math.floor(this.nowMs / 1_000) * 1_000);
  }

  /** A frame of the client's. */
  command(text: string): void {
    handleCommand(this.state, this.session, text);
  }

  evidence(url: string): Outcome {
    const reply = handleEvidence(this.face, new URL(url));
    return { kind: 'http', status: reply.status, path: url, body: reply.body ?? '' };
  }

  /** The outcomes of an effect of the exchange, as its shell would make them. */
  outcomes(request: EffectRequest): readonly Outcome[] {
    const plan = planOf(request);
    assert(plan.kind !== 'none', 'only requests to the exchange come here');
    if (plan.kind === 'one') return [this.get(plan.request)];
    if (plan.kind === 'list')
      return [
        ...plan.requests.map((one) => this.get(one)),
        { kind: 'end', parts: plan.requests.length },
      ];
    const outcomes: Outcome[] = [];
    for (let cursor = ''; ; ) {
      const outcome = this.get(plan.page(cursor));
      outcomes.push(outcome);
      cursor = cursorOf(outcome.body) ?? '';
      if (cursor === '') return [...outcomes, { kind: 'end', parts: outcomes.length }];
    }
  }

  private get({ method, path, query, body }: ApiRequest): Extract<Outcome, { kind: 'http' }> {
    const found = findRoute(method, path.slice(1));
    assert(typeof found !== 'string', 'the exchange has every path that the engine asks for');
    const reply = found.route.handle({
      venue: this.face,
      params: found.params,
      query: new URLSearchParams(query),
      body: body === null ? undefined : JSON.parse(body),
      account: this.account,
      keyId: accountId,
    });
    return { kind: 'http', status: reply.status, path, body: reply.body ?? '' };
  }

  private publish(events: readonly ExchangeEvent[]): void {
    for (const event of events) deliver(this.session, event, makeTexts());
  }

  private send<M extends Message>(message: M): Answer<ReplyOf<M>> {
    const stepped = step(this.state, message, this.nowMs);
    this.publish(stepped.events);
    return stepped.answer;
  }
}
