import { MINUTE } from './calendar.js';
import { between, pick, type Stream, stream, uniform } from './draws.js';
import type { Mispricing } from './mispricing.js';
import { chance, type EventPlan, type MarketPlan } from './plan.js';
import { apart, askOf, bidOf, ladder, NO_QUOTE, type Quote } from './quotes.js';
import type { WorldCommand } from './types.js';

/**
 * The makers and takers of one market. Makers quote around a belief: the truth as it stood a lag ago, plus the crowd's
 * mistake, plus a small opinion of their own. They never cross themselves nor each other as published: whoever is in the
 * way of a new quote moves out of it first.
 */
export type Desk = {
  /** Look at the market; quotes come back when the belief has moved or the last ones are old. */
  readonly look: (ms: number, n: number) => WorldCommand[];
  /** How long until the next look. */
  readonly untilLook: (ms: number, n: number) => number;
  /** A background trader. Sends nothing when there is nothing to hit. */
  readonly take: (ms: number, n: number) => WorldCommand[];
  readonly untilTake: (n: number) => number;
};

const REFRESH_MS = 13 * MINUTE;
/** A belief that has moved by this much is quoted at once. */
const MOVED = 0.035;

type Maker = {
  readonly name: string;
  readonly lagMs: number;
  readonly opinion: number;
  /** Half of the spread, $0.0001. */
  readonly half: number;
  readonly levels: number;
  readonly size: number;
  quote: Quote;
};

