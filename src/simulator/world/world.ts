import { type Desk, makeDesk } from './agents.js';
import { makeCrypto } from './crypto.js';
import { makeEvidence } from './evidence.js';
import { makeListing } from './lines.js';
import { makeMispricing } from './mispricing.js';
import { chance, type EventPlan, type Line, type MarketPlan, pays } from './plan.js';
import { makeSports } from './sports.js';
import { COINS } from './spot.js';
import type { World, WorldCommand, WorldEvent, WorldOptions, WorldStep } from './types.js';
import { makeWeather } from './weather.js';

const LOOK_MS_MIN = 1_000;

/** A market that is open in the world, with the people who trade it. */
type Open = { readonly plan: EventPlan; readonly market: MarketPlan; readonly desk: Desk };

/** A world whose truth can be read: for tests and judges, never for the exchange or the engine. */
export type JudgedWorld = World & {
  /** Probability that an open market pays YES, given all that is revealed at `atMs`. Null: not open. */
  readonly truth: (ticker: string, atMs: number) => number | null;
};

/**
 * Builds the world of one seed. Wakes are `look` and `take` (key: market), `close` and `determine` (key: event), `open`
 * (key: line, count: the event's number in its line). The same options give the same steps as long as the events are
 * handled in order of time and, within a time, in the order they were asked for.
 */
export function makeWorld(options: WorldOptions): JudgedWorld {
  const { seed, originMs, agentLag, lookMsMin = LOOK_MS_MIN } = options;
  const weather = makeWeather(seed, originMs);
  const crypto = makeCrypto(seed, originMs);
  const sports = makeSports(seed, originMs);
  const lines = new Map<string, Line>(
    makeListing(seed, originMs, options.markets, weather, crypto, sports).map((l) => [l.id, l]),
  );
  const listedSeries = new Set<string>();
  const markets = new Map<string, Open>();
  const events = new Map<string, EventPlan>();
  const lineOf = new Map<string, { readonly line: Line; readonly n: number }>();

  function open(line: Line, n: number, nowMs: number, commands: WorldCommand[]): WorldEvent[] {
    const plan = line.plan(n);
    const wake: WorldEvent[] = [];
    if (!listedSeries.has(plan.series.ticker)) {
      listedSeries.add(plan.series.ticker);
      commands.push({ kind: 'series', series: plan.series });
    }
    commands.push({ kind: 'event', event: plan.event });
    events.set(plan.event.ticker, plan);
    lineOf.set(plan.event.ticker, { line, n });
    const mispricing = makeMispricing(seed, plan, nowMs, agentLag);
    plan.markets.forEach((market, index) => {
      const { ticker } = market.market;
      commands.push({ kind: 'market', market: market.market });
      const desk = makeDesk(seed, plan, index, market, mispricing, agentLag, lookMsMin);
      markets.set(ticker, { plan, market, desk });
      commands.push(...desk.look(nowMs, 0));
      if (market.liquidity === 'empty') return;
      wake.push({ atMs: nowMs + desk.untilLook(nowMs, 0), kind: 'look', key: ticker, count: 1 });
      wake.push({ atMs: nowMs + desk.untilTake(0), kind: 'take', key: ticker, count: 1 });
    });
    wake.push({ atMs: plan.endMs, kind: 'close', key: plan.event.ticker, count: n });
    return wake;
  }

  function start(): WorldStep {
    const commands: WorldCommand[] = [];
    const wake: WorldEvent[] = [];
    for (const line of lines.values()) {
      for (const event of open(line, line.first, originMs, commands)) wake.push(event);
    }
    return { commands, wake };
  }

  function close(event: WorldEvent): WorldStep {
    const plan = events.get(event.key);
    const at = lineOf.get(event.key);
    if (plan === undefined || at === undefined) return { commands: [], wake: [] };
    for (const { market } of plan.markets) markets.delete(market.ticker);
    const next = at.n + at.line.stride;
    return {
      commands: plan.markets.map(({ market }) => ({ kind: 'close', ticker: market.ticker })),
      wake: [
        { atMs: plan.determineMs, kind: 'determine', key: event.key, count: event.count },
        { atMs: event.atMs + 1_000, kind: 'open', key: at.line.id, count: next },
      ],
    };
  }

  function determine(event: WorldEvent): WorldStep {
    const plan = events.get(event.key);
    if (plan === undefined) return { commands: [], wake: [] };
    events.delete(event.key);
    lineOf.delete(event.key);
    const final = plan.latent.final();
    const expirationValue = plan.latent.print(final);
    const commands = plan.markets.map((market): WorldCommand => {
      const yes = pays(market, final);
      return {
        kind: 'determine',
        ticker: market.market.ticker,
        result: yes ? 'yes' : 'no',
        settlementValue: yes ? 10_000 : 0,
        expirationValue,
      };
    });
    return { commands, wake: [] };
  }

  function trade(event: WorldEvent): WorldStep {
    const market = markets.get(event.key);
    if (market === undefined) return { commands: [], wake: [] };
    const { desk, plan } = market;
    const looks = event.kind === 'look';
    const commands = looks
      ? desk.look(event.atMs, event.count)
      : desk.take(event.atMs, event.count);
    const delay = looks ? desk.untilLook(event.atMs, event.count) : desk.untilTake(event.count);
    const atMs = event.atMs + delay;
    if (atMs >= plan.endMs) return { commands, wake: [] };
    return {
      commands,
      wake: [{ atMs, kind: event.kind, key: event.key, count: event.count + 1 }],
    };
  }

  function handle(event: WorldEvent): WorldStep {
    switch (event.kind) {
      case 'look':
      case 'take':
        return trade(event);
      case 'close':
        return close(event);
      case 'determine':
        return determine(event);
      case 'open': {
        const line = lines.get(event.key);
        if (line === undefined) return { commands: [], wake: [] };
        const commands: WorldCommand[] = [];
        const wake = open(line, event.count, event.atMs, commands);
        return { commands, wake };
      }
      default:
        throw new Error(`the world knows no event of kind ${event.kind}`);
    }
  }

  function truth(ticker: string, atMs: number): number | null {
    const open = markets.get(ticker);
    return open === undefined ? null : chance(open.market, open.plan.latent.at(atMs));
  }

  return {
    start,
    handle,
    truth,
    evidence: makeEvidence(seed, weather, crypto, sports),
    index: (id, atMs) => {
      const coin = COINS.find(({ index }) => index === id);
      return coin === undefined ? null : (crypto.spot(coin.symbol)?.at(atMs) ?? null);
    },
  };
}