export function makeDesk(
  seed: number,
  plan: EventPlan,
  index: number,
  market: MarketPlan,
  mispricing: Mispricing,
  agentLag: number,
  lookMsMin: number,
): Desk {
  const { ticker, priceRanges } = market.market;
  const of = stream(seed, `desk/${ticker}`);
  const sizes = stream(seed, `desk/${ticker}/size`);
  const takers = stream(seed, `desk/${ticker}/take`);
  const makers = hire(of, market, plan, agentLag);
  const busy = between(of, 50, 0.6, 1.6);
  let quotedBelief = Number.NaN;
  let quotedMs = Number.NEGATIVE_INFINITY;

  function beliefOf(maker: Maker, ms: number): number {
    const p = chance(market, plan.latent.at(ms - maker.lagMs));
    const belief = p + mispricing.bias(index, ms);
    return Math.min(0.995, Math.max(0.001, belief + maker.opinion * 4 * p * (1 - p)));
  }

  function quoteOf(maker: Maker, ms: number, n: number): Quote {
    const belief = beliefOf(maker, ms) * 10_000;
    // At the edges a cent is a lot: spreads shrink with the room that is left.
    const room = Math.min(belief, 10_000 - belief);
    const half =
      market.liquidity === 'wide' ? maker.half : Math.min(maker.half, Math.max(40, room * 0.4));
    const yesTop = belief - half;
    const noTop = 10_000 - belief - half;
    // Sizes belong to a maker and a price, so that a small move changes few levels. They change now and then.
    const key = (Math.floor(n / 16) * 4 + makers.indexOf(maker)) * 2;
    const yes = ladder(priceRanges, yesTop, maker.levels, sizes, key, maker.size);
    const no = ladder(priceRanges, noTop, maker.levels, sizes, key + 1, maker.size);
    if (market.liquidity !== 'one_sided') return { yes, no };
    return pick(of, 51, 2) === 0 ? { yes, no: [] } : { yes: [], no };
  }

  function publish(maker: Maker, quote: Quote, into: WorldCommand[]): void {
    maker.quote = quote;
    into.push({ kind: 'quote', agent: maker.name, ticker, yes: quote.yes, no: quote.no });
  }

  /** `first` quotes anew; everybody whose published quote it would meet quotes anew too. */
  function requote(firsts: readonly Maker[], ms: number, n: number): WorldCommand[] {
    const commands: WorldCommand[] = [];
    const renew = new Map<Maker, Quote>();
    for (const maker of firsts) renew.set(maker, quoteOf(maker, ms, n));
    let grew = true;
    while (grew) {
      grew = false;
      for (const maker of makers) {
        if (renew.has(maker)) continue;
        for (const quote of renew.values()) {
          if (apart(quote, maker.quote)) continue;
          renew.set(maker, quoteOf(maker, ms, n));
          grew = true;
          break;
        }
      }
    }
    let bid = 0;
    let ask = 10_000;
    for (const [maker, quote] of renew) {
      // Opinions may differ by more than a spread; the later one stays just outside of the earlier ones.
      const held = within(quote, bid, ask);
      renew.set(maker, held);
      bid = Math.max(bid, bidOf(held));
      ask = Math.min(ask, askOf(held));
    }
    const waiting = new Map(renew);
    for (const [maker, quote] of renew) {
      if (!waiting.delete(maker)) continue;
      for (const [other, later] of waiting) {
        if (apart(quote, other.quote)) continue;
        // Whoever stands in the way moves first: all the way if nobody minds, else by the side that is in the way.
        if (makers.every((third) => third === other || apart(later, third.quote))) {
          waiting.delete(other);
          publish(other, later, commands);
        } else {
          const rises = bidOf(quote) >= askOf(other.quote);
          const { yes, no } = other.quote;
          publish(other, rises ? { yes, no: later.no } : { yes: later.yes, no }, commands);
        }
      }
      publish(maker, quote, commands);
    }
    return commands;
  }

  function look(ms: number, n: number): WorldCommand[] {
    const lead = makers[n % Math.max(1, makers.length)];
    if (lead === undefined) return [];
    const belief = beliefOf(lead, ms);
    const moved = Math.abs(belief - quotedBelief) >= MOVED || Number.isNaN(quotedBelief);
    if (!moved && ms - quotedMs < REFRESH_MS * busy) return [];
    quotedMs = ms;
    quotedBelief = belief;
    return requote([lead], ms, n);
  }

  function take(ms: number, n: number): WorldCommand[] {
    const bid = Math.max(0, ...makers.map((maker) => bidOf(maker.quote)));
    const ask = Math.min(10_000, ...makers.map((maker) => askOf(maker.quote)));
    const truth = chance(market, plan.latent.at(ms)) * 10_000;
    const key = n * 4;
    let buys = uniform(takers, key) < 0.5;
    // A third of them knows better, when there is something to know.
    if (uniform(takers, key + 1) < 0.35 && (truth > ask + 400 || truth < bid - 400)) {
      buys = truth > ask;
    }
    const price = buys ? ask : 10_000 - bid;
    if (price >= 10_000) return [];
    const u = uniform(takers, key + 2);
    const quantity = Math.max(1, Math.round(2 + 60 * u * u * u)) * 100 + (u < 0.1 ? 37 : 0);
    return [
      {
        kind: 'take',
        agent: `taker-${pick(takers, key + 3, 40)}`,
        ticker,
        side: buys ? 'yes' : 'no',
        limit: price,
        quantity,
      },
    ];
  }

  return {
    look,
    take,
    untilLook: (ms, n) => {
      const left = plan.endMs - ms;
      const near = left < 3 * MINUTE ? 0.2 : left < 12 * MINUTE ? 0.5 : 1;
      // Makers without a lag also hardly look away, so that nothing is left but noise: coins move within seconds.
      const eager = Math.min(1, 0.02 + 0.98 * agentLag);
      const lookMs = plan.lookMs * near * eager * between(of, 1_000 + n, 0.7, 1.3);
      return Math.round(Math.max(lookMsMin, lookMs));
    },
    untilTake: (n) => {
      const mean = (market.liquidity === 'liquid' ? 10 : 45) * MINUTE * busy;
      return Math.round(1_000 - mean * Math.log(uniform(takers, 1_000_000_000 + n)));
    },
  };

  function within(quote: Quote, bid: number, ask: number): Quote {
    if (bidOf(quote) < ask && askOf(quote) > bid) return quote;
    return {
      yes: quote.yes.filter(([price]) => price < ask),
      no: quote.no.filter(([price]) => 10_000 - price > bid),
    };
  }
}

/** Three makers for a liquid market, fewer and wider ones otherwise, none for an empty one. */
function hire(of: Stream, market: MarketPlan, plan: EventPlan, agentLag: number): Maker[] {
  const counts = { liquid: 3, thin: 2, wide: 2, one_sided: 1, empty: 0 } as const;
  const wide = market.liquidity === 'wide';
  const shared = between(of, 60, 0.5, 1.5);
  return Array.from({ length: counts[market.liquidity] }, (_, i) => ({
    name: `maker-${i + 1}`,
    lagMs: Math.round(plan.lagMs * agentLag * shared * (1 + 0.25 * i)),
    opinion: (uniform(of, 70 + i) - 0.5) * 0.012 * Math.min(2, agentLag),
    half: wide ? between(of, 80 + i, 480, 1_100) : between(of, 80 + i, 70, 220),
    levels: wide ? 2 : 3 + pick(of, 90 + i, 2),
    size:
      market.liquidity === 'liquid' ? between(of, 95 + i, 60, 320) : between(of, 95 + i, 10, 60),
    quote: NO_QUOTE,
  }));
}
